"""The accounting side of the property test: a small world that is edited, and read with mishaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from tests.reconcile.plain_model import Row, distinct

# Few, so that they meet: swapped, handed on, doubled, gone and back.
IDS = ["A", "B", "C", "D", "E", "F", "G", "H", ""]
NAMES = ["One", "Two", "Three"]


class Remote:
    """What is there to be listed, in order; knows what was deleted, since it may come back."""

    def __init__(self, extras: list[str | None], has_employee_ids: bool) -> None:
        self.extras = extras
        self.has_employee_ids = has_employee_ids
        self.rows: list[Row] = []
        self.deleted: list[Row] = []
        self.next_key = 1
        self.add(6)

    def add(self, number: int) -> None:
        for _ in range(number):
            free = [i for i in IDS[:-1] if i not in {row.accounting_id for row in self.rows}]
            if free:
                self.rows.append(self._new(free[0]))

    def _new(self, accounting_id: str) -> Row:
        number = self.next_key
        self.next_key += 1
        employee_id = f"E{number}" if self.has_employee_ids else ""
        return Row(str(number), accounting_id, NAMES[number % 3], self.extras[0], True, employee_id)

    def change(self, place: int, **fields: Any) -> None:
        if self.rows:
            self.rows[place % len(self.rows)] = replace(self.rows[place % len(self.rows)], **fields)

    def at(self, place: int) -> Row | None:
        return self.rows[place % len(self.rows)] if self.rows else None


Edit = Callable[[Remote], None]


def delete(place: int, number: int) -> Edit:
    def edit(remote: Remote) -> None:
        for _ in range(min(number, len(remote.rows))):
            remote.deleted.append(remote.rows.pop(place % len(remote.rows)))

    return edit


def bring_back(remote: Remote) -> None:
    while remote.deleted:
        row = remote.deleted.pop()
        if row.accounting_id not in {other.accounting_id for other in remote.rows}:
            remote.rows.append(row)


def swap(one: int, other: int) -> Edit:
    """Two records swap their ids."""

    def edit(remote: Remote) -> None:
        if (a := remote.at(one)) and (b := remote.at(other)):
            remote.change(one, accounting_id=b.accounting_id)
            remote.change(other, accounting_id=a.accounting_id)

    return edit


def hand_on(place: int) -> Edit:
    """A record goes, and the one after it gets its id."""

    def edit(remote: Remote) -> None:
        if len(remote.rows) > 1:
            gone = remote.rows.pop(place % len(remote.rows))
            remote.deleted.append(gone)
            remote.change(place, accounting_id=gone.accounting_id)

    return edit


def renumber(place: int, accounting_id: str) -> Edit:
    def edit(remote: Remote) -> None:
        if accounting_id not in {row.accounting_id for row in remote.rows}:
            remote.change(place, accounting_id=accounting_id)

    return edit


def make_anew(place: int) -> Edit:
    """Deleted, and entered again under the same id: another key."""

    def edit(remote: Remote) -> None:
        remote.change(place, key=str(remote.next_key))
        remote.next_key += 1

    return edit


def toggle(place: int) -> Edit:
    def edit(remote: Remote) -> None:
        if row := remote.at(place):
            remote.change(place, active=not row.active)

    return edit


def rewrite(place: int, name: str, extra: int) -> Edit:
    return lambda remote: remote.change(place, name=name, extra=remote.extras[extra])


def add(number: int) -> Edit:
    return lambda remote: remote.add(number)


def share_employee_id(one: int, other: int) -> Edit:
    """Two records of one Employee ID, as two entities may have."""

    def edit(remote: Remote) -> None:
        if remote.has_employee_ids and (row := remote.at(other)):
            remote.change(one, employee_id=row.employee_id)

    return edit


@dataclass(frozen=True)
class Reading:
    """How the list is read: whose eyes, without keys or one of them, with a record twice, with odd rows, a
    false total."""

    signed_in_as: str
    without_keys: bool
    repeated: int | None
    nameless: int | None
    keyless: int | None
    odd: list[Row]
    off_by: int
    page_size: int

    def of(self, remote: Remote) -> tuple[list[Row], int]:
        """The rows in order, and the total announced."""
        rows = list(remote.rows)
        if rows and self.nameless is not None:
            rows[self.nameless % len(rows)] = replace(rows[self.nameless % len(rows)], name="")
        if rows and self.repeated is not None:
            rows.append(replace(rows[self.repeated % len(rows)], name="Three"))
        for row in self.odd:
            extra = None if row.extra is None else remote.extras[0]
            employee_id = row.employee_id if remote.has_employee_ids else ""
            rows.append(replace(row, extra=extra, employee_id=employee_id))
        if rows and self.keyless is not None:
            rows[self.keyless % len(rows)] = replace(rows[self.keyless % len(rows)], key=None)
        if self.without_keys:
            rows = [replace(row, key=None) for row in rows]
        return rows, distinct(rows, self.page_size) + self.off_by


PLACES = st.integers(0, 7)
EDITS = st.one_of(
    st.builds(delete, PLACES, st.sampled_from([1, 1, 3, 4])),
    st.just(bring_back),
    st.builds(swap, PLACES, PLACES),
    st.builds(hand_on, PLACES),
    st.builds(renumber, PLACES, st.sampled_from(IDS[:-1])),
    st.builds(make_anew, PLACES),
    st.builds(toggle, PLACES),
    st.builds(rewrite, PLACES, st.sampled_from(NAMES), st.integers(0, 3)),
    st.builds(add, st.integers(1, 3)),
    st.builds(share_employee_id, PLACES, PLACES),
)
ODD_ROWS = st.builds(
    Row,
    key=st.sampled_from(["1", "2", "3", "77", None]),
    accounting_id=st.sampled_from(IDS),
    name=st.sampled_from(["Odd", ""]),
    extra=st.sampled_from([None, "brought"]),
    active=st.booleans(),
    employee_id=st.sampled_from(["", "E1", "E2"]),
)
SELDOM = st.one_of(st.none(), st.none(), st.none(), PLACES)
READINGS = st.builds(
    Reading,
    signed_in_as=st.sampled_from(["a"] * 6 + ["b"]),
    without_keys=st.sampled_from([False] * 3 + [True]),
    repeated=SELDOM,
    nameless=SELDOM,
    keyless=SELDOM,
    odd=st.one_of(st.just([]), st.just([]), st.lists(ODD_ROWS, max_size=2)),
    off_by=st.sampled_from([0] * 6 + [1, -1]),
    page_size=st.sampled_from([1000, 1000, 7, 3]),
)
