"""What an import says about its list: its warnings, each with the records it leads to, and its message."""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from django.db.models import Count, QuerySet

from integrations.duplicates.codes import Code
from integrations.duplicates.collector import MOST_PER_CODE, MOST_SIDES, Side, WarningCollector
from integrations.planning import without_nested_loops
from integrations.reconcile import first_sign_ins, resolve
from integrations.reconcile.cleaning import Problem
from integrations.reconcile.compare import Comparison
from integrations.reconcile.kinds import CLIENTS, SERVICES, Kind
from integrations.reconcile.linking import proposal_fingerprint
from integrations.reconcile.models import BrakeAnswer, LinkAnswer, LinkProposal, Verdict
from integrations.reconcile.scope import Scope, quoted, values
from reconpro.company.models import ArchivedReason
from reconpro.company.models.records import AccountingStatus
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.registry import registry

CHUNK = 400  # keeps below SQLite's limit of variables


class Problems:
    """What cleaning found, with the places of the rows; of each code no more than anybody reads."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, Problem]] = []
        self._number: Counter[Code] = Counter()

    def add(self, position: int, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self._number[problem.code] += 1
            if self._number[problem.code] <= MOST_PER_CODE:
                self._kept.append((position, problem))

    def to_json(self) -> dict[str, Any]:
        """To be stored, and taken up again by `from_json` (I-9)."""
        kept = [[place, p.code.value, p.message, p.label, p.fingerprint] for place, p in self._kept]
        return {"kept": kept, "number": {code.value: number for code, number in self._number.items()}}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Problems:
        problems = cls()
        problems._kept = [
            (place, Problem(Code(code), message, label, fingerprint))
            for place, code, message, label, fingerprint in stored["kept"]
        ]
        problems._number.update({Code(code): number for code, number in stored["number"].items()})
        return problems

    def tell(self, warnings: WarningCollector, scope: Scope) -> None:
        for start in range(0, len(self._kept), CHUNK):
            chunk = self._kept[start : start + CHUNK]
            ids = _record_ids(scope, {position for position, _ in chunk})
            for position, problem in chunk:
                side = _side(scope, ids.get(position), problem.label)
                warnings.add(problem.code, problem.message, sides=[side], fingerprint=problem.fingerprint)
        for code, number in self._number.items():
            warnings.add_uncollected(code, number - MOST_PER_CODE)


def tell(
    warnings: WarningCollector,
    scope: Scope,
    comparison: Comparison,
    problems: Problems,
    told_different: Collection[int],
    *,
    asks: bool = True,
) -> None:
    """Add all that is to be told of this list, after it was applied. Without `asks` a person has said
    before what becomes of the records that the brake keeps."""
    problems.tell(warnings, scope)
    skipped = _count_skipped(scope) if comparison.skipped else {}
    if skipped.get(Code.SAME_ACCOUNTING_ID):
        tell_same_ids(warnings, scope)
    if number := skipped.get(Code.LINK_PROPOSED):
        tell_link_proposals(warnings, scope, told_different, number)
    if number := skipped.get(Code.ID_TAKEN):
        tell_taken_ids(warnings, scope, number)
    if skipped.get(Code.NO_NAME):
        tell_names_not_brought(warnings, scope)
    if not comparison.is_whole:
        tell_total(warnings, scope, comparison)
    if comparison.brake.is_on and asks:
        tell_brake(warnings, scope, comparison)
    tell_archived_with_invoices(warnings, scope)
    first_sign_ins.tell(warnings, scope)


def _count_skipped(scope: Scope) -> dict[str, int]:
    return dict(
        scope.rows(
            f"SELECT reason, COUNT(*) FROM {scope.stage} WHERE run_id = %(run)s"
            f" AND verdict = '{Verdict.SKIPPED.value}' GROUP BY reason"
        )
    )


def tell_same_ids(warnings: WarningCollector, scope: Scope) -> None:
    """One warning per Accounting ID that the list holds several times, with all sides (I-8)."""
    reason = f"reason = '{Code.SAME_ACCOUNTING_ID.value}'"
    rows = scope.rows(
        f"SELECT s.accounting_id, {_name(scope, 's')}, s.verdict, s.record_id, r.id"
        f" FROM {scope.stage} AS s LEFT JOIN {scope.record} AS r ON {scope.has_id_here}"
        " AND r.accounting_id = s.accounting_id"
        f" WHERE s.run_id = %(run)s AND s.accounting_id IN (SELECT accounting_id FROM {scope.stage}"
        f" WHERE run_id = %(run)s AND {reason} GROUP BY accounting_id ORDER BY accounting_id"
        f" LIMIT {MOST_PER_CODE})"
        f" AND (s.verdict <> '{Verdict.SKIPPED.value}' OR s.{reason} OR {_skipped_afterwards(scope)})"
        " ORDER BY s.accounting_id, s.position"
    )
    groups = 0
    for accounting_id, group in groupby(rows, key=lambda row: row[0]):
        members = list(group)
        groups += 1
        _, _, verdict, record_id, holder_id = members[0]
        is_taken = verdict != Verdict.SKIPPED
        # The first one is the record here; the others came to nothing.
        first = holder_id if is_taken else record_id
        sides = [
            _side(scope, first if i == 0 else None, f"{accounting_id} {row[1]}".strip())
            for i, row in enumerate(members)
        ]
        outcome = (
            "The first one was taken, the others were skipped."
            if is_taken
            else "Only the first one counts, and that was skipped too, for a reason of its own."
        )
        names = ", ".join(str(row[1]) for row in members[:10])
        warnings.add(
            Code.SAME_ACCOUNTING_ID,
            f"{len(members)} {scope.kind.plural} of {scope.provider_name} have the Accounting ID"
            f" {accounting_id}: {names}. {outcome}",
            sides=sides,
            # Neither keys, which not every version brings, nor names, which change: one more is another.
            fingerprint=f"{accounting_id}:{len(members)}",
        )
    ((number,),) = scope.rows(
        f"SELECT COUNT(DISTINCT accounting_id) FROM {scope.stage} WHERE run_id = %(run)s AND {reason}"
    )
    warnings.add_uncollected(Code.SAME_ACCOUNTING_ID, number - groups)


def _skipped_afterwards(scope: Scope) -> str:
    """Rows `s` that were the first of their Accounting ID, and left out later for another reason."""
    reasons = values(Code.LINK_PROPOSED, Code.ID_TAKEN)
    not_brought = " OR ".join(f"s.{quoted(column)} IS NULL" for column in scope.kind.name_columns)
    return f"s.reason IN {reasons} OR (s.reason = '{Code.NO_NAME.value}' AND ({not_brought}))"


def tell_link_proposals(
    warnings: WarningCollector, scope: Scope, told_different: Collection[int], number: int
) -> None:
    """A local record has the Accounting ID of a skipped row: a person links them, or says no (I-2)."""
    with without_nested_loops():
        rows = scope.rows(
            f"SELECT s.accounting_id, {_name(scope, 's')}, r.id, {_name(scope, 'r')}, r.books_id,"
            " (SELECT b.label FROM company_books AS b WHERE b.id = r.books_id)"
            f" FROM {scope.stage} AS s, {resolve.local_twins(scope, told_different)}"
            f" AND s.run_id = %(run)s AND s.reason = '{Code.LINK_PROPOSED.value}'"
            f" ORDER BY s.position, r.id LIMIT {MOST_PER_CODE}"
        )
    one = scope.kind.singular
    for accounting_id, name, record_id, record_name, books_id, label in rows:
        whose = f"the {one} {record_name} of {label}" if books_id else f"the local {one} {record_name}"
        warnings.add(
            Code.LINK_PROPOSED,
            f"{accounting_id} {name} was skipped: {accounting_id} is already the Accounting ID of {whose}. "
            "Link them, or say that they are different.",
            sides=[_side(scope, record_id, f"{accounting_id} {record_name}".strip())],
            fingerprint=proposal_fingerprint(record_id, accounting_id),
        )
    told = {row[0] for row in rows} | tell_proposed_twins(warnings, scope)
    warnings.add_uncollected(Code.LINK_PROPOSED, number - len(told))


def tell_proposed_twins(warnings: WarningCollector, scope: Scope) -> set[str]:
    """Of the same: a local record without Accounting ID is like a skipped row, as a check found (I-9). The
    Accounting IDs of these rows."""
    proposals = list(
        LinkProposal.objects.filter(
            books_id=scope.books_id, kind=scope.kind.singular, answer=LinkAnswer.OPEN, by_id=False
        ).order_by("accounting_id", "pk")[:MOST_PER_CODE]
    )
    told: set[str] = set()
    one = scope.kind.singular
    for start in range(0, len(proposals), CHUNK):
        chunk = proposals[start : start + CHUNK]
        held_back = _held_back(scope, {proposal.accounting_id for proposal in chunk})
        records = scope.kind.records.in_bulk({proposal.record_id for proposal in chunk})
        for proposal in chunk:
            record = records[proposal.record_id]
            if proposal.accounting_id not in held_back or not _holds_back(scope, proposal, record):
                continue
            told.add(proposal.accounting_id)
            common = proposal.in_common
            warnings.add(
                Code.LINK_PROPOSED,
                f"{proposal.accounting_id} was skipped: the local {one} {record} has its {common}."
                " Link them, or say that they are different.",
                sides=[_side(scope, record.pk, record.called)],
                fingerprint=proposal_fingerprint(record.pk, proposal.accounting_id),
            )
    return told


def _holds_back(scope: Scope, proposal: LinkProposal, record: Any) -> bool:
    """As `proposals.hold_back` says it: the record may still be the listed one."""
    if record.books_id == scope.books_id or record.archived_reason == ArchivedReason.MERGED:
        return False
    if record.accounting_id:
        return bool(record.accounting_id == proposal.accounting_id)
    return bool(record.archived_reason == ArchivedReason.NONE)


def _held_back(scope: Scope, accounting_ids: Collection[str]) -> set[str]:
    """Of these Accounting IDs those of rows that wait for an answer."""
    staged: QuerySet[Any] = scope.kind.stage._default_manager.all()
    waiting = staged.filter(run_id=scope.run_id, reason=Code.LINK_PROPOSED.value)
    return set(waiting.filter(accounting_id__in=accounting_ids).values_list("accounting_id", flat=True))


def tell_taken_ids(warnings: WarningCollector, scope: Scope, number: int) -> None:
    rows = scope.rows(
        f"SELECT s.accounting_id, {_name(scope, 's')}, s.record_id, r.id, {_name(scope, 'r')},"
        f" CASE WHEN listed.record_id IS NULL THEN 1 ELSE 0 END"
        f" FROM {scope.stage} AS s JOIN {scope.record} AS r ON {scope.has_id_here}"
        " AND r.accounting_id = s.accounting_id"
        f" LEFT JOIN {scope.listed} AS listed ON listed.record_id = r.id"
        f" WHERE s.run_id = %(run)s AND s.reason = '{Code.ID_TAKEN.value}'"
        f" ORDER BY s.position LIMIT {MOST_PER_CODE}"
    )
    one = scope.kind.singular
    for accounting_id, name, record_id, holder_id, holder_name, is_unlisted in rows:
        why = f", which {scope.provider_name} does not list" if is_unlisted else ""
        warnings.add(
            Code.ID_TAKEN,
            f"{accounting_id} {name} was skipped: here {accounting_id} still belongs to the {one}"
            f" {holder_name}{why}.",
            sides=[
                _side(scope, record_id, f"{accounting_id} {name}".strip()),
                _side(scope, holder_id, f"{accounting_id} {holder_name}".strip()),
            ],
            fingerprint=f"{accounting_id}:{record_id}:{holder_id}",
        )
    warnings.add_uncollected(Code.ID_TAKEN, number - len(rows))


def tell_names_not_brought(warnings: WarningCollector, scope: Scope) -> None:
    """New ones whose name the answer didn't hold; those with an empty name are told by cleaning."""
    not_brought = " OR ".join(f"s.{quoted(column)} IS NULL" for column in scope.kind.name_columns)
    where = (
        f"FROM {scope.stage} AS s WHERE s.run_id = %(run)s AND s.reason = '{Code.NO_NAME.value}'"
        f" AND s.record_id IS NULL AND ({not_brought})"
    )
    rows = scope.rows(f"SELECT s.accounting_id {where} ORDER BY s.position LIMIT {MOST_PER_CODE}")
    for (accounting_id,) in rows:
        warnings.add(
            Code.NO_NAME,
            f"{scope.provider_name} shows no name of the {scope.kind.singular} {accounting_id}, which is"
            " new and was skipped.",
            sides=[_side(scope, None, accounting_id)],
            fingerprint=f"not-brought:{accounting_id}",
        )
    ((number,),) = scope.rows(f"SELECT COUNT(*) {where}")
    warnings.add_uncollected(Code.NO_NAME, number - len(rows))


