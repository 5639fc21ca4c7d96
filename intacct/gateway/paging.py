"""Where a list stands: which page to ask for next, whether it really was the last one, and what its total
is worth.

A list that breaks off must never look like a thousand deletions (spec I-5): what is missing at the end
raises ListIncomplete. Records come and go while a list is read; a record that was there all the time is
either read, or the walk says by its totals that one may be missing: a ``total`` that differs from what came,
or None. How far each way of paging can vouch for that stands with its class.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import ge
from typing import Any

from intacct.gateway.answer_stream import TakeRecord
from intacct.gateway.answers import ResultPart
from intacct.gateway.errors import ListIncomplete
from intacct.gateway.functions import Function, GetList, Query, ReadByQuery, ReadMore
from intacct.gateway.functions.base import Element
from intacct.gateway.functions.query import RECORD_NUMBER
from intacct.gateway.plain_records import Row, TakesRows
from intacct.gateway.settings import Limits

Listing = Query | ReadByQuery | GetList


@dataclass(frozen=True)
class Page:
    """Flat records (see ``records.py``), and how many came, or were passed over, before.

    ``total``: how many records the whole list has as far as this page can tell, those read before included.
    None: the gateway does not say, or its word can't be trusted any more. The list is whole if every page's
    total is the number of records read.
    ``grown``: records were added behind what had been read, which the pages before couldn't know: this total
    takes the place of theirs.
    ``doubtful``: the list moved while it was read, or contradicted itself: some of it may be missing.
    ``begins_again``: a ``ReadByQuery`` had to start anew; what its earlier pages brought must be forgotten.
    """

    records: list[Mapping[str, str]]
    total: int | None
    offset: int
    begins_again: bool = False
    grown: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Step:
    """One page as it came; ``records`` are whatever was made of them. The rest is as in Page."""

    records: Sequence[Any]
    total: int | None
    offset: int
    begins_again: bool = False
    grown: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class WithKeys:
    """Makes pairs of a record's key and of what ``take`` makes of it."""

    fields: tuple[str, ...]
    key: Callable[[tuple[str | None, ...]], Hashable]
    take: TakeRecord

    def __call__(self, element: Element) -> tuple[Hashable, Any]:
        return self.key(tuple([element.findtext(name) for name in self.fields])), self.take(element)


@dataclass(frozen=True)
class RowsWithKeys:
    """The same of many rows of texts at once, too."""

    single: WithKeys
    take: TakesRows

    def __call__(self, element: Element) -> tuple[Hashable, Any]:
        return self.single(element)

    def rows(self, names: tuple[str, ...], rows: Sequence[Row]) -> list[tuple[Hashable, Any]]:
        places = {name: place for place, name in enumerate(names)}
        untold = (None,) * len(rows)
        told = zip(
            *(
                [row[places[name]] for row in rows] if name in places else untold
                for name in self.single.fields
            ),
            strict=True,
        )
        return list(zip(map(self.single.key, told), self.take.rows(names, rows), strict=True))


class Paging(ABC):
    """Walks one listing, page by page. ``done`` once the last page was taken."""

    def __init__(self, limits: Limits, offset: int = 0) -> None:
        self.done = False
        self._limits = limits
        self._offset = offset
        """Where the next page's new records begin."""
        self._begun = False
        self._count = 0
        self._doubtful = False
        self._ends: tuple[Hashable, Hashable] | None = None

    @abstractmethod
    def request(self) -> Function:
        """The question for the next page."""

    @abstractmethod
    def take(self, result: ResultPart) -> Step:
        """Note the page that answers the request, and find out where the next one begins. Its records are
        pairs, as ``with_keys`` makes them.
        """

    @property
    @abstractmethod
    def _key_fields(self) -> tuple[str, ...]:
        """The fields that tell a record from the others."""

    @abstractmethod
    def _key(self, told: tuple[str | None, ...]) -> Hashable:
        """What tells a record from the others, of what it holds in these fields; None if nothing does."""

    def with_keys(self, take: TakeRecord) -> TakeRecord:
        """``take``, with what tells the record from others before it."""
        with_keys = WithKeys(self._key_fields, self._key, take)
        return RowsWithKeys(with_keys, take) if isinstance(take, TakesRows) else with_keys

    def _check_size(self, count: int, asked: int | None) -> None:
        """A gateway that never comes to an end must not be read for ever."""
        if asked is not None and count > asked:
            raise _incomplete(f"Intacct sent {count:,} records where at most {asked:,} were asked for.")
        self._count += count
        if self._count > self._limits.max_list_records:
            raise _incomplete(f"The list goes on after {self._limits.max_list_records:,} records.")

    def _check_is_another(self, keys: Sequence[Hashable]) -> None:
        if not keys or keys[0] is None:
            return
        ends = (keys[0], keys[-1])
        if ends == self._ends:
            raise _incomplete("Intacct answered the same page twice.")
        self._ends = ends

    def _step(self, records: Sequence[Any], total: int | None, offset: int, *, grown: bool = False) -> Step:
        if total is not None and total > self._limits.max_list_records:
            self._doubtful = True  # no company has so many
        self._begun = True
        return Step(
            records,
            None if self._doubtful else total,
            offset,
            grown=grown and not self._doubtful,
            doubtful=self._doubtful,
        )


