"""A run's life: start → claim → carry out → outcome (spec section 3).

The row is the truth. Every change of state is an update filtered by the state before it, so that of
two workers, clicks or messages one wins and the other finds nothing to do.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.providers import Provider, provider_named
from integrations.reconcile.checking import applied_by, apply_check, is_too_old
from integrations.reconcile.first_import import why_check_first
from integrations.reconcile.models import Check
from integrations.runs import closing, nudges
from integrations.runs.context import (
    Cancelled,
    OutOfDate,
    ProgressListener,
    RunClosed,
    RunContext,
    RunFailed,
)
from integrations.runs.heartbeat import beating
from integrations.runs.models import Heartbeat, Mode, Operation, Outcome, Run, StartedFrom
from integrations.runs.sweeping import SweepResult, sweep
from integrations.runs.turn import TurnLost, TurnTaken
from reconpro.company.models import Company, User

__all__ = [
    "CheckOutOfDate",
    "MustBeChecked",
    "NotReady",
    "SweepResult",
    "carry_out",
    "claim",
    "request_cancel",
    "start",
    "sweep",
]

logger = logging.getLogger(__name__)


class NotReady(Exception):
    """The operation can't start; the text is a sentence for the page."""


class MustBeChecked(NotReady):
    """An import that has to be *Check first* (I-9, S-7): the text says why."""


class CheckOutOfDate(NotReady):
    """What a check found can't be applied any more: it has to be read again. The text says why."""


def start(
    company: Company,
    operation: Operation,
    *,
    provider: str,
    by: User | None = None,
    started_from: StartedFrom = StartedFrom.PAGE,
    options: dict[str, Any] | None = None,
    nudge: bool = True,
    mode: Mode = Mode.WHOLE,
    applies: Run | None = None,
) -> tuple[Run, bool]:
    """Queue a run and call a worker when the transaction commits; True if it is new.

    An open run of the same operation is answered instead, with False (R-2). Raises NotReady where
    the subscription or the settings don't allow it, and MustBeChecked for an import that has to be checked
    first. With `nudge` False the caller carries it out. `applies` is the check that a run of the mode
    APPLY applies; raises CheckOutOfDate if it can't be any more.
    """
    if by is not None and by.company_id != company.pk:
        raise ValueError("A run belongs to the company of whoever starts it.")
    sweep(company)  # so that a worker that died is noticed here even where no scheduler runs
    if (open_run := _open_run(company, operation)) is not None:
        return open_run, False
    registered = provider_named(provider)
    require_ready(registered, company, operation)
    if mode == Mode.WHOLE:
        require_checked(registered, company, operation)
    if mode == Mode.APPLY:
        options = {
            **(options or {}),
            "answers": _answers_to(applies, company, (options or {}).get("answers")),
        }
    now = timezone.now()
    for _attempt in range(3):
        try:
            with transaction.atomic():
                run = Run.objects.create(
                    company=company,
                    operation=operation,
                    mode=mode,
                    applies=applies,
                    provider=provider,
                    connection=registered.open_connection(company),
                    started_from=started_from,
                    started_by=by,
                    options=options or {},
                    queued_at=now,
                    nudged_at=now,
                )
        except IntegrityError:
            # The second of two quick clicks: the constraint has spoken.
            if (open_run := _open_run(company, operation)) is not None:
                return open_run, False
            continue  # ... and that run is over already
        if nudge:
            transaction.on_commit(partial(nudges.nudge, run.pk))
        return run, True
    raise NotReady("Another run was just started and has ended. Look at it, then try again.")


def require_ready(provider: Provider, company: Company, operation: Operation) -> None:
    """Raises NotReady with a sentence if the company may not, or can't yet, run this (U-3, I-6)."""
    if missing := provider.missing_subscription(company):
        raise NotReady(f"{provider.label} Integration needs {missing.rstrip('.')}.")
    if reason := provider.not_ready(company, operation):
        raise NotReady(reason)


