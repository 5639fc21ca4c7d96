"""What the books should show once an export is through, month by month and kind by kind (X-1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from integrations.connections.models import Connection
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, ReversalState
from integrations.exports.rules import ExportRules, ReversalWay
from reconpro.invoices.models import Invoice


@dataclass(slots=True)
class Afterwards:
    """Documents of one kind that are dated in one month, as the books show them: credits with positive
    totals. `there` went from here before, `goes` goes now."""

    month: date
    document_type: str
    there_count: int = 0
    there_total: Decimal = Decimal("0.00")
    goes_count: int = 0
    goes_total: Decimal = Decimal("0.00")

    @property
    def count(self) -> int:
        return self.there_count + self.goes_count

    @property
    def total(self) -> Decimal:
        return self.there_total + self.goes_total


def afterwards(
    found: QuerySet[Invoice],
    stays: Iterable[tuple[date, Decimal]],
    connection: Connection,
    rules: ExportRules,
) -> list[Afterwards]:
    """For each month and kind in which something goes: `found` less those that stay, given by date and
    total. Three queries."""
    kept: dict[tuple[date, bool], list[Decimal]] = defaultdict(list)
    for day, total in stays:
        kept[(day.replace(day=1), total < 0)].append(total)
    sums = (
        found.order_by()
        .annotate(
            month=TruncMonth("date"), is_credit=Case(When(total__lt=0, then=Value(1)), default=Value(0))
        )
        .values("month", "is_credit")
        .annotate(count=Count("pk"), sum=Sum("total"))
    )
    rows: dict[tuple[date, str], Afterwards] = {}
    for row in sums:
        month, is_credit = row["month"], bool(row["is_credit"])
        out = kept[(month, is_credit)]
        if row["count"] == len(out):
            continue
        total = row["sum"] - sum(out, Decimal("0.00"))
        kind = rules.type_of(total)
        rows[(month, kind)] = Afterwards(
            month, kind, goes_count=row["count"] - len(out), goes_total=abs(total)
        )
    if rows:
        _add_what_is_there(rows, connection)
    return sorted(rows.values(), key=lambda row: (row.month, row.document_type))


def _add_what_is_there(rows: dict[tuple[date, str], Afterwards], connection: Connection) -> None:
    """What went and stands: a document that a credit took back stands beside that credit."""
    first, last = min(month for month, _ in rows), max(month for month, _ in rows)
    end = (last + timedelta(days=31)).replace(day=1)
    credits = ExportReversal.objects.credits().filter(
        connection=connection, state=ReversalState.DONE, way=ReversalWay.CREDIT
    )
    of_them = Exists(credits.filter(export=OuterRef("pk")))
    stands = Q(state=ExportState.EXPORTED) | (Q(state=ExportState.REVERSED) & of_them)
    exports = InvoiceExport.objects.filter(stands, connection=connection)
    for there in (_by_month(exports, "document_date", first, end), _by_month(credits, "on", first, end)):
        for each in there:
            row = rows.get((each["month"], each["document_type"]))
            if row is not None:
                row.there_count += each["count"]
                row.there_total += each["sum"]


def _by_month(documents: QuerySet[Any], day: str, first: date, end: date) -> Iterable[dict[str, Any]]:
    within = documents.filter(**{f"{day}__gte": first, f"{day}__lt": end}).order_by()
    by_month = within.annotate(month=TruncMonth(day)).values("month", "document_type")
    sums: Iterable[dict[str, Any]] = by_month.annotate(count=Count("pk"), sum=Sum("total"))
    return sums
