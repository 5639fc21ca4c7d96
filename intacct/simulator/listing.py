"""What a question finds: rows in order, quick for a client that goes on from the last RECORDNO.

Bounds on RECORDNO are cut out of the listing by bisection, since rows stand in that order anyway; what
else is asked is filtered once and kept, since the next page asks the same again.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .conditions import Condition, comparable, predicate, sortable
from .kinds import INTEGER, Kind
from .tables import Row, Table

Order = tuple[tuple[str, bool], ...]  # (field, descending)
UP = (("RECORDNO", False),)
REMEMBERED = 16


@dataclass(frozen=True)
class Found:
    """Some neighbours in a list of rows, without a copy of them."""

    rows: Sequence[Row]
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows[self.start : self.stop])

    def page(self, offset: int, size: int) -> Sequence[Row]:
        begin = self.start + min(offset, len(self))
        return self.rows[begin : min(begin + size, self.stop)]


class Listings:
    """The listings that were asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], list[Row]] = OrderedDict()

    def find(
        self,
        company: str,
        table: Table,
        condition: Condition | None,
        order: Order,
        *,
        visible: Callable[[Row], bool] | None,
        viewer: tuple[object, ...],
        folded: bool = False,
    ) -> Found:
        """What a question finds; `viewer` stands for `visible`. Raises BadCondition and UnknownField."""
        if order not in ((), UP):
            rows = self._listing(company, table, condition, order, visible, viewer, folded=folded)
            return Found(rows, 0, len(rows))
        bounds, rest = _split(condition)
        rows = self._listing(company, table, rest, (), visible, viewer, folded=folded)
        start, stop = 0, len(rows)
        for operator, text in bounds:
            bound = comparable(INTEGER, text)
            if operator.startswith("greater"):
                cut = bisect_right if operator == "greaterthan" else bisect_left
                start = max(start, cut(rows, bound, key=_recordno))
            else:
                cut = bisect_left if operator == "lessthan" else bisect_right
                stop = min(stop, cut(rows, bound, key=_recordno))
        return Found(rows, start, max(start, stop))

    def _listing(
        self,
        company: str,
        table: Table,
        condition: Condition | None,
        order: Order,
        visible: Callable[[Row], bool] | None,
        viewer: tuple[object, ...],
        *,
        folded: bool,
    ) -> list[Row]:
        if condition is None and visible is None and not order:
            return table.ordered()
        key = (company, table.kind.name, table.revision, condition, order, folded, viewer)
        rows = self._kept.get(key)
        if rows is None:
            test = None if condition is None else predicate(table, condition, folded=folded)
            rows = table.ordered()
            if visible is not None:
                rows = [row for row in rows if visible(row)]
            if test is not None:
                rows = [row for row in rows if test(row)]
            if order:
                rows = list(rows)
                for name, descending in reversed(order):
                    rows.sort(key=_sort_key(table.kind, name), reverse=descending)
            self._kept[key] = rows
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return rows


BOUNDS = {
    **{name: (name,) for name in ("greaterthan", "greaterthanorequalto", "lessthan", "lessthanorequalto")},
    "equalto": ("greaterthanorequalto", "lessthanorequalto"),
}


def _split(condition: Condition | None) -> tuple[list[tuple[str, str]], Condition | None]:
    """The bounds on RECORDNO that every row found must keep, and what is left of the condition."""
    if condition is None:
        return [], None
    name, *rest = condition
    if name in BOUNDS and rest[0] == "RECORDNO" and len(rest) == 2:
        return [(bound, rest[1]) for bound in BOUNDS[name]], None
    if name != "and":
        return [], condition
    split = [_split(each) for each in rest]
    bounds = [bound for some, _left in split for bound in some]
    left = [each for _some, each in split if each is not None]
    return bounds, ("and", *left) if len(left) > 1 else (left[0] if left else None)


def _recordno(row: Row) -> int:
    return int(row[0])


def _sort_key(kind: Kind, name: str) -> Callable[[Row], tuple[int, Any]]:
    place = kind.positions[name]
    data_type = list(kind.types.values())[place]
    return lambda row: sortable(data_type, row[place])
