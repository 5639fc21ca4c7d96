"""Which record a row of the list is (I-2)."""

from reconpro.audit.models import FieldChange
from reconpro.company.models import Client, Employee
from tests.factories import a_client, a_company, a_connection, an_employee
from tests.reconcile.imports import (
    counts,
    employee_listed,
    import_employees,
    import_list,
    listed,
    messages_of,
)


def test_a_renumbered_client_stays_itself_by_its_key(connection):
    import_list(connection, [listed("C-17", "Acme", key="5")])
    acme = Client.objects.get()
    run = import_list(connection, [listed("C-99", "Acme", key="5")])

    assert counts(run) == {"read": 1, "updated": 1}
    acme.refresh_from_db()
    assert acme.accounting_id == "C-99"


def test_a_client_made_anew_under_another_key_is_found_by_accounting_id(connection):
    import_list(connection, [listed("C-17", "Acme", key="5")])
    run = import_list(connection, [listed("C-17", "Acme", key="6")])

    assert counts(run) == {"read": 1, "updated": 1}
    assert Client.objects.get().external_key == "6"
    assert counts(import_list(connection, [listed("C-17", "Acme", key="6")])) == {"read": 1, "unchanged": 1}


def test_a_list_without_keys_matches_by_accounting_id_and_keeps_the_key(connection):
    import_list(connection, [listed("C-17", "Acme", key="5")])
    run = import_list(connection, [listed("C-17", "Acme", key=None)])

    assert counts(run) == {"read": 1, "unchanged": 1}
    assert Client.objects.get().external_key == "5"


def test_accounting_ids_match_letter_by_letter(connection):
    import_list(connection, [listed("C-17", "Acme", key=None)])
    run = import_list(connection, [listed("C-17", "Acme", key=None), listed("c-17", "Other", key=None)])
    assert counts(run) == {"read": 2, "created": 1, "unchanged": 1}


def test_a_client_typed_here_with_an_accounting_id_of_these_books_is_taken_over(connection):
    typed = a_client(connection.company, accounting_id="C-17", name="Acme?")
    run = import_list(connection, [listed("C-17", "Acme")])

    assert counts(run) == {"read": 1, "updated": 1}
    typed.refresh_from_db()
    assert (typed.name, typed.accounting_status, typed.external_key) == ("Acme", "active", "key of C-17")


def test_an_employee_who_moved_to_another_entity_is_found_by_employee_id(connection):
    import_employees(connection, [employee_listed("E-00148", "EBU", "Dana Ruiz", key=None)])
    run = import_employees(connection, [employee_listed("E-00148", "WBU", "Dana Ruiz", key=None)])

    assert counts(run) == {"read": 1, "updated": 1}
    assert Employee.objects.get().accounting_id == "E-00148:WBU"
    told = FieldChange.objects.order_by("field").values_list("field", "new")
    assert list(told) == [("accounting_entity_id", "WBU"), ("accounting_id", "E-00148:WBU")]


def test_an_employee_id_that_two_records_have_finds_neither(connection):
    for entity in ("EBU", "WBU"):
        an_employee(
            connection.company,
            accounting_id=f"E-1:{entity}",
            accounting_employee_id="E-1",
            accounting_entity_id=entity,
        )
    run = import_employees(connection, [employee_listed("E-1", "SBU", "Dana Ruiz", key=None)])
    assert counts(run) == {"read": 1, "created": 1}


def test_an_employee_id_of_two_rows_finds_no_record_for_either(connection):
    import_employees(connection, [employee_listed("E-1", "EBU", "Dana Ruiz", key=None)])
    run = import_employees(
        connection,
        [
            employee_listed("E-1", "SBU", "Dana Ruiz", key=None),
            employee_listed("E-1", "WBU", "Dana Ruiz", key=None),
        ],
    )
    assert counts(run) == {"read": 2, "created": 2, "archived": 1}


def test_an_employee_without_entity_has_no_colon_and_is_found_again_with_one(connection):
    import_employees(connection, [employee_listed("E-7", "", "Dana Ruiz", key=None)])
    assert Employee.objects.get().accounting_id == "E-7"
    import_employees(connection, [employee_listed("E-7", "EBU", "Dana Ruiz", key=None)])
    assert Employee.objects.get().accounting_id == "E-7:EBU"


def test_clients_of_another_company_with_the_same_key_and_id_are_left_alone_u_2(connection):
    other = a_connection(a_company())
    import_list(other, [listed("C-17", "Theirs", key="5")])
    run = import_list(connection, [listed("C-17", "Ours", key="5")])

    assert counts(run) == {"read": 1, "created": 1}
    assert sorted(Client.objects.values_list("name", flat=True)) == ["Ours", "Theirs"]


# --- swapped and moved ids ----------------------------------------------------------------------


def ids_by_key() -> dict[str | None, str]:
    return dict(Client.objects.values_list("external_key", "accounting_id"))


def test_two_clients_may_swap_their_ids(connection):
    import_list(connection, [listed("A", "One", key="1"), listed("B", "Two", key="2")])
    run = import_list(connection, [listed("B", "One", key="1"), listed("A", "Two", key="2")])

    assert counts(run) == {"read": 2, "updated": 2}
    assert ids_by_key() == {"1": "B", "2": "A"}


def test_ids_may_be_handed_on_in_a_row_to_a_new_client(connection):
    import_list(connection, [listed("A", "One", key="1"), listed("B", "Two", key="2")])
    run = import_list(
        connection, [listed("A", "New", key="3"), listed("B", "One", key="1"), listed("C", "Two", key="2")]
    )
    assert counts(run) == {"read": 3, "created": 1, "updated": 2}
    assert ids_by_key() == {"3": "A", "1": "B", "2": "C"}


def test_a_client_that_goes_missing_gives_its_id_to_the_one_that_has_it_now(connection):
    others = [listed(f"X{i}", f"Other {i}") for i in range(10)]
    import_list(connection, [*others, listed("A", "One", key="1"), listed("B", "Two", key="2")])
    run = import_list(connection, [*others, listed("B", "One", key="1")])

    assert counts(run) == {"read": 11, "updated": 1, "unchanged": 10, "archived": 1}
    two = Client.objects.get(external_key="2")
    assert (two.accounting_id, two.archived_reason) == ("", "missing")
    assert Client.objects.get(external_key="1").accounting_id == "B"
    told = FieldChange.objects.filter(record_id=two.pk).order_by("field")
    assert list(told.values_list("field", "old", "new")) == [
        ("accounting_id", "B", ""),
        ("archived_reason", "", "missing"),
    ]
    again = import_list(connection, [*others, listed("B", "One", key="1")])
    assert counts(again) == {"read": 11, "unchanged": 11}


def test_a_row_is_skipped_while_an_active_unlisted_client_keeps_its_id(connection):
    a_client(connection.company, accounting_id="B", name="Typed here")
    import_list(connection, [listed("A", "One", key="1"), listed("B", "Two", key="2")])
    # What was typed here became key 2's. Another one, whom nobody lists, now holds C.
    a_client(connection.company, accounting_id="C", name="Typed later")
    run = import_list(
        connection,
        [listed("C", "One", key="1"), listed("A", "Two", key="2")],
    )

    # One can't have C, so it keeps A, so Two can't have A.
    assert counts(run) == {"read": 2, "skipped": 2}
    assert ids_by_key() == {"1": "A", "2": "B", None: "C"}
    assert messages_of(run) == [
        "A Two was skipped: here A still belongs to the client One.",
        "C One was skipped: here C still belongs to the client Typed later, which Intacct does not list.",
    ]
