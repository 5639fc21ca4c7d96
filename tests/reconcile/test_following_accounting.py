"""What an import brings, what it leaves alone, and what it writes (I-3, I-6, I-12)."""

from decimal import Decimal

from integrations.reconcile.external import ExternalRecord
from integrations.reconcile.kinds import KINDS
from integrations.reconcile.models import EMPTIED
from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.models import Client, Employee, Service
from tests.factories import a_team
from tests.reconcile.imports import (
    counts,
    employee_listed,
    import_employees,
    import_list,
    import_services,
    listed,
)


def test_new_clients_are_created_with_what_the_list_brings(connection):
    run = import_list(connection, [listed("C-17", "Acme Motors", phone="555 0100"), listed("C-18", "Zeta")])

    assert counts(run) == {"read": 2, "created": 2}
    assert run.outcome == "succeeded"
    assert run.list_complete
    acme = Client.objects.get(accounting_id="C-17")
    assert (acme.name, acme.phone, acme.email, acme.notes) == ("Acme Motors", "555 0100", "", "")
    assert (acme.company, acme.books_id) == (connection.company, connection.pk)
    assert acme.external_key == "key of C-17"
    assert (acme.accounting_status, acme.search_key, acme.name_key) == ("active", "acme motors", "acmemotors")
    assert (acme.archived_at, acme.archived_reason) == (None, "")
    assert acme.created_at == acme.updated_at
    assert not FieldChange.objects.exists()


def test_a_changed_client_is_updated_and_the_change_is_told(connection):
    import_list(connection, [listed("C-17", "Acme Motors", phone="1"), listed("C-18", "Zeta")])
    before = Client.objects.get(accounting_id="C-17")
    run = import_list(connection, [listed("C-17", "Acme Cars", phone="1"), listed("C-18", "Zeta")])

    assert counts(run) == {"read": 2, "updated": 1, "unchanged": 1}
    acme = Client.objects.get(accounting_id="C-17")
    assert (acme.name, acme.search_key, acme.name_key) == ("Acme Cars", "acme cars", "acmecars")
    assert acme.updated_at > before.updated_at
    assert acme.created_at == before.created_at
    (change,) = FieldChange.objects.all()
    assert (change.company, change.record_kind, change.record_id) == (connection.company, "client", acme.pk)
    assert (change.field, change.old, change.new) == ("name", "Acme Motors", "Acme Cars")
    assert (change.run_id, change.user) == (run.pk, None)


def test_nothing_is_written_when_nothing_changed_i_12(connection):
    records = [listed("C-17", "Acme", phone="1"), listed("C-18", "Zeta", active=False)]
    import_list(connection, records)
    before = list(Client.objects.order_by("pk").values())
    run = import_list(connection, records)

    assert counts(run) == {"read": 2, "unchanged": 2}
    assert list(Client.objects.order_by("pk").values()) == before
    assert not FieldChange.objects.exists()
    assert not AuditEvent.objects.exists()


def test_what_is_not_brought_stays_and_what_is_empty_empties_i_3(connection):
    import_list(connection, [listed("C-17", "Acme", phone="1", email="a@acme.example", terms="Net 30")])
    run = import_list(connection, [listed("C-17", "Acme", phone="", terms=None)])

    assert counts(run) == {"read": 1, "updated": 1}
    acme = Client.objects.get()
    assert (acme.phone, acme.email, acme.terms) == ("", "a@acme.example", "Net 30")
    (change,) = FieldChange.objects.all()
    assert (change.field, change.old, change.new) == ("phone", "1", "")


def test_a_price_can_be_not_brought_brought_and_emptied(connection):
    import_services(connection, [listed("S-1", "Paint", list_price=Decimal("12.5"))])
    assert Service.objects.get().list_price == Decimal("12.5")

    run = import_services(connection, [listed("S-1", "Paint")])
    assert counts(run) == {"read": 1, "unchanged": 1}
    assert Service.objects.get().list_price == Decimal("12.5")

    import_services(connection, [listed("S-1", "Paint", list_price="")])
    assert Service.objects.get().list_price is None
    run = import_services(connection, [listed("S-1", "Paint", list_price="")])
    assert counts(run) == {"read": 1, "unchanged": 1}

    import_services(connection, [listed("S-1", "Paint", list_price="8")])
    assert Service.objects.get().list_price == Decimal(8)
    told = FieldChange.objects.order_by("pk").values_list("field", "old", "new")
    assert list(told) == [("list_price", "12.5000", ""), ("list_price", "", "8.0000")]


