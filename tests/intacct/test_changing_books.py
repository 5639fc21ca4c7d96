"""Auth Company ID and entity say whose books these are (S-7)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction
from django.utils import timezone

from intacct.configuration import save_settings, settings_of
from integrations.connections.models import Connection
from integrations.runs import lifecycle
from integrations.runs.models import Mode, Operation, Outcome, Run
from reconpro.company.models import Books
from tests import factories
from tests.intacct.settings_page import COMPLETE, text_of, told

pytestmark = pytest.mark.django_db
PASSWORDS = {name: COMPLETE[name] for name in ("sender_password", "auth_password")}
GATEWAY = {name: COMPLETE[name] for name in ("sender_id", "auth_user_id", "auth_company_id", "post_url")}


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


@pytest.mark.parametrize("mode", list(Mode), ids=["import", "check", "apply"])
def test_s7_the_books_do_not_change_under_what_is_running(page, company, mode):
    """So no import can end in books that were closed while it read, compared or applied."""
    page.saved()
    connection = Connection.objects.get()
    fields = {"company": company, "provider": "intacct", "operation": "customers", "connection": connection}
    now = timezone.now()
    checked = Run.objects.create(**fields, mode=Mode.CHECK, outcome=Outcome.SUCCEEDED, finished_at=now)
    applies = checked if mode == Mode.APPLY else None
    run = Run.objects.create(**fields, mode=mode, applies=applies, started_at=now)

    for other in ({"auth_company_id": "OTHER"}, {"entity": "EBU"}):
        answer = text_of(page.save(**other))
        assert "Import Customers is running. Wait for its end, or cancel it, before you change" in answer
    assert Connection.objects.get(closed_at=None) == connection

    Run.objects.filter(pk=run.pk).update(outcome=Outcome.FAILED, finished_at=now)
    page.saved(entity="EBU")
    assert Connection.objects.get(closed_at=None) != connection


@pytest.mark.django_db(transaction=True)
def test_s7_an_import_started_while_the_books_are_being_changed_changes_nothing():
    """It can't begin before the change is through, and then finds that it was meant for others."""
    company = factories.a_company()
    by = factories.a_user(company)
    save_settings(company, GATEWAY, secrets=PASSWORDS, by=by)
    events: list[str] = []
    changed = threading.Event()

    def start() -> int:
        changed.wait(10)
        try:
            run, _ = lifecycle.start(
                company, Operation.IMPORT_CUSTOMERS, provider="intacct", by=by, nudge=False
            )
            events.append("started")
            return run.pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(start)
        with transaction.atomic():
            save_settings(company, {"entity": "EBU"}, secrets={}, by=by)
            changed.set()
            time.sleep(0.5)  # the other one is in the middle of it, and waits
            events.append("changed")
        run = lifecycle.carry_out(started.result())

    assert events == ["changed", "started"]
    assert run.outcome == Outcome.FAILED
    assert run.message in (
        "The settings name other books than when this was started.",
        # SQLite, where it began only then.
        "This is the first import of clients from Intacct ACME, entity EBU since the connection was changed,"
        " so it is checked first.",
    )
    assert not run.requests.exists()


def test_s7_the_company_id_is_not_emptied(page, company):
    page.saved()

    assert "Enter the Company ID" in text_of(page.save(auth_company_id=""))
