"""Duplicates: one warning per group, with all sides named (I-8)."""

from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.duplicates.find import FEW_KEYS, Member, not_told_apart, same_names, similar_ids
from integrations.duplicates.models import Resolution, Warning
from integrations.reconcile.linking import link
from reconpro.company.models import Client
from tests.factories import a_client, a_company, a_connection
from tests.reconcile.imports import (
    counts,
    employee_listed,
    import_employees,
    import_list,
    import_services,
    listed,
    messages_of,
    pages_of,
    warnings_of,
)


def labels(warning: Warning) -> list[str]:
    return [side["label"] for side in warning.sides]


# --- the same Accounting ID twice ---------------------------------------------------------------


def test_of_one_accounting_id_under_two_keys_the_first_wins_and_the_rest_are_skipped(connection):
    run = import_list(
        connection,
        [
            listed("C-17", "Acme", key="1"),
            listed("C-18", "Zeta", key="2"),
            listed("C-17", "Acme West", key="3"),
            listed("C-17", "Acme East", key="4"),
        ],
    )
    assert counts(run) == {"read": 4, "created": 2, "skipped": 2}
    assert Client.objects.get(accounting_id="C-17").name == "Acme"
    (warning,) = warnings_of(run)
    assert warning.code == Code.SAME_ACCOUNTING_ID
    assert warning.message == (
        "3 clients of Intacct have the Accounting ID C-17: Acme, Acme West, Acme East."
        " The first one was taken, the others were skipped."
    )
    assert labels(warning) == ["C-17 Acme", "C-17 Acme West", "C-17 Acme East"]
    acme = Client.objects.get(accounting_id="C-17")
    assert [side["id"] for side in warning.sides] == [acme.pk, None, None]
    assert run.list_complete


def test_of_one_accounting_id_all_rows_are_named_where_the_first_one_is_left_out_too_i_2(
    connection, administrator
):
    local = a_client(connection.company, books=None, name="Acme here", accounting_id="C-17")
    rows = [listed("C-17", "Acme", key="1"), listed("C-17", "Acme West", key="2")]
    run = import_list(connection, rows)
    assert counts(run) == {"read": 2, "skipped": 2}
    (warning,) = warnings_of(run, Code.SAME_ACCOUNTING_ID)
    assert warning.message == (
        "2 clients of Intacct have the Accounting ID C-17: Acme, Acme West."
        " Only the first one counts, and that was skipped too, for a reason of its own."
    )
    assert labels(warning) == ["C-17 Acme", "C-17 Acme West"]
    assert [side["id"] for side in warning.sides] == [None, None]

    # Once it is answered, it is the same warning.
    link(local, connection, administrator)
    (again,) = warnings_of(import_list(connection, rows), Code.SAME_ACCOUNTING_ID)
    assert again.pk == warning.pk
    assert [side["id"] for side in again.sides] == [local.pk, None]


def test_of_one_accounting_id_without_keys_over_two_pages_the_first_wins_and_nothing_is_archived_i_5(
    connection,
):
    """Without keys the same client read twice looks the same, so the list isn't proved to be whole."""
    import_list(connection, [listed("C-1", "Gone", key=None)])
    rows = [listed("C-17", "Acme", key=None), listed("C-17", "Acme", key=None)]
    run = import_list(connection, rows, pages=pages_of(rows, size=1))
    assert counts(run) == {"read": 2, "created": 1, "skipped": 1}
    assert {warning.code for warning in warnings_of(run)} == {Code.SAME_ACCOUNTING_ID, Code.TOTAL_DIFFERS}


def test_one_accounting_id_twice_on_a_page_does_not_stop_archiving_without_keys_i_5(connection):
    """One answer holds no record twice, so the two are two, and the list is as long as announced."""
    import_services(connection, [listed(i, i, key=None) for i in ("A", "B", "C", "D", "E", "GONE")])
    rows = [listed(i, i, key=None) for i in ("A", "B", "B", "C", "D", "E")]
    run = import_services(connection, rows)
    assert counts(run) == {"read": 6, "unchanged": 5, "skipped": 1, "archived": 1}
    assert run.list_complete
    assert [warning.code for warning in warnings_of(run)] == [Code.SAME_ACCOUNTING_ID]


def test_a_pair_on_one_page_does_not_hide_that_its_row_came_again_with_the_next_page_i_5(connection):
    """B moved on while C slipped away unread: six rows as announced, but C may well be there."""
    import_services(connection, [listed(i, i, key=None) for i in "ABCDE"])
    rows = [listed(i, i, key=None) for i in "ABBBDE"]
    run = import_services(connection, rows, pages=pages_of(rows, size=3))
    assert counts(run) == {"read": 6, "unchanged": 4, "skipped": 2}
    assert not run.list_complete


