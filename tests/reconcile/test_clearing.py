"""What an import leaves in its stage: nothing of its own, and all of others' (R-5)."""

from contextlib import contextmanager

import pytest
from django.db import connection as database
from django.db import transaction
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
