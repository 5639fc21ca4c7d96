"""Secrets are encrypted at rest with keys that can be rotated, and are in no run, page or dump (S-2)."""

import io
import json

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from intacct.models import IntacctSettings
from integrations.secrets.fields import Secret
from integrations.secrets.rotation import secret_fields

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def stored(company, settings) -> IntacctSettings:
    settings.SECRETS_KEYS = [OLD]
    return IntacctSettings.objects.create(
        company=company,
        sender_password=Secret.of("sender-secret"),
        auth_password=Secret.of("user-secret"),
    )


def columns() -> tuple[str, str]:
    """What the database itself holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sender_password, auth_password FROM intacct_intacctsettings")
        return cursor.fetchone()


def reencrypt() -> str:
    out = io.StringIO()
    call_command("reencrypt_secrets", stdout=out)
    return out.getvalue()


def test_the_database_holds_no_secret_in_clear(stored):
    assert "secret" not in "".join(columns())
    assert IntacctSettings.objects.get().auth_password.reveal() == "user-secret"


def test_a_secret_shows_nothing_of_itself(stored):
    secret = IntacctSettings.objects.get().sender_password
    shown = f"{secret} {secret!r} {[secret]} {stored!r} {stored}"
    assert "sender-secret" not in shown
    assert secret.token not in shown


def test_a_plain_text_is_refused_so_that_none_is_stored(company):
    with pytest.raises(TypeError, match="never a plain string"):
        IntacctSettings.objects.create(company=company, sender_password="plain")


def test_a_dump_of_the_data_holds_no_secret_not_even_encrypted(stored):
    (dumped,) = json.loads(serializers.serialize("json", IntacctSettings.objects.all()))
    assert (dumped["fields"]["sender_password"], dumped["fields"]["auth_password"]) == ("", "")


def test_after_a_key_was_added_in_front_all_secrets_take_it_and_the_old_key_can_go(stored, settings):
    settings.SECRETS_KEYS = [NEW, OLD]
    before = columns()
    assert reencrypt() == "2 secrets are encrypted with the first key.\n"
    assert not set(before) & set(columns())

    settings.SECRETS_KEYS = [NEW]
    found = IntacctSettings.objects.get()
    assert (found.sender_password.reveal(), found.auth_password.reveal()) == ("sender-secret", "user-secret")


def test_without_that_the_old_key_can_not_go(stored, settings):
    settings.SECRETS_KEYS = [NEW]
    with pytest.raises(InvalidToken):
        IntacctSettings.objects.get().sender_password.reveal()


def test_a_secret_that_no_key_opens_is_named_and_the_others_are_done(stored, settings):
    settings.SECRETS_KEYS = [NEW]
    stored.auth_password = Secret.of("entered again")
    stored.save()
    before = columns()
    with pytest.raises(CommandError, match=r"intacct settings \d+, sender_password"):
        reencrypt()
    assert columns()[0] == before[0]
    assert IntacctSettings.objects.get().auth_password.reveal() == "entered again"


def test_empty_boxes_stay_empty(company, settings):
    IntacctSettings.objects.create(company=company)
    assert reencrypt().startswith("0 secrets")
    assert columns() == ("", "")


def test_doing_it_twice_does_no_harm(stored, settings):
    settings.SECRETS_KEYS = [NEW, OLD]
    reencrypt()
    reencrypt()
    assert IntacctSettings.objects.get().sender_password.reveal() == "sender-secret"


def test_every_model_with_a_secret_is_found():
    assert (IntacctSettings, ["sender_password", "auth_password"]) in secret_fields()


def test_a_key_that_is_none_is_told_in_words(settings):
    settings.SECRETS_KEYS = ["too-short"]
    with pytest.raises(ImproperlyConfigured, match="SECRETS_KEYS must hold Fernet keys"):
        Secret.of("anything")
