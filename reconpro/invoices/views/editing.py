"""Making and changing an invoice. Whatever goes wrong, nothing that was typed is lost."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from reconpro.company.access import BACK_OFFICE, CompanyRequest, company_object, of_company, role_required
from reconpro.company.models import ArchivedReason, Client
from reconpro.invoices.forms import Finders, InvoiceForm, line_forms
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.invoices.services import (
    InvoiceRefused,
    NumberTaken,
    StaleInvoice,
    create_invoice,
    lock_sentence,
    save_invoice,
)


@require_http_methods(["GET", "POST"])
@role_required(*BACK_OFFICE)
def new(request: CompanyRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    finders = Finders(request.company, None)
    form = InvoiceForm(
        data,
        company=request.company,
        user=request.user,
        finders=finders,
        client=_client_of_address(request),
    )
    lines = line_forms(data, finders=finders, invoice=None, blank=1)
    if data is not None and _valid(form, lines):
        try:
            made = create_invoice(
                company=request.company, by=request.user, head=form.head(), lines=lines.lines()
            )
        except InvoiceRefused as refusal:
            _say(form, refusal)
        else:
            messages.success(request, f"{made} is saved as a draft.")
            return redirect("invoice", made.pk)
    return _page(request, form, lines, None)


@require_http_methods(["GET", "POST"])
@role_required(*BACK_OFFICE)
def edit(request: CompanyRequest, pk: int) -> HttpResponse:
    invoice = company_object(request, Invoice.objects.select_related("client", "team"), pk)
    data = request.POST if request.method == "POST" else None
    if data is None and (sentence := _closed(invoice)):
        messages.warning(request, sentence)
        return redirect("invoice", invoice.pk)
    finders = Finders(request.company, invoice)
    form = InvoiceForm(data, company=request.company, user=request.user, finders=finders, invoice=invoice)
    lines = line_forms(data, finders=finders, invoice=invoice)
    if data is not None and _valid(form, lines):
        try:
            save_invoice(
                invoice=invoice,
                by=request.user,
                head=form.head(),
                lines=lines.lines(),
                version=form.version_seen,
            )
        except StaleInvoice as refusal:
            return _stale_page(request, form, lines, refusal.current)
        except InvoiceRefused as refusal:
            _say(form, refusal)
        else:
            messages.success(request, f"{invoice} is saved.")
            return redirect("invoice", invoice.pk)
    return _page(request, form, lines, invoice)


def _valid(form: InvoiceForm, lines: Any) -> bool:
    """Both are asked, so that all that is wrong shows at once."""
    return all([form.is_valid(), lines.is_valid()])


def _closed(invoice: Invoice) -> str:
    """Why the form isn't offered at all, or ""; the service asks again under the lock."""
    if sentence := lock_sentence(invoice):
        return sentence
    if invoice.state == InvoiceState.APPROVED:
        return f"{invoice} is approved. Set it back to draft first."
    return "" if invoice.state == InvoiceState.DRAFT else f"{invoice} is void and stays as it is."


def _say(form: InvoiceForm, refusal: InvoiceRefused) -> None:
    beside_number = isinstance(refusal, NumberTaken) and "number" in form.fields
    form.add_error("number" if beside_number else None, str(refusal))


def _client_of_address(request: CompanyRequest) -> Client | None:
    """The client of a link such as "New invoice" on a client's profile."""
    client_id = request.GET.get("client", "")
    if not (client_id.isascii() and client_id.isdigit() and len(client_id) <= 18):
        return None
    return of_company(request, Client).filter(pk=client_id, archived_reason=ArchivedReason.NONE).first()


def _stale_page(request: CompanyRequest, form: InvoiceForm, lines: Any, current: Invoice) -> HttpResponse:
    """What was typed, the news that the invoice changed, and a Save that would now replace that change."""
    posted = request.POST.copy()
    posted["version"] = current.updated_at.isoformat()
    form.data = posted
    return _page(request, form, lines, current, stale=True, status=HTTPStatus.CONFLICT)


def _page(
    request: CompanyRequest,
    form: InvoiceForm,
    lines: Any,
    invoice: Invoice | None,
    *,
    stale: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    return render(
        request,
        "operations/invoice_form.html",
        {"form": form, "lines": lines, "invoice": invoice, "stale": stale},
        status=status,
    )
