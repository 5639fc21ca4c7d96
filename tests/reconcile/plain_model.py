"""What imports come to, written down plainly: records are dictionaries and lists are looped over.

Slow and obvious, where the product is SQL over sets: the property test holds the one to the other.
"""

from __future__ import annotations

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
    in_books: bool
    key: str | None
    accounting_id: str
    name: str
    extra: str = ""
    status: str = ""
    archived: str = ""
    employee_id: str = ""


@dataclass
class Company:
    """Records in the order of their creation, and what must be remembered between imports."""

    by_employee_id: bool = False
    records: list[Record] = field(default_factory=list)
    signed_in_last: str | None = None
    told_different: list[tuple[Record, str]] = field(default_factory=list)
    # What merges left: ids, told as ("key", "17") or ("id", "C-17"), and the record that they mean.
    aliases: dict[tuple[str, str], Record] = field(default_factory=dict)
    # Of the last import: whether the brake asks, and which local records it proposed to link.
    brake_asks: bool = False
    proposed: list[Record] = field(default_factory=list)

    def holder(self, accounting_id: str) -> Record | None:
        """The record of the books that has the Accounting ID."""
        return next((r for r in self._known() if r.in_books and r.accounting_id == accounting_id), None)

    def _known(self) -> list[Record]:
        """Those that go by their ids: all but merged ones."""
        return [r for r in self.records if r.archived != MERGED]

    def twins(self, accounting_id: str) -> list[Record]:
        return [
            r
            for r in self._known()
            if not r.in_books
            and r.accounting_id == accounting_id
            and not any(r is told and accounting_id == of for told, of in self.told_different)
        ]

    def import_list(
        self, rows: list[Row], total: int, signed_in_as: str, page_size: int = 1000
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

        self.proposed = []
        for i, row in enumerate(rows):
            if (
                found[i] is None
                and not skipped[i]
                and not by_alias[i]
                and (twins := self.twins(row.accounting_id))
            ):
                skipped[i] = True
                self.proposed += twins

        missing = [
            r
            for r in self._known()
            if r.in_books and r.status in LISTED and not any(r is other for other in found)
        ]
        going = sum(not r.archived for r in missing)
        active = sum(r.in_books and r.status in LISTED and not r.archived for r in self.records)
        self.brake_asks = is_whole and self._brakes(going, active, signed_in_as)
        archives = is_whole and not self.brake_asks
        self._skip_taken_ids(rows, skipped, found, by_alias, missing if archives else [])
        self._keep_former_ids(rows, skipped, takes_over)
        counts = self._apply(rows, skipped, found, by_alias, missing, is_whole=is_whole, archives=archives)
        if archives:
            self.signed_in_last = signed_in_as
        return {name: number for name, number in counts.items() if number}

    def _match(self, rows: list[Row], skipped: list[bool]) -> list[Record | None]:
        found: list[Record | None] = [
            next((r for r in self._known() if r.in_books and r.key is not None and r.key == row.key), None)
            for row in rows
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
                same = [r for r in self._known() if r.in_books and r.employee_id == row.employee_id]
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
            keys = [("key", row.key or ""), ("id", row.accounting_id)]
            meant = [self.aliases[k] for k in keys if k in self.aliases and self.aliases[k].in_books]
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
                self.aliases["key", record.key] = record
            if record.accounting_id and record.accounting_id != rows[i].accounting_id:
                self.aliases["id", record.accounting_id] = record

    def merge(self, kept: Record, other: Record) -> bool:
        """Merge, or answer that it is refused."""
        both = (kept, other)
        is_refused = (
            kept is other
            or any(r.archived == MERGED or r.status == "unlisted" for r in both)
            or all(r.status == "active" for r in both)
            or (kept.archived and not other.archived)
            or (kept.status not in ("", "active") and other.status == "active")
        )
        if is_refused:
            return False
        ids = {("key", r.key) for r in both if r.key} | {("id", r.accounting_id) for r in both}
        is_adopted = other.in_books if not kept.in_books else other.in_books and not kept.accounting_id
        is_adopted = is_adopted or (not kept.in_books and not other.in_books and not kept.accounting_id)
        if other.accounting_id and is_adopted:
            kept.in_books, kept.key, kept.accounting_id = other.in_books, other.key, other.accounting_id
            kept.employee_id = other.employee_id or kept.employee_id
            if other.status:
                kept.name, kept.extra = other.name or kept.name, other.extra or kept.extra
                kept.status = other.status
        other.archived = MERGED
        for alias, record in self.aliases.items():
            if record is other:
                self.aliases[alias] = kept
        if kept.in_books:
            for identifier, value in ids - {("key", kept.key), ("id", kept.accounting_id)}:
                if value:
                    self.aliases[identifier, value] = kept
        return True

    def _brakes(self, missing: int, active: int, signed_in_as: str) -> bool:
        if not missing:
            return False
        if self.signed_in_last not in (None, signed_in_as):
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
        # Whoever loses an id loses it before anybody gets it.
        taking = [i for i in range(len(rows)) if not skipped[i] and not by_alias[i]]
        wanted = {rows[i].accounting_id: found[i] for i in taking}
        old_ids = {id(r): r.accounting_id for r in self.records}
        for record in self._known():
            loses = record.in_books and record.accounting_id in wanted
            if loses and wanted[record.accounting_id] is not record:
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
            True, row.key, row.accounting_id, row.name, row.extra or "", status, archived, row.employee_id
        )

    def _update(self, record: Record, row: Row, old_id: str, counts: dict[str, int]) -> None:
        before = replace(record, accounting_id=old_id)
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
        counts["unchanged" if record == before else "updated"] += 1
