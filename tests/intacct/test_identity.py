"""Capitals make no other books (S-7): Intacct itself doesn't tell them apart."""

import pytest

from intacct.configuration import identity_of
from integrations.connections.models import Connection
from integrations.runs.models import Operation
from reconpro.company.models import Books, Client

pytestmark = pytest.mark.django_db


def test_s7_the_company_id_in_other_capitals_is_the_same_books(connect, simulator, carry_out):
    connect(simulator, auth_company_id="ACME-SANDBOX")
    carry_out(Operation.IMPORT_CUSTOMERS)
    before = list(Connection.objects.values("pk", "closed_at", "books"))
    clients = Client.objects.count()

    saved = connect(simulator, auth_company_id="acme-sandbox")

    assert saved.auth_company_id == "acme-sandbox"  # as it was typed
    assert list(Connection.objects.values("pk", "closed_at", "books")) == before
    assert Books.objects.get().label == "Intacct ACME-SANDBOX"
    assert Client.objects.count() == clients


def test_s7_the_entity_in_other_capitals_is_the_same_books(connect, simulator):
    connect(simulator, entity="EBU")
    connect(simulator, entity="ebu")

    assert Connection.objects.count() == 1


def test_s7_changed_capitals_keep_what_was_found_out_about_items(connect, simulator, carry_out):
    """S-6: the field of items belongs to the books."""
    connect(simulator)
    carry_out(Operation.IMPORT_SERVICES)

    assert connect(simulator, auth_company_id="acme-sandbox").item_department_field == "DEPARTMENTID"


def test_s7_another_company_is_other_books(connect, simulator):
    first = identity_of(connect(simulator))
    second = identity_of(connect(simulator, auth_company_id="OTHER-CO"))

    assert first != second
    assert Connection.objects.count() == 2
    assert Connection.objects.filter(closed_at=None).count() == 1
