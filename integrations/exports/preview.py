"""What an export would do now: what goes, what can't and why, what the books show afterwards (X-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from integrations.connections.models import Connection
from integrations.exports.afterwards import Afterwards, afterwards
from integrations.exports.blocked import BlockedGroups
from integrations.exports.causes import SINCE_CAUSES
from integrations.exports.facts import BooksFacts, InvoiceFacts
from integrations.exports.loading import judged, read_books, to_be_exported
from integrations.exports.models import (
    STAYING_STATES,
    ExportReversal,
    ExportState,
    InvoiceExport,
    ReversalState,
)
from integrations.exports.port import Wanted
from integrations.exports.readiness import Verdict
from integrations.exports.rules import ExportRules
from integrations.exports.screening import blocked as blocked_among
from integrations.exports.screening import ids_of
from integrations.exports.states import to_be_checked
from integrations.exports.words import reason
from reconpro.company.models import Company
from reconpro.invoices.models import Invoice, InvoiceState

PAGE = 100  # ready invoices with boxes on one page
CHUNK = 500  # invoices judged at a time


@dataclass(frozen=True, slots=True)
class ReadyInvoice:
    """One that goes. `failed_before` is why it was refused the last time, "" if it never was."""

    invoice: InvoiceFacts
    number: str
    terms: str
    due_on: date | None
    posted_on: date | None
    failed_before: str = ""
    is_chosen: bool = True


@dataclass(slots=True)
class Preview:
    """`ready` is one page of those that go; count, total and oldest speak of all of them."""

    ready: list[ReadyInvoice] = field(default_factory=list)
    ready_count: int = 0
    ready_total: Decimal = Decimal("0.00")
    oldest: date | None = None
    left_out_count: int = 0
    left_out_total: Decimal = Decimal("0.00")
    page: int = 1
    blocked: BlockedGroups = field(default_factory=BlockedGroups)
    afterwards: list[Afterwards] = field(default_factory=list)
    in_doubt: int = 0  # sending or being checked: looked up before anything goes
    conflicts: int = 0
    kept_back: int = 0
    failed: int = 0  # of those that are looked at, refused before
    to_reverse: int = 0  # reversals that wait or are being checked
    before_start: int = 0
    before_start_total: Decimal = Decimal("0.00")

    @property
    def pages(self) -> int:
        return max(1, -(-self.ready_count // PAGE))

    @property
    def going_count(self) -> int:
        return self.ready_count - self.left_out_count

    @property
    def going_total(self) -> Decimal:
        return self.ready_total - self.left_out_total

    @property
    def has_work(self) -> bool:
        """Whether a run would do anything."""
        return bool(self.going_count or self.in_doubt or self.to_reverse)


def preview(
    company: Company,
    connection: Connection,
    rules: ExportRules,
    *,
    approved_before: datetime,
    left_out: frozenset[int] = frozenset(),
    page: int = 1,
) -> Preview:
    """What would go and what wouldn't, by the same rules as the sending goes by.

    Totals are the database's; only invoices that something is amiss with, and those of one page, are read
    and judged here (see `screening`). ValueError if the export start is not set.
    """
    if rules.start is None:
        raise ValueError("The export start date is not set.")
    books = read_books(connection)
    found = to_be_exported(company, rules.start, approved_before)
    seen = Preview()
    blocked: dict[int, tuple[date, Decimal]] = {}
    for verdict in blocked_among(found, connection, rules, books):
        seen.blocked.add(verdict)
        blocked[verdict.invoice.id] = (verdict.invoice.date, verdict.invoice.total)
    for verdict in archived_since(connection, rules, books):
        seen.blocked.add(verdict, counts=False)  # it is being checked, and counts there
    _sum_up(seen, found)
    out = {invoice.pk: invoice for invoice in _left_out(found, left_out) if invoice.pk not in blocked}
    seen.left_out_count = len(out)
    seen.left_out_total = sum((invoice.total for invoice in out.values()), Decimal("0.00"))
    seen.page = min(max(1, page), seen.pages)
    # The oldest, and those of this page, by one walk over them.
    ids = list(islice((pk for pk in ids_of(found) if pk not in blocked), seen.page * PAGE))
    seen.oldest = Invoice.objects.values_list("date", flat=True).get(pk=ids[0]) if ids else None
    ids = ids[(seen.page - 1) * PAGE :]
    seen.ready = _listed(judged(ids, connection=connection, rules=rules, books=books), left_out)
    stays = [*blocked.values(), *((invoice.date, invoice.total) for invoice in out.values())]
    seen.afterwards = afterwards(found, stays, connection, rules)
    _count_the_others(seen, company, connection, rules.start, found)
    return seen


def archived_since(connection: Connection, rules: ExportRules, books: BooksFacts) -> Iterator[Verdict]:
    """What is being checked and could not go again, should it not be there: a person may let it (X-6)."""
    rows = to_be_checked(connection).values_list("invoice_id", "document_type", "document_number").iterator()
    while chunk := list(islice(rows, CHUNK)):
        kept = {pk: Wanted(type_, number) for pk, type_, number in chunk}
        for verdict in judged(kept, connection=connection, rules=rules, books=books, kept=kept):
            if blockers := tuple(each for each in verdict.blockers if each.cause in SINCE_CAUSES):
                yield replace(verdict, blockers=blockers)


def _sum_up(seen: Preview, found: QuerySet[Invoice]) -> None:
    every = found.order_by().aggregate(count=Count("pk"), total=Sum("total"))
    seen.ready_count = every["count"] - seen.blocked.count
    seen.ready_total = (every["total"] or Decimal("0.00")) - seen.blocked.total


def _left_out(found: QuerySet[Invoice], left_out: frozenset[int]) -> Iterator[Invoice]:
    ids = sorted(left_out)
    for begin in range(0, len(ids), CHUNK):
        yield from found.filter(pk__in=ids[begin : begin + CHUNK]).only("pk", "date", "total")


def _listed(verdicts: list[Verdict], left_out: frozenset[int]) -> list[ReadyInvoice]:
    refusals = _refusals(verdicts)
    return [
        ReadyInvoice(
            verdict.invoice,
            verdict.number,
            verdict.terms,
            verdict.due_on,
            verdict.posted_on,
            refusals.get(verdict.invoice.id, ""),
            verdict.invoice.id not in left_out,
        )
        for verdict in verdicts
        if verdict.is_ready
    ]


def _refusals(verdicts: list[Verdict]) -> dict[int, str]:
    failed = InvoiceExport.objects.filter(
        invoice__in=[verdict.invoice.id for verdict in verdicts], state=ExportState.FAILED
    )
    return {row.invoice_id: reason(row) or "No reason was told." for row in failed}


def _count_the_others(
    seen: Preview, company: Company, connection: Connection, start: date, found: QuerySet[Invoice]
) -> None:
    states = dict(
        InvoiceExport.objects.filter(
            connection=connection,
            state__in=(ExportState.SENDING, ExportState.UNKNOWN, ExportState.CONFLICT),
        )
        .values_list("state")
        .annotate(Count("pk"))
    )
    seen.conflicts = states.pop(ExportState.CONFLICT, 0)
    seen.in_doubt = sum(states.values())
    seen.kept_back = InvoiceExport.objects.filter(
        company=company, state=ExportState.KEPT_BACK, invoice__state=InvoiceState.APPROVED
    ).count()
    seen.failed = found.order_by().filter(exports__state=ExportState.FAILED).count()
    seen.to_reverse = ExportReversal.objects.filter(
        connection=connection,
        state__in=(ReversalState.WAITING, ReversalState.SENDING, ReversalState.UNKNOWN),
    ).count()
    stays = InvoiceExport.objects.filter(invoice=OuterRef("pk"), state__in=STAYING_STATES)
    earlier = Invoice.objects.filter(
        ~Exists(stays), company=company, state=InvoiceState.APPROVED, date__lt=start
    ).aggregate(count=Count("pk"), total=Sum("total"))
    seen.before_start, seen.before_start_total = earlier["count"], earlier["total"] or Decimal("0.00")
