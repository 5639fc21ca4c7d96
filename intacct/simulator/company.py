"""One simulated company: its settings, its tables, its documents, and what the gateway remembers of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, get_origin, get_type_hints

from .kinds import Kind
from .ledger_kinds import ARINVOICE, ARINVOICEITEM, CONTACT, SODOCUMENT, SODOCUMENTENTRY
from .limiter import Limiter
from .objects import KINDS
from .tables import Row, Table
from .values import decimal_of

LARGEST = 1_000_000_000  # of any setting that is a number
SENDER_ID, SENDER_PASSWORD = "recon_sender", "sender-secret"
USER_ID, USER_PASSWORD = "recon_ws", "user-secret"


@dataclass(frozen=True, eq=False)
class Paper:
    """A kind of document: its header, its lines, and the fields that tie them together."""

    header: Kind
    line: Kind
    line_header: str  # the line's field that holds the header's RECORDNO
    total: str  # the header's field


ORDER_ENTRY = Paper(SODOCUMENT, SODOCUMENTENTRY, "DOCHDRNO", "TOTAL")
RECEIVABLE = Paper(ARINVOICE, ARINVOICEITEM, "RECORDKEY", "TOTALENTERED")
PAPERS = {paper.header.name: paper for paper in (ORDER_ENTRY, RECEIVABLE)}


class BadSetting(ValueError):
    """A setting or change that the world doesn't know; `str()` is a sentence."""


@dataclass
class Settings:
    """What an administrator of the company has set up in the ledger, and what a test may change."""

    session_seconds: float = 3600
    user_password: str = USER_PASSWORD
    authorised_senders: list[str] = field(default_factory=lambda: [SENDER_ID])
    permissions: dict[str, list[str]] = field(default_factory=dict)  # object -> rights left
    removed_fields: dict[str, list[str]] = field(default_factory=dict)  # custom fields it lacks
    closed_through: str = ""  # ISO date; nothing may be dated on or before it
    allow_repeated_numbers: bool = False
    require_location: bool = False
    require_department: bool = False
    require_employee: bool = False
    allow_several_entities: bool = True
    tax_percent: str = "0"
    billing_limit: int = 0  # transactions after which the gateway refuses; 0 = none
    running_limit: int = 1  # requests that run at once; 0 = any number
    waiting_limit: int = 1  # further ones that wait for their turn
    hold_seconds: float = 30  # how long all others are held before they are refused
    result_seconds: float = 600  # how long readMore can go on after the last page

    def change(self, name: str, value: Any) -> None:
        # By what the field is said to hold: a value of another type must not change what comes after it.
        known = {hinted: get_origin(hint) or hint for hinted, hint in get_type_hints(Settings).items()}
        if name not in known:
            raise BadSetting(f"There is no setting {name!r}. Known: {', '.join(sorted(known))}.")
        if known[name] in (float, int):
            if isinstance(value, bool) or known[name](value) != float(value):
                raise BadSetting(f"{name} is a {'whole ' if known[name] is int else ''}number.")
            value = known[name](value)
            if not 0 <= value <= LARGEST:
                raise BadSetting(f"{name} is a number from 0 to {LARGEST:,}.")
        elif known[name] is str:
            value = str(value)
            if name == "tax_percent" and decimal_of(value) is None:
                raise BadSetting("tax_percent is a number.")
        if not isinstance(value, known[name]):
            raise BadSetting(f"{name} takes a value of type {known[name].__name__}.")
        names = [*value.values()] if isinstance(value, dict) else [value] if isinstance(value, list) else []
        if not all(isinstance(each, list) and all(isinstance(text, str) for text in each) for each in names):
            raise BadSetting(f"{name} holds lists of names.")
        setattr(self, name, value)


@dataclass
class Meter:
    """What the gateway has done for one company; read by tests and benchmarks."""

    requests: int = 0
    billable_transactions: int = 0
    in_flight: int = 0
    in_flight_max: int = 0
    functions: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0  # from the first function to the last, by the clock, waiting excluded
    seconds_serving: float = 0.0  # processor time from a request's last byte to its answer's last byte


class Company:
    """One company of the gateway. Its tables are changed only under the world's lock."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tables = {kind.name: Table(kind) for kind in (*KINDS, CONTACT)}
        self.settings = Settings()
        self.meter = Meter()
        self.limiter = Limiter()
        # (name of the header's kind, its RECORDNO) -> RECORDNOs of its lines
        self.lines: dict[tuple[str, int], list[int]] = {}
        self.completed: set[tuple[str, str]] = set()  # (sender, function control id) under uniqueid
        self.days_advanced = 0
        self.users = {USER_ID}

    def table(self, name: str) -> Table:
        return self.tables[name]

    def entity_ids(self) -> set[str]:
        entities = self.tables["LOCATIONENTITY"]
        return {entities.value(row, "LOCATIONID") for row in entities}

    def entity_of(self, location_id: str) -> str:
        """The entity that a location is or lies below; empty if none."""
        locations, entities = self.tables["LOCATION"], self.tables["LOCATIONENTITY"]
        seen: set[str] = set()
        while location_id and location_id not in seen:
            if entities.find(location_id) is not None:
                return location_id
            seen.add(location_id)
            row = locations.find(location_id)
            location_id = locations.value(row, "PARENTID") if row is not None else ""
        return ""

    def has_field(self, kind: str, name: str) -> bool:
        return name not in self.settings.removed_fields.get(kind, ())

    def may(self, kind: str, right: str) -> bool:
        rights = self.settings.permissions.get(kind)
        return rights is None or right in rights

    def lines_of(self, paper: Paper, header: Row) -> list[Row]:
        lines = self.tables[paper.line.name]
        return [lines.rows[recordno] for recordno in self.lines.get((paper.header.name, int(header[0])), [])]

    def store(self, paper: Paper, header: dict[str, str], lines: list[dict[str, str]]) -> Row:
        """Keep one document with its lines, numbered from 0."""
        stored = self.tables[paper.header.name].add(header)
        table = self.tables[paper.line.name]
        rows = [
            table.add({**line, paper.line_header: stored[0], "LINE_NO": str(number)})
            for number, line in enumerate(lines)
        ]
        self.lines[paper.header.name, int(stored[0])] = [int(row[0]) for row in rows]
        return stored

    def remove(self, paper: Paper, header: Row) -> Callable[[], None]:
        """Delete one document with its lines; answers how to bring it back as it was."""
        headers, table = self.tables[paper.header.name], self.tables[paper.line.name]
        key, rows = (paper.header.name, int(header[0])), self.lines_of(paper, header)
        for row in rows:
            table.delete(row)
        headers.delete(header)
        numbers = self.lines.pop(key, [])

        def bring_back() -> None:
            headers.restore(int(header[0]), list(header))
            for row in rows:
                table.restore(int(row[0]), list(row))
            self.lines[key] = numbers

        return bring_back

    def total_of(self, paper: Paper) -> Decimal:
        table, name = self.tables[paper.header.name], paper.total
        return sum((Decimal(table.value(row, name) or 0) for row in table), Decimal(0))


def settings_as_json(settings: Settings) -> dict[str, Any]:
    return asdict(settings)
