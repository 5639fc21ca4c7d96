"""Records that are nothing but texts between tags, read off an answer several times faster than a tree.

A list of many thousands is nearly always of one form: every record the same tags in the same order, no
attributes, nothing nested, nothing escaped. What has exactly this form is by XML's grammar just these texts.
Whatever differs in the least goes to the parser, for which this module decides nothing: a record that differs
is parsed by itself, and where that fails (a CDATA section that quotes tags, say) the parser gets all that
follows. So both ways come to the same; `tests/gateway/test_plain_records.py` holds one against the other.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from lxml import etree

from intacct.gateway.functions.base import Element

Row = tuple[str, ...]
MOST_FORMS = 32
"""Remembered; a gateway that names fields differently in each record must not fill the memory."""
MOST_FORMS_OF_AN_ANSWER = 8
MOST_FIELDS = 200
SPACE = " \t\n"
_GAP = f"[{SPACE}]*"
_OPENING = re.compile(rb"[ \t\r\n]*<([A-Za-z_][A-Za-z0-9_.-]*)>")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# What a text may not hold to be taken as it stands: references, line ends that XML rewrites, and what no
# document may hold at all, "]]>" among it, which is for the parser to refuse.
_MARKS = ("&", "\r", "]]>", "\ufffe", "\uffff", *map(chr, sorted(set(range(0x20)) - set(b"\t\n\r"))))
# The first byte of each: single bytes are found a hundred times faster, and hardly an answer holds one.
_FIRST_BYTES = tuple({mark.encode()[:1] for mark in _MARKS})


@runtime_checkable
class TakesRows(Protocol):
    """What a list's records become, element by element or many at a time as rows of texts."""

    def __call__(self, element: Element) -> Any: ...

    def rows(self, names: tuple[str, ...], rows: Sequence[Row]) -> Sequence[Any]:
        """One result per row; ``names`` are the tags of its texts."""
        ...


@dataclass(frozen=True)
class Taken:
    """What the records that were complete have become, and how many bytes they were. ``is_over``: all that
    follows is for the parser."""

    results: list[Any]
    length: int = 0
    is_over: bool = False


class PlainRecords:
    """Reads the records inside one ``<data>``. ``parser``: as strict as the answer's own."""

    def __init__(self, take: TakesRows, parser: etree.XMLParser) -> None:
        self._take = take
        self._parser = parser
        self._tag = ""
        self._form: Form | None = None
        self._forms_left = MOST_FORMS_OF_AN_ANSWER

    def take(self, waiting: bytes) -> Taken:
        """The records that are complete at the beginning of ``waiting``, which begins between two of them."""
        opening = _OPENING.match(waiting)
        if opening is None:  # too little to tell, the end of the list, or something else
            return Taken([], is_over=b">" in waiting)
        self._tag = self._tag or opening[1].decode()
        closing = f"</{self._tag}>".encode()
        end = waiting.rfind(closing) + len(closing)
        if end < len(closing):
            return Taken([], is_over=opening[1].decode() != self._tag)
        complete = waiting[:end]
        try:
            text = complete.decode()
        except UnicodeDecodeError:
            return Taken([], is_over=True)
        results: list[Any] = []
        place = 0
        may_be_odd = any(first in complete for first in _FIRST_BYTES)
        odd = sorted(place for mark in _MARKS for place in _places(mark, text)) if may_be_odd else []
        for some, end_of_some in self._records(text, odd):
            results += some
            place = end_of_some
        is_over = place < len(text)
        return Taken(results, len(text[:place].encode()) if is_over else end, is_over)

    def _records(self, text: str, odd: Sequence[int]) -> Iterator[tuple[Sequence[Any], int]]:
        """Results, and where the text goes on behind them; ``odd`` are the places of marks in it."""
        place = 0
        while place < len(text):
            if self._form is not None:
                rows, place = self._form.rows(text, place, odd)
                if rows:
                    yield self._take.rows(self._form.names, rows), place
            if place == len(text):
                return
            end = text.find(f"</{self._tag}>", place) + len(f"</{self._tag}>")
            element = self._parsed(text[place:end].strip(SPACE))
            if element is None:
                return
            place = end
            names = _names(element)
            if not names:
                yield [self._take(element)], place
                continue
            self._learn(names)
            yield self._take.rows(names, [tuple(field.text or "" for field in element)]), place

    def _parsed(self, text: str) -> Element | None:
        """A record by itself; None if the text is no single element. One that is, is the same wherever
        content may stand: nothing around it can change what it means."""
        if not text.startswith(f"<{self._tag}"):
            return None
        try:
            element = etree.fromstring(text.encode(), self._parser)
        except etree.XMLSyntaxError:
            return None
        return element if element.tag == self._tag else None

    def _learn(self, names: tuple[str, ...]) -> None:
        """The next ones are likely to be of the form of this one."""
        if self._forms_left and (self._form is None or names != self._form.names):
            self._forms_left -= 1
            self._form = form_of(self._tag, names)


@dataclass(frozen=True)
class Form:
    """Records of one tag that hold the tags ``names`` in this order: ``usual`` without anything between them,
    ``spaced`` with white space there, or with empty ones in short (``<a/>``)."""

    names: tuple[str, ...]
    usual: re.Pattern[str]
    spaced: re.Pattern[str]

    def rows(self, text: str, place: int, odd: Sequence[int]) -> tuple[list[Row], int]:
        """The texts of the records of this form from ``place`` on, up to the first one of another form or
        with something ``odd`` in it (places, ascending); and where that one begins."""
        later = bisect_left(odd, place)
        limit = odd[later] if later < len(odd) else len(text)
        usual, spaced = self.usual.match, self.spaced.match
        rows: list[Row] = []
        while found := usual(text, place) or spaced(text, place):
            end = found.end()
            if end > limit:
                break
            rows.append(found.groups(""))
            place = end
        return rows, place


@lru_cache(MOST_FORMS)
def form_of(tag: str, names: tuple[str, ...]) -> Form:
    tag, fields = re.escape(tag), [re.escape(name) for name in names]
    usual = "".join(f"<{name}>([^<]*)</{name}>" for name in fields)
    spaced = "".join(f"{_GAP}<{name}(?:>([^<]*)</{name}>|/>)" for name in fields)
    return Form(
        names, re.compile(f"<{tag}>{usual}</{tag}>"), re.compile(f"{_GAP}<{tag}>{spaced}{_GAP}</{tag}>")
    )


def _places(mark: str, text: str) -> Iterator[int]:
    place = text.find(mark)
    while place >= 0:
        yield place
        place = text.find(mark, place + 1)


def _names(element: Element) -> tuple[str, ...]:
    """The tags of a record that holds nothing but texts; () if it is none, or has two of one name."""
    names = tuple(str(field.tag) for field in element if not len(field))
    is_plain = len(names) == len(element) == len(set(names)) <= MOST_FIELDS
    return names if is_plain and all(map(_NAME.fullmatch, names)) else ()
