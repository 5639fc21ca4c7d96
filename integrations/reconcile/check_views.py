"""The page of a check: what it found, what people answer, Apply (I-9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from integrations.reconcile import check_answers, checking
from integrations.reconcile.answers import CannotAnswer
from integrations.reconcile.brake import Brake
from integrations.reconcile.check_answers import one_to_one
from integrations.reconcile.check_reading import Found, Row, Section
from integrations.reconcile.kinds import kind_of
from integrations.reconcile.models import BrakeAnswer, Check, LinkAnswer, LinkProposal
from integrations.runs import lifecycle
from integrations.runs.models import Mode, Operation, Run
from integrations.subscription import report_title, subscription_required
from reconpro.company.access import RECORD_KEEPERS, CompanyRequest, company_object, of_company, role_required
from reconpro.downloads import csv_response, xlsx_response
from reconpro.lists import PAGE_SIZE

FORMATS = {"csv": csv_response, "xlsx": xlsx_response}
HEADERS = ("Accounting ID", "Name", "Notes", "Field", "Old", "New")
ROWS_PER_CHUNK = 2000
OUT_OF_DATE = "This check is out of date, so it is made again: {}"


@never_cache
@role_required(*RECORD_KEEPERS)
@subscription_required
@require_safe
def check_page(request: CompanyRequest, pk: int) -> HttpResponse:
    """What a check found, a section and a page at a time."""
    run = _check_run(request, pk)
    if run.is_open:
        return redirect(run)
    context: dict[str, Any] = {
        "run": run,
        "title": report_title(request.company),
        "kind": kind_of(run.operation),
    }
    found = _found(run)
    if found is None:
        context["applied"] = checking.applied_by(run)
        return render(request, "integrations/check.html", context)
    sections = [s for s in found.sections() if s.count or s.name in ("new", "changed")]
    section = next((s for s in sections if s.name == request.GET.get("show")), sections[0])
    pages: Paginator[Row] = Paginator(cast(Any, section), PAGE_SIZE)
    page = pages.get_page(request.GET.get("page"))
    return render(
        request,
        "integrations/check.html",
        context
        | {
            "check": found.check,
            "found": found,
            "sections": sections,
            "section": section,
            "page": page,
            "pages": pages.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "one_to_one": one_to_one(found.check).count() if section.name == "links" else 0,
            "brake": Brake[found.check.brake].value if found.check.brake else "",
            "brake_answers": BrakeAnswer,
            "link_answers": LinkAnswer,
        },
    )


@never_cache
@role_required(*RECORD_KEEPERS)
@subscription_required
@require_safe
def check_download(request: CompanyRequest, pk: int, name: str, file_format: str) -> HttpResponseBase:
    """All rows of a section, a line for each changed field."""
    run = _check_run(request, pk)
    found = _found(run)
    section = next((s for s in found.sections() if s.name == name), None) if found else None
    if section is None or file_format not in FORMATS:
        raise Http404
    filename = f"check-{run.pk}-{name}.{file_format}"
    return FORMATS[file_format](filename, HEADERS, _lines(section))


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def check_again(request: CompanyRequest, pk: int) -> HttpResponse:
    """Check first once more, in place of this run."""
    run = company_object(request, Run, pk)
    return start_check(request, run.provider, Operation(run.operation))


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def check_apply(request: CompanyRequest, pk: int) -> HttpResponse:
    """*Apply*: a run that does what the page showed, or a new check where it is out of date."""
    run = _check_run(request, pk)
    operation = Operation(run.operation)
    seen = request.POST.get("answers", "")
    try:
        started, created = lifecycle.start(
            request.company,
            operation,
            provider=run.provider,
            by=request.user,
            mode=Mode.APPLY,
            applies=run,
            options={"answers": int(seen) if seen.isdecimal() and len(seen) < 9 else -1},
        )
    except lifecycle.CheckOutOfDate as stale:
        return start_check(request, run.provider, operation, why=OUT_OF_DATE.format(stale))
    except lifecycle.NotReady as sentence:
        messages.error(request, str(sentence))
        return redirect("check", run.pk)
    if not created:
        messages.info(request, f"{started.title} is already under way.")
    return redirect(started)


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def check_answer(request: CompanyRequest, pk: int) -> HttpResponse:
    """One proposed link: *Link* or *They are different*; or, without one, all that are one-to-one."""
    run = _check_run(request, pk)
    chosen = request.POST.get("proposal", "")

    def answer() -> str:
        if not chosen:
            number = check_answers.accept_one_to_one(run, request.user)
            links, them = ("link", "it") if number == 1 else ("links", "them")
            return f"{number:,} {links} accepted. Apply carries {them} out."
        wanted = LinkAnswer.LINK if request.POST.get("answer") == LinkAnswer.LINK else LinkAnswer.DIFFERENT
        proposal_pk = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
        proposal = check_answers.answer_proposal(run, proposal_pk, wanted, request.user)
        return f"Noted for {proposal.accounting_id}: {wanted.label.lower()}."

    return _answered(request, run, answer)


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def check_brake(request: CompanyRequest, pk: int) -> HttpResponse:
    """What becomes of the records that are no longer listed (I-5)."""
    run = _check_run(request, pk)
    chosen = request.POST.get("answer", "")
    answer = BrakeAnswer(chosen) if chosen in BrakeAnswer.values else BrakeAnswer.OPEN

    def tell() -> str:
        check_answers.answer_brake(run, answer, request.user)
        return f"Noted: {answer.label.lower()}."

    return _answered(request, run, tell)


def start_check(
    request: CompanyRequest, provider: str, operation: Operation, *, why: str = ""
) -> HttpResponse:
    """Start *Check first* and go to its run; `why` is said where nobody asked for it."""
    try:
        run, created = lifecycle.start(
            request.company, operation, provider=provider, by=request.user, mode=Mode.CHECK
        )
    except lifecycle.NotReady as sentence:
        messages.error(request, str(sentence))
        return redirect("integration-report")
    if why:
        messages.warning(request, why)
    if not created:
        messages.info(request, f"{run.title} is already under way.")
    return redirect(run)


def _answered(request: CompanyRequest, run: Run, answer: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, answer())
    except CannotAnswer as refusal:
        messages.error(request, str(refusal))
    except LinkProposal.DoesNotExist:
        raise Http404 from None
    return redirect(reverse("check", args=[run.pk]) + _same_list(request, run))


def _same_list(request: CompanyRequest, run: Run) -> str:
    """The query of the list that was answered from; records that the brake asks about move to another one."""
    found, shown, page = _found(run), request.GET.get("show", ""), request.GET.get("page", "")
    if found is None:
        return ""
    count_of = {section.name: section.count for section in found.sections()}
    if shown in ("missing", "archive") and not count_of[shown]:
        shown = "archive" if found.archives_missing else "missing"
    if shown not in count_of:
        return ""
    return f"?show={shown}&page={int(page)}" if page.isdecimal() and len(page) < 9 else f"?show={shown}"


def _check_run(request: CompanyRequest, pk: int) -> Run:
    runs = Run.objects.filter(mode=Mode.CHECK).select_related("connection__books", "started_by")
    return get_object_or_404(of_company(request, runs), pk=pk)


def _found(run: Run) -> Found | None:
    """None where it can't be looked at any more: applied, replaced, too old, or lost in a crash."""
    check = Check.objects.filter(pk=run.pk, company_id=run.company_id).first()
    if check is None or checking.is_too_old(check):
        return None
    check.run = run
    found = Found(check)
    return found if found.is_there else None


def _lines(section: Section) -> Iterator[tuple[object, ...]]:
    for start in range(0, section.count, ROWS_PER_CHUNK):
        for row in section.read(start, ROWS_PER_CHUNK):
            yield from _lines_of(row)


def _lines_of(row: Row) -> Iterator[tuple[object, ...]]:
    notes = "; ".join(row.notes)
    if row.proposal is not None:
        notes = f"{row.other.called if row.other else ''}: {row.proposal.standing}"
    if not row.changes:
        yield (row.accounting_id, row.name, notes, "", "", "")
    for change in row.changes:
        yield (row.accounting_id, row.name, notes, change.label, change.old, change.new)
