"""While a list is compared PostgreSQL takes no nested loops. It must not read the records of all companies
instead: a small company's import would take as long as there are others."""

import re

import pytest
from django.db import connection as database

from integrations.duplicates.merging import merge
from integrations.reconcile.kinds import KINDS
from reconpro.company.keeping import archive_record
from tests.factories import a_company, a_connection, a_user
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import counts, import_list
from tests.reconcile.test_statements_and_writes import records

OTHERS = 3000
OURS = 30

pytestmark = pytest.mark.django_db(transaction=True)


class WholeReads:
    """An execute wrapper: the statements that PostgreSQL carries out without nested loops, and for which it
    would read a whole table; `seen` counts all of them. Of SQLite it learns nothing."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.seen = 0
        self.found: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        if database.vendor == "postgresql" and f'"{self.table}"' in sql and not many:
            with database.connection.cursor() as cursor:
                cursor.execute("SHOW enable_nestloop")
                if cursor.fetchone() == ("off",):
                    cursor.execute(f"EXPLAIN {sql}", params)
                    self.seen += 1
                    self._look(sql, "\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    def _look(self, sql: str, plan: str) -> None:
        for part in plan.split("->"):
            if re.search(rf"Scan .*on {self.table}\b", part) and "Cond:" not in part:
                self.found.append(f"{sql}\n{plan}")
                return


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_a_comparison_reads_no_records_of_other_companies(connection, kind):
    import_list(a_connection(a_company()), records(kind, OTHERS), kind)
    ours = records(kind, OURS)
    import_list(connection, ours, kind)
    by = a_user(connection.company)
    *_, kept, other, archived = kind.records.filter(company=connection.company).order_by("pk")
    import_list(connection, [*ours[:-2], ours[-1]], kind)  # one is archived, so it can be merged
    other.refresh_from_db()
    merge(kept, other, by=by)
    archive_record(archived, by=by)
    table = kind.record._meta.db_table
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute(f"ANALYZE {table}")
    whole = WholeReads(table)

    with database.execute_wrapper(whole):
        unchanged = import_list(connection, [*ours[:-2], ours[-1]], kind)
        renamed = import_list(connection, [records(kind, 1, "Renamed")[0], *ours[1:]], kind)
        checked = apply_run(check_list(connection, [*ours, records(kind, OURS + 1)[-1]], kind))

    assert counts(unchanged) == {"read": OURS - 1, "unchanged": OURS - 1}
    assert counts(renamed) == {"read": OURS, "updated": 1, "unchanged": OURS - 1}
    assert counts(checked) == {"read": OURS + 1, "created": 1, "updated": 1, "unchanged": OURS - 1}
    assert whole.found == []
    assert (whole.seen > 5) == (database.vendor == "postgresql")
