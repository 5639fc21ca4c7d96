"""Records follow the accounting side (I-2, I-3, I-12)."""

from reconpro.audit.models import FieldChange
from reconpro.company.models import Client
from tests.reconcile.imports import counts, import_list, listed


def test_new_clients_are_created_with_what_the_list_brings(connection):
    run = import_list(connection, [listed("C-17", "Acme Motors", phone="555 0100"), listed("C-18", "Zeta")])

    assert counts(run) == {"read": 2, "created": 2}
    assert run.outcome == "succeeded"
    acme = Client.objects.get(accounting_id="C-17")
    assert (acme.name, acme.phone, acme.email) == ("Acme Motors", "555 0100", "")
    assert (acme.company, acme.books_id, acme.external_key) == (
        connection.company,
        connection.pk,
        "key of C-17",
    )
    assert (acme.accounting_status, acme.search_key, acme.name_key) == (
        "active",
        "acme motors",
        "acmemotors",
    )
    assert acme.archived_at is None


def test_a_changed_client_is_updated_and_the_change_is_told(connection):
    import_list(connection, [listed("C-17", "Acme Motors", phone="1")])
    run = import_list(connection, [listed("C-17", "Acme Cars", phone="1")])

    assert counts(run) == {"read": 1, "updated": 1}
    acme = Client.objects.get()
    assert (acme.name, acme.search_key) == ("Acme Cars", "acme cars")
    (change,) = FieldChange.objects.all()
    assert (change.record_kind, change.record_id, change.field) == ("client", acme.pk, "name")
    assert (change.old, change.new, change.run_id) == ("Acme Motors", "Acme Cars", run.pk)