def require_checked(provider: Provider, company: Company, operation: Operation) -> None:
    """Raises MustBeChecked for an import that somebody must look at before it is applied (I-9, S-7)."""
    if reason := why_check_first(company, provider.open_connection(company), operation):
        raise MustBeChecked(reason)


def _answers_to(check_run: Run | None, company: Company, seen: int | None) -> int:
    """How many answers the check has, which must be those that were seen. Raises NotReady."""
    if check_run is None or check_run.company_id != company.pk or not check_run.is_check:
        raise ValueError("Only a check of the company can be applied.")
    if applied := applied_by(check_run):
        raise NotReady(f"It was applied already, by run {applied.pk}.")
    check = Check.objects.filter(pk=check_run.pk).first()
    if check is None or is_too_old(check):
        raise CheckOutOfDate("Another import came after it, or it is too old.")
    if seen is not None and seen != check.answers:
        raise NotReady("Somebody answered otherwise meanwhile: look at it again, then apply.")
    return check.answers


def claim(run_id: int, worker: str) -> Run | None:
    """Make a queued run active for this worker; None if another one, or another run of the company,
    was first, or it isn't the company's oldest (R-2)."""
    run = Run.objects.filter(pk=run_id, outcome=Outcome.OPEN, started_at=None).first()
    if run is None or earlier_in_queue(run).exists():
        return None
    now = timezone.now()
    try:
        with transaction.atomic():  # the constraint "one active run per company" speaks here
            if not Run.objects.filter(pk=run_id, outcome=Outcome.OPEN, started_at=None).update(
                started_at=now
            ):
                return None
            Heartbeat.objects.create(run_id=run_id, beat_at=now, worker=worker[:120], phase="Starting")
    except IntegrityError:
        return None
    return Run.objects.select_related("company", "connection", "connection__books").get(pk=run_id)


def earlier_in_queue(run: Run) -> QuerySet[Run]:
    """Queued runs of the company that come before this one."""
    return Run.objects.filter(
        Q(queued_at__lt=run.queued_at) | Q(queued_at=run.queued_at, pk__lt=run.pk),
        company_id=run.company_id,
        outcome=Outcome.OPEN,
        started_at=None,
    )


def carry_out(
    run_id: int,
    *,
    on_progress: ProgressListener | None = None,
    asked_to_stop: Callable[[], bool] | None = None,
) -> Run:
    """Claim the run, do its job, and leave an outcome whatever happens; answers the run as it is then.

    Does nothing if it can't be claimed, so a doubled message is harmless (R-6). `on_progress` hears
    phase, done and total; `asked_to_stop` is asked at each clean point. A bug is recorded on the run
    and raised on. Raises Run.DoesNotExist for an id that isn't there.
    """
    run = claim(run_id, worker_name())
    if run is None:
        return Run.objects.select_related("company").get(pk=run_id)
    context = RunContext(run, on_progress=on_progress, asked_to_stop=asked_to_stop)
    with beating(context), recorded(context):
        context.settings_seen = provider_named(run.provider).import_settings(run.company)
        _job_of(run)(context)
    run.refresh_from_db()
    return run


def _job_of(run: Run) -> Callable[[RunContext], None]:
    """The job, if the run may still be done: much can change while it waits in the queue."""
    provider = provider_named(run.provider)
    operation = Operation(run.operation)
    try:
        require_ready(provider, run.company, operation)
    except NotReady as error:
        raise RunFailed(str(error)) from error
    connection = provider.open_connection(run.company)
    if connection != run.connection:
        raise RunFailed(
            "The settings name other books than when this was started.",
            advice="Check the settings, then start again.",
        )
    if run.mode == Mode.WHOLE and (reason := why_check_first(run.company, connection, operation)):
        raise RunFailed(reason, advice="Start Check first.")
    return apply_check if run.mode == Mode.APPLY else provider.jobs[operation]


