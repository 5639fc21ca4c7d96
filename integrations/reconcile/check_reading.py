"""What a check found, in sections with pages of rows (I-9).

A section reads its page and no more: a few statements, however many rows there are.
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from integrations.duplicates.codes import DUPLICATES, Code
from integrations.reconcile.apply import as_text
from integrations.reconcile.check_answers import proposals_of, scope_of_check
from integrations.reconcile.check_counts import Counts
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, Kind
from integrations.reconcile.models import (
    BrakeAnswer,
    Check,
    LinkAnswer,
    LinkProposal,
    Standing,
    Verdict,
)
from integrations.reconcile.proposals import LINKED
from integrations.reconcile.scope import Scope, quoted
from integrations.reconcile.telling import have_invoices, invoices_by_record, not_exported
from reconpro.audit.history import label_of, shown_value
from reconpro.company.models import ArchivedReason
from reconpro.company.models.records import AccountingStatus

# Beside name and Accounting ID: what a person knows a new record by.
KNOWN_BY = {
    CLIENTS: ("contact_name", "phone", "email", "terms"),
    EMPLOYEES: ("email",),
}
KNOWN_BY_OTHERS = ("accounting_id_2", "unit", "list_price")
COMES_ARCHIVED = "Inactive: comes in archived"
INACTIVE = f"'{AccountingStatus.INACTIVE.value}'"


@dataclass(frozen=True)
class Change:
    """A field that would change: its label, what it holds, what it would hold."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Row:
    """One record of a section; `url` is its page, "" if it has none yet."""

    accounting_id: str
    name: str
    url: str = ""
    notes: Sequence[str] = ()
    changes: Sequence[Change] = ()
    proposal: LinkProposal | None = None
    other: Any = None  # of a proposal: the record here
    other_notes: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """A tab: its name in the address, its title, how many rows there are, and what reads some of them."""

    name: str
    title: str
    count: int
    empty: str
    read: Callable[[int, int], list[Row]] = field(repr=False)

    @property
    def tells(self) -> str:
        """The heading of what is told of each row, beside what it is."""
        if self.name in ("changed", "restore"):
            return "What would change"
        return "Why" if self.name in ("skipped", "archive", "missing") else "Details"

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, part: slice) -> list[Row]:
        """For a paginator: the rows of a page."""
        return self.read(part.start or 0, part.stop - (part.start or 0))


@dataclass(frozen=True)
class Links:
    """How the proposed links stand."""

    total: int
    linked: int
    different: int

    @property
    def open(self) -> int:
        return self.total - self.linked - self.different


