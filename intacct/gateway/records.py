"""Records out of an answer, flattened by dotted path.

``query`` spells related fields with dots already, ``read`` and the legacy lists nest them; both come out
alike: ``{"DISPLAYCONTACT.EMAIL1": "..."}``. What the answer does not hold is no key, what it holds empty
is "" (spec I-3). Legacy custom fields become ``customfields.NAME``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from intacct.gateway.errors import ProtocolFault
from intacct.gateway.functions.base import Element


def records_in(data: Element | None, *, max_depth: int) -> list[dict[str, str]]:
    """One dict per child of ``<data>``; ProtocolFault if one is nested deeper than ``max_depth``."""
    if data is None:
        return []
    return [flat_record(element, max_depth) for element in data]


@dataclass(frozen=True)
class FlatRecords:
    """Makes flat records of elements, or of many rows of texts at once."""

    max_depth: int

    def __call__(self, element: Element) -> dict[str, str]:
        return flat_record(element, self.max_depth)

    def rows(self, names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[Mapping[str, str]]:
        places = _places(names)
        return [FlatRow(places, row) for row in rows]


class FlatRow(Mapping[str, str]):
    """A flat record that shares its names with others; ``places`` tells where in ``row`` each one's text is.
    Many of them are turned into columns at once by their rows."""

    __slots__ = ("places", "row")

    def __init__(self, places: Mapping[str, int], row: tuple[str, ...]) -> None:
        self.places = places
        self.row = row

    def __getitem__(self, name: str) -> str:
        return self.row[self.places[name]]

    def __contains__(self, name: object) -> bool:  # Mapping's own would fetch the text
        return name in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def __repr__(self) -> str:
        return repr(dict(self))


@lru_cache(64)
def _places(names: tuple[str, ...]) -> dict[str, int]:
    """One and the same for the same names, so that records of one form are known by it."""
    return {name: place for place, name in enumerate(names)}


def flat_record(element: Element, max_depth: int) -> dict[str, str]:
    """The record of one element; ProtocolFault if it is nested deeper than ``max_depth``."""
    record: dict[str, str] = {}
    for field in element:
        if len(field):
            _add_nested(record, field, field.tag, max_depth - 1)
        else:
            record[field.tag] = field.text or ""
    return record


def _add_nested(record: dict[str, str], group: Element, path: str, depth_left: int) -> None:
    if depth_left <= 0:
        raise ProtocolFault("The answer is nested too deeply.", level="protocol")
    for field in group:
        if field.tag == "customfield":
            name = field.findtext("customfieldname")
            if name:
                record.setdefault(f"{path}.{name}", field.findtext("customfieldvalue") or "")
        elif len(field):
            _add_nested(record, field, f"{path}.{field.tag}", depth_left - 1)
        else:
            # Of repeated groups (a contact list, say) a flat record can hold one: the first.
            record.setdefault(f"{path}.{field.tag}", field.text or "")
