"""Setting a schedule, pausing and resuming it, and starting what is due (S-5, S-7)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from integrations.providers import provider_named
from integrations.runs import lifecycle
from integrations.runs.models import Operation, StartedFrom
from integrations.schedules.models import EVERY_DAY, Notice, Schedule
from integrations.schedules.times import next_due
from reconpro.audit.log import record_event
from reconpro.company.models import Company, User

logger = logging.getLogger(__name__)

# Exports are not among them: what goes is confirmed by a person who saw it.
SCHEDULABLE = (Operation.IMPORT_CUSTOMERS, Operation.IMPORT_SERVICES, Operation.IMPORT_EMPLOYEES)
FIVE_IN_THE_MORNING = time(5, 0)


@dataclass(frozen=True)
class Plan:
    """What a person chooses: which imports, when, on which days (Monday is 0). Without imports it is off."""

    operations: tuple[str, ...] = ()
    at: time = FIVE_IN_THE_MORNING
    weekdays: tuple[int, ...] = EVERY_DAY

    @property
    def is_on(self) -> bool:
        return bool(self.operations)


def schedule_of(company: Company, provider: str) -> Schedule:
    """The company's schedule; if none was ever set, one that is off, unsaved."""
    stored = Schedule.objects.filter(company=company, provider=provider).first()
    return stored or Schedule(company=company, provider=provider)


def plan_of(schedule: Schedule) -> Plan:
    return Plan(tuple(schedule.operations), schedule.at, tuple(schedule.weekdays))


def set_plan(company: Company, provider: str, plan: Plan) -> Schedule:
    """Keep the plan, and when it is due next; one that is paused stays so unless it is turned off.

    Raises ValueError for an operation that can't be scheduled, or for a plan without days.
    """
    if set(plan.operations) - {operation.value for operation in SCHEDULABLE}:
        raise ValueError("Only imports can be scheduled.")
    if plan.is_on and not plan.weekdays:
        raise ValueError("A schedule needs at least one day of the week.")
    with transaction.atomic():
        # The company's row stands for the schedule that may not exist yet.
        company = Company.objects.select_for_update().get(pk=company.pk)
        schedule = schedule_of(company, provider)
        if plan_of(schedule) == plan:
            return schedule
        schedule.operations = list(plan.operations)
        schedule.at, schedule.weekdays = plan.at, list(plan.weekdays)
        if not plan.is_on:
            schedule.paused_reason, schedule.paused_at, schedule.note = "", None, ""
        schedule.next_due = _due_after(schedule, timezone.now())
        schedule.save()
    return schedule


def pause(company: Company, provider: str, reason: str) -> bool:
    """Stop starting anything until a person resumes it; False if it is off or paused already.

    `reason` is a sentence, shown beside *Resume*.
    """
    with transaction.atomic():
        paused = Schedule.objects.filter(company=company, provider=provider, next_due__isnull=False).update(
            paused_reason=reason, paused_at=timezone.now(), next_due=None
        )
        if paused:
            record_event(
                company=company, action="schedule.paused", sentence=f"The schedule is paused. {reason}"
            )
    return bool(paused)


def resume(company: Company, provider: str, by: User) -> bool:
    """Go on at the next time that the schedule names; False if it isn't paused."""
    with transaction.atomic():
        schedule = (
            Schedule.objects.select_for_update()
            .filter(company=company, provider=provider)
            .exclude(paused_reason="")
            .first()
        )
        if schedule is None:
            return False
        reason, schedule.paused_reason, schedule.paused_at = schedule.paused_reason, "", None
        schedule.next_due = _due_after(schedule, timezone.now())
        schedule.save()
        record_event(
            company=company,
            user=by,
            action="schedule.resumed",
            sentence="The schedule goes on.",
            details={"was_paused": reason},
        )
    return True


def reckon_again(company: Company) -> None:
    """After a change of the company's time zone: the same hour on its new clock."""
    with transaction.atomic():
        for schedule in Schedule.objects.select_for_update().filter(company=company, next_due__isnull=False):
            schedule.company = company
            schedule.next_due = _due_after(schedule, timezone.now())
            schedule.save(update_fields=["next_due"])


def start_due(now: datetime | None = None) -> int:
    """Start what is due, each schedule in a transaction of its own; how many were.

    Of two that scan at once one wins each row. What was missed while nothing scanned starts once, late.
    """
    now = now or timezone.now()
    started = 0
    for schedule_id in list(Schedule.objects.filter(next_due__lte=now).values_list("pk", flat=True)):
        try:
            started += _start(schedule_id, now)
        except Exception:
            # One company's trouble must not hold up the others; its row stays due and is tried again.
            logger.exception("Schedule %s could not be started.", schedule_id)
    return started


def _start(schedule_id: int, now: datetime) -> bool:
    with transaction.atomic():
        schedule = Schedule.objects.select_related("company").get(pk=schedule_id)
        if schedule.next_due is None or schedule.next_due > now:
            return False
        claimed = Schedule.objects.filter(pk=schedule_id, next_due=schedule.next_due).update(
            next_due=_due_after(schedule, now), started_at=now, note=""
        )
        if not claimed:
            return False
        _start_operations(schedule)
    return True


def _start_operations(schedule: Schedule) -> None:
    company, provider = schedule.company, schedule.provider
    if missing := provider_named(provider).missing_subscription(company):  # U-3
        note = f"Nothing was started: this needs {missing.rstrip('.')}."
        Schedule.objects.filter(pk=schedule.pk).update(note=note)
        return
    not_started: list[str] = []
    for operation in map(Operation, schedule.operations):
        try:
            run, is_new = lifecycle.start(
                company, operation, provider=provider, started_from=StartedFrom.SCHEDULE
            )
        except lifecycle.MustBeChecked as reason:
            not_started.append(f"{operation.label} was not started. {reason}")
            pause(company, provider, str(reason))
        except lifecycle.NotReady as reason:
            not_started.append(f"{operation.label} was not started. {reason}")
        else:
            if is_new:
                Notice.objects.create(company=company, provider=provider, run=run)
    if not_started:
        note = "\n".join(not_started)
        Schedule.objects.filter(pk=schedule.pk).update(note=note)
        Notice.objects.create(company=company, provider=provider, message=note)


def _due_after(schedule: Schedule, moment: datetime) -> datetime | None:
    if not schedule.is_on or schedule.is_paused:
        return None
    return next_due(moment, schedule.at, schedule.weekdays, schedule.company.zone)
