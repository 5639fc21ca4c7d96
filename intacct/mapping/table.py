"""How a table of columns reads Intacct's records, the same from both versions.

A mapping module names, for each column here, the 3.0 field and the path in a 2.1 record. What an
answer doesn't hold is not brought and keeps what is here; what it holds empty is "" (spec I-3).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from intacct.gateway import GetList, Query, Version

Record = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """One value of a record: its name here, its 3.0 field, and the path in a 2.1 record.

    Several paths are tried in order, since 2.1 nests a contact in two ways. ``essential``: without it
    a record can't be told from another, or what it means is unknown, so that the import can't go on.
    """

    name: str
    field: str
    paths: tuple[str, ...] = ()
    essential: bool = False


@dataclass(frozen=True)
class Table:
    """One Intacct object: its names, what it is called in sentences, and its columns."""

    object: str
    legacy_object: str
    plural: str
    columns: tuple[Column, ...]

    def listing(self, version: Version, without: Collection[str] = ()) -> Query | GetList:
        """The question for the whole list, with only the fields needed (spec G-2)."""
        if version is Version.V3_0:
            fields = dict.fromkeys(column.field for column in self.columns if column.field)
            return Query(self.object, tuple(name for name in fields if name not in without))
        # 2.1 takes the names of a record's own elements: a contact comes whole.
        tops = dict.fromkeys(path.split(".")[0] for column in self.columns for path in column.paths)
        return GetList(self.legacy_object, tuple(name for name in tops if name not in without))

    def values(self, record: Record, version: Version) -> dict[str, str]:
        """The record's values by column name; a column that the answer doesn't hold is absent."""
        found = {}
        for column in self.columns:
            names = (column.field,) if version is Version.V3_0 else column.paths
            for name in names:
                if name in record:
                    found[column.name] = record[name]
                    break
        return found

    def essential_among(self, fields: Collection[str]) -> list[str]:
        """Which of these 3.0 fields the import can't do without."""
        return [column.field for column in self.columns if column.essential and column.field in fields]


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


def joined(values: Record, *names: str) -> str | None:
    """The values of these columns with a blank between; None if the answer held none of them."""
    parts = [values[name].strip() for name in names if name in values]
    return " ".join(part for part in parts if part) if parts else None


def address(values: Record, name: str) -> str | None:
    """An address as people write it, a line each; "" for an empty one, None if none was brought.

    1 Main St
    Salinas, CA 93901
    United States
    """
    brought = {part: values.get(f"{name}.{part}") for part in ADDRESS_PARTS}
    if all(value is None for value in brought.values()):
        return None
    part = {key: " ".join((value or "").split()) for key, value in brought.items()}
    state = f"{part['STATE']} {part['ZIP']}".strip()
    town = ", ".join(text for text in (part["CITY"], state) if text)
    lines = (part["ADDRESS1"], part["ADDRESS2"], town, part["COUNTRY"])
    return "\n".join(line for line in lines if line)
