"""What imports come to, written down plainly: records are dictionaries and lists are looped over.

Slow and obvious, where the product is SQL over sets: the property test holds the one to the other.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace

MERGED = "merged"
GONE = ("inactive", "missing")
LISTED = ("active", "inactive", "unlisted")


@dataclass(frozen=True)
class Row:
    """A record as listed. `extra` None = not brought, "" = empty."""

    key: str | None
    accounting_id: str
    name: str
    extra: str | None
    active: bool
    employee_id: str = ""


def distinct(rows: list[Row], page_size: int) -> int:
    """How many records a list of these rows surely holds. Rows of one good id without keys are as many as
    one page holds of them, or as there are keys."""
    number = 0
    same: dict[str, list[tuple[int, str | None]]] = {}
    for place, row in enumerate(rows):
        if row.key is not None and row.key in {r.key for r in rows[place + 1 :]}:
            continue
        if row.accounting_id and row.name:
            same.setdefault(row.accounting_id, []).append((place // page_size, row.key))
        else:
            number += 1
    for group in same.values():
        keys = sum(key is not None for _, key in group)
        pages = [page for page, _ in group]
        number += len(group) if keys == len(group) else max(keys, *(pages.count(page) for page in pages))
    return number


@dataclass
class Record:
    books: str | None
    key: str | None
    accounting_id: str
    name: str
    extra: str = ""
    status: str = ""
    archived: str = ""
    employee_id: str = ""


@dataclass
class Pair:
    """A listed record that may be one outside the books, and what a person said of the two."""

    record: Record
    accounting_id: str
    by_id: bool
    answer: str = ""  # "", "link", "different"


@dataclass
class Books:
    """What is remembered of one accounting company."""

    signed_in_last: str | None = None
    is_imported: bool = False  # since it was connected last
    told_different: list[tuple[Record, str]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)


@dataclass
class Check:
    """A list that was looked at, kept to be applied. `acts` is how much had been done until then."""

    books: str
    rows: list[Row]
    total: int
    signed_in_as: str
    page_size: int
    pairs: list[Pair]
    would_do: object
    counts: dict[str, int]
    brake_asks: bool
    acts: int
    brake_answer: str = ""


@dataclass
class Company:
    """Records in the order of their creation, and what must be remembered between imports."""

    by_employee_id: bool = False
    email_tells: bool = False  # of employees the e-mail alone, of the others the name
    records: list[Record] = field(default_factory=list)
    open: str = "A"
    all_books: dict[str, Books] = field(default_factory=lambda: {"A": Books()})
    # What merges left: books and ids, told as ("A", "key", "17") or ("A", "id", "C-17"), and the record that
    # they mean.
    aliases: dict[tuple[str, str, str], Record] = field(default_factory=dict)
    # Of the last import: whether the brake asks, which records outside the books it proposed to link, and
    # the rows of which that could be asked.
    brake_asks: bool = False
    proposed: list[Record] = field(default_factory=list)
    asked: list[Row] = field(default_factory=list)
    kept: Check | None = None
    acts: int = 0  # what people and imports have done

    @property
    def here(self) -> Books:
        return self.all_books[self.open]

    def connect(self, name: str) -> None:
        """Other books, or the same again: what was asked over the old ones is asked no more."""
        self.open = name
        self.all_books.setdefault(name, Books()).is_imported = False
        self.brake_asks, self.proposed = False, []

    @property
    def must_be_checked(self) -> bool:
        return not self.here.is_imported and (self.open != "A" or bool(self._known()))

    def holder(self, accounting_id: str) -> Record | None:
        """The record of the books that has the Accounting ID."""
        return next((r for r in self._mine() if r.accounting_id == accounting_id), None)

    def _known(self) -> list[Record]:
        """Those that go by their ids: all but merged ones."""
        return [r for r in self.records if r.archived != MERGED]

    def _mine(self) -> list[Record]:
        return [r for r in self._known() if r.books == self.open]

    def _apart(self) -> list[Record]:
        return [r for r in self._known() if r.books != self.open]

    def twins(self, accounting_id: str) -> list[Record]:
        """Records outside the books with this Accounting ID of which nobody said that they are different."""
        return [
            r
            for r in self._apart()
            if r.accounting_id == accounting_id
            and not self._is_told_different(r)
            and not any(
                r is p.record and p.accounting_id == accounting_id
                for p in self.here.pairs
                if p.answer == "different"
            )
        ]

    def _is_told_different(self, record: Record) -> bool:
        return any(record is told and record.accounting_id == of for told, of in self.here.told_different)

    # --- imports ----------------------------------------------------------------------------

    def import_list(
        self, rows: list[Row], total: int, signed_in_as: str, page_size: int = 1000, brake_answer: str = ""
    ) -> dict[str, int]:
        """Carry out one import and answer its counts, zeros left out."""
        listed = distinct(rows, page_size)
        rows = [r for i, r in enumerate(rows) if r.key is None or r.key not in {s.key for s in rows[i + 1 :]}]
        skipped = [not r.accounting_id or not r.name for r in rows]
        taken: set[str] = set()
        for i, row in enumerate(rows):
            if not skipped[i]:
                if row.accounting_id in taken:
                    skipped[i] = True
                taken.add(row.accounting_id)
        is_whole = total == listed
        found = self._match(rows, skipped)
        by_alias, takes_over = self._match_by_alias(rows, skipped, found, is_whole=is_whole)
        linked = [False] * len(rows)
        waits = [False] * len(rows)
        for i, row in enumerate(rows):
            if found[i] is None and not skipped[i] and not by_alias[i]:
                found[i] = self._linked_with(row)
                linked[i] = found[i] is not None
        self.proposed = []
        for i, row in enumerate(rows):
            if found[i] is None and not skipped[i] and not by_alias[i]:
                asks = [p for p in self.here.pairs if p.answer == "" and self._holds_back(p, row)]
                twins = self.twins(row.accounting_id)
                waits[i] = skipped[i] = bool(twins or asks)
                self.proposed += [*twins, *(p.record for p in asks if not p.by_id)]

        missing = [r for r in self._mine() if r.status in LISTED and not any(r is other for other in found)]
        going = sum(not r.archived for r in missing)
        active = sum(r.status in LISTED and not r.archived for r in self._mine())
        brakes = is_whole and self._brakes(going, active, signed_in_as)
        archives = is_whole and not brakes
        self._skip_taken_ids(rows, skipped, found, by_alias, missing if archives else [])
        self.asked = [
            row
            for i, row in enumerate(rows)
            if waits[i] or (not skipped[i] and (linked[i] or (found[i] is None and not by_alias[i])))
        ]
        self._keep_former_ids(rows, skipped, takes_over)
        counts = self._apply(rows, skipped, found, by_alias, missing, is_whole=is_whole, archives=archives)
        self.brake_asks = brakes and not brake_answer
        if brakes and brake_answer:
            counts["archived"] += self.answer_brake(archive=brake_answer == "archive")
        if archives:
            self.here.signed_in_last = signed_in_as
        self.here.is_imported = True
        self.kept = None
        self.acts += 1
        return {name: number for name, number in counts.items() if number}

    def answer_brake(self, *, archive: bool) -> int:
        """What becomes of records that the brake kept; how many are archived."""
        unlisted = [r for r in self._mine() if r.status == "unlisted" and not r.archived]
        for record in unlisted:
            record.status = record.archived = "missing" if archive else ""
        self.brake_asks = False
        return len(unlisted) if archive else 0

    def _linked_with(self, row: Row) -> Record | None:
        return next(
            (
                pair.record
                for pair in self.here.pairs
                if pair.answer == "link"
                and pair.accounting_id == row.accounting_id
                and any(pair.record is r for r in self._apart())
                and pair.record.accounting_id in ("", row.accounting_id)
            ),
            None,
        )

    def _holds_back(self, pair: Pair, row: Row) -> bool:
        record = pair.record
        if pair.accounting_id != row.accounting_id or not any(record is r for r in self._apart()):
            return False
        return record.accounting_id == row.accounting_id or (not record.accounting_id and not record.archived)

    # --- check first ------------------------------------------------------------------------

    def check(self, rows: list[Row], total: int, signed_in_as: str, page_size: int) -> Check:
        """Look at a list and keep it. Nothing changes but what is proposed."""
        dry = deepcopy(self)
        dry.import_list(rows, total, signed_in_as, page_size)
        found = self._pairs_among(dry.asked)
        self.here.pairs = found + [
            p for p in self.here.pairs if p.answer == "different" and not any(p is q for q in found)
        ]
        dry = deepcopy(self)
        counts = dry.import_list(rows, total, signed_in_as, page_size)
        would_do = self.would_do(rows, total, signed_in_as, page_size)
        self.kept = Check(
            self.open,
            rows,
            total,
            signed_in_as,
            page_size,
            found,
            would_do,
            counts,
            dry.brake_asks,
            self.acts,
        )
        return self.kept

    def _pairs_among(self, asked: list[Row]) -> list[Pair]:
        """Listed records that are new, and what may be the same outside the books; answers given stay."""
        found: list[Pair] = []
        for record in self._apart():
            for row in asked:
                by_id = record.accounting_id == row.accounting_id and not self._is_told_different(record)
                is_our_own = not (record.accounting_id or record.status or record.archived)
                alike = record.extra == row.extra if self.email_tells else record.name == row.name
                if self.email_tells and not row.extra:
                    alike = False
                if not by_id and not (is_our_own and alike):
                    continue
                same = (
                    p for p in self.here.pairs if p.record is record and p.accounting_id == row.accounting_id
                )
                pair = next(same, None) or Pair(record, row.accounting_id, by_id)
                pair.by_id = by_id
                found.append(pair)
        return found

    def would_do(self, rows: list[Row], total: int, signed_in_as: str, page_size: int) -> object:
        """All that this list would change here, whatever people answer: tried on a copy."""
        dry = deepcopy(self)
        dry.import_list(rows, total, signed_in_as, page_size)
        found = dry_pairs = self._pairs_among(dry.asked)
        dry = deepcopy(self)
        for pair in dry.here.pairs:
            pair.answer = ""
        asked_about = [(self._place(p.record), p.accounting_id) for p in dry_pairs]
        dry.here.pairs = [
            Pair(dry.records[place], accounting_id, False) for place, accounting_id in asked_about
        ]
        dry.import_list(rows, total, signed_in_as, page_size)
        before = self.records + [None] * (len(dry.records) - len(self.records))
        changes = [(old, new) for old, new in zip(before, dry.records, strict=True) if old != new]
        return deepcopy((changes, sorted(asked_about), [p.record for p in found]))

    def _place(self, record: Record) -> int:
        return next(i for i, other in enumerate(self.records) if other is record)

    def is_out_of_date(self, check: Check) -> bool:
        """Whether applying it would surely do something else than it told."""
        if check is not self.kept or check.books != self.open:
            return True
        now = self.would_do(check.rows, check.total, check.signed_in_as, check.page_size)
        return now != check.would_do

    def apply(self, check: Check) -> dict[str, int]:
        return self.import_list(
            check.rows, check.total, check.signed_in_as, check.page_size, check.brake_answer
        )

    def choose_link(self, pair: Pair) -> None:
        """The two are one: then all others about either are not."""
        for other in self.here.pairs:
            if other.record is pair.record or other.accounting_id == pair.accounting_id:
                other.answer = "different"
        pair.answer = "link"

    # --- the steps of an import -------------------------------------------------------------

    def _match(self, rows: list[Row], skipped: list[bool]) -> list[Record | None]:
        found: list[Record | None] = [
            next((r for r in self._mine() if r.key is not None and r.key == row.key), None) for row in rows
        ]
        by_key = list(found)
        for i, row in enumerate(rows):
            if found[i] is None and row.accounting_id:
                record = self.holder(row.accounting_id)
                if record and (skipped[i] or not any(record is other for other in by_key)):
                    found[i] = record
        if self.by_employee_id:
            by_id = list(found)
            for i, row in enumerate(rows):
                same_rows = [
                    r for j, r in enumerate(rows) if not skipped[j] and r.employee_id == row.employee_id
                ]
                same = [r for r in self._mine() if r.employee_id == row.employee_id]
                is_free = len(same) == 1 and not any(same[0] is other for other in by_id)
                if found[i] or skipped[i] or not row.employee_id:
                    continue
                if is_free and len(same_rows) == 1:
                    found[i] = same[0]
        return found

    def _match_by_alias(
        self, rows: list[Row], skipped: list[bool], found: list[Record | None], *, is_whole: bool
    ) -> tuple[list[bool], dict[int, Record]]:
        """Which rows change nothing, and which, by place, take a record over whose own row is gone."""
        by_alias = [False] * len(rows)
        takes_over: dict[int, Record] = {}
        own = list(found)
        for i, row in enumerate(rows):
            if found[i] is not None or skipped[i]:
                continue
            keys = [(self.open, "key", row.key or ""), (self.open, "id", row.accounting_id)]
            meant = [self.aliases[k] for k in keys if k in self.aliases]
            meant = [r for r in meant if any(r is mine for mine in self._mine())]
            if not meant:
                continue
            is_there = any(meant[0] is r for r in [*own, *takes_over.values()])
            if is_whole and row.active and not is_there:
                found[i] = takes_over[i] = meant[0]
            else:
                by_alias[i] = True
        return by_alias, takes_over

    def _keep_former_ids(self, rows: list[Row], skipped: list[bool], takes_over: dict[int, Record]) -> None:
        for i, record in takes_over.items():
            if skipped[i]:
                continue
            if record.key and rows[i].key and record.key != rows[i].key:
                self.aliases[self.open, "key", record.key] = record
            if record.accounting_id and record.accounting_id != rows[i].accounting_id:
                self.aliases[self.open, "id", record.accounting_id] = record

    def merge(self, kept: Record, other: Record) -> bool:
        """Merge, or answer that it is refused."""
        both = (kept, other)
        is_refused = (
            kept is other
            or any(r.archived == MERGED or r.status == "unlisted" for r in both)
            or (kept.books and other.books and kept.books != other.books)
            or all(r.status == "active" for r in both)
            or (kept.archived and not other.archived)
            or (kept.status not in ("", "active") and other.status == "active")
        )
        if is_refused:
            return False
        ids = {("key", r.key) for r in both if r.key} | {("id", r.accounting_id) for r in both}
        is_into_books = kept.books is None and other.books is not None
        is_adopted = is_into_books or (kept.books == other.books and not kept.accounting_id)
        if other.accounting_id and is_adopted:
            kept.books, kept.key, kept.accounting_id = other.books, other.key, other.accounting_id
            kept.employee_id = other.employee_id or kept.employee_id
            if other.status:
                kept.name, kept.extra = other.name or kept.name, other.extra or kept.extra
                kept.status = other.status
        other.archived = MERGED
        for alias, record in self.aliases.items():
            if record is other:
                self.aliases[alias] = kept
        if kept.books:
            for identifier, value in ids - {("key", kept.key), ("id", kept.accounting_id)}:
                if value:
                    self.aliases[kept.books, identifier, value] = kept
        return True

    def _brakes(self, missing: int, active: int, signed_in_as: str) -> bool:
        if not missing:
            return False
        if self.here.signed_in_last not in (None, signed_in_as):
            return True
        return missing > 200 or (missing >= 3 and missing > active / 5)

    def _skip_taken_ids(
        self,
        rows: list[Row],
        skipped: list[bool],
        found: list[Record | None],
        by_alias: list[bool],
        going: list[Record],
    ) -> None:
        again = True
        while again:
            again = False
            moves = [found[i] for i in range(len(rows)) if not skipped[i]]
            for i, row in enumerate(rows):
                holder = self.holder(row.accounting_id)
                if skipped[i] or by_alias[i] or holder is None or holder is found[i]:
                    continue
                if any(holder is r for r in moves):
                    continue
                is_listed = any(holder is r for r in found)
                if not is_listed and (holder.archived or any(holder is r for r in going)):
                    continue
                skipped[i] = again = True

    def _apply(
        self,
        rows: list[Row],
        skipped: list[bool],
        found: list[Record | None],
        by_alias: list[bool],
        missing: list[Record],
        *,
        is_whole: bool,
        archives: bool,
    ) -> dict[str, int]:
        counts = dict.fromkeys(
            ("read", "created", "updated", "unchanged", "skipped", "archived", "restored"), 0
        )
        for record in missing if is_whole else []:
            if archives:
                counts["archived"] += not record.archived
                record.archived, record.status = record.archived or "missing", "missing"
            elif not record.archived:
                record.status = "unlisted"
        # A row that was skipped says all the same that its record is listed.
        followed = [found[i] for i in range(len(rows)) if not skipped[i]]
        for i, record in enumerate(found):
            is_all_there_is = skipped[i] and record is not None and not any(record is r for r in followed)
            if is_all_there_is and record.status == "unlisted":
                record.status = "active"
        # Whoever loses an id loses it before anybody gets it.
        taking = [i for i in range(len(rows)) if not skipped[i] and not by_alias[i]]
        wanted = {rows[i].accounting_id: found[i] for i in taking}
        old_ids = {id(r): r.accounting_id for r in self.records}
        for record in self._mine():
            if record.accounting_id in wanted and wanted[record.accounting_id] is not record:
                record.accounting_id = ""
        for i, row in enumerate(rows):
            counts["read"] += 1
            record = found[i]
            if skipped[i]:
                counts["skipped"] += 1
            elif by_alias[i]:
                counts["unchanged"] += 1
            elif record is None:
                self.records.append(self._new(row))
                counts["created"] += 1
                counts["archived"] += not row.active
            else:
                self._update(record, row, old_ids[id(record)], counts)
        return counts

    def _new(self, row: Row) -> Record:
        status, archived = ("active", "") if row.active else ("inactive", "inactive")
        return Record(
            self.open,
            row.key,
            row.accounting_id,
            row.name,
            row.extra or "",
            status,
            archived,
            row.employee_id,
        )

    def _update(self, record: Record, row: Row, old_id: str, counts: dict[str, int]) -> None:
        before = replace(record, accounting_id=old_id)
        if comes_in := record.books != self.open:  # linked: what it was elsewhere is forgotten
            self.here.pairs = [
                p
                for p in self.here.pairs
                if p.record is not record or p.accounting_id != row.accounting_id or p.answer != "link"
            ]
            record.books, record.key, record.status = self.open, None, ""
        if row.active:
            comes_back = record.archived in GONE or (record.archived == "by_hand" and record.status in GONE)
            counts["restored"] += comes_back
            record.archived = "" if comes_back else record.archived
            record.status = "active"
        else:
            counts["archived"] += not record.archived
            record.archived = record.archived or "inactive"
            record.status = "inactive"
        record.key = row.key or record.key
        record.accounting_id, record.name = row.accounting_id, row.name
        record.employee_id = row.employee_id
        record.extra = record.extra if row.extra is None else row.extra
        counts["unchanged" if record == before and not comes_in else "updated"] += 1
