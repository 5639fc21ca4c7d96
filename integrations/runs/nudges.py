"""Messages that tell a worker to look at a run. They may get lost or come twice (R-6)."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from integrations.runs.models import Outcome, Run, StartedFrom

logger = logging.getLogger(__name__)


def nudge(run_id: int) -> bool:
    """Send a queued run's message; False if the broker can't be reached.

    The run then stays queued, and the sweep sends it again: whoever started it sees no error.
    """
    from integrations.runs import tasks

    Run.objects.filter(pk=run_id, outcome=Outcome.OPEN, started_at=None).update(nudged_at=timezone.now())
    try:
        tasks.carry_out.apply_async(
            args=[run_id], retry=True, retry_policy={"max_retries": 1, "interval_start": 0.1}
        )
    except Exception as error:  # each broker has errors of its own, and none may reach the page
        logger.warning("Run %s stays queued until the sweep: no broker (%s).", run_id, type(error).__name__)
        return False
    return True


def nudge_next(company_id: int) -> None:
    """Nudge the company's oldest queued run, if none is active (R-2)."""
    open_runs = list(
        Run.objects.filter(company_id=company_id, outcome=Outcome.OPEN)
        .order_by("queued_at", "id")
        .only("started_at", "nudged_at", "queued_at", "started_from")
    )
    if not open_runs or any(run.started_at for run in open_runs):
        return
    if not awaited_by_command(open_runs[0]):
        nudge(open_runs[0].pk)


def awaited_by_command(run: Run) -> bool:
    """True while a command in a terminal waits to carry out this run itself: it says so by touching
    the run, and when it died a worker gets it."""
    if run.started_from != StartedFrom.COMMAND or run.nudged_at is None:
        return False
    return timezone.now() - run.nudged_at < timedelta(seconds=settings.RUN_NUDGE_AGAIN_AFTER_SECONDS)


def touch(run_id: int) -> None:
    """The command that waits with this run is still there."""
    Run.objects.filter(pk=run_id, outcome=Outcome.OPEN, started_at=None).update(nudged_at=timezone.now())
