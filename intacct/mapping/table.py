"""How a table of columns reads Intacct's records, the same from both versions.

A mapping module names, for each column here, the 3.0 field and the path in a 2.1 record. What an
answer doesn't hold is not brought and keeps what is here; what it holds empty is "" (spec I-3).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from operator import itemgetter
from typing import Any

from intacct.gateway import FlatRow, GetList, Query, Version
from intacct.mapping.selection import EVERYTHING, Selection

Record = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """One value of a record: its name here, its 3.0 field, and the path in a 2.1 record.

    Several paths are tried in order, since 2.1 nests a contact in two ways. ``essential``: without it
    a record can't be told from another, or what it means is unknown, so that the import can't go on.
    ``always_shown``: a 2.1 record holds it, or the contact that it belongs to, unless it may not be seen.
    ``chosen``: the settings name the field, which may be there no more.
    """

    name: str
    field: str
    paths: tuple[str, ...] = ()
    essential: bool = False
    always_shown: bool = False
    chosen: bool = False


@dataclass(frozen=True)
class Table:
    """One Intacct object: its names, what it is called in sentences, and its columns."""

    object: str
    legacy_object: str
    plural: str
    columns: tuple[Column, ...]

    def listing(
        self, version: Version, without: Collection[str] = (), only: Selection = EVERYTHING
    ) -> Query | GetList:
        """The question for the whole list, or ``only`` some of it, with only the fields needed (spec G-2)."""
        condition = only.condition(version)
        if version is Version.V3_0:
            fields = dict.fromkeys(column.field for column in self.columns if column.field)
            # What is chosen by is asked for too: a refusal names only fields that were.
            fields |= dict.fromkeys(only.fields)
            return Query(self.object, tuple(name for name in fields if name not in without), filter=condition)
        # 2.1 takes the names of a record's own elements: a contact comes whole.
        tops = dict.fromkeys(path.split(".")[0] for column in self.columns for path in column.paths)
        return GetList(
            self.legacy_object, tuple(name for name in tops if name not in without), filter=condition
        )

    def values(self, record: Record, version: Version) -> dict[str, str]:
        """The record's values by column name; a column that the answer doesn't hold is absent."""
        if version is Version.V3_0:
            return {name: record[field] for name, field in self._fields if field in record}
        return {name: record[path] for name, path in self._paths if path in record}

    def holds(self, name: str) -> bool:
        """Whether there is such a column: of the settings' choosing there may be none."""
        return name in self._names

    def some(self, record: Record, version: Version, names: tuple[str, ...]) -> tuple[str | None, ...]:
        """The values of these columns only, None for one that the answer or the table doesn't hold; for
        lists that are long. Nearly all answers hold each field, and then it is one step for all of them."""
        if version is not Version.V3_0:
            values = self.values(record, version)
            return tuple(values.get(name) for name in names)
        if names not in self._pickers:
            fields = dict(self._fields)
            self._pickers[names] = itemgetter(*(fields.get(name, "") for name in names))
        try:
            picked: tuple[str, ...] = self._pickers[names](record)
            return picked
        except KeyError:
            fields = dict(self._fields)
            return tuple(record.get(fields.get(name, "")) for name in names)

    def by_column(self, records: Sequence[Record], version: Version) -> dict[str, tuple[str, ...]] | None:
        """The values of all columns, by column name, in the order of the records. None where these are not
        all of one form, or lack a field; for 2.1, which nests them, and for no records at all."""
        rows = _rows_of_one_form(records) if version is Version.V3_0 else []
        if not rows or not self._held <= rows[0].places.keys():
            return None
        columns = list(zip(*[row.row for row in rows], strict=True))
        return {name: columns[rows[0].places[field]] for name, field in self._fields}

    def told(self, name: str, records: Sequence[Record], version: Version) -> set[str | None]:
        """The different values that these records hold of a column that has one place only, None among them
        if any doesn't hold it."""
        key = self.key_of(name, version)
        if rows := _rows_of_one_form(records):
            place = rows[0].places.get(key)
            return {None} if place is None else {row.row[place] for row in rows}
        return {record.get(key) for record in records}

    @cached_property
    def _fields(self) -> tuple[tuple[str, str], ...]:
        return tuple((column.name, column.field) for column in self.columns)

    @cached_property
    def _held(self) -> frozenset[str]:
        return frozenset(field for _, field in self._fields)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @cached_property
    def _pickers(self) -> dict[tuple[str, ...], Callable[[Record], Any]]:
        return {}

    @cached_property
    def _paths(self) -> tuple[tuple[str, str], ...]:
        # Of several paths the first one counts: the last one written.
        return tuple((column.name, path) for column in self.columns for path in reversed(column.paths))

    def key_of(self, name: str, version: Version) -> str:
        """Where a record of this version holds a column that has one place only."""
        column = next(column for column in self.columns if column.name == name)
        return column.field if version is Version.V3_0 else column.paths[0]

    def is_chosen(self, field: str) -> bool:
        """Whether this 3.0 field is asked for since the settings name it."""
        return any(column.chosen and column.field == field for column in self.columns)

    def essential_among(self, fields: Collection[str]) -> list[str]:
        """Which of these 3.0 fields the import can't do without."""
        return [column.field for column in self.columns if column.essential and column.field in fields]


