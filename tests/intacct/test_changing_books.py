"""Auth Company ID and entity say whose books these are (S-7)."""

import pytest

from intacct.configuration import settings_of
from integrations.connections.models import Connection
from integrations.runs.models import Run
from reconpro.company.models import Books
from tests.intacct.settings_page import text_of, told

pytestmark = pytest.mark.django_db


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
