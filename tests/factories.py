"""Things that tests need, made with one call each and believable defaults."""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.connections.models import Connection
from reconpro.company.models import Books, Client, Company, Employee, Role, Service, Team, User
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState, line_amount

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def a_company(**fields: Any) -> Company:
    number = next(_numbers)
    defaults = {
        "code": f"company-{number}",
        "name": f"Company {number}",
        "edition": "enterprise",
        "features": ["intacct"],
    }
    return Company.objects.create(**{**defaults, **fields})


def a_user(company: Company, role: Role = Role.ADMINISTRATOR, **fields: Any) -> User:
    username = fields.pop("username", f"{role.value}-{next(_numbers)}@{company.code}.example")
    return User.objects.create_user(
        username,
        fields.pop("password", PASSWORD),
        **{"company": company, "role": role, "email": username, "name": role.label, **fields},
    )


def a_team(company: Company, **fields: Any) -> Team:
    return Team.objects.create(company=company, **{"name": f"Team {next(_numbers)}", **fields})


def a_connection(company: Company, identity: str = "ACME-SANDBOX", **fields: Any) -> Connection:
    """The company's open connection, made the company's books."""
    books = Books.objects.create(company=company, label=f"Intacct {identity}", provider_name="Intacct")
    connection = Connection.objects.create(
        books=books, company=company, provider="intacct", identity=identity, **fields
    )
    company.books = books
    company.save(update_fields=["books"])
    return connection


def a_client(company: Company, **fields: Any) -> Client:
    defaults = {"name": f"Client {next(_numbers)}", "books": company.books}
    return Client.objects.create(company=company, **{**defaults, **fields})


def a_service(company: Company, **fields: Any) -> Service:
    defaults = {"name": f"Service {next(_numbers)}", "books": company.books}
    return Service.objects.create(company=company, **{**defaults, **fields})


def an_employee(company: Company, **fields: Any) -> Employee:
    defaults = {"first_name": "Dana", "last_name": f"Ruiz {next(_numbers)}", "books": company.books}
    return Employee.objects.create(company=company, **{**defaults, **fields})


def an_invoice(
    company: Company, *, lines: list[dict[str, Any]] | None = None, approved: bool = True, **fields: Any
) -> Invoice:
    """An invoice with its lines, approved unless told otherwise; a line is a dict of InvoiceLine fields."""
    defaults: dict[str, Any] = {
        "number": str(100_000 + next(_numbers)),
        "date": date.today(),
        "state": InvoiceState.APPROVED if approved else InvoiceState.DRAFT,
        "approved_at": timezone.now() if approved else None,
    }
    if "client" not in fields:
        fields["client"] = a_client(company, accounting_id=f"C-{next(_numbers):05}", terms="Net 30")
    invoice = Invoice.objects.create(company=company, **{**defaults, **fields})
    for position, line in enumerate(lines or [{}], start=1):
        values: dict[str, Any] = {"quantity": Decimal(1), "price": Decimal("185.00"), **line}
        if "service" not in values:
            values["service"] = a_service(company, accounting_id=f"S-{next(_numbers):05}")
        values["amount"] = line_amount(values["quantity"], values["price"])
        InvoiceLine.objects.create(invoice=invoice, position=position, **values)
    invoice.total = sum((line.amount for line in invoice.lines.all()), Decimal("0.00"))
    invoice.save(update_fields=["total"])
    return invoice
