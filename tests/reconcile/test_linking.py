"""Local records and those of earlier books, proposed for a link (I-2, S-7)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.connections.service import open_connection
from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution, Warning
from integrations.reconcile.answers import AlreadyAnswered, CannotAnswer, archive_missing, keep_missing
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


# --- a connection that was closed ---------------------------------------------------------------


def change_to(connection: Connection, identity: str) -> Connection:
    """What saving other settings does."""
    opened, _ = open_connection(
        connection.company,
        provider="intacct",
        provider_name="Intacct",
        identity=identity,
        label=f"Intacct {identity}",
        by=None,
    )
    return opened


def reopened(warning: Warning) -> Warning:
    """As a page shows it that was opened before the connection was closed."""
    Warning.objects.filter(pk=warning.pk).update(resolution=Resolution.OPEN, closed_at=None)
    warning.refresh_from_db()
    return warning


def test_a_proposal_of_a_closed_connection_moves_no_record_out_of_the_books_in_use_i_2_s_7(
    connection, administrator
):
    import_list(connection, [listed("C-17", "Acme")])
    wrong = change_to(connection, "ACME-WRONG")
    (warning,) = warnings_of(import_list(wrong, [listed("C-17", "Acme", key="77")]))
    change_to(connection, connection.identity)

    acme = Client.objects.get()
    warning = reopened(warning)
    with pytest.raises(CannotAnswer, match="The connection to Intacct ACME-WRONG is closed"):
        link_from_warning(warning, administrator)
    with pytest.raises(CannotAnswer, match="is closed"):
        link(acme, wrong, administrator)
    warning.refresh_from_db()
    assert warning.resolution == Resolution.OPEN
    acme.refresh_from_db()
    assert (acme.books_id, acme.external_key) == (connection.pk, "key of C-17")
    assert counts(import_list(connection, [listed("C-17", "Acme")])) == {"read": 1, "unchanged": 1}


@pytest.mark.parametrize("answer", [archive_missing, keep_missing])
def test_the_brake_of_a_closed_connection_is_not_answered_i_5_s_7(connection, administrator, answer):
    import_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(5)])
    (warning,) = warnings_of(import_list(connection, [listed("C-0", "Client 0")]))
    change_to(connection, "ACME-WRONG")
    before = list(Client.objects.order_by("pk").values())
    warning = reopened(warning)
    with pytest.raises(CannotAnswer, match="The connection to Intacct ACME-SANDBOX is closed"):
        answer(warning, administrator)
    assert list(Client.objects.order_by("pk").values()) == before
    warning.refresh_from_db()
    assert warning.resolution == Resolution.OPEN


def test_closing_a_connection_closes_what_it_asks_until_an_import_over_it_asks_again_s_7(connection, local):
    rows = [listed("C-17", "Acme")]
    (warning,) = warnings_of(import_list(connection, rows))
    change_to(connection, "ACME-OTHER")
    warning.refresh_from_db()
    assert warning.resolution == Resolution.GONE

    change_to(connection, connection.identity)
    connection.refresh_from_db()
    assert warnings_of(import_list(connection, rows)) == [warning]
    warning.refresh_from_db()
    assert warning.resolution == Resolution.OPEN


def test_the_button_of_a_stale_page_says_why_nothing_was_done_s_7(connection, local, accountant, client_of):
    (warning,) = warnings_of(import_list(connection, [listed("C-17", "Acme")]))
    change_to(connection, "ACME-OTHER")
    reopened(warning)
    response = client_of(accountant).post(
        reverse("warning-resolve", args=[warning.pk]), {"answer": "linked"}, follow=True
    )
    assert "is closed, so its records stay as they are." in response.content.decode()
    local.refresh_from_db()
    assert local.books is None


def test_a_local_twin_is_not_linked_into_the_books_of_a_closed_connection_s_7(
    connection, accountant, client_of
):
    typed = a_client(connection.company, books=None, name="Acme")
    (warning,) = warnings_of(import_list(connection, [listed("C-17", "Acme")]))
    assert warning.code == Code.LOCAL_TWIN
    change_to(connection, "ACME-OTHER")
    reopened(warning)
    response = client_of(accountant).post(
        reverse("warning-resolve", args=[warning.pk]), {"answer": "linked"}, follow=True
    )
    assert "is closed, so its records stay as they are." in response.content.decode()
    typed.refresh_from_db()
    assert (typed.books, typed.accounting_id) == (None, "")