class Found:
    """What one check found, by sections."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.scope: Scope = scope_of_check(check)
        self.kind: Kind = self.scope.kind
        self.stage = quoted(self.kind.stage._meta.db_table)
        self.counts: Counts = check.counts
        self.links = self._links()
        self.duplicates = [w for w in check.would_warn["found"] if w[0] in DUPLICATES]
        left_out = (*DUPLICATES, Code.LINK_PROPOSED, Code.BRAKE)
        self.warnings = [w for w in check.would_warn["found"] if w[0] not in left_out]

    def _links(self) -> Links:
        counted = proposals_of(self.check).order_by().values("answer").annotate(number=Count("pk"))
        answers = dict(counted.values_list("answer", "number"))
        return Links(
            sum(answers.values()), answers.get(LinkAnswer.LINK, 0), answers.get(LinkAnswer.DIFFERENT, 0)
        )

    @property
    def archives_missing(self) -> bool:
        """As people have answered so far: what the brake keeps is not archived."""
        return self.check.archives_missing or self.check.brake_answer == BrakeAnswer.ARCHIVE

    @property
    def missing_with_invoices(self) -> str:
        """The sentence about invoices that wait for what the brake keeps, or ""."""
        return have_invoices(self.kind, self.check.missing_with_invoices, of=self.check.missing_count).strip()

    @property
    def to_archive(self) -> int:
        return self.counts["inactive"] + (self.check.missing_count if self.archives_missing else 0)

    @property
    def is_as_listed(self) -> bool:
        """Whether every listed record is here just so, none is left out, and none here is missing there."""
        return self.counts["unchanged"] == self.check.row_count and not self.check.missing_count

    @property
    def is_there(self) -> bool:
        """Whether its rows still are: a crash of the database empties the stage."""
        return not self.check.row_count or self._stage_rows().exists()

    def sections(self) -> list[Section]:
        kind = self.kind
        return [
            Section("links", "Proposed links", self.links.total, "", self._link_rows),
            Section("new", "New", self.counts["new"], f"No new {kind.plural}.", self._new_rows),
            Section(
                "changed",
                "Changed",
                self.counts["changed"],
                f"No {kind.singular} would change.",
                self._changed_rows,
            ),
            Section(
                "archive",
                "To archive",
                self.to_archive,
                f"No {kind.singular} would be archived.",
                self._archive_rows,
            ),
            Section(
                "missing",
                "No longer listed",
                0 if self.archives_missing else self.check.missing_count,
                f"Every {kind.singular} is listed.",
                self._missing_rows,
            ),
            Section(
                "restore",
                "To restore",
                self.counts["to_restore"],
                f"No {kind.singular} would come back.",
                self._restore_rows,
            ),
            Section(
                "skipped", "Skipped", self.counts["skipped"], "Nothing would be left out.", self._skipped_rows
            ),
            Section("duplicates", "Duplicates", len(self.duplicates), "None found.", self._duplicate_rows),
            Section("warnings", "Warnings", len(self.warnings), "None.", self._warning_rows),
        ]

    def _stage_rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.kind.stage._default_manager.all()
        return rows.filter(run_id=self.check.pk)

    # --- rows of the stage -------------------------------------------------------------------

    def _staged(self, verdict: Verdict, start: int, number: int, **where: Any) -> list[Any]:
        rows = self._stage_rows().filter(verdict=verdict, **where)
        return list(rows.order_by("position")[start : start + number])

    def _new_rows(self, start: int, number: int) -> list[Row]:
        return [
            Row(
                staged.accounting_id,
                self._name(staged),
                notes=[
                    *self._known_by(staged),
                    *([COMES_ARCHIVED] if staged.accounting_status == AccountingStatus.INACTIVE else []),
                ],
            )
            for staged in self._staged(Verdict.NEW, start, number)
        ]

    def _changed_rows(self, start: int, number: int) -> list[Row]:
        return self._with_changes(self._staged(Verdict.CHANGED, start, number))

    def _restore_rows(self, start: int, number: int) -> list[Row]:
        return self._with_changes(self._staged(Verdict.CHANGED, start, number, standing=Standing.RESTORE))

    def _skipped_rows(self, start: int, number: int) -> list[Row]:
        staged = self._staged(Verdict.SKIPPED, start, number)
        known = self._records([row.record_id for row in staged])
        return [
            Row(
                row.accounting_id or "",
                self._name(row),
                url=self._url(known.get(row.record_id)),
                notes=[_label(row.reason)],
            )
            for row in staged
        ]

    def _with_changes(self, staged: list[Any]) -> list[Row]:
        changes = self._changes([row.pk for row in staged])
        known = self._records([row.record_id for row in staged])
        words = {Standing.ARCHIVE: "Would be archived", Standing.RESTORE: "Would be restored"}
        rows = []
        for row in staged:
            record = known.get(row.record_id)
            notes = [words[row.standing]] if row.standing else []
            if f"'{row.reason}'" == LINKED:
                notes.append("Linked with what is here")
            name = str(record) if record is not None else self._name(row)
            rows.append(
                Row(row.accounting_id, name, self._url(record), notes=notes, changes=changes.get(row.pk, []))
            )
        return rows

    def _changes(self, ids: list[int]) -> dict[int, list[Change]]:
        """Old and new of what would differ, by the very words that an import is made of."""
        if not ids:
            return {}
        fields = self.scope.told
        parts = [
            f"CASE WHEN {self.scope.differs(f)} THEN 1 ELSE 0 END, {as_text(f, f'r.{quoted(f.name)}')},"
            f" {as_text(f, self.scope.brought_value(f))}"
            for f in fields
        ]
        numbers = ", ".join(str(int(pk)) for pk in ids)
        found = self.scope.rows(
            f"SELECT s.id, {', '.join(parts)} FROM {self.stage} AS s"
            f" JOIN {self.scope.record} AS r ON r.id = s.record_id WHERE s.id IN ({numbers})"
        )
        record = self.kind.record
        return {
            row[0]: [
                Change(
                    label_of(record, f.name),
                    shown_value(record, f.name, row[2 + 3 * i] or ""),
                    shown_value(record, f.name, row[3 + 3 * i] or ""),
                )
                for i, f in enumerate(fields)
                if row[1 + 3 * i]
            ]
            for row in found
        }

    # --- records -----------------------------------------------------------------------------

    def _archive_rows(self, start: int, number: int) -> list[Row]:
        """Those that are inactive there, in the order of the list, then those that it no longer holds."""
        rows: list[Row] = []
        if start < self.counts["inactive"]:
            rows = self._inactive_rows(start, number)
        left = number - len(rows)
        if left > 0 and self.archives_missing:
            rows += self._missing_rows(max(start - self.counts["inactive"], 0), left)
        return rows

    def _missing_rows(self, start: int, number: int) -> list[Row]:
        ids = self.scope.rows(
            f"SELECT r.id {self.scope.missing} AND r.archived_reason = '{ArchivedReason.NONE.value}'"
            f" ORDER BY r.search_key, r.id LIMIT {int(number)} OFFSET {int(start)}"
        )
        known = self._records([pk for (pk,) in ids])
        waiting = dict(invoices_by_record(self.scope, pk__in=list(known))) if known else {}
        why = f"No longer listed in {self.scope.provider_name}"
        return [
            Row(
                known[pk].accounting_id,
                str(known[pk]),
                self._url(known[pk]),
                notes=[why, not_exported(waiting[pk])] if pk in waiting else [why],
            )
            for (pk,) in ids
            if pk in known
        ]

    def _inactive_rows(self, start: int, number: int) -> list[Row]:
        ids = self.scope.rows(
            f"SELECT id FROM {self.stage} WHERE run_id = %(run)s AND ("
            f"(verdict = '{Verdict.CHANGED.value}' AND standing = '{Standing.ARCHIVE.value}')"
            f" OR (verdict = '{Verdict.NEW.value}' AND accounting_status = {INACTIVE}))"
            f" ORDER BY position LIMIT {int(number)} OFFSET {int(start)}"
        )
        staged = self._stage_rows().filter(pk__in=[pk for (pk,) in ids]).order_by("position")
        known = self._records([row.record_id for row in staged])
        waiting = dict(invoices_by_record(self.scope, pk__in=list(known))) if known else {}
        why = f"Inactive in {self.scope.provider_name}"
        return [
            Row(
                row.accounting_id,
                self._name(row),
                self._url(known.get(row.record_id)),
                notes=[
                    why if row.record_id else f"{why}: new, comes in archived",
                    *([not_exported(waiting[row.record_id])] if row.record_id in waiting else []),
                ],
            )
            for row in staged
        ]

    def _link_rows(self, start: int, number: int) -> list[Row]:
        """Those not answered first."""
        found = proposals_of(self.check).select_related("answered_by")
        page = list(found.order_by("answer", "accounting_id", "pk")[start : start + number])
        known = self._records([proposal.record_id for proposal in page])
        listed = {
            row.accounting_id: row
            for row in self._stage_rows()
            .filter(accounting_id__in={proposal.accounting_id for proposal in page})
            .order_by("-position")
        }
        rows = []
        for proposal in page:
            staged, record = listed.get(proposal.accounting_id), known.get(proposal.record_id)
            rows.append(
                Row(
                    proposal.accounting_id,
                    self._name(staged) if staged is not None else "",
                    url=self._url(record),
                    notes=self._known_by(staged) if staged is not None else [],
                    proposal=proposal,
                    other=record,
                    other_notes=self._known_by(record) if record is not None else [],
                )
            )
        return rows

    def _duplicate_rows(self, start: int, number: int) -> list[Row]:
        return _warned(self.duplicates[start : start + number])

    def _warning_rows(self, start: int, number: int) -> list[Row]:
        return _warned(self.warnings[start : start + number])

    def _records(self, ids: Sequence[int | None]) -> dict[int, Any]:
        wanted = {pk for pk in ids if pk is not None}
        found = self.kind.records.filter(company_id=self.check.company_id).select_related("books")
        return dict(found.in_bulk(wanted)) if wanted else {}

    def _name(self, row: Any) -> str:
        return " ".join(filter(None, (getattr(row, column) for column in self.kind.name_columns)))

    def _known_by(self, row: Any) -> list[str]:
        columns = KNOWN_BY.get(self.kind, KNOWN_BY_OTHERS)
        values = ((column, getattr(row, column)) for column in columns)
        return [shown_value(self.kind.record, column, str(value)) for column, value in values if value]

    def _url(self, record: Any) -> str:
        return reverse(self.kind.singular, args=[record.pk]) if record is not None else ""


def _warned(found: Sequence[Any]) -> list[Row]:
    return [Row("", message, notes=[_label(code)]) for code, _, message, _ in found]


def _label(code: str) -> str:
    return str(Code(code).label) if code in Code.values else code
