"""A run's page: live while it is open, then outcome, warnings and requests (R-1 to R-4, U-1 to U-3)."""

import html
import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution, Warning
from integrations.runs import lifecycle
from integrations.runs.models import Heartbeat, Operation, Outcome
from reconpro.company.models.tenant import Edition
from tests import factories
from tests.runs.rows import a_queued_run, a_request, a_run, a_warning, an_active_run

PAGES = ["run", "run-progress"]


@pytest.fixture
def browser(client_of, accountant):
    return client_of(accountant)


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def page_of(browser, run, name: str = "run") -> str:
    return text_of(browser.get(reverse(name, args=[run.pk])))


@pytest.mark.parametrize("name", PAGES)
def test_an_active_run_shows_phase_progress_elapsed_and_estimate(browser, company, name):
    run = an_active_run(company, at=timezone.now() - timedelta(seconds=65))
    Heartbeat.objects.update(phase="Reading customers", done=2000, total=5000)
    page = page_of(browser, run, name)

    assert "Reading customers" in page
    assert "2,000 of 5,000" in page
    assert 'max="5000" value="2000"' in page
    assert "Running for 1 min 5 s; about 1 min 3" in page
    assert f'hx-get="/integrations/runs/{run.pk}/progress/" hx-trigger="every 1s"' in page


def test_without_a_total_the_bar_shows_only_that_something_happens(browser, company):
    run = an_active_run(company)
    Heartbeat.objects.update(phase="Reading items", done=300, total=None)
    page = page_of(browser, run)
    assert "300" in page
    assert "value=" not in page[page.index("<progress") : page.index("</progress>")]
    assert " left" not in page


def test_a_queued_run_says_for_what_it_waits(browser, company):
    """R-2."""
    an_active_run(company, operation=Operation.IMPORT_EMPLOYEES)
    first = a_queued_run(company, operation=Operation.IMPORT_SERVICES)
    second = a_queued_run(company, operation=Operation.EXPORT_INVOICES)
    assert "Waiting for Import Employees, which is running." in page_of(browser, first)
    assert "Waiting for Import Employees, which is running." in page_of(browser, second)

    lifecycle.request_cancel(lifecycle.Run.objects.get(operation="employees"))
    lifecycle.Run.objects.filter(operation="employees").update(
        outcome=Outcome.CANCELLED, finished_at=timezone.now()
    )
    assert "Waiting for a free worker." in page_of(browser, first)
    assert "Waiting for Import Services, which is before it in the queue." in page_of(browser, second)


def test_a_finished_run_shows_outcome_counts_and_the_way_to_the_report(browser, company):
    run = a_run(
        company, read_count=5000, created_count=12, unchanged_count=4988, archived_count=3, seconds=75
    )
    page = page_of(browser, run)
    assert "Succeeded" in page
    for count in ("5,000</strong> read", "12</strong> created", "3</strong> archived"):
        assert count in page
    assert "updated</li>" not in page, "what is zero is not told"
    assert "took 1 min 15 s" in page
    assert f'href="{reverse("integration-report")}"' in page
    assert "every 1s" not in page, "nothing asks on"


def test_the_answer_that_finds_the_run_finished_tells_the_rest_of_the_page(browser, company):
    answer = browser.get(reverse("run-progress", args=[a_run(company).pk]))
    assert answer["HX-Trigger"] == "run-finished"
    assert "HX-Trigger" not in browser.get(
        reverse("run-progress", args=[an_active_run(company, operation=Operation.EXPORT_INVOICES).pk])
    )


def test_a_failed_run_shows_the_sentence_what_to_do_and_the_gateways_own_words(browser, company):
    """R-3."""
    run = a_run(
        company,
        outcome=Outcome.FAILED,
        message="The password of the user is wrong.",
        advice="Correct Auth Password in the settings.",
        error_code="XL03000006",
        error_text="Sign-in information is <incorrect>.",
    )
    page = page_of(browser, run)
    assert "The password of the user is wrong. Correct Auth Password in the settings." in page
    assert "XL03000006" in page
    assert "Sign-in information is &lt;incorrect&gt;." in page


