"""One drill: runs over a plan of faults and kills until everything is exported."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs import lifecycle
from integrations.runs.models import Operation, Outcome, Run
from tools.drill.plan import Plan, PlannedFault
from tools.drill.stage import Stage

POLL_SECONDS = 0.02


class TookTooLong(Exception):
    """The drill came to no end; the text says how far it was."""


@dataclass
class Course:
    """What was done to a drill and how long it took."""

    given: list[PlannedFault] = field(default_factory=list)
    kills: int = 0
    kills_under_way: int = 0  # that left invoices *sending*
    runs: int = 0
    seconds: float = 0.0


def carry_out(stage: Stage, plan: Plan, *, invoices: int, most_seconds: float) -> Course:
    """Start runs until all invoices are exported, with everything that the plan says on the way.

    Raises TookTooLong.
    """
    course = Course()
    faults, kills = deque(plan.faults), deque(plan.kills)
    begun = time.monotonic()
    stage.start_scheduler()
    stage.start_worker()
    exported = killed_run = 0
    while exported < invoices or _is_running(stage):
        if time.monotonic() - begun > most_seconds:
            raise TookTooLong(f"{exported:,} of {invoices:,} were exported after {most_seconds:.0f} seconds.")
        if not _is_running(stage):
            _, is_new = lifecycle.start(stage.company, Operation.EXPORT_INVOICES, provider="intacct")
            course.runs += is_new
        exported = _count(stage, ExportState.EXPORTED)
        while faults and faults[0].at <= exported:
            course.given.append(faults.popleft())
            stage.simulator.tell(faults=[course.given[-1].fault])
        # Each kill takes a run of its own with it: what lost its worker stays active until that is noticed.
        if kills and kills[0].at <= exported and _active_run(stage) not in (0, killed_run):
            killed_run = _active_run(stage)
            time.sleep(kills.popleft().delay_seconds)
            stage.kill_worker()
            course.kills += 1
            course.kills_under_way += _count(stage, ExportState.SENDING) > 0
            stage.start_worker()
        time.sleep(POLL_SECONDS)
    course.seconds = time.monotonic() - begun
    return course


def _count(stage: Stage, state: ExportState) -> int:
    return InvoiceExport.objects.filter(company=stage.company, state=state).count()


def _is_running(stage: Stage) -> bool:
    """Whether a run is queued or active. One that lost its worker is so until the sweep notices."""
    return Run.objects.filter(company=stage.company, outcome=Outcome.OPEN).exists()


def _active_run(stage: Stage) -> int:
    """The id of the run that a worker has taken up, 0 if none has."""
    taken_up = Run.objects.filter(company=stage.company, outcome=Outcome.OPEN, heartbeat__isnull=False)
    return taken_up.values_list("pk", flat=True).first() or 0
