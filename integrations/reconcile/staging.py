"""Filling a run's stage, page by page, outside any long transaction (R-5)."""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import BooleanField, CharField

from integrations.reconcile.behind import Writer
from integrations.reconcile.cleaning import EXTERNAL_KEY, Block, CleanPage, CleanRecord
from integrations.reconcile.models import Check, Standing, Verdict
from integrations.reconcile.scope import Scope, quoted
from integrations.runs.models import Outcome, Run

logger = logging.getLogger(__name__)
# What COPY's CSV is made of. Cleaning lets no control character but a line break through, so no text holds
# any of these, and only a text with breaks needs its quotes: that is a simple join instead of a CSV writer.
NULL, QUOTE, DELIMITER = "\x01", "\x02", "\x1f"
COMPUTED = frozenset({"id", "record_id"})
OWN = ("run_id", "position", "external_key", "verdict", "reason", "standing")
NEW, SKIPPED, STAYS = Verdict.NEW.value, Verdict.SKIPPED.value, Standing.STAYS.value


def unused() -> str:
    """WHERE of stage rows that nobody needs any more."""
    return (
        f"run_id NOT IN (SELECT id FROM {quoted(Run._meta.db_table)}"
        f" WHERE outcome = '{Outcome.OPEN.value}'"
        f" UNION ALL SELECT run_id FROM {quoted(Check._meta.db_table)})"
    )


T = TypeVar("T")


def _in_order(
    page: CleanPage,
    first: int,
    of_block: Callable[[Block, int], Iterator[T]],
    of_single: Callable[[CleanRecord, int], T],
) -> list[T]:
    """What becomes of each record of a page, the first of which has the position `first`."""
    made: dict[int, T] = {}
    for block in page.blocks:
        if len(block.places) == page.size:  # all of them, as nearly always: then they are in order
            made_of_all = list(of_block(block, first))
            for place, record in page.singles.items():
                made_of_all[place] = of_single(record, first + place)
            return made_of_all
        made.update(zip(block.places, of_block(block, first), strict=True))
    for place, record in page.singles.items():
        made[place] = of_single(record, first + place)
    return [made[place] for place in range(page.size)]


