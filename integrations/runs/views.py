"""A run's page, its live progress, and Cancel (R-1)."""

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from integrations.duplicates.models import Warning
from integrations.duplicates.showing import duplicates_first
from integrations.runs import lifecycle
from integrations.runs.models import GatewayRequest, Run
from integrations.runs.tables import RequestTable
from integrations.runs.wording import duration
from integrations.subscription import report_title, subscription_required
from reconpro.company.access import (
    BACK_OFFICE,
    RECORD_KEEPERS,
    CompanyRequest,
    company_object,
    role_required,
)
from reconpro.lists import on_page

WARNINGS_SHOWN = 50
# Told to the page by the answer that first finds a run finished: what else shows it reloads itself.
FINISHED = "run-finished"


@never_cache
@role_required(*BACK_OFFICE)
@subscription_required
def run_page(request: CompanyRequest, pk: int) -> HttpResponse:
    """Everything about one run; its progress while it is open."""
    run = company_object(request, Run.objects.select_related("connection__books", "started_by"), pk)
    lines = GatewayRequest.objects.filter(run=run)
    told = lines.aggregate(number=Count("pk"), milliseconds=Sum("milliseconds"))
    warnings = duplicates_first(Warning.objects.filter(seen_by__run=run))
    return render(
        request,
        "integrations/run.html",
        {
            "run": run,
            "title": report_title(request.company),
            "warnings": warnings.select_related("resolved_by")[:WARNINGS_SHOWN],
            "more_warnings": max(run.warning_count - WARNINGS_SHOWN, 0),
            "requests": on_page(RequestTable(lines.order_by("pk")), request),
            "request_number": told["number"],
            "request_seconds": duration((told["milliseconds"] or 0) / 1000),
        },
    )


@never_cache
@role_required(*BACK_OFFICE)
@subscription_required
def run_progress(request: CompanyRequest, pk: int) -> HttpResponse:
    """The moving part of a run's card, asked for every second while the run is open.

    Whoever watches a run also looks after its company: a lost worker or message is noticed here even
    where no scheduler runs.
    """
    run = company_object(request, Run.objects.select_related("connection__books", "started_by"), pk)
    if run.is_open and lifecycle.sweep(request.company).interrupted:
        run.refresh_from_db()
    return _card(request, run)


@require_POST
@role_required(*RECORD_KEEPERS)
@subscription_required
def run_cancel(request: CompanyRequest, pk: int) -> HttpResponse:
    run = company_object(request, Run, pk)
    asked = lifecycle.request_cancel(run, by=request.user)
    if request.headers.get("HX-Request"):
        return _card(request, run)
    if not asked:
        messages.info(request, "This run is over, or was asked to stop already.")
    return redirect(run)


def _card(request: CompanyRequest, run: Run) -> HttpResponse:
    answer = render(request, "integrations/_run_progress.html", {"run": run})
    if not run.is_open:
        answer["HX-Trigger"] = FINISHED
    return answer
