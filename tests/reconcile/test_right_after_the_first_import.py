"""What a first import brought PostgreSQL may take for nothing when the next one comes: in a table of many
companies it does not look by itself so soon (I-5)."""

import pytest
from django.db import connection as database

from reconpro.company.models import Client
from tests.factories import a_company, a_connection
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import counts, import_list, listed
from tests.reconcile.work import Work

LISTED, MANY = 50, 1000
MISSING = "listed.record_id IS NULL"  # in all statements about what a list no longer holds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def connection():
    """Ours, after PostgreSQL looked at the clients of another company."""
    other = a_connection(a_company())
    import_list(other, [listed(f"X-{i}", f"Other {i}") for i in range(100)])
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute(f"ANALYZE {Client._meta.db_table}")
    return a_connection(a_company())


@pytest.mark.parametrize("checked", [False, True], ids=["imported", "checked and applied"])
def test_nearly_all_clients_gone_are_found_without_comparing_each_with_each_i_5(connection, checked):
    rows = [listed(f"C-{i:04}", f"Client {i}") for i in range(MANY)]
    if checked:
        apply_run(check_list(connection, rows))
    else:
        import_list(connection, rows)
    work = Work(MISSING)

    with database.execute_wrapper(work):
        run = import_list(connection, rows[:LISTED])

    assert counts(run) == {"read": LISTED, "unchanged": LISTED}
    assert Client.objects.filter(accounting_status="unlisted").count() == MANY - LISTED
    assert work.most < 10 * MANY
    assert (work.statements > 0) == (database.vendor == "postgresql")
