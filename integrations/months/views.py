"""Reports → Close month (X-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from integrations.exports.words import count_of, money
from integrations.months.models import MonthComparison, MonthSignOff
from integrations.months.period import EARLIEST, LATEST, last_day, month_before, month_in
from integrations.months.signing import (
    LONGEST_REASON,
    CannotSignOff,
    Month,
    sign_off,
    sign_off_of,
    take_back,
)
from integrations.months.standing import CHANGED_SHOWN, Standing, changed_since, standing
from integrations.months.tables import DifferenceTable, LineTable, differences_of, lines_of
from integrations.providers import Provider
from integrations.runs import lifecycle
from integrations.runs.models import Operation, Outcome, Run
from integrations.subscription import provider_of, subscription_required
from reconpro.company.access import BACK_OFFICE, RECORD_KEEPERS, CompanyRequest, company_object, role_required
from reconpro.lists import on_page

TEMPLATE = "integrations/close_month.html"


class MonthForm(forms.Form):
    """Which month; what is no month says so beside the field."""

    month = forms.CharField(
        label="Month",
        max_length=7,
        widget=forms.TextInput(
            attrs={"type": "month", "class": "form-control", "placeholder": "2026-10", "autocomplete": "off"}
        ),
        error_messages={"required": "Enter a month, such as 2026-10."},
    )

    def clean_month(self) -> date:
        month = month_in(self.cleaned_data["month"])
        if month is None:
            raise forms.ValidationError(f"Enter a month from {EARLIEST} to {LATEST}, such as 2026-10.")
        return month


@dataclass(frozen=True, slots=True)
class Changed:
    """A number of the month that is another one since it was signed off."""

    label: str
    then: str
    now: str


@never_cache
@role_required(*BACK_OFFICE)
@subscription_required
def close_month(request: CompanyRequest) -> HttpResponse:
    """A month: what is open, what differs from the books, and who signed it off. Without one the last."""
    return _page(request)


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def compare(request: CompanyRequest) -> HttpResponse:
    """*Compare*: read the month from the books in the background."""
    month = _posted_month(request)
    try:
        run, created = lifecycle.start(
            request.company,
            Operation.COMPARE_MONTH,
            provider=_provider(request).name,
            by=request.user,
            options={"month": f"{month:%Y-%m}"},
        )
    except lifecycle.NotReady as sentence:
        messages.error(request, str(sentence))
        return redirect(_url(month))
    compared = month_in(str(run.options.get("month", "")))
    if not created and compared != month:
        messages.info(request, f"{compared:%B %Y} is being compared; start this month when it has ended.")
    return redirect(_url(month))


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def month_sign_off(request: CompanyRequest) -> HttpResponse:
    """*Sign off*, with one's own name."""
    month = _posted_month(request)
    seen = _month(request, month)
    if seen is None:
        return redirect(_url(month))
    reason = request.POST.get("reason", "")
    try:
        sign_off(seen, by=request.user, seen=request.POST.get("seen", ""), reason=reason)
    except CannotSignOff as refusal:
        return _page(request, month, refusal=str(refusal), reason=reason, status=422)
    messages.success(request, f"{month:%B %Y} is signed off.")
    return redirect(_url(month))


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def month_take_back(request: CompanyRequest, pk: int) -> HttpResponse:
    """The sign-off doesn't stand any more."""
    made = company_object(request, MonthSignOff, pk)
    try:
        take_back(made, by=request.user, reason=request.POST.get("reason", ""))
    except CannotSignOff as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The sign-off of {made.month:%B %Y} is taken back.")
    return redirect(_url(made.month))


