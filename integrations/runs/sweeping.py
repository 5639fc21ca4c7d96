"""Puts right what processes that died left behind (R-3, R-6)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from integrations.runs import nudges
from integrations.runs.closing import close, interrupted_sentence
from integrations.runs.models import Outcome, Run
from reconpro.company.models import Company

logger = logging.getLogger(__name__)

# A run that waits long is sent again ever more rarely, up to this many times the first interval:
# behind busy workers its messages pile up, and all but one of them do nothing.
SLOWEST = 10


@dataclass(frozen=True)
class SweepResult:
    """How many queued runs were sent again, and how many active ones had lost their worker."""

    nudged: int = 0
    interrupted: int = 0


def sweep(company: Company | None = None) -> SweepResult:
    """Mark active runs whose heartbeat stopped as interrupted; send queued runs again whose message
    seems lost. Of all companies, or of one: whoever starts or watches a run sweeps its company, so
    that this happens even where no scheduler runs. Costs one query over the open runs."""
    now = timezone.now()
    open_runs = Run.objects.filter(outcome=Outcome.OPEN).select_related("heartbeat")
    if company is not None:
        open_runs = open_runs.filter(company=company)
    busy: set[int] = set()
    queued: dict[int, Run] = {}  # the oldest of each company
    interrupted = nudged = 0
    for run in open_runs.order_by("queued_at", "id"):
        if run.started_at is None:
            queued.setdefault(run.company_id, run)
        elif _is_stale(run, now) and _interrupt(run, now):
            interrupted += 1
            busy.add(run.company_id)  # its end calls the next one
        else:
            busy.add(run.company_id)
    for company_id, run in queued.items():
        if company_id not in busy and _is_due(run, now):
            nudged += nudges.nudge(run.pk)
    return SweepResult(nudged=nudged, interrupted=interrupted)


def _is_stale(run: Run, now: datetime) -> bool:
    beat_at = run.heartbeat.beat_at if hasattr(run, "heartbeat") else run.started_at
    return beat_at is not None and beat_at < _stale_before(now)


def _stale_before(now: datetime) -> datetime:
    return now - timedelta(seconds=settings.RUN_STALE_AFTER_SECONDS)


def _interrupt(run: Run, now: datetime) -> bool:
    logger.warning("Run %s lost its worker.", run.pk)
    return close(
        run,
        Outcome.INTERRUPTED,
        message=interrupted_sentence(run.operation),
        only_if=Q(heartbeat__beat_at__lt=_stale_before(now)) | Q(heartbeat=None),
    )


def _is_due(run: Run, now: datetime) -> bool:
    if run.nudged_at is None:
        return True
    base: float = settings.RUN_NUDGE_AGAIN_AFTER_SECONDS
    waited = (now - run.queued_at).total_seconds()
    return (now - run.nudged_at).total_seconds() > min(max(base, waited / 4), SLOWEST * base)
