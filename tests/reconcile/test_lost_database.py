"""The database goes away in the middle of an import: what is raised is that, and not what comes of it."""

import pytest
from django.db import OperationalError
from django.db import connection as database

from integrations.planning import planned_for_many
from integrations.reconcile.kinds import CLIENTS
from integrations.reconcile.service import import_records
from integrations.runs.context import RunContext
from tests.reconcile.imports import SOMEBODY, an_active_run, listed, pages_of

pytestmark = pytest.mark.django_db(transaction=True)


def go_away():
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_while_a_list_is_read(connection):
    if database.vendor != "postgresql":  # SQLite is a file: it does not go away
        return
    context = RunContext(an_active_run(connection))

    def pages():
        yield from pages_of([listed("C-1", "Acme")])
        go_away()

    try:
        with pytest.raises(OperationalError):
            import_records(context, CLIENTS, pages(), signed_in_as=SOMEBODY)
    finally:
        database.close()


def test_while_a_list_is_compared():
    if database.vendor != "postgresql":
        return
    try:
        with pytest.raises(OperationalError), planned_for_many():
            go_away()
    finally:
        database.close()
