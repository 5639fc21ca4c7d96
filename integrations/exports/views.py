"""Export Invoices: the preview, the date to start from, and the button (X-1)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from integrations.exports.causes import ARCHIVED_CAUSES, MOVABLE_CAUSES, SINCE_CAUSES, Place
from integrations.exports.forms import ExportStartForm, Selection
from integrations.exports.preview import PAGE, preview
from integrations.exports.releasing import elsewhere
from integrations.exports.words import count_of
from integrations.providers import Provider
from integrations.runs import lifecycle
from integrations.runs.models import Operation, Outcome, Run
from integrations.subscription import provider_of, subscription_required
from reconpro.company.access import RECORD_KEEPERS, CompanyRequest, role_required
from reconpro.company.models import Role

TEMPLATE = "integrations/export_preview.html"
_PAGES_OF_RECORDS = {"client": "client", "service": "service", "employee": "employee", "team": "team-edit"}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*RECORD_KEEPERS)
@subscription_required
def export_preview(request: CompanyRequest) -> HttpResponse:
    """What would go now. POST turns its pages: it carries the boxes of the page that is left."""
    if request.method == "POST":
        selection = Selection.from_post(request.POST)
        if selection is None:
            return _start_over(request)
        return preview_page(request, selection)
    return preview_page(request, Selection.now())


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def export_invoices(request: CompanyRequest) -> HttpResponse:
    """The button: start the run with what was chosen, and show it."""
    selection = Selection.from_post(request.POST)
    if selection is None:
        return _start_over(request)
    try:
        run, created = lifecycle.start(
            request.company,
            Operation.EXPORT_INVOICES,
            provider=provider_for(request).name,
            by=request.user,
            options=selection.options(),
        )
    except lifecycle.NotReady as sentence:
        messages.error(request, str(sentence))
        return redirect("export-preview")
    if not created:
        messages.info(request, "An export is under way already; this is it.")
    return redirect(run)


@require_POST
@role_required(Role.ADMINISTRATOR)
@subscription_required
def export_start(request: CompanyRequest) -> HttpResponse:
    """Set the date from which on invoices go, asked for before the first export."""
    form = ExportStartForm(request.POST)
    if not form.is_valid():
        return preview_page(request, Selection.now(), form, status=422)
    start = form.cleaned_data["start"]
    provider_for(request).set_export_start(request.company, start, request.user)
    messages.success(request, f"Invoices dated from {start:%B %-d, %Y} on are exported.")
    return redirect("export-preview")


def _start_over(request: HttpRequest) -> HttpResponse:
    messages.error(request, "What was chosen couldn't be read. Nothing was exported; choose again below.")
    return redirect("export-preview")


def provider_for(request: CompanyRequest) -> Provider:
    """The company's, which `subscription_required` has seen to."""
    provider = provider_of(request.company)
    assert provider is not None
    return provider


def preview_page(
    request: CompanyRequest,
    selection: Selection,
    start_form: ExportStartForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The preview as it is now, with what was chosen so far."""
    company, provider = request.company, provider_for(request)
    is_administrator = request.user.is_administrator
    rules, connection = provider.export_rules(company), provider.open_connection(company)
    open_run = Run.objects.filter(
        company=company, operation=Operation.EXPORT_INVOICES, outcome=Outcome.OPEN
    ).first()
    context: dict[str, Any] = {
        "provider": provider,
        "settings_url": reverse(provider.settings_url_name),
        "rules": rules,
        "connection": connection,
        "open_run": open_run,
        "start_form": start_form,
    }
    if connection is None:
        context["not_ready"] = f"{provider.label} is not set up yet."
    elif rules.start is None:
        first_of_month = timezone.localdate().replace(day=1)
        context["start_form"] = start_form or ExportStartForm(initial={"start": first_of_month})
    else:
        context["not_ready"] = provider.not_ready(company, Operation.EXPORT_INVOICES)
        found = preview(
            company,
            connection,
            rules,
            approved_before=selection.approved_before,
            left_out=selection.left_out,
            page=selection.page,
        )
        listed = {each.invoice.id for each in found.ready}
        context |= {
            "preview": found,
            "groups": [
                {
                    "group": group,
                    "url": place_url(group.place, provider),
                    "is_archived": group.cause in ARCHIVED_CAUSES,
                    "may_move": group.cause in MOVABLE_CAUSES,
                    "waiting": count_of(group.count),
                    "more": f"{group.more:,}",
                }
                for group in found.blocked
            ],
            "is_held": any(group.cause in SINCE_CAUSES for group in found.blocked),
            "selection": selection,
            "left_out_elsewhere": sorted(selection.left_out - listed),
            "first_listed": (found.page - 1) * PAGE + 1,
            "last_listed": (found.page - 1) * PAGE + len(found.ready),
            "elsewhere": sum(each.count for each in elsewhere(company)) if is_administrator else 0,
            "previous_page": found.page - 1,
            "next_page": found.page + 1,
        }
    return render(request, TEMPLATE, context, status=status)


def place_url(place: Place, provider: Provider) -> str:
    """Where the cause is mended; "" for what is mended on each invoice."""
    if place.kind == "settings":
        return reverse(provider.settings_url_name)
    name = _PAGES_OF_RECORDS.get(place.kind)
    return reverse(name, args=[place.id]) if name else ""
