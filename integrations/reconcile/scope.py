"""What one import works on, and the words that its SQL is made of.

Everything between stage and records is a few statements over sets, portable between SQLite and
PostgreSQL and made from the kind's models: no row passes through Python. In all of them `s` is the
stage row, `r` its record.
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection, models

from integrations.reconcile.kinds import Kind
from integrations.reconcile.models import EMPTIED
from reconpro.company.models import ArchivedReason
from reconpro.company.models.records import AccountingStatus

# Standings of records that an import brought: only these can go missing (I-4).
LISTED = (AccountingStatus.ACTIVE, AccountingStatus.INACTIVE, AccountingStatus.UNLISTED)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def values(*choices: models.TextChoices) -> str:
    """Choices as a list for SQL's IN."""
    return "(" + ", ".join(f"'{choice.value}'" for choice in choices) + ")"


@dataclass(frozen=True)
class Scope:
    """One run's import of one kind into one set of books; `now` stamps all that it writes.

    `run_id` is the run whose rows are in the stage, `told_by` the one that the audit names: another one
    where it applies what a check kept (I-9).
    """

    kind: Kind
    run_id: int
    company_id: int
    books_id: int
    provider_name: str
    now: datetime
    told_by: int | None = None

    def execute(self, sql: str, **extra: Any) -> int:
        """Carry out a statement and answer the number of rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.parameters, **extra})
            return int(cursor.rowcount)

    def rows(self, sql: str, **extra: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.parameters, **extra})
            return list(cursor.fetchall())

    @cached_property
    def parameters(self) -> dict[str, Any]:
        return {
            "run": self.run_id,
            "told_by": self.told_by or self.run_id,
            "company": self.company_id,
            "books": self.books_id,
            "now": connection.ops.adapt_datetimefield_value(self.now),
        }

    # --- names ------------------------------------------------------------------------------

    @cached_property
    def record(self) -> str:
        return quoted(self.kind.record._meta.db_table)

    @cached_property
    def stage(self) -> str:
        return quoted(self.kind.stage._meta.db_table)

    @cached_property
    def brought(self) -> list[models.Field[Any, Any]]:
        """The columns that follow the accounting side, on both tables under one name (I-3)."""
        return list(self.kind.from_accounting._meta.local_fields)

    @property
    def told(self) -> list[models.Field[Any, Any]]:
        """Those whose changes are told."""
        return [field for field in self.brought if field.name not in self.kind.from_accounting.derived]

    @property
    def is_here(self) -> str:
        """Where `r` is a record of these books. The company is theirs: indexes begin with it."""
        return "r.company_id = %(company)s AND r.books_id = %(books)s"

    @property
    def is_one_here(self) -> str:
        """The same of a record without an alias."""
        return self.is_here.replace("r.", "")

    @property
    def is_matched(self) -> str:
        """Where `r` is the record of the row `s`. With the company, by which indexes begin: without nested
        loops (`integrations.planning`) PostgreSQL would read the records of all companies for their ids."""
        return "r.company_id = %(company)s AND r.id = s.record_id"

    @property
    def has_id_here(self) -> str:
        """Where `r` is a record of these books with an Accounting ID, in the very terms of the partial
        unique index: SQLite takes the index only then, and reads all records for each row without it."""
        return (
            "r.books_id = %(books)s AND r.books_id IS NOT NULL AND NOT (r.accounting_id = '')"
            f" AND {self.claims_its_ids}"
        )

    @property
    def claims_its_ids(self) -> str:
        """Where `r` was not merged into another record, in the words of the partial indexes (I-10)."""
        return f"NOT (r.archived_reason = '{ArchivedReason.MERGED.value}')"

    # --- expressions ------------------------------------------------------------------------

    def differs(self, field: models.Field[Any, Any]) -> str:
        """True where the row brings another value than the record has; NULL or false where not."""
        s, r = f"s.{quoted(field.name)}", f"r.{quoted(field.name)}"
        if not field.null:
            return f"{s} <> {r}"
        emptied = f"s.{quoted(field.name + EMPTIED)}"
        return f"({s} IS NOT NULL AND ({r} IS NULL OR {s} <> {r})) OR ({emptied} AND {r} IS NOT NULL)"

    def brought_value(self, field: models.Field[Any, Any]) -> str:
        """What the record has afterwards: not brought keeps, empty empties (I-3)."""
        s, r = f"s.{quoted(field.name)}", f"r.{quoted(field.name)}"
        if not field.null:
            return f"COALESCE({s}, {r})"
        return f"CASE WHEN s.{quoted(field.name + EMPTIED)} THEN NULL ELSE COALESCE({s}, {r}) END"

    def first_value(self, field: models.Field[Any, Any]) -> str:
        """What a new record has."""
        return f"s.{quoted(field.name)}" if field.null else f"COALESCE(s.{quoted(field.name)}, '')"

    @cached_property
    def archives(self) -> str:
        return f"s.accounting_status = '{AccountingStatus.INACTIVE.value}' AND r.archived_reason = ''"

    @cached_property
    def restores(self) -> str:
        """Active again. Archived by hand stays so until the accounting side itself changed (I-4)."""
        by_import = values(ArchivedReason.INACTIVE, ArchivedReason.MISSING)
        was_gone = values(AccountingStatus.INACTIVE, AccountingStatus.MISSING)
        return (
            f"s.accounting_status = '{AccountingStatus.ACTIVE.value}'"
            f" AND (r.archived_reason IN {by_import} OR (r.archived_reason = '{ArchivedReason.BY_HAND.value}'"
            f" AND r.accounting_status IN {was_gone}))"
        )

    @cached_property
    def changes(self) -> str:
        """True where the row changes anything on its record; NULL or false where it is equal (I-12)."""
        key = "(s.external_key IS NOT NULL AND (r.external_key IS NULL OR r.external_key <> s.external_key))"
        differences = [f"({self.differs(field)})" for field in self.brought]
        return " OR ".join([*differences, key, f"({self.archives})", f"({self.restores})"])

    def gives_up_id(self, archives_missing: bool) -> str:
        """True where `r`, to which no row refers, lets another record have its Accounting ID: archived,
        or about to be."""
        goes = f" OR r.accounting_status IN {values(*LISTED)}" if archives_missing else ""
        return f"(r.archived_reason <> ''{goes})"

    @cached_property
    def listed(self) -> str:
        """The records that any row of the list refers to, skipped rows too."""
        return (
            f"(SELECT record_id FROM {self.stage} WHERE run_id = %(run)s AND record_id IS NOT NULL"
            " GROUP BY record_id)"
        )

    @cached_property
    def missing(self) -> str:
        """FROM and WHERE of the records that an import brought and the list no longer holds (I-4)."""
        return (
            f" FROM {self.record} AS r LEFT JOIN {self.listed} AS listed ON listed.record_id = r.id"
            f" WHERE {self.is_here} AND r.accounting_status IN {values(*LISTED)}"
            f" AND r.archived_reason <> '{ArchivedReason.MERGED.value}' AND listed.record_id IS NULL"
        )
