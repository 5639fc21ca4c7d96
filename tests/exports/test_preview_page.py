"""Export Invoices in the browser: what would go, what can't, and the button (X-1, U-1, U-2, U-3)."""

import re
from datetime import date, timedelta
from decimal import Decimal

import lxml.html
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intacct.configuration import save_settings, settings_of
from integrations.exports import preview as preview_module
from integrations.exports.models import ExportReversal, ExportState
from integrations.exports.rules import ReversalWay
from integrations.runs.models import Operation, Outcome, Run
from reconpro.audit.models import AuditEvent
from tests import factories
from tests.exports.pages import an_export, text_of

pytestmark = pytest.mark.django_db
URL = "/operations/invoices/export/"


def form_of(answer):
    """The fields of the form as a browser would send them, unticked boxes left out."""
    form = lxml.html.fromstring(answer.content).xpath("//form[@data-export-preview]")[0]
    fields = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return fields


def test_it_tells_what_will_go_with_count_oldest_date_and_total(browser, invoices):
    invoices(2, date=date(2026, 10, 3))
    invoices(1, date=date(2026, 9, 28))

    page = text_of(browser.get(URL))

    assert "Ready to go 3 invoices $555.00, the oldest of Sep 28, 2026" in page
    assert "Can’t go yet 0 invoices" in page


def test_it_tells_what_cant_go_by_cause_with_the_place_to_mend_it(browser, invoices, ready_company, service):
    walk_in = factories.a_client(ready_company, name="Walk-in", terms="Net 30")
    blocked = invoices(12, client=walk_in)

    answer = browser.get(URL)

    page = text_of(answer)
    assert "Client without an Accounting ID: Walk-in" in page
    assert "12 invoices $2,220.00" in page
    assert "and 2 more" in page
    assert reverse("client", args=[walk_in.pk]) in answer.content.decode()
    assert reverse("invoice", args=[blocked[0].pk]) in answer.content.decode()
    assert "No invoice can go yet" in page
    assert "data-export-preview" not in answer.content.decode()


def test_before_the_first_export_it_asks_for_the_start_date_and_proposes_the_first_of_the_month(
    browser, invoices, ready_company
):
    save_settings(ready_company, {"export_start": None}, secrets={}, by=None)
    invoices()

    answer = browser.get(URL)

    proposed = timezone.localdate().replace(day=1).isoformat()
    assert f'value="{proposed}"' in answer.content.decode()
    assert "data-export-preview" not in answer.content.decode()

    answer = browser.post(f"{URL}start-date/", {"start": "2026-11-01"}, follow=True)

    assert "Invoices dated from November 1, 2026 on are exported." in text_of(answer)
    assert settings_of(ready_company).export_start == date(2026, 11, 1)
    event = AuditEvent.objects.filter(company=ready_company).latest("pk")
    assert "Export start date: empty → 2026-11-01" in event.sentence


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a date."),
        ("soon", "Enter a date such as 2026-11-01."),
        ("1999-12-31", "Enter a date from January 1, 2000 on."),
        ("2999-01-01", "This is more than a year ahead."),
    ],
)
def test_a_wrong_start_date_is_answered_with_a_sentence(browser, ready_company, typed, sentence):
    save_settings(ready_company, {"export_start": None}, secrets={}, by=None)

    answer = browser.post(f"{URL}start-date/", {"start": typed})

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert settings_of(ready_company).export_start is None


def test_an_accountant_may_export_but_not_set_the_start_date(client_of, accountant, ready_company, invoices):
    invoices()
    assert client_of(accountant).get(URL).status_code == 200
    assert client_of(accountant).post(f"{URL}start-date/", {"start": "2026-11-01"}).status_code == 403

    save_settings(ready_company, {"export_start": None}, secrets={}, by=None)
    page = text_of(client_of(accountant).get(URL))

    assert "an administrator must say from which date on" in page


@pytest.mark.parametrize("path", ["", "start/", "start-date/"])
def test_work_managers_technicians_and_nobody_are_kept_out(
    client_of, work_manager, technician, ready_company, path
):
    for user in (work_manager, technician):
        assert client_of(user).post(URL + path).status_code == 403


def test_without_the_subscription_it_says_which_is_missing(browser, ready_company, invoices):
    """U-3."""
    invoices()
    ready_company.features = []
    ready_company.save()

    for answer in (browser.get(URL), browser.post(f"{URL}start/")):
        assert answer.status_code == 403
        assert "Intacct Integration" in text_of(answer)
    assert not Run.objects.exists()
    assert "Export Invoices" not in text_of(browser.get(reverse("invoices")))


def test_a_stranger_sees_none_of_it(client_of, stranger, invoices):
    """U-2: their own preview, nothing of ours."""
    [invoice] = invoices()

    page = text_of(client_of(stranger).get(URL))

    assert invoice.number not in page
    assert "Valley Motors" not in page


def test_the_button_starts_a_run_without_what_has_no_tick(
    browser, invoices, django_capture_on_commit_callbacks
):
    out, goes = invoices(2)
    fields = form_of(browser.get(URL))
    fields["go"] = [str(goes.pk)]

    answer = browser.post(f"{URL}start/", fields)

    run = Run.objects.get()
    assert answer.url == run.get_absolute_url()
    assert run.operation == Operation.EXPORT_INVOICES
    assert run.options["left_out"] == [out.pk]
    assert timezone.now() - timedelta(minutes=1) < _time(run.options["approved_before"]) <= timezone.now()


