"""Filling a run's stage, page by page, outside any long transaction (R-5)."""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import BooleanField

from integrations.reconcile.cleaning import CleanRecord
from integrations.reconcile.models import Check, Standing, Verdict
from integrations.reconcile.scope import Scope, quoted
from integrations.runs.models import Outcome, Run

logger = logging.getLogger(__name__)
# Stands for NULL in COPY's CSV, where '' is empty: cleaning lets no control character through.
NULL = "\x01"
COMPUTED = frozenset({"id", "record_id"})


def unused() -> str:
    """WHERE of stage rows that nobody needs any more."""
    return (
        f"run_id NOT IN (SELECT id FROM {quoted(Run._meta.db_table)}"
        f" WHERE outcome = '{Outcome.OPEN.value}'"
        f" UNION ALL SELECT run_id FROM {quoted(Check._meta.db_table)})"
    )


class Stage:
    """The stage rows of one run; counts what was put in."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.rows_added = 0
        self.page_starts: list[int] = []  # the position of each page's first row
        model = scope.kind.stage
        self._columns = [f.name for f in model._meta.local_fields if f.name not in COMPUTED]
        own = {"run_id", "position", "external_key", "verdict", "reason", "standing"}
        self._brought = [(i, name) for i, name in enumerate(self._columns) if name not in own]
        self._place = {name: self._columns.index(name) for name in own}
        self._template: list[Any] = [None] * len(self._columns)
        for name, field in ((f.name, f) for f in model._meta.local_fields):
            if isinstance(field, BooleanField):
                self._template[self._columns.index(name)] = False
        self._template[self._place["run_id"]] = scope.run_id
        self._template[self._place["standing"]] = Standing.STAYS.value

    def sweep(self) -> None:
        """Take away what runs that are over left behind, but for what a check keeps (I-9)."""
        self.scope.execute(f"DELETE FROM {self.scope.stage} WHERE run_id = %(run)s OR {unused()}")

    def add(self, page: Sequence[CleanRecord]) -> None:
        """Put a page in and commit it. Rows keep the order in which they came."""
        rows = [self._row(record, self.rows_added + i) for i, record in enumerate(page)]
        if not rows:
            return
        self.page_starts.append(self.rows_added)
        self.rows_added += len(rows)
        with transaction.atomic():
            if connection.vendor == "postgresql":
                self._copy(rows)
            else:
                self._insert(rows)

    def analyze(self, *columns: str) -> None:
        """Tell PostgreSQL what is in these columns now: the stage was empty when it last looked, and
        it would compare each row with each."""
        if connection.vendor == "postgresql":
            self.scope.execute(f"ANALYZE {self.scope.stage} ({', '.join(columns)})")

    def clear(self) -> None:
        """Delete the run's rows. What fails here the next import sweeps, so it hides no other failure."""
        try:
            self.scope.execute(f"DELETE FROM {self.scope.stage} WHERE run_id = %(run)s")
        except DatabaseError:
            logger.warning("Stage rows of run %s are left for the next import.", self.scope.run_id)

    def _row(self, record: CleanRecord, position: int) -> list[Any]:
        row = self._template.copy()
        values = record.values
        for i, name in self._brought:
            if name in values:
                row[i] = values[name]
        place = self._place
        row[place["position"]] = position
        row[place["external_key"]] = record.external_key
        row[place["verdict"]] = Verdict.SKIPPED.value if record.skipped else Verdict.NEW.value
        row[place["reason"]] = record.skipped
        return row

    def _copy(self, rows: Sequence[list[Any]]) -> None:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(
            [NULL if value is None else value for value in row] for row in rows
        )
        buffer.seek(0)
        names = ", ".join(quoted(name) for name in self._columns)
        # Django's cursor knows no COPY: psycopg2's own does.
        with connection.connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY {self.scope.stage} ({names}) FROM STDIN WITH (FORMAT csv, NULL '{NULL}')",
                buffer,
            )

    def _insert(self, rows: Sequence[list[Any]]) -> None:
        names = ", ".join(quoted(name) for name in self._columns)
        marks = ", ".join(["%s"] * len(self._columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {self.scope.stage} ({names}) VALUES ({marks})", rows)
