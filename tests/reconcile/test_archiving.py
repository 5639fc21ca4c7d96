"""Inactive, missing, back again, and archived by hand (I-4, I-5)."""

import pytest
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.reconcile.answers import AlreadyAnswered, archive_missing, keep_missing
from integrations.reconcile.external import ExternalPage
from reconpro.audit.history import history
from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.keeping import restore_record
from reconpro.company.models import Client, Employee, Role, User
from tests.factories import a_client, a_user, an_invoice
from tests.reconcile.imports import (
    counts,
    employee_listed,
    import_employees,
    import_list,
    listed,
    messages_of,
    warnings_of,
)


def standing(accounting_id: str) -> tuple[str, str]:
    client = Client.objects.get(accounting_id=accounting_id)
    assert bool(client.archived_at) == bool(client.archived_reason)
    return client.archived_reason, client.accounting_status


def archive_by_hand(accounting_id: str) -> None:
    Client.objects.filter(accounting_id=accounting_id).update(
        archived_at=timezone.now(), archived_reason="by_hand"
    )


def restore_by_hand(accounting_id: str, by: User) -> None:
    restore_record(Client.objects.get(accounting_id=accounting_id), by=by)


def clients(number: int, start: int = 0) -> list:
    return [listed(f"C-{i:03}", f"Client {i}") for i in range(start, number)]


# --- inactive -----------------------------------------------------------------------------------


def test_a_client_that_became_inactive_is_archived_and_restored_when_active_again(connection):
    import_list(connection, [listed("C-1", "Acme")])
    run = import_list(connection, [listed("C-1", "Acme", active=False)])
    assert counts(run) == {"read": 1, "updated": 1, "archived": 1}
    assert standing("C-1") == ("inactive", "inactive")

    run = import_list(connection, [listed("C-1", "Acme", active=False)])
    assert counts(run) == {"read": 1, "unchanged": 1}

    run = import_list(connection, [listed("C-1", "Acme")])
    assert counts(run) == {"read": 1, "updated": 1, "restored": 1}
    assert standing("C-1") == ("", "active")
    told = FieldChange.objects.order_by("pk").values_list("field", "old", "new")
    assert list(told) == [("archived_reason", "", "inactive"), ("archived_reason", "inactive", "")]


def test_the_history_tells_it_in_words(connection):
    import_list(connection, [listed("C-17", "Acme")])
    import_list(connection, [listed("C-17", "Acme", active=False)])
    (happening,) = history(Client.objects.get(), connection.company, limit=5)
    assert (happening.field, happening.old, happening.new) == ("Standing", "Active", "Inactive in accounting")


def test_an_unknown_inactive_client_is_created_archived(connection):
    run = import_list(connection, [listed("C-1", "Acme", active=False)])
    assert counts(run) == {"read": 1, "created": 1, "archived": 1}
    assert standing("C-1") == ("inactive", "inactive")


# --- missing ------------------------------------------------------------------------------------


def test_a_missing_client_is_archived_counted_only_there_and_restored_when_listed_again(connection):
    import_list(connection, clients(5))
    run = import_list(connection, clients(4))
    assert counts(run) == {"read": 4, "unchanged": 4, "archived": 1}
    assert standing("C-004") == ("missing", "missing")
    assert counts(import_list(connection, clients(4))) == {"read": 4, "unchanged": 4}

    run = import_list(connection, clients(5))
    assert counts(run) == {"read": 5, "updated": 1, "unchanged": 4, "restored": 1}
    assert standing("C-004") == ("", "active")


def test_clients_that_never_came_from_accounting_are_never_archived_by_an_import(connection):
    a_client(connection.company, name="Typed here", accounting_id="LOCAL")
    a_client(connection.company, name="Without id", books=None)
    run = import_list(connection, clients(1))
    assert counts(run) == {"read": 1, "created": 1}
    assert not Client.objects.exclude(archived_reason="").exists()


def test_a_list_with_another_total_is_applied_archives_none_and_warns(connection):
    import_list(connection, clients(5))
    run = import_list(connection, [*clients(4), listed("C-900", "New")], total=7)

    assert counts(run) == {"read": 5, "created": 1, "unchanged": 4}
    assert (run.outcome, run.list_complete) == ("warned", False)
    assert standing("C-004") == ("", "active")
    assert messages_of(run) == [
        "Intacct announced 7 clients but listed 5. What came was taken, and none was archived for being"
        " missing."
    ]


