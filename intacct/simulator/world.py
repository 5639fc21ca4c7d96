"""The simulated companies: their records, settings, documents and what the gateway remembers of them."""

import threading
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

from . import seed
from .limiter import Limiter
from .names import ENTITIES
from .objects import KINDS, SODOCUMENT
from .tables import Row, Table

SENDER_ID, SENDER_PASSWORD = "recon_sender", "sender-secret"
USER_ID, USER_PASSWORD = "recon_ws", "user-secret"
MAIN_COMPANY, OTHER_COMPANY = "ACME-SANDBOX", "OTHER-CO"
ADDRESS_PATH = "/ia/xml/xmlgw.phtml"


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
        known = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        if name not in known:
            raise BadSetting(f"There is no setting {name!r}. Known: {', '.join(sorted(known))}.")
        if known[name] is float:
            value = float(value)
        elif known[name] is int and not isinstance(value, bool):
            value = int(value)
        elif known[name] is str:
            value = str(value)
        if not isinstance(value, known[name]):
            raise BadSetting(f"{name} takes a value of type {known[name].__name__}.")
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
        self.tables = {kind.name: Table(kind) for kind in KINDS}
        self.settings = Settings()
        self.meter = Meter()
        self.limiter = Limiter()
        self.lines: dict[int, list[int]] = {}  # document RECORDNO -> RECORDNOs of its lines
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

    def document_lines(self, document: Row) -> list[Row]:
        lines = self.tables["SODOCUMENTENTRY"]
        return [lines.rows[recordno] for recordno in self.lines.get(int(document[0]), [])]

    def store_document(self, header: dict[str, str], lines: list[dict[str, str]]) -> Row:
        """Keep one Order Entry document with its lines."""
        document = self.tables[SODOCUMENT.name].add(header)
        entries = self.tables["SODOCUMENTENTRY"]
        stored = [
            entries.add(
                {
                    **line,
                    "DOCHDRNO": document[0],
                    "DOCHDRID": header["DOCID"],
                    "LINE_NO": str(number),
                }
            )
            for number, line in enumerate(lines)
        ]
        self.lines[int(document[0])] = [int(row[0]) for row in stored]
        return document

    def remove_document(self, document: Row) -> None:
        for line in self.document_lines(document):
            self.tables["SODOCUMENTENTRY"].delete(line)
        self.lines.pop(int(document[0]), None)
        self.tables[SODOCUMENT.name].delete(document)

    def documents_total(self) -> Decimal:
        table = self.tables[SODOCUMENT.name]
        return sum((Decimal(table.value(row, "TOTAL") or 0) for row in table), Decimal(0))


@dataclass(frozen=True)
class Size:
    """How many records of each kind the main company is made with, and from which seed."""

    customers: int = 60
    items: int = 25
    employees: int = 20
    seed: int = 1


class World:
    """All companies, and the lock under which requests and the control address change them."""

    def __init__(self, size: Size | None = None) -> None:
        self.size = size or Size()
        self.lock = threading.RLock()
        self.senders = {SENDER_ID: SENDER_PASSWORD, "stranger_sender": "stranger-secret"}
        self.companies = {
            MAIN_COMPANY: self._main_company(),
            OTHER_COMPANY: self._other_company(),
        }

    def company(self, name: str) -> Company | None:
        return self.companies.get(name)

    def _main_company(self) -> Company:
        company = Company(MAIN_COMPANY)
        entities = tuple(entity_id for entity_id, _name in ENTITIES)
        tables, size = company.tables, self.size
        salt = (size.seed - 1) * 101  # another seed, other names; the first keeps the odd ones
        seed.fill_entities(tables["LOCATION"], tables["LOCATIONENTITY"], currency="USD")
        seed.fill_small_tables(tables)
        seed.fill_customers(tables["CUSTOMER"], size.customers, entities=entities, salt=salt)
        seed.fill_items(tables["ITEM"], size.items, with_departments=True)
        seed.fill_employees(tables["EMPLOYEE"], size.employees, places=entities)
        company.settings.require_location = True
        return company

    def _other_company(self) -> Company:
        """A small company without entities and without custom fields."""
        company = Company(OTHER_COMPANY)
        tables = company.tables
        seed.fill_small_tables(tables)
        seed.fill_customers(tables["CUSTOMER"], 12, entities=(), salt=500)
        seed.fill_items(tables["ITEM"], 8, with_departments=False)
        seed.fill_employees(tables["EMPLOYEE"], 6, places=())
        company.settings.removed_fields = {"ITEM": ["DEPARTMENTID"], "CUSTOMER": ["RP_REGION"]}
        return company


def settings_as_json(settings: Settings) -> dict[str, Any]:
    return asdict(settings)
