"""Applying a comparison: a few statements over sets, in the caller's transaction (R-5, I-3, I-4).

Only what differs is written: with nothing changed no row of records or audit is (I-12).
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from integrations.planning import without_nested_loops
from integrations.reconcile import aliases, first_sign_ins, proposals
from integrations.reconcile.compare import Comparison
from integrations.reconcile.kinds import EMPLOYEES
from integrations.reconcile.models import Standing, Verdict
from integrations.reconcile.scope import Scope, quoted
from reconpro.audit.models import FieldChange
from reconpro.company.models import ArchivedReason, FirstSignIn, User
from reconpro.company.models.records import AccountingStatus

CHANGED_ROWS = f"s.run_id = %(run)s AND s.verdict = '{Verdict.CHANGED.value}' AND s.record_id = r.id"
INACTIVE, MISSING = f"'{AccountingStatus.INACTIVE.value}'", f"'{AccountingStatus.MISSING.value}'"


@dataclass(frozen=True)
class Applied:
    """How many records were archived (created ones among them) and restored."""

    archived: int
    restored: int


def apply(scope: Scope, comparison: Comparison, *, new_record: Mapping[str, Any]) -> Applied:
    """Write what differs. `new_record` are columns of created records, by column name (I-6)."""
    if comparison.new or comparison.changed:
        give_up_ids(scope, archives_missing=comparison.archives_missing)
    # Before anything is created: no row of the list refers to what is new.
    if comparison.is_whole and (comparison.missing or comparison.archived_missing):
        # What came in a minute ago PostgreSQL takes for nothing, and would compare each with each row.
        with without_nested_loops():
            if comparison.archives_missing:
                tell_missing(scope)
            mark_missing(scope, archive=not comparison.brake.is_on)
    if comparison.skipped:
        keep_as_listed(scope)
    if comparison.changed:
        tell_changes(scope)
        if comparison.taken_over:
            aliases.keep_former_ids(scope)
        if comparison.linked:
            proposals.tell_links(scope)
        make_room_for_ids(scope)
        update_changed(scope, comes_in=comparison.linked > 0)
        if comparison.linked:
            proposals.forget_applied(scope)
    if comparison.new:
        insert_new(scope, new_record)
        if scope.kind is EMPLOYEES:
            first_sign_ins.open_for_new(scope)
    if not (comparison.new or comparison.changed or comparison.archives_missing):
        return Applied(archived=0, restored=0)
    archived = scope.kind.record._default_manager.filter(
        company_id=scope.company_id, books_id=scope.books_id, archived_at=scope.now
    )
    if scope.kind is EMPLOYEES:
        # I-7: archived employees can't sign in, and a restored one must be let in again.
        User.objects.filter(employee__in=archived, is_active=True).update(is_active=False)
        FirstSignIn.objects.filter(employee__in=archived).revoke_waiting()
    return Applied(archived=archived.count(), restored=count_restored(scope) if comparison.changed else 0)


def give_up_ids(scope: Scope, *, archives_missing: bool) -> None:
    """Records that the list no longer holds lose the Accounting IDs that others have now; it is told."""
    holders = (
        f" FROM {scope.stage} AS s JOIN {scope.record} AS r ON r.accounting_id = s.accounting_id"
        f" AND {scope.has_id_here}"
        f" LEFT JOIN {scope.listed} AS listed ON listed.record_id = r.id"
        f" WHERE s.run_id = %(run)s AND s.verdict IN ('{Verdict.NEW.value}', '{Verdict.CHANGED.value}')"
        " AND (s.record_id IS NULL OR s.record_id <> r.id) AND listed.record_id IS NULL"
        f" AND {scope.gives_up_id(archives_missing)}"
    )
    if not scope.rows(f"SELECT 1 {holders} LIMIT 1"):
        return
    scope.execute(_insert_changes(scope, [f"SELECT r.id, 'accounting_id', r.accounting_id, '' {holders}"]))
    scope.execute(
        f"UPDATE {scope.record} SET accounting_id = '', updated_at = %(now)s"
        f" WHERE id IN (SELECT r.id {holders})"
    )


def tell_changes(scope: Scope) -> None:
    """Old and new value of each field that is about to change, archiving and restoring too."""
    # The changed rows are found once, not once for each field.
    changed = (
        f"WITH changed AS (SELECT id, record_id FROM {scope.stage}"
        f" WHERE run_id = %(run)s AND verdict = '{Verdict.CHANGED.value}') "
    )
    joined = (
        f"FROM changed JOIN {scope.stage} AS s ON s.id = changed.id"
        f" JOIN {scope.record} AS r ON r.id = changed.record_id"
    )
    selects = [
        f"SELECT r.id, '{field.name}', {as_text(field, f'r.{quoted(field.name)}')},"
        f" {as_text(field, scope.brought_value(field))} {joined} WHERE {scope.differs(field)}"
        for field in scope.told
    ]
    selects.append(
        f"SELECT r.id, 'archived_reason', r.archived_reason, {_archived_reason()} {joined}"
        " WHERE s.standing <> ''"
    )
    scope.execute(changed + _insert_changes(scope, selects))


def make_room_for_ids(scope: Scope) -> None:
    """Ids may be swapped: those about to change step aside first, where the unique index lets them."""
    scope.execute(
        f"UPDATE {scope.record} AS r SET accounting_id = '' FROM {scope.stage} AS s WHERE {CHANGED_ROWS}"
        " AND s.accounting_id <> r.accounting_id AND r.accounting_id <> ''"
    )


def update_changed(scope: Scope, *, comes_in: bool = False) -> None:
    """Write what the rows bring. With `comes_in` some records come from outside these books, where their
    keys mean nothing here (I-9)."""
    key = "COALESCE(s.external_key, r.external_key)"
    if comes_in:
        key = f"CASE WHEN r.books_id = %(books)s THEN {key} ELSE s.external_key END, books_id = %(books)s"
    columns = ", ".join(f"{quoted(f.name)} = {scope.brought_value(f)}" for f in scope.brought)
    scope.execute(
        f"UPDATE {scope.record} AS r SET {columns},"
        f" external_key = {key}, updated_at = %(now)s,"
        f" archived_at = CASE s.standing WHEN '{Standing.ARCHIVE.value}' THEN %(now)s"
        f" WHEN '{Standing.RESTORE.value}' THEN NULL ELSE r.archived_at END,"
        f" archived_reason = {_archived_reason()}"
        f" FROM {scope.stage} AS s WHERE {CHANGED_ROWS}"
    )


def insert_new(scope: Scope, new_record: Mapping[str, Any]) -> None:
    """Create what is new; what ReconPro owns starts with the model's defaults (I-3)."""
    is_inactive = f"s.accounting_status = {INACTIVE}"
    expressions = {
        **{field.name: scope.first_value(field) for field in scope.brought},
        "company_id": "%(company)s",
        "books_id": "%(books)s",
        "external_key": "s.external_key",
        "archived_at": f"CASE WHEN {is_inactive} THEN %(now)s ELSE NULL END",
        "archived_reason": f"CASE WHEN {is_inactive} THEN '{ArchivedReason.INACTIVE.value}' ELSE '' END",
        "created_at": "%(now)s",
        "updated_at": "%(now)s",
    }
    own: dict[str, Any] = {}
    for field in scope.kind.record._meta.local_fields:
        if field.column not in expressions and not field.primary_key:
            column = str(field.column)
            expressions[column] = f"%(own_{column})s"
            own[f"own_{column}"] = new_record.get(column, field.get_default())
    names = ", ".join(quoted(name) for name in expressions)
    scope.execute(
        f"INSERT INTO {scope.record} ({names}) SELECT {', '.join(expressions.values())}"
        f" FROM {scope.stage} AS s WHERE s.run_id = %(run)s AND s.verdict = '{Verdict.NEW.value}'"
        " ORDER BY s.position",
        **own,
    )