def test_a_list_that_announced_one_client_says_so_in_words_that_fit_i_5(connection):
    run = import_list(connection, clients(2), total=1)
    (told,) = messages_of(run)
    assert told.startswith("Intacct announced 1 client but listed 2.")


def test_a_list_that_announces_no_total_archives_none_and_warns(connection):
    import_list(connection, clients(5))
    run = import_list(connection, clients(4), total=None)
    assert counts(run) == {"read": 4, "unchanged": 4}
    assert [warning.code for warning in warnings_of(run)] == [Code.TOTAL_DIFFERS]
    assert not run.list_complete


def test_a_client_read_on_two_pages_counts_once_and_agrees_with_the_total(connection):
    import_list(connection, clients(5))
    run = import_list(connection, [*clients(4), listed("C-003", "Client 3")], total=4)
    assert counts(run) == {"read": 4, "unchanged": 4, "archived": 1}
    assert run.outcome == "succeeded"


def test_a_repeated_client_does_not_hide_that_another_one_did_not_come(connection):
    """C-004 slipped between two pages, and C-003 came twice: five rows, but four clients."""
    import_list(connection, clients(5))
    run = import_list(connection, [*clients(4), listed("C-003", "Client 3")], total=5)
    assert counts(run) == {"read": 4, "unchanged": 4}
    assert standing("C-004") == ("", "active")


def test_a_client_whose_row_had_to_be_skipped_is_not_missing(connection):
    import_list(connection, clients(5))
    run = import_list(connection, [*clients(4), listed("C-004", "")])
    assert counts(run) == {"read": 5, "unchanged": 4, "skipped": 1}
    assert standing("C-004") == ("", "active")


def test_a_client_with_approved_invoices_is_archived_only_with_that_said(connection):
    import_list(connection, clients(6))
    for _ in range(2):
        an_invoice(connection.company, client=Client.objects.get(accounting_id="C-005"))
    an_invoice(connection.company, client=Client.objects.get(accounting_id="C-004"), approved=False)
    run = import_list(connection, [*clients(4), listed("C-004", "Client 4", active=False)])

    assert counts(run)["archived"] == 2
    (warning,) = warnings_of(run)
    assert warning.code == Code.ARCHIVED_WITH_INVOICES
    assert warning.message == (
        "The client C-005 Client 5 is no longer listed in Intacct and was archived, with 2 approved invoices"
        " not exported yet."
    )
    assert warning.sides[0]["id"] == Client.objects.get(accounting_id="C-005").pk


def test_an_archived_employee_can_no_longer_sign_in_i_7(connection):
    import_employees(connection, [employee_listed("E-1", "EBU", "Dana Ruiz")])
    user = a_user(
        connection.company, Role.TECHNICIAN, username="e-1:ebu@demo", employee=Employee.objects.get()
    )
    import_employees(connection, [employee_listed("E-1", "EBU", "Dana Ruiz", active=False)])
    user.refresh_from_db()
    assert not user.is_active

    import_employees(connection, [employee_listed("E-1", "EBU", "Dana Ruiz")])
    assert not User.objects.get(pk=user.pk).is_active


# --- by hand ------------------------------------------------------------------------------------


def test_what_was_archived_by_hand_stays_so_and_the_run_says_how_many(connection):
    import_list(connection, clients(3))
    archive_by_hand("C-000")
    run = import_list(connection, clients(3))
    assert counts(run) == {"read": 3, "unchanged": 3}
    assert standing("C-000") == ("by_hand", "active")
    assert run.message == "1 client that is archived by hand stays so."

    archive_by_hand("C-001")
    run = import_list(connection, [*clients(2), listed("C-002", "Renamed")])
    assert run.message == "2 clients that are archived by hand stay so."


