"""X-5 held against any accident: killed at any line, any answer lost or late, in any order."""

import linecache
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import Outcome
from tests import factories
from tests.exports.ledger import Clock, Killed, Ledger, export

pytestmark = pytest.mark.django_db
WATCHED = (
    "/integrations/exports/service.py",
    "/integrations/exports/states.py",
    "/integrations/exports/tally.py",
)
ACCIDENTS = ["", "lost after", "lost before", "nothing", "killed before", "killed after", "busy"]


@pytest.fixture(autouse=True)
def _small(settings):
    settings.EXPORT_BATCH_SIZE = 2
    settings.EXPORT_READ_BACK_SECONDS = 60
    settings.RUN_PROGRESS_SECONDS = 0


def approved(count):
    company = factories.a_company()
    connection = factories.a_connection(company, f"BOOKS-{company.pk}")
    client = factories.a_client(company, accounting_id="C-1", terms="Net 30")
    service = factories.a_service(company, accounting_id="S-1")
    invoices = [
        factories.an_invoice(company, client=client, lines=[{"service": service}]) for _ in range(count)
    ]
    return connection, invoices


def run_until_done(connection, ledger, clock, most_runs=15):
    """Start a run whenever one has ended, as a person or a schedule does."""
    for _ in range(most_runs):
        try:
            run = export(connection, ledger, clock=clock)
        except Killed:
            continue
        if run.outcome == Outcome.SUCCEEDED:
            return
    raise AssertionError("It never came to an end.")


def assert_each_exactly_once(connection, ledger, invoices):
    assert ledger.numbers == sorted(f"RP-{invoice.number}" for invoice in invoices)
    rows = InvoiceExport.objects.filter(connection=connection)
    assert {(row.invoice_id, row.state, row.key) for row in rows} == {
        (invoice.pk, ExportState.EXPORTED, f"Sales Invoice-RP-{invoice.number}") for invoice in invoices
    }


@given(
    count=st.integers(1, 5),
    accidents=st.lists(st.sampled_from(ACCIDENTS), max_size=8),
    hidden_for=st.integers(0, 3),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_invoice_arrives_exactly_once(count, accidents, hidden_for):
    connection, invoices = approved(count)
    ledger = Ledger()
    ledger.plan, ledger.hidden_for = list(accidents), hidden_for

    run_until_done(connection, ledger, Clock())

    assert_each_exactly_once(connection, ledger, invoices)


def _is_with(frame: FrameType) -> bool:
    """A `with` comes twice, before its block and when it is left: an exception that a trace raises there
    would skip the rollback that a killed process gets from the database."""
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno).lstrip().startswith("with ")


class KillAtLine:
    """Raises Killed when the watched files have come to their n-th line."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        return self._line if frame.f_code.co_filename.endswith(WATCHED) else None

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line" and not _is_with(frame):
            self.left -= 1
            if self.left == 0:
                raise Killed
        return self._line

    def __enter__(self) -> "KillAtLine":
        self.before = sys.gettrace()
        sys.settrace(self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self.before)


def lines_of_a_run():
    connection, _ = approved(3)
    counter = KillAtLine(1_000_000)
    with counter:
        export(connection, Ledger(), clock=Clock())
    return 1_000_000 - counter.left


@pytest.mark.parametrize("accident", ["", "lost after"])
def test_a_worker_killed_at_any_line_loses_nothing_and_doubles_nothing(accident):
    lines = lines_of_a_run()
    assert lines > 200
    for line in range(1, lines, max(1, lines // 16)):
        connection, invoices = approved(3)
        ledger, clock = Ledger(), Clock()
        ledger.plan = [accident]
        try:
            with KillAtLine(line):
                export(connection, ledger, clock=clock)
        except Killed:
            pass
        run_until_done(connection, ledger, clock)
        assert_each_exactly_once(connection, ledger, invoices)