def tell_total(warnings: WarningCollector, scope: Scope, comparison: Comparison) -> None:
    """I-5: another length than announced, so what seems to be missing may only not have come."""
    plural = scope.kind.plural
    totals = sorted(total for total in comparison.announced if total is not None)
    if totals:
        message = (
            f"{scope.provider_name} announced {' or '.join(f'{total:,}' for total in totals)}"
            f" {scope.kind.singular if totals == [1] else plural} but listed {comparison.listed:,}."
            " What came was taken, and none was archived for being missing."
        )
    else:
        message = (
            f"{scope.provider_name} did not tell how many {plural} there are, so none was archived for"
            " being missing."
        )
    warnings.add(Code.TOTAL_DIFFERS, message, fingerprint="total")


def tell_brake(warnings: WarningCollector, scope: Scope, comparison: Comparison) -> None:
    """The brake's question. Other missing records make another question, and so do the same ones when
    they were listed in between: `updated_at` is when they were missed first."""
    active = (
        f"FROM {scope.record} AS r WHERE {scope.is_here} AND r.archived_reason = ''"
        f" AND r.accounting_status = '{AccountingStatus.UNLISTED.value}'"
    )
    ((number, total, highest, since),) = scope.rows(
        f"SELECT COUNT(*), SUM(r.id), MAX(r.id), MAX(r.updated_at) {active}"
    )
    rows = scope.rows(
        f"SELECT r.id, r.accounting_id, {_name(scope, 'r')} {active}"
        f" ORDER BY r.search_key, r.id LIMIT {MOST_SIDES}"
    )
    waiting = unlisted_with_invoices(scope)
    plural = number != 1
    these = f"these {number:,} {scope.kind.plural}" if plural else f"this {scope.kind.singular}"
    them = "them" if plural else "it"
    warnings.add(
        Code.BRAKE,
        f"{scope.provider_name} no longer lists {these}. Archive {them} / keep {them}."
        f" {'None' if plural else 'It'} was {'' if plural else 'not '}archived, because"
        f" {comparison.brake.value}.{have_invoices(scope.kind, waiting, of=number)}",
        sides=[_side(scope, row[0], f"{row[1]} {row[2]}".strip()) for row in rows],
        fingerprint=f"{number}:{total}:{highest}:{since}",
    )


