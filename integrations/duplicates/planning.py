"""What PostgreSQL is told of queries over rows that it knows nothing of yet.

Duplicates are looked for in the transaction that writes an import, where nothing has analysed what it wrote.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def want_all_rows() -> None:
    """For a cursor PostgreSQL chooses the plan that begins soonest, which may be the one that ends last."""
    if _plans():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1")


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """Where it believes that one row is joined with one, PostgreSQL would compare each with each."""
    if not _plans():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
    yield  # what fails in here takes the setting back with the transaction
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = on")


def _plans() -> bool:
    return connection.vendor == "postgresql" and connection.in_atomic_block
