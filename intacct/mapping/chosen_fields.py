"""Accounting ID 2 comes from a field that a company chooses, or, of items, that is found (spec S-5, S-6).

Fields go by their 3.0 names in both versions, so that a choice outlives a change of the version.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from intacct.gateway import Definition, FieldDefinition, Version
from intacct.mapping.table import Column, Record, Table

CUSTOM = "customfields."
DEPARTMENT_FIELD = "DEPARTMENTID"
# What 2.1 calls the standard fields that may be chosen; the names of all others are custom fields'.
LEGACY_NAMES = {
    "CUSTOMER": {
        "CUSTTYPE": "custtype",
        "CUSTREPID": "custrepid",
        "PARENTID": "parentid",
        "TERMNAME": "termname",
        "TAXID": "taxid",
        "CREDITLIMIT": "creditlimit",
        "TERRITORYID": "territoryid",
        "RESALENO": "resaleno",
        "SHIPPINGMETHOD": "shippingmethod",
        "GLGROUP": "glgroup",
        "CURRENCY": "currency",
        "COMMENTS": "comments",
        "SUPDOCID": "supdocid",
    },
    "ITEM": {
        "ITEMTYPE": "itemtype",
        "EXTENDED_DESCRIPTION": "extdescription",
        "PRODUCTLINEID": "productlineid",
        "GLGROUP": "glgroupname",
        "BASEUOM": "standardunit",
        "STANDARD_COST": "standardcost",
        "TAXABLE": "taxable",
        "TAXGROUP": "taxgroup",
    },
}
# How companies name a field that holds a Department ID, without a prefix such as RP_ or CUSTOM_.
_DEPARTMENT_WORDS = ("DEPARTMENTID", "DEPTID", "DEPARTMENT", "DEPT", "DEPARTMENTNO", "DEPTNO")
# Ids, names and states, which have places of their own here, and what nobody would take for an id.
_NOT_OFFERED = ("RECORDNO", "STATUS", "NAME", "CUSTOMERID", "ITEMID", "SSN")


@dataclass(frozen=True)
class OfferedField:
    """A field to choose: its 3.0 name, its label in the company ("" where none is told)."""

    name: str
    label: str = ""
    is_custom: bool = False


def with_accounting_id_2(table: Table, field: str, *, chosen: bool = True) -> Table:
    """The table with a column for Accounting ID 2 from this field; the table itself for none ("").

    ``chosen``: a person named the field, so that it is a person who has to name another if it is gone.
    """
    if not field:
        return table
    column = Column(
        "accounting_id_2",
        field,
        (legacy_path(table.object, field),),
        # Custom fields come with each 2.1 record, empty ones too: one that none holds isn't there.
        always_shown=True,
        chosen=chosen,
    )
    return replace(table, columns=(*table.columns, column))


def legacy_path(object_name: str, field: str) -> str:
    """Where a 2.1 record holds a field of this 3.0 name."""
    return LEGACY_NAMES[object_name].get(field.upper()) or CUSTOM + field


def offered_by(definition: Definition) -> list[OfferedField]:
    """What may be chosen of an object's definition (3.0): custom fields first, then by label."""
    offered = [
        OfferedField(field.name, field.label, field.custom is True)
        for field in definition.fields
        if "." not in field.name and field.name not in _NOT_OFFERED
    ]
    return sorted(offered, key=lambda field: (not field.is_custom, (field.label or field.name).casefold()))


def offered_among(object_name: str, seen: Iterable[str]) -> list[OfferedField]:
    """What may be chosen of the names in a 2.1 record (``lookup_fields``), which tell no labels."""
    standard = {legacy: name for name, legacy in LEGACY_NAMES[object_name].items()}
    custom, others = set(), set()
    for name in seen:
        if name.startswith(CUSTOM):
            custom.add(name.removeprefix(CUSTOM))
        elif name in standard:
            others.add(standard[name])
    return [OfferedField(name, is_custom=True) for name in sorted(custom)] + [
        OfferedField(name) for name in sorted(others)
    ]


def department_field(definition: Definition) -> str:
    """*Automatic*: the item's field that holds a Department ID; "" if there is none (S-6, 3.0).

    A relationship to departments tells it for sure; else a name or a label that says so.
    """
    names = definition.names
    if DEPARTMENT_FIELD in names:
        return DEPARTMENT_FIELD
    for relationship in definition.relationships:
        if relationship.object.upper() == "DEPARTMENT":
            if relationship.related_by in names:
                return relationship.related_by
            if relationship.path:
                return f"{relationship.path}.{DEPARTMENT_FIELD}"
    return _best([(field.name, _rank_of_field(field)) for field in definition.fields])


def legacy_department_field(record: Record) -> str:
    """The same among the custom fields of one 2.1 record, by their names alone."""
    names = [name.removeprefix(CUSTOM) for name in record if name.startswith(CUSTOM)]
    return _best([(name, _rank(name)) for name in names])


def named_among(name: str, offered: Collection[OfferedField]) -> str:
    """The name in the spelling in which it is offered; as it is if it isn't."""
    return next((field.name for field in offered if field.name.casefold() == name.casefold()), name)


def value_in(record: Record, version: Version, table: Table, field: str) -> str | None:
    """The value of a field of one record; None where the record doesn't hold it."""
    return record.get(field if version is Version.V3_0 else legacy_path(table.object, field))


def _rank_of_field(field: FieldDefinition) -> int | None:
    if "." in field.name or field.custom is False:
        return None
    ranks = [rank for text in (field.name, field.label) if (rank := _rank(text)) is not None]
    return min(ranks, default=None)


def _rank(name: str) -> int | None:
    """How surely a field of this name or label holds a Department ID: 0 is the surest, None not at all."""
    words = "".join(char if char.isalnum() else " " for char in name.upper()).split()
    # "Department ID" and "DEPARTMENT_ID" are the word DEPARTMENTID; the first word may be a prefix.
    spelled = ["".join(words), "".join(words[1:])]
    ranks = [_DEPARTMENT_WORDS.index(text) for text in spelled if text in _DEPARTMENT_WORDS]
    return min(ranks, default=None)


def _best(ranked: Sequence[tuple[str, int | None]]) -> str:
    sure = [(rank, name) for name, rank in ranked if rank is not None]
    return min(sure)[1] if sure else ""
