"""How PostgreSQL is to go about the statements over a whole list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SORT_MEMORY = "64MB"


@contextmanager
def planned_for_many() -> Iterator[None]:
    """Room to sort and hash a list of 100,000 in memory, and no nested loops: where the planner doesn't know
    yet that a table was filled, they never come to an end. Nothing of it inside somebody's transaction, for
    which it would last; SQLite knows none of it."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET work_mem = '{SORT_MEMORY}'; SET enable_nestloop = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET work_mem; RESET enable_nestloop")


@contextmanager
def joined_by_hash() -> Iterator[None]:
    """Belongs in a transaction that wrote rows which PostgreSQL knows nothing of yet: it takes them for one
    or none, and would compare each with each. To let it look (ANALYZE) would hold up the checks of other
    companies until the transaction ends."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
