"""The settings page by its rules: S-1 to S-8, U-1, U-3."""

import re
from datetime import timedelta
from html import unescape

import lxml.html
import pytest
from django.contrib.messages import get_messages
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone

from intacct.configuration import ACTION, settings_of, version_token
from intacct.models import IntacctSettings
from integrations.connections.models import Connection, ReferenceEntry, ReferenceKind
from integrations.runs.models import Operation, Run
from reconpro.audit.models import AuditEvent
from reconpro.company.models import Books
from tests import factories
from tests.intacct.conftest import SENDER_SECRET, USER_SECRET

pytestmark = pytest.mark.django_db
PAGE = "/company/intacct/"
COMPLETE = {
    "sender_id": "acme_sender",
    "sender_password": "s3nder-pass",
    "dtd_version": "v3.0",
    "auth_user_id": "ws_user",
    "auth_company_id": "ACME",
    "auth_password": "us3r-pass",
    "post_url": "https://api.intacct.com/ia/xml/xmlgw.phtml",
    "default_team": "",
    "entity": "",
    "transaction_definition": "Sales Invoice",
    "document_prefix": "RP-",
    "unit_of_measure": "each",
    "default_terms": "",
    "default_location": "",
    "closed_through": "",
    "closed_period": "block",
    "export_start": "",
}


@pytest.fixture
def page(client_of, administrator):
    """The page as an administrator uses it."""
    browser = client_of(administrator)

    class Page:
        def get(self) -> str:
            answer = browser.get(PAGE)
            assert answer.status_code == 200
            return answer.content.decode()

        def save(self, **fields):
            seen = version_token(settings_of(administrator.company))
            return browser.post(PAGE, {**COMPLETE, "seen": seen, **fields})

        def saved(self, **fields) -> IntacctSettings:
            answer = self.save(**fields)
            assert answer.status_code == 302, text_of(answer)
            return settings_of(administrator.company)

    return Page()