class Stage:
    """The stage rows of one run; counts what was put in."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.rows_added = 0
        self.page_starts: list[int] = []  # the position of each page's first row
        self.not_plainly_new = 0  # rows that are left out, or whose name is not whole
        fields = [
            field
            for field in scope.kind.stage._meta.local_fields
            if field.name not in COMPUTED and field.name not in OWN
        ]
        self._run_id = str(scope.run_id)
        self._brought = [field.name for field in fields]
        self._flags = [i for i, field in enumerate(fields) if isinstance(field, BooleanField)]
        # Those of which COPY can't take the value as it is: several lines, and what is no text.
        self._not_plain = [i for i, field in enumerate(fields) if type(field) is not CharField]

    def sweep(self) -> None:
        """Take away what runs that are over left behind, but for what a check keeps (I-9)."""
        self.scope.execute(f"DELETE FROM {self.scope.stage} WHERE run_id = %(run)s OR {unused()}")

    def add(self, page: CleanPage, writer: Writer) -> None:
        """Have a page put in and committed. Rows keep the order in which they came."""
        if not len(page):
            return
        first = self.rows_added
        self.page_starts.append(first)
        self.rows_added += len(page)
        self.not_plainly_new += sum(
            1 for record in page.singles.values() if record.skipped or "name_key" not in record.values
        )
        if connection.vendor == "postgresql":
            lines = "\n".join(_in_order(page, first, self._lines, self._line))
            writer.write(lambda: self._copy(lines.encode()))
        else:
            rows = _in_order(page, first, self._rows, self._row)
            writer.write(lambda: self._insert(rows))

    def analyze(self, *columns: str) -> None:
        """Tell PostgreSQL what is in these columns now: the stage was empty when it last looked, and
        it would compare each row with each.

        Not inside a transaction, which would hold up all other imports of this kind until it ends: what is
        applied there was looked at when it was checked (I-9). Nor while another one looks, or VACUUM works on
        the table: to wait for it would take a second, and `planned_for_many` does without.
        """
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            with transaction.atomic():
                # A tenth of the usual sample tells enough, in a tenth of the time.
                self.scope.execute("SET LOCAL default_statistics_target = 10")
                self.scope.execute(f"ANALYZE (SKIP_LOCKED) {self.scope.stage} ({', '.join(columns)})")

    def clear(self) -> None:
        """Delete the run's rows. What fails here the next import sweeps, so it hides no other failure."""
        try:
            if not self._emptied():
                self.scope.execute(f"DELETE FROM {self.scope.stage} WHERE run_id = %(run)s")
        except (DatabaseError, InterfaceError):  # the latter of a connection that was lost before
            logger.warning("Stage rows of run %s are left for the next import.", self.scope.run_id)

    def _emptied(self) -> bool:
        """On PostgreSQL: where nobody else has rows in the stage or looks at it, take all of it away at once.
        Rows that are deleted stay there until VACUUM comes by, and the next list is looked for among them."""
        if connection.vendor != "postgresql" or connection.in_atomic_block:
            return False
        try:
            with transaction.atomic():
                # TRUNCATE wants what is kept of long texts too, which VACUUM locks apart: to wait for
                # that would hold up all other imports.
                self.scope.execute("SET LOCAL lock_timeout = 10")  # milliseconds
                self.scope.execute(f"LOCK TABLE {self.scope.stage} IN ACCESS EXCLUSIVE MODE NOWAIT")
                # The ends of an index, however many rows there are.
                ((first, last),) = self.scope.rows(f"SELECT MIN(run_id), MAX(run_id) FROM {self.scope.stage}")
                if not first == last == self.scope.run_id:
                    return False
                self.scope.execute(f"TRUNCATE {self.scope.stage}")
        except DatabaseError:  # somebody is at it, or it isn't ours to empty
            return False
        return True

    def _columns(self, block: Block, first: int) -> list[Sequence[Any]]:
        """The same as `_row` of each, by column; those not brought are columns of None."""
        number = len(block.places)
        columns: list[Sequence[Any]] = [
            block.columns.get(name) or (None,) * number for name in (*self._brought, EXTERNAL_KEY)
        ]
        keys = columns.pop()
        for i in self._flags:
            columns[i] = (False,) * number
        positions = [first + place for place in block.places]
        constant = [(value,) * number for value in (NEW, "", STAYS)]
        return [*columns, (self.scope.run_id,) * number, positions, keys, *constant]

    def _rows(self, block: Block, first: int) -> Iterator[Sequence[Any]]:
        return zip(*self._columns(block, first), strict=True)

    def _lines(self, block: Block, first: int) -> Iterator[str]:
        columns = self._columns(block, first)
        for i in self._not_plain:
            if columns[i][0] is not None:
                columns[i] = [f"{QUOTE}{value}{QUOTE}" for value in columns[i]]
        run, position, key = (
            len(self._brought) + OWN.index(name) for name in ("run_id", "position", EXTERNAL_KEY)
        )
        for i in (run, position):
            columns[i] = list(map(str, columns[i]))
        for i, column in enumerate(columns):
            # Brought by none of them; a key may be wanting in the first one alone.
            if column[0] is None and i != key:
                columns[i] = (NULL,) * len(column)
        if None in columns[key]:
            columns[key] = [NULL if value is None else value for value in columns[key]]
        return map(DELIMITER.join, zip(*columns, strict=True))

    def _row(self, record: CleanRecord, position: int) -> list[Any]:
        """The values brought, None for one that wasn't, and those of OWN."""
        get = record.values.get
        row: list[Any] = [get(name) for name in self._brought]
        for i in self._flags:
            row[i] = bool(row[i])
        verdict = SKIPPED if record.skipped else NEW
        row += (self.scope.run_id, position, record.external_key, verdict, record.skipped, STAYS)
        return row

    def _line(self, record: CleanRecord, position: int) -> str:
        """The same as a line of COPY."""
        row = self._row(record, position)
        for i in self._not_plain:
            if (value := row[i]) is not None:
                row[i] = f"{QUOTE}{value}{QUOTE}"
        row[-len(OWN) : 2 - len(OWN)] = (self._run_id, str(position))
        return DELIMITER.join([NULL if value is None else value for value in row])

    def _names(self) -> str:
        return ", ".join(quoted(name) for name in (*self._brought, *OWN))

    def _copy(self, lines: bytes) -> None:
        # Django's cursor knows no COPY: psycopg2's own does.
        with (
            transaction.atomic(),
            connection.wrap_database_errors,
            connection.connection.cursor() as cursor,
        ):
            cursor.copy_expert(
                f"COPY {self.scope.stage} ({self._names()}) FROM STDIN WITH"
                f" (FORMAT csv, NULL '{NULL}', QUOTE '{QUOTE}', DELIMITER '{DELIMITER}')",
                io.BytesIO(lines),
                size=1 << 20,
            )

    def _insert(self, rows: Sequence[Sequence[Any]]) -> None:
        marks = ", ".join(["%s"] * (len(self._brought) + len(OWN)))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {self.scope.stage} ({self._names()}) VALUES ({marks})", rows)