class QueryPaging(Paging):
    """By RECORDNO: each page begins behind the last record of the one before.

    Offsets count rows, and rows shift when one is added or deleted; a RECORDNO never changes. Whatever
    happens between two pages, a record that was there all the time has its place in front of a page's
    beginning or behind it, and so it is read, once. This holds as long as every page is in ascending order
    and begins behind the one before; that is checked, and ListIncomplete if it doesn't.

    The total of a page is what was read before plus what the gateway counts from there on:

    - deleted after it was read: counted as read. The totals agree; the record was there when it was read.
    - deleted before it was read: this page's total is lower than those before. It may as well be that the
      user has lost sight of a part of the list, so that it stays a difference and nobody acts on it.
    - added: a new RECORDNO is the highest of all, so that it is read at the end. This page's total is higher
      than those before, and ``grown`` says why: nothing can be missing.
    - fewer sent than counted (with or without ``numremaining`` saying so): the total stays too high.
    - more to come than counted: the page contradicts itself. No total any more.
    """

    def __init__(self, query: Query, limits: Limits) -> None:
        super().__init__(limits, query.offset)
        self._query = query
        self._after: int | None = None
        self._total: int | None = None
        self._steady = True

    def request(self) -> Query:
        return self._query.page(self._limits.query_page_size, after=self._after)

    _key_fields = (RECORD_NUMBER,)

    def _key(self, told: tuple[str | None, ...]) -> int | None:
        return _number(told[0])

    def take(self, result: ResultPart) -> Step:
        if result.data is None:
            raise _incomplete("A page came without data.")
        asked, count = self.request(), len(result.records)
        _check_position(_number(result.data.get("offset")), asked.offset)
        self._check_size(count, asked.page_size)
        self._check_order([key for key, _ in result.records])
        self._steady = self._steady and _number(result.data.get("count")) in (None, count)
        counted = _number(result.data.get("totalcount"))
        left = None if counted is None else max(0, counted - asked.offset - count)
        remaining = _number(result.data.get("numremaining"))
        if left is not None and remaining is not None and remaining != left:
            self._steady = False
            self._doubtful = self._doubtful or remaining > left
        remaining = left if remaining is None else remaining
        if remaining and not count:
            raise _incomplete("The list broke off before its end.")
        self.done = not (count if remaining is None else remaining)
        if not self.done and self._after is None:
            raise _incomplete("Intacct tells no record numbers, so that the list can't be gone on with.")
        total = None if counted is None else self._offset - asked.offset + counted
        step = self._step(
            [record for _, record in result.records], total, self._offset, grown=self._has_grown(total)
        )
        self._offset += count
        return step

    def _check_order(self, keys: list[int | None]) -> None:
        """Ascending, and behind what was read; the last one is where the next page begins."""
        told = [key for key in (self._after, *keys) if key is not None]
        if any(map(ge, told, told[1:])):
            raise _incomplete("Intacct did not go on where the list stood.")
        if self._begun and None in keys:
            self._doubtful = True
        if keys:
            self._after = keys[-1]

    def _has_grown(self, total: int | None) -> bool:
        before, self._total = self._total, total
        if before is None or total is None:
            self._steady = self._steady and not self._begun
            return False
        self._steady = self._steady and total >= before
        return self._steady and total > before


