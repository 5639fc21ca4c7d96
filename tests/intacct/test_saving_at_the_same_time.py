"""Every change is recorded (S-8), and two who save at once lose nothing of each other's."""

import pytest

from intacct.configuration import ACTION, settings_of
from intacct.models import IntacctSettings
from reconpro.audit.models import AuditEvent
from tests import factories
from tests.intacct.settings_page import COMPLETE, OPEN, PAGE, form_in, text_of, told

pytestmark = pytest.mark.django_db


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
    assert OPEN in answer.content.decode()
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
