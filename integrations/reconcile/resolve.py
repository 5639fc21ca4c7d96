"""Which record each staged row is (I-2), and what it changes there; which rows must be left out (I-8).

The steps follow each other, so that two rows never come to one record: a row stays *new* until a step
finds its record. After Accounting ID and Employee ID the aliases that merges left are the last one
(`aliases.py`).
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from integrations.duplicates.codes import Code
from integrations.reconcile.models import LinkAnswer, LinkProposal, Standing, Verdict
from integrations.reconcile.scope import Scope, quoted, values
from reconpro.company.models import ArchivedReason

NEW, CHANGED, UNCHANGED, SKIPPED = (f"'{verdict.value}'" for verdict in Verdict)


@dataclass(frozen=True)
class Rows:
    """The rows `s` of some Accounting IDs, as a condition and its parameters; without any, all rows."""

    accounting_ids: Sequence[str] | None = None

    @property
    def sql(self) -> str:
        if self.accounting_ids is None:
            return ""
        return f" AND s.accounting_id IN ({', '.join(f'%({name})s' for name in self.parameters)})"

    @property
    def parameters(self) -> dict[str, str]:
        return {f"id_{i}": accounting_id for i, accounting_id in enumerate(self.accounting_ids or ())}


ALL_ROWS = Rows()

# Skipped while cleaning, before any comparison (I-11).
BY_CLEANING = values(Code.NO_ACCOUNTING_ID, Code.NO_NAME, Code.FIELD_TOO_LONG)


def start_over(scope: Scope) -> None:
    """Forget an earlier comparison: somebody changed a record before it was applied, or a short way took for
    new what comes twice."""
    scope.execute(
        f"UPDATE {scope.stage} SET record_id = NULL, standing = '',"
        f" verdict = CASE WHEN reason IN {BY_CLEANING} THEN {SKIPPED} ELSE {NEW} END,"
        f" reason = CASE WHEN reason IN {BY_CLEANING} THEN reason ELSE '' END WHERE run_id = %(run)s"
        # Rows that are new were not touched: to write each of them again would take as long as all the rest.
        f" AND (record_id IS NOT NULL OR verdict <> {NEW})"
    )


@dataclass(frozen=True)
class Matched:
    """How many rows there are after `match_by_key`, and among them those `without_record`, those that share
    theirs with another row, and those that are new or change anything."""

    rows: int
    without_record: int
    sharing: int
    differing: int


def count_matched(scope: Scope) -> Matched:
    ((rows, with_record, records, differing),) = scope.rows(
        "SELECT COUNT(*), COUNT(record_id), COUNT(DISTINCT record_id),"
        f" COUNT(CASE WHEN verdict IN ({NEW}, {CHANGED}) THEN 1 END)"
        f" FROM {scope.stage} WHERE run_id = %(run)s"
    )
    return Matched(int(rows), int(rows - with_record), int(with_record - records), int(differing))


def anything_twice(scope: Scope, matched: Matched) -> bool:
    """Whether a record or an Accounting ID comes twice in the list.

    Two rows of one key have one record, or none. No two records have one Accounting ID, so that only rows
    which bring another one than their record has, or have none, can bring one twice.
    """
    if matched.sharing or (
        matched.without_record
        and _any_twice(scope, "external_key", "external_key IS NOT NULL AND record_id IS NULL")
    ):
        return True
    brings_an_id = matched.differing and scope.rows(
        f"SELECT 1 FROM {scope.stage} AS s LEFT JOIN {scope.record} AS r ON {scope.is_matched}"
        f" WHERE s.run_id = %(run)s AND s.verdict IN ({NEW}, {CHANGED})"
        " AND (r.id IS NULL OR r.accounting_id <> s.accounting_id) LIMIT 1"
    )
    return bool(brings_an_id) and _any_twice(scope, "accounting_id", f"verdict <> {SKIPPED}")


def drop_repeats(scope: Scope) -> int:
    """The same record on two pages counts once: the later reading, which is the newer one."""
    return scope.execute(
        f"DELETE FROM {scope.stage} WHERE id IN (SELECT id FROM ("
        " SELECT id, ROW_NUMBER() OVER (PARTITION BY external_key ORDER BY position DESC) AS nth"
        f" FROM {scope.stage} WHERE run_id = %(run)s AND external_key IS NOT NULL) AS numbered"
        " WHERE nth > 1)"
    )


def skip_same_ids(scope: Scope) -> int:
    """Of several records with one Accounting ID the first wins, the rest are skipped (I-8)."""
    return scope.execute(
        f"UPDATE {scope.stage} SET verdict = {SKIPPED}, reason = '{Code.SAME_ACCOUNTING_ID.value}'"
        " WHERE id IN (SELECT id FROM ("
        " SELECT id, ROW_NUMBER() OVER (PARTITION BY accounting_id ORDER BY position) AS nth"
        f" FROM {scope.stage} WHERE run_id = %(run)s AND verdict = {NEW}) AS numbered WHERE nth > 1)"
    )


def _any_twice(scope: Scope, column: str, condition: str) -> bool:
    """Nearly always not, and to find that out takes a fraction of numbering the rows."""
    return bool(
        scope.rows(
            f"SELECT 1 FROM {scope.stage} WHERE run_id = %(run)s AND {condition}"
            f" GROUP BY {column} HAVING COUNT(*) > 1 LIMIT 1"
        )
    )


def match_by_key(scope: Scope) -> int:
    """By the accounting system's own key: a renumbered record stays itself."""
    return scope.execute(
        f"{matched(scope)} FROM {scope.record} AS r WHERE s.run_id = %(run)s"
        f" AND s.external_key IS NOT NULL AND {record_of_key(scope)}"
    )


