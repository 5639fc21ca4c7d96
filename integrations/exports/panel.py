"""How an invoice stands with accounting, on its page, and what a person may do about it (X-6 to X-8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from integrations.exports.archived import archived_on
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, ReversalState
from integrations.exports.releasing import RELEASABLE
from integrations.exports.reversals import MARKABLE, WITHDRAWABLE, is_for_a_person, reversal_of
from integrations.exports.words import books_name, own_words
from integrations.providers import Provider
from integrations.subscription import provider_of
from reconpro.invoices.models import Invoice, InvoiceState

COLOURS = {
    ExportState.SENDING: "info",
    ExportState.EXPORTED: "success",
    ExportState.FAILED: "danger",
    ExportState.UNKNOWN: "warning",
    ExportState.CONFLICT: "danger",
    ExportState.KEPT_BACK: "secondary",
    ExportState.BY_HAND: "success",
    ExportState.REVERSED: "dark",
    ExportState.RELEASED: "secondary",
}


@dataclass(frozen=True, slots=True)
class Button:
    """What a person may do now. `asks` leads to a page that asks for more; else it is done at once."""

    decision: str  # a name of `decisions.DECISIONS`
    label: str
    asks: bool = False
    is_first: bool = False


def invoice_panel(request: HttpRequest, invoice: Invoice) -> dict[str, Any] | None:
    """How the invoice stands with accounting; nothing for one that has nothing to do with it."""
    company = invoice.company
    provider = provider_of(company)
    rows = list(
        InvoiceExport.objects.filter(invoice=invoice)
        .exclude(state=ExportState.SET_ASIDE)
        .select_related("connection__books", "run", "invoice", "decided_by")
        .order_by("pk")
    )
    export = next((row for row in rows if row.state != ExportState.RELEASED), None)
    released = [row for row in rows if row.state == ExportState.RELEASED]
    may_decide = bool(getattr(request.user, "keeps_records", False)) and provider is not None
    is_administrator = bool(getattr(request.user, "is_administrator", False))
    reversal = reversal_of(export) if export is not None else None
    buttons: list[Button] = []
    # Released, and the settings name its books again: it can't go there twice.
    went_here = export is None and any(row.connection.closed_at is None for row in released)
    if may_decide and provider is not None and not went_here:
        buttons = list(_buttons(invoice, export, reversal, provider))
        if export is not None and is_administrator and _may_be_released(export, reversal):
            buttons.append(Button("release", "Release…", asks=True))
    if export is None and not released and not buttons:
        return None
    any_row = export or (released[0] if released else None)
    return {
        "export": export,
        "invoice": invoice,
        "released": released,
        "went_here": went_here,
        "reversal": reversal,
        "buttons": buttons,
        "colour": COLOURS[ExportState(export.state)] if export is not None else "",
        "own_words": own_words(export) if export is not None else "",
        "reversal_words": own_words(reversal) if reversal is not None else "",
        "can_ask": reversal is None or reversal.connection.closed_at is None,
        "archived": _archived(invoice, export),
        "books_name": _name(any_row, provider),
        "may_open_run": may_decide,
        "may_take_back": may_decide and is_administrator,
    }


def _archived(invoice: Invoice, export: InvoiceExport | None) -> str:
    """The archived records for which one that is being checked could not go again, in words; "" if none."""
    if export is None or export.state != ExportState.UNKNOWN or export.connection.closed_at is not None:
        return ""
    return ", ".join(f"{kind.singular} {record.called}" for kind, record in archived_on(invoice))


def _name(row: InvoiceExport | None, provider: Provider | None) -> str:
    if row is not None:
        return books_name(row.connection.provider)
    return provider.label if provider is not None else "Accounting"


def _buttons(
    invoice: Invoice, export: InvoiceExport | None, reversal: ExportReversal | None, provider: Provider
) -> Iterator[Button]:
    by_hand = Button("by-hand", "Exported by hand…", asks=True)
    if export is None:
        if invoice.state == InvoiceState.APPROVED and provider.open_connection(invoice.company) is not None:
            yield Button("keep-back", "Keep back")
            yield by_hand
        return
    match export.state:
        case ExportState.FAILED:
            if invoice.state == InvoiceState.APPROVED:
                yield Button("retry", "Retry", is_first=True)
                yield by_hand
            yield Button("keep-back", "Keep back")
        case ExportState.KEPT_BACK:
            yield Button("take-up", "Take up again", is_first=True)
            if invoice.state == InvoiceState.APPROVED:
                yield by_hand
        case ExportState.UNKNOWN:
            if export.connection.closed_at is None:
                yield Button("check", "Check now", is_first=True)
                if _archived(invoice, export):
                    yield Button("send-anyway", "Send anyway")
        case ExportState.CONFLICT:
            yield Button("settle", "Settle it…", asks=True, is_first=True)
        case ExportState.BY_HAND:
            yield Button("mark-reversed", "Mark as reversed…", asks=True)
            yield Button("take-mark-back", "Not exported by hand…", asks=True)
        case ExportState.EXPORTED if reversal is None:
            yield Button("reverse", "Reverse…", asks=True)
        case ExportState.EXPORTED if reversal is not None:
            yield from _of_reversal(reversal)
        case ExportState.REVERSED:
            if not invoice.corrections.exclude(state=InvoiceState.VOID).exists():
                yield Button("corrected-copy", "Make a corrected copy", is_first=True)


def _of_reversal(reversal: ExportReversal) -> Iterator[Button]:
    state, may_be_asked = ReversalState(reversal.state), reversal.connection.closed_at is None
    if may_be_asked and state == ReversalState.WAITING:
        yield Button("reverse-now", "Reverse now", is_first=True)
    elif may_be_asked and state == ReversalState.FAILED:
        yield Button("reverse-now", "Retry the reversal", is_first=True)
    elif may_be_asked and state == ReversalState.UNKNOWN:
        yield Button("check", "Check now", is_first=True)
    if state in MARKABLE:
        yield Button("mark-reversed", "Mark as reversed…", asks=True)
    if is_for_a_person(reversal):
        if state == ReversalState.UNKNOWN:
            yield Button("reversal-arrived", "It is reversed…", asks=True)
        yield Button("not-reversed", "It is not reversed…", asks=True)
    if state in WITHDRAWABLE:
        yield Button("withdraw-reversal", "Don’t reverse it")


def _may_be_released(export: InvoiceExport, reversal: ExportReversal | None) -> bool:
    return export.state in RELEASABLE and export.connection.closed_at is not None and reversal is None
