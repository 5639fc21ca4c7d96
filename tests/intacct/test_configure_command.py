"""`intacct_configure`: the settings at the terminal (design.md, S-2, S-8)."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from intacct.configuration import ACTION, PROVIDER, settings_of
from intacct.models import IntacctSettings
from integrations.schedules.service import plan_of, schedule_of
from reconpro.audit.models import AuditEvent
from reconpro.company.models import Team
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def configure(company, monkeypatch):
    monkeypatch.delenv("INTACCT_SENDER_PASSWORD", raising=False)
    monkeypatch.delenv("INTACCT_AUTH_PASSWORD", raising=False)

    def run(*options: str) -> str:
        out = StringIO()
        call_command("intacct_configure", "--company", "demo", *options, stdout=out)
        return out.getvalue()

    return run


def test_everything_is_set_at_once(configure, company, monkeypatch):
    monkeypatch.setenv("INTACCT_SENDER_PASSWORD", "PLANTED-one")
    monkeypatch.setenv("INTACCT_AUTH_PASSWORD", "PLANTED-two")

    printed = configure(
        *("--sender-id", "s", "--dtd-version", "2.1", "--auth-user-id", "u", "--auth-company-id", "ACME"),
        *("--post-url", "https://www.intacct.com/ia/xml/xmlgw.phtml", "--default-team", "Main shop"),
        *("--entity", "EBU", "--default-terms", "Net 30", "--export-start", "2026-11-01"),
    )

    settings = settings_of(company)
    assert (settings.sender_id, settings.dtd_version, settings.entity) == ("s", "v2.1", "EBU")
    assert settings.default_team == Team.objects.get(company=company, name="Main shop")
    assert settings.sender_password.reveal() == "PLANTED-one"
    assert settings.auth_password.reveal() == "PLANTED-two"
    assert settings.export_start.isoformat() == "2026-11-01"
    company.refresh_from_db()
    assert str(company.books) == "Intacct ACME, entity EBU"
    event = AuditEvent.objects.get(action=ACTION)
    assert event.user is None
    assert "PLANTED" not in printed + event.sentence + str(event.details)


def test_what_is_not_named_stays(configure, company):
    configure("--sender-id", "first", "--default-terms", "Net 30")

    printed = configure("--sender-id", "second")

    settings = settings_of(company)
    assert (settings.sender_id, settings.default_terms) == ("second", "Net 30")
    assert "Sender ID: first → second" in printed
    assert "Still needed: Sender Password" in printed


def test_a_team_that_is_there_is_taken_whatever_its_case(configure, company):
    team = factories.a_team(company, name="Main Shop")

    configure("--default-team", "main shop")

    assert settings_of(company).default_team == team
    assert Team.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--dtd-version", "4"], "DTD Version must be v2.1 or v3.0."),
        (["--post-url", "https://evil.example/"], "not allowed to receive passwords"),
        (["--auth-company-id", 'A"B'], "Auth Company ID can't have"),
        (["--default-team", " "], "a team's name has 1 to 100 characters"),
        (["--export-start", "soon"], "a day is written YYYY-MM-DD"),
    ],
)
def test_a_sentence_for_every_bad_option_and_nothing_is_stored(configure, options, sentence):
    with pytest.raises(CommandError, match=sentence.replace(".", r"\.")):
        configure("--sender-id", "s", *options)

    assert not IntacctSettings.objects.exists()
    assert not Team.objects.exists()


def test_an_archived_team_is_refused(configure, company):
    from django.utils import timezone

    factories.a_team(company, name="Old shop", archived_at=timezone.now())

    with pytest.raises(CommandError, match="is archived"):
        configure("--default-team", "Old shop")


def test_an_unknown_company_is_told(db):
    with pytest.raises(CommandError, match="no company with the code nowhere"):
        call_command("intacct_configure", "--company", "nowhere")


def test_what_stands_under_advanced_is_set_as_the_page_sets_it(configure, company):
    printed = configure(
        *("--document-type", "ar_invoice", "--account-label", "Paint repair"),
        *("--client-id-2-field", "RP_REGION", "--service-id-2-field", ""),
        *("--item-type", "Kit", "--item-type", "Non-Inventory (Sales only)", "--location", "EBU"),
        *("--notify", "books@demo.example", "--notify", "owner@demo.example"),
        *("--schedule", "customers,employees", "--schedule-at", "06:30"),
    )

    settings = settings_of(company)
    assert (settings.document_type, settings.account_label) == ("ar_invoice", "Paint repair")
    assert (settings.client_id_2_field, settings.service_id_2_field) == ("RP_REGION", "")
    assert settings.item_types == ["Kit", "Non-Inventory (Sales only)"]
    assert settings.scope_locations == ["EBU"]
    assert settings.notify_addresses == ["books@demo.example", "owner@demo.example"]
    plan = plan_of(schedule_of(company, PROVIDER))
    assert (plan.operations, f"{plan.at:%H:%M}") == (("customers", "employees"), "06:30")
    assert "Import by itself: empty → Import Customers, Import Employees" in printed

    configure("--item-type", "", "--schedule", "")

    assert settings_of(company).item_types == []
    assert settings_of(company).scope_locations == ["EBU"]
    assert not schedule_of(company, PROVIDER).is_on


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--document-type", "ar_invoice"], "An AR invoice needs a revenue account"),
        (["--document-type", "bill"], "Select a valid choice"),
        (["--schedule", "invoices"], "Choose among those that are offered."),
        (["--schedule", "customers", "--schedule-at", "noon"], "Enter a valid time."),
        (["--notify", "nobody"], "nobody is no e-mail address."),
        (["--client-id-2-field", "RP REGION"], "Type the field's name as Intacct's API knows it"),
    ],
)
def test_a_sentence_for_every_bad_option_under_advanced(configure, options, sentence):
    with pytest.raises(CommandError, match=sentence.replace(".", r"\.")):
        configure(*options)

    assert not IntacctSettings.objects.exists()