def test_what_was_archived_by_hand_follows_a_change_of_its_status_in_accounting(connection):
    import_list(connection, clients(1))
    archive_by_hand("C-000")
    run = import_list(connection, [listed("C-000", "Client 0", active=False)])
    assert counts(run) == {"read": 1, "updated": 1}
    assert standing("C-000") == ("by_hand", "inactive")

    run = import_list(connection, clients(1))
    assert counts(run) == {"read": 1, "updated": 1, "restored": 1}
    assert standing("C-000") == ("", "active")


def test_what_was_archived_by_hand_and_goes_missing_is_not_counted_and_comes_back(connection):
    import_list(connection, clients(5))
    archive_by_hand("C-004")
    run = import_list(connection, clients(4))
    assert counts(run) == {"read": 4, "unchanged": 4}
    assert standing("C-004") == ("by_hand", "missing")
    assert counts(import_list(connection, clients(5))) == {
        "read": 5,
        "updated": 1,
        "unchanged": 4,
        "restored": 1,
    }


def test_a_missing_client_restored_by_hand_is_the_companys_own_until_it_is_listed_again_i_4(
    connection, administrator
):
    import_list(connection, clients(5))
    import_list(connection, clients(4))
    restore_by_hand("C-004", administrator)
    assert counts(import_list(connection, clients(4))) == {"read": 4, "unchanged": 4}
    assert standing("C-004") == ("", "")

    assert counts(import_list(connection, clients(5))) == {"read": 5, "updated": 1, "unchanged": 4}
    assert standing("C-004") == ("", "active")
    assert counts(import_list(connection, clients(4)))["archived"] == 1


# --- the brake ----------------------------------------------------------------------------------


def braked(connection, keep: int = 7):
    """An import after which 10 clients were known and `keep` of them were listed."""
    import_list(connection, clients(10))
    return import_list(connection, [*clients(keep)[1:], listed("C-000", "Renamed")])


def test_the_brake_applies_the_rest_archives_none_and_asks(connection):
    run = braked(connection)

    assert counts(run) == {"read": 7, "updated": 1, "unchanged": 6}
    assert (run.outcome, run.list_complete) == ("warned", False)
    assert standing("C-009")[0] == ""
    (warning,) = warnings_of(run)
    assert warning.code == Code.BRAKE
    assert warning.message == (
        "Intacct no longer lists these 3 clients. Archive them / keep them."
        " None was archived, because they are more than 20 % of the active ones."
    )
    assert [side["label"] for side in warning.sides] == ["C-007 Client 7", "C-008 Client 8", "C-009 Client 9"]


def test_the_brake_asks_the_same_question_once_and_writes_nothing_more(connection):
    (first,) = warnings_of(braked(connection))
    before = list(Client.objects.order_by("pk").values())
    run = import_list(connection, [*clients(7)[1:], listed("C-000", "Renamed")])
    assert counts(run) == {"read": 7, "unchanged": 7}
    assert warnings_of(run) == [first]
    assert list(Client.objects.order_by("pk").values()) == before


def test_archive_them_answers_the_brake(connection, administrator):
    (warning,) = warnings_of(braked(connection))
    assert archive_missing(warning, administrator) == 3
    assert standing("C-009") == ("missing", "missing")
    warning.refresh_from_db()
    assert (warning.resolution, warning.resolved_by) == ("archived", administrator)
    assert FieldChange.objects.filter(user=administrator, field="archived_reason").count() == 3
    assert (
        AuditEvent.objects.get().sentence
        == "Administrator archived 3 clients that accounting no longer lists."
    )

    run = import_list(connection, clients(7))
    assert (run.outcome, run.list_complete) == ("succeeded", True)
    assert counts(import_list(connection, clients(10)))["restored"] == 3


def test_keep_them_answers_the_brake_for_good(connection, administrator):
    (warning,) = warnings_of(braked(connection))
    assert keep_missing(warning, administrator) == 3
    warning.refresh_from_db()
    assert warning.resolution == "kept"

    for _ in range(2):
        run = import_list(connection, clients(7))
        assert (run.outcome, run.list_complete) == ("succeeded", True)
        assert standing("C-009") == ("", "")
    # Listed again, they follow accounting again.
    assert counts(import_list(connection, clients(10))) == {"read": 10, "updated": 3, "unchanged": 7}
    assert standing("C-009") == ("", "active")