def record_of_key(scope: Scope) -> str:
    """Where `r` is the record that the key of `s` tells."""
    return f"r.books_id = %(books)s AND r.external_key = s.external_key AND {scope.claims_its_ids}"


def match_by_accounting_id(scope: Scope) -> int:
    """By Accounting ID, letter by letter, unless the list told that the record is another row's.

    A skipped row refers to its record too, so that it isn't taken for missing.
    """
    return scope.execute(
        f"{matched(scope)} FROM {scope.record} AS r"
        f" LEFT JOIN {scope.listed} AS listed ON listed.record_id = r.id"
        " WHERE s.run_id = %(run)s AND s.record_id IS NULL AND s.accounting_id <> ''"
        f" AND {scope.has_id_here} AND r.accounting_id = s.accounting_id"
        f" AND (listed.record_id IS NULL OR s.verdict = {SKIPPED})"
    )


def match_by_employee_id(scope: Scope) -> int:
    """By Employee ID where one record alone and one row alone have it: moved to another entity."""
    return scope.execute(
        f"{matched(scope)} FROM {scope.record} AS r"
        " JOIN (SELECT accounting_employee_id AS employee_id"
        f" FROM {scope.record} AS r WHERE books_id = %(books)s AND NOT (accounting_employee_id = '')"
        f" AND {scope.claims_its_ids}"
        " GROUP BY accounting_employee_id HAVING COUNT(*) = 1) AS alone"
        " ON alone.employee_id = r.accounting_employee_id"
        f" LEFT JOIN {scope.listed} AS listed ON listed.record_id = r.id"
        f" WHERE s.run_id = %(run)s AND s.record_id IS NULL AND s.verdict = {NEW}"
        " AND s.accounting_employee_id IN (SELECT accounting_employee_id"
        f" FROM {scope.stage} WHERE run_id = %(run)s AND verdict <> {SKIPPED}"
        " AND accounting_employee_id <> ''"
        " GROUP BY accounting_employee_id HAVING COUNT(*) = 1)"
        " AND r.books_id = %(books)s AND NOT (r.accounting_employee_id = '')"
        f" AND r.accounting_employee_id = s.accounting_employee_id AND {scope.claims_its_ids}"
        " AND listed.record_id IS NULL"
    )


def skip_nameless(scope: Scope) -> int:
    """A new record whose name was not brought can't be made."""
    no_name = " AND ".join(f"COALESCE(s.{column}, '') = ''" for column in scope.kind.name_columns)
    return scope.execute(
        f"UPDATE {scope.stage} AS s SET verdict = {SKIPPED}, reason = '{Code.NO_NAME.value}'"
        f" WHERE s.run_id = %(run)s AND s.verdict = {NEW} AND {no_name}"
    )


