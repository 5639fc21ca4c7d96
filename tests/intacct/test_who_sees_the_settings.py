"""Who sees and changes the settings: roles, tenancy, subscription (U-1 to U-3)."""

import pytest
from django.urls import reverse

from intacct.models import IntacctSettings
from integrations.runs.models import Run
from tests import factories
from tests.intacct.settings_page import COMPLETE, PAGE, text_of

pytestmark = pytest.mark.django_db


def test_u1_an_accountant_sees_buttons_and_state_but_no_credentials(client_of, accountant, page, company):
    page.saved(default_team=factories.a_team(company).pk)
    browser = client_of(accountant)

    answer = browser.get(PAGE)

    html = answer.content.decode()
    for button in ("Import Customers", "Import Services", "Import Employees", "Export Invoices"):
        assert button in html
    for hidden in ("acme_sender", "ws_user", "ACME", "intacct.com", "Save Settings", "Recent changes"):
        assert hidden not in html
    assert browser.post(PAGE, COMPLETE).status_code == 403
    assert browser.post(reverse("intacct-test-connection"), COMPLETE).status_code == 403
    assert browser.post(reverse("intacct-start", args=["customers"])).status_code == 302
    assert Run.objects.get().started_by == accountant


def test_u1_others_are_not_let_in(client_of, work_manager, technician):
    for user in (work_manager, technician):
        browser = client_of(user)
        assert browser.get(PAGE).status_code == 403
        assert browser.post(PAGE, COMPLETE).status_code == 403
        assert browser.post(reverse("intacct-test-connection"), COMPLETE).status_code == 403
        assert browser.post(reverse("intacct-read-lists"), COMPLETE).status_code == 403
        assert browser.post(reverse("intacct-resume-schedule")).status_code == 403
        assert browser.post(reverse("intacct-start", args=["customers"])).status_code == 403
    assert not IntacctSettings.objects.exists()
    assert not Run.objects.exists()


def test_who_is_not_signed_in_is_asked_to(client):
    assert client.get(PAGE).status_code == 302
    assert "/sign-in/" in client.get(PAGE).url


def test_u2_a_stranger_sees_settings_of_their_own_company(page, client_of, stranger):
    page.saved()

    html = client_of(stranger).get(PAGE).content.decode()

    assert "acme_sender" not in html


@pytest.mark.parametrize(
    ("edition", "features", "missing"),
    [
        ("professional", ["intacct"], "the Enterprise edition"),
        ("enterprise", [], "the feature Intacct Integration"),
    ],
)
def test_u3_without_the_subscription_every_address_says_what_is_missing(
    client_of, administrator, company, edition, features, missing
):
    company.edition, company.features = edition, features
    company.save()
    browser = client_of(administrator)

    for answer in (
        browser.get(PAGE),
        browser.post(PAGE, COMPLETE),
        browser.post(reverse("intacct-test-connection"), COMPLETE),
        browser.post(reverse("intacct-read-lists"), COMPLETE),
        browser.post(reverse("intacct-resume-schedule")),
        browser.post(reverse("intacct-start", args=["customers"])),
    ):
        assert answer.status_code == 403
        assert missing in text_of(answer)
    assert f'href="{PAGE}"' not in browser.get(reverse("integration-settings")).content.decode()
    assert not IntacctSettings.objects.exists()