def test_every_column_that_may_be_null_has_a_flag_for_emptied():
    for kind in KINDS:
        columns = {field.name for field in kind.stage._meta.local_fields}
        for field in kind.from_accounting._meta.local_fields:
            assert not field.null or field.name + EMPTIED in columns


def test_what_is_ours_is_never_overridden_on_a_service_i_3(connection):
    import_services(connection, [listed("S-1", "Paint")])
    Service.objects.update(accounting_id_2_typed="D-1", own_price=Decimal(99), notes="Ask Jo")
    import_services(connection, [listed("S-1", "Paint, door", accounting_id_2="", list_price="1")])

    paint = Service.objects.get()
    assert paint.name == "Paint, door"
    assert (paint.accounting_id_2_typed, paint.own_price, paint.notes) == ("D-1", Decimal(99), "Ask Jo")


def test_a_new_employee_gets_the_default_team_and_a_later_import_never_changes_it_i_6(connection):
    default, chosen = a_team(connection.company), a_team(connection.company)
    run = import_employees(
        connection, [employee_listed("E-00148", "EBU", "Dana Ruiz")], new_record={"team_id": default.pk}
    )
    assert counts(run) == {"read": 1, "created": 1}
    dana = Employee.objects.get()
    assert (dana.accounting_id, dana.team) == ("E-00148:EBU", default)
    assert (dana.accounting_employee_id, dana.accounting_entity_id) == ("E-00148", "EBU")
    assert (dana.search_key, dana.name_key) == ("dana ruiz", "danaruiz")

    Employee.objects.update(team=chosen)
    import_employees(
        connection,
        [employee_listed("E-00148", "EBU", "Dana Ortiz"), employee_listed("E-00149", "", "Kim Lee")],
        new_record={"team_id": default.pk},
    )
    assert Employee.objects.get(accounting_id="E-00148:EBU").team == chosen
    assert Employee.objects.get(accounting_id="E-00149").team == default


def test_keys_of_a_name_of_which_only_a_part_is_brought_are_made_of_both_parts(connection):
    import_employees(connection, [employee_listed("E-1", "", "Dana Ruiz")])
    only_last = {"accounting_id": "E-1", "last_name": "Ortiz"}
    new = {"accounting_id": "E-2", "last_name": "Lee"}
    run = import_employees(
        connection,
        [ExternalRecord("key of E-1", True, only_last), ExternalRecord("key of E-2", True, new)],
    )

    assert counts(run) == {"read": 2, "created": 1, "updated": 1}
    dana, lee = Employee.objects.order_by("accounting_id")
    assert (dana.first_name, dana.last_name, dana.search_key) == ("Dana", "Ortiz", "dana ortiz")
    assert (lee.first_name, lee.last_name, lee.search_key, lee.name_key) == ("", "Lee", "lee", "lee")


def test_odd_texts_arrive_as_they_are(connection):
    address = 'Back\\slash "quoted"\nsecond, line\n\\N'
    import_list(connection, [listed("C-1", "Tab\there; 'x' 100 % \\N", bill_to_address=address)])

    client = Client.objects.get()
    assert client.name == "Tab here; 'x' 100 % \\N"
    assert client.bill_to_address == address
    assert counts(import_list(connection, [listed("C-1", client.name, bill_to_address=address)])) == {
        "read": 1,
        "unchanged": 1,
    }


def test_an_empty_list_of_a_company_without_records_is_a_success(connection):
    run = import_list(connection, [])
    assert (run.outcome, counts(run)) == ("succeeded", {})


def test_what_was_typed_as_accounting_id_2_of_a_client_counts_where_an_import_brings_none_s_6(connection):
    import_list(connection, [listed("C-17", "Acme")])
    Client.objects.filter(accounting_id="C-17").update(accounting_id_2_typed="OLD-17")

    import_list(connection, [listed("C-17", "Acme Cars", accounting_id_2="")])
    assert Client.objects.get(accounting_id="C-17").second_accounting_id == "OLD-17"

    import_list(connection, [listed("C-17", "Acme Cars", accounting_id_2="WEST")])
    acme = Client.objects.get(accounting_id="C-17")
    assert (acme.second_accounting_id, acme.accounting_id_2_typed) == ("WEST", "OLD-17")
