"""What stands under Advanced: documents, what comes in, schedule, and who is told (S-5)."""

from datetime import time

import pytest
from django.urls import reverse

from intacct.configuration import PROVIDER, save_settings, settings_of, words_of
from intacct.models import IntacctSettings
from intacct.provider import addressees
from integrations.connections.service import current_connection
from integrations.providers import Addressees
from integrations.schedules.models import Schedule
from integrations.schedules.service import Plan, pause, plan_of, schedule_of
from reconpro.audit.models import AuditEvent
from tests import factories
from tests.intacct.settings_page import COMPLETE, EVERY_DAY, OPEN, PAGE, form_in, text_of, told

pytestmark = pytest.mark.django_db


def changes() -> list[str]:
    event = AuditEvent.objects.filter(action="intacct.settings_changed").latest("pk")
    told_of = [each for each in event.details["changes"] if "secret" not in each]
    return [f"{each['field']}: {each['old']} → {each['new']}" for each in told_of]


def test_the_defaults_work_and_nothing_there_must_be_touched(page):
    settings = page.saved()

    assert settings.document_type == "order_entry"
    assert settings.transaction_definition == "Sales Invoice"
    assert settings.service_id_2_field == "automatic"
    assert settings.client_id_2_field == settings.credit_definition == ""
    assert settings.item_types == settings.employee_types == settings.notify_addresses == []
    assert not Schedule.objects.exclude(operations=[]).exists()
    assert "Automatic" in page.get()


def test_a_browser_sends_back_what_it_was_shown(page, company):
    """Whatever the widgets make of the values: saving the page as it stands changes nothing."""
    page.saved(
        client_id_2_field="RP_REGION",
        item_types=["Kit", "Non-Inventory (Sales only)"],
        employee_types="Full Time\nContractor",
        scope_locations="EBU",
        notify_addresses="books@demo.example\nowner@demo.example",
        schedule_operations=["customers", "employees"],
        schedule_weekdays=["0", "4"],
        schedule_at="06:30",
    )
    before = settings_of(company)

    answer = page.browser.post(PAGE, form_in(page.get()))

    assert told(answer)[-1] == "Nothing was changed."
    assert settings_of(company).updated_at == before.updated_at
    assert before.item_types == ["Kit", "Non-Inventory (Sales only)"]
    assert before.employee_types == ["Contractor", "Full Time"]
    assert plan_of(schedule_of(company, PROVIDER)) == Plan(("customers", "employees"), time(6, 30), (0, 4))


class TestDocuments:
    def test_an_ar_invoice_needs_an_account_or_a_label_and_says_so_beside_the_field(self, page):
        answer = page.save(document_type="ar_invoice")

        assert "An AR invoice needs a revenue account, or an account label below." in text_of(answer)
        assert OPEN in answer.content.decode()
        assert not IntacctSettings.objects.exists()

    @pytest.mark.parametrize("given", [{"revenue_account": "4010"}, {"account_label": "Paint repair"}])
    def test_one_of_them_is_enough(self, page, given):
        settings = page.saved(document_type="ar_invoice", **given)

        assert settings.document_type == "ar_invoice"
        assert (settings.revenue_account, settings.account_label) == (
            given.get("revenue_account", ""),
            given.get("account_label", ""),
        )

    def test_both_are_one_too_many(self, page):
        answer = page.save(document_type="ar_invoice", revenue_account="4010", account_label="Paint")

        assert "not both: Intacct takes one." in text_of(answer)

    def test_order_entry_asks_for_neither(self, page):
        assert page.saved(credit_definition="Sales Return").credit_definition == "Sales Return"

    def test_a_credit_is_another_transaction_than_an_invoice(self, page):
        answer = page.save(credit_definition="sales invoice")

        assert "A credit must be another transaction than an invoice" in text_of(answer)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("client_id_2_field", "RP REGION", "Type the field's name as Intacct's API knows it"),
        ("client_id_2_field", "Automatic<x>", "Type the field's name as Intacct's API knows it"),
        ("service_id_2_field", "x" * 81, "at most 80 characters"),
        ("document_type", "bill", "Select a valid choice"),
        ("credit_definition", 'Sales "Return"', "Credit definition can't have"),
        ("revenue_account", "4" * 25, "at most 24 characters"),
        ("employee_types", 'Full "Time"', "can't have"),
        ("scope_locations", "X" * 121, "is longer than Intacct takes"),
        ("item_types", ["Kit\x00"], "can't have"),
        ("notify_addresses", "books@demo.example\nnobody", "nobody is no e-mail address."),
        ("notify_addresses", "\n".join(f"a{n}@demo.example" for n in range(21)), "At most 20 addresses"),
        ("notify_when", "never", "Select a valid choice"),
        ("schedule_operations", ["invoices"], "Choose among those that are offered."),
        ("schedule_weekdays", ["7"], "Choose among those that are offered."),
        ("schedule_at", "25:00", "Enter a valid time"),
    ],
)
def test_a_sentence_for_every_bad_input(page, field, typed, sentence):
    answer = page.save(**{field: typed})

    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert OPEN in answer.content.decode()
    assert not IntacctSettings.objects.exists()