def tell_archived_with_invoices(warnings: WarningCollector, scope: Scope) -> None:
    """I-5: records that an import archived while approved invoices of theirs have not left yet."""
    gone = [ArchivedReason.INACTIVE, ArchivedReason.MISSING]
    by_record = invoices_by_record(scope, archived_reason__in=gone)
    numbers: dict[int, int] = dict(by_record[:MOST_PER_CODE])
    for start in range(0, len(numbers), CHUNK):
        ids = list(numbers)[start : start + CHUNK]
        for record in scope.kind.records.filter(pk__in=ids).order_by("pk"):
            number = numbers[record.pk]
            why = (
                "is inactive" if record.archived_reason == ArchivedReason.INACTIVE else "is no longer listed"
            )
            label = f"{record.accounting_id} {record.display_name}".strip()
            warnings.add(
                Code.ARCHIVED_WITH_INVOICES,
                f"The {scope.kind.singular} {label} {why} in {scope.provider_name} and was archived, with"
                f" {not_exported(number)}.",
                sides=[_side(scope, record.pk, label)],
                fingerprint=str(record.pk),
            )


def invoices_by_record(scope: Scope, **which: Any) -> QuerySet[Any, tuple[int, int]]:
    """Ids of records of these books that approved invoices not exported yet are about, and of how many;
    `which` are conditions on the records."""
    path = {CLIENTS: "client", SERVICES: "lines__service"}.get(scope.kind, "lines__employee")
    waiting = Invoice.objects.filter(company_id=scope.company_id, state=InvoiceState.APPROVED)
    for only_waiting in registry.only_waiting_invoices:
        waiting = only_waiting(waiting)
    which |= {"company_id": scope.company_id, "books_id": scope.books_id}
    conditions = {f"{path}__{name}": value for name, value in which.items()}
    found: QuerySet[Any, tuple[int, int]] = (
        waiting.filter(**conditions)
        .order_by(path)
        .values_list(path)
        .annotate(number=Count("pk", distinct=True))
    )
    return found


