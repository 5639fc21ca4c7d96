"""Exports over real HTTP: a simulated gateway, a company that imported from it, and invoices of what came."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import timezone

from intacct.configuration import save_settings
from integrations.connections.models import ReferenceEntry, ReferenceKind
from integrations.runs import lifecycle
from integrations.runs.models import Operation, Outcome, Run
from reconpro.company.models import Client, Employee, Service
from tests import factories, simulator_process
from tests.simulator_process import Simulator


@pytest.fixture(scope="module")
def one_simulator() -> Iterator[Simulator]:
    with simulator_process.start_simulator(customers=30, items=15, employees=12) as simulator:
        yield simulator


@pytest.fixture
def simulator(one_simulator):
    one_simulator.tell(
        clear_faults=True,
        forget_documents=True,
        forget_invoices=True,
        forget_control_ids=True,
        reset_counters=True,
    )
    yield one_simulator
    one_simulator.tell(clear_faults=True, permissions={}, tax_percent=0, closed_through="")


@pytest.fixture
def quick(settings):
    settings.EXPORT_READ_BACK_SECONDS = 0.05
    settings.EXPORT_BATCH_SIZE = 4
    settings.GATEWAY_FIRST_BACKOFF_SECONDS = 0.01
    settings.GATEWAY_LONGEST_BACKOFF_SECONDS = 0.02


@pytest.fixture(params=["v3.0", "v2.1"])
def connected(request, company, simulator, quick):
    """Settings saved, and customers, items and employees imported."""
    return connect(company, simulator, dtd_version=request.param)


def connect(company, simulator, **fields):
    values = {
        "sender_id": simulator_process.SENDER_ID,
        "auth_user_id": simulator_process.USER_ID,
        "auth_company_id": simulator_process.COMPANY_ID,
        "post_url": simulator.url,
        "default_team": factories.a_team(company, name="Main shop"),
        "export_start": timezone.localdate().replace(day=1),
        "default_terms": "Net 30",
        **fields,
    }
    passwords = {
        "sender_password": simulator_process.SENDER_PASSWORD,
        "auth_password": simulator_process.USER_PASSWORD,
    }
    save_settings(company, values, secrets=passwords, by=None)
    for operation in (Operation.IMPORT_CUSTOMERS, Operation.IMPORT_SERVICES, Operation.IMPORT_EMPLOYEES):
        assert carry_out(company, operation).outcome in (Outcome.SUCCEEDED, Outcome.WARNED)
    return company


def carry_out(company, operation=Operation.EXPORT_INVOICES) -> Run:
    company.refresh_from_db()
    run, created = lifecycle.start(company, operation, provider="intacct", nudge=False)
    assert created
    return lifecycle.carry_out(run.pk)


def invoices(company, count):
    """Approved invoices of what was imported, each in one entity, with lines that need care."""
    clients = (
        Client.objects.filter(company=company, archived_at=None).exclude(terms="").order_by("accounting_id")
    )
    services = Service.objects.filter(company=company, archived_at=None).order_by("accounting_id")
    entities = ReferenceEntry.objects.filter(kind=ReferenceKind.ENTITY).values("code")
    employee = Employee.objects.filter(archived_at=None, accounting_entity_id__in=entities).first()
    pairs = [("1", "185.00"), ("1.5", "33.33"), ("0.3333", "99.99"), ("3", "12.5")]
    return [
        factories.an_invoice(
            company,
            client=clients[number % len(clients)],
            date=timezone.localdate(),
            lines=[
                {
                    "service": services[(number + at) % len(services)],
                    "employee": employee,
                    "quantity": Decimal(quantity),
                    "price": Decimal(price),
                    "vin": "1HGCM82633A004352",
                    "stock_number": f"ST & {number}",
                }
                for at, (quantity, price) in enumerate(pairs)
            ],
        )
        for number in range(count)
    ]
