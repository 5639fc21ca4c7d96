"""Clients, services and employees: the same pages for each kind."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from reconpro.audit.history import history
from reconpro.company.access import (
    BACK_OFFICE,
    RECORD_KEEPERS,
    CompanyRequest,
    company_object,
    role_required,
)
from reconpro.company.forms.records import RecordForm, odd_codes
from reconpro.company.keeping import (
    NOT_LISTED,
    CannotRestore,
    Record,
    add_record,
    archive_record,
    change_record,
    provider_name,
    restore_record,
    waiting_invoices,
    why_not_restored,
)
from reconpro.company.kinds import RecordKind, shown
from reconpro.company.letting_in import still_on_default
from reconpro.company.models import ArchivedReason, Employee
from reconpro.company.views.first_sign_ins import sign_in_of
from reconpro.downloads import csv_response, xlsx_response
from reconpro.lists import capped_count, count_label, on_page
from reconpro.panels import rendered_panels
from reconpro.registry import registry

LATEST = 10
EARLIER = 200


@role_required(*BACK_OFFICE)
@require_safe
def records(request: CompanyRequest, kind: RecordKind, archived: bool) -> HttpResponse:
    """One tab of the list, Active or Archived, searched, sorted and paged."""
    found = kind.filter(request.GET, kind.listed(request.company, archived=archived), request=request)
    table = kind.table(kind.with_related(found.qs), archived=archived)
    on_page(table, request)
    return render(
        request,
        "company/records.html",
        {
            "kind": kind,
            "archived": archived,
            "table": table,
            "filter": found,
            "is_narrowed": any(request.GET.get(name) for name in found.filters),
            "query": request.GET.urlencode(),
            "counts": {
                tab: count_label(capped_count(kind.listed(request.company, archived=tab == "archived")))
                for tab in ("active", "archived")
            },
            # I-4: the list says how many are so.
            "by_hand": count_label(
                capped_count(
                    kind.listed(request.company, archived=True).filter(archived_reason=ArchivedReason.BY_HAND)
                )
            )
            if archived
            else None,
            "tab_urls": {"active": reverse(kind.plural), "archived": reverse(f"{kind.plural}-archived")},
            "new_url": reverse(f"{kind.singular}-new"),
            "on_default": capped_count(still_on_default(request.company))
            if kind.model is Employee and request.user.is_administrator
            else None,
            "download_url": reverse(f"{kind.plural}-download"),
            "integrations": [s for s in registry.integration_sections if s.available(request.company)],
        },
    )


@role_required(*BACK_OFFICE)
@require_safe
def download(request: CompanyRequest, kind: RecordKind) -> HttpResponseBase:
    """All rows of what the list shows: the same tab, search and order."""
    archived = request.GET.get("tab") == "archived"
    found = kind.filter(request.GET, kind.listed(request.company, archived=archived), request=request)
    table = kind.table(found.qs, archived=archived)
    if order_by := request.GET.getlist("sort"):
        table.order_by = order_by
    rows = kind.download_rows(table.data.data)
    name = f"{request.company.code}-{kind.plural}{'-archived' if archived else ''}-{timezone.localdate()}"
    if request.GET.get("format") == "xlsx":
        return xlsx_response(f"{name}.xlsx", kind.download_headers(), rows)
    return csv_response(f"{name}.csv", kind.download_headers(), rows)


@role_required(*BACK_OFFICE)
@require_safe
def profile(request: CompanyRequest, kind: RecordKind, pk: int) -> HttpResponse:
    record = company_object(request, kind.of(request.company).select_related("books", *kind.related), pk)
    return profile_page(request, kind, record)


def profile_page(request: CompanyRequest, kind: RecordKind, record: Record) -> HttpResponse:
    """The details of I-11, where they come from, what other wings know, and what happened lately."""
    limit = EARLIER if request.GET.get("changes") == "all" else LATEST
    happened = history(record, request.company, limit=limit + 1)
    return render(
        request,
        "company/record.html",
        {
            "kind": kind,
            "record": record,
            "details": shown(record, kind.details),
            "oddities": odd_codes(record),
            "own_details": shown(record, kind.own_details),
            "provider_name": provider_name(record),
            "list_url": _list_url(kind, record),
            "urls": {
                action: reverse(f"{kind.singular}-{action}", args=[record.pk])
                for action in ("edit", "archive", "restore")
            },
            "why_not_restored": why_not_restored(record) if record.is_archived else "",
            "panels": rendered_panels(registry.record_panels, request, record),
            "history": happened[:limit],
            "has_earlier": len(happened) > limit and limit == LATEST,
            "sign_in": sign_in_of(record, for_administrator=request.user.is_administrator)
            if isinstance(record, Employee)
            else None,
            "give_sign_in_url": f"{reverse('user-new')}?employee={record.pk}",
        },
    )


@role_required(*RECORD_KEEPERS)
def new(request: CompanyRequest, kind: RecordKind) -> HttpResponse:
    form = kind.form(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        record: Record = form.save(commit=False)
        if _saved(form, lambda: add_record(record, by=request.user)):
            messages.success(request, f"{record} is added.")
            return redirect(kind.singular, record.pk)
    context = {"kind": kind, "form": form, "back": reverse(kind.plural)}
    return render(request, "company/record_form.html", context)


@role_required(*RECORD_KEEPERS)
def edit(request: CompanyRequest, kind: RecordKind, pk: int) -> HttpResponse:
    """The form keeps what was typed where somebody else saved the record meanwhile."""
    with transaction.atomic():
        records = kind.of(request.company)
        if request.method == "POST":
            # Two who save at once: the second one sees what the first one saved.
            records = records.select_for_update()
        record: Record = company_object(request, records, pk)
        form = kind.form(request.POST or None, instance=record, company=request.company)
        if request.method == "POST" and form.is_valid():
            changed: Record = form.save(commit=False)
            if _saved(
                form,
                lambda: change_record(changed, before=form.before, after=form.changes, by=request.user),
            ):
                messages.success(request, f"{changed} is saved.")
                return redirect(kind.singular, changed.pk)
    labels = {str(field.label) for field in form.fields.values()}
    # The heading keeps the name that is saved, whatever was typed.
    title = str(kind.of(request.company).get(pk=pk)) if request.method == "POST" else str(record)
    return render(
        request,
        "company/record_form.html",
        {
            "kind": kind,
            "record": record,
            "title": title,
            "form": form,
            "back": reverse(kind.singular, args=[pk]),
            "details": shown(record, [detail for detail in kind.details if detail[0] not in labels]),
            "provider_name": provider_name(record),
        },
    )


@role_required(*RECORD_KEEPERS)
def archive(request: CompanyRequest, kind: RecordKind, pk: int) -> HttpResponse:
    """Ask, saying what hangs on it, then archive by hand (I-4)."""
    with transaction.atomic():
        records = kind.of(request.company)
        if request.method == "POST":
            records = records.select_for_update()
        record: Record = company_object(request, records, pk)
        if record.is_archived:
            messages.info(request, f"{record} is archived already.")
            return redirect(kind.singular, pk)
        if request.method == "POST":
            archive_record(record, by=request.user)
            messages.success(request, f"{record} is archived. You find it on the Archived tab.")
            return redirect(kind.singular, pk)
    user = getattr(record, "user", None) if isinstance(record, Employee) else None
    return render(
        request,
        "company/record_archive.html",
        {
            "kind": kind,
            "record": record,
            "waiting": capped_count(waiting_invoices(record)),
            "signs_in": bool(user and user.is_active),
            "provider_name": provider_name(record),
            "back": reverse(kind.singular, args=[pk]),
        },
    )


@role_required(*RECORD_KEEPERS)
@transaction.atomic
def restore(request: CompanyRequest, kind: RecordKind, pk: int) -> HttpResponse:
    if request.method != "POST":  # who had to sign in first comes back with a GET
        return redirect(kind.singular, company_object(request, kind.of(request.company), pk).pk)
    record: Record = company_object(request, kind.of(request.company).select_for_update(), pk)
    if not record.is_archived:
        messages.info(request, f"{record} is active already.")
        return redirect(kind.singular, pk)
    was_listed = record.accounting_status not in NOT_LISTED
    try:
        restore_record(record, by=request.user)
    except CannotRestore as reason:
        messages.error(request, f"{record} stays archived. {reason}")
        return redirect(kind.singular, pk)
    messages.success(request, f"{record} is restored.")
    if not was_listed:
        name = provider_name(record)
        messages.warning(
            request,
            f"{name} no longer lists it: it is kept here as your own, and no import archives it until {name}"
            " lists it again.",
        )
    return redirect(kind.singular, pk)


def _saved(form: RecordForm, save: Any) -> bool:
    """Save; False, with the reason beside the field, where somebody took the Accounting ID meanwhile."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        fields = ("accounting_id", "accounting_employee_id")
        field = next((name for name in fields if name in form.fields), None)
        form.add_error(field, "Another record has this Accounting ID already. Each one is used once.")
        return False
    return True


def _list_url(kind: RecordKind, record: Record) -> str:
    return reverse(f"{kind.plural}-archived" if record.is_archived else kind.plural)