def test_a_run_lists_its_requests_in_pages(browser, company, django_assert_max_num_queries):
    """R-4."""
    run = a_run(company)
    for n in range(60):
        a_request(run, control_id=f"control-{n:03}", support_id="SUP-1", error_number="BL01001973")
    with django_assert_max_num_queries(12):
        page = page_of(browser, run)
    assert "60, 15 s in all" in page
    for told in ("control-000", "query CUSTOMER", "250", "200", "BL01001973", "SUP-1"):
        assert told in page
    assert "control-059" not in page
    next_page = browser.get(reverse("run", args=[run.pk]), {"requests-page": 2})
    assert "control-059" in text_of(next_page)


def test_warnings_come_with_duplicates_first_and_lead_to_their_records(browser, company):
    run = a_run(company, outcome=Outcome.WARNED, warning_count=2)
    client = factories.a_client(company, name="Acme Motors")
    a_warning(company, runs=[run], code=Code.NO_NAME, message="C-3 has no name.")
    sides = [
        {"kind": "client", "id": client.pk, "label": "C-1 Acme Motors"},
        {"kind": "client", "id": None, "label": "C-2 Acme Motors"},
    ]
    a_warning(company, runs=[run], message="Two of a name.", sides=sides)
    page = page_of(browser, run)

    assert page.index("Two of a name.") < page.index("C-3 has no name.")
    assert f'<a href="{reverse("client", args=[client.pk])}">C-1 Acme Motors</a>' in page
    assert "C-2 Acme Motors" in page


def test_only_the_first_fifty_warnings_are_shown_and_the_rest_is_in_the_report(browser, company):
    run = a_run(company, outcome=Outcome.WARNED, warning_count=53)
    for n in range(53):
        a_warning(company, runs=[run], message=f"Warning {n}.")
    page = page_of(browser, run)
    assert page.count('id="warning-') == 50
    assert "And 3 more in the report" in page


@pytest.mark.parametrize("day", ["2025-03-04", "2026-07-15"])
def test_the_ways_to_the_report_lead_to_a_period_that_holds_the_run(browser, company, day):
    """Late in the evening: the next day has begun elsewhere, but not in the company's time zone."""
    at = datetime.fromisoformat(f"{day}T23:30:00").replace(tzinfo=company.zone)
    run = a_run(company, outcome=Outcome.WARNED, at=at, warning_count=51)
    for n in range(51):
        a_warning(company, runs=[run], message=f"Warning {n}.")
    page = page_of(browser, run)

    for words in ("See the report", "And 1 more in the report"):
        found = re.search(f'<a href="([^"]*)">{words}</a>', page)
        assert found
        report = browser.get(html.unescape(found[1]))
        assert f'value="{day}"' in text_of(report)
        assert f'href="{reverse("run", args=[run.pk])}"' in text_of(report)


def test_while_a_run_is_open_its_page_tells_nothing_that_the_next_second_makes_false(browser, company):
    """The lower cards are drawn once, and again when the run has ended."""
    queued = page_of(browser, a_queued_run(company))
    active = an_active_run(company, operation=Operation.IMPORT_SERVICES)
    a_request(active, control_id="control-000")
    for page in (queued, page_of(browser, active)):
        assert "<dt>Asked for</dt>" in page
        assert "<dt>Started</dt><dd>—" not in page
        assert "<dt>Ended</dt>" not in page
        assert "No request has gone to the gateway." not in page
        assert "Requests are shown when the run has ended." in page
        assert "in all</span>" not in page

    ended = page_of(browser, a_run(company, operation=Operation.IMPORT_EMPLOYEES))
    assert "<dt>Started</dt>" in ended
    assert "<dt>Ended</dt>" in ended
    assert "No request has gone to the gateway." in ended


