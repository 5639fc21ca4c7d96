"""An invoice's page, and the steps from draft to approved, back, void or gone."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reconpro.audit.models import AuditEvent
from reconpro.company.access import (
    BACK_OFFICE,
    RECORD_KEEPERS,
    CompanyRequest,
    company_object,
    of_company,
    role_required,
)
from reconpro.invoices import services
from reconpro.invoices.forms import version_in
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.invoices.tables import STATE_COLOURS, badges_of
from reconpro.panels import rendered_panels
from reconpro.registry import registry

EVENTS_SHOWN = 30


@require_safe
@role_required(*BACK_OFFICE)
def invoice(request: CompanyRequest, pk: int) -> HttpResponse:
    shown = _invoice(request, pk)
    return render(
        request,
        "operations/invoice.html",
        {
            "invoice": shown,
            "colour": STATE_COLOURS[InvoiceState(shown.state)],
            "badges": badges_of([shown]).get(shown.pk, []),
            "lines": shown.lines.select_related("service", "employee"),
            "corrections": shown.corrections.order_by("pk"),
            "locked": services.lock_sentence(shown),
            "events": _events(request, shown),
            "panels": rendered_panels(registry.invoice_panels, request, shown),
        },
    )


@require_POST
@role_required(*RECORD_KEEPERS)
def approve(request: CompanyRequest, pk: int) -> HttpResponse:
    return _step(request, _invoice(request, pk), services.approve, "{} is approved.")


@require_POST
@role_required(*RECORD_KEEPERS)
def back_to_draft(request: CompanyRequest, pk: int) -> HttpResponse:
    return _step(
        request, _invoice(request, pk), services.back_to_draft, "{} is a draft again and can be changed."
    )


@require_http_methods(["GET", "POST"])
@role_required(*RECORD_KEEPERS)
def void(request: CompanyRequest, pk: int) -> HttpResponse:
    """GET asks for confirmation, POST does it."""
    asked = _invoice(request, pk)
    if request.method == "GET":
        return render(request, "operations/invoice_void.html", {"invoice": asked})
    return _step(request, asked, services.void, "{} is void.")


@require_http_methods(["GET", "POST"])
@role_required(*BACK_OFFICE)
def delete(request: CompanyRequest, pk: int) -> HttpResponse:
    """A draft can be removed by whoever may make one. GET asks for confirmation, POST does it."""
    asked = _invoice(request, pk)
    if request.method == "GET":
        return render(request, "operations/invoice_delete.html", {"invoice": asked})
    try:
        services.delete_draft(invoice=asked, by=request.user, version=version_in(request.POST))
    except services.InvoiceRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("invoice", asked.pk)
    messages.success(request, f"{asked}, a draft, is deleted.")
    return redirect("invoices")


def _invoice(request: CompanyRequest, pk: int) -> Invoice:
    return company_object(
        request, Invoice.objects.select_related("company", "client", "team", "approved_by", "corrects"), pk
    )


def _step(request: CompanyRequest, asked: Invoice, step: Callable[..., Any], done: str) -> HttpResponse:
    """Take the step if the invoice is still as the page showed it; its page says what happened."""
    try:
        step(invoice=asked, by=request.user, version=version_in(request.POST))
    except services.StaleInvoice as refusal:
        messages.warning(request, f"{refusal} Nothing was done. Look at it as it is now, then decide again.")
    except services.InvoiceRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done.format(asked))
    return redirect("invoice", asked.pk)


def _events(request: CompanyRequest, shown: Invoice) -> Any:
    events = of_company(request, AuditEvent).filter(subject_kind="invoice", subject_id=shown.pk)
    return events.select_related("user").order_by("-at", "-id")[:EVENTS_SHOWN]
