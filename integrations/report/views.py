"""Reports → {provider} Integration Status / Warning."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from integrations.exports.attention_views import attention_of
from integrations.report import reading
from integrations.report.search import Search, SearchForm
from integrations.report.tables import RunTable, WarningTable
from integrations.subscription import report_title, subscription_required
from reconpro.company.access import BACK_OFFICE, CompanyRequest, role_required
from reconpro.downloads import csv_response, xlsx_response
from reconpro.lists import capped_count, count_label, on_page

FORMATS = {"csv": csv_response, "xlsx": xlsx_response}
LISTS = {
    "runs": (reading.RUN_HEADERS, reading.run_rows),
    "warnings": (reading.WARNING_HEADERS, reading.warning_rows),
}


@never_cache
@role_required(*BACK_OFFICE)
@subscription_required
def integration_report(request: CompanyRequest) -> HttpResponse:
    """The Search pane, and what it finds; a wrong range finds nothing and says why beside the field."""
    form = SearchForm(request.company, request.GET)
    search = form.search()
    context: dict[str, object] = {
        "form": form,
        "search": search,
        "title": report_title(request.company),
        "query": request.GET.urlencode(),
        "attention": attention_of(request),
    }
    if search is not None:
        context |= _found(request, search)
    return render(request, "integrations/report.html", context)


def _found(request: CompanyRequest, search: Search) -> dict[str, object]:
    warnings = reading.warnings_shown(search)
    return {
        "summary": reading.summary(search),
        "runs": on_page(RunTable(reading.runs_of_period(search)), request),
        "warnings": on_page(WarningTable(warnings, search=search), request),
        "warning_number": count_label(capped_count(warnings)),
    }


@never_cache
@role_required(*BACK_OFFICE)
@subscription_required
def report_download(request: CompanyRequest, what: str, file_format: str) -> HttpResponseBase:
    """All runs, or all warnings, that the same address shows in pages."""
    if what not in LISTS or file_format not in FORMATS:
        raise Http404
    search = SearchForm(request.company, request.GET).search()
    if search is None:
        raise Http404
    headers, rows = LISTS[what]
    filename = f"{what}-{search.date_from}-to-{search.date_to}.{file_format}"
    return FORMATS[file_format](filename, headers, rows(search))
