"""Local records and those of earlier books, proposed for a link (I-2, S-7)."""

import pytest
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution
from integrations.reconcile.answers import AlreadyAnswered
from integrations.reconcile.linking import CannotLink, link, link_from_warning
from reconpro.audit.models import AuditEvent
from reconpro.company.models import Client
from tests.factories import a_client, a_company, a_connection
from tests.reconcile.imports import counts, import_list, listed, warnings_of


@pytest.fixture
def local(connection) -> Client:
    """A client of before there were any books, with an Accounting ID that Intacct has too."""
    return a_client(connection.company, books=None, accounting_id="C-17", name="Acme, typed")


def test_a_local_client_with_the_accounting_id_is_proposed_and_the_row_skipped(connection, local):
    run = import_list(connection, [listed("C-17", "Acme"), listed("C-18", "Zeta")])

    assert counts(run) == {"read": 2, "created": 1, "skipped": 1}
    (warning,) = warnings_of(run)
    assert warning.code == Code.LINK_PROPOSED
    assert warning.message == (
        "C-17 Acme was skipped: C-17 is already the Accounting ID of the local client Acme, typed."
        " Link them, or say that they are different."
    )
    assert warning.sides == [{"kind": "client", "id": local.pk, "label": "C-17 Acme, typed"}]
    local.refresh_from_db()
    assert (local.name, local.books) == ("Acme, typed", None)


def test_the_proposal_stays_open_until_it_is_answered(connection, local):
    (first,) = warnings_of(import_list(connection, [listed("C-17", "Acme")]))
    run = import_list(connection, [listed("C-17", "Acme")])
    assert counts(run) == {"read": 1, "skipped": 1}
    assert warnings_of(run) == [first]


def test_link_makes_the_next_import_take_the_client_over(connection, local, administrator):
    (warning,) = warnings_of(import_list(connection, [listed("C-17", "Acme")]))
    assert link_from_warning(warning, administrator) == local
    warning.refresh_from_db()
    assert (warning.resolution, warning.resolved_by) == (Resolution.LINKED, administrator)
    assert AuditEvent.objects.get(action="client.linked").subject_id == local.pk

    run = import_list(connection, [listed("C-17", "Acme")])
    assert counts(run) == {"read": 1, "updated": 1}
    local.refresh_from_db()
    assert (local.name, local.books_id, local.external_key) == ("Acme", connection.pk, "key of C-17")
    with pytest.raises(AlreadyAnswered):
        link_from_warning(warning, administrator)


def test_told_to_be_different_the_row_becomes_a_client_of_its_own(connection, local, administrator):
    (warning,) = warnings_of(import_list(connection, [listed("C-17", "Acme")]))
    warning.resolution, warning.closed_at = Resolution.DIFFERENT, timezone.now()
    warning.save()
    run = import_list(connection, [listed("C-17", "Acme")])
    assert counts(run) == {"read": 1, "created": 1}
    local.refresh_from_db()
    assert local.books is None
    assert counts(import_list(connection, [listed("C-17", "Acme")])) == {"read": 1, "unchanged": 1}


def test_told_to_be_different_of_one_id_is_no_answer_for_another(connection, local):
    (warning,) = warnings_of(import_list(connection, [listed("C-17", "Acme")]))
    warning.resolution, warning.closed_at = Resolution.DIFFERENT, timezone.now()
    warning.save()
    Client.objects.filter(pk=local.pk).update(accounting_id="C-18")
    run = import_list(connection, [listed("C-17", "Acme"), listed("C-18", "Zeta")])
    assert counts(run) == {"read": 2, "created": 1, "skipped": 1}


def test_over_a_new_connection_clients_of_the_earlier_one_are_proposed_s_7(connection, administrator):
    import_list(connection, [listed("C-17", "Acme"), listed("C-18", "Zeta")])
    connection.closed_at = timezone.now()
    connection.save()
    production = a_connection(connection.company, "ACME")
    run = import_list(production, [listed("C-17", "Acme", key="77")])

    assert counts(run) == {"read": 1, "skipped": 1}
    (warning,) = warnings_of(run)
    assert "the client Acme of Intacct ACME-SANDBOX" in warning.message
    link_from_warning(warning, administrator)
    assert counts(import_list(production, [listed("C-17", "Acme", key="77")])) == {"read": 1, "updated": 1}
    acme = Client.objects.get(accounting_id="C-17")
    assert (acme.books_id, acme.external_key, acme.archived_reason) == (production.pk, "77", "")


def test_what_was_archived_as_missing_in_the_old_books_is_restored_by_the_new_ones(connection, administrator):
    client = a_client(
        connection.company,
        books=None,
        accounting_id="C-17",
        archived_at=timezone.now(),
        archived_reason="missing",
    )
    link(client, connection, administrator)
    assert counts(import_list(connection, [listed("C-17", "Acme")])) == {
        "read": 1,
        "updated": 1,
        "restored": 1,
    }


def test_a_client_cannot_be_linked_where_another_one_has_its_id(connection, local, administrator):
    a_client(connection.company, accounting_id="C-17", name="Other")
    with pytest.raises(CannotLink, match="Another client of Intacct ACME-SANDBOX has the Accounting ID C-17"):
        link(local, connection, administrator)
    local.refresh_from_db()
    assert local.books is None
    assert not AuditEvent.objects.exists()


def test_a_client_of_another_company_cannot_be_linked_u_2(connection, administrator):
    theirs = a_client(a_company(), books=None, accounting_id="C-17")
    with pytest.raises(CannotLink):
        link(theirs, connection, administrator)


def test_what_another_company_has_is_never_proposed_u_2(connection):
    a_client(a_company(), books=None, accounting_id="C-17")
    assert counts(import_list(connection, [listed("C-17", "Acme")])) == {"read": 1, "created": 1}
