"""What tests of invoices share: records to choose from, and forms filled in as a browser does."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from reconpro.company.models import Client, Company, Employee, Service
from reconpro.invoices.finding import label
from reconpro.invoices.models import Invoice
from reconpro.registry import registry
from tests import factories


@pytest.fixture
def acme(company: Company) -> Client:
    return factories.a_client(company, name="Acme Motors", accounting_id="C-00017", terms="Net 30")


@pytest.fixture
def paint(company: Company) -> Service:
    return factories.a_service(
        company, name="Bumper paint", accounting_id="PAINT-1", list_price=Decimal("185.50")
    )


@pytest.fixture
def dana(company: Company) -> Employee:
    return factories.an_employee(
        company, first_name="Dana", last_name="Ruiz", accounting_id="E-00148:EBU", accounting_entity_id="EBU"
    )


@pytest.fixture
def lock() -> Iterator[Callable[[str], None]]:
    """Call it with a sentence and an integration forbids to change any invoice (X-8)."""
    before = list(registry.invoice_locks)
    yield lambda sentence: registry.invoice_locks.append(lambda invoice: sentence)
    registry.invoice_locks[:] = before


def filled_line(**fields: Any) -> dict[str, str]:
    """A line as a browser posts it; service and employee are records, chosen from the list."""
    posted = {
        "quantity": "1",
        "price": "",
        "vin": "",
        "stock_number": "",
        "description": "",
    }
    for name in ("service", "employee"):
        record = fields.pop(name, None)
        posted |= {name: str(record.pk) if record else "", f"{name}_text": label(record) if record else ""}
    return posted | {name: str(value) for name, value in fields.items()}


def filled_form(
    *, client: Client | None, lines: list[dict[str, str]], invoice: Invoice | None = None, **fields: Any
) -> dict[str, str]:
    """The whole form as a browser posts it."""
    posted = {
        "client": str(client.pk) if client else "",
        "client_text": label(client) if client else "",
        "date": "2026-03-31",
        "team": "",
        "terms": "",
        "memo": "",
        "version": invoice.updated_at.isoformat() if invoice else "",
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
    }
    for index, line in enumerate(lines):
        posted |= {f"lines-{index}-{name}": value for name, value in line.items()}
    return posted | {name: str(value) for name, value in fields.items()}
