"""Plain values for tests of what decides on them: ready unless told otherwise."""

from datetime import date
from decimal import Decimal
from typing import Any

from integrations.exports.facts import (
    BooksFacts,
    ClientFacts,
    EmployeeFacts,
    InvoiceFacts,
    LineFacts,
    ServiceFacts,
    TeamFacts,
    Term,
)
from reconpro.invoices.models import line_amount

BOOKS_ID = 7
NET_30 = Term("Net 30", 30, "invoice")


def client(**fields: Any) -> ClientFacts:
    values = {"id": 1, "name": "Valley Motors", "accounting_id": "C-00120", "books_id": BOOKS_ID}
    return ClientFacts(**{**values, "terms": "Net 30", **fields})


def service(**fields: Any) -> ServiceFacts:
    values = {"id": 2, "name": "Full Detail", "accounting_id": "DETAIL-FULL", "books_id": BOOKS_ID}
    return ServiceFacts(**{**values, "department": "200", "unit": "Each", **fields})


def employee(**fields: Any) -> EmployeeFacts:
    values = {"id": 3, "name": "Dana Ruiz", "employee_id": "E-00148", "entity": "EBU", "books_id": BOOKS_ID}
    return EmployeeFacts(**{**values, **fields})


def team(**fields: Any) -> TeamFacts:
    return TeamFacts(**{"id": 4, "name": "Lot B", **fields})


def line(quantity: str = "1", price: str = "185.00", **fields: Any) -> LineFacts:
    many, each = Decimal(quantity), Decimal(price)
    values = {"service": service(), "employee": employee(), "amount": line_amount(many, each)}
    return LineFacts(quantity=many, price=each, **{**values, **fields})


def invoice(*lines: LineFacts, **fields: Any) -> InvoiceFacts:
    all_lines = lines or (line(),)
    values = {
        "id": 5,
        "number": "1042",
        "date": date(2026, 11, 20),
        "client": client(),
        "lines": all_lines,
        "total": sum((each.amount for each in all_lines), Decimal("0.00")),
    }
    return InvoiceFacts(**{**values, **fields})


def books(**fields: Any) -> BooksFacts:
    values = {
        "id": BOOKS_ID,
        "terms": {"Net 30": NET_30},
        "departments": {"200": True, "300": False},
        "locations": {"EBU": True, "WBU": True, "EBU-LOT": True, "OLD": False},
        "parents": {"EBU-LOT": "EBU"},
        "entities": frozenset({"EBU", "WBU"}),
    }
    return BooksFacts(**{**values, **fields})