def test_the_same_client_on_two_pages_is_no_duplicate_and_its_later_reading_counts(connection):
    run = import_list(connection, [listed("C-17", "Acme", key="1"), listed("C-17", "Acme Cars", key="1")])
    assert counts(run) == {"read": 1, "created": 1}
    assert Client.objects.get().name == "Acme Cars"
    assert Code.SAME_ACCOUNTING_ID not in {warning.code for warning in warnings_of(run)}


def test_a_skipped_duplicate_does_not_make_its_own_record_missing(connection):
    import_list(connection, [listed("A", "One", key="1"), listed("B", "Two", key="2")])
    run = import_list(connection, [listed("A", "One", key="1"), listed("A", "Two", key="2")])
    assert counts(run) == {"read": 2, "unchanged": 1, "skipped": 1}
    assert Client.objects.get(external_key="2").archived_reason == ""


# --- the same name ------------------------------------------------------------------------------


def test_the_same_name_under_several_ids_is_told_once_with_all_sides(connection):
    run = import_list(
        connection,
        [
            listed("C-1", "Acme Motors, Inc."),
            listed("C-2", "ACME  MOTORS"),
            listed("C-3", "Ácme Motors LLC"),
            listed("C-4", "Zeta"),
        ],
    )
    (warning,) = warnings_of(run)
    assert warning.code == Code.SAME_NAME
    assert warning.message == "3 clients have the name Acme Motors, Inc.: C-1, C-2, C-3."
    assert labels(warning) == ["C-1 Acme Motors, Inc.", "C-2 ACME  MOTORS", "C-3 Ácme Motors LLC"]
    ids = list(Client.objects.filter(name_key="acmemotors").order_by("pk").values_list("pk", flat=True))
    assert [side["id"] for side in warning.sides] == ids


def test_an_address_tells_clients_of_one_name_apart(connection):
    run = import_list(
        connection,
        [
            listed("C-1", "Acme", bill_to_address="1 Main St."),
            listed("C-2", "Acme", bill_to_address="2 Main St."),
        ],
    )
    assert warnings_of(run) == []


def test_only_those_whom_the_address_leaves_alike_are_named(connection):
    run = import_list(
        connection,
        [
            listed("C-1", "Acme", bill_to_address="1 Main St."),
            listed("C-2", "Acme", bill_to_address="2 Main St."),
            listed("C-3", "Acme", bill_to_address="1 MAIN ST"),
        ],
    )
    (warning,) = warnings_of(run)
    assert labels(warning) == ["C-1 Acme", "C-3 Acme"]


def test_an_address_that_is_not_known_tells_nobody_apart():
    members = [Member(1, "A", "Acme", "1 Main"), Member(2, "B", "Acme", ""), Member(3, "C", "Acme", "2 Main")]
    assert not_told_apart(members) == members
    assert not_told_apart(members[::2]) == []


def test_services_and_employees_of_one_name_are_told_too(connection):
    run = import_services(connection, [listed("S-1", "Paint"), listed("S-2", "paint")])
    assert messages_of(run) == ["2 services have the name Paint: S-1, S-2."]
    run = import_employees(
        connection,
        [employee_listed("E-00001", "EBU", "Dana Ruiz"), employee_listed("E-00002", "", "Dana Ruiz")],
    )
    assert messages_of(run) == ["2 employees have the name Dana Ruiz: E-00001:EBU, E-00002."]


def test_very_many_names_that_are_there_twice_are_found_in_one_reading_i_8(connection):
    """PostgreSQL may know these books' rows for one, those of other companies having been counted only: a
    join with what is there twice would compare each row with each."""
    number = FEW_KEYS + 1
    Client.objects.bulk_create(
        Client(
            company=connection.company,
            books=connection.books,
            accounting_id=f"C-{n}",
            name=f"Acme {n // 2}",
            name_key=f"acme{n // 2}",
        )
        for n in range(2 * number)
    )
    with CaptureQueriesContext(database) as asked:
        groups = dict(same_names(Client, connection.company_id, connection.pk))

    assert [len(members) for members in groups.values()] == [2] * number
    assert asked[-1]["sql"].count('FROM "company_client"') == 1


def test_archived_clients_and_those_of_other_books_are_no_duplicates(connection):
    other = a_connection(a_company())
    a_client(other.company, accounting_id="C-1", name="Acme")
    run = import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme", active=False)])
    assert warnings_of(run) == []