def skip_link_proposals(scope: Scope, told_different: Collection[int], rows: Rows = ALL_ROWS) -> int:
    """A record outside these books has the Accounting ID: whether it is the same one, a person
    says (I-2). `told_different` are ids of records of which one has said no."""
    return scope.execute(
        f"UPDATE {scope.stage} AS s SET verdict = {SKIPPED}, reason = '{Code.LINK_PROPOSED.value}'"
        f" WHERE s.run_id = %(run)s AND s.verdict = {NEW}{rows.sql}"
        f" AND EXISTS (SELECT 1 FROM {local_twins(scope, told_different)})",
        **rows.parameters,
    )


def local_twins(scope: Scope, told_different: Collection[int]) -> str:
    """FROM and WHERE of the company's records outside these books with the Accounting ID of `s`."""
    twins = (
        f"{scope.record} AS r WHERE r.company_id = %(company)s AND r.accounting_id = s.accounting_id"
        " AND r.accounting_id <> '' AND (r.books_id IS NULL OR r.books_id <> %(books)s)"
        f" AND r.archived_reason <> '{ArchivedReason.MERGED.value}'"
        # Answered in a check (I-9).
        f" AND NOT EXISTS (SELECT 1 FROM {quoted(LinkProposal._meta.db_table)} AS p"
        f" WHERE p.books_id = %(books)s AND p.kind = '{scope.kind.singular}' AND p.record_id = r.id"
        f" AND p.accounting_id = s.accounting_id AND p.answer = '{LinkAnswer.DIFFERENT.value}')"
    )
    if told_different:
        twins += f" AND r.id NOT IN ({', '.join(str(int(pk)) for pk in told_different)})"
    return twins


def skip_taken_ids(scope: Scope, *, archives_missing: bool) -> int:
    """Rows whose Accounting ID another record of these books keeps.

    Ids may be swapped or handed on among the rows of the list. A record that the list doesn't hold
    gives its id up if it is archived, or is about to be.
    """
    conflict = (
        f"{scope.stage} AS s JOIN {scope.record} AS r ON r.accounting_id = s.accounting_id"
        f" AND {scope.has_id_here}"
        f" AND (s.record_id IS NULL OR s.record_id <> r.id)"
    )
    where = f"WHERE s.run_id = %(run)s AND s.verdict IN ({NEW}, {CHANGED})"
    if not scope.rows(f"SELECT 1 FROM {conflict} {where} LIMIT 1"):
        return 0
    statement = (
        f"UPDATE {scope.stage} SET verdict = {SKIPPED}, reason = '{Code.ID_TAKEN.value}', standing = ''"
        f" WHERE id IN (SELECT s.id FROM {conflict}"
        " LEFT JOIN (SELECT record_id,"
        f" MAX(CASE WHEN verdict <> {SKIPPED} THEN 1 ELSE 0 END) AS moves"
        f" FROM {scope.stage} WHERE run_id = %(run)s AND record_id IS NOT NULL GROUP BY record_id) AS holder"
        f" ON holder.record_id = r.id {where}"
        " AND (holder.moves = 0 OR (holder.record_id IS NULL"
        f" AND NOT {scope.gives_up_id(archives_missing)})))"
    )
    # A row that is left out keeps its own id, which may be the one that another row waits for.
    total = 0
    while skipped := scope.execute(statement):
        total += skipped
    return total


def matched(scope: Scope) -> str:
    """The head of an UPDATE that gives rows `s` their record `r` and says what becomes of it."""
    return (
        f"UPDATE {scope.stage} AS s SET record_id = r.id,"
        f" verdict = CASE WHEN s.verdict = {SKIPPED} THEN {SKIPPED}"
        f" WHEN {scope.changes} THEN {CHANGED} ELSE {UNCHANGED} END,"
        f" standing = CASE WHEN s.verdict = {SKIPPED} THEN ''"
        f" WHEN {scope.archives} THEN '{Standing.ARCHIVE.value}'"
        f" WHEN {scope.restores} THEN '{Standing.RESTORE.value}' ELSE '' END"
    )
