"""The page before goes into the database while the next one is read, over a connection of its own (R-5)."""

import threading

import psycopg2
import pytest
from django.db import DatabaseError
from django.db import connection as database
from django.utils import timezone

from integrations.reconcile.behind import written_behind
from integrations.reconcile.external import ExternalPage
from integrations.reconcile.kinds import CLIENTS
from integrations.reconcile.models import StagedClient
from integrations.reconcile.service import import_records
from integrations.runs.context import Cancelled, RunContext, RunFailed
from integrations.runs.models import Run
from reconpro.company.models import Client
from tests.reconcile.imports import SOMEBODY, an_active_run, counts, import_list, listed, pages_of

pytestmark = pytest.mark.django_db(transaction=True)
LIST = [listed(f"C-{number:03d}", f"Client {number}") for number in range(50)]


def rows_in_stage() -> int:
    return StagedClient.objects.count()


def test_every_page_arrives_in_the_order_of_the_list(connection):
    run = import_list(connection, [], pages=pages_of(LIST, size=7))

    assert counts(run) == {"read": 50, "created": 50}
    created = list(Client.objects.order_by("pk").values_list("accounting_id", flat=True))
    assert created == [record.values["accounting_id"] for record in LIST]
    assert rows_in_stage() == 0


def test_no_more_than_one_page_waits_for_the_database(connection):
    there = []

    def pages():
        for page in pages_of(LIST, size=10):
            there.append(rows_in_stage())
            yield page

    import_list(connection, [], pages=pages())

    behind = 10 if database.vendor == "postgresql" else 0
    assert all(read - behind <= rows <= read for rows, read in zip(there, range(0, 50, 10), strict=True))


@pytest.mark.parametrize("pages_read", [1, 2, 3])
def test_a_list_that_breaks_off_leaves_no_row_in_the_stage(connection, pages_read):
    def breaking_off():
        for number, page in enumerate(pages_of(LIST, size=10)):
            if number == pages_read:
                raise RunFailed("The connection to Intacct broke off.")
            yield page

    with pytest.raises(RunFailed):
        import_list(connection, [], pages=breaking_off())
    assert (rows_in_stage(), Client.objects.count()) == (0, 0)


def test_a_cancelled_import_leaves_no_row_in_the_stage(connection):
    run = an_active_run(connection)

    def pages():
        for page in pages_of(LIST, size=10):
            yield page
            Run.objects.filter(pk=run.pk).update(cancel_requested_at=timezone.now())

    with pytest.raises(Cancelled):
        import_records(RunContext(run), CLIENTS, pages(), signed_in_as=SOMEBODY)
    assert (rows_in_stage(), Client.objects.count()) == (0, 0)


def test_what_the_database_refuses_fails_the_import_and_leaves_nothing(connection):
    def pages():
        yield ExternalPage(LIST, 50)
        with database.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{StagedClient._meta.db_table}" RENAME TO elsewhere')
        yield ExternalPage(LIST, 50)

    try:
        with pytest.raises(DatabaseError):
            import_list(connection, [], pages=pages())
    finally:
        with database.cursor() as cursor:
            cursor.execute(f'ALTER TABLE elsewhere RENAME TO "{StagedClient._meta.db_table}"')
    assert Client.objects.count() == 0


def test_what_is_written_behind_is_done_when_the_block_is_left():
    done = []

    with written_behind() as writer:
        for number in range(3):
            writer.write(lambda number=number: done.append((number, threading.current_thread().name)))

    assert [number for number, _ in done] == [0, 1, 2]
    own = {name.startswith("stage") for _, name in done}
    assert own == {database.vendor == "postgresql"}


def test_what_fails_behind_is_raised_by_the_next_write_or_at_the_end():
    def fail():
        raise DatabaseError("The disk is full.")

    def two_writes():
        with written_behind() as writer:
            writer.write(fail)
            writer.write(lambda: pytest.fail("went on"))

    with pytest.raises(DatabaseError, match="full"), written_behind() as writer:
        writer.write(fail)
    with pytest.raises(DatabaseError, match="full"):
        two_writes()


def test_the_other_connection_is_closed_afterwards(connection):
    if database.vendor != "postgresql":
        return
    count = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
    with database.cursor() as cursor:
        cursor.execute(count)
        before = cursor.fetchone()
    import_list(connection, [], pages=pages_of(LIST, size=10))
    with database.cursor() as cursor:
        for _ in range(100):  # a backend takes a moment to end
            cursor.execute(count)
            if (now := cursor.fetchone()) == before:
                break
            cursor.execute("SELECT pg_sleep(0.05)")
    assert now == before


def test_an_import_does_not_wait_while_something_else_looks_at_the_stage(connection):
    """As VACUUM does, with the lock that it takes."""
    if database.vendor != "postgresql":
        return
    with database.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    other = psycopg2.connect(**database.get_connection_params())
    try:
        with other.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{StagedClient._meta.db_table}" IN SHARE UPDATE EXCLUSIVE MODE')
        run = import_list(connection, LIST)
    finally:
        other.close()
        with database.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert counts(run) == {"read": 50, "created": 50}
