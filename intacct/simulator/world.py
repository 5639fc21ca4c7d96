"""The simulated world: two companies, and the lock under which all changes to them are made."""

import threading
from dataclasses import dataclass

from . import seed
from .company import SENDER_ID, SENDER_PASSWORD, Company
from .names import DEPARTMENTS, ENTITIES, LOCATIONS
from .objects import KINDS

MAIN_COMPANY, OTHER_COMPANY = "ACME-SANDBOX", "OTHER-CO"
ADDRESS_PATH = "/ia/xml/xmlgw.phtml"


@dataclass(frozen=True)
class Size:
    """How many records of each kind the main company is made with, and from which seed."""

    customers: int = 60
    items: int = 25
    employees: int = 20
    departments: int = len(DEPARTMENTS)  # of these three at least so many, which others name
    locations: int = len(LOCATIONS)  # entities not counted
    entities: int = len(ENTITIES)
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
        tables, size = company.tables, self.size
        entities = seed.entities_of(size.entities)
        salt = (size.seed - 1) * 101  # another seed, other names; the first keeps the odd ones
        seed.fill_places(
            tables["LOCATION"], tables["LOCATIONENTITY"], entities, size.locations, currency="USD"
        )
        seed.fill_small_tables(tables, size.departments)
        seed.fill_customers(tables["CUSTOMER"], size.customers, entities=entities, salt=salt)
        seed.fill_items(tables["ITEM"], size.items, with_departments=True)
        seed.fill_employees(tables["EMPLOYEE"], size.employees, entities=entities)
        company.settings.require_location = True
        return company

    def _other_company(self) -> Company:
        """A small company without entities and without custom fields."""
        company = Company(OTHER_COMPANY)
        tables = company.tables
        seed.fill_small_tables(tables)
        seed.fill_customers(tables["CUSTOMER"], 12, entities=(), salt=500)
        seed.fill_items(tables["ITEM"], 8, with_departments=False)
        seed.fill_employees(tables["EMPLOYEE"], 6, entities=())
        company.settings.removed_fields = {kind.name: list(kind.custom) for kind in KINDS if kind.custom}
        return company
