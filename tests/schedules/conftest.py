"""A company whose imports are a test's, with a schedule."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta

import pytest
from django.utils import timezone

from integrations.runs import lifecycle
from integrations.runs.models import Run
from integrations.schedules import service
from integrations.schedules.models import Schedule
from integrations.schedules.service import Plan
from reconpro.celery import app
from reconpro.company.models import Company
from tests import factories
from tests.runs import providers
from tests.runs.providers import Ledger

ALL = ("customers", "services", "employees")


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with providers.registered() as ledger:
        yield ledger


@pytest.fixture(autouse=True)
def _broker_in_memory() -> Iterator[None]:
    before = app.conf.broker_url
    app.conf.broker_url = "memory://"
    app._pool = app.amqp._producer_pool = None
    yield
    app.conf.broker_url = before
    app._pool = None


@pytest.fixture
def plan(company: Company, ledger: Ledger) -> Callable[..., Schedule]:
    """Give the company (or `of`) a schedule: all imports at five each morning, unless told otherwise."""

    def choose(*, of: Company | None = None, **fields) -> Schedule:
        chosen = Plan(**{"operations": ALL, "at": time(5, 0), **fields})
        if (of or company).books is None:
            factories.a_connection(of or company)
        return service.set_plan(of or company, providers.NAME, chosen)

    return choose


@pytest.fixture
def make_due() -> Callable[[Schedule], None]:
    def past(schedule: Schedule) -> None:
        Schedule.objects.filter(pk=schedule.pk).update(next_due=timezone.now() - timedelta(seconds=1))

    return past


@pytest.fixture
def carry_out() -> Callable[[], list[Run]]:
    """Do all that is queued, as workers would, in order."""

    def do() -> list[Run]:
        queued = Run.objects.filter(outcome="").order_by("queued_at", "id").values_list("pk", flat=True)
        return [lifecycle.carry_out(pk) for pk in list(queued)]

    return do
