"""Entering the settings by the guide: eight fields, secrets, addresses, and every bad input (S-1 to S-3)."""

import re

import pytest
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone

from intacct.models import IntacctSettings
from integrations.runs.models import Run
from reconpro.audit.models import AuditEvent
from tests import factories
from tests.intacct.conftest import SENDER_SECRET, USER_SECRET
from tests.intacct.settings_page import CLOSED, OPEN, PAGE, text_of, told

pytestmark = pytest.mark.django_db


def test_it_is_where_the_guide_says(client_of, administrator):
    answer = client_of(administrator).get(reverse("integration-settings"))

    assert "Intacct Integration Settings" in text_of(answer)
    assert f'href="{PAGE}"' in answer.content.decode()


def test_s1_eight_fields_in_the_guides_order_with_its_explanations(page):
    html = page.get()

    labels = re.findall(r'<label[^>]*for="id_(\w+)"', html)
    assert labels[:8] == [
        "sender_id",
        "sender_password",
        "dtd_version",
        "auth_user_id",
        "auth_company_id",
        "auth_password",
        "post_url",
        "default_team",
    ]
    for sentence in (
        "it is not your Intacct application login username",
        "The registered password to the integration gateway provided by Intacct",
        "For example, v2.1, v3.0, etc.",
        "v2.1 brings no item prices",
        "Your Intacct application login User ID",
        "Your Intacct application login Company ID",
        "Your Intacct application login password",
        "https://www.intacct.com/ia/xml/xmlgw.phtml which is the URL provided in Intacct documentation",
        "such assignments will not be overridden during the next import",
    ):
        assert sentence in html
    assert "Save Settings" in html
    assert 'value="https://api.intacct.com/ia/xml/xmlgw.phtml"' in html


@pytest.mark.parametrize("typed", ["v2.1", "2.1", " V2.1 "])
def test_s1_dtd_version_keeps_one_spelling(page, typed):
    assert page.saved(dtd_version=typed).dtd_version == "v2.1"


@pytest.mark.parametrize("typed", ["", "3", "v4.0", "two"])
def test_s1_any_other_dtd_version_is_answered_with_a_sentence(page, typed):
    answer = page.save(dtd_version=typed)

    assert "DTD Version must be v2.1 or v3.0." in text_of(answer)
    assert not IntacctSettings.objects.exists()


def test_s1_ids_are_trimmed(page):
    settings = page.saved(sender_id="  acme_sender ", auth_company_id=" ACME\t")

    assert (settings.sender_id, settings.auth_company_id) == ("acme_sender", "ACME")


def test_s2_an_empty_password_box_keeps_the_stored_one(page):
    page.saved()

    settings = page.saved(sender_password="", auth_password="", sender_id="another")

    assert settings.sender_password.reveal() == "s3nder-pass"
    assert settings.auth_password.reveal() == "us3r-pass"


def test_s2_passwords_keep_their_blanks(page):
    assert page.saved(auth_password=" two  blanks ").auth_password.reveal() == " two  blanks "


def test_s2_no_secret_reaches_page_audit_repr_or_database(page):
    """Planted secrets are searched for wherever something is kept or shown."""
    settings = page.saved(sender_password="PLANTED-one", auth_password="PLANTED-two")
    refused = page.save(sender_password="PLANTED-three", auth_password="PLANTED-four", dtd_version="x")

    shown = [
        page.get(),
        refused.content.decode(),
        repr(settings.__dict__),
        repr(settings.sender_password),
        *(f"{event.sentence} {event.details}" for event in AuditEvent.objects.all()),
    ]
    with database.cursor() as cursor:
        cursor.execute("SELECT sender_password, auth_password FROM intacct_intacctsettings")
        shown.append(repr(cursor.fetchall()))
    assert not [text for text in shown if "PLANTED" in text]
    assert "stored; leave empty to keep" in shown[0]


@pytest.mark.parametrize(
    "url",
    [
        "https://api.intacct.com/ia/xml/xmlgw.phtml",
        "https://www.intacct.com/ia/xml/xmlgw.phtml",
        "http://127.0.0.1:9400/ia/xml/xmlgw.phtml",
    ],
)
def test_s3_these_post_urls_are_taken(page, url, settings):
    settings.GATEWAY_ALLOW_LOOPBACK_HTTP = True

    assert page.saved(post_url=url).post_url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://api.intacct.com/ia/xml/xmlgw.phtml",
        "https://intacct.com.evil.example/",
        "https://evil.example/intacct.com",
        "https://user:pass@api.intacct.com/",
        "ftp://api.intacct.com/",
        "http://127.0.0.1:9400/ia/xml/xmlgw.phtml",
        "javascript:alert(1)",
    ],
)
def test_s3_other_addresses_are_refused_with_a_sentence(page, url, settings):
    settings.GATEWAY_ALLOW_LOOPBACK_HTTP = False

    answer = page.save(post_url=url)

    assert answer.status_code == 200
    assert "Intacct's own is https://api.intacct.com/ia/xml/xmlgw.phtml." in text_of(answer)
    assert not IntacctSettings.objects.exists()


def test_s3_a_stored_address_is_checked_again_when_it_is_used(page, client_of, administrator, settings):
    settings.GATEWAY_ALLOW_LOOPBACK_HTTP = True
    page.saved(post_url="http://127.0.0.1:9400/ia/xml/xmlgw.phtml")
    settings.GATEWAY_ALLOW_LOOPBACK_HTTP = False

    answer = client_of(administrator).post(reverse("intacct-start", args=["customers"]))

    assert "Post URL can't be used" in told(answer)[0]
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("auth_company_id", 'AC"ME', "Auth Company ID can't have"),
        ("entity", "E\\BU", "Entity can't have"),
        ("document_prefix", "R P", "Use letters, digits"),
        ("closed_through", "yesterday", "Enter a valid date"),
        ("unit_of_measure", "dozen", "Select a valid choice"),
        ("default_team", "987654", "Select a valid choice"),
        ("sender_id", "x" * 101, "at most 100 characters"),
        ("transaction_definition", "", "This field is required"),
    ],
)
def test_a_sentence_for_every_bad_input(page, field, typed, sentence):
    answer = page.save(**{field: typed})

    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert not IntacctSettings.objects.exists()


def test_an_error_under_advanced_opens_it(page):
    assert OPEN in page.save(document_prefix="?").content.decode()
    assert CLOSED in page.get()


def test_default_team_offers_the_companys_teams_only(page, company, stranger):
    factories.a_team(company, name="Main shop")
    factories.a_team(company, name="Old shop", archived_at=timezone.now())
    factories.a_team(stranger.company, name="Their shop")

    html = page.get()

    assert "Main shop" in html
    assert "Old shop" not in html
    assert "Their shop" not in html


def test_without_a_team_the_page_says_where_to_add_one(page, company):
    assert reverse("team-new") in page.get()
    factories.a_team(company)
    assert "has no team yet" not in page.get()


def test_the_secrets_of_these_tests_are_the_simulators():
    assert (SENDER_SECRET, USER_SECRET) == ("sender-secret", "user-secret")