def tell_missing(scope: Scope) -> None:
    scope.execute(
        _insert_changes(
            scope,
            [
                f"SELECT r.id, 'archived_reason', '', '{ArchivedReason.MISSING.value}'"
                f" {scope.missing} AND r.archived_reason = ''"
            ],
        )
    )


def mark_missing(scope: Scope, *, archive: bool) -> None:
    """Archive what the list no longer holds; under the brake only keep that it isn't listed (I-5)."""
    # Told of the whole statement too, so that not even a table of many companies is read as a whole.
    if not archive:
        unlisted = f"'{AccountingStatus.UNLISTED.value}'"
        scope.execute(
            f"UPDATE {scope.record} SET accounting_status = {unlisted}, updated_at = %(now)s"
            f" WHERE {scope.is_one_here} AND id IN (SELECT r.id {scope.missing} AND r.archived_reason = ''"
            f" AND r.accounting_status <> {unlisted})"
        )
        return
    scope.execute(
        f"UPDATE {scope.record} SET accounting_status = {MISSING}, updated_at = %(now)s,"
        " archived_at = COALESCE(archived_at, %(now)s),"
        f" archived_reason = CASE archived_reason WHEN '' THEN '{ArchivedReason.MISSING.value}'"
        " ELSE archived_reason END"
        f" WHERE {scope.is_one_here} AND id IN (SELECT r.id {scope.missing})"
    )


