"""Many proposed links at once: no check waits for one of another company, and none compares each proposal
with each row (I-9). SQLite has one writer, and plans that don't depend on numbers: there is less to see.
"""

import pytest
from django.db import DatabaseError
from django.db import connection as database

from integrations.reconcile.models import Check, LinkProposal
from reconpro.company.keys import name_key
from reconpro.company.models import Client
from tests.factories import a_client, a_company, a_connection
from tests.reconcile.checks import check_list
from tests.reconcile.imports import counts, import_list, listed
from tests.reconcile.work import Work

NUMBER = 400
PROPOSALS = LinkProposal._meta.db_table


def can_be_analyzed_by_others(table: str) -> bool:
    """Whether another connection would get the lock of ANALYZE at once."""
    if database.vendor != "postgresql":
        return True
    other = database.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
            cursor.execute(f"ANALYZE {table}")
    except DatabaseError:
        return False
    finally:
        other.close()
    return True


@pytest.mark.django_db(transaction=True)
def test_a_check_that_proposes_links_holds_up_no_check_of_another_company_i_9():
    connection = a_connection(a_company())
    a_client(connection.company, books=None, name="Acme Motors")
    answers: list[bool] = []

    def at_its_end(execute, sql, params, many, context):
        if sql.startswith(f'INSERT INTO "{Check._meta.db_table}"'):
            answers.append(all(can_be_analyzed_by_others(t) for t in (PROPOSALS, Client._meta.db_table)))
        return execute(sql, params, many, context)

    with database.execute_wrapper(at_its_end):
        run = check_list(connection, [listed("C-1", "Acme Motors")])

    assert counts(run) == {"read": 1, "skipped": 1}
    assert LinkProposal.objects.count() == 1
    assert answers == [True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by_id", [True, False], ids=["by Accounting ID", "by name"])
def test_many_proposals_are_not_each_compared_with_each_row_i_9(by_id):
    """PostgreSQL has not looked at what the check itself wrote."""
    connection = a_connection(a_company())
    Client.objects.bulk_create(
        Client(
            company=connection.company,
            name=f"Client {i}",
            name_key=name_key(f"Client {i}"),
            accounting_id=f"C-{i:04}" if by_id else "",
        )
        for i in range(NUMBER)
    )
    rows = [listed(f"C-{i:04}", f"Client {i}") for i in range(2 * NUMBER)]
    work = Work(PROPOSALS)
    with database.execute_wrapper(work):
        run = check_list(connection, rows)
        assert counts(run) == {"read": 2 * NUMBER, "created": NUMBER, "skipped": NUMBER}
        import_list(connection, rows)
        check_list(connection, rows)
    assert work.most < 20 * NUMBER
    assert (work.statements > 5) == (database.vendor == "postgresql")
