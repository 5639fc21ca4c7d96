"""Local records without Accounting ID that look like imported ones (I-8)."""

import pytest
from django.db import connection as database

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution
from integrations.duplicates.resolving import resolve
from reconpro.company.models import Client
from tests.factories import a_client, a_service, an_employee, an_invoice
from tests.reconcile.imports import (
    counts,
    employee_listed,
    import_employees,
    import_list,
    import_services,
    listed,
    warnings_of,
)


def twins(run):
    return warnings_of(run, Code.LOCAL_TWIN)


@pytest.mark.parametrize(
    ("here", "there", "word"),
    [
        ({"name": "Acme Motors"}, {"name": "ACME  Motors, Inc"}, "name"),
        ({"email": "Pay@Acme.example"}, {"email": "pay@acme.EXAMPLE"}, "e-mail"),
        ({"phone": "(555) 010-2000"}, {"phone": "555.010.2000"}, "phone"),
    ],
)
def test_one_warning_names_the_local_one_and_the_imported_one(connection, here, there, word):
    local = a_client(connection.company, books=None, **{"name": "Here", **here})
    name = there.pop("name", "There")
    run = import_list(connection, [listed("C-17", name, **there), listed("C-18", "Zeta")])
    (warning,) = twins(run)
    imported = Client.objects.get(accounting_id="C-17")
    assert [side["id"] for side in warning.sides] == [local.pk, imported.pk]
    assert warning.message == f"The client {local} has no Accounting ID, and the {word} of C-17 {name}."


def test_all_ways_and_all_imported_ones_are_in_one_warning(connection):
    a_client(connection.company, books=None, name="Acme", phone="555 010 2000")
    rows = [listed("C-1", "Acme", bill_to_address="1 Main"), listed("C-2", "Zeta", phone="5550102000")]
    (warning,) = twins(import_list(connection, rows))
    assert (
        warning.message
        == "The client Acme has no Accounting ID, and the name and phone of C-1 Acme, C-2 Zeta."
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"accounting_id": "L-1"},
        {"archived_reason": "by_hand", "archived_at": "2026-01-01T00:00Z"},
        {"name": "Other", "phone": "12"},
        {"name": "", "email": "", "phone": ""},
    ],
)
def test_it_is_quiet_where_nothing_tells_that_they_are_one(connection, fields):
    a_client(connection.company, books=None, **{"name": "Acme", **fields})
    assert twins(import_list(connection, [listed("C-1", "Acme", phone="12", email="")])) == []


def test_the_twins_of_another_company_are_none(connection, stranger):
    a_client(stranger.company, books=None, name="Acme")
    assert twins(import_list(connection, [listed("C-1", "Acme")])) == []


def test_employees_are_never_proposed_on_name_alone_i_10(connection):
    an_employee(connection.company, books=None, first_name="Dana", last_name="Ruiz", email="")
    same = an_employee(
        connection.company, books=None, first_name="D.", last_name="R", email="dr@demo.example"
    )
    run = import_employees(connection, [employee_listed("E-1", "", "Dana Ruiz", email="DR@demo.example")])
    (warning,) = twins(run)
    assert warning.sides[0]["id"] == same.pk


def test_services_are_told_by_name(connection):
    a_service(connection.company, books=None, name="Paint correction")
    assert len(twins(import_services(connection, [listed("P-1", "Paint Correction")]))) == 1


def test_they_are_different_stays_so_over_later_imports(connection, accountant):
    a_client(connection.company, books=None, name="Acme")
    (warning,) = twins(import_list(connection, [listed("C-1", "Acme")]))
    resolve(warning, accountant, Resolution.DIFFERENT)
    assert twins(import_list(connection, [listed("C-1", "Acme")])) == []


def test_link_lets_the_local_one_go_by_the_imported_ones_identity(connection, accountant):
    local = a_client(connection.company, books=None, name="Acme", notes="Ours")
    invoice = an_invoice(connection.company, client=local)
    (warning,) = twins(import_list(connection, [listed("C-1", "Acme", phone="555")]))
    resolve(warning, accountant, Resolution.LINKED)
    local.refresh_from_db()
    warning.refresh_from_db()
    invoice.refresh_from_db()
    assert (local.accounting_id, local.external_key, local.phone) == ("C-1", "key of C-1", "555")
    assert (local.notes, invoice.client) == ("Ours", local)
    assert (warning.resolution, warning.resolved_by) == (Resolution.LINKED, accountant)
    run = import_list(connection, [listed("C-1", "Acme", phone="555")])
    assert counts(run) == {"read": 1, "unchanged": 1}
    assert run.outcome == "succeeded"


def test_more_than_anybody_reads_are_counted(connection, monkeypatch):
    monkeypatch.setattr("integrations.duplicates.twins.MOST_PER_CODE", 2)
    for _ in range(5):
        a_client(connection.company, books=None, name="Acme")
    messages = [w.message for w in twins(import_list(connection, [listed("C-1", "Acme")]))]
    assert len(messages) == 3
    assert "Local record like an imported one: and 3 more like these." in messages


def test_they_are_not_found_by_comparing_each_with_each_where_nothing_is_known_of_the_rows(connection):
    """What an import wrote nothing has analysed yet, and PostgreSQL would believe it to be one row."""
    typed = [Client(company=connection.company, name=f"Client {i}") for i in range(3000)]
    for client in typed:
        client.make_keys()
    Client.objects.bulk_create(typed)
    joined: list[str] = []

    def explained(execute, sql, params, many, context):
        if "twin_key" in sql and " IN (SELECT" in sql and database.vendor == "postgresql":
            with database.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                joined.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    with database.execute_wrapper(explained):
        run = import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(3000)])
    assert len(twins(run)) > 100
    assert len(joined) == (3 if database.vendor == "postgresql" else 0)
    assert not any("Nested Loop" in plan for plan in joined)
