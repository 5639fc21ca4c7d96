"""The comparison of a staged list with the company's records: what an import would do (R-4, I-2 to I-5).

Nothing but the stage is written here. Counts, the brake and the page of a check are readings of it.
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypedDict

from django.db import connection

from integrations.duplicates.codes import Code
from integrations.reconcile import aliases, proposals, resolve
from integrations.reconcile.brake import Brake, brake_for
from integrations.reconcile.models import Standing, Verdict
from integrations.reconcile.scope import LISTED, Scope, quoted, values
from integrations.reconcile.staging import Stage
from reconpro.company.keys import name_key, search_key
from reconpro.company.models import ArchivedReason
from reconpro.company.models.records import AccountingStatus

PAGE = 2000


@dataclass(frozen=True)
class Comparison:
    """What the list says, compared. `listed` counts distinct records, `announced` the totals that the
    gateway told (None among them: it told none). `missing` are active ones, `archived_missing` were archived
    before and lose only their standing."""

    new: int
    changed: int
    unchanged: int
    skipped: int
    listed: int
    announced: frozenset[int | None]
    missing: int
    archived_missing: int
    stay_archived_by_hand: int
    brake: Brake
    linked: int = 0  # of the changed ones, those that come from outside these books (I-9)
    taken_over: int = 0  # records whose own row is gone and that one of an alias goes on with (I-10)

    @property
    def read(self) -> int:
        return self.new + self.changed + self.unchanged + self.skipped

    @property
    def is_whole(self) -> bool:
        """I-5: whether the list holds as many records as announced, with every page."""
        return self.announced == {self.listed}

    @property
    def archives_missing(self) -> bool:
        return self.is_whole and not self.brake.is_on and self.missing > 0

    @property
    def list_complete(self) -> bool:
        """A list that the brake doubts doesn't count: the next one is measured by the one before."""
        return self.is_whole and not self.brake.is_on


def compare(
    scope: Scope,
    stage: Stage,
    *,
    announced: Collection[int | None],
    signed_in_as: str,
    signed_in_last: str | None,
    told_different: Collection[int],
    checkpoint: Callable[[], object],
) -> Comparison:
    """Give each staged row its record and verdict. `checkpoint` is called between the steps."""
    stage.analyze("run_id", "external_key", "accounting_id", "verdict")
    resolve.match_by_key(scope)
    stage.analyze("record_id", "verdict")
    checkpoint()
    found = resolve.count_matched(scope)
    same_ids = 0
    # On most days nothing comes twice, which shows best when nearly all rows have their records.
    if resolve.anything_twice(scope, found):
        resolve.start_over(scope)
        resolve.drop_repeats(scope)
        same_ids = resolve.skip_same_ids(scope)
        resolve.match_by_key(scope)
        found = resolve.count_matched(scope)
        checkpoint()
    # Where each row has its record by now, as on most days, none of this would find any.
    if found.without_record:
        resolve.match_by_accounting_id(scope)
        if "accounting_employee_id" in scope.kind.id_columns:
            resolve.match_by_employee_id(scope)
        stage.analyze("record_id", "verdict")
    listed = found.rows - (_count_repeated(scope, stage.page_starts) if same_ids else 0)
    is_whole = frozenset(announced) == {listed}
    taken_over = 0
    if found.without_record:
        taken_over = aliases.match_by_alias(scope, list_is_whole=is_whole)
        proposals.match_linked(scope)
        resolve.skip_nameless(scope)
        resolve.skip_link_proposals(scope, told_different)
        proposals.hold_back(scope)
        checkpoint()

    missing, archived_missing, active = _count_missing(scope)
    brake = (
        brake_for(missing=missing, active=active, signed_in_as=signed_in_as, signed_in_last=signed_in_last)
        if is_whole
        else Brake.OFF
    )
    verdicts = count_verdicts(scope)
    if (verdicts["new"] or verdicts["changed"]) and resolve.skip_taken_ids(
        scope, archives_missing=is_whole and not brake.is_on
    ):
        verdicts = count_verdicts(scope)
    _complete_keys(scope)
    return Comparison(
        **verdicts,
        listed=listed,
        announced=frozenset(announced),
        missing=missing,
        archived_missing=archived_missing,
        stay_archived_by_hand=_count_by_hand(scope),
        brake=brake,
        taken_over=taken_over,
    )


class Verdicts(TypedDict):
    """What becomes of the rows, as the fields of a Comparison."""

    new: int
    changed: int
    unchanged: int
    skipped: int
    linked: int