def test_ids_that_differ_only_in_case_or_spaces_are_told_once(connection):
    run = import_list(
        connection,
        [listed("C-17", "Acme"), listed("c-17", "Zeta"), listed("C - 17", "Yota"), listed("C-18", "X")],
    )
    (warning,) = warnings_of(run)
    assert warning.code == Code.SIMILAR_ACCOUNTING_ID
    assert warning.message == (
        "The Accounting IDs of 3 clients differ only in case or spaces: “C-17”, “c-17”, “C - 17”."
    )


def test_ids_that_differ_only_in_the_case_of_an_accented_letter_are_told_i_8(connection):
    run = import_list(connection, [listed("ÉCLAIR-1", "Acme"), listed("éclair-1", "Zeta")])
    (warning,) = warnings_of(run)
    assert warning.code == Code.SIMILAR_ACCOUNTING_ID
    assert labels(warning) == ["ÉCLAIR-1 Acme", "éclair-1 Zeta"]

    # While one reading is under way another one is begun.
    groups = similar_ids(Client, connection.company_id, connection.pk)
    again = similar_ids(Client, connection.company_id, connection.pk)
    assert next(groups)[0] == "éclair-1" == next(again)[0]


# --- over several imports -----------------------------------------------------------------------


def test_an_answered_group_stays_answered_until_it_has_a_new_member(connection, administrator):
    pair = [listed("C-1", "Acme"), listed("C-2", "Acme")]
    (warning,) = warnings_of(import_list(connection, pair))
    Warning.objects.update(
        resolution=Resolution.DIFFERENT, resolved_by=administrator, closed_at=warning.opened_at
    )
    run = import_list(connection, pair)
    assert (run.outcome, warnings_of(run)) == ("succeeded", [])

    run = import_list(connection, [*pair, listed("C-3", "Acme")])
    (again,) = warnings_of(run)
    assert again != warning
    assert labels(again) == ["C-1 Acme", "C-2 Acme", "C-3 Acme"]


def told_different(*warnings: Warning) -> None:
    Warning.objects.filter(pk__in=[warning.pk for warning in warnings]).update(
        resolution=Resolution.DIFFERENT, closed_at=timezone.now()
    )


def test_what_is_left_of_an_answered_group_stays_answered_i_8(connection):
    three = [listed("C-1", "Acme"), listed("C-2", "Acme"), listed("C-3", "Acme")]
    pair = [three[0], three[1], listed("C-3", "Acme", active=False)]
    (open_pair,) = warnings_of(import_list(connection, pair))
    told_different(*warnings_of(import_list(connection, three)))

    run = import_list(connection, pair)
    assert (run.outcome, warnings_of(run)) == ("succeeded", [])
    open_pair.refresh_from_db()
    assert open_pair.resolution == Resolution.GONE

    (warning,) = warnings_of(import_list(connection, [*pair, listed("C-4", "Acme")]))
    assert labels(warning) == ["C-1 Acme", "C-2 Acme", "C-4 Acme"]


def test_groups_that_were_answered_one_by_one_say_nothing_of_their_union_i_8(connection):
    names = {"C-1": "Acme", "C-2": "Acme", "C-3": "Zeta", "C-4": "Zeta"}
    told_different(*warnings_of(import_list(connection, [listed(i, name) for i, name in names.items()])))
    (warning,) = warnings_of(import_list(connection, [listed(i, "Acme") for i in names]))
    assert len(warning.sides) == 4


def test_an_answer_to_a_group_beyond_what_is_named_hides_no_new_member_i_8(connection):
    many = [listed(f"C-{i:02}", "Acme") for i in range(51)]
    told_different(*warnings_of(import_list(connection, many[:50])))
    (warning,) = warnings_of(import_list(connection, many))
    assert warning.message.startswith("51 clients have the name Acme:")


def test_an_answered_double_id_stays_answered_without_keys_and_when_a_twin_is_renamed_i_8(connection):
    told_different(
        *warnings_of(import_list(connection, [listed("A", "One", key="1"), listed("A", "Two", key="2")]))
    )
    for rows in (
        [listed("A", "One", key=None), listed("A", "Two", key=None)],
        [listed("A", "One", key="1"), listed("A", "Renamed", key="2")],
    ):
        assert warnings_of(import_list(connection, rows), Code.SAME_ACCOUNTING_ID) == []
    three = [listed("A", name, key=key) for name, key in (("One", "1"), ("Two", "2"), ("Three", "3"))]
    (again,) = warnings_of(import_list(connection, three), Code.SAME_ACCOUNTING_ID)
    assert len(again.sides) == 3


def test_a_group_that_is_no_more_closes_its_warning(connection):
    (warning,) = warnings_of(import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme")]))
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme West")])
    warning.refresh_from_db()
    assert warning.resolution == Resolution.GONE