@contextmanager
def recorded(context: RunContext) -> Iterator[None]:
    """Every way out of this block leaves an outcome; it is written after the job's rollback."""
    run = context.run
    operation = run.operation
    try:
        yield
        if Run.objects.filter(pk=run.pk, outcome=Outcome.OPEN).exists():
            logger.error("Run %s: its job ended without finish().", run.pk)
            _break_off(context, Outcome.FAILED, closing.OUR_FAULT, closing.our_fault_advice(run))
    except OutOfDate as stale:
        _break_off(
            context,
            Outcome.FAILED,
            f"Out of date, so nothing was applied. {stale.message} The list is read again.",
            checks_again=True,
        )
    except RunFailed as failure:
        _break_off(context, Outcome.FAILED, failure.message, failure.advice, failure.code, failure.text)
    except TurnTaken as taken:  # its sentence says when to try again
        _break_off(context, Outcome.FAILED, str(taken))
    except TurnLost as lost:
        _break_off(context, Outcome.FAILED, str(lost), "Start again: it waits until the connection is free.")
    except Cancelled:
        _break_off(context, Outcome.CANCELLED, _cancelled_sentence(run))
    except RunClosed:
        logger.warning("Run %s has its outcome already; this worker came late.", run.pk)
    except KeyboardInterrupt:
        _break_off(context, Outcome.CANCELLED, closing.cancelled_sentence(operation))
        raise
    except SystemExit:  # the worker is being stopped at once
        _break_off(context, Outcome.INTERRUPTED, closing.interrupted_sentence(operation))
        raise
    except BaseException:
        _break_off(context, Outcome.FAILED, closing.OUR_FAULT, closing.our_fault_advice(run))
        raise


def _break_off(
    context: RunContext,
    outcome: Outcome,
    message: str,
    advice: str = "",
    code: str = "",
    text: str = "",
    *,
    checks_again: bool = False,
) -> None:
    database = transaction.get_connection()
    if not database.in_atomic_block:
        database.close_if_unusable_or_obsolete()  # the job may have ended because of it
    with transaction.atomic():
        # What was done for good is told with its warnings; of an import nothing was.
        settled = context.has_settled and context.run.is_open
        closed = closing.close(
            context.run,
            outcome,
            message=message,
            advice=advice,
            code=code,
            text=text,
            counts=context.counts_so_far,
            warnings=context.warnings.store(context.run, is_complete=False) if settled else 0,
        )
        if closed and checks_again:
            _check_again(context.run)


def _check_again(run: Run) -> None:
    """Queue a check in place of a run that had nothing to apply, in the transaction that ends it (I-9). A
    command carries it out itself."""
    again = Run.objects.create(
        company=run.company,
        operation=run.operation,
        mode=Mode.CHECK,
        provider=run.provider,
        connection=provider_named(run.provider).open_connection(run.company),
        started_from=run.started_from,
        started_by=run.started_by,
        nudged_at=timezone.now(),
    )
    if run.started_from != StartedFrom.COMMAND:
        transaction.on_commit(partial(nudges.nudge, again.pk))


def _cancelled_sentence(run: Run) -> str:
    sentence = closing.cancelled_sentence(run.operation)
    by = User.objects.filter(pk__in=Run.objects.filter(pk=run.pk).values("cancel_requested_by")).first()
    return sentence.replace("Cancelled", f"Cancelled by {by}", 1) if by else sentence


def request_cancel(run: Run, by: User | None = None) -> bool:
    """Cancel a queued run at once; ask an active one to stop at its next clean point (R-1).

    False if it is over already or was asked before.
    """
    asked = Run.objects.filter(pk=run.pk, outcome=Outcome.OPEN, cancel_requested_at=None).update(
        cancel_requested_at=timezone.now(), cancel_requested_by=by
    )
    if asked:
        closing.close(
            run,
            Outcome.CANCELLED,
            message=closing.CANCELLED_QUEUED.replace(
                "Cancelled", f"Cancelled by {by}" if by else "Cancelled", 1
            ),
            only_if=Q(started_at=None),
        )
    run.refresh_from_db()
    return bool(asked)


def _open_run(company: Company, operation: Operation) -> Run | None:
    return Run.objects.filter(company=company, operation=operation, outcome=Outcome.OPEN).first()


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
