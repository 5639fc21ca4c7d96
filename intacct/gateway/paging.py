"""Where a list stands: which page to ask for next, and whether it really was the last one.

A list that breaks off must never look like a thousand deletions (spec I-5): what is missing at the end
raises ListIncomplete. Totals that change between pages are left to the caller, who sees them on each page.
"""

from dataclasses import dataclass

from lxml import etree

from intacct.gateway.answers import ResultPart
from intacct.gateway.errors import ListIncomplete
from intacct.gateway.functions import GetList, Query
from intacct.gateway.functions.base import Element
from intacct.gateway.functions.get_list import SORT_FIELDS
from intacct.gateway.settings import Limits

Listing = Query | GetList


@dataclass(frozen=True)
class Page:
    """Flat records (see ``records.py``), how many the whole list has by this page's word (None: it does
    not say), and how many came before.
    """

    records: list[dict[str, str]]
    total: int | None
    offset: int


@dataclass(frozen=True)
class Step:
    """One page as it came."""

    data: Element | None
    total: int | None
    offset: int


class Paging:
    """Walks one listing, page by page."""

    def __init__(self, listing: Listing, limits: Limits) -> None:
        self._listing = listing
        self._size = limits.query_page_size if isinstance(listing, Query) else limits.list_page_size
        self._offset = 0
        self._fingerprint = b""
        self.done = False

    def request(self) -> Listing:
        """The question for the next page."""
        return self._listing.page(self._offset, self._size)

    def take(self, result: ResultPart) -> Step:
        """Note the page that answers the request, and find out where the next one begins."""
        count = 0 if result.data is None else len(result.data)
        read = self._read_query if isinstance(self._listing, Query) else self._read_list
        total, following, remaining = read(result, count)
        step = Step(result.data, total, self._offset)
        self.done = self._is_last(count, total, following, remaining)
        if not self.done:
            self._check_is_another(result.data)
        self._offset = following
        return step

    def _read_query(self, result: ResultPart, count: int) -> tuple[int | None, int, int | None]:
        """total, where the next page begins, how many remain"""
        if result.data is None:
            raise _incomplete("A page came without data.")
        self._check_position(_number(result.data.get("offset")))
        total = _number(result.data.get("totalcount"))
        return total, self._offset + count, _number(result.data.get("numremaining"))

    def _read_list(self, result: ResultPart, count: int) -> tuple[int | None, int, int | None]:
        if result.listtype is None:
            # How an empty list looks is documented nowhere; a first page with nothing in it is one.
            return (0 if not count and not self._offset else None), self._offset + count, None
        end = _number(result.listtype.get("end"))
        if count:
            self._check_position(_number(result.listtype.get("start")))
        total = _number(result.listtype.get("total"))
        if total is None and not count and not self._offset:
            total = 0
        # ``end`` counts from zero and belongs to the page.
        following = end + 1 if count and end is not None else self._offset + count
        # Legacy lists do not say how many remain: after the first page an empty one is the end, even of
        # a list that announced more; whoever compares the total sees it.
        ended = not count and self._offset > 0
        return total, following, 0 if ended else None

    def _check_position(self, position: int | None) -> None:
        if position is not None and position != self._offset:
            raise _incomplete("Intacct answered another page than the one asked for.")

    def _is_last(self, count: int, total: int | None, following: int, remaining: int | None) -> bool:
        if remaining is None and total is not None:
            remaining = max(0, total - following)
        if remaining is None:
            return count == 0
        if remaining and (count == 0 or following <= self._offset):
            raise _incomplete("The list broke off before its end.")
        return remaining == 0

    def _check_is_another(self, data: Element | None) -> None:
        """A gateway that repeats one page for ever would else never come to an end."""
        if data is None or not self._tells_records_apart():
            return
        fingerprint = etree.tostring(data[0]) + etree.tostring(data[-1])
        if fingerprint == self._fingerprint:
            raise _incomplete("Intacct answered the same page twice.")
        self._fingerprint = fingerprint

    def _tells_records_apart(self) -> bool:
        fields = self._listing.fields
        if isinstance(self._listing, Query):
            return "RECORDNO" in fields
        return not fields or SORT_FIELDS.get(self._listing.object, "") in fields


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _incomplete(sentence: str) -> ListIncomplete:
    return ListIncomplete(
        sentence, advice="Nothing was changed. Start it again.", level="result", retryable=False
    )
