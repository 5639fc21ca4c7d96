"""An accounting system for tests of runs: its jobs are whatever a test makes them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from integrations import providers
from integrations.connections.models import Connection
from integrations.exports.rules import ExportRules
from integrations.runs.context import RunContext
from integrations.runs.models import Operation
from reconpro.company.models import Company
from reconpro.registry import registry

NAME = "ledger"


@dataclass
class Ledger:
    """What the test's provider answers, to be changed in the middle of a test."""

    missing: str = ""
    not_ready: str = ""
    addressees: providers.Addressees = providers.NOBODY
    jobs: dict[Operation, Callable[[RunContext], None]] = field(default_factory=dict)

    def job(self, operation: Operation) -> Callable[[RunContext], None]:
        return lambda context: self.jobs.get(operation, finish_at_once)(context)


def finish_at_once(context: RunContext, **counts: int) -> None:
    """The least that a job does."""
    with transaction.atomic():
        context.lock_open()
        context.finish(counts=counts)


def open_connection(company: Company) -> Connection | None:
    return Connection.objects.filter(company=company, closed_at=None).first()


@contextmanager
def registered() -> Iterator[Ledger]:
    ledger = Ledger()
    providers.register(
        providers.Provider(
            name=NAME,
            label="Ledger",
            settings_url_name="integration-settings",
            missing_subscription=lambda company: ledger.missing,
            not_ready=lambda company, operation: ledger.not_ready,
            open_connection=open_connection,
            export_rules=lambda company: ExportRules(),
            set_export_start=lambda company, day, by: None,
            addressees=lambda company: ledger.addressees,
            jobs={operation: ledger.job(operation) for operation in Operation},
        )
    )
    try:
        yield ledger
    finally:
        providers._providers.pop(NAME)
        registry.reports[:] = [link for link in registry.reports if not link.title.startswith("Ledger")]
