"""Where a list stands: which page to ask for next, and whether it really was the last one.

A list that breaks off must never look like a thousand deletions (spec I-5): what is missing at the end
raises ListIncomplete. Totals that change between pages are left to the caller, who sees them on each page.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from intacct.gateway.answers import ResultPart
from intacct.gateway.errors import ListIncomplete
from intacct.gateway.functions import Function, GetList, Query, ReadByQuery, ReadMore
from intacct.gateway.functions.get_list import SORT_FIELDS
from intacct.gateway.settings import Limits

Listing = Query | ReadByQuery | GetList


@dataclass(frozen=True)
class Page:
    """Flat records (see ``records.py``), how many the whole list has by this page's word (None: it does
    not say), and how many came before.

    ``begins_again``: a ``ReadByQuery`` had to start anew; what its earlier pages brought must be forgotten.
    """

    records: list[dict[str, str]]
    total: int | None
    offset: int
    begins_again: bool = False


@dataclass(frozen=True)
class Step:
    """One page as it came; ``records`` are whatever was made of them."""

    records: Sequence[Any]
    total: int | None
    offset: int
    begins_again: bool = False


@dataclass(frozen=True)
class _Position:
    """What a page says of the list: its total, where the next page begins, how many remain."""

    total: int | None
    following: int
    remaining: int | None


class Paging(ABC):
    """Walks one listing, page by page."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._offset = 0
        self._ends: tuple[Any, Any] | None = None
        self.done = False

    @abstractmethod
    def request(self) -> Function:
        """The question for the next page."""

    @abstractmethod
    def _read(self, result: ResultPart) -> _Position: ...

    @abstractmethod
    def _tells_records_apart(self) -> bool: ...

    def take(self, result: ResultPart) -> Step:
        """Note the page that answers the request, and find out where the next one begins."""
        position = self._read(result)
        step = Step(result.records, position.total, self._offset)
        self.done = self._is_last(len(result.records), position)
        if not self.done:
            self._check_is_another(result.records)
        self._offset = position.following
        return step

    def _check_position(self, position: int | None) -> None:
        if position is not None and position != self._offset:
            raise _incomplete("Intacct answered another page than the one asked for.")

    def _is_last(self, count: int, position: _Position) -> bool:
        remaining = position.remaining
        if remaining is None and position.total is not None:
            remaining = max(0, position.total - position.following)
        if remaining is None:
            return count == 0
        if remaining and (count == 0 or position.following <= self._offset):
            raise _incomplete("The list broke off before its end.")
        return remaining == 0

    def _check_is_another(self, records: Sequence[Any]) -> None:
        """A gateway that repeats one page for ever would else never come to an end."""
        if not records or not self._tells_records_apart():
            return
        ends = (records[0], records[-1])
        if ends == self._ends:
            raise _incomplete("Intacct answered the same page twice.")
        self._ends = ends


class QueryPaging(Paging):
    """By offset; each page says how many remain."""

    def __init__(self, query: Query, limits: Limits) -> None:
        super().__init__(limits)
        self._query = query

    def request(self) -> Function:
        return self._query.page(self._offset, self._limits.query_page_size)

    def _read(self, result: ResultPart) -> _Position:
        if result.data is None:
            raise _incomplete("A page came without data.")
        self._check_position(_number(result.data.get("offset")))
        return _Position(
            _number(result.data.get("totalcount")),
            self._offset + len(result.records),
            _number(result.data.get("numremaining")),
        )

    def _tells_records_apart(self) -> bool:
        return "RECORDNO" in self._query.fields


class CursorPaging(Paging):
    """By a cursor that the gateway keeps; it moves with every answer, even with one that got lost."""

    def __init__(self, read: ReadByQuery, limits: Limits) -> None:
        super().__init__(limits)
        self._read_by_query = read
        self._result_id = ""
        self._remaining: int | None = None

    def request(self) -> Function:
        if self._result_id:
            return ReadMore(self._result_id, self._read_by_query.object)
        return self._read_by_query.page(self._limits.list_page_size)

    def _read(self, result: ResultPart) -> _Position:
        if result.data is None:
            raise _incomplete("A page came without data.")
        count = len(result.records)
        remaining = _number(result.data.get("numremaining"))
        # A page that was skipped shows here only.
        if self._remaining is not None and remaining is not None and remaining != self._remaining - count:
            raise _incomplete("Intacct left out a part of the list.")
        self._remaining = remaining
        self._result_id = result.data.get("resultId") or self._result_id
        if remaining and not self._result_id:
            raise _incomplete("The list broke off before its end.")
        return _Position(_number(result.data.get("totalcount")), self._offset + count, remaining)

    def _tells_records_apart(self) -> bool:
        return not self._read_by_query.fields or "RECORDNO" in self._read_by_query.fields


class ListPaging(Paging):
    """By start and inclusive end, which count from zero; legacy lists do not say how many remain."""

    def __init__(self, get_list: GetList, limits: Limits) -> None:
        super().__init__(limits)
        self._list = get_list

    def request(self) -> Function:
        return self._list.page(self._offset, self._limits.list_page_size)

    def _read(self, result: ResultPart) -> _Position:
        count = len(result.records)
        if result.listtype is None:
            # How an empty list looks is documented nowhere; a first page with nothing in it is one.
            return _Position(0 if not count and not self._offset else None, self._offset + count, None)
        end = _number(result.listtype.get("end"))
        if count:
            self._check_position(_number(result.listtype.get("start")))
        total = _number(result.listtype.get("total"))
        if total is None and not count and not self._offset:
            total = 0
        following = end + 1 if count and end is not None else self._offset + count
        # After the first page an empty one is the end, even of a list that announced more; whoever
        # compares the total sees it.
        ended = not count and self._offset > 0
        return _Position(total, following, 0 if ended else None)

    def _tells_records_apart(self) -> bool:
        fields = self._list.fields
        return not fields or SORT_FIELDS.get(self._list.object, "") in fields


def paging_of(listing: Listing, limits: Limits) -> Paging:
    """The way in which a listing is walked."""
    if isinstance(listing, Query):
        return QueryPaging(listing, limits)
    if isinstance(listing, ReadByQuery):
        return CursorPaging(listing, limits)
    return ListPaging(listing, limits)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _incomplete(sentence: str) -> ListIncomplete:
    return ListIncomplete(
        sentence, advice="Nothing was changed. Start it again.", level="result", retryable=False
    )
