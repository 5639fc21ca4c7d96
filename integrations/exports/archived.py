"""Archived clients, services and employees block invoices with a choice: send anyway, or move (X-6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from integrations.duplicates.moving import move_invoices
from integrations.exports.hand import CHANGED, CannotDecide
from integrations.exports.loading import to_be_exported
from integrations.exports.models import STAYING_STATES, ExportState, InvoiceExport, SendAnyway
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, SERVICES, Kind
from reconpro.audit.models import AuditEvent
from reconpro.company.models import ArchivedReason, Company, User
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState

CHUNK = 400  # keeps below SQLite's limit of variables


class CannotMove(Exception):
    """It can't be done; str() is a sentence for the page."""


def waiting_with(kind: Kind, record: Any, start: date) -> QuerySet[Invoice]:
    """The invoices with this record that would go now."""
    return _with(kind, record, to_be_exported(record.company, start))


def _with(kind: Kind, record: Any, found: QuerySet[Invoice]) -> QuerySet[Invoice]:
    if kind is CLIENTS:
        return found.filter(client=record)
    lines = InvoiceLine.objects.filter(**{kind.singular: record.pk})
    return found.filter(pk__in=lines.values("invoice"))


@transaction.atomic
def send_anyway(kind: Kind, record: Any, start: date, *, by: User) -> int:
    """Let the invoices that wait now, and those in doubt, go though this record is archived; later ones ask
    again."""
    waiting = _locked(_with(kind, record, to_be_exported(record.company, start)), STAYING_STATES)
    others = set(STAYING_STATES) - {ExportState.UNKNOWN}
    ids = sorted({*waiting, *_locked(_with(kind, record, _in_doubt(record.company)), others)})
    _allow(kind, record, ids, by=by)
    return len(ids)


@transaction.atomic
def send_this_anyway(invoice: Invoice, *, by: User) -> None:
    """Let one that is in doubt go again, if it is not there, though records on it were archived since."""
    if not _locked(
        _in_doubt(invoice.company).filter(pk=invoice.pk), set(STAYING_STATES) - {ExportState.UNKNOWN}
    ):
        raise CannotDecide(f"{invoice} is not being checked. {CHANGED}")
    for kind, record in archived_on(invoice):
        _allow(kind, record, [invoice.pk], by=by)


def archived_on(invoice: Invoice) -> list[tuple[Kind, Any]]:
    """The archived records on an invoice that nobody has let it go with: client, services, employees."""
    lines = InvoiceLine.objects.filter(invoice=invoice)
    on_it = {
        CLIENTS: [invoice.client_id],
        SERVICES: lines.values("service"),
        EMPLOYEES: lines.exclude(employee=None).values("employee"),
    }
    allowed = SendAnyway.objects.filter(invoice=invoice)
    return [
        (kind, record)
        for kind, ids in on_it.items()
        for record in kind.records.filter(pk__in=ids, archived_at__isnull=False)
        .exclude(archived_reason=ArchivedReason.MERGED)
        .exclude(pk__in=allowed.filter(kind=kind.singular).values("record_id"))
        .order_by("pk")
    ]


def _in_doubt(company: Company) -> QuerySet[Invoice]:
    """What may have arrived: it can only go again as it was, so it is never moved (X-5)."""
    unknown = InvoiceExport.objects.filter(
        invoice=OuterRef("pk"), state=ExportState.UNKNOWN, connection__closed_at=None
    )
    return Invoice.objects.filter(Exists(unknown), company=company, state=InvoiceState.APPROVED)


def _allow(kind: Kind, record: Any, ids: list[int], *, by: User) -> None:
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


@transaction.atomic
def move(kind: Kind, record: Any, to: Any, start: date, *, by: User) -> int:
    """Let the invoices that wait now name another, active record instead. Raises CannotMove."""
    if to.pk == record.pk:
        raise CannotMove(f"Choose another {kind.singular} than {record.called}.")
    if to.company_id != record.company_id or to.is_archived:
        raise CannotMove(f"Choose an active {kind.singular}.")
    ids = _locked(waiting_with(kind, record, start), STAYING_STATES)
    names = {"kept": to.called, "other": record.called}
    because = f"{record.called} is archived"
    move_invoices(kind, to, record, ids, names=names, by=by, now=timezone.now(), because=because)
    return len(ids)


def _locked(found: QuerySet[Invoice], staying: Collection[str]) -> list[int]:
    """Lock them in the order in which exports do. How they stand is read after their locks are held: those in
    a state of `staying` are left out."""
    ids = list(found.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    stays: set[int] = set()
    for chunk in _chunks(ids):
        exports = InvoiceExport.objects.filter(invoice__in=chunk, state__in=staying)
        stays.update(exports.values_list("invoice_id", flat=True))
        changed = Invoice.objects.filter(pk__in=chunk).exclude(state=InvoiceState.APPROVED)
        stays.update(changed.values_list("pk", flat=True))
    return [pk for pk in ids if pk not in stays]


def _chunks(ids: list[int]) -> list[list[int]]:
    return [ids[begin : begin + CHUNK] for begin in range(0, len(ids), CHUNK)]
