"""Reports → Intacct Integration Status / Warning (P-1, P-2, U-1 to U-3)."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution
from integrations.runs.models import Operation, Outcome
from reconpro.company.models.tenant import Edition
from tests import factories
from tests.runs.rows import a_queued_run, a_run, a_warning, an_active_run

TITLE = "Intacct Integration Status / Warning"
JULY = {"date_from": "2026-07-01", "date_to": "2026-07-31"}
MID_JULY = datetime(2026, 7, 15, 18, tzinfo=UTC)
MID_MAY = datetime(2026, 5, 15, 18, tzinfo=UTC)


@pytest.fixture
def browser(client_of, accountant):
    return client_of(accountant)


@pytest.fixture
def report(browser):
    def open_report(**address) -> str:
        answer = browser.get(reverse("integration-report"), address)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    return open_report


def table_after(page: str, heading: str) -> str:
    start = page.index(f'id="{heading}-heading"')
    return page[start : page.index("</section>", start)]


def test_the_reports_tab_leads_to_it(browser):
    page = browser.get(reverse("reports")).content.decode()
    assert TITLE in page
    assert f'href="{reverse("integration-report")}"' in page


def test_it_has_the_guides_name_and_search_pane(report):
    page = report()
    assert f"<h1>{TITLE}</h1>" in page
    assert 'type="date" name="date_from"' in page
    assert 'type="date" name="date_to"' in page
    assert "Date From</label>" in page
    assert "Date To</label>" in page
    assert "Find</button>" in page


def test_the_address_holds_the_search(report):
    page = report(**JULY, operation="invoices", outcome="failed")
    assert 'value="2026-07-01"' in page
    assert 'value="2026-07-31"' in page
    assert '<option value="invoices" selected>' in page
    assert '<option value="failed" selected>' in page
    assert f"{reverse('integration-report-download', args=['runs', 'csv'])}?date_from=2026-07-01&amp;" in page


def test_a_wrong_range_is_said_beside_the_field_and_nothing_is_shown(report, company):
    a_run(company, message="Read 5 customers.")
    page = report(date_from="2026-08-01", date_to="2026-07-01")
    assert 'id="id_date_to_error">Date To is before Date From.</div>' in page
    assert 'aria-describedby="id_date_to_error"' in page
    assert "Read 5 customers." not in page
    assert 'value="2026-08-01"' in page


def test_runs_of_the_period_are_listed_with_the_latest_first(report, company):
    first = a_run(company, at=MID_JULY, read_count=5000, created_count=5000)
    second = a_run(company, Operation.EXPORT_INVOICES, Outcome.FAILED, at=MID_JULY + timedelta(days=1))
    a_run(company, at=MID_MAY, message="long ago")
    runs = table_after(report(**JULY), "runs")
    assert runs.index(second.get_absolute_url()) < runs.index(first.get_absolute_url())
    assert "5,000 read, 5,000 created" in runs
    assert "long ago" not in runs


@pytest.mark.parametrize(
    ("local_time", "is_shown"),
    [
        (datetime(2026, 6, 30, 23, 59, 59), False),
        (datetime(2026, 7, 1, 0, 0), True),
        (datetime(2026, 7, 31, 23, 59, 59), True),
        (datetime(2026, 8, 1, 0, 0), False),
    ],
)
def test_the_first_and_last_day_are_whole_days_of_the_company(report, company, local_time, is_shown):
    a_run(company, at=local_time.replace(tzinfo=company.zone), message="Look here.")
    assert ("Look here." in table_after(report(**JULY), "runs")) is is_shown


def test_runs_are_filtered_by_operation_and_outcome(report, company):
    for operation in Operation:
        for outcome in (Outcome.SUCCEEDED, Outcome.FAILED):
            a_run(company, operation, outcome, at=MID_JULY, message=f"<{operation}-{outcome}>")
    runs = table_after(report(**JULY, operation="services", outcome="failed"), "runs")
    assert "&lt;services-failed&gt;" in runs
    assert runs.count("-failed&gt;") == 1
    assert "-succeeded&gt;" not in runs


def test_open_runs_are_found_as_waiting_or_running(report, company):
    active = an_active_run(company)
    queued = a_queued_run(company, operation=Operation.EXPORT_INVOICES)
    done = a_run(company)
    runs = table_after(report(outcome="open"), "runs")
    assert active.get_absolute_url() in runs
    assert queued.get_absolute_url() in runs
    assert done.get_absolute_url() not in runs


def test_the_summary_tells_last_success_runs_and_failures_of_each_operation(report, company):
    earlier = a_run(company, at=MID_MAY)
    a_run(company, outcome=Outcome.FAILED, at=MID_JULY)
    a_run(company, outcome=Outcome.INTERRUPTED, at=MID_JULY + timedelta(hours=1))
    a_run(company, outcome=Outcome.CANCELLED, at=MID_JULY + timedelta(hours=2))
    summary = table_after(report(**JULY), "summary")
    customers = summary[summary.index("Import Customers") : summary.index("Import Services")]
    assert earlier.get_absolute_url() in customers, "the last success counts whenever it was"
    assert "May 15, 2026, 11:00 a.m." in customers, "in the company's time zone"
    assert 'data-label="Runs">3</td>' in customers
    assert '<strong class="text-danger">2</strong>' in customers, "a cancelled run is no failure"
    assert "Never" in summary[summary.index("Export Invoices") :]


def test_warnings_of_the_period_are_listed_with_duplicates_first(report, company):
    run = a_run(company, at=MID_JULY)
    seen = {"opened_at": MID_JULY, "last_seen_at": MID_JULY}
    a_warning(company, runs=[run], code=Code.NO_NAME, message="C-3 has no name.", **seen)
    a_warning(company, runs=[run], code=Code.SAME_NAME, message="Two of a name.", **seen)
    warnings = table_after(report(**JULY), "warnings")
    assert warnings.index("Two of a name.") < warnings.index("C-3 has no name.")
    assert "Open from before" not in warnings


def test_a_warning_leads_to_each_of_its_records(report, company):
    client = factories.a_client(company)
    invoice = factories.an_invoice(company)
    sides = [
        {"kind": "client", "id": client.pk, "label": "C-1 Acme"},
        {"kind": "invoice", "id": invoice.pk, "label": "Invoice 1001"},
        {"kind": "starship", "id": 5, "label": "Enterprise"},
    ]
    a_warning(company, runs=[a_run(company)], sides=sides)
    warnings = table_after(report(), "warnings")
    assert f'<a href="{reverse("client", args=[client.pk])}">C-1 Acme</a>' in warnings
    assert f'<a href="{reverse("invoice", args=[invoice.pk])}">Invoice 1001</a>' in warnings
    assert "<li>Enterprise</li>" in warnings


def test_what_is_still_open_from_before_is_shown_whatever_the_period_and_marked(report, company):
    """I-8."""
    may = {"opened_at": MID_MAY, "last_seen_at": MID_MAY}
    run = a_run(company, at=MID_MAY)
    a_warning(company, runs=[run], message="Still open.", **may)
    closed = {"resolution": Resolution.DIFFERENT, "closed_at": MID_MAY}
    a_warning(company, runs=[run], message="Settled in May.", **may, **closed)
    warnings = table_after(report(**JULY), "warnings")
    assert "Still open." in warnings
    assert "Open from before" in warnings
    assert "Settled in May." not in warnings


def test_a_resolved_warning_of_the_period_says_how_and_by_whom(report, company, accountant):
    run = a_run(company, at=MID_JULY)
    closed = {"resolution": Resolution.DIFFERENT, "closed_at": MID_JULY, "resolved_by": accountant}
    a_warning(company, runs=[run], **closed)
    warnings = table_after(report(**JULY), "warnings")
    assert "They are different</span>" in warnings
    assert "Jul 15, 2026 by Accountant" in warnings
    assert "They are different<span" not in warnings, "there is nothing to answer any more"


def test_warnings_follow_the_operation_that_is_searched_for(report, company):
    a_warning(company, message="About customers.")
    a_warning(company, message="About services.", operation=Operation.IMPORT_SERVICES)
    warnings = table_after(report(operation="services"), "warnings")
    assert "About services." in warnings
    assert "About customers." not in warnings


def test_a_duplicate_is_answered_in_the_report_and_the_search_stays(browser, report, company):
    warning = a_warning(company)
    page = report(**JULY)
    assert "They are different" in page
    address = f"{reverse('integration-report')}?date_from=2026-07-01&date_to=2026-07-31"
    assert f'name="next" value="{address.replace("&", "&amp;")}"' in page
    answer = browser.post(reverse("warning-resolve", args=[warning.pk]), {"next": address})
    assert answer.url == address


def test_a_work_manager_reads_but_does_not_answer(client_of, work_manager, company):
    """U-1."""
    a_warning(company)
    answer = client_of(work_manager).get(reverse("integration-report"))
    assert answer.status_code == 200
    assert reverse("warning-resolve", args=[1])[:-10] not in answer.content.decode()


def test_a_technician_has_no_report(client_of, technician):
    assert client_of(technician).get(reverse("integration-report")).status_code == 403


def test_without_the_subscription_it_says_what_is_missing_and_has_no_link(browser, company):
    """U-3."""
    company.edition = Edition.PROFESSIONAL
    company.save()
    for url in (
        reverse("integration-report"),
        reverse("integration-report-download", args=["runs", "csv"]),
    ):
        answer = browser.get(url)
        assert answer.status_code == 403
        assert "the Enterprise edition" in answer.content.decode()
    assert TITLE not in browser.get(reverse("reports")).content.decode()


def test_nothing_of_another_company_is_shown(client_of, stranger, company):
    """U-2."""
    a_run(company, message="our run")
    a_warning(company, message="our warning")
    browser = client_of(stranger)
    for url in (
        reverse("integration-report"),
        *(reverse("integration-report-download", args=[what, "csv"]) for what in ("runs", "warnings")),
    ):
        answer = browser.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200
        assert b"our run" not in body
        assert b"our warning" not in body


def test_empty_lists_say_what_to_do(report):
    page = report()
    assert "No runs in this period." in page
    assert "No warnings in this period" in page


def test_long_lists_come_in_pages_that_keep_the_search(report, company):
    for n in range(60):
        a_run(company, at=MID_JULY + timedelta(minutes=n), message=f"Run number {n}.")
    page = report(**JULY)
    assert "Run number 59." in page
    assert "Run number 5." not in page
    assert "runs-page=2" in page
    assert "Run number 5." in report(**JULY, **{"runs-page": 2})


def test_the_page_asks_as_little_for_many_rows_as_for_few(browser, company, django_assert_max_num_queries):
    sides = [{"kind": "client", "id": 1, "label": "C-1"}]
    for n in range(30):
        a_warning(company, runs=[a_run(company, at=timezone.now() - timedelta(minutes=n))], sides=sides)
    with django_assert_max_num_queries(15):
        browser.get(reverse("integration-report"))


def rows_of(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_run_waiting_for_its_turn_is_told_by_the_same_name_on_the_page_and_in_the_download(
    browser, company
):
    """When it was asked for, which is not when it started."""
    a_run(company, at=MID_JULY, started_at=MID_JULY + timedelta(hours=3))
    page = " ".join(browser.get(reverse("integration-report"), JULY).content.decode().split())
    heads = [" ".join(head.split()) for head in re.findall(r"<th[^>]*>(.*?)</th>", page)]
    assert "Asked for" in heads
    assert "Started" not in heads
    headers, *_ = rows_of(browser.get(reverse("integration-report-download", args=["runs", "csv"]), JULY))
    assert "Asked for" in headers


def test_the_runs_shown_can_be_downloaded(browser, company, accountant):
    at = datetime(2026, 7, 15, 18, 5, tzinfo=UTC)
    a_run(company, at=at, seconds=90, started_by=accountant, read_count=7, created_count=7)
    a_run(company, at=MID_MAY)
    answer = browser.get(reverse("integration-report-download", args=["runs", "csv"]), JULY)
    assert 'filename="runs-2026-07-01-to-2026-07-31.csv"' in answer["Content-Disposition"]
    headers, *rows = rows_of(answer)
    assert len(rows) == 1
    row = dict(zip(headers, rows[0], strict=True))
    assert row["Operation"] == "Import Customers"
    assert row["Started"] == "2026-07-15 11:05", "in the company's time zone"
    assert (row["Seconds"], row["Started by"], row["Outcome"]) == ("90.0", "Accountant", "Succeeded")
    assert (row["Read"], row["Created"], row["Warnings"]) == ("7", "7", "0")


def test_the_warnings_shown_can_be_downloaded_safe_against_formulas(browser, company):
    run = a_run(company, at=MID_JULY)
    sides = [
        {"kind": "client", "id": 1, "label": "C-1 Acme"},
        {"kind": "client", "id": 2, "label": "C-2 Acme"},
    ]
    a_warning(company, runs=[run], message="=HYPERLINK(1)", sides=sides)
    answer = browser.get(reverse("integration-report-download", args=["warnings", "csv"]), JULY)
    headers, row = rows_of(answer)
    told = dict(zip(headers, row, strict=True))
    assert told["Message"] == "'=HYPERLINK(1)"
    assert (told["Duplicate"], told["Records"], told["State"]) == ("Yes", "C-1 Acme; C-2 Acme", "Open")


@pytest.mark.parametrize("what", ["runs", "warnings"])
def test_both_lists_come_as_a_workbook_too(browser, company, what):
    a_warning(company, runs=[a_run(company)])
    answer = browser.get(reverse("integration-report-download", args=[what, "xlsx"]))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == 2


@pytest.mark.parametrize("path", ["runs.pdf", "secrets.csv", "runs.csv?date_from=never"])
def test_there_are_no_other_downloads(browser, path):
    assert browser.get(f"/reports/integration-status/{path}").status_code == 404