class CursorPaging(Paging):
    """By a cursor that the gateway keeps; it moves with every answer, even with one that got lost.

    What the cursor goes through was settled with the first page: whatever changes meanwhile doesn't touch
    it. How many remain tells whether a page was left out; a total that changes nevertheless is no total.
    """

    def __init__(self, read: ReadByQuery, limits: Limits) -> None:
        super().__init__(limits)
        self._read_by_query = read.page(limits.list_page_size)
        self._result_id = ""
        self._remaining: int | None = None
        self._total: int | None = None

    def request(self) -> ReadByQuery | ReadMore:
        if self._result_id:
            return ReadMore(self._result_id, self._read_by_query.object)
        return self._read_by_query

    _key_fields = (RECORD_NUMBER,)

    def _key(self, told: tuple[str | None, ...]) -> str | None:
        return told[0]

    def take(self, result: ResultPart) -> Step:
        if result.data is None:
            raise _incomplete("A page came without data.")
        count = len(result.records)
        self._check_size(count, self._read_by_query.page_size)
        remaining = _number(result.data.get("numremaining"))
        # A page that was skipped shows here only.
        if self._remaining is not None and remaining is not None and remaining != self._remaining - count:
            raise _incomplete("Intacct left out a part of the list.")
        self._remaining = remaining
        total = _number(result.data.get("totalcount"))
        left = None if total is None else max(0, total - self._offset - count)
        if (self._begun and total != self._total) or (
            left is not None and remaining is not None and remaining > left
        ):
            self._doubtful = True
        self._total = total
        remaining = left if remaining is None else remaining
        self._result_id = result.data.get("resultId") or self._result_id
        if remaining and not (count and self._result_id):
            raise _incomplete("The list broke off before its end.")
        self.done = not (count if remaining is None else remaining)
        if not self.done:
            if not self._result_id:
                raise _incomplete("The list broke off before its end.")
            self._check_is_another([key for key, _ in result.records])
        step = self._step([record for _, record in result.records], total, self._offset)
        self._offset += count
        return step


class ListPaging(Paging):
    """By start and inclusive end, which count from zero; legacy lists know nothing else.

    Rows shift when one before them is added, deleted or renamed (they are sorted by the business id). So
    every page but the first asks for the last row of the one before again. If another row stands there, the
    list moved: the records between may not have come, and there is no total any more. A total that changes
    from page to page ends in the same.

    What remains: a record renamed from behind the border to before it, while between the same two pages
    another one before the border goes (deleted, or renamed the other way) and the total stays the same. The
    row at the border is then the same, too, and legacy lists have no key to go by that nobody can change.
    Where the records tell their numbers, whoever counts distinct ones sees the one that was renamed the other
    way twice. 3.0 has no such gap.
    """

    def __init__(self, get_list: GetList, limits: Limits) -> None:
        super().__init__(limits, get_list.start)
        self._list = get_list
        self._last: Hashable = None
        self._total: int | None = None

    def request(self) -> GetList:
        again = 1 if self._begun else 0
        return self._list.page(self._offset - again, self._limits.list_page_size, again=again)

    @property
    def _key_fields(self) -> tuple[str, ...]:
        return (*filter(None, [self._list.sort_field]), "recordno", "key")

    def _key(self, told: tuple[str | None, ...]) -> Hashable:
        return told if any(told) else None

    def take(self, result: ResultPart) -> Step:
        asked, records = self.request(), list(result.records)
        count = len(records)
        start = end = total = None
        if result.listtype is not None:
            start, end, total = (_number(result.listtype.get(name)) for name in ("start", "end", "total"))
        if count:
            _check_position(start, asked.start)
        self._check_size(count, asked.max_items)
        if end is not None and count and end != asked.start + count - 1:
            self._doubtful = True
        following = asked.start + count
        if not self._begun:
            total = 0 if total is None and not following else total
        else:
            if records and self._last is not None and records[0][0] == self._last:
                del records[0]
            else:
                self._doubtful = True
            self._doubtful = self._doubtful or total != self._total or not self._list.sort_field
        announced = self._total if total is None else total
        if not records and announced is not None and following < announced:
            raise _incomplete("The list broke off before its end.")
        self.done = not records or (total is not None and following >= total)
        if not self.done:
            self._check_is_another([key for key, _ in records])
            self._last = records[-1][0]
        self._total = total
        step = self._step([record for _, record in records], total, following - len(records))
        self._offset = following
        return step


def paging_of(listing: Listing, limits: Limits) -> Paging:
    """The way in which a listing is walked."""
    if isinstance(listing, Query):
        return QueryPaging(listing, limits)
    if isinstance(listing, ReadByQuery):
        return CursorPaging(listing, limits)
    return ListPaging(listing, limits)


def _check_position(position: int | None, asked: int) -> None:
    if position is not None and position != asked:
        raise _incomplete("Intacct answered another page than the one asked for.")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _incomplete(sentence: str) -> ListIncomplete:
    return ListIncomplete(
        sentence, advice="Nothing was changed. Start it again.", level="result", retryable=False
    )
