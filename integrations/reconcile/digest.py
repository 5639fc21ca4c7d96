"""What a comparison would do, in a few bytes: two that are equal would do the same (I-9).

Left out are the rows that a person is asked about: the answers may change until it is applied. The records
that they are asked about are in it, as they are.
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connection

from integrations.planning import without_nested_loops
from integrations.reconcile.compare import Comparison
from integrations.reconcile.models import LinkProposal, Verdict
from integrations.reconcile.proposals import WAYS
from integrations.reconcile.scope import Scope, quoted

CHUNK = 2000


def digest_of(scope: Scope, comparison: Comparison) -> str:
    """Of the rows in the stage, after `comparison` was made of them. Belongs in a transaction."""
    digest = hashlib.sha256()
    head = (comparison.is_whole, comparison.brake.name, comparison.taken_over)
    digest.update(repr(head).encode())
    with without_nested_loops():
        for part in (_rows(scope), _proposed(scope), _missing(scope, comparison)):
            digest.update(b"|")
            for row in part:
                digest.update(repr([_plain(value) for value in row]).encode())
    return digest.hexdigest()


def lock_touched(scope: Scope) -> None:
    """Hold every record that it would write, so that none changes between its digest and its writing."""
    if connection.features.has_select_for_update:
        scope.execute(
            f"SELECT COUNT(*) FROM (SELECT r.id FROM {scope.record} AS r WHERE r.id IN ("
            f"SELECT record_id FROM {scope.stage} WHERE run_id = %(run)s"
            f" AND verdict = '{Verdict.CHANGED.value}'"
            f" UNION ALL SELECT r.id {scope.missing}) ORDER BY r.id FOR UPDATE) AS held"
        )


def _rows(scope: Scope) -> Iterator[tuple[Any, ...]]:
    """Changed ones with what their record has now."""
    now = ", ".join(
        f"CASE WHEN {scope.differs(field)} THEN r.{quoted(field.name)} END" for field in scope.told
    )
    return _streamed(
        scope,
        f"SELECT s.position, s.verdict, s.reason, s.standing, s.record_id, r.archived_reason, {now}"
        f" FROM {scope.stage} AS s LEFT JOIN {scope.record} AS r ON {scope.is_matched}"
        f" WHERE s.run_id = %(run)s AND s.verdict <> '{Verdict.UNCHANGED.value}'"
        f" AND NOT EXISTS (SELECT 1 FROM {_table()} AS p WHERE {_seen(scope)}"
        " AND p.accounting_id = s.accounting_id) ORDER BY s.position",
    )


def _proposed(scope: Scope) -> Iterator[tuple[Any, ...]]:
    ways = ", ".join(f"p.{way}" for way in WAYS)
    now = ", ".join(f"r.{quoted(field.name)}" for field in scope.told)
    return _streamed(
        scope,
        f"SELECT p.record_id, p.accounting_id, {ways}, r.archived_reason, {now} FROM {_table()} AS p"
        f" JOIN {scope.record} AS r ON r.company_id = %(company)s AND r.id = p.record_id WHERE {_seen(scope)}"
        " ORDER BY p.record_id, p.accounting_id",
    )


def _missing(scope: Scope, comparison: Comparison) -> Iterator[tuple[Any, ...]]:
    if not comparison.is_whole:
        return iter(())
    return _streamed(scope, f"SELECT r.id, r.archived_reason {scope.missing} ORDER BY r.id")


def _streamed(scope: Scope, sql: str) -> Iterator[tuple[Any, ...]]:
    """Rows as they come, however many: memory stays flat."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, scope.parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _plain(value: Any) -> Any:
    """The same on both sides of a restart: numbers as text, flags as numbers."""
    return int(value) if isinstance(value, bool) else str(value) if value is not None else None


def _seen(scope: Scope) -> str:
    # With the kind, so that the index by Accounting ID serves, and not the one by check.
    return f"p.books_id = %(books)s AND p.kind = '{scope.kind.singular}' AND p.seen_by = %(run)s"


def _table() -> str:
    return quoted(LinkProposal._meta.db_table)
