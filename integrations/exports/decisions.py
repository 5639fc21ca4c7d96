"""A person's decisions on an invoice's page: retry, keep back, by hand, settle, reverse, release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from integrations.exports import archived, conflicts, hand, releasing, reversals
from integrations.exports.decision_forms import (
    ANOTHERS,
    OURS,
    NumberForm,
    ReversalForm,
    SeenForm,
    SettleForm,
    WhyForm,
)
from integrations.exports.hand import CannotDecide
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.rules import ExportRules, ReversalWay
from integrations.providers import Provider
from integrations.runs import lifecycle
from integrations.runs.models import Operation
from integrations.subscription import provider_of, subscription_required
from reconpro.company.access import RECORD_KEEPERS, CompanyRequest, company_object, role_required
from reconpro.invoices.models import Invoice
from reconpro.invoices.services import InvoiceRefused, corrected_copy

TEMPLATE = "integrations/export_decision.html"


@dataclass(frozen=True)
class Asked:
    """Who decides on what."""

    request: CompanyRequest
    provider: Provider
    invoice: Invoice
    export: InvoiceExport | None

    @property
    def rules(self) -> ExportRules:
        return self.provider.export_rules(self.request.company)


@dataclass(frozen=True)
class Decision:
    """`carry_out` answers what to say, or where to go; it raises CannotDecide. `form` None: it asks nothing
    more than whether. `about` is a sentence or two for the page that asks."""

    title: str
    button: str
    carry_out: Callable[[Asked, Any], str | HttpResponse]
    about: Callable[[Asked], str]
    form: Callable[..., forms.Form] | None = None
    administrators_only: bool = False
    is_grave: bool = False


def _retry(asked: Asked, _: Any) -> HttpResponse:
    return start_run(asked.request, {"only": [asked.invoice.pk]})


def _check(asked: Asked, _: Any) -> HttpResponse:
    return start_run(asked.request, {"only": []})


def _keep_back(asked: Asked, _: Any) -> str:
    connection = asked.provider.open_connection(asked.request.company)
    hand.keep_back(asked.invoice, by=asked.request.user, connection=connection)
    return f"{asked.invoice} is kept back: it doesn't go until you take it up again."


def _take_up(asked: Asked, _: Any) -> str:
    hand.take_up_again(asked.invoice, by=asked.request.user)
    return f"{asked.invoice} is taken up again: it is in the next preview."


def _by_hand(asked: Asked, form: Any) -> str:
    number = form.cleaned_data["number"]
    connection = asked.provider.open_connection(asked.request.company)
    hand.mark_by_hand(asked.invoice, number, by=asked.request.user, connection=connection)
    return f"{asked.invoice} is marked as exported by hand as {number}. It never goes."


def _take_mark_back(asked: Asked, form: Any) -> str:
    hand.take_mark_back(asked.invoice, by=asked.request.user, why=form.cleaned_data["why"])
    return f"{asked.invoice} is no longer marked as exported by hand: it is in the next preview."


def _settle(asked: Asked, form: Any) -> str:
    answer, by = form.cleaned_data["answer"], asked.request.user
    if answer.startswith(OURS):
        conflicts.adopt(asked.invoice, form.chosen_key, by=by)
        return f"{asked.invoice} is exported: the document is taken as this invoice."
    if answer == ANOTHERS:
        conflicts.not_ours(asked.invoice, by=by)
        return f"{asked.invoice} is not in {asked.provider.label}. Give it another number, then export it."
    conflicts.look_again(asked.invoice, by=by)
    return f"The next export asks {asked.provider.label} for the document again."


def _reverse(asked: Asked, form: Any) -> str | HttpResponse:
    if _way(asked) == ReversalWay.BY_HAND:
        return _mark_reversed(asked, form)
    values = form.cleaned_data
    reversals.ask(
        asked.invoice,
        by=asked.request.user,
        reason=values["reason"],
        on=values["on"],
        rules=asked.rules,
    )
    return start_run(asked.request, {"only": []})


def _mark_reversed(asked: Asked, form: Any) -> str:
    values = form.cleaned_data
    reversals.mark_reversed(asked.invoice, by=asked.request.user, reason=values["reason"], on=values["on"])
    return f"{asked.invoice} is marked as reversed. Make a corrected copy if the work is to be billed."


def _reverse_now(asked: Asked, _: Any) -> HttpResponse:
    reversals.try_again(asked.invoice, by=asked.request.user)
    return start_run(asked.request, {"only": []})


def _withdraw(asked: Asked, _: Any) -> str:
    reversals.withdraw(asked.invoice, by=asked.request.user)
    return f"{asked.invoice} is not reversed. It stays exported."


def _not_reversed(asked: Asked, form: Any) -> str:
    reversals.not_reversed(asked.invoice, by=asked.request.user, why=form.cleaned_data["why"])
    return f"Noted: {asked.invoice} is not reversed."


def _reversal_arrived(asked: Asked, form: Any) -> str:
    reversals.arrived(asked.invoice, by=asked.request.user, why=form.cleaned_data["why"])
    return f"{asked.invoice} is reversed. Make a corrected copy if the work is to be billed."


def _send_anyway(asked: Asked, _: Any) -> str:
    archived.send_this_anyway(asked.invoice, by=asked.request.user)
    return f"If it is not in {asked.provider.label}, {asked.invoice} goes again as it was."


def _corrected_copy(asked: Asked, _: Any) -> HttpResponse:
    if asked.export is None or asked.export.state != ExportState.REVERSED:
        raise CannotDecide(
            f"{asked.invoice} was not reversed: reverse it first, or it would be billed twice."
        )
    try:
        copy = corrected_copy(invoice=asked.invoice, by=asked.request.user)
    except InvoiceRefused as refusal:
        raise CannotDecide(str(refusal)) from refusal
    messages.success(asked.request, f"{copy} is made, a draft. Correct it, then approve it.")
    return redirect("invoice-edit", copy.pk)


def _release(asked: Asked, _: Any) -> str:
    releasing.release(asked.invoice, by=asked.request.user)
    return f"{asked.invoice} is released: it goes over the present connection with the next export."


def _about_reversal(asked: Asked) -> str:
    name = asked.provider.label
    way = _way(asked)
    if way == ReversalWay.BOOKS:
        return (
            f"{name} reverses the invoice on the date that you choose, and it stays here as it is, reversed."
        )
    if way == ReversalWay.CREDIT:
        return f"A credit over the whole invoice, a {asked.rules.credit_type}, goes to {name} on that date."
    return (
        f"This document can't be reversed from here: void it in {name}, then mark it here with the date and "
        "the reason."
    )


def _way(asked: Asked) -> ReversalWay:
    return reversals.way_of(asked.export, asked.rules) if asked.export is not None else ReversalWay.BY_HAND


def _books_of(asked: Asked) -> str:
    """The books that it went to, which may not be those of the settings now."""
    return str(asked.export.connection) if asked.export is not None else asked.provider.label


def _about_conflict(asked: Asked) -> str:
    said = asked.export.message if asked.export is not None else ""
    return f"{said} Compare the two in {asked.provider.label}, then say what it is."


def _about_release(asked: Asked) -> str:
    export = asked.export
    there = f"It is in {export.connection} as {export.document_number}. " if export is not None else ""
    doubt = ""
    if export is not None and export.state in (ExportState.UNKNOWN, ExportState.CONFLICT):
        doubt = "Whether it arrived there is not known. "
    return f"{there}{doubt}Released, it goes over the present connection as a new document; this stays noted."


DECISIONS: dict[str, Decision] = {
    "retry": Decision("Retry", "Retry", _retry, lambda a: f"It goes to {a.provider.label} at once."),
    "check": Decision("Check", "Check now", _check, lambda a: f"{a.provider.label} is asked for it."),
    "keep-back": Decision(
        "Keep back", "Keep back", _keep_back, lambda a: "It doesn't go until it is taken up again."
    ),
    "take-up": Decision(
        "Take up again", "Take up again", _take_up, lambda a: "It is in the next preview again."
    ),
    "by-hand": Decision(
        "Exported by hand",
        "Mark as exported by hand",
        _by_hand,
        lambda a: (
            f"For an invoice that was typed into {a.provider.label} by hand. It never goes from here, "
            "and can't be changed any more."
        ),
        NumberForm,
    ),
    "take-mark-back": Decision(
        "Not exported by hand",
        "Take the mark back",
        _take_mark_back,
        lambda a: (
            f"The invoice goes to {a.provider.label} with the next export. If it is there, it is there "
            "twice then."
        ),
        WhyForm,
        is_grave=True,
    ),
    "settle": Decision("Settle the conflict", "Settle it", _settle, _about_conflict, SettleForm),
    "reverse": Decision("Reverse", "Reverse", _reverse, _about_reversal, ReversalForm, is_grave=True),
    "mark-reversed": Decision(
        "Mark as reversed",
        "Mark as reversed",
        _mark_reversed,
        lambda a: f"Void or reverse it in {a.provider.label} first; this only notes it here.",
        ReversalForm,
        is_grave=True,
    ),
    "reverse-now": Decision(
        "Reverse now", "Reverse now", _reverse_now, lambda a: f"{a.provider.label} is asked to at once."
    ),
    "withdraw-reversal": Decision(
        "Don’t reverse", "Don’t reverse it", _withdraw, lambda a: "It stays exported as it is."
    ),
    "not-reversed": Decision(
        "Not reversed",
        "It is not reversed",
        _not_reversed,
        lambda a: (
            f"You looked in {_books_of(a)}, and it is not reversed there. Say how you know; it is noted."
        ),
        SeenForm,
        is_grave=True,
    ),
    "reversal-arrived": Decision(
        "Reversed",
        "It is reversed",
        _reversal_arrived,
        lambda a: f"You looked in {_books_of(a)}, and it is reversed there. Say how you know; it is noted.",
        SeenForm,
        is_grave=True,
    ),
    "send-anyway": Decision(
        "Send anyway",
        "Send anyway",
        _send_anyway,
        lambda a: (
            f"If {a.provider.label} doesn’t have it, it goes again as it was, though a record on it was "
            "archived since."
        ),
    ),
    "corrected-copy": Decision(
        "Make a corrected copy",
        "Make a corrected copy",
        _corrected_copy,
        lambda a: "A new draft with the same lines and a new number, which names this invoice.",
    ),
    "release": Decision(
        "Release", "Release", _release, _about_release, administrators_only=True, is_grave=True
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*RECORD_KEEPERS)
@subscription_required
def export_decision(request: CompanyRequest, pk: int, name: str) -> HttpResponse:
    """GET asks, POST does it; the invoice's page says what happened."""
    decision = DECISIONS.get(name)
    if decision is None:
        raise Http404
    if decision.administrators_only and not request.user.is_administrator:
        raise PermissionDenied("Only an administrator may do this.")
    asked = _asked(request, pk)
    form = _form(decision, asked)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            answer = decision.carry_out(asked, form)
        except CannotDecide as refusal:
            messages.error(request, str(refusal))
            return redirect("invoice", pk)
        if isinstance(answer, HttpResponse):
            return answer
        messages.success(request, answer)
        return redirect("invoice", pk)
    context = {
        "invoice": asked.invoice,
        "decision": decision,
        "form": form,
        "about": decision.about(asked),
        "button": _button(name, decision, asked),
    }
    return render(request, TEMPLATE, context, status=422 if form is not None and form.errors else 200)


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def export_retry(request: CompanyRequest) -> HttpResponse:
    """*Retry* of several: those that `invoice` names, or all that failed (X-6)."""
    named = [text for text in request.POST.getlist("invoice") if text]
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in named):
        raise Http404
    ids = [int(text) for text in named]
    mine = Invoice.objects.filter(company=request.company, pk__in=ids[:MOST_NAMED])
    found = list(mine.order_by("pk").values_list("pk", flat=True))
    if ids and not found:
        raise Http404
    return start_run(request, {"only": found} if ids else {"only_failed": True})


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def take_release_back(request: CompanyRequest, pk: int, export: int) -> HttpResponse:
    """S-7: what was released is where it was."""
    if not request.user.is_administrator:
        raise PermissionDenied("Only an administrator may do this.")
    invoice = company_object(request, Invoice, pk)
    rows = InvoiceExport.objects.filter(invoice=invoice).select_related("connection")
    row = company_object(request, rows, export)
    try:
        releasing.take_release_back(invoice, row.connection, by=request.user)
    except CannotDecide as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{invoice} is in {row.connection} again as {row.document_number}.")
    return redirect("invoice", pk)