def _rows_of_one_form(records: Sequence[Record]) -> Sequence[FlatRow]:
    """The records, if all of them have their texts in the same places, as nearly always; else none."""
    rows = [record for record in records if isinstance(record, FlatRow)]
    if not rows or len(rows) < len(records):
        return ()
    places = rows[0].places
    return rows if all(row.places is places for row in rows) else ()


ADDRESS_PARTS = ("ADDRESS1", "ADDRESS2", "CITY", "STATE", "ZIP", "COUNTRY")


def address_columns(name: str, contact: str, legacy_group: str) -> tuple[Column, ...]:
    """The parts of a contact's mail address, as columns ``NAME.ADDRESS1`` and so on."""
    return tuple(
        Column(
            f"{name}.{part}",
            f"{contact}.MAILADDRESS.{part}",
            (
                f"{legacy_group}.contact.mailaddress.{part.lower()}",
                f"{legacy_group}.mailaddress.{part.lower()}",
            ),
        )
        for part in ADDRESS_PARTS
    )


def contact_paths(group: str, leaf: str) -> tuple[str, ...]:
    """Where 2.1 keeps a contact's value: inside ``contact``, or in the group itself."""
    return (f"{group}.contact.{leaf}", f"{group}.{leaf}")


@cache
def address_parts(name: str) -> tuple[str, ...]:
    """The names of the columns of an address, in the order in which `written_address` takes them."""
    return tuple(f"{name}.{part}" for part in ADDRESS_PARTS)


def written_address(parts: tuple[str | None, ...]) -> str | None:
    """An address as people write it, a line each; "" for an empty one, None if none was brought.

    1 Main St
    Salinas, CA 93901
    United States
    """
    if not any(parts):
        return None if all(part is None for part in parts) else ""
    return written_addresses([[part or ""] for part in parts])[0]


def written_addresses(columns: Sequence[Sequence[str]]) -> list[str]:
    """`written_address` of each, given the columns of its parts."""
    streets, more, cities, states, codes, countries = map(_with_single_blanks, columns)
    places = [f"{s} {c}" if s and c else s or c for s, c in zip(states, codes, strict=True)]
    towns = [f"{c}, {p}" if c and p else c or p for c, p in zip(cities, places, strict=True)]
    lines = zip(streets, more, towns, countries, strict=True)
    return ["\n".join(filter(None, written)) for written in lines]


# All that `str.split` takes for white space, but the blank.
_OTHER_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


def _with_single_blanks(texts: Sequence[str]) -> Sequence[str]:
    """Nearly all texts are so as they came, and one look at all of them together tells it."""
    seam = "|"
    joined = f"{seam}{seam.join(texts)}{seam}"
    # Single letters are found many times faster, and most columns hold not even a blank.
    has_blanks = " " in joined and any(blanks in joined for blanks in ("  ", f" {seam}", f"{seam} "))
    if has_blanks or any(space in joined for space in _OTHER_SPACE):
        return [" ".join(text.split()) for text in texts]
    return texts
