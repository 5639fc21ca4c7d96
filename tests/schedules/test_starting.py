"""Imports start by themselves when they are due: once, in order, and only where they may (S-5, U-3)."""

import threading
from datetime import time, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from integrations.runs.models import Run, StartedFrom
from integrations.schedules import service
from integrations.schedules.models import Notice, Schedule
from integrations.schedules.service import Plan
from tests import factories
from tests.runs import providers

pytestmark = pytest.mark.django_db


def test_it_is_off_by_default(company, ledger):
    schedule = service.schedule_of(company, providers.NAME)

    assert not schedule.is_on
    assert service.start_due() == 0


def test_what_is_due_starts_in_the_order_of_the_guide_and_is_due_again_tomorrow(plan, make_due):
    schedule = plan()
    make_due(schedule)

    assert service.start_due() == 1

    runs = list(Run.objects.order_by("pk"))
    assert [run.operation for run in runs] == ["customers", "services", "employees"]
    assert {(run.started_from, run.started_by, run.provider) for run in runs} == {
        (StartedFrom.SCHEDULE, None, providers.NAME)
    }
    schedule.refresh_from_db()
    assert timezone.now() < schedule.next_due <= timezone.now() + timedelta(days=1, hours=1)
    assert schedule.note == ""
    assert service.start_due() == 0
    assert Run.objects.count() == 3


def test_only_the_chosen_imports_start(plan, make_due):
    make_due(plan(operations=("services",)))

    service.start_due()

    assert [run.operation for run in Run.objects.all()] == ["services"]


@pytest.mark.parametrize("operations", [("invoices",), ("customers", "nonsense")])
def test_x1_exports_are_confirmed_by_a_person_and_never_scheduled(company, ledger, operations):
    with pytest.raises(ValueError, match="Only imports"):
        service.set_plan(company, providers.NAME, Plan(operations))
    with pytest.raises(ValueError, match="at least one day"):
        service.set_plan(company, providers.NAME, Plan(("customers",), weekdays=()))
    assert not Schedule.objects.exists()


def test_what_was_missed_while_nothing_scanned_starts_once(plan):
    schedule = plan()
    Schedule.objects.filter(pk=schedule.pk).update(next_due=timezone.now() - timedelta(days=9))

    assert service.start_due() == 1
    assert service.start_due() == 0
    assert Run.objects.count() == 3


def test_an_import_that_is_under_way_is_not_started_again(plan, make_due, company):
    Run.objects.create(company=company, provider=providers.NAME, operation="customers")
    make_due(plan())

    service.start_due()

    assert Run.objects.filter(operation="customers").count() == 1
    # Somebody watches that one, so nobody is told of it.
    assert Notice.objects.filter(run__operation="customers").count() == 0


def test_u3_nothing_starts_without_the_subscription_and_it_goes_on_when_it_is_back(plan, make_due, ledger):
    schedule = plan()
    make_due(schedule)
    ledger.missing = "the Enterprise edition"

    service.start_due()

    assert not Run.objects.exists()
    assert not Notice.objects.exists()
    schedule.refresh_from_db()
    assert schedule.note == "Nothing was started: this needs the Enterprise edition."
    ledger.missing = ""
    make_due(schedule)
    service.start_due()
    schedule.refresh_from_db()
    assert Run.objects.count() == 3
    assert schedule.note == ""


def test_what_the_settings_lack_is_noted_and_told_and_the_schedule_goes_on(plan, make_due, ledger):
    schedule = plan()
    make_due(schedule)
    ledger.not_ready = "Choose a Default Team in the settings first."

    service.start_due()

    schedule.refresh_from_db()
    assert "Import Customers was not started. Choose a Default Team in the settings first." in schedule.note
    assert schedule.next_due is not None
    assert Notice.objects.get().message == schedule.note


def test_one_companys_trouble_does_not_hold_up_another(plan, make_due, ledger, monkeypatch):
    """Its row stays due, and is tried again with the next scan."""
    other = factories.a_company()
    first, second = plan(), plan(of=other)
    make_due(first)
    make_due(second)
    start = service.lifecycle.start

    def broken(company, operation, **more):
        if company != other and operation == "services":
            raise RuntimeError("a bug")
        return start(company, operation, **more)

    monkeypatch.setattr(service.lifecycle, "start", broken)

    assert service.start_due() == 1

    assert {run.company for run in Run.objects.all()} == {other}  # nothing was half started
    first.refresh_from_db()
    assert first.next_due < timezone.now()
    monkeypatch.undo()
    assert service.start_due() == 1
    assert Run.objects.filter(company=first.company).count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_the_same_moment_start_it_once(plan, make_due):
    make_due(plan())
    together, started = threading.Barrier(4), []

    def scan():
        try:
            together.wait(timeout=20)
            started.append(service.start_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(started) == [0, 0, 0, 1]
    assert Run.objects.count() == 3
    assert Notice.objects.count() == 3


def test_the_scan_takes_one_query_where_nothing_is_due(plan, django_assert_num_queries):
    plan()
    for _ in range(5):
        plan(of=factories.a_company())

    with django_assert_num_queries(1):
        service.start_due()


def test_another_time_zone_moves_it_to_the_same_hour_of_the_new_clock(plan, company):
    schedule = plan(at=time(5, 0))
    before = schedule.next_due

    company.time_zone = "America/New_York"
    company.save()

    schedule.refresh_from_db()
    assert schedule.next_due != before
    assert schedule.next_due.astimezone(company.zone).hour == 5


def test_a_plan_that_stays_the_same_stays_due(plan, make_due):
    """Saving the settings in the minute before it starts must not skip a day."""
    schedule = plan()
    make_due(schedule)

    plan()

    assert service.start_due() == 1
