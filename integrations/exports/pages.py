"""What exports show on ReconPro's pages, and where they listen (X-8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format

from integrations.exports import states
from integrations.exports.models import (
    DONE_STATES,
    LOCKING_STATES,
    STAYING_STATES,
    ExportReversal,
    ExportState,
    InvoiceExport,
)
from integrations.exports.panel import COLOURS, invoice_panel
from integrations.exports.reversing import doubt_reversals
from integrations.exports.words import lock_sentence
from integrations.providers import Provider
from integrations.runs.closing import run_broken_off
from integrations.runs.models import Operation, Run
from integrations.subscription import provider_of
from reconpro.company.models import Company
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.lists import capped_count, count_label
from reconpro.registry import InvoiceFilter, Panel, registry

NOT_EXPORTED = "none"


def narrowed(invoices: QuerySet[Invoice], state: str) -> QuerySet[Invoice]:
    """Those whose export stands so now: in this state, or not exported and nothing decided."""
    exports = InvoiceExport.objects.filter(invoice=OuterRef("pk"))
    if state == NOT_EXPORTED:
        return invoices.filter(~Exists(exports.current()))
    return invoices.filter(Exists(exports.filter(state=state)))


FILTER = InvoiceFilter(
    name="accounting",
    label="Accounting",
    any_label="Any",
    choices=(
        (NOT_EXPORTED, "Not exported"),
        *(choice for choice in ExportState.choices if choice[0] != ExportState.SET_ASIDE),
    ),
    narrow=narrowed,
)


def register() -> None:
    registry.invoice_locks.append(lock)
    registry.invoice_badges.append(badges)
    registry.invoice_filters.append(FILTER)
    registry.invoice_panels.append(Panel("integrations/export_panel.html", invoice_panel))
    registry.invoice_list_panels.append(Panel("integrations/export_list_panel.html", list_panel))
    registry.export_start.append(export_start)
    registry.only_waiting_invoices.append(only_waiting)
    run_broken_off.connect(doubt_what_was_under_way, dispatch_uid="exports.doubt")


def only_waiting(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those that accounting doesn't have yet: what archiving a record tells about (I-5)."""
    done = InvoiceExport.objects.filter(invoice=OuterRef("pk"), state__in=DONE_STATES)
    return invoices.filter(~Exists(done))


def lock(invoice: Invoice) -> str:
    """Why the invoice may not be edited, voided or deleted now, or "". Asked under the invoice's row lock,
    which `states.mark_sending` takes too."""
    found = InvoiceExport.objects.filter(invoice=invoice, state__in=LOCKING_STATES)
    export = found.select_related("invoice", "connection").first()
    return lock_sentence(export) if export else ""


def badges(invoices: Iterable[Invoice]) -> dict[int, tuple[str, str]]:
    """Label and colour of each invoice that went, tried to, or was decided on: one query a page."""
    ids = [invoice.pk for invoice in invoices]
    rows = InvoiceExport.objects.filter(invoice__in=ids).exclude(state=ExportState.SET_ASIDE)
    # How it stands now counts, and what was released only where it has not gone elsewhere since.
    told = rows.values_list("invoice_id", "state")
    in_order = sorted(told, key=lambda row: row[1] != ExportState.RELEASED)
    return {pk: (ExportState(state).label, COLOURS[ExportState(state)]) for pk, state in in_order}


def list_panel(request: HttpRequest, company: Company) -> dict[str, Any] | None:
    """The button Export Invoices above the list, for those who may press it (U-1, U-3)."""
    provider = provider_of(company)
    if provider is None or not may_export(request):
        return None
    open_run = Run.objects.filter(company=company, operation=Operation.EXPORT_INVOICES, outcome="").first()
    return {"open_run": open_run, "sentence": "" if open_run else _how_many_wait(company, provider)}


def _how_many_wait(company: Company, provider: Provider) -> str:
    """How many approved invoices may go and haven't gone; where none do, why."""
    approved = Invoice.objects.filter(company=company, state=InvoiceState.APPROVED)
    start = provider.export_rules(company).start
    dated = ""
    if start is not None:
        approved = approved.filter(date__gte=start)
        dated = f" dated {date_format(start, 'M j, Y')} or later"
    stays = InvoiceExport.objects.filter(invoice=OuterRef("pk"), state__in=STAYING_STATES)
    count = capped_count(approved.filter(~Exists(stays)))
    waiting = f"{count_label(count)} invoice{'' if count == 1 else 's'} approved"
    if provider.open_connection(company) is None:
        missing = f"{provider.label} is not set up yet: no invoices go there."
        return f"{waiting}. {missing}" if count else missing
    if count:
        return f"{waiting} and not yet in {provider.label}."
    # No invoice waits: each approved one has an export that locks it.
    exports = InvoiceExport.objects.filter(company=company)
    if exports.filter(state__in=set(LOCKING_STATES) - set(DONE_STATES)).exists():
        return f"Nothing waits to be exported, but not all that was sent is known to be in {provider.label}."
    if kept := capped_count(approved.filter(exports__state=ExportState.KEPT_BACK)):
        are = " is" if kept == 1 else "s are"
        return f"{count_label(kept)} invoice{are} kept back; nothing else waits to be exported."
    if approved.exists():
        return f"All approved invoices{dated} are in {provider.label}."
    return f"No invoice{dated} is approved yet."


def export_start(company: Company) -> date | None:
    """From which date on the company's invoices go, or None if nobody has said."""
    provider = provider_of(company)
    return provider.export_rules(company).start if provider is not None else None


def may_export(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "keeps_records", False))


def doubt_what_was_under_way(run: Run, **_: object) -> None:
    """A run that ended without its own finish leaves nothing *sending* (R-3)."""
    if run.operation == Operation.EXPORT_INVOICES:
        states.doubt(InvoiceExport.objects.filter(run=run))
        doubt_reversals(ExportReversal.objects.filter(run=run))
