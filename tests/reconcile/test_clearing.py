"""What an import leaves in its stage: nothing of its own, and all of others' (R-5)."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from django.db import OperationalError, transaction
from django.db import connection as database
from django.db.backends.utils import CursorWrapper

from integrations.reconcile.kinds import CLIENTS
from integrations.reconcile.models import StagedClient
from tests.factories import a_company, a_connection
from tests.reconcile.checks import check_list
from tests.reconcile.imports import counts, import_list, listed

pytestmark = pytest.mark.django_db(transaction=True)
LIST = [listed("C-1", "Acme"), listed("C-2", "Beta")]


def size_of_stage() -> int:
    """In bytes; 0 on SQLite, which is not asked."""
    if database.vendor != "postgresql":
        return 0
    with database.cursor() as cursor:
        cursor.execute(f"SELECT pg_relation_size('{StagedClient._meta.db_table}')")
        return cursor.fetchone()[0]


@contextmanager
def somebody_looks_at_the_stage():
    """Another session's open transaction has read it."""
    if database.vendor != "postgresql":
        yield
        return
    other = database.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT 1 FROM {StagedClient._meta.db_table}")
            yield
            cursor.execute("COMMIT")
    finally:
        other.close()


def locks_apart_from_the_table() -> int:
    """Of VACUUM on what PostgreSQL keeps of long texts, which has a table and locks of its own."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_locks WHERE mode = 'ShareUpdateExclusiveLock' AND relation ="
            " (SELECT reltoastrelid FROM pg_class WHERE oid = %s::regclass)",
            [StagedClient._meta.db_table],
        )
        return cursor.fetchone()[0]


@contextmanager
def long_texts_are_vacuumed_slowly():
    """By another session, as autovacuum does it; about five seconds, if nobody breaks it off."""
    long = [f"{n}:{random.Random(n).randbytes(5000).hex()}" for n in range(30)]
    StagedClient.objects.bulk_create(
        StagedClient(run_id=1, position=n, bill_to_address=text) for n, text in enumerate(long)
    )
    StagedClient.objects.all().delete()
    other = database.copy()
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = %s::regclass",
            [StagedClient._meta.db_table],
        )
        (table,) = cursor.fetchone()

    def vacuum():
        with other.cursor() as cursor:
            cursor.execute("SET vacuum_cost_limit = 1; SET vacuum_cost_delay = 100")
            with suppress(OperationalError):  # broken off
                cursor.execute(f"VACUUM {table}")
        other.close()

    with ThreadPoolExecutor(1) as thread:
        other.inc_thread_sharing()
        under_way = thread.submit(vacuum)
        while not locks_apart_from_the_table() and not under_way.done():
            time.sleep(0.01)
        yield
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'VACUUM pg_toast%'"
            )
        under_way.result()


def test_where_nobody_else_has_rows_not_even_room_is_left(connection):
    import_list(connection, LIST)

    assert not StagedClient.objects.exists()
    assert size_of_stage() == 0


def test_what_another_company_checked_stays(connection):
    check = check_list(a_connection(a_company()), LIST)

    import_list(connection, LIST)

    assert set(StagedClient.objects.values_list("run_id", flat=True)) == {check.pk}
    assert StagedClient.objects.count() == 2


def test_somebody_who_looks_at_the_stage_is_not_waited_for(connection):
    with somebody_looks_at_the_stage():
        run = import_list(connection, LIST)

    assert counts(run) == {"read": 2, "created": 2}
    assert not StagedClient.objects.exists()


def test_vacuum_of_long_texts_which_has_a_lock_of_its_own_is_not_waited_for(connection):
    if database.vendor != "postgresql":
        return
    with long_texts_are_vacuumed_slowly():
        import_list(connection, LIST)

        assert locks_apart_from_the_table() == 1
    assert not StagedClient.objects.exists()


def test_whoever_may_not_empty_the_table_deletes_the_rows(connection, monkeypatch):
    real = CursorWrapper.execute

    def execute(self, sql, params=None):
        if sql.startswith("TRUNCATE"):
            sql = "DO $$ BEGIN RAISE insufficient_privilege; END $$"
        return real(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", execute)
    import_list(connection, LIST)

    assert not StagedClient.objects.exists()


def test_in_somebodys_transaction_nothing_is_held_from_others(connection):
    with transaction.atomic():
        import_list(connection, LIST, CLIENTS)
        if database.vendor == "postgresql":
            with database.cursor() as cursor:
                cursor.execute(
                    "SELECT COUNT(*) FROM pg_locks WHERE pid = pg_backend_pid()"
                    " AND mode = 'AccessExclusiveLock' AND relation = %s::regclass",
                    [StagedClient._meta.db_table],
                )
                assert cursor.fetchone() == (0,)
    assert not StagedClient.objects.exists()