def text_of(answer) -> str:
    """What a person reads: no tags, single blanks."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(unescape(words).split())


def told(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


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
    assert '<details class="advanced" open' in page.save(document_prefix="?").content.decode()
    assert '<details class="advanced">' in page.get()


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


def test_s7_the_first_save_with_a_company_opens_the_connection(page, company):
    page.saved()

    connection = Connection.objects.get(company=company)
    company.refresh_from_db()
    assert company.books == connection.books
    assert connection.identity == '["acme", ""]'  # capitals make no other books
    assert str(connection.books) == "Intacct ACME"
    assert "Connected books: Intacct ACME" in page.get()


def test_s7_another_company_or_entity_is_another_connection_and_the_page_says_so(page, company):
    page.saved()
    first = Connection.objects.get()

    answer = page.save(entity="EBU")

    company.refresh_from_db()
    first.refresh_from_db()
    assert first.closed_at is not None
    assert str(company.books) == "Intacct ACME, entity EBU"
    message = told(answer)[-1]
    assert "other books: Intacct ACME, entity EBU" in message
    assert "still belongs to Intacct ACME;" in message


def test_s7_an_earlier_identity_opens_its_own_connection_again(page, company):
    page.saved()
    first = Books.objects.get()
    page.saved(auth_company_id="OTHER")

    page.saved(auth_company_id="ACME")

    company.refresh_from_db()
    assert company.books == first
    assert Connection.objects.count() == 2
    assert Connection.objects.get(closed_at=None).books == first


def test_s7_other_credentials_alone_are_the_same_connection(page):
    page.saved()
    page.saved(auth_user_id="somebody", sender_password="new", dtd_version="2.1")

    assert Connection.objects.count() == 1


def test_s7_the_books_do_not_change_under_a_run(page, company):
    page.saved()
    connection = Connection.objects.get()
    Run.objects.create(company=company, provider="intacct", operation="customers", connection=connection)

    answer = page.save(auth_company_id="OTHER")

    assert "Import Customers is waiting. Wait for its end, or cancel it" in text_of(answer)
    assert settings_of(company).auth_company_id == "ACME"
    assert page.saved(sender_id="fine").sender_id == "fine"


def test_s7_the_company_id_is_not_emptied(page, company):
    page.saved()

    assert "Enter the Company ID" in text_of(page.save(auth_company_id=""))


def test_s8_each_changed_field_is_recorded_with_old_and_new_value(page, administrator, company):
    factories.a_team(company, name="Main shop")
    page.saved()
    page.saved(
        sender_id="new_sender",
        auth_password="another",
        default_team=company.teams.get().pk,
        department_required="on",
        export_start="2026-11-01",
    )

    event = AuditEvent.objects.filter(action=ACTION).latest("pk")
    assert event.user == administrator
    assert event.details["changes"] == [
        {"field": "Sender ID", "old": "acme_sender", "new": "new_sender"},
        {"field": "Default Team", "old": "", "new": "Main shop"},
        {"field": "Department required", "old": "no", "new": "yes"},
        {"field": "Export start date", "old": "", "new": "2026-11-01"},
        {"field": "Auth Password", "secret": True},
    ]
    shown = page.get()
    assert "Recent changes" in shown
    assert "new_sender" in shown


def test_s8_saving_the_same_again_records_nothing(page):
    before = page.saved()

    answer = page.save(sender_password="s3nder-pass")

    assert told(answer)[-1] == "Nothing was changed."
    assert AuditEvent.objects.filter(action=ACTION).count() == 1
    assert IntacctSettings.objects.get().updated_at == before.updated_at


def form_in(html: str) -> dict[str, str]:
    """What a browser would send of the settings form as it stands."""
    forms = [form for form in lxml.html.fromstring(html).forms if "sender_id" in form.fields]
    return dict(forms[0].form_values())


def test_two_administrators_at_the_same_time_lose_nothing(page, client_of, administrator, company):
    """What the other one changed is taken over where I changed nothing, and shown beside what I changed."""
    page.saved()
    mine = form_in(page.get())
    other = factories.a_user(company, name="Olga Other")
    olgas = {"sender_id": "olgas_sender", "default_terms": "Net 45", "department_required": "on"}
    client_of(other).post(PAGE, {**mine, **olgas})

    mine |= {"sender_id": "my_sender", "auth_user_id": "me", "default_terms": "Net 60"}
    mine["auth_password"] = "typed-now"
    answer = client_of(administrator).post(PAGE, mine)

    shown = text_of(answer)
    assert "saved by Olga Other while you were editing" in shown
    assert "Type the new password again." in shown
    assert shown.count("Now saved:") == 2
    assert "Now saved: olgas_sender" in shown
    assert "Now saved: Net 45" in shown  # under Advanced, which is open to show it
    assert '<details class="advanced" open' in answer.content.decode()
    assert settings_of(company).sender_id == "olgas_sender"
    again = form_in(answer.content.decode())
    typed = (again["sender_id"], again["auth_user_id"], again["default_terms"])
    assert typed == ("my_sender", "me", "Net 60")
    assert again["department_required"] == "on"
    assert not again.get("auth_password")

    client_of(administrator).post(PAGE, again)

    now = settings_of(company)
    assert (now.sender_id, now.auth_user_id, now.default_terms) == typed
    assert now.department_required


def test_a_third_save_in_between_is_noticed_again(page, client_of, administrator, company):
    page.saved()
    mine = form_in(page.get())
    page.saved(sender_id="second")
    again = form_in(client_of(administrator).post(PAGE, {**mine, "entity": "EBU"}).content.decode())
    page.saved(sender_id="third")

    answer = client_of(administrator).post(PAGE, again)

    assert "while you were editing" in text_of(answer)
    assert form_in(answer.content.decode())["sender_id"] == "third"
    assert settings_of(company).entity == ""


def test_two_first_saves_do_not_overwrite_each_other(page, client_of, company):
    other = factories.a_user(company, name="Olga Other")
    client_of(other).post(PAGE, {**COMPLETE, "seen": ""})

    answer = page.save(seen="", sender_id="my_sender")

    assert "saved by Olga Other" in text_of(answer)
    assert settings_of(company).sender_id == "acme_sender"


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
        browser.post(reverse("intacct-start", args=["customers"])),
    ):
        assert answer.status_code == 403
        assert missing in text_of(answer)
    assert f'href="{PAGE}"' not in browser.get(reverse("integration-settings")).content.decode()
    assert not IntacctSettings.objects.exists()


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


def test_what_intacct_lists_is_offered_where_an_id_is_typed(page, company):
    page.saved()
    ReferenceEntry.objects.create(
        connection=Connection.objects.get(), kind=ReferenceKind.TERM, code="Net 30", name="thirty"
    )

    html = page.get()

    assert 'list="known-default-terms"' in html
    assert '<option value="Net 30">' in html


def test_s6_the_page_says_which_field_fills_accounting_id_2(page):
    page.saved()
    assert "the first Import Services finds out" in page.get()
    IntacctSettings.objects.update(item_department_field="DEPARTMENTID")
    assert "filled from the field DEPARTMENTID of Intacct's items." in " ".join(page.get().split())
    IntacctSettings.objects.update(item_department_field="")
    assert "Type the Department ID on each service." in page.get()


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


def test_the_secrets_of_these_tests_are_the_simulators():
    assert (SENDER_SECRET, USER_SECRET) == ("sender-secret", "user-secret")