MOST_NAMED = 10_000


def start_run(request: CompanyRequest, options: dict[str, object]) -> HttpResponse:
    """Start an export with these options and show it; one that is open already is shown instead."""
    provider = provider_of(request.company)
    assert provider is not None  # subscription_required has seen to it
    try:
        run, created = lifecycle.start(
            request.company,
            Operation.EXPORT_INVOICES,
            provider=provider.name,
            by=request.user,
            options=options,
        )
    except lifecycle.NotReady as sentence:
        messages.error(request, str(sentence))
        return redirect("export-preview")
    if not created:
        messages.info(
            request,
            "An export is under way already; this is it. What it doesn't take goes with the next one.",
        )
    return redirect(run)


def _asked(request: CompanyRequest, pk: int) -> Asked:
    invoice = company_object(request, Invoice.objects.select_related("company", "client"), pk)
    export = InvoiceExport.objects.current().select_related("connection__books", "invoice")
    provider = provider_of(request.company)
    assert provider is not None  # subscription_required has seen to it
    return Asked(request, provider, invoice, export.filter(invoice=invoice).first())


def _form(decision: Decision, asked: Asked) -> forms.Form | None:
    if decision.form is None:
        return None
    data = asked.request.POST if asked.request.method == "POST" else None
    if decision.form is not SettleForm:
        return decision.form(data)
    if asked.export is None:
        raise Http404
    return SettleForm(
        data,
        export=asked.export,
        books_name=asked.provider.label,
        currency=asked.request.company.currency,
    )


def _button(name: str, decision: Decision, asked: Asked) -> str:
    if name == "reverse" and _way(asked) == ReversalWay.BY_HAND:
        return DECISIONS["mark-reversed"].button
    return decision.button
