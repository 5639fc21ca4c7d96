"""Filters of the three reading dialects, all brought to one hashable condition and one predicate.

A condition is ("and" | "or", conditions...), ("not", condition) or (operator, field, values...), with
the operator names of `query`.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from .kinds import DATE, DECIMAL, INTEGER, TIMESTAMP
from .tables import Row, Table, UnknownField

Condition = tuple[Any, ...]
Predicate = Callable[[Row], bool]

LEGACY_OPERATORS = {
    "=": "equalto",
    "!=": "notequalto",
    "<": "lessthan",
    "<=": "lessthanorequalto",
    ">": "greaterthan",
    ">=": "greaterthanorequalto",
    "like": "like",
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "equalto": lambda mine, theirs: mine == theirs,
    "notequalto": lambda mine, theirs: mine != theirs,
    "lessthan": lambda mine, theirs: mine < theirs,
    "lessthanorequalto": lambda mine, theirs: mine <= theirs,
    "greaterthan": lambda mine, theirs: mine > theirs,
    "greaterthanorequalto": lambda mine, theirs: mine >= theirs,
}
MOMENT = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})(?: (\d\d):(\d\d):(\d\d))?")


class BadCondition(Exception):
    """The gateway can't make sense of the filter; `str()` says why."""


def of_query(element: etree._Element) -> Condition:
    """The condition of a `filter` child of `query`."""
    name = str(element.tag)
    if name in ("and", "or"):
        return (name, *(of_query(child) for child in element))
    values = tuple((child.text or "") for child in element.findall("value"))
    return (name, (element.findtext("field") or "").strip(), *values)


def of_legacy(element: etree._Element, field_of: Callable[[str], str]) -> Condition:
    """The condition of a `logical` or `expression` of get_list; `field_of` knows the legacy names."""
    if element.tag == "logical":
        operands = (of_legacy(child, field_of) for child in element)
        return (element.get("logical_operator", "and"), *operands)
    operator = (element.findtext("operator") or "").strip()
    if operator not in LEGACY_OPERATORS:
        raise BadCondition(f"'{operator}' is not an operator of get_list.")
    name = field_of((element.findtext("field") or "").strip())
    return (LEGACY_OPERATORS[operator], name, element.findtext("value") or "")


def comparable(kind: str, text: str) -> Any:
    """`text` as something that sorts by its meaning; raises BadCondition."""
    if kind in (DATE, TIMESTAMP):
        found = MOMENT.fullmatch(text.strip())
        if found is None:
            raise BadCondition(f"'{text}' is not a date in the form MM/DD/YYYY.")
        month, day, year, *time = found.groups()
        clock = [int(part or 0) for part in time]
        return (int(year), int(month), int(day), *clock)
    if kind in (INTEGER, DECIMAL):
        try:
            return Decimal(text.strip())
        except InvalidOperation:
            raise BadCondition(f"'{text}' is not a number.") from None
    return text


def _like(pattern: str, folded: bool) -> re.Pattern[str]:
    parts = (re.escape(part) for part in pattern.split("%"))
    return re.compile(".*".join(parts), re.DOTALL | (re.IGNORECASE if folded else 0))


def _test(operator: str, kind: str, values: tuple[str, ...], folded: bool) -> Callable[[str], bool]:
    if operator == "isnull":
        return lambda text: text == ""
    if operator == "isnotnull":
        return lambda text: text != ""
    if not values:
        raise BadCondition(f"{operator} needs a value.")
    if operator in ("like", "notlike"):
        pattern, wanted = _like(values[0], folded), operator == "like"
        return lambda text: (pattern.fullmatch(text) is not None) is wanted

    def read(text: str) -> Any:
        value = comparable(kind, text)
        return value.casefold() if folded and isinstance(value, str) else value

    if operator in ("equalto", "notequalto") and values[0] == "":
        empty = operator == "equalto"
        return lambda text: (text == "") is empty
    bounds = [read(value) for value in values]
    if operator in ("in", "notin"):
        members, wanted = set(bounds), operator == "in"
        return lambda text: (text != "" and read(text) in members) is wanted
    if operator == "between":
        if len(bounds) != 2:
            raise BadCondition("between needs two values.")
        return lambda text: text != "" and bounds[0] <= read(text) <= bounds[1]
    compare, bound = COMPARISONS[operator], bounds[0]
    return lambda text: text != "" and compare(read(text), bound)


def predicate(table: Table, condition: Condition, *, folded: bool = False) -> Predicate:
    """A test of rows. Raises UnknownField and BadCondition before any row is looked at."""
    name, *rest = condition
    if name in ("and", "or"):
        tests = [predicate(table, each, folded=folded) for each in rest]
        if name == "and":
            return lambda row: all(test(row) for test in tests)
        return lambda row: any(test(row) for test in tests)
    if name == "not":
        inner = predicate(table, rest[0], folded=folded)
        return lambda row: not inner(row)
    field, *values = rest
    place = table.places.get(field)
    if place is None:
        raise UnknownField(field)
    test = _test(name, list(table.kind.types.values())[place], tuple(values), folded)
    return lambda row: test(row[place])


def fields_of(condition: Condition) -> list[str]:
    """Every field that the condition looks at."""
    name, *rest = condition
    if name in ("and", "or", "not"):
        return [field for each in rest for field in fields_of(each)]
    return [rest[0]]