class TestWhatComesIn:
    def test_what_a_choice_leaves_out_is_told_before_and_after_it_is_saved(self, page):
        assert "archives it here, as if it were gone in Intacct" in page.get()
        page.saved()

        answer = page.save(employee_types="Full Time")

        assert told(answer)[-1] == (
            "Employee types: what the choice leaves out is archived by the next import, and restored when it "
            "is chosen again. Check first shows which records that are."
        )
        assert changes() == ["Employee types:  → Full Time"]

    def test_entries_are_trimmed_and_kept_once(self, page):
        settings = page.saved(employee_types=" Full Time \n\nContractor\r\nFull Time")

        assert settings.employee_types == ["Contractor", "Full Time"]


class TestSchedule:
    def test_chosen_imports_start_by_themselves_and_the_page_says_when(
        self, page, company, client_of, accountant
    ):
        page.saved(schedule_operations=["customers", "services"], schedule_at="05:30")

        schedule = schedule_of(company, PROVIDER)
        assert schedule.next_due.astimezone(company.zone).strftime("%H:%M") == "05:30"
        sentence = "Import Customers and Import Services start by themselves every day at 5:30 AM."
        assert sentence in page.get()
        assert sentence in client_of(accountant).get(PAGE).content.decode()
        assert changes()[-2:] == [
            "Import by itself:  → Import Customers, Import Services",
            "Schedule: at: 05:00 → 05:30",
        ]

    def test_it_needs_a_day(self, page):
        answer = page.save(schedule_operations=["customers"], schedule_weekdays=[])

        assert "Choose at least one day." in text_of(answer)

    def test_exports_are_not_offered(self, page):
        assert 'value="invoices"' not in page.get()

    def test_it_is_turned_off_by_choosing_nothing(self, page, company):
        page.saved(schedule_operations=["customers"])

        page.saved(schedule_operations=[])

        assert schedule_of(company, PROVIDER).next_due is None
        assert "start by themselves every day" not in page.get()

    def test_s7_other_books_pause_it_and_an_administrator_resumes_it(
        self, page, company, administrator, client_of, accountant
    ):
        page.saved(schedule_operations=["customers"])
        page.saved(schedule_operations=["customers"], entity="EBU")

        shown = page.get()
        assert "The schedule is paused" in shown
        assert "The settings name other books now: Intacct ACME, entity EBU instead of Intacct ACME." in shown
        resume = reverse("intacct-resume-schedule")
        assert client_of(accountant).post(resume).status_code == 403
        assert "An administrator of your company can resume it." in text_of(client_of(accountant).get(PAGE))

        answer = page.browser.post(resume)

        assert told(answer) == ["The schedule goes on."]
        assert "The schedule is paused" not in page.get()
        assert told(page.browser.post(resume))[-1] == "The schedule was not paused."

    def test_u2_u3_another_company_resumes_its_own_only(self, page, company, client_of, stranger):
        page.saved(schedule_operations=["customers"])
        pause(company, PROVIDER, "A reason.")

        client_of(stranger).post(reverse("intacct-resume-schedule"))

        assert schedule_of(company, PROVIDER).is_paused

    def test_two_administrators_see_each_others_schedule(self, page, client_of, company):
        page.saved()
        mine = form_in(page.get())
        other = factories.a_user(company, name="Olga Other")
        client_of(other).post(PAGE, {**mine, "schedule_operations": ["services"], "schedule_at": "04:00"})

        answer = page.browser.post(PAGE, {**mine, "schedule_operations": ["customers"]})

        assert "saved by Olga Other" in text_of(answer)
        assert "Now saved: Import Services" in text_of(answer)
        again = form_in(answer.content.decode())
        assert (again["schedule_operations"], again["schedule_at"]) == ("customers", "04:00")
        assert again["schedule_weekdays"] == EVERY_DAY

    @pytest.mark.parametrize(
        ("plan", "words"),
        [
            (Plan(("services",)), "Import Services starts by itself every day at 5:00 AM."),
            (
                Plan(("customers", "employees"), time(22, 5), (0, 6)),
                "Import Customers and Import Employees start by themselves on Monday and Sunday at 10:05 PM.",
            ),
        ],
    )
    def test_it_is_told_in_words(self, plan, words):
        assert words_of(plan) == words


class TestEMail:
    def test_addresses_are_typed_a_line_each_or_with_commas(self, page, company):
        page.saved(notify_addresses="books@demo.example, owner@demo.example\nbooks@demo.example")

        assert addressees(company) == Addressees(("books@demo.example", "owner@demo.example"), True)
        assert changes()[-1].endswith("books@demo.example, owner@demo.example")

    def test_each_time_or_only_when_there_is_something(self, page, company):
        page.saved(notify_addresses="books@demo.example", notify_when="always")

        assert not addressees(company).only_trouble

    def test_where_no_mail_server_is_named_the_page_says_so(self, page, settings):
        settings.SENDS_EMAIL = False

        assert "This ReconPro sends no e-mail yet" in page.get()


def test_u1_an_accountant_changes_none_of_it(client_of, accountant, page, company):
    page.saved()

    for address in ("intacct-read-lists", "intacct-resume-schedule"):
        assert client_of(accountant).post(reverse(address), COMPLETE).status_code == 403
    assert "notify_addresses" not in client_of(accountant).get(PAGE).content.decode()


def test_the_schedule_is_kept_by_a_command_that_does_not_name_it(page, company):
    page.saved(schedule_operations=["customers"])

    save_settings(company, {"default_terms": "Net 30"}, secrets={}, by=None)

    assert schedule_of(company, PROVIDER).is_on
    assert settings_of(company).default_terms == "Net 30"
    assert current_connection(company, PROVIDER) is not None
