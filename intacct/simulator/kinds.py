"""What a kind of objects is: its fields, their types, and what they are called in the legacy records.

A field's value is kept as the text that an answer carries; an empty text is an empty field.
"""

from dataclasses import dataclass, field
from functools import cached_property

TEXT, INTEGER, DECIMAL, DATE, TIMESTAMP, BOOLEAN, ENUM = [
    "TEXT",
    "INTEGER",
    "DECIMAL",
    "DATE",
    "TIMESTAMP",
    "BOOLEAN",
    "ENUM",
]

CONTACT = [
    "CONTACTNAME",
    "COMPANYNAME",
    "PRINTAS",
    "FIRSTNAME",
    "LASTNAME",
    "PHONE1",
    "EMAIL1",
    "MAILADDRESS.ADDRESS1",
    "MAILADDRESS.ADDRESS2",
    "MAILADDRESS.CITY",
    "MAILADDRESS.STATE",
    "MAILADDRESS.ZIP",
    "MAILADDRESS.COUNTRY",
    "MAILADDRESS.COUNTRYCODE",
]

# The legacy contact in the order of the response DTD; "mailaddress" stands last in it.
LEGACY_CONTACT = (
    ("contactname", "CONTACTNAME"),
    ("printas", "PRINTAS"),
    ("companyname", "COMPANYNAME"),
    ("firstname", "FIRSTNAME"),
    ("lastname", "LASTNAME"),
    ("phone1", "PHONE1"),
    ("email1", "EMAIL1"),
    ("mailaddress/address1", "MAILADDRESS.ADDRESS1"),
    ("mailaddress/address2", "MAILADDRESS.ADDRESS2"),
    ("mailaddress/city", "MAILADDRESS.CITY"),
    ("mailaddress/state", "MAILADDRESS.STATE"),
    ("mailaddress/zip", "MAILADDRESS.ZIP"),
    ("mailaddress/country", "MAILADDRESS.COUNTRY"),
    ("mailaddress/isocountrycode", "MAILADDRESS.COUNTRYCODE"),
)


@dataclass(frozen=True, eq=False)  # kinds are few and compared by identity
class Kind:
    """One kind of object: `name` in 3.0, `legacy_name` in 2.1, its fields and how they look there."""

    name: str
    legacy_name: str
    key: str  # the field that holds the business id
    types: dict[str, str]  # field -> data type, in the order of answers
    legacy: tuple[tuple[str, str], ...]  # path in the legacy record -> field
    synonyms: dict[str, str] = field(default_factory=dict)  # other names in legacy filters and sorts
    labels: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)  # other 3.0 names of the same field
    custom: tuple[str, ...] = ()  # fields that a company may or may not have

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.types)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Field (or alias) -> its place in a row."""
        places = {name: place for place, name in enumerate(self.types)}
        return places | {other: places[name] for other, name in self.aliases.items()}


def texts(names: str, data_type: str = TEXT) -> dict[str, str]:
    """Fields of one type."""
    return dict.fromkeys(names.split(), data_type)


def contact(prefix: str) -> dict[str, str]:
    return {f"{prefix}.{name}": TEXT for name in CONTACT}


def legacy_contact(path: str, prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{path}/contact/{leaf}", f"{prefix}.{name}") for leaf, name in LEGACY_CONTACT)


def same(names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), name) for name in names.split())


OWNER = texts("MEGAENTITYID MEGAENTITYNAME")
