"""Links between records outside these books and listed ones: proposed by a check, answered by people (I-9).

Found are pairs of a listed record that is new and a record outside these books that has its Accounting ID,
or that has none and the same name, e-mail or phone (of employees the e-mail alone counts). An answered one
works in every import; one that nobody answered holds the listed record back, so that nothing is doubled
without a word.
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from integrations.duplicates.codes import Code
from integrations.duplicates.twins import MOST_TWINS, NOT_DIALLED, SHORTEST_PHONE
from integrations.reconcile import resolve
from integrations.reconcile.kinds import EMPLOYEES
from integrations.reconcile.models import LinkAnswer, LinkProposal, Standing
from integrations.reconcile.resolve import ALL_ROWS, CHANGED, NEW, SKIPPED, Rows
from integrations.reconcile.scope import Scope, quoted, values
from reconpro.audit.models import AuditEvent
from reconpro.company.models import ArchivedReason, User
from reconpro.company.models.records import AccountingStatus

# Why a row changes its record: a stage reason beside those of skipped rows.
LINKED = "'linked'"
HELD_BACK = f"'{Code.LINK_PROPOSED.value}'"
LINKABLE = "linkable_records"
WAYS = ("by_id", "by_name", "by_email", "by_phone")


def match_linked(scope: Scope, rows: Rows = ALL_ROWS) -> int:
    """Rows that a person linked with a record outside these books; how many.

    The record comes into these books. What it was in others is forgotten: one that was archived by hand there
    stays so.
    """
    if not scope.rows(
        f"SELECT 1 FROM {_table()} WHERE {_here()} AND answer = {_LINK} LIMIT 1", **_kind(scope)
    ):
        return 0
    by_import = values(ArchivedReason.INACTIVE, ArchivedReason.MISSING)
    return scope.execute(
        f"UPDATE {scope.stage} AS s SET record_id = r.id, verdict = {CHANGED}, reason = {LINKED},"
        f" standing = CASE WHEN {scope.archives} THEN '{Standing.ARCHIVE.value}'"
        f" WHEN s.accounting_status = '{AccountingStatus.ACTIVE.value}' AND r.archived_reason IN {by_import}"
        f" THEN '{Standing.RESTORE.value}' ELSE '' END"
        f" FROM {_table()} AS p, {scope.record} AS r WHERE s.run_id = %(run)s AND s.record_id IS NULL"
        f" AND s.verdict = {NEW}{rows.sql} AND {_here('p.')} AND p.answer = {_LINK}"
        f" AND p.accounting_id = s.accounting_id AND r.id = p.record_id AND {_is_apart(scope)}"
        " AND r.accounting_id IN ('', s.accounting_id)",
        **_kind(scope),
        **rows.parameters,
    )


def hold_back(scope: Scope, rows: Rows = ALL_ROWS) -> int:
    """Skip rows that may be a record outside these books, of which nobody has said so or not."""
    return scope.execute(
        f"UPDATE {scope.stage} AS s SET verdict = {SKIPPED}, reason = {HELD_BACK}"
        f" WHERE s.run_id = %(run)s AND s.verdict = {NEW}{rows.sql}"
        f" AND s.accounting_id IN (SELECT p.accounting_id FROM {_table()} AS p"
        f" JOIN {scope.record} AS r ON r.id = p.record_id"
        f" WHERE {_here('p.')} AND p.answer = {_OPEN} AND {_is_apart(scope)}"
        " AND (r.accounting_id = p.accounting_id"
        f" OR (r.accounting_id = '' AND r.archived_reason = '{ArchivedReason.NONE.value}')))",
        **_kind(scope),
        **rows.parameters,
    )


def propose(scope: Scope, told_different: Collection[int]) -> None:
    """Find the pairs of this list anew, in the caller's transaction. Answers given before stay;
    `told_different` as `resolve` takes it."""
    scope.execute(f"UPDATE {_table()} SET seen_by = NULL WHERE {_here()}", **_kind(scope))
    if not scope.rows(f"SELECT 1 FROM {scope.record} AS r WHERE {_is_apart(scope)} LIMIT 1"):
        return
    _make_linkable(scope, told_different)
    pairs = " UNION ALL ".join(
        f"SELECT l.record_id, s.accounting_id, '{way}' AS way,"
        " ROW_NUMBER() OVER (PARTITION BY l.record_id ORDER BY s.position) AS nth"
        # So that SQLite too goes through the list and looks each row up.
        f" FROM {scope.stage} AS s CROSS JOIN {LINKABLE} AS l"
        f" WHERE {_is_asked_about()} AND l.way = '{way}' AND l.alike = {theirs}"
        for way, theirs, _ in _ways(scope)
    )
    ways = ", ".join(f"MAX(CASE WHEN way = '{way}' THEN 1 ELSE 0 END) = 1" for way in WAYS)
    updates = ", ".join(f"{column} = excluded.{column}" for column in (*WAYS, "seen_by"))
    scope.execute(
        f"INSERT INTO {_table()} (company_id, books_id, kind, record_id, accounting_id, {', '.join(WAYS)},"
        " seen_by, answer)"
        f" SELECT %(company)s, %(books)s, %(kind)s, record_id, accounting_id, {ways}, %(run)s, ''"
        # Of one record no more than a person reads.
        f" FROM ({pairs}) AS pairs WHERE nth <= {MOST_TWINS} GROUP BY record_id, accounting_id"
        " ON CONFLICT (books_id, kind, record_id, accounting_id)"
        f" DO UPDATE SET {updates}",
        **_kind(scope),
    )
    scope.execute(f"DROP TABLE {LINKABLE}")


def _make_linkable(scope: Scope, told_different: Collection[int]) -> None:
    """The records outside these books by what a listed one may have in common with them: a table of its own
    with an index, since an expression of two tables has none, and each would be compared with each."""
    # What is alike with a key is compared in the key's order, and an index serves one order only.
    order = ' COLLATE "C"' if connection.vendor == "postgresql" else ""
    scope.execute(
        f"CREATE TEMPORARY TABLE {LINKABLE} (way varchar(10), alike varchar(500){order}, record_id bigint)"
    )
    different = f" AND r.id NOT IN ({', '.join(map(str, told_different))})" if told_different else ""
    selects = [
        f"SELECT 'by_id', r.accounting_id, r.id FROM {scope.record} AS r"
        f" WHERE {_is_apart(scope)} AND r.accounting_id <> ''{different}"
    ]
    selects += [
        f"SELECT '{way}', {_ours(theirs)}, r.id FROM {scope.record} AS r WHERE {_is_apart(scope)}"
        " AND r.accounting_id = '' AND r.accounting_status = '' AND r.archived_reason = ''"
        f" AND LENGTH({_ours(theirs)}) >= {shortest}"
        for way, theirs, shortest in _ways(scope)
        if way != "by_id"
    ]
    scope.execute(f"INSERT INTO {LINKABLE} {' UNION ALL '.join(selects)}")
    scope.execute(f"CREATE INDEX {LINKABLE}_alike ON {LINKABLE} (way, alike)")
    if connection.vendor == "postgresql":
        scope.execute(f"ANALYZE {LINKABLE}")


def forget_unseen(scope: Scope) -> int:
    """Proposals that a check no longer finds, save those that a person denied; how many."""
    return scope.execute(
        f"DELETE FROM {_table()} WHERE {_here()} AND answer <> {_DIFFERENT} AND seen_by IS NULL",
        **_kind(scope),
    )


def settle(scope: Scope, told_different: Collection[int], rows: Rows = ALL_ROWS) -> None:
    """Give the rows of proposals their verdict again, after somebody answered about these or others came."""
    scope.execute(
        f"UPDATE {scope.stage} AS s SET record_id = NULL, verdict = {NEW}, standing = '', reason = ''"
        f" WHERE s.run_id = %(run)s AND s.reason IN ({HELD_BACK}, {LINKED}){rows.sql}",
        **rows.parameters,
    )
    match_linked(scope, rows)
    resolve.skip_link_proposals(scope, told_different, rows)
    hold_back(scope, rows)


def tell_links(scope: Scope) -> None:
    """Who linked what, in the audit; before the records change."""
    name = " || ' ' || ".join(f"r.{quoted(column)}" for column in scope.kind.name_columns)
    who = "COALESCE(NULLIF(u.name, ''), u.username)"
    scope.execute(
        f"INSERT INTO {quoted(AuditEvent._meta.db_table)}"
        " (company_id, at, user_id, action, subject_kind, subject_id, sentence, details)"
        f" SELECT %(company)s, %(now)s, u.id, '{scope.kind.singular}.linked', '{scope.kind.singular}', r.id,"
        f" {who} || ' linked the {scope.kind.singular} ' || TRIM({name}) || ' with ' || p.accounting_id"
        " || ' of ' || b.label || '.', '{}'"
        f" FROM {_applied(scope)} JOIN company_books AS b ON b.id = p.books_id"
        f" LEFT JOIN {quoted(User._meta.db_table)} AS u ON u.id = p.answered_by_id",
        **_kind(scope),
    )


def forget_applied(scope: Scope) -> None:
    """The answers that this import carried out."""
    scope.execute(f"DELETE FROM {_table()} WHERE id IN (SELECT p.id FROM {_applied(scope)})", **_kind(scope))


def _applied(scope: Scope) -> str:
    return (
        f"{scope.stage} AS s JOIN {_table()} AS p ON p.record_id = s.record_id"
        f" AND p.accounting_id = s.accounting_id AND {_here('p.')} AND p.answer = {_LINK}"
        f" AND s.run_id = %(run)s AND s.reason = {LINKED} AND s.verdict = {CHANGED}"
        f" JOIN {scope.record} AS r ON r.id = s.record_id"
    )


def _ways(scope: Scope) -> list[tuple[str, str, int]]:
    """What makes two alike, in terms of the listed one, and how long it must be: as `duplicates.twins`."""
    columns = {field.name for field in scope.brought}
    ways = [("by_id", "s.accounting_id", 1)]
    if scope.kind is not EMPLOYEES:
        ways.append(("by_name", "s.name_key", 1))
    if "email" in columns:
        ways.append(("by_email", "LOWER(s.email)", 1))
    if "phone" in columns:
        ways.append(("by_phone", _dialled("s.phone"), SHORTEST_PHONE))
    return ways


def _ours(theirs: str) -> str:
    """The same of the record."""
    return theirs.replace("s.", "r.", 1)


def _dialled(expression: str) -> str:
    for sign in NOT_DIALLED:
        expression = f"REPLACE({expression}, '{sign}', '')"
    return expression


def _is_asked_about() -> str:
    """Rows that are new but for an answer, or for the want of one."""
    return f"s.run_id = %(run)s AND (s.verdict = {NEW} OR s.reason IN ({HELD_BACK}, {LINKED}))"


def _is_apart(scope: Scope) -> str:
    return (
        "r.company_id = %(company)s AND (r.books_id IS NULL OR r.books_id <> %(books)s)"
        f" AND {scope.claims_its_ids}"
    )


def _here(alias: str = "") -> str:
    return f"{alias}books_id = %(books)s AND {alias}kind = %(kind)s"


def _kind(scope: Scope) -> dict[str, str]:
    return {"kind": scope.kind.singular}


def _table() -> str:
    return quoted(LinkProposal._meta.db_table)


_OPEN, _LINK, _DIFFERENT = (f"'{answer.value}'" for answer in LinkAnswer)
