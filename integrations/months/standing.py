"""How a month's invoices stand: what is not in accounting yet, and what is (X-9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, FilteredRelation, Max, Q, QuerySet, Sum
from django.urls import reverse

from integrations.connections.models import Connection
from integrations.exports.loading import chunks_of, judged, read_books, to_be_exported
from integrations.exports.models import HISTORY_STATES, ExportReversal, ExportState, InvoiceExport
from integrations.exports.pages import NOT_EXPORTED
from integrations.exports.rules import ExportRules
from integrations.exports.screening import suspects
from integrations.months.period import last_day
from reconpro.company.models import Company
from reconpro.invoices.models import Invoice, InvoiceState

NOTHING = Decimal("0.00")
CHUNK = 1000
CHANGED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """So many invoices stand so. `is_open`: the month is not through with them."""

    name: str
    label: str
    count: int
    total: Decimal
    url: str
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    lines: list[Line] = field(default_factory=list)

    @property
    def open_count(self) -> int:
        return sum(line.count for line in self.lines if line.is_open)

    @property
    def open_total(self) -> Decimal:
        return sum((line.total for line in self.lines if line.is_open), NOTHING)

    def numbers(self) -> dict[str, list[Any]]:
        """As a sign-off keeps them: {"failed": [3, "120.00"]}, without what is nothing."""
        return {line.name: [line.count, str(line.total)] for line in self.lines if line.count}


# In the order in which they are told: name, label, the export's state, whether the month waits for them.
_OF_EXPORTS = (
    ("failed", "Failed", (ExportState.FAILED,), True),
    ("unknown", "Being checked", (ExportState.UNKNOWN, ExportState.SENDING), True),
    ("conflict", "In conflict", (ExportState.CONFLICT,), True),
    ("kept_back", "Kept back", (ExportState.KEPT_BACK,), True),
    ("exported", "Exported", (ExportState.EXPORTED,), False),
    ("by_hand", "Exported by hand", (ExportState.BY_HAND,), False),
    ("reversed", "Reversed", (ExportState.REVERSED,), False),
)


def standing(company: Company, connection: Connection, rules: ExportRules, month: date) -> Standing:
    """Every invoice of the month that isn't void, once. One statement for all of them, and a few for those
    that something is amiss with."""
    invoices = of_month(company, month)
    sums = {
        (row["state"], row["current__state"]): (row["count"], row["total"] or NOTHING)
        for row in invoices.order_by()
        .annotate(
            current=FilteredRelation("exports", condition=~Q(exports__state__in=HISTORY_STATES)),
        )
        .values("state", "current__state")
        .annotate(count=Count("pk"), total=Sum("total"))
    }
    lines = [
        Line(
            "draft",
            "Unapproved",
            # Also those that were refused or kept back before they were set back to draft.
            *_added([told for (state, _), told in sums.items() if state == InvoiceState.DRAFT]),
            url=invoices_url(month, state=InvoiceState.DRAFT),
        ),
        *_waiting(company, connection, rules, month, sums.get((InvoiceState.APPROVED, None), (0, NOTHING))),
    ]
    for name, label, states, is_open in _OF_EXPORTS:
        count, total = _added([sums.get((InvoiceState.APPROVED, state), (0, NOTHING)) for state in states])
        lines.append(Line(name, label, count, total, invoices_url(month, accounting=states[0]), is_open))
    return Standing(lines)


def _added(told: list[tuple[int, Decimal]]) -> tuple[int, Decimal]:
    return sum(count for count, _ in told), sum((total for _, total in told), NOTHING)


def _waiting(
    company: Company, connection: Connection, rules: ExportRules, month: date, every: tuple[int, Decimal]
) -> list[Line]:
    """Approved invoices that were never sent: ready, blocked, or older than the export start."""
    url = invoices_url(month, state=InvoiceState.APPROVED, accounting=NOT_EXPORTED)
    ready = blocked = (0, NOTHING)
    if rules.start is not None:
        found = to_be_exported(company, rules.start).filter(date__gte=month, date__lte=last_day(month))
        found = found.exclude(exports__state=ExportState.FAILED)
        blocked = _blocked(found, connection, rules)
        told = found.order_by().aggregate(count=Count("pk"), total=Sum("total"))
        ready = (told["count"] - blocked[0], (told["total"] or NOTHING) - blocked[1])
    before = (every[0] - ready[0] - blocked[0], every[1] - ready[1] - blocked[1])
    lines = [
        Line("ready", "Ready, not sent", *ready, url=url),
        Line("blocked", "Blocked", *blocked, url=reverse("export-preview") + "#blocked"),
    ]
    if before[0]:
        lines.append(Line("before_start", "Before the export start date", *before, url=url, is_open=False))
    return lines


def _blocked(found: QuerySet[Invoice], connection: Connection, rules: ExportRules) -> tuple[int, Decimal]:
    books = read_books(connection)
    suspected = suspects(found, connection, rules, books)
    if suspected is None:
        chunks = chunks_of(found, CHUNK)
    else:
        ids = sorted(suspected)
        chunks = (ids[begin : begin + CHUNK] for begin in range(0, len(ids), CHUNK))
    count, total = 0, NOTHING
    for some in chunks:
        for verdict in judged(some, connection=connection, rules=rules, books=books):
            if not verdict.is_ready:
                count += 1
                total += verdict.invoice.total
    return count, total


def of_month(company: Company, month: date) -> QuerySet[Invoice]:
    """Its invoices, without void ones."""
    return Invoice.objects.filter(
        company=company, date__gte=month, date__lte=last_day(month), state__in=_LIVING
    )


_LIVING = (InvoiceState.DRAFT, InvoiceState.APPROVED)


def invoices_url(month: date, **filters: str) -> str:
    """The list of invoices, narrowed to the month."""
    days = {"date_from": month.isoformat(), "date_to": last_day(month).isoformat()}
    return f"{reverse('invoices')}?{urlencode({**filters, **days})}"


def changed_since(company: Company, month: date, moment: datetime) -> QuerySet[Invoice]:
    """Invoices of the month that were changed, or whose export was, after the moment; the latest first."""
    first, last = month, last_day(month)
    exports = InvoiceExport.objects.filter(company=company, invoice__date__gte=first, invoice__date__lte=last)
    moved = exports.filter(
        Q(sent_at__gt=moment) | Q(settled_at__gt=moment) | Q(decided_at__gt=moment)
    ).values("invoice_id")
    invoices = Invoice.objects.filter(company=company, date__gte=first, date__lte=last)
    return invoices.filter(Q(updated_at__gt=moment) | Q(pk__in=moved)).order_by("-updated_at", "-pk")


def latest_change(company: Company, connection: Connection, month: date) -> datetime | None:
    """When something last arrived in the books, or was decided about, of the month's exports and credits."""
    exports = InvoiceExport.objects.filter(
        connection=connection, document_date__gte=month, document_date__lte=last_day(month)
    )
    # A credit counts in the month that it is dated in, whichever its invoice is of.
    credits = ExportReversal.objects.credits().filter(
        connection=connection, on__gte=month, on__lte=last_day(month)
    )
    told = exports.aggregate(settled=Max("settled_at"), decided=Max("decided_at"))
    told |= credits.aggregate(credited=Max("settled_at"))
    return max(filter(None, told.values()), default=None)
