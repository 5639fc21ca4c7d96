"""The pages on which duplicates are compared and merged (I-8, I-10)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from integrations.duplicates.comparing import (
    MOST_COMPARED,
    columns_of,
    pages_of,
    proposes_merge,
    rows_of,
    sides_of,
)
from integrations.duplicates.merging import CannotMerge, merge, why_not_merged
from integrations.duplicates.models import Warning
from integrations.duplicates.showing import answers_for
from integrations.reconcile.kinds import EMPLOYEES, KINDS, Kind, kind_named
from integrations.subscription import provider_of, report_title, subscription_required
from reconpro.company.access import RECORD_KEEPERS, CompanyRequest, company_object, role_required
from reconpro.company.keeping import provider_name
from reconpro.company.models import AccountingRecord, ArchivedReason
from reconpro.registry import Panel, registry

MOST_FOUND = 20
MOST_LISTED = 20


def register() -> None:
    registry.record_panels.append(Panel("integrations/merge_panel.html", merge_panel))


@role_required(*RECORD_KEEPERS)
@subscription_required
@require_safe
def duplicate(request: CompanyRequest, pk: int) -> HttpResponse:
    """The records of a warning side by side, with what a person may answer."""
    warning = company_object(request, Warning, pk)
    records = sides_of(warning)[:MOST_COMPARED]
    if len(records) < 2:
        messages.info(request, "Of these records there is only one left, or none: nothing to compare.")
        return redirect("integration-report")
    kind = kind_named(records[0].kind)
    context = {
        "base": "reports/base.html",
        "crumb": {"url": reverse("integration-report"), "label": report_title(request.company)},
        "warning": warning,
        "answers": answers_for(warning),
        "more": len(warning.sides) - len(records) if len(records) == MOST_COMPARED else 0,
        "name_alone": not proposes_merge(warning, records),
        "pairs": _pairs(kind, records) if len(records) > 2 else [],
    }
    return _compared(request, kind, records, context)


@role_required(*RECORD_KEEPERS)
@subscription_required
def merge_records(request: CompanyRequest, kinds: str, pk: int, other: int) -> HttpResponse:
    """Two records side by side; posted, `keep` says which of them is kept."""
    kind = _kind_called(kinds)
    one, two = (_record(request, kind, number) for number in (pk, other))
    if request.method == "POST":
        by_id = {str(one.pk): (one, two), str(two.pk): (two, one)}
        if request.POST.get("keep") not in by_id:
            messages.error(request, "Choose which of the two is kept.")
            return redirect("merge", kinds, pk, other)
        kept, merged = by_id[request.POST["keep"]]
        try:
            kept = merge(kept, merged, by=request.user)
        except CannotMerge as refusal:
            messages.error(request, f"Nothing was merged. {refusal}")
            return redirect("merge", kinds, pk, other)
        messages.success(request, f"{merged.called} is merged into {kept.called.rstrip('.')}.")
        return redirect(kept.kind, kept.pk)
    context = {
        "base": "company/base.html",
        "crumb": {"url": reverse(kind.singular, args=[pk]), "label": one.called},
    }
    return _compared(request, kind, [one, two], context)


@role_required(*RECORD_KEEPERS)
@subscription_required
@require_safe
def merge_with(request: CompanyRequest, kinds: str, pk: int) -> HttpResponse:
    """Look for the other record; proposed are those of the same name (employees: e-mail)."""
    kind = _kind_called(kinds)
    pages = pages_of(kind)
    record = _record(request, kind, pk)
    others = pages.of(request.company).exclude(pk=pk).exclude(archived_reason=ArchivedReason.MERGED)
    search = pages.filter(request.GET, others, request=request)
    is_searched = bool(request.GET.get("search", "").strip())
    found: QuerySet[Any] = search.qs if is_searched else _proposed(kind, record, others)
    rows = list(found.select_related("books").order_by("search_key", "pk")[: MOST_FOUND + 1])
    return render(
        request,
        "integrations/merge_with.html",
        {
            "kind": pages,
            "record": record,
            "label": record.called,
            "url": reverse(kind.singular, args=[pk]),
            "why_not": why_not_merged(record, record) if _is_merged(record) else "",
            "filter": search,
            "is_searched": is_searched,
            "found": [(other, other.called, why_not_merged(record, other)) for other in rows[:MOST_FOUND]],
            "has_more": len(rows) > MOST_FOUND,
        },
    )


def merge_panel(request: HttpRequest, record: AccountingRecord) -> dict[str, Any] | None:
    """On a profile: what was merged into it, and the way to merge it with another one."""
    kind = kind_named(record.kind)
    merged = list(kind.records.filter(merged_into=record.pk).order_by("-archived_at", "-pk")[:MOST_LISTED])
    may_merge = bool(getattr(request.user, "keeps_records", False)) and not _is_merged(record)
    if provider_of(record.company) is None:
        may_merge = False
    if not merged and not may_merge:
        return None
    return {"record": record, "merged": [(r, r.called) for r in merged], "may_merge": may_merge}


def _compared(
    request: CompanyRequest, kind: Kind, records: list[Any], context: dict[str, Any]
) -> HttpResponse:
    is_pair = len(records) == 2
    return render(
        request,
        "integrations/duplicate.html",
        {
            "kind": kind,
            "columns": columns_of(records),
            "rows": rows_of(kind, records),
            "is_pair": is_pair,
            "why_not": why_not_merged(*records) if is_pair else "",
            "provider_name": next((provider_name(r) for r in records if r.books), "accounting"),
            "merge_url": reverse("merge", args=[kind.plural, *(r.pk for r in records)]) if is_pair else "",
            **context,
        },
    )


def _pairs(kind: Kind, records: list[Any]) -> list[tuple[str, str]]:
    """Of more than two: the pages that compare two of them."""
    return [
        (f"{one.called} with {two.called}", reverse("merge", args=[kind.plural, one.pk, two.pk]))
        for i, one in enumerate(records)
        for two in records[i + 1 :]
    ]


def _proposed(kind: Kind, record: Any, others: QuerySet[Any]) -> QuerySet[Any]:
    if kind is not EMPLOYEES:
        return others.filter(name_key=record.name_key) if record.name_key else others.none()
    return others.filter(email__iexact=record.email) if record.email else others.none()


def _record(request: CompanyRequest, kind: Kind, pk: int) -> Any:
    related = ("books", "merged_into", *pages_of(kind).related)
    return company_object(request, kind.records.select_related(*related), pk)


def _kind_called(plural: str) -> Kind:
    """The kind of "clients" in an address. Raises Http404 for a word that is no kind."""
    for kind in KINDS:
        if kind.plural == plural:
            return kind
    raise Http404


def _is_merged(record: AccountingRecord) -> bool:
    return record.archived_reason == ArchivedReason.MERGED
