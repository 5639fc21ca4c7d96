"""A schedule pauses when a person has to look first, and says why (S-7, I-9)."""

import pytest

from integrations.connections.service import open_connection
from integrations.runs import lifecycle
from integrations.runs.models import Run
from integrations.schedules import service
from integrations.schedules.models import Notice, Schedule
from integrations.schedules.service import Plan
from reconpro.audit.models import AuditEvent
from tests import factories
from tests.runs import providers

pytestmark = pytest.mark.django_db


def books(company, identity, label):
    open_connection(
        company, provider=providers.NAME, provider_name="Ledger", identity=identity, label=label, by=None
    )


def other_books(company):
    books(company, "other", "Ledger OTHER")


@pytest.fixture
def scheduled(plan, company):
    """A schedule of a company whose books are the ledger's own."""
    open_connection(
        company,
        provider=providers.NAME,
        provider_name="Ledger",
        identity="first",
        label="Ledger ACME",
        by=None,
    )
    return plan()


def test_s7_other_books_pause_it_with_the_reason(scheduled, company, make_due):
    make_due(scheduled)

    other_books(company)

    scheduled.refresh_from_db()
    assert scheduled.is_paused
    assert scheduled.paused_reason == (
        "The settings name other books now: Ledger OTHER instead of Ledger ACME. Check the first imports, "
        "then resume."
    )
    assert service.start_due() == 0
    assert not Run.objects.exists()
    event = AuditEvent.objects.get(action="schedule.paused")
    assert "Ledger OTHER instead of Ledger ACME" in event.sentence


def test_s7_a_companys_very_first_connection_pauses_nothing(plan, company):
    schedule = plan()
    company.books.connection.delete()

    open_connection(
        company,
        provider=providers.NAME,
        provider_name="Ledger",
        identity="first",
        label="Ledger ACME",
        by=None,
    )

    schedule.refresh_from_db()
    assert not schedule.is_paused


def test_resume_goes_on_at_the_next_time_and_is_recorded(scheduled, company, administrator):
    other_books(company)

    assert service.resume(company, providers.NAME, administrator)

    scheduled.refresh_from_db()
    assert scheduled.next_due is not None
    assert scheduled.paused_reason == ""
    assert AuditEvent.objects.get(action="schedule.resumed").user == administrator
    assert not service.resume(company, providers.NAME, administrator)  # a second click


def test_i9_an_import_that_must_be_checked_first_pauses_it_and_is_told(
    scheduled, company, make_due, monkeypatch
):
    make_due(scheduled)

    def must_be_checked(*args, **more):
        raise lifecycle.MustBeChecked("This is the first import of clients, so it is checked first.")

    monkeypatch.setattr(service.lifecycle, "start", must_be_checked)

    service.start_due()

    scheduled.refresh_from_db()
    assert scheduled.paused_reason == "This is the first import of clients, so it is checked first."
    assert scheduled.next_due is None
    assert Notice.objects.get().message.startswith("Import Customers was not started. This is the first")


def test_i9_the_first_import_beside_local_records_is_never_started_by_the_clock(plan, make_due, company):
    schedule = plan(operations=("customers",))
    factories.a_client(company, name="Ours", books=None)
    make_due(schedule)

    service.start_due()

    schedule.refresh_from_db()
    assert schedule.paused_reason == (
        "This is the first import of clients from Intacct ACME-SANDBOX, and there are clients here already, "
        "so it is checked first."
    )
    assert not Run.objects.exists()


def test_a_paused_one_that_is_changed_stays_paused_and_one_that_is_turned_off_is_not(scheduled, company):
    other_books(company)

    changed = service.set_plan(company, providers.NAME, Plan(("services",)))
    assert changed.is_paused
    assert changed.next_due is None

    off = service.set_plan(company, providers.NAME, Plan())
    assert not off.is_paused
    assert service.set_plan(company, providers.NAME, Plan(("services",))).next_due is not None


def test_pausing_what_is_off_does_nothing(company, ledger):
    service.set_plan(company, providers.NAME, Plan())

    assert not service.pause(company, providers.NAME, "A reason.")
    assert not Schedule.objects.exclude(paused_reason="").exists()
    assert not AuditEvent.objects.filter(action="schedule.paused").exists()