def keep_as_listed(scope: Scope) -> None:
    """What the brake kept and a row of this list refers to is listed again, even where the row had to be
    skipped: it must not be archived with what is gone (I-5)."""
    scope.execute(
        f"UPDATE {scope.record} SET accounting_status = '{AccountingStatus.ACTIVE.value}',"
        " updated_at = %(now)s"
        f" WHERE {scope.is_one_here} AND accounting_status = '{AccountingStatus.UNLISTED.value}'"
        f" AND id IN (SELECT record_id FROM {scope.stage} WHERE run_id = %(run)s"
        f" AND verdict = '{Verdict.SKIPPED.value}')"
    )


def count_restored(scope: Scope) -> int:
    ((restored,),) = scope.rows(
        f"SELECT COUNT(*) FROM {scope.stage} WHERE run_id = %(run)s"
        f" AND verdict = '{Verdict.CHANGED.value}' AND standing = '{Standing.RESTORE.value}'"
    )
    return int(restored)


def _archived_reason() -> str:
    """The record's reason afterwards."""
    return (
        f"CASE s.standing WHEN '{Standing.ARCHIVE.value}' THEN '{ArchivedReason.INACTIVE.value}'"
        f" WHEN '{Standing.RESTORE.value}' THEN '' ELSE r.archived_reason END"
    )


def _insert_changes(scope: Scope, selects: list[str]) -> str:
    """INSERT of changed fields; each select gives record id, field, old and new value."""
    return (
        f"INSERT INTO {quoted(FieldChange._meta.db_table)}"
        " (company_id, at, run_id, record_kind, record_id, field, old, new)"
        f" SELECT %(company)s, %(now)s, %(told_by)s, '{scope.kind.record.kind}',"
        ' told.record_id, told.field, told."old", told."new"'
        f' FROM (SELECT NULL AS record_id, NULL AS field, NULL AS "old", NULL AS "new" WHERE 1 = 0'
        f" UNION ALL {' UNION ALL '.join(selects)}) AS told"
    )


def as_text(field: models.Field[Any, Any], expression: str) -> str:
    """SQL of a value as the audit keeps it."""
    if not isinstance(field, models.DecimalField):
        return expression
    if connection.vendor == "sqlite":  # which keeps 12.5000 as 12.5
        shown = f"printf('%%.{field.decimal_places}f', {expression})"
        return f"CASE WHEN ({expression}) IS NULL THEN '' ELSE {shown} END"
    return f"COALESCE(CAST({expression} AS text), '')"
