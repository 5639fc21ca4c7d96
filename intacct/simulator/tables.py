"""A table of one kind of object: rows by RECORDNO, found by business id, in RECORDNO order.

Rows are plain lists of text, because 100,000 of them have to be rendered faster than a client can
read them; `Row.odd` tells the few that need escaping.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from .kinds import TIMESTAMP, Kind

# XML 1.0 has no character for these, so no stored text may hold them.
FORBIDDEN = dict.fromkeys(
    [code for code in range(32) if code not in (9, 10, 13)] + [*range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
)


class Row(list[str]):
    """The values of one record, in the order of its kind's fields."""

    __slots__ = ("odd",)
    odd: bool


def timestamp(moment: datetime) -> str:
    """`moment` as answers write it: MM/DD/YYYY HH:MM:SS, without a zone."""
    return moment.strftime("%m/%d/%Y %H:%M:%S")


class UnknownField(Exception):
    """A field that the kind doesn't have; `str()` is its name."""


class Table:
    """The records of one kind in one company."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.places = kind.positions
        self.rows: dict[int, Row] = {}
        self.ids: dict[str, int] = {}
        self.revision = 0  # grows with each change, so that a cached page knows that it is stale
        self.last_recordno = 0
        self.changed: set[int] = set()  # RECORDNOs that differ from the seed, for the state file
        self._width = len(kind.types)
        self._key_place = self.places[kind.key]
        self._ordered: tuple[int, list[Row]] = (-1, [])

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def ordered(self) -> list[Row]:
        """All rows by ascending RECORDNO; do not change the list."""
        if self._ordered[0] != self.revision:
            self._ordered = (self.revision, list(self.rows.values()))
        return self._ordered[1]

    def seed(self, values: list[str]) -> None:
        """Add a row of a new world: RECORDNO first, in ascending order, nothing remembered as changed."""
        recordno = int(values[0])
        self._store(recordno, values + [""] * (self._width - len(values)))
        self.last_recordno = recordno

    def find(self, business_id: str) -> Row | None:
        recordno = self.ids.get(business_id)
        return None if recordno is None else self.rows[recordno]

    def value(self, row: Row, name: str) -> str:
        return row[self.places[name]]

    def record(self, row: Row) -> dict[str, str]:
        """The row as field -> text."""
        return dict(zip(self.kind.types, row, strict=True))

    def filled(self, row: Row) -> dict[str, str]:
        """The row as field -> text, without empty fields: most are."""
        return {name: text for name, text in zip(self.kind.types, row, strict=True) if text}

    def add(self, fields: dict[str, str]) -> Row:
        """Store a new record under the next RECORDNO; raises UnknownField."""
        self.last_recordno += 1
        values = ["active" if name == "STATUS" else "" for name in self.kind.types]
        values[0] = str(self.last_recordno)
        self._write(values, fields)
        if self.kind.types.get("WHENCREATED") == TIMESTAMP:
            created = self.places["WHENCREATED"]
            values[created] = values[created] or timestamp(datetime.now(UTC))
        self._touch(values, fields)
        self.revision += 1
        self.changed.add(self.last_recordno)
        return self._store(self.last_recordno, values)

    def change(self, row: Row, fields: dict[str, str]) -> Row:
        """Set some fields of a record; its RECORDNO stays (a new business id is a rename)."""
        recordno = int(row[0])
        values = list(row)
        self._write(values, fields)
        values[0] = row[0]
        self._touch(values, fields)
        self._forget_id(row)
        self.revision += 1
        self.changed.add(recordno)
        return self._store(recordno, values)

    def delete(self, row: Row) -> None:
        recordno = int(row[0])
        self._forget_id(row)
        del self.rows[recordno]
        self.revision += 1
        self.changed.add(recordno)

    def restore(self, recordno: int, values: list[str] | None) -> None:
        """Put back what one record was, for a state file or a transaction undone; None = it was deleted."""
        row = self.rows.get(recordno)
        if row is not None:
            self._forget_id(row)
        if values is None:
            self.rows.pop(recordno, None)
        else:
            out_of_order = recordno not in self.rows and recordno < self.last_recordno
            self._store(recordno, values)
            if out_of_order:
                self.rows = dict(sorted(self.rows.items()))
        self.last_recordno = max(self.last_recordno, recordno)
        self.changed.add(recordno)
        self.revision += 1

    def _write(self, values: list[str], fields: dict[str, str]) -> None:
        for name, text in fields.items():
            place = self.places.get(name.upper())
            if place is None:
                raise UnknownField(name)
            values[place] = str(text).translate(FORBIDDEN)

    def _touch(self, values: list[str], fields: dict[str, str]) -> None:
        place = self.places.get("WHENMODIFIED")
        if place is not None and "WHENMODIFIED" not in fields:
            values[place] = timestamp(datetime.now(UTC))

    def _store(self, recordno: int, values: list[str]) -> Row:
        row = Row(values)
        text = "".join(values)
        row.odd = "&" in text or "<" in text or ">" in text or "\r" in text
        self.rows[recordno] = row
        # The same id twice is a fault that a test may plant: the first one keeps the name.
        self.ids.setdefault(row[self._key_place], recordno)
        return row

    def _forget_id(self, row: Row) -> None:
        business_id = row[self._key_place]
        if self.ids.get(business_id) == int(row[0]):
            del self.ids[business_id]
