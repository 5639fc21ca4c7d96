"""What an export would do now: what goes, what can't and why, what is still in doubt (X-1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Sum

from integrations.connections.models import Connection
from integrations.exports.blocked import BlockedGroups
from integrations.exports.facts import InvoiceFacts
from integrations.exports.loading import chunks_of, judged, read_books, to_be_exported
from integrations.exports.models import STAYING_STATES, ExportState, InvoiceExport
from integrations.exports.readiness import Verdict
from integrations.exports.rules import ExportRules
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
    in_doubt: int = 0  # sending or being checked: looked up before anything goes
    conflicts: int = 0
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
        return bool(self.going_count or self.in_doubt)


def preview(
    company: Company,
    connection: Connection,
    rules: ExportRules,
    *,
    approved_before: datetime,
    left_out: frozenset[int] = frozenset(),
    page: int = 1,
) -> Preview:
    """Judge all invoices that would go, by the same rules as the sending does.

    A few queries for each chunk and a constant number besides; only one page of invoices is kept.
    ValueError if the export start is not set.
    """
    if rules.start is None:
        raise ValueError("The export start date is not set.")
    seen = Preview(page=max(1, page))
    books = read_books(connection)
    kept: list[Verdict] = []
    first = (seen.page - 1) * PAGE
    for ids in chunks_of(to_be_exported(company, rules.start, approved_before), CHUNK):
        for verdict in judged(ids, connection=connection, rules=rules, books=books):
            if not verdict.is_ready:
                seen.blocked.add(verdict)
                continue
            if first <= seen.ready_count < first + PAGE:
                kept.append(verdict)
            _count(seen, verdict.invoice, left_out)
    if seen.page > seen.pages:  # fewer than when the page was asked for
        return preview(
            company, connection, rules, approved_before=approved_before, left_out=left_out, page=seen.pages
        )
    refusals = _refusals(kept)
    seen.ready = [
        ReadyInvoice(
            verdict.invoice,
            verdict.number,
            verdict.terms,
            verdict.due_on,
            verdict.posted_on,
            refusals.get(verdict.invoice.id, ""),
            verdict.invoice.id not in left_out,
        )
        for verdict in kept
    ]
    _count_the_others(seen, company, connection, rules.start)
    return seen


def _count(seen: Preview, invoice: InvoiceFacts, left_out: frozenset[int]) -> None:
    seen.ready_count += 1
    seen.ready_total += invoice.total
    if seen.oldest is None:
        seen.oldest = invoice.date  # they come oldest first
    if invoice.id in left_out:
        seen.left_out_count += 1
        seen.left_out_total += invoice.total


def _refusals(verdicts: list[Verdict]) -> dict[int, str]:
    failed = InvoiceExport.objects.filter(
        invoice__in=[verdict.invoice.id for verdict in verdicts], state=ExportState.FAILED
    )
    return {row.invoice_id: reason(row) or "No reason was told." for row in failed}


def _count_the_others(seen: Preview, company: Company, connection: Connection, start: date) -> None:
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
    stays = InvoiceExport.objects.filter(invoice=OuterRef("pk"), state__in=STAYING_STATES)
    earlier = Invoice.objects.filter(
        ~Exists(stays), company=company, state=InvoiceState.APPROVED, date__lt=start
    ).aggregate(count=Count("pk"), total=Sum("total"))
    seen.before_start, seen.before_start_total = earlier["count"], earlier["total"] or Decimal("0.00")
