"""Choices on the preview: archived records, keeping one back, releasing what went to other books."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from integrations.connections.models import Connection
from integrations.exports.archived import CannotMove, move, send_anyway, waiting_with
from integrations.exports.forms import Selection
from integrations.exports.hand import CannotDecide, keep_back
from integrations.exports.releasing import elsewhere, release_all
from integrations.exports.views import preview_page, provider_for
from integrations.exports.words import count_of
from integrations.reconcile.kinds import KINDS, Kind
from integrations.subscription import subscription_required
from reconpro.company.access import (
    ADMINISTRATORS,
    RECORD_KEEPERS,
    CompanyRequest,
    company_object,
    role_required,
)
from reconpro.company.models import Company
from reconpro.invoices.fields import RecordField
from reconpro.invoices.finding import Finder
from reconpro.invoices.forms import DateBox
from reconpro.invoices.models import Invoice

_KINDS = {kind.singular: kind for kind in KINDS}


class MoveForm(forms.Form):
    to = forms.Field()  # made in __init__, where the company is known

    def __init__(self, *args: Any, company: Company, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = RecordField(
            finder=Finder(company, kind.record), label=f"Move to which {kind.singular}?"
        )


class ReleaseForm(forms.Form):
    connection = forms.IntegerField(widget=forms.HiddenInput)
    dated_from = forms.DateField(
        label="Dated from",
        required=False,
        widget=DateBox(),
        help_text="Leave it empty to release all.",
        error_messages={"invalid": "Write the date as 2026-03-31."},
    )


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def export_anyway(request: CompanyRequest) -> HttpResponse:
    """*Send anyway*: shows the preview again, its boxes as they were."""
    kind, record = _record(request, *_two(request.POST.get("archived", "")))
    start = provider_for(request).export_rules(request.company).start
    if start is None:
        return redirect("export-preview")
    number = send_anyway(kind, record, start, by=request.user)
    goes = "goes" if number == 1 else "go"
    messages.success(request, f"{count_of(number)} {goes} though {record.called} is archived.")
    return _preview_again(request)


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def export_keep_back(request: CompanyRequest) -> HttpResponse:
    """*Keep back* in the preview's list: shows the preview again, its boxes as they were."""
    text = request.POST.get("invoice", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    invoice = company_object(request, Invoice, int(text))
    connection = provider_for(request).open_connection(request.company)
    try:
        keep_back(invoice, by=request.user, connection=connection)
    except CannotDecide as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{invoice} is kept back: it doesn't go until it is taken up again.")
    return _preview_again(request)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*RECORD_KEEPERS)
@subscription_required
def export_move(request: CompanyRequest, kind_name: str, pk: int) -> HttpResponse:
    """*Move*: another client, service or employee on the invoices that wait for an archived one."""
    kind, record = _record(request, kind_name, pk)
    start = provider_for(request).export_rules(request.company).start
    if start is None:
        return redirect("export-preview")
    data = request.POST if request.method == "POST" else None
    form = MoveForm(data, company=request.company, kind=kind)
    if data is not None and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            number = move(kind, record, to, start, by=request.user)
        except CannotMove as refusal:
            form.add_error("to", str(refusal))
        else:
            messages.success(request, f"{count_of(number)} moved from {record.called} to {to.called}.")
            return redirect("export-preview")
    context = {
        "kind": kind,
        "record": record,
        "form": form,
        "waiting": waiting_with(kind, record, start).count(),
    }
    return render(request, "integrations/export_move.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*ADMINISTRATORS)
@subscription_required
def export_release(request: CompanyRequest) -> HttpResponse:
    """S-7: what went to other books, and the button that lets it go over the present connection."""
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        connections = Connection.objects.select_related("books")
        connection = company_object(request, connections, form.cleaned_data["connection"])
        try:
            done, left = release_all(connection, by=request.user, dated_from=form.cleaned_data["dated_from"])
        except CannotDecide as refusal:
            messages.error(request, str(refusal))
            return redirect("export-release")
        messages.success(request, f"{count_of(done)} released from {connection}.")
        if left:
            messages.warning(request, f"{count_of(left)} can't be released: they are to be reversed.")
        return redirect("export-preview")
    context = {
        "form": form,
        "elsewhere": elsewhere(request.company),
        "present": provider_for(request).open_connection(request.company),
    }
    status = 422 if form.errors else 200
    return render(request, "integrations/export_release.html", context, status=status)


def _preview_again(request: CompanyRequest) -> HttpResponse:
    return preview_page(request, Selection.from_post(request.POST) or Selection.now())


def _two(text: str) -> tuple[str, int]:
    kind, _, pk = text.partition(":")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404
    return kind, int(pk)


def _record(request: CompanyRequest, kind_name: str, pk: int) -> tuple[Kind, Any]:
    kind = _KINDS.get(kind_name)
    if kind is None:
        raise Http404
    return kind, company_object(request, kind.records.select_related("company"), pk)
