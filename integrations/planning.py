"""What PostgreSQL is told of queries over rows that it knows nothing of yet.

What a transaction has written nothing could analyse for it, and ANALYZE inside of it would hold up everybody
else's until it ends; a stage was filled a second ago.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, connection

SORT_MEMORY = "64MB"


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


@contextmanager
def planned_for_many() -> Iterator[None]:
    """At least the room to sort and hash a list of 100,000 in memory, and no nested loops: where the planner
    doesn't know yet that a table was filled, they never come to an end. Not inside somebody's transaction,
    which has `without_nested_loops`."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET enable_nestloop = off")
        cursor.execute(
            "SELECT set_config('work_mem', %(room)s, false)"
            " WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes(%(room)s)",
            {"room": SORT_MEMORY},
        )
    try:
        yield
    finally:
        # A connection that was lost meanwhile has nothing left to take back, and its loss is what is raised.
        with suppress(InterfaceError), connection.cursor() as cursor:
            cursor.execute("RESET work_mem; RESET enable_nestloop")


def _plans() -> bool:
    return connection.vendor == "postgresql" and connection.in_atomic_block
