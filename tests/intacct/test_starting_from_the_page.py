"""The four buttons of the settings page: what starts, what doesn't yet and why, and how it last went."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.runs.models import Operation, Run
from tests import factories
from tests.intacct.settings_page import PAGE, text_of, told

pytestmark = pytest.mark.django_db


def test_i6_without_default_team_import_employees_says_so_before_it_starts(
    page, client_of, administrator, company
):
    page.saved()

    shown = page.get()
    answer = client_of(administrator).post(reverse("intacct-start", args=["employees"]))

    sentence = "Choose a Default Team in the settings first: each new employee is assigned to it."
    assert sentence in shown
    assert told(answer) == [sentence]
    assert not Run.objects.exists()
    factories.a_team(company, name="Main shop")
    assert page.saved(default_team=company.teams.get().pk).default_team.name == "Main shop"
    assert sentence not in page.get()


def test_what_is_missing_is_named_and_nothing_can_be_started(page, client_of, administrator):
    answer = page.save(auth_password="", sender_id="")

    assert "Still needed before anything can be imported: Sender ID, Auth Password." in told(answer)
    assert page.get().count("disabled") >= 4
    answer = client_of(administrator).post(reverse("intacct-start", args=["customers"]))
    assert told(answer) == ["Intacct Integration Settings: Sender ID and Auth Password not entered yet."]


def test_r1_a_button_starts_its_import_and_the_page_shows_it(page, client_of, administrator):
    page.saved()
    browser = client_of(administrator)

    answer = browser.post(reverse("intacct-start", args=["customers"]), follow=True)

    run = Run.objects.get()
    assert (run.operation, run.started_by) == (Operation.IMPORT_CUSTOMERS, administrator)
    assert f"run-progress-{run.pk}" in answer.content.decode()


def test_r2_a_second_click_shows_the_open_run(page, client_of, administrator):
    page.saved()
    browser = client_of(administrator)
    browser.post(reverse("intacct-start", args=["customers"]))

    answer = browser.post(reverse("intacct-start", args=["customers"]), follow=True)

    assert "Import Customers is already under way." in text_of(answer)
    assert Run.objects.count() == 1


@pytest.mark.parametrize("operation", ["invoices", "nonsense"])
def test_only_imports_start_without_a_preview(page, client_of, administrator, operation):
    page.saved()

    assert client_of(administrator).post(reverse("intacct-start", args=[operation])).status_code == 404
    assert not Run.objects.exists()


def test_starting_takes_a_post(client_of, administrator):
    assert client_of(administrator).get(reverse("intacct-start", args=["customers"])).status_code == 405


def test_export_leads_to_the_preview_even_before_its_start_date_is_set(page):
    page.saved()

    assert f'href="{reverse("export-preview")}"' in page.get()


def test_each_button_tells_when_it_last_ran_and_how_it_went(page, company):
    page.saved()
    start = timezone.now() - timedelta(hours=1)
    for outcome, message, read in (("failed", "Intacct could not be reached.", 0), ("succeeded", "", 1234)):
        Run.objects.create(
            company=company,
            provider="intacct",
            operation="customers" if outcome == "failed" else "services",
            outcome=outcome,
            message=message,
            read_count=read,
            created_count=read,
            started_at=start,
            finished_at=timezone.now(),
        )

    html = page.get()

    assert "Intacct could not be reached." in html
    assert "1,234 read" in html
    assert html.count("Not run yet.") == 2


@pytest.mark.parametrize(
    ("outcome", "message", "is_counted"),
    [
        ("warned", "Exported 14 invoices, $7,926.59. 2 refused by Intacct.", False),
        ("interrupted", "Invoices that were under way are being checked. Start again.", True),
        ("failed", "Intacct could not be reached.", True),
    ],
)
def test_an_export_is_counted_once_in_its_message_or_beside_it(page, company, outcome, message, is_counted):
    page.saved()
    Run.objects.create(
        company=company, provider="intacct", operation="invoices", outcome=outcome, message=message,
        exported_count=14, failed_count=2, finished_at=timezone.now(),
    )  # fmt: skip

    html = page.get()

    assert message in html
    assert ("14 exported, 2 failed" in html) == is_counted


def test_the_page_takes_as_many_queries_however_long_the_history(
    page, company, client_of, administrator, django_assert_max_num_queries
):
    page.saved()
    for _ in range(30):
        Run.objects.create(
            company=company, provider="intacct", operation="customers", outcome="cancelled",
            finished_at=timezone.now(),
        )  # fmt: skip
    browser = client_of(administrator)

    with django_assert_max_num_queries(25):
        browser.get(PAGE)
