"""A click becomes a run: queued, nudged, one at a time and in order (R-1, R-2, R-6, U-3)."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from integrations.runs import lifecycle, nudges
from integrations.runs.models import Operation, Outcome, Run, StartedFrom
from reconpro.celery import app
from tests import factories
from tests.runs.providers import NAME
from tests.runs.rows import a_queued_run, an_active_run

CARRY_OUT = "integrations.runs.tasks.carry_out"


def test_a_click_queues_a_run_that_knows_who_what_and_from_where(start, company, accountant):
    connection_ = factories.a_connection(company)
    run = start(Operation.IMPORT_SERVICES, by=accountant, options={"left_out": [3]})

    assert (run.company, run.connection, run.provider) == (company, connection_, NAME)
    assert (run.operation, run.started_by, run.started_from) == ("services", accountant, StartedFrom.PAGE)
    assert run.options == {"left_out": [3]}
    assert run.is_queued


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_called_once_the_row_is_committed(start, messages):
    with transaction.atomic():
        run = start()
        assert messages() == []
    assert messages() == [(CARRY_OUT, [run.pk])]


@pytest.mark.django_db(transaction=True)
def test_a_start_that_is_rolled_back_calls_nobody(start, messages):
    with transaction.atomic():
        start()
        transaction.set_rollback(True)
    assert messages() == []
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_leaves_the_run_queued_and_the_page_without_an_error(start, messages):
    """R-6: the sweep sends it when the broker is back."""
    before = app.conf.broker_url
    app.conf.broker_url, app._pool, app.amqp._producer_pool = "redis://127.0.0.1:1/0", None, None
    run = start()
    app.conf.broker_url, app._pool, app.amqp._producer_pool = before, None, None

    assert run.is_queued
    assert messages() == []
    Run.objects.update(nudged_at=None)
    assert lifecycle.sweep().nudged == 1
    assert messages() == [(CARRY_OUT, [run.pk])]


def test_a_second_click_answers_the_open_run(start, company):
    """R-2: one open run per operation."""
    first, is_new = lifecycle.start(company, Operation.IMPORT_CUSTOMERS, provider=NAME)
    second, is_new_again = lifecycle.start(company, Operation.IMPORT_CUSTOMERS, provider=NAME)

    assert (is_new, is_new_again) == (True, False)
    assert first == second


def test_a_second_click_answers_the_open_run_even_if_the_settings_are_broken_by_then(start, ledger):
    first = start()
    ledger.not_ready = "Enter the Sender ID first."
    assert start() == first


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one_run(company, ledger):
    """R-2: the database decides, not the order of our checks."""
    ready = threading.Barrier(4)
    answers = []

    def click() -> None:
        ready.wait()
        try:
            answers.append(lifecycle.start(company, Operation.IMPORT_CUSTOMERS, provider=NAME))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({run.pk for run, _ in answers}) == 1
    assert sorted(is_new for _, is_new in answers) == [False, False, False, True]


def test_the_database_refuses_a_second_open_run_of_an_operation(company):
    a_queued_run(company)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_queued_run(company)


def test_the_database_refuses_a_second_active_run_of_a_company(company):
    an_active_run(company)
    with pytest.raises(IntegrityError), transaction.atomic():
        an_active_run(company, operation=Operation.IMPORT_SERVICES)


def test_without_the_subscription_nothing_starts(start, ledger):
    """U-3."""
    ledger.missing = "the Enterprise edition"
    with pytest.raises(lifecycle.NotReady, match=r"^Ledger Integration needs the Enterprise edition\.$"):
        start()
    assert not Run.objects.exists()


def test_what_the_settings_lack_is_said_before_anything_starts(start, ledger):
    """I-6."""
    ledger.not_ready = "Choose a Default Team in the settings first."
    with pytest.raises(lifecycle.NotReady, match="Choose a Default Team"):
        start(Operation.IMPORT_EMPLOYEES)
    assert not Run.objects.exists()


def test_nobody_starts_a_run_in_another_company(start, stranger):
    """U-2."""
    with pytest.raises(ValueError, match="belongs to the company"):
        start(by=stranger)


def test_runs_of_a_company_are_claimed_in_the_order_of_the_queue(start):
    """R-2."""
    first, second = start(Operation.IMPORT_CUSTOMERS), start(Operation.IMPORT_SERVICES)

    assert lifecycle.claim(second.pk, "worker") is None
    assert lifecycle.claim(first.pk, "worker") == first
    assert lifecycle.claim(second.pk, "worker") is None, "one run of a company is active at a time"


def test_runs_of_two_companies_go_on_side_by_side(start):
    ours, theirs = start(), start(of=factories.a_company())
    assert lifecycle.claim(ours.pk, "one")
    assert lifecycle.claim(theirs.pk, "two")


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_that_claim_at_the_same_moment_one_wins(start):
    """R-6: a doubled message does nothing."""
    run = start()
    ready = threading.Barrier(3)
    claimed = []

    def worker(name: str) -> None:
        ready.wait()
        try:
            claimed.append(lifecycle.claim(run.pk, name))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=[f"worker {n}"]) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(c is not None for c in claimed) == [False, False, True]
    run.refresh_from_db()
    assert run.is_active
    assert run.heartbeat.worker.startswith("worker")


@pytest.mark.django_db(transaction=True)
def test_the_next_of_the_queue_is_called_when_a_run_ends(start, messages):
    first, second = start(Operation.IMPORT_CUSTOMERS), start(Operation.EXPORT_INVOICES)
    messages()
    lifecycle.carry_out(first.pk)
    assert messages() == [(CARRY_OUT, [second.pk])]
    assert lifecycle.carry_out(second.pk).outcome == Outcome.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_a_run_that_a_command_waits_with_is_not_given_to_a_worker(start, messages):
    """R-7: it runs in the command's process, unless that died."""
    first = start(Operation.IMPORT_CUSTOMERS)
    second = start(Operation.IMPORT_SERVICES, started_from=StartedFrom.COMMAND, nudge=False)
    messages()
    lifecycle.carry_out(first.pk)
    assert messages() == []

    Run.objects.filter(pk=second.pk).update(nudged_at=None)
    nudges.nudge_next(second.company_id)
    assert messages() == [(CARRY_OUT, [second.pk])]