def test_cancel_on_the_page_stops_the_run(browser, company, accountant):
    run = an_active_run(company)
    assert "Cancel</button>" in page_of(browser, run)
    answer = browser.post(reverse("run-cancel", args=[run.pk]), follow=True)
    assert "Stopping at the next clean point" in text_of(answer)
    run.refresh_from_db()
    assert run.cancel_requested_by == accountant


def test_cancel_without_leaving_the_page_answers_the_card(browser, company):
    run = a_queued_run(company)
    answer = browser.post(reverse("run-cancel", args=[run.pk]), headers={"HX-Request": "true"})
    assert "Cancelled by Accountant" in text_of(answer)
    assert "<html" not in answer.content.decode()


def test_cancelling_what_is_over_says_so(browser, company):
    answer = browser.post(reverse("run-cancel", args=[a_run(company).pk]), follow=True)
    assert "This run is over" in text_of(answer)


def test_a_page_that_watches_a_dead_run_finds_it_out(browser, company, settings):
    """R-3, even where no scheduler runs."""
    run = an_active_run(company, beat_seconds_ago=settings.RUN_STALE_AFTER_SECONDS + 1)
    page = page_of(browser, run, "run-progress")
    assert "Stopped by a server restart; nothing was half done. Start again." in page


def test_another_companys_run_is_not_there(client_of, stranger, company):
    """U-2."""
    run = an_active_run(company)
    browser = client_of(stranger)
    for name in PAGES:
        assert browser.get(reverse(name, args=[run.pk])).status_code == 404
    assert browser.post(reverse("run-cancel", args=[run.pk])).status_code == 404
    run.refresh_from_db()
    assert run.cancel_requested_at is None


def test_a_work_manager_reads_but_does_not_cancel(client_of, work_manager, company):
    """U-1."""
    run = an_active_run(company)
    browser = client_of(work_manager)
    assert "Cancel</button>" not in page_of(browser, run)
    assert browser.post(reverse("run-cancel", args=[run.pk])).status_code == 403


def test_a_technician_sees_no_run(client_of, technician, company):
    run = an_active_run(company)
    browser = client_of(technician)
    assert [browser.get(reverse(name, args=[run.pk])).status_code for name in PAGES] == [403, 403]


def test_without_the_subscription_the_page_says_what_is_missing(browser, company):
    """U-3."""
    run = an_active_run(company)
    company.edition = Edition.BASIC
    company.save()
    for answer in (
        *(browser.get(reverse(name, args=[run.pk])) for name in PAGES),
        browser.post(reverse("run-cancel", args=[run.pk])),
    ):
        assert answer.status_code == 403
        assert "the Enterprise edition" in answer.content.decode()


def test_a_get_never_cancels(browser, company):
    assert browser.get(reverse("run-cancel", args=[an_active_run(company).pk])).status_code == 405


def test_a_warning_is_answered_on_the_page_and_comes_back_to_it(browser, company, accountant):
    run = a_run(company, outcome=Outcome.WARNED, warning_count=1)
    warning = a_warning(company, runs=[run])
    assert "They are different" in page_of(browser, run)
    answer = browser.post(
        reverse("warning-resolve", args=[warning.pk]), {"next": run.get_absolute_url()}, follow=True
    )
    assert answer.redirect_chain == [(run.get_absolute_url(), 302)]
    assert "Noted: they are different." in text_of(answer)
    assert Warning.objects.get().resolution == Resolution.DIFFERENT


def test_an_answer_leads_to_no_other_site(browser, company):
    warning = a_warning(company)
    answer = browser.post(reverse("warning-resolve", args=[warning.pk]), {"next": "https://evil.example/"})
    assert answer.url == reverse("integration-report")


def test_only_record_keepers_of_the_company_answer_its_warnings(client_of, stranger, work_manager, company):
    """U-1, U-2."""
    url = reverse("warning-resolve", args=[a_warning(company).pk])
    assert client_of(stranger).post(url).status_code == 404
    assert client_of(work_manager).post(url).status_code == 403
    assert Warning.objects.get().resolution == Resolution.OPEN