def test_the_history_of_each_client_tells_that_it_was_kept_i_5(connection, administrator):
    (warning,) = warnings_of(braked(connection))
    keep_missing(warning, administrator)
    kept = Client.objects.get(accounting_id="C-009")
    (happening,) = history(kept, connection.company, limit=5)
    assert happening.sentence == (
        "Administrator kept the client C-009 Client 9, which accounting no longer lists:"
        " it is the company's own until accounting lists it again."
    )


def test_the_question_says_which_of_them_have_approved_invoices_i_5(connection):
    import_list(connection, clients(10))
    for accounting_id in ("C-008", "C-008", "C-000"):
        an_invoice(connection.company, client=Client.objects.get(accounting_id=accounting_id))
    (warning,) = warnings_of(import_list(connection, clients(7)))
    assert warning.message.endswith(
        "of the active ones. 1 client among them has approved invoices not exported yet."
    )


def test_what_the_brake_kept_and_the_list_holds_again_is_not_asked_about_where_its_row_is_skipped_i_5(
    connection, administrator
):
    """Its row is odd, but it is there: with what is gone it must not be archived."""
    import_list(connection, clients(15))
    import_list(connection, clients(10))
    run = import_list(connection, [*clients(10), listed("C-010", "")])
    (warning,) = warnings_of(run, Code.BRAKE)
    assert "these 4 clients" in warning.message
    assert archive_missing(warning, administrator) == 4
    assert standing("C-010") == ("", "active")


def test_clients_that_were_kept_and_listed_again_are_asked_about_anew(connection, administrator):
    (warning,) = warnings_of(braked(connection))
    keep_missing(warning, administrator)
    import_list(connection, clients(10))
    run = import_list(connection, clients(7))

    (again,) = warnings_of(run)
    assert (again.code, again.resolution) == (Code.BRAKE, "")
    assert again != warning


def test_of_two_answers_to_the_brake_the_first_one_counts(connection, administrator, accountant):
    (warning,) = warnings_of(braked(connection))
    keep_missing(warning, administrator)
    with pytest.raises(AlreadyAnswered):
        archive_missing(warning, accountant)
    assert not Client.objects.exclude(archived_reason="").exists()


def test_another_user_or_entity_brakes_until_somebody_answers(connection, administrator):
    import_list(connection, clients(20))
    run = import_list(connection, clients(19), signed_in_as="other user")
    assert counts(run) == {"read": 19, "unchanged": 19}
    assert messages_of(run) == [
        "Intacct no longer lists this client. Archive it / keep it."
        " It was not archived, because another user or entity read the list than last time."
    ]
    run = import_list(connection, clients(19), signed_in_as="other user")
    assert "archived" not in counts(run)
    archive_missing(warnings_of(run)[0], administrator)

    assert import_list(connection, clients(19), signed_in_as="other user").list_complete
    assert counts(import_list(connection, clients(18), signed_in_as="other user"))["archived"] == 1


def test_the_question_is_gone_when_the_clients_are_listed_again(connection):
    (warning,) = warnings_of(braked(connection))
    run = import_list(connection, clients(10))
    assert counts(run) == {"read": 10, "updated": 4, "unchanged": 6}
    warning.refresh_from_db()
    assert warning.resolution == "gone"
    assert standing("C-009") == ("", "active")


def test_what_the_brake_kept_is_archived_once_few_enough_are_missing(connection):
    braked(connection)
    run = import_list(connection, clients(9))
    assert counts(run)["archived"] == 1
    assert standing("C-009") == ("missing", "missing")


def test_a_list_that_grew_at_its_end_while_it_was_read_is_whole(connection):
    import_list(connection, clients(5))
    pages = [ExternalPage(clients(2), 4), ExternalPage([*clients(5)[2:4], listed("C-900", "New")], 5, True)]

    run = import_list(connection, [], pages=pages)

    assert counts(run) == {"read": 5, "created": 1, "unchanged": 4, "archived": 1}
    assert run.list_complete


def test_a_list_that_grew_after_its_total_was_lost_archives_none(connection):
    import_list(connection, clients(5))
    pages = [ExternalPage(clients(2), None), ExternalPage(clients(5)[2:4], 4, True)]

    run = import_list(connection, [], pages=pages)

    assert "archived" not in counts(run)
    assert not run.list_complete
