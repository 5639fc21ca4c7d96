"""Releasing invoices that went to other books, so that they go over the present connection (S-7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, QuerySet, Sum
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.exports import states
from integrations.exports.hand import CHANGED, CannotDecide, decide, locked, told
from integrations.exports.models import ExportState, InvoiceExport, ReversalState
from integrations.exports.port import ExportDocument
from integrations.exports.went import as_it_went
from reconpro.company.models import Company, User
from reconpro.invoices.models import Invoice, InvoiceState

RELEASABLE = (ExportState.EXPORTED, ExportState.BY_HAND, ExportState.UNKNOWN, ExportState.CONFLICT)
CHUNK = 200  # invoices locked at a time


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What went to books that are not the present ones and was not released."""

    connection: Connection
    count: int
    total: Decimal
    oldest: date
    in_doubt: int  # of them, those that may not be there


def elsewhere(company: Company) -> list[Elsewhere]:
    """By connection, the latest closed first; two queries."""
    rows = _releasable(company).order_by().values("connection", "state")
    sums: dict[int, list[tuple[str, int, Decimal, date]]] = {}
    # The invoice's total, since a credit's row holds what the books hold, a positive one; it is locked.
    for row in rows.annotate(count=Count("pk"), sum=Sum("invoice__total"), oldest=Min("document_date")):
        sums.setdefault(row["connection"], []).append((row["state"], row["count"], row["sum"], row["oldest"]))
    found = Connection.objects.filter(pk__in=sums).select_related("books").order_by("-closed_at")
    return [
        Elsewhere(
            connection=connection,
            count=sum(count for _, count, _, _ in sums[connection.pk]),
            total=sum((total for _, _, total, _ in sums[connection.pk]), Decimal("0.00")),
            oldest=min(oldest for _, _, _, oldest in sums[connection.pk]),
            in_doubt=sum(
                count
                for state, count, _, _ in sums[connection.pk]
                if state in (ExportState.UNKNOWN, ExportState.CONFLICT)
            ),
        )
        for connection in found
    ]


@transaction.atomic
def release(invoice: Invoice, *, by: User) -> None:
    """Let an invoice go over the present connection, as a new one there; what it went with is kept."""
    current, row = locked(invoice)
    if row is None or row.state not in RELEASABLE:
        raise CannotDecide(f"{current} can't be released as it stands now. {CHANGED}")
    if row.connection.closed_at is None:
        raise CannotDecide(f"{current} is in the present books, {row.connection}: it can't go there twice.")
    if row.reversals.exclude(state=ReversalState.WITHDRAWN).exists():
        raise CannotDecide(f"{current} is to be reversed. Take that back, or mark it as reversed, first.")
    decide(row, ExportState.RELEASED, by=by, state_before=row.state)
    told(
        current,
        "released",
        f"Released to go over the present connection. It is in {row.connection} as {row.document_number}.",
        by=by,
        connection=str(row.connection),
        number=row.document_number,
    )


def release_all(connection: Connection, *, by: User, dated_from: date | None = None) -> tuple[int, int]:
    """Release all that went to these books; how many were, and how many could not be. Invoices are locked a
    few at a time, so that pages and runs go on meanwhile."""
    if connection.closed_at is None:
        raise CannotDecide(f"{connection} is the present connection: what is there can't go there twice.")
    done = left = 0
    for ids in _chunks(connection, dated_from):
        for invoice in Invoice.objects.filter(pk__in=ids).order_by("pk"):
            try:
                release(invoice, by=by)
                done += 1
            except CannotDecide:
                left += 1
    return done, left


@transaction.atomic
def take_release_back(invoice: Invoice, connection: Connection, *, by: User) -> None:
    """What was released is where it was, unless it has gone elsewhere since."""
    current, row = locked(invoice)
    released = InvoiceExport.objects.select_for_update(of=("self",)).select_related("connection__books")
    earlier = released.filter(invoice=current, connection=connection, state=ExportState.RELEASED).first()
    if earlier is None:
        raise CannotDecide(f"{current} is not released. {CHANGED}")
    if differs := _difference(current, earlier):
        raise CannotDecide(f"{current} {differs}")
    if row is not None:
        never_there = row.state in (ExportState.FAILED, ExportState.KEPT_BACK) and not row.resent
        if not never_there:
            raise CannotDecide(f"{current} has gone to {row.connection} since, or may have.")
        if not states.set_aside(row):
            raise CannotDecide(CHANGED)
    if not states.change(earlier, ExportState(earlier.state_before), **_before_release(earlier, by)):
        raise CannotDecide(CHANGED)
    told(
        current,
        "release_taken_back",
        f"No longer released: it is in {earlier.connection} as {earlier.document_number}.",
        by=by,
    )


def _difference(invoice: Invoice, row: InvoiceExport) -> str:
    """Why an invoice can't stand for what went, locked, and what to do (X-8); "" if it is as it went."""
    if invoice.state == InvoiceState.DRAFT:
        return f"is a draft now. Approve it as it went to {row.connection}, then take the release back."
    if invoice.state == InvoiceState.VOID:
        return f"is void now, and stays released. Void {row.document_number} in {row.connection} too."
    client = invoice.client
    amounts = sorted(line.amount for line in invoice.lines.all())
    went = as_it_went(row)
    changed = [
        name
        for name, is_changed in (
            ("date", invoice.date != row.document_date),
            ("total", abs(invoice.total) != abs(row.total)),
            (
                "amount of a line",
                went is not None and amounts != sorted(_signed(line.amount, went) for line in went.lines),
            ),
            # Under which id other books have the same client says nothing of these.
            ("client", client.books_id == row.connection_id and client.accounting_id != row.customer_id),
        )
        if is_changed
    ]
    if not changed:
        return ""
    return f"went to {row.connection} with another {' and another '.join(changed)}. Put that back first."


def _signed(amount: Decimal, went: ExportDocument) -> Decimal:
    """A credit has positive amounts (X-3)."""
    return -amount if went.is_credit else amount


def _before_release(row: InvoiceExport, by: User) -> dict[str, Any]:
    """What the row was before. What the books showed of a conflict, and the number that it had before it was
    exported by hand, are kept all the while; that it was, somebody has to stand for again (X-7)."""
    values = {name: value for name, value in states.NO_DECISION.items() if name not in _OUTLIVES_A_RELEASE}
    if row.state_before == ExportState.BY_HAND:
        # One that went before it was marked has a control id, and had been refused.
        was = ExportState.FAILED if row.control_id else ""
        values |= {"decided_by_id": by.pk, "decided_at": timezone.now(), "state_before": was}
    return values


_OUTLIVES_A_RELEASE = ("found", "number_before")


def _releasable(company: Company) -> QuerySet[InvoiceExport]:
    return InvoiceExport.objects.filter(
        company=company, state__in=RELEASABLE, connection__closed_at__isnull=False
    )


def _chunks(connection: Connection, dated_from: date | None) -> Iterator[list[int]]:
    found = InvoiceExport.objects.filter(connection=connection, state__in=RELEASABLE).order_by("invoice_id")
    if dated_from is not None:
        found = found.filter(document_date__gte=dated_from)
    last = 0
    while ids := list(found.filter(invoice_id__gt=last).values_list("invoice_id", flat=True)[:CHUNK]):
        yield ids
        last = ids[-1]
