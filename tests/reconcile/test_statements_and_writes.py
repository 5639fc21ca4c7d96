"""What an import costs the database: statements that are as many for few records as for many, and nothing
written in vain (I-12).
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.duplicates.models import Alias
from integrations.reconcile.external import ExternalRecord
from integrations.reconcile.kinds import EMPLOYEES, KINDS, Kind
from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.models import Client, Employee, FirstSignIn, Service, User
from tests.plans import believe_large
from tests.reconcile.imports import counts, employee_listed, import_list, listed, pages_of
from tools.bench.limits import beside_pages
from tools.bench.statements import Statements

PAGE = 2000
FEW, MANY = 10, 4_100
PAGES_MORE = 2
RECORDS_AND_HISTORY = (Client, Service, Employee, FirstSignIn, User, Alias, FieldChange, AuditEvent)


def records(kind: Kind, number: int, name: str = "Name") -> list[ExternalRecord]:
    if kind is EMPLOYEES:
        return [employee_listed(f"E-{i:05d}", "EBU", f"{name} {i}") for i in range(number)]
    return [listed(f"C-{i:05d}", f"{name} {i}") for i in range(number)]


def statements(connection, kind: Kind, number: int, name: str = "Name") -> Counter[str]:
    pages = pages_of(records(kind, number, name), size=PAGE)
    with Statements() as found:
        import_list(connection, [], kind, pages=pages)
    return found.told


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_10_and_4100_records_take_the_same_statements_but_for_pages(connection, kind, settings):
    """New, unchanged, and all renamed."""
    settings.RUN_PROGRESS_SECONDS = 1_000_000  # whether a look is due depends on the clock
    told = {}
    for number in (FEW, MANY):
        FieldChange.objects.all().delete()
        FirstSignIn.objects.all().delete()
        kind.record.objects.all().delete()
        told[number] = [
            statements(connection, kind, number),
            statements(connection, kind, number),
            statements(connection, kind, number, "Renamed"),
        ]

    for few, many in zip(told[FEW], told[MANY], strict=True):
        rest, _per_page = beside_pages(few, many, PAGES_MORE)
        assert rest == 0
        assert sum(few.values()) > 5


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_no_statement_of_an_import_reads_the_records_of_other_companies(connection, kind):
    """Each enters the records by an index: by a key of its own, by ids, or by the company."""
    import_list(connection, records(kind, 30), kind)
    with CaptureQueriesContext(database) as asked:
        import_list(connection, records(kind, 20, "Renamed"), kind)  # the brake asks about ten
        import_list(connection, records(kind, 29), kind)  # one is archived

    table = kind.record._meta.db_table
    believe_large(kind.record)
    whole = [
        (query["sql"], plan)
        for query in asked
        if f'"{table}"' in query["sql"] and (plan := whole_table_read(query["sql"], table))
    ]
    assert whole == []


def whole_table_read(sql: str, table: str) -> str:
    """The plan of the statement, if it can't do without reading the whole table; else ""."""
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            parts = [str(row[-1]) for row in cursor.fetchall()]
            name = "r" if f'"{table}" AS r' in sql else table
            whole = [part for part in parts if re.match(rf"SCAN {name}\b", part)]
        else:
            # Small tables it would read whole anyway, and join by that.
            for way in ("seqscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute("EXPLAIN " + re.sub(r"^DECLARE .*? CURSOR .*? FOR ", "", sql))
            parts = "\n".join(row[0] for row in cursor.fetchall()).split("->")
            for way in ("seqscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = on")
            whole = [
                part for part in parts if re.search(rf"Scan .*on {table}\b", part) and "Cond:" not in part
            ]
    return "\n".join(parts) if whole else ""


@contextmanager
def rows_written() -> Iterator[list[int]]:
    """How many rows of records and their history are written in the block, by the database's own account."""
    if database.vendor == "postgresql":
        before = _versions()
        found = [-1]
        yield found
        after = _versions()
        found[0] = sum(1 for row in after if after[row] != before.get(row)) + len(
            before.keys() - after.keys()
        )
        return
    tables = [model._meta.db_table for model in RECORDS_AND_HISTORY]
    with database.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE written (number INTEGER)")
        for table in tables:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(
                    f"CREATE TEMP TRIGGER written_{table}_{verb} AFTER {verb} ON main.{table}"
                    " BEGIN INSERT INTO written VALUES (1); END"
                )
        found = [-1]
        yield found
        cursor.execute("SELECT COUNT(*) FROM written")
        found[0] = cursor.fetchone()[0]
        for table in tables:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(f"DROP TRIGGER written_{table}_{verb}")
        cursor.execute("DROP TABLE written")


def _versions() -> dict[tuple[str, int], tuple[str, str, str]]:
    """Where PostgreSQL keeps each row, who wrote it and who locked it: all new for a row that is written."""
    found = {}
    with database.cursor() as cursor:
        for model in RECORDS_AND_HISTORY:
            cursor.execute(f"SELECT id, ctid::text, xmin::text, xmax::text FROM {model._meta.db_table}")
            found |= {(model._meta.db_table, row[0]): row[1:] for row in cursor.fetchall()}
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_i12_an_import_with_nothing_changed_writes_no_row_of_records_or_history(connection, kind):
    some = records(kind, 30)
    import_list(connection, some, kind)

    with rows_written() as written:
        run = import_list(connection, some, kind)

    assert counts(run) == {"read": 30, "unchanged": 30}
    assert written == [0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_one_changed_record_writes_one_row_and_what_changed(connection, kind):
    """So the account of what is written does see a row."""
    some = records(kind, 30)
    import_list(connection, some, kind)

    with rows_written() as written:
        import_list(connection, [*some[:-1], records(kind, 30, "Renamed")[-1]], kind)

    assert written == [2]
