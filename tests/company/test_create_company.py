"""The command that makes a tenant and its first administrator."""

import pytest
from django.core.management import CommandError, call_command

from reconpro.audit.models import AuditEvent
from reconpro.company.models import Company, User

pytestmark = pytest.mark.django_db
PASSWORD = "a brand new lantern"


def create(**options):
    defaults = {"code": "acme", "name": "Acme Recon", "admin_email": "Boss@acme.example"}
    call_command("create_company", **{**defaults, **options})


def test_it_makes_a_company_and_an_administrator_who_can_sign_in(monkeypatch, capsys, client):
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)

    create(edition="enterprise", feature=["intacct"], time_zone="America/New_York")

    company = Company.objects.get(code="acme")
    assert (company.edition, company.features) == ("enterprise", ["intacct"])
    assert company.time_zone == "America/New_York"
    printed = capsys.readouterr().out
    assert "boss@acme.example" in printed
    assert PASSWORD not in printed
    client.post("/sign-in/", {"username": "boss@acme.example", "password": PASSWORD})
    assert client.get("/company/users/").status_code == 200
    assert AuditEvent.objects.get(company=company).action == "user.added"


def test_without_a_password_one_is_made_and_printed_once(monkeypatch, capsys):
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)
    create()
    password = capsys.readouterr().out.strip().split()[-1]
    assert User.objects.get(username="boss@acme.example").check_password(password)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"code": "Bad Code"}, "--code"),
        ({"name": ""}, "--name"),
        ({"time_zone": "Mars"}, "time zone such as"),
        ({"admin_email": "boss"}, "isn't an e-mail address"),
    ],
)
def test_bad_input_is_a_sentence_and_makes_nothing(monkeypatch, options, sentence):
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    with pytest.raises(CommandError, match=sentence):
        create(**options)
    assert not Company.objects.exists()


def test_a_weak_password_is_refused_without_being_printed(monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", "12345")
    with pytest.raises(CommandError, match="too short") as refused:
        create()
    assert "12345" not in str(refused.value)
    assert not Company.objects.exists()


def test_a_code_or_user_name_that_exists_is_refused(monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    create()
    with pytest.raises(CommandError, match="code acme already"):
        create(name="Other")
    with pytest.raises(CommandError, match="signs in as"):
        create(code="other")
    assert Company.objects.get().name == "Acme Recon"
    assert User.objects.count() == 1
