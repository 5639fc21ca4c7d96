"""How a run ends otherwise than by its job's `finish`: one guarded update, recorded after the rollback."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone

from integrations.runs import nudges
from integrations.runs.models import GatewayTurn, Operation, Outcome, Run

# A run ended without `finish`: failed, cancelled or interrupted. Sent with run=… inside the transaction
# that wrote the outcome, so that what it left under way is looked after together with it.
run_broken_off = Signal()

# R-3, in the spec's words.
INTERRUPTED_IMPORT = "Stopped by a server restart; nothing was half done. Start again."
INTERRUPTED_EXPORT = (
    "Stopped by a server restart. Invoices that were under way are being checked. Start again."
)
CANCELLED_QUEUED = "Cancelled before it started; nothing was changed."
CANCELLED_IMPORT = "Cancelled; nothing was changed."
CANCELLED_EXPORT = (
    "Cancelled. Invoices that had gone by then stay exported; those being checked are looked up by the next "
    "export and must not be entered by hand; the others wait for the next export."
)
OUR_FAULT = "Something went wrong on our side."


def interrupted_sentence(operation: str) -> str:
    return INTERRUPTED_EXPORT if operation == Operation.EXPORT_INVOICES else INTERRUPTED_IMPORT


def cancelled_sentence(operation: str) -> str:
    return CANCELLED_EXPORT if operation == Operation.EXPORT_INVOICES else CANCELLED_IMPORT


def our_fault_advice(run: Run) -> str:
    kept = (
        "Invoices that had gone by then stay exported."
        if run.operation == Operation.EXPORT_INVOICES
        else "Nothing was changed."
    )
    return f"{kept} Start again. If it happens again, tell ReconPro support the number of this run: {run.pk}."


def close(
    run: Run,
    outcome: Outcome,
    *,
    message: str,
    advice: str = "",
    code: str = "",
    text: str = "",
    counts: Mapping[str, int] | None = None,
    warnings: int = 0,
    only_if: Q | None = None,
) -> bool:
    """Give an open run its outcome; False if it has one already, or `only_if` doesn't hold any more.

    Frees the turn at the gateway that the run held, and calls the next of the queue on commit.
    """
    values: dict[str, Any] = {f"{name}_count": value for name, value in (counts or {}).items()}
    with transaction.atomic():
        open_run = Run.objects.filter(only_if or Q(), pk=run.pk, outcome=Outcome.OPEN)
        closed = open_run.update(
            outcome=outcome,
            finished_at=timezone.now(),
            message=message,
            advice=advice,
            error_code=code.replace("\x00", "")[:200],
            error_text=text.replace("\x00", ""),
            warning_count=warnings,
            **values,
        )
        if not closed:
            return False
        run.refresh_from_db()
        if run.started_at:
            # One run of a company is active at a time, so its label names the holder.
            GatewayTurn.objects.filter(
                company_id=run.company_id, holder_label=run.get_operation_display()
            ).update(holder="", holder_label="", expires_at=timezone.now())
        run_broken_off.send(sender=Run, run=run)
        company_id = run.company_id
        transaction.on_commit(lambda: nudges.nudge_next(company_id))
    return True