def count_verdicts(scope: Scope) -> Verdicts:
    counted = scope.rows(
        f"SELECT verdict, COUNT(*), COUNT(CASE WHEN reason = {proposals.LINKED} THEN 1 END)"
        f" FROM {scope.stage} WHERE run_id = %(run)s GROUP BY verdict"
    )
    numbers = {verdict: (number, linked) for verdict, number, linked in counted}

    def number(verdict: Verdict) -> int:
        return int(numbers.get(verdict.value, (0, 0))[0])

    return Verdicts(
        new=number(Verdict.NEW),
        changed=number(Verdict.CHANGED),
        unchanged=number(Verdict.UNCHANGED),
        skipped=number(Verdict.SKIPPED),
        linked=int(numbers.get(Verdict.CHANGED.value, (0, 0))[1]),
    )


def _count_repeated(scope: Scope, page_starts: Sequence[int]) -> int:
    """Rows that count for no record of their own among those of one Accounting ID (I-5).

    Keys tell them apart. Without, rows of one id on one page are so many records: a page is one answer,
    which holds nothing twice. On different pages they may be one record read twice, because something
    moved between the two answers, and then another one may not have come at all; so only as many count as
    a single page holds. If they were several, the list seems too short and archives nothing, which is the
    safe side, and lasts no longer than a page's border stays between them.
    """
    same_id = f"reason = '{Code.SAME_ACCOUNTING_ID.value}'"
    rows = scope.rows(
        f"SELECT accounting_id, position, external_key FROM {scope.stage} WHERE run_id = %(run)s"
        f" AND (verdict <> '{Verdict.SKIPPED.value}' OR {same_id}) AND accounting_id IN ("
        f"SELECT accounting_id FROM {scope.stage} WHERE run_id = %(run)s AND {same_id})"
        " ORDER BY accounting_id"
    )
    repeated = 0
    for _, group in groupby(rows, key=lambda row: row[0]):
        members = list(group)
        with_key = sum(key is not None for _, _, key in members)
        if with_key < len(members):
            on_page = Counter(bisect_right(page_starts, position) for _, position, _ in members)
            repeated += len(members) - max(with_key, *on_page.values())
    return repeated


def _count_missing(scope: Scope) -> tuple[int, int, int]:
    """Active records that the list no longer holds, archived ones that it doesn't either, and all active
    ones that an import brought."""
    ((missing, gone),) = scope.rows(
        "SELECT COUNT(CASE WHEN r.archived_reason = '' THEN 1 END),"
        f" COUNT(CASE WHEN r.archived_reason <> '' THEN 1 END) {scope.missing}"
    )
    ((active,),) = scope.rows(
        f"SELECT COUNT(*) FROM {scope.record} AS r WHERE {scope.is_here}"
        f" AND r.archived_reason = '' AND r.accounting_status IN {values(*LISTED)}"
    )
    return int(missing), int(gone), int(active)


def _count_by_hand(scope: Scope) -> int:
    """Records that are active in accounting and archived by hand (I-4)."""
    by_hand = f"archived_reason = '{ArchivedReason.BY_HAND.value}'"
    if not scope.rows(f"SELECT 1 FROM {scope.record} WHERE company_id = %(company)s AND {by_hand} LIMIT 1"):
        return 0
    ((number,),) = scope.rows(
        f"SELECT COUNT(*) FROM {scope.stage} AS s JOIN {scope.record} AS r ON {scope.is_matched}"
        f" WHERE s.run_id = %(run)s AND s.accounting_status = '{AccountingStatus.ACTIVE.value}'"
        f" AND r.{by_hand}"
        f" AND s.standing <> '{Standing.RESTORE.value}'"
    )
    return int(number)


def _complete_keys(scope: Scope) -> None:
    """Make the keys of names of which only a part was brought: the other part is the record's.

    Rare (a user who may see first names only), so it goes through Python, in pages.
    """
    columns = scope.kind.name_columns
    if len(columns) == 1:
        return
    parts = ", ".join(f"COALESCE(s.{quoted(c)}, r.{quoted(c)}, '')" for c in columns)
    some_brought = " OR ".join(f"s.{quoted(c)} IS NOT NULL" for c in columns)
    query = (
        f"SELECT s.id, {parts} FROM {scope.stage} AS s LEFT JOIN {scope.record} AS r ON {scope.is_matched}"
        " WHERE s.run_id = %(run)s AND s.id > %(after)s AND s.name_key IS NULL"
        f" AND s.verdict <> '{Verdict.SKIPPED.value}' AND ({some_brought}) ORDER BY s.id LIMIT {PAGE}"
    )
    after = 0
    while rows := scope.rows(query, after=after):
        named = [(row[0], " ".join(part for part in row[1:] if part)) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {scope.stage} SET search_key = %s, name_key = %s WHERE id = %s",
                [(search_key(name), name_key(name), pk) for pk, name in named],
            )
        after = rows[-1][0]
