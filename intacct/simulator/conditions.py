"""Filters of the three reading dialects, all brought to one hashable condition and one predicate.

A condition is ("and" | "or", conditions...), ("not", condition) or (operator, field, values...), with
the operator names of `query`.
"""

from collections.abc import Callable
from typing import Any

from lxml import etree

from .kinds import DATE, DECIMAL, INTEGER, TIMESTAMP
from .tables import Row, Table, UnknownField
from .values import decimal_of, moment_of

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
OTHERS = {"like", "notlike", "in", "notin", "between"}


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
        moment = moment_of(text)
        if moment is None:
            raise BadCondition(f"'{text}' is not a date in the form MM/DD/YYYY.")
        return moment
    if kind in (INTEGER, DECIMAL):
        value = decimal_of(text)
        if value is None:
            raise BadCondition(f"'{text}' is not a number.")
        return value
    return text


def sortable(kind: str, text: str) -> tuple[int, Any]:
    """A stored text as a key to sort by: empty ones first, then what its type can't read, which a test
    may have planted."""
    if text == "":
        return (0, "")
    try:
        return (2, comparable(kind, text))
    except BadCondition:
        return (1, text)


def _like(pattern: str, folded: bool) -> Callable[[str], bool]:
    """Whether a text is like a pattern with `%`; in one pass, however many of them there are."""
    first, *others = (pattern.casefold() if folded else pattern).split("%")

    def test(text: str) -> bool:
        text = text.casefold() if folded else text
        if not others:
            return text == first
        last = others[-1]
        if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
            return False
        place, end = len(first), len(text) - len(last)
        for part in others[:-1]:
            place = text.find(part, place, end)
            if place < 0:
                return False
            place += len(part)
        return True

    return test


def _test(operator: str, kind: str, values: tuple[str, ...], folded: bool) -> Callable[[str], bool]:
    if operator == "isnull":
        return lambda text: text == ""
    if operator == "isnotnull":
        return lambda text: text != ""
    if operator not in (*COMPARISONS, *OTHERS):
        raise BadCondition(f"'{operator}' is not an operator.")
    if not values:
        raise BadCondition(f"{operator} needs a value.")
    if operator in ("like", "notlike"):
        like, wanted = _like(values[0], folded), operator == "like"
        return lambda text: like(text) is wanted

    def read(text: str) -> Any:
        value = comparable(kind, text)
        return value.casefold() if folded and isinstance(value, str) else value

    def stored(text: str, fits: Callable[[Any], bool]) -> bool:
        """Nothing compares with an empty field, nor with one that its type can't read."""
        try:
            return text != "" and fits(read(text))
        except BadCondition:
            return False

    if operator in ("equalto", "notequalto") and values[0] == "":
        empty = operator == "equalto"
        return lambda text: (text == "") is empty
    bounds = [read(value) for value in values]
    if operator in ("in", "notin"):
        members, wanted = set(bounds), operator == "in"
        return lambda text: stored(text, members.__contains__) is wanted
    if operator == "between":
        if len(bounds) != 2:
            raise BadCondition("between needs two values.")
        return lambda text: stored(text, lambda mine: bounds[0] <= mine <= bounds[1])
    compare, bound = COMPARISONS[operator], bounds[0]
    return lambda text: stored(text, lambda mine: compare(mine, bound))


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
