"""What PostgreSQL is told of its plans holds for the statements that it is about, and no longer."""

import pytest
from django.db import connection as database
from django.db import transaction

from integrations.planning import SORT_MEMORY, planned_for_many, without_nested_loops
from integrations.reconcile import service
from tests.reconcile.imports import import_list, listed

pytestmark = pytest.mark.django_db(transaction=True)
LIST = [listed("C-1", "Acme"), listed("C-2", "Beta")]
RENAMED = [listed("C-1", "Acme"), listed("C-2", "Gamma")]  # which is more than the short ways of a list tell


def told() -> tuple[str, str]:
    """(work_mem, enable_nestloop); the same two words on SQLite, which is told nothing."""
    if database.vendor != "postgresql":
        return ("any", "any")
    with database.cursor() as cursor:
        cursor.execute("SELECT current_setting('work_mem'), current_setting('enable_nestloop')")
        return cursor.fetchone()


FOR_MANY = (SORT_MEMORY, "off")


def expected(on_postgresql: tuple[str, str]) -> tuple[str, str]:
    return on_postgresql if database.vendor == "postgresql" else ("any", "any")


def test_a_comparison_has_room_and_takes_no_nested_loops_and_what_comes_later_is_as_before(
    connection, monkeypatch
):
    import_list(connection, LIST)
    before = told()
    meanwhile = []
    compare_list = service.compare_list
    monkeypatch.setattr(
        service, "compare_list", lambda *what: (meanwhile.append(told()), compare_list(*what))[1]
    )

    import_list(connection, RENAMED)

    assert meanwhile == [expected(FOR_MANY)]
    assert told() == before != FOR_MANY


def test_a_comparison_that_fails_leaves_the_connection_as_it_was(connection, monkeypatch):
    import_list(connection, LIST)
    before = told()

    def fail(*what):
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(service, "compare_list", fail)
    with pytest.raises(RuntimeError, match="bug"):
        import_list(connection, RENAMED)

    assert told() == before


def test_inside_a_transaction_only_its_own_way_says_anything():
    before = told()
    with transaction.atomic():
        with planned_for_many():
            assert told() == before
        with without_nested_loops():
            assert told() == expected((before[0], "off"))
        assert told() == before


def test_more_room_than_that_is_not_taken_away():
    if database.vendor != "postgresql":
        return
    with database.cursor() as cursor:
        cursor.execute("SET work_mem = '100MB'")
        with planned_for_many():
            assert told() == ("100MB", "off")
    assert told()[1] == "on"