def _page(
    request: CompanyRequest,
    month: date | None = None,
    *,
    refusal: str = "",
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    company, provider = request.company, _provider(request)
    if month is None:
        today = timezone.localdate(timezone=company.zone)
        asked = request.GET.get("month", "") or f"{month_before(today):%Y-%m}"
        form = MonthForm({"month": asked})
        month = form.cleaned_data["month"] if form.is_valid() else None
    else:
        form = MonthForm({"month": f"{month:%Y-%m}"})
    context: dict[str, Any] = {"form": form, "month": month, "provider": provider}
    if form.errors:
        form.fields["month"].widget.attrs |= {
            "aria-invalid": "true",
            "aria-describedby": "id_month_error",
            "class": "form-control is-invalid",
        }
    seen = _month(request, month) if month is not None else None
    if seen is not None:
        context |= _shown(request, seen) | {"refusal": refusal, "reason": reason}
    return render(request, TEMPLATE, context, status=status)


def _shown(request: CompanyRequest, seen: Month) -> dict[str, Any]:
    company, provider, currency = request.company, _provider(request), request.company.currency
    month, comparison = seen.month, seen.comparison
    named = f"{month:%Y-%m}"
    last_run = Run.objects.filter(company=company, operation=Operation.COMPARE_MONTH).order_by(
        "-queued_at", "-pk"
    )
    open_run = last_run.filter(outcome=Outcome.OPEN).first()
    failed = last_run.filter(options__month=named).exclude(outcome="").first() if not open_run else None
    context: dict[str, Any] = {
        "seen": seen,
        "named": named,
        "last_day": last_day(month),
        "previous": f"{month_before(month):%Y-%m}",
        "next": f"{_month_after(month):%Y-%m}",
        "not_ready": provider.not_ready(company, Operation.COMPARE_MONTH),
        "open_run": open_run,
        "failed": failed if failed and failed.outcome not in (Outcome.SUCCEEDED, Outcome.WARNED) else None,
        "signed": sign_off_of(seen.connection, month),
        "longest_reason": LONGEST_REASON,
        "history": MonthSignOff.objects.filter(connection=seen.connection, month=month)
        .exclude(withdrawn_at=None)
        .select_related("withdrawn_by")
        .order_by("-at")[:20],
    }
    if context["signed"] is not None:
        context |= _since(seen, context["signed"], currency)
    if comparison is not None:
        client_id = request.GET.get("client", "")[:120]
        context |= {
            "client_id": client_id,
            "lines": on_page(
                LineTable(lines_of(comparison), currency=currency, month=named, books_name=provider.label),
                request,
            ),
            "differences": on_page(
                DifferenceTable(
                    differences_of(comparison, client_id), currency=currency, books_name=provider.label
                ),
                request,
            ),
            "difference": comparison.their_total - comparison.our_total,
        }
    return context


def _since(seen: Month, signed: MonthSignOff, currency: str) -> dict[str, Any]:
    """What has changed since it was signed off."""
    then, now = signed.numbers.get("invoices", {}), seen.standing.numbers()
    labels = {line.name: line.label for line in seen.standing.lines}
    numbers = [
        Changed(labels.get(name, name), _told(then.get(name), currency), _told(now.get(name), currency))
        for name in labels
        if then.get(name) != now.get(name)
    ]
    changed = list(changed_since(seen.company, seen.month, signed.at)[: CHANGED_SHOWN + 1])
    return {
        "changed_numbers": numbers,
        "changed_invoices": changed[:CHANGED_SHOWN],
        "more_changed": len(changed) > CHANGED_SHOWN,
    }


def _told(pair: list[Any] | None, currency: str) -> str:
    if not pair:
        return "none"
    return f"{count_of(pair[0])}, {money(Decimal(pair[1]), currency)}"


def _month(request: CompanyRequest, month: date) -> Month | None:
    """None where no books are connected."""
    company, provider = request.company, _provider(request)
    connection = provider.open_connection(company)
    if connection is None:
        return None
    stands: Standing = standing(company, connection, provider.export_rules(company), month)
    comparison = MonthComparison.objects.filter(connection=connection, month=month).order_by("-made_at")
    return Month(company, connection, month, stands, comparison.first())


def _month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _posted_month(request: CompanyRequest) -> date:
    month = month_in(request.POST.get("month", ""))
    if month is None:
        raise Http404
    return month


def _provider(request: CompanyRequest) -> Provider:
    """The company's, which `subscription_required` has seen to."""
    provider = provider_of(request.company)
    assert provider is not None
    return provider


def _url(month: date) -> str:
    return f"{reverse('close-month')}?month={month:%Y-%m}"