def _time(text):
    from django.utils.dateparse import parse_datetime

    return parse_datetime(text)


def test_a_second_click_shows_the_open_run(browser, invoices):
    invoices(2)
    fields = form_of(browser.get(URL))
    browser.post(f"{URL}start/", fields)

    answer = browser.post(f"{URL}start/", fields)

    assert Run.objects.count() == 1
    assert answer.url == Run.objects.get().get_absolute_url()
    page = text_of(browser.get(URL))
    assert "An export is waiting in the queue" in page


@pytest.mark.parametrize(
    "before", ["", "yesterday", "2026-11-20T10:00:00", "2999-01-01T00:00:00+00:00", "2026-13-45T00:00:00Z"]
)
def test_what_is_no_form_of_ours_starts_nothing(browser, invoices, before):
    invoices()

    for path in ("", "start/"):
        answer = browser.post(URL + path, {"approved_before": before, "left_out": ["x", "-1"]}, follow=True)
        assert "Nothing was exported; choose again below." in text_of(answer)
    assert not Run.objects.exists()


def test_turning_pages_keeps_the_ticks(browser, invoices, monkeypatch):
    monkeypatch.setattr(preview_module, "PAGE", 2)
    monkeypatch.setattr("integrations.exports.views.PAGE", 2)
    first, second, third = invoices(3)
    fields = form_of(browser.get(URL))
    assert fields["listed"] == [str(first.pk), str(second.pk)]
    fields["go"] = [str(first.pk)]

    page_2 = browser.post(URL, {**fields, "page": "2"})
    assert "3–3 of 3" in text_of(page_2)
    assert "2 invoices, $370.00" in text_of(page_2)
    fields = form_of(page_2)
    assert (fields["listed"], fields["left_out"]) == ([str(third.pk)], [str(second.pk)])
    fields["go"] = []
    page_1 = browser.post(URL, {**fields, "page": "1"})
    fields = form_of(page_1)

    assert fields["go"] == [str(first.pk)]
    browser.post(f"{URL}start/", fields)
    assert Run.objects.get().options["left_out"] == sorted([second.pk, third.pk])


def test_a_page_that_is_gone_shows_the_last_one(browser, invoices):
    invoices(1)
    fields = form_of(browser.get(URL))

    answer = browser.post(URL, {**fields, "page": "77"})

    assert form_of(answer)["go"] == fields["go"]


def test_a_refused_one_is_in_the_next_preview_with_its_reason(browser, invoices, ready_company):
    """X-6."""
    [invoice] = invoices()
    an_export(invoice, ExportState.FAILED, error_code="BL01001973", error_text="The department is invalid.")

    page = text_of(browser.get(URL))

    assert "Refused the last time: BL01001973: The department is invalid." in page


def test_what_is_in_doubt_can_be_checked_even_if_nothing_else_goes(browser, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.UNKNOWN)

    answer = browser.get(URL)

    page = text_of(answer)
    assert "Being checked 1 invoice" in page
    assert "No invoice is ready to go. An export asks Intacct for what is being checked." in page
    assert "There is nothing to export" not in page
    assert "Check them now" in page
    moment = re.search(rb'name="approved_before" value="([^"]+)"', answer.content).group(1).decode()
    browser.post(f"{URL}start/", {"approved_before": moment})
    assert Run.objects.filter(outcome=Outcome.OPEN).exists()


def test_what_is_to_be_reversed_is_no_nothing_either(browser, invoices, administrator):
    [invoice] = invoices()
    went = an_export(invoice, ExportState.EXPORTED)
    ExportReversal.objects.create(
        export=went,
        company=went.company,
        connection=went.connection,
        way=ReversalWay.CREDIT,
        reason="Billed twice.",
        on=went.document_date,
        asked_by=administrator,
    )

    page = text_of(browser.get(URL))

    assert "No invoice is ready to go. An export reverses what is to be reversed." in page
    assert "Reverse now" in page


def test_incomplete_settings_are_told_with_the_way_to_them(browser, company):
    answer = browser.get(URL)

    assert "Intacct is not set up yet." in text_of(answer)
    assert reverse("intacct-settings") in answer.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_invoices(browser, invoices, ready_company):
    walk_in = factories.a_client(ready_company, name="Walk-in", terms="Net 30")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            browser.get(URL)
        return len(asked)

    invoices(2)
    invoices(2, client=walk_in)
    few = queries()
    invoices(15)
    invoices(15, client=walk_in)

    assert queries() == few < 60


def test_ids_and_amounts_of_many_digits_stay_whole(browser, ready_company, client, service):
    """No separator gets into an id of a form or a link."""
    factories.an_invoice(
        ready_company, id=1_234_567, client=client, lines=[{"service": service, "price": Decimal("1234.50")}]
    )

    answer = browser.get(URL)

    assert form_of(answer)["go"] == ["1234567"]
    assert "$1,234.50" in text_of(answer)
    assert reverse("invoice", args=[1_234_567]) in answer.content.decode()
