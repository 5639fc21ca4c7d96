"""The last step of matching: rows that are known only by an alias, which a merge left (I-2, I-10).

Such a row changes nothing while the kept record's own row is in the list. Where that one is gone, from a
list that is whole, the first active row of an alias becomes the record's own: the record takes its ids over,
and its former ones become aliases in turn, so that a row that comes back is known too.
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from integrations.duplicates.models import Alias, Identifier
from integrations.reconcile.models import Verdict
from integrations.reconcile.resolve import NEW, UNCHANGED, matched
from integrations.reconcile.scope import Scope, quoted
from reconpro.company.models.records import AccountingStatus

# Why a row changes nothing, or is its record's own from now on: stage reasons beside those of skipped rows.
KNOWN_BY_ALIAS = "'alias'"
TAKES_OVER = "'takes_over'"
COLUMNS = {Identifier.KEY: "external_key", Identifier.ACCOUNTING_ID: "accounting_id"}


def match_by_alias(scope: Scope, *, list_is_whole: bool) -> int:
    """Give rows that only an alias knows their verdict; how many take their record over."""
    if not scope.rows(f"SELECT 1 FROM {_table()} WHERE {_here(scope)} LIMIT 1"):
        return 0
    known = sum(_know(scope, identifier) for identifier in COLUMNS)
    if not known:
        return 0
    taken_over = _take_over(scope) if list_is_whole else 0
    # What only an alias knows doesn't keep its record from being missing.
    scope.execute(
        f"UPDATE {scope.stage} SET record_id = NULL WHERE run_id = %(run)s AND reason = {KNOWN_BY_ALIAS}"
    )
    return taken_over


def keep_former_ids(scope: Scope) -> None:
    """Ids of records that a row of an alias takes over become aliases; before they are overwritten."""
    former = " UNION ALL ".join(
        f"SELECT r.id AS record_id, '{identifier.value}' AS identifier, r.{column} AS former"
        f" FROM {scope.stage} AS s JOIN {scope.record} AS r ON r.id = s.record_id"
        f" WHERE s.run_id = %(run)s AND s.reason = {TAKES_OVER} AND s.verdict = '{Verdict.CHANGED.value}'"
        f" AND r.{column} <> s.{column}"
        for identifier, column in COLUMNS.items()
    )
    scope.execute(
        f"INSERT INTO {_table()} (company_id, books_id, kind, record_id, identifier, value, created_at)"
        f" SELECT %(company)s, %(books)s, '{scope.kind.singular}', f.record_id, f.identifier, f.former,"
        f" %(now)s FROM ({former}) AS f WHERE f.former <> ''"
        " ON CONFLICT (books_id, kind, identifier, value) DO UPDATE SET record_id = excluded.record_id"
    )


def _know(scope: Scope, identifier: Identifier) -> int:
    return scope.execute(
        f"UPDATE {scope.stage} AS s SET record_id = r.id, verdict = {UNCHANGED}, reason = {KNOWN_BY_ALIAS}"
        f" FROM {_table()} AS a, {scope.record} AS r"
        f" WHERE s.run_id = %(run)s AND s.record_id IS NULL AND s.verdict = {NEW}"
        f" AND {_here(scope, 'a.')} AND a.identifier = '{identifier.value}'"
        f" AND a.value = s.{COLUMNS[identifier]}"
        f" AND r.id = a.record_id AND {scope.is_here} AND {scope.claims_its_ids}"
    )


def _take_over(scope: Scope) -> int:
    """The first active row of each record whose own row is not in the list."""
    own = (
        f"SELECT record_id FROM {scope.stage} WHERE run_id = %(run)s AND record_id IS NOT NULL"
        f" AND reason <> {KNOWN_BY_ALIAS}"
    )
    return scope.execute(
        f"{matched(scope)}, reason = {TAKES_OVER} FROM {scope.record} AS r WHERE {scope.is_matched}"
        " AND s.id IN (SELECT id FROM (SELECT id,"
        " ROW_NUMBER() OVER (PARTITION BY record_id ORDER BY position) AS nth"
        f" FROM {scope.stage} WHERE run_id = %(run)s AND reason = {KNOWN_BY_ALIAS}"
        f" AND accounting_status = '{AccountingStatus.ACTIVE.value}' AND record_id NOT IN ({own})"
        ") AS numbered WHERE nth = 1)"
    )


def _table() -> str:
    return quoted(Alias._meta.db_table)


def _here(scope: Scope, alias: str = "") -> str:
    return f"{alias}books_id = %(books)s AND {alias}kind = '{scope.kind.singular}'"
