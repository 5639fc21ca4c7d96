"""A company, its settings, and a gateway to speak to."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from intacct.configuration import save_settings
from intacct.jobs import imports
from intacct.models import IntacctSettings
from integrations.runs.context import RunContext
from integrations.runs.models import Operation, Run
from reconpro.company.models import Company, Team, User
from tests import factories, simulator_process
from tests.intacct.settings_page import Page
from tests.simulator_process import Simulator

SENDER_SECRET = simulator_process.SENDER_PASSWORD
USER_SECRET = simulator_process.USER_PASSWORD
JOBS = {
    Operation.IMPORT_CUSTOMERS: imports.import_customers,
    Operation.IMPORT_SERVICES: imports.import_services,
    Operation.IMPORT_EMPLOYEES: imports.import_employees,
}


@pytest.fixture(scope="session")
def one_simulator() -> Iterator[Simulator]:
    with simulator_process.start_simulator(customers=45, items=20, employees=20) as simulator:
        yield simulator


@pytest.fixture
def simulator(one_simulator: Simulator) -> Iterator[Simulator]:
    """One for all tests: they may set faults and rights, which end with the test, but change no records."""
    one_simulator.tell(reset_counters=True)
    yield one_simulator
    one_simulator.tell(clear_faults=True, permissions={}, removed_fields={}, latency_ms=0)


@pytest.fixture
def team(company: Company) -> Team:
    return factories.a_team(company, name="Main shop")


@pytest.fixture
def page(client_of: Callable[[User], Browser], administrator: User) -> Page:
    """The settings page as an administrator uses it."""
    return Page(client_of(administrator), administrator.company)


@pytest.fixture
def connect(company: Company, team: Team) -> Callable[..., IntacctSettings]:
    """Save complete settings for a simulator, with what a test wants to be otherwise."""

    def enter(simulator: Simulator, **otherwise: Any) -> IntacctSettings:
        values = {
            "sender_id": simulator_process.SENDER_ID,
            "auth_user_id": simulator_process.USER_ID,
            "auth_company_id": simulator_process.COMPANY_ID,
            "post_url": simulator.url,
            "default_team": team,
            **otherwise,
        }
        passwords = {"sender_password": SENDER_SECRET, "auth_password": USER_SECRET}
        return save_settings(company, values, secrets=passwords, by=None).settings

    return enter


@pytest.fixture
def carry_out(company: Company) -> Callable[[Operation], Run]:
    """Do an import in this process, as a worker would; what it raises goes through."""

    def do(operation: Operation) -> Run:
        from django.utils import timezone

        from intacct.provider import open_connection

        run = Run.objects.create(
            company=company,
            operation=operation,
            provider="intacct",
            connection=open_connection(company),
            started_at=timezone.now(),
        )
        try:
            JOBS[operation](RunContext(run))
        finally:
            # What lifecycle.recorded does for good; here only so that the next run may begin.
            Run.objects.filter(pk=run.pk, outcome="").update(outcome="failed", finished_at=timezone.now())
        run.refresh_from_db()
        return run

    return do
