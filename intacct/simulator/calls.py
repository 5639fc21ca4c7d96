"""What a function of the gateway is given and what it gives back."""

import itertools
import random
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from .company import Company, Paper
from .conditions import Condition
from .faults import Strike
from .kinds import Kind
from .listing import Found, Listings, Order
from .refusals import FunctionRefusal, Problem, fields_not_queried, no_permission
from .sessions import Session, Sessions
from .tables import Row
from .world import World

Reader = tuple[str, str, str, str]  # company, user, entity, and the session's id, if there is one
REMEMBERED_RESULTS = 200


@dataclass
class Cursor:
    """What readMore goes on with."""

    reader: Reader
    kind: Kind
    names: tuple[str, ...]
    rows: list[Row]
    pagesize: int
    place: int
    used: float = 0.0  # when it was last read, by the sessions' clock


class Memory:
    """What the gateway keeps between requests besides the world: listings and readMore's results."""

    def __init__(self) -> None:
        self.listings = Listings()
        self.cursors: OrderedDict[str, Cursor] = OrderedDict()
        self.latest: dict[tuple[Reader, str], str] = {}  # (who reads, object) -> the result that it reads
        self.shuffles = itertools.count(1)

    def keep_cursor(self, cursor: Cursor) -> str:
        result_id = secrets.token_urlsafe(28)
        self.cursors[result_id] = cursor
        self.latest[cursor.reader, cursor.kind.name] = result_id
        while len(self.cursors) > REMEMBERED_RESULTS:
            self.drop_cursor(next(iter(self.cursors)))
        return result_id

    def drop_cursor(self, result_id: str) -> None:
        cursor = self.cursors.pop(result_id, None)
        if cursor is not None:
            place = (cursor.reader, cursor.kind.name)
            if self.latest.get(place) == result_id:
                del self.latest[place]


@dataclass
class Call:
    """One function on its way: for whom it runs, and what stands around it."""

    world: World
    company: Company
    session: Session
    sessions: Sessions
    sender: str
    endpoint: str
    newline: str  # "" or a line break: includewhitespace
    strike: Strike
    memory: Memory
    # How to take back what the function that runs has written so far, oldest first.
    journal: list[Callable[[], object]] = field(default_factory=list)

    def add(self, kind: Kind, fields: dict[str, str]) -> Row:
        """Store a new record. Raises UnknownField."""
        table = self.company.table(kind.name)
        row = table.add(fields)
        self.journal.append(lambda: table.delete(row))
        return row

    def change(self, kind: Kind, row: Row, fields: dict[str, str]) -> Row:
        """Set some fields of a record. Raises UnknownField."""
        table = self.company.table(kind.name)
        changed = table.change(row, fields)
        self.journal.append(lambda: table.restore(int(row[0]), list(row)))
        return changed

    def delete(self, kind: Kind, row: Row) -> None:
        table = self.company.table(kind.name)
        table.delete(row)
        self.journal.append(lambda: table.restore(int(row[0]), list(row)))

    def store(self, paper: Paper, header: dict[str, str], lines: list[dict[str, str]]) -> Row:
        """Keep one document with its lines."""
        stored = self.company.store(paper, header, lines)
        self.journal.append(lambda: self.company.remove(paper, stored))
        return stored

    def remove(self, paper: Paper, header: Row) -> None:
        """Delete one document with its lines."""
        self.journal.append(self.company.remove(paper, header))

    def take_back(self) -> None:
        """Undo what the function has written so far."""
        while self.journal:
            self.journal.pop()()

    @property
    def reader(self) -> Reader:
        """Who reads a result on: its session; who signs in for each request goes on as the same user."""
        session = self.session
        return (self.company.name, session.user, session.entity, session.id)

    def require(self, kind: Kind, right: str, operation: str) -> None:
        if not self.company.may(kind.name, right):
            raise FunctionRefusal(no_permission(operation, kind.legacy_name))

    def hidden(self) -> set[str]:
        fault = self.strike.get("hidden_fields")
        return {str(name).upper() for name in fault.options.get("fields", [])} if fault else set()

    def absent(self, kind: Kind) -> frozenset[str]:
        """Fields that the company lacks or this user may not see."""
        removed = self.company.settings.removed_fields.get(kind.name, [])
        return frozenset(self.hidden() | set(removed))

    def shown(self, kind: Kind) -> tuple[str, ...]:
        absent = self.absent(kind)
        return tuple(name for name in kind.fields if name not in absent)

    def check_fields(self, kind: Kind, names: list[str]) -> None:
        """Unknown, removed and forbidden fields fail the whole question, all named at once."""
        known, absent = kind.positions, self.absent(kind)
        wrong = [name for name in names if name not in known or name in absent]
        if wrong:
            raise FunctionRefusal(fields_not_queried(list(dict.fromkeys(wrong))))

    def visible(self, kind: Kind, *, show_private: bool) -> Callable[[Row], bool] | None:
        """An entity's session sees what is shared and its own; the top level needs showprivate."""
        place = kind.positions.get("MEGAENTITYID")
        entity = self.session.entity
        if place is None or (show_private and not entity):
            return None
        return lambda row: row[place] == "" or row[place] == entity

    def listing(
        self,
        kind: Kind,
        condition: Condition | None,
        order: Order,
        *,
        show_private: bool,
        folded: bool = False,
    ) -> Found:
        """The rows that a question finds, in order. Raises BadCondition and UnknownField."""
        return self.memory.listings.find(
            self.company.name,
            self.company.table(kind.name),
            condition,
            order,
            visible=self.visible(kind, show_private=show_private),
            viewer=(self.session.entity, show_private),
            folded=folded,
        )

    def shuffled(self, found: Found) -> Found:
        """Another order each time: what offset paging without an order by meets."""
        dice = random.Random(next(self.memory.shuffles))  # noqa: S311 (disorder, not secrecy)
        return Found(dice.sample(list(found), len(found)), 0, len(found))

    def told_total(self, total: int) -> int:
        fault = self.strike.get("wrong_total")
        return total + int(fault.options.get("by", 1)) if fault else total


@dataclass
class Outcome:
    """What a function came to. `problems`: it failed for some of its records, after it did the others."""

    listtype: str = ""  # a whole element
    key: str = ""
    data: str | list[bytes] = ""  # a whole element; a long one in pieces, so that nothing copies it
    billed: int = 0
    problems: tuple[Problem, ...] = ()
