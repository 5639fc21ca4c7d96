"""Archived clients, services and employees block invoices with a choice: send anyway, or move (X-6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.duplicates.moving import move_invoices
from integrations.exports.loading import to_be_exported
from integrations.exports.models import STAYING_STATES, InvoiceExport, SendAnyway
from integrations.reconcile.kinds import CLIENTS, Kind
from reconpro.audit.models import AuditEvent
from reconpro.company.models import User
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState

CHUNK = 400  # keeps below SQLite's limit of variables


class CannotMove(Exception):
    """It can't be done; str() is a sentence for the page."""


def waiting_with(kind: Kind, record: Any, start: date) -> QuerySet[Invoice]:
    """The invoices with this record that would go now."""
    waiting = to_be_exported(record.company, start)
    if kind is CLIENTS:
        return waiting.filter(client=record)
    lines = InvoiceLine.objects.filter(**{kind.singular: record.pk})
    return waiting.filter(pk__in=lines.values("invoice"))


@transaction.atomic
def send_anyway(kind: Kind, record: Any, start: date, *, by: User) -> int:
    """Let the invoices that wait now go though this record is archived; later ones ask again."""
    ids = _locked(kind, record, start)
    now = timezone.now()
    for chunk in _chunks(ids):
        SendAnyway.objects.bulk_create(
            (
                SendAnyway(
                    invoice_id=pk,
                    company_id=record.company_id,
                    kind=kind.singular,
                    record_id=record.pk,
                    by=by,
                    at=now,
                )
                for pk in chunk
            ),
            ignore_conflicts=True,
        )
        AuditEvent.objects.bulk_create(
            AuditEvent(
                company_id=record.company_id,
                at=now,
                user=by,
                action="invoice.send_anyway",
                subject_kind="invoice",
                subject_id=pk,
                sentence=f"It goes though the {kind.singular} {record.called} is archived.",
                details={"kind": kind.singular, "record": record.pk},
            )
            for pk in chunk
        )
    return len(ids)


@transaction.atomic
def move(kind: Kind, record: Any, to: Any, start: date, *, by: User) -> int:
    """Let the invoices that wait now name another, active record instead. Raises CannotMove."""
    if to.pk == record.pk:
        raise CannotMove(f"Choose another {kind.singular} than {record.called}.")
    if to.company_id != record.company_id or to.is_archived:
        raise CannotMove(f"Choose an active {kind.singular}.")
    ids = _locked(kind, record, start)
    names = {"kept": to.called, "other": record.called}
    because = f"{record.called} is archived"
    move_invoices(kind, to, record, ids, names=names, by=by, now=timezone.now(), because=because)
    return len(ids)


def _locked(kind: Kind, record: Any, start: date) -> list[int]:
    """Lock them in the order in which exports do; how they stand is read after their locks are held."""
    waiting = waiting_with(kind, record, start).order_by("pk")
    ids = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    stays: set[int] = set()
    for chunk in _chunks(ids):
        exports = InvoiceExport.objects.filter(invoice__in=chunk, state__in=STAYING_STATES)
        stays.update(exports.values_list("invoice_id", flat=True))
        changed = Invoice.objects.filter(pk__in=chunk).exclude(state=InvoiceState.APPROVED)
        stays.update(changed.values_list("pk", flat=True))
    return [pk for pk in ids if pk not in stays]


def _chunks(ids: list[int]) -> list[list[int]]:
    return [ids[begin : begin + CHUNK] for begin in range(0, len(ids), CHUNK)]
