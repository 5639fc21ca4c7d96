"""The list of invoices, its download, and what is offered while somebody types into a chooser."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reconpro.company.access import BACK_OFFICE, CompanyRequest, role_required
from reconpro.company.models import Client, Employee, Service
from reconpro.downloads import csv_response, xlsx_response
from reconpro.invoices.fields import typed_decimal
from reconpro.invoices.finding import label, offers
from reconpro.invoices.search import InvoiceSearch
from reconpro.invoices.tables import InvoiceTable, download_headers, download_rows
from reconpro.lists import on_page
from reconpro.panels import rendered_panels
from reconpro.registry import registry

CHOOSABLE: dict[str, type[Any]] = {model.kind_plural: model for model in (Client, Service, Employee)}


@require_safe
@role_required(*BACK_OFFICE)
def operations(request: CompanyRequest) -> HttpResponse:
    """The Operations tab opens at its first page."""
    return redirect("invoices")


@require_safe
@role_required(*BACK_OFFICE)
def invoices(request: CompanyRequest) -> HttpResponse:
    search = InvoiceSearch(request.GET, company=request.company)
    table = on_page(InvoiceTable(search.found()), request)
    table.read_badges()
    return render(
        request,
        "operations/invoices.html",
        {
            "search": search,
            "table": table,
            "is_empty": not table.page.object_list,
            "panels": rendered_panels(registry.invoice_list_panels, request, request.company),
        },
    )


@require_safe
@role_required(*BACK_OFFICE)
def download(request: CompanyRequest) -> HttpResponseBase:
    """What the list shows under the same address, all pages of it, as CSV or XLSX."""
    table = InvoiceTable(InvoiceSearch(request.GET, company=request.company).found())
    if order_by := request.GET.getlist(table.prefixed_order_by_field):
        table.order_by = order_by
    rows = download_rows(table.data.data)
    name = f"invoices {request.company.code} {timezone.localdate():%Y-%m-%d}"
    if request.GET.get("format") == "xlsx":
        return xlsx_response(f"{name}.xlsx", download_headers(), rows)
    return csv_response(f"{name}.csv", download_headers(), rows)


@require_safe
@role_required(*BACK_OFFICE)
def choose(request: CompanyRequest, kind_plural: str) -> HttpResponse:
    """The options of a chooser: the box asks with its text as the only value of the address."""
    if (model := CHOOSABLE.get(kind_plural)) is None:
        raise Http404
    text = next(iter(request.GET.dict().values()), "").replace("\x00", "").strip()
    records, more = offers(request.company, model, text)
    return render(
        request,
        "operations/choices.html",
        {
            "choices": [_choice(record) for record in records],
            "more": more,
            "text": text,
            "kind": model.kind,
            "kind_plural": kind_plural,
        },
    )


def _choice(record: Client | Service | Employee) -> dict[str, object]:
    proposed = record.price if isinstance(record, Service) else None
    return {
        "record": record,
        "label": label(record),
        "price": "" if proposed is None else typed_decimal(proposed, least_digits=2),
    }
