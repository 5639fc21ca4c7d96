"""Our documents of a month, and those of given numbers, as plain values: a few queries a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from integrations.connections.models import Connection
from integrations.exports.models import (
    DONE_STATES,
    ExportReversal,
    ExportState,
    InvoiceExport,
    ReversalState,
)
from integrations.exports.rules import ReversalWay
from reconpro.company.models import Company
from reconpro.invoices.models import Invoice

DONE = frozenset(DONE_STATES)
CHUNK = 1000
Key = tuple[str, int]  # "invoice" or "credit", and the row's id

_EXPORT = (
    "id", "invoice_id", "invoice__total", "document_type", "document_number", "customer_id", "document_date",
    "total", "locations", "state", "key",
)  # fmt: skip
_CREDIT = (
    "id", "export__invoice_id", "document_type", "document_number", "customer_id", "on", "total",
    "export__locations",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A document that went from here, or was entered by hand for an invoice of ours (`type` "").

    `size` is what the books should show, never negative; `amounts` the same by location, None where nobody
    sent it. `stands` False: taken back, by the books or by hand, so that it is worth nothing.
    """

    key: Key
    invoice_id: int
    type: str
    number: str
    client_id: str
    date: date
    size: Decimal
    is_credit: bool
    amounts: Mapping[str, Decimal] | None
    state: ExportState
    stands: bool

    @property
    def booked(self) -> Decimal:
        """What it adds to what the client owes."""
        if not self.stands:
            return Decimal("0.00")
        return -self.size if self.is_credit else self.size

    @property
    def state_label(self) -> str:
        return str(self.state.label)


def of_numbers(connection: Connection, numbers: Collection[str]) -> dict[str, list[Ours]]:
    """All of ours in these books with one of these numbers, whatever became of them."""
    found: dict[str, list[Ours]] = defaultdict(list)
    exports = InvoiceExport.objects.filter(connection=connection, document_number__in=numbers)
    credits = _credits(connection).filter(document_number__in=numbers)
    for mine in (*_of_exports(exports), *map(_of_credit, credits.values(*_CREDIT))):
        found[mine.number].append(mine)
    for same in found.values():
        same.sort(key=lambda mine: mine.state not in DONE)  # first what went: others were refused under it
    return found


def of_month(connection: Connection, first: date, last: date) -> Iterator[list[Ours]]:
    """All of ours that were dated in the month and arrived, a chunk at a time."""
    exports = InvoiceExport.objects.filter(
        connection=connection, state__in=DONE, document_date__gte=first, document_date__lte=last
    )
    for chunk in _chunks(exports):
        yield list(_of_exports(exports.filter(pk__in=chunk)))
    credits = _credits(connection).filter(on__gte=first, on__lte=last)
    for chunk in _chunks(credits):
        yield [_of_credit(row) for row in credits.filter(pk__in=chunk).values(*_CREDIT)]


def types_of(connection: Connection, first: date, last: date) -> set[str]:
    """Every kind of document that went in the month."""
    exports = InvoiceExport.objects.filter(
        connection=connection, state__in=DONE, document_date__gte=first, document_date__lte=last
    )
    credits = _credits(connection).filter(on__gte=first, on__lte=last)
    told = {*exports.order_by().values_list("document_type", flat=True).distinct()}
    return (told | {*credits.order_by().values_list("document_type", flat=True).distinct()}) - {""}


def invoices_numbered(company: Company, numbers: Collection[str], prefix: str) -> dict[str, int]:
    """Invoices that would go under these document numbers."""
    own = {number.removeprefix(prefix): number for number in numbers if number.startswith(prefix)}
    found = Invoice.objects.filter(company=company, number__in=own).values_list("number", "pk")
    return {own[number]: pk for number, pk in found}


def _credits(connection: Connection) -> QuerySet[ExportReversal]:
    """Those that a credit document reversed: one that a person reversed in the books left no other."""
    done = ExportReversal.objects.filter(connection=connection, state=ReversalState.DONE)
    return done.filter(way=ReversalWay.CREDIT).exclude(document_number="")


def _chunks(rows: QuerySet[Any]) -> Iterator[list[int]]:
    last = 0
    while True:
        chunk = list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if chunk:
            yield chunk
        if len(chunk) < CHUNK:
            return
        last = chunk[-1]


def _of_exports(exports: QuerySet[InvoiceExport]) -> Iterator[Ours]:
    rows = list(exports.order_by("pk").values(*_EXPORT))
    reversed_ones = [row["id"] for row in rows if row["state"] == ExportState.REVERSED]
    credited = set(
        ExportReversal.objects.filter(
            export__in=reversed_ones, state=ReversalState.DONE, way=ReversalWay.CREDIT
        ).values_list("export_id", flat=True)
        if reversed_ones
        else ()
    )
    for row in rows:
        state = ExportState(row["state"])
        # What was sent before says nothing of a document that a person entered.
        by_hand = state == ExportState.BY_HAND or (state == ExportState.REVERSED and not row["key"])
        yield Ours(
            key=("invoice", row["id"]),
            invoice_id=row["invoice_id"],
            type="" if by_hand else row["document_type"],
            number=row["document_number"],
            client_id=row["customer_id"],
            date=row["document_date"],
            size=abs(row["total"]),
            is_credit=row["invoice__total"] < 0,
            amounts=None if by_hand else _amounts(row["locations"]),
            state=state,
            stands=state != ExportState.REVERSED or row["id"] in credited,
        )


def _of_credit(row: dict[str, Any]) -> Ours:
    return Ours(
        key=("credit", row["id"]),
        invoice_id=row["export__invoice_id"],
        type=row["document_type"],
        number=row["document_number"],
        client_id=row["customer_id"],
        date=row["on"],
        size=abs(row["total"]),
        is_credit=True,
        amounts=_amounts(row["export__locations"]),
        state=ExportState.EXPORTED,
        stands=True,
    )


def _amounts(locations: Mapping[str, str]) -> dict[str, Decimal] | None:
    return {location: Decimal(amount) for location, amount in locations.items()} or None
