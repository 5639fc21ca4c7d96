"""A provider whose jobs are the test's, and a broker in memory whose messages can be read."""

from collections.abc import Callable, Iterator

import pytest
from kombu import Connection as Broker

from integrations.runs import lifecycle
from integrations.runs.models import Operation, Run
from reconpro.celery import app
from reconpro.company.models import Company
from tests.runs import providers
from tests.runs.providers import Ledger


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with providers.registered() as ledger:
        yield ledger


@pytest.fixture(autouse=True)
def messages() -> Iterator[Callable[[], list[tuple[str, list[int]]]]]:
    """The messages sent since the last call: (task, arguments), from a real broker in memory."""
    before = app.conf.broker_url
    app.conf.broker_url = "memory://"
    app.set_current()
    app._pool = None
    app.amqp._producer_pool = None

    def read() -> list[tuple[str, list[int]]]:
        found = []
        with Broker("memory://") as broker, broker.SimpleQueue("celery") as queue:
            while True:
                try:
                    message = queue.get(block=False)
                except queue.Empty:
                    return found
                found.append((message.headers["task"], message.payload[0]))
                message.ack()

    read()
    yield read
    app.conf.broker_url = before
    app._pool = None
    app.amqp._producer_pool = None


@pytest.fixture
def start(company: Company, ledger: Ledger) -> Callable[..., Run]:
    """Queue a run of the company (or of `of`), as a click does."""

    def click(operation: Operation = Operation.IMPORT_CUSTOMERS, *, of: Company | None = None, **more) -> Run:
        run, _created = lifecycle.start(of or company, operation, provider=providers.NAME, **more)
        return run

    return click
