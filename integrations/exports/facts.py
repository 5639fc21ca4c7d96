"""What an export needs to know of an invoice and of the books, as plain values.

What decides on them (`readiness`, `lines`, `terms`) is pure: its tests need no database and no gateway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    id: int
    name: str
    accounting_id: str = ""
    books_id: int | None = None
    is_archived: bool = False
    is_merged: bool = False
    terms: str = ""
    # Contacts that the accounting side told, "" where it told none: a name typed here is no contact there.
    ship_to: str = ""
    bill_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    id: int
    name: str
    accounting_id: str = ""
    books_id: int | None = None
    is_archived: bool = False
    is_merged: bool = False
    department: str = ""  # the Accounting ID 2 that counts
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeFacts:
    """`employee_id` "" for one whom accounting doesn't know: the line goes without an employee."""

    id: int
    name: str
    employee_id: str = ""
    entity: str = ""
    books_id: int | None = None
    is_archived: bool = False
    is_merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    service: ServiceFacts
    employee: EmployeeFacts | None
    quantity: Decimal
    price: Decimal
    amount: Decimal
    description: str = ""
    vin: str = ""
    stock_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFacts:
    id: int
    name: str
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    id: int
    number: str
    date: date
    total: Decimal
    client: ClientFacts
    team: TeamFacts | None = None
    terms: str = ""
    memo: str = ""
    lines: tuple[LineFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """Payment terms of the accounting side. `due_days` None: it told no rule for the due date."""

    name: str
    due_days: int | None = None
    due_from: str = ""


@dataclass(frozen=True)
class BooksFacts:
    """The small lists of a connection. An empty list was never read: then nothing is checked against it."""

    id: int
    terms: Mapping[str, Term] = field(default_factory=dict)
    departments: Mapping[str, bool] = field(default_factory=dict)  # code -> is it active
    locations: Mapping[str, bool] = field(default_factory=dict)  # entities included
    parents: Mapping[str, str] = field(default_factory=dict)  # location -> the one above it
    entities: frozenset[str] = frozenset()

    @cached_property
    def terms_by_folded_name(self) -> Mapping[str, Term | None]:
        """None where two names differ only in case."""
        folded: dict[str, Term | None] = {}
        for term in self.terms.values():
            key = term.name.casefold()
            folded[key] = None if key in folded else term
        return folded

    def entity_of(self, location: str) -> str:
        """The entity that a location is or lies in; "" if it lies in none."""
        seen: set[str] = set()
        while location and location not in seen:
            if location in self.entities:
                return location
            seen.add(location)
            location = self.parents.get(location, "")
        return ""
