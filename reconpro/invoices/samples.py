"""Sample invoices for demo, drill and benchmark: approved, and ready to be exported.

Everything comes from the company's own active records, sorted by Accounting ID, and from one seeded
generator: the same company and seed give the same invoices, on both databases.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from reconpro.audit.log import record_event
from reconpro.company.models import ArchivedReason, Client, Company, Employee, Service
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState, line_amount
from reconpro.invoices.numbering import next_numbers
from reconpro.invoices.vins import a_vin
from reconpro.registry import registry

R = TypeVar("R", Client, Service, Employee)
WRITTEN_AT_ONCE = 1000
DEFAULT_TERMS = "Net 30"
LINES_USUALLY = (1, 1, 1, 2, 2, 3, 4)
QUANTITIES = (*(["1"] * 12), "2", "2", "3", "4", "0.5", "1.5", "2.25")
REMARKS = ("", "", "", "Left front door", "Rear bumper", "Hood", "Both quarter panels", "Interior", "Hail")


class NothingToMakeThemOf(Exception):
    """str() is a sentence that says what the company lacks."""


@dataclass(frozen=True)
class SampleInvoices:
    """What was made. Dates are inclusive; numbers are the first and the last one taken."""

    count: int
    lines: int
    first_number: str
    last_number: str
    first_date: date
    last_date: date
    total: Decimal


@dataclass(frozen=True, slots=True)
class Crew:
    """Employees of one entity: an invoice whose lines are all theirs has one location (X-4)."""

    entity: str
    employees: Sequence[Employee]


@dataclass(frozen=True, slots=True)
class Ingredients:
    clients: Sequence[Client]
    services: Sequence[Service]
    crews: Sequence[Crew]


def export_start(company: Company) -> date | None:
    """From which date on the company's invoices go to accounting, if an integration knows."""
    return next((start for ask in registry.export_start if (start := ask(company))), None)


def make_sample_invoices(
    *,
    company: Company,
    count: int,
    first_date: date,
    last_date: date,
    lines: int | None = None,
    seed: int = 1,
) -> SampleInvoices:
    """`count` approved invoices of `lines` lines each (None: one to four), evenly over the dates.

    All or none are made. Raises NothingToMakeThemOf.
    """
    ingredients = ingredients_of(company)
    chance = random.Random(seed)  # noqa: S311 - believable, not secret
    with transaction.atomic():
        numbers = next_numbers(company, count)
        days = (last_date - first_date).days + 1
        total, line_count = Decimal("0.00"), 0
        for start in range(0, count, WRITTEN_AT_ONCE):
            made = [
                _an_invoice(
                    company, ingredients, chance, number, first_date + timedelta(days * at // count), lines
                )
                for at, number in enumerate(numbers[start : start + WRITTEN_AT_ONCE], start=start)
            ]
            Invoice.objects.bulk_create(invoice for invoice, _ in made)
            InvoiceLine.objects.bulk_create(line for _, its_lines in made for line in its_lines)
            total += sum(invoice.total for invoice, _ in made)
            line_count += sum(len(its_lines) for _, its_lines in made)
        record_event(
            company=company,
            action="invoices.sampled",
            sentence=f"Sample invoices were made: {count:,}, numbered {numbers[0]} to {numbers[-1]}.",
            details={"seed": seed},
        )
    return SampleInvoices(count, line_count, numbers[0], numbers[-1], first_date, last_date, total)


def ingredients_of(company: Company) -> Ingredients:
    """What can go to the company's current books. Raises NothingToMakeThemOf."""
    clients = _in_books(company, Client.objects.all())
    services = _in_books(company, Service.objects.all())
    employees = _in_books(company, Employee.objects.exclude(accounting_employee_id="").select_related("team"))
    kinds: list[tuple[Sequence[Client | Service | Employee], str]] = [
        (clients, "clients"),
        (services, "services"),
        (employees, "employees"),
    ]
    for records, kind in kinds:
        if not records:
            raise NothingToMakeThemOf(
                f"{company} has no active {kind} with an Accounting ID. "
                f"Import {'customers' if kind == 'clients' else kind} first."
            )
    crews: defaultdict[str, list[Employee]] = defaultdict(list)
    for employee in employees:
        crews[employee.accounting_entity_id].append(employee)
    # In a company with entities an employee without one has no location, which blocks an export.
    if len(crews) > 1:
        crews.pop("", None)
    return Ingredients(clients, services, [Crew(entity, crew) for entity, crew in sorted(crews.items())])


def _in_books(company: Company, records: QuerySet[R]) -> list[R]:
    """The active ones known in the current books; sorted here, since databases compare text differently."""
    found = records.filter(company=company, archived_reason=ArchivedReason.NONE, books=company.books).exclude(
        accounting_id=""
    )
    return sorted(found, key=lambda record: record.accounting_id)


def _an_invoice(
    company: Company,
    ingredients: Ingredients,
    chance: random.Random,
    number: str,
    day: date,
    lines: int | None,
) -> tuple[Invoice, list[InvoiceLine]]:
    client = chance.choice(ingredients.clients)
    crew = chance.choice(ingredients.crews)
    lead = chance.choice(crew.employees)
    # A team with a location of its own would carry that one.
    team = lead.team if lead.team and lead.team.location in ("", crew.entity) else None
    invoice = Invoice(
        company=company,
        number=number,
        client=client,
        team=team,
        date=day,
        terms="" if client.terms else DEFAULT_TERMS,
        state=InvoiceState.APPROVED,
        approved_at=_approved_at(company, day, chance),
    )
    made = []
    vin, stock_number = a_vin(chance), f"{chance.choice('ABCNTU')}{chance.randrange(10_000, 99_999)}"
    for position in range(1, (lines or chance.choice(LINES_USUALLY)) + 1):
        service = chance.choice(ingredients.services)
        quantity = Decimal(chance.choice(QUANTITIES))
        price = service.price or Decimal(chance.randrange(90, 1800) * 50) / 100
        made.append(
            InvoiceLine(
                invoice=invoice,
                position=position,
                service=service,
                employee=lead if position == 1 else chance.choice(crew.employees),
                description=chance.choice(REMARKS),
                quantity=quantity,
                price=price,
                amount=line_amount(quantity, price),
                vin=vin,
                stock_number=stock_number,
            )
        )
    invoice.total = sum((line.amount for line in made), Decimal("0.00"))
    return invoice, made


def _approved_at(company: Company, day: date, chance: random.Random) -> datetime:
    """In the afternoon of the invoice's day, but never later than now."""
    afternoon = time(16 + chance.randrange(3), chance.randrange(60))
    return min(datetime.combine(day, afternoon, tzinfo=company.zone), timezone.now())