def unlisted_with_invoices(scope: Scope) -> int:
    """How many of the records that the brake kept have invoices that wait."""
    return invoices_by_record(
        scope, archived_reason=ArchivedReason.NONE, accounting_status=AccountingStatus.UNLISTED
    ).count()


def have_invoices(kind: Kind, number: int, *, of: int) -> str:
    """The sentence about `number` of the `of` that the brake keeps, with a blank before it, or ""."""
    if not number:
        return ""
    if of == 1:
        return " It has approved invoices not exported yet."
    noun, verb = (kind.singular, "has") if number == 1 else (kind.plural, "have")
    return f" {number:,} {noun} among them {verb} approved invoices not exported yet."


def not_exported(number: int) -> str:
    return (
        "1 approved invoice not exported yet"
        if number == 1
        else f"{number:,} approved invoices not exported yet"
    )


def outcome_message(scope: Scope, comparison: Comparison, *, brake_answer: str = "") -> str:
    """What the run's page says besides its counts (I-4, I-5)."""
    kind, said = scope.kind, []
    if comparison.brake.is_on and brake_answer == BrakeAnswer.KEEP:
        number = comparison.missing
        one = number == 1
        said.append(
            f"{number:,} {kind.singular if one else kind.plural} that {scope.provider_name} no longer lists"
            f" {'was' if one else 'were'} kept."
        )
    if number := comparison.stay_archived_by_hand:
        noun, are, stay = (kind.singular, "is", "stays") if number == 1 else (kind.plural, "are", "stay")
        said.append(f"{number:,} {noun} that {are} archived by hand {stay} so.")
    return " ".join(said)


def _record_ids(scope: Scope, positions: Collection[int]) -> dict[int, int]:
    """The records that these rows came to, by position; rows without one are left out."""
    numbers = ", ".join(str(int(position)) for position in positions)
    return dict(
        scope.rows(
            f"SELECT s.position, COALESCE(s.record_id, r.id) FROM {scope.stage} AS s"
            f" LEFT JOIN {scope.record} AS r ON {scope.has_id_here}"
            " AND r.accounting_id = s.accounting_id"
            f" AND s.verdict <> '{Verdict.SKIPPED.value}'"
            f" WHERE s.run_id = %(run)s AND s.position IN ({numbers})"
            " AND COALESCE(s.record_id, r.id) IS NOT NULL"
        )
    )


def _name(scope: Scope, alias: str) -> str:
    """SQL of the name of a row or record; a part that isn't there is left out."""
    parts = [f"COALESCE({alias}.{quoted(column)}, '')" for column in scope.kind.name_columns]
    joined = " || ' ' || ".join(parts)
    return f"TRIM({joined})"


def _side(scope: Scope, record_id: int | None, label: str) -> Side:
    return Side(kind=scope.kind.singular, id=record_id, label=label)
