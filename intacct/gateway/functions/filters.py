"""One way to say what to look for, for ``query`` and ``readByQuery`` (3.0) and for ``get_list`` (legacy)."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from lxml import etree

from intacct.gateway.functions.base import Element, check_names, child

Operator = Literal[
    "equalto", "notequalto", "lessthan", "lessthanorequalto", "greaterthan", "greaterthanorequalto",
    "in", "like",
]  # fmt: skip

_LEGACY_OPERATORS = {
    "equalto": "=", "notequalto": "!=", "lessthan": "<", "lessthanorequalto": "<=",
    "greaterthan": ">", "greaterthanorequalto": ">=", "like": "like",
}  # fmt: skip
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_KEYWORDS = frozenset(("AND", "OR", "NOT", "LIKE", "IN", "IS", "NULL"))


@dataclass(frozen=True)
class Comparison:
    """One field against one value, or (``in``) against several.

    ValueError for what is no name, no operator, or not so many values.
    """

    field: str
    operator: Operator
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        check_names("a field", self.field)
        if self.operator not in get_args(Operator):
            raise ValueError(f"{self.operator!r} is not an operator.")
        if not self.values:
            raise ValueError("Name at least one value to look for.")
        if len(self.values) > 1 and self.operator != "in":
            raise ValueError(f"{self.operator} compares with one value.")


@dataclass(frozen=True)
class Logical:
    """Several filters joined by ``and`` or ``or``; ValueError for fewer than two, as the schemas have it."""

    operator: Literal["and", "or"]
    parts: tuple["Filter", ...]

    def __post_init__(self) -> None:
        if self.operator not in ("and", "or"):
            raise ValueError(f"{self.operator!r} joins no filters.")
        if len(self.parts) < 2:
            raise ValueError("Name at least two conditions to join.")


Filter = Comparison | Logical


def equal(field: str, value: str) -> Filter:
    """The field is exactly this value."""
    return Comparison(field, "equalto", (value,))


def one_of(field: str, values: tuple[str, ...]) -> Filter:
    """The field is one of these values; ValueError without any, since that would match nothing."""
    return Comparison(field, "in", values)


def at_least(field: str, value: str) -> Filter:
    """The field is this value or a greater one."""
    return Comparison(field, "greaterthanorequalto", (value,))


def all_of(*parts: Filter) -> Filter:
    """Every part fits; a single part stands for itself, as the schemas demand two for an ``and``.

    ValueError without any.
    """
    return _joined("and", parts)


def any_of(*parts: Filter) -> Filter:
    """At least one part fits. ValueError without any."""
    return _joined("or", parts)


def _joined(operator: Literal["and", "or"], parts: tuple[Filter, ...]) -> Filter:
    if not parts:
        raise ValueError("Name at least one condition.")
    return parts[0] if len(parts) == 1 else Logical(operator, parts)


def write_query_filter(parent: Element, condition: Filter) -> None:
    """Append the operators of ``query`` below ``<filter>``."""
    if isinstance(condition, Logical):
        joined = etree.SubElement(parent, condition.operator)
        for part in condition.parts:
            write_query_filter(joined, part)
        return
    comparison = etree.SubElement(parent, condition.operator)
    child(comparison, "field", condition.field)
    for value in condition.values:
        child(comparison, "value", value)


def write_list_filter(parent: Element, condition: Filter) -> None:
    """Append ``logical`` and ``expression`` below the ``<filter>`` of ``get_list``."""
    if isinstance(condition, Logical):
        joined = etree.SubElement(parent, "logical", logical_operator=condition.operator)
        for part in condition.parts:
            write_list_filter(joined, part)
        return
    if condition.operator == "in":  # legacy lists know no "in"
        write_list_filter(parent, any_of(*(equal(condition.field, value) for value in condition.values)))
        return
    expression = etree.SubElement(parent, "expression")
    child(expression, "field", condition.field)
    child(expression, "operator", _LEGACY_OPERATORS[condition.operator])
    child(expression, "value", condition.values[0])


def query_text(condition: Filter) -> str:
    """The text of ``readByQuery``: ``NAME = 'Erik\\'s Deli' AND (TERMNAME in ('Net 15', 'Net 30'))``.

    Every value is quoted; a quote or backslash in it gets a backslash. ValueError for a name that is no
    field's, since it would change the meaning of the text.
    """
    if isinstance(condition, Logical):
        return f" {condition.operator.upper()} ".join(f"({query_text(part)})" for part in condition.parts)
    check_text_names(condition.field)
    values = [_quoted(value) for value in condition.values]
    if condition.operator == "in":
        return f"{condition.field} in ({', '.join(values)})"
    if condition.operator == "notequalto":  # the language knows no sign for it
        return f"{condition.field} not in ({values[0]})"
    return f"{condition.field} {_LEGACY_OPERATORS[condition.operator]} {values[0]}"


def check_text_names(*names: str) -> None:
    """ValueError for what can't stand in a text without quotes, as the names of fields do."""
    for name in names:
        if not _FIELD.fullmatch(name) or name.upper() in _KEYWORDS:
            raise ValueError(f"{name!r} is not the name of a field.")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
