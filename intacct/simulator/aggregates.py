"""`count`, `sum`, `avg`, `min` and `max` in the select of a `query`: a record per group of its plain fields.

A result stands in an element `<SUM.TOTALDUE>`; empty fields don't count.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from .checks import plain
from .conditions import BadCondition, sortable
from .kinds import DECIMAL, INTEGER, Kind
from .markup import escape
from .tables import Row
from .values import decimal_of

Selected = Sequence[tuple[str, str]]  # ("field" or an aggregate's name, the field)
AVERAGE_PLACES = Decimal("0.0001")


def names(selected: Selected) -> list[str]:
    """The elements that a record of the answer has."""
    return [field if word == "field" else f"{word.upper()}.{field}" for word, field in selected]


def records(kind: Kind, rows: Iterable[Row], selected: Selected) -> list[str]:
    """A whole element for each group, in the order in which they come up. Raises BadCondition."""
    places = [kind.positions[field] for _word, field in selected]
    types = [list(kind.types.values())[place] for place in places]
    for (word, field), data_type in zip(selected, types, strict=True):
        if word in ("sum", "avg") and data_type not in (INTEGER, DECIMAL):
            raise BadCondition(f"{word} of {field}, which is no number.")
    plain_places = [place for (word, _), place in zip(selected, places, strict=True) if word == "field"]
    groups: dict[tuple[str, ...], list[Row]] = {} if plain_places else {(): []}
    for row in rows:
        groups.setdefault(tuple(row[place] for place in plain_places), []).append(row)
    found = []
    for members in groups.values():
        texts = [
            members[0][place]
            if word == "field"
            else _aggregate(word, data_type, [row[place] for row in members if row[place]])
            for (word, _), place, data_type in zip(selected, places, types, strict=True)
        ]
        leaves = (
            f"<{name}>{escape(text)}</{name}>" for name, text in zip(names(selected), texts, strict=True)
        )
        found.append(f"<{kind.name}>{''.join(leaves)}</{kind.name}>")
    return found


def _aggregate(word: str, data_type: str, texts: list[str]) -> str:
    if word == "count":
        return str(len(texts))
    if not texts:
        return ""
    if word in ("min", "max"):
        return (min if word == "min" else max)(texts, key=lambda text: sortable(data_type, text))
    numbers = [number for number in map(decimal_of, texts) if number is not None]
    total = sum(numbers, Decimal(0))
    if word == "avg" and numbers:
        total = (total / len(numbers)).quantize(AVERAGE_PLACES)
    return plain(total)
