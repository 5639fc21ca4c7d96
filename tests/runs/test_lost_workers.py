"""Workers, messages and servers get lost; the row is the truth (R-3, R-6)."""

import threading
import time
from datetime import timedelta

import pytest
from celery.signals import worker_ready
from django.db import connection, transaction
from django.utils import timezone

from integrations.runs import lifecycle, tasks
from integrations.runs.context import RunClosed, RunContext
from integrations.runs.models import GatewayTurn, Heartbeat, Operation, Outcome, Run
from integrations.runs.sweeping import SweepResult
from reconpro.celery import app
from reconpro.company.models import Client
from tests import factories
from tests.runs.providers import finish_at_once
from tests.runs.rows import a_queued_run, an_active_run

CARRY_OUT = "integrations.runs.tasks.carry_out"
CUSTOMERS, INVOICES = Operation.IMPORT_CUSTOMERS, Operation.EXPORT_INVOICES


@pytest.fixture(autouse=True)
def _seconds(settings):
    settings.RUN_STALE_AFTER_SECONDS = 60
    settings.RUN_NUDGE_AGAIN_AFTER_SECONDS = 30


def ago(seconds: float):
    return timezone.now() - timedelta(seconds=seconds)


def test_an_import_whose_heartbeat_stopped_is_interrupted(company):
    run = an_active_run(company, beat_seconds_ago=61)
    assert lifecycle.sweep() == SweepResult(interrupted=1)
    run.refresh_from_db()
    assert run.outcome == Outcome.INTERRUPTED
    assert run.message == "Stopped by a server restart; nothing was half done. Start again."


def test_an_export_whose_heartbeat_stopped_says_that_invoices_are_being_checked(company):
    run = an_active_run(company, beat_seconds_ago=61, operation=INVOICES)
    lifecycle.sweep()
    run.refresh_from_db()
    assert run.outcome == Outcome.INTERRUPTED
    assert "Invoices that were under way are being checked. Start again" in run.message


def test_a_run_that_beats_is_left_alone(company):
    run = an_active_run(company, beat_seconds_ago=50)
    assert lifecycle.sweep() == SweepResult()
    run.refresh_from_db()
    assert run.is_active


def test_a_beat_in_the_last_moment_saves_the_run(company, monkeypatch):
    """The sweep's own look may be old by the time it writes."""
    run = an_active_run(company, beat_seconds_ago=61)
    from integrations.runs import sweeping

    real = sweeping.close

    def close_after_a_beat(*args, **kwargs):
        Heartbeat.objects.filter(run=run).update(beat_at=timezone.now())
        return real(*args, **kwargs)

    monkeypatch.setattr(sweeping, "close", close_after_a_beat)
    assert lifecycle.sweep() == SweepResult()
    run.refresh_from_db()
    assert run.is_active


def test_an_interrupted_run_gives_its_turn_at_the_gateway_back(company):
    """G-3: the next run must not wait for the turn's expiry."""
    an_active_run(company, beat_seconds_ago=61)
    GatewayTurn.objects.create(
        company=company, holder="x", holder_label="Import Customers", expires_at=ago(-100)
    )
    lifecycle.sweep()
    assert GatewayTurn.objects.get().holder == ""


def test_the_turn_of_test_connection_is_not_taken_away(company):
    an_active_run(company, beat_seconds_ago=61)
    GatewayTurn.objects.create(
        company=company, holder="x", holder_label="Test Connection", expires_at=ago(-100)
    )
    lifecycle.sweep()
    assert GatewayTurn.objects.get().holder == "x"


def test_a_worker_that_comes_back_late_can_change_nothing(start, company):
    """R-3."""
    context = RunContext(lifecycle.claim(start().pk, "late worker"))
    Heartbeat.objects.update(beat_at=ago(61))
    lifecycle.sweep()

    with pytest.raises(RunClosed):
        context.progress("Reading customers", 10)
    with pytest.raises(RunClosed):
        context.checkpoint()
    with pytest.raises(RunClosed), transaction.atomic():
        context.lock_open()
    assert not context.beat()
    with lifecycle.recorded(context):
        raise RunClosed
    run = Run.objects.get()
    assert (run.outcome, run.warning_count) == (Outcome.INTERRUPTED, 0)
    assert Heartbeat.objects.get().beat_at < ago(60)


def test_a_late_worker_that_fails_does_not_overwrite_the_outcome(start):
    context = RunContext(lifecycle.claim(start(INVOICES).pk, "late worker"))
    Heartbeat.objects.update(beat_at=ago(61))
    lifecycle.sweep()
    with lifecycle.recorded(context):
        context.settled({"exported": 5})
        raise lifecycle.RunFailed("The gateway was too slow.")
    run = Run.objects.get()
    assert (run.outcome, run.exported_count) == (Outcome.INTERRUPTED, 0)


def test_a_new_run_can_start_at_once_after_an_interrupted_one(start, company):
    """Where no scheduler runs, the start itself looks for a dead run."""
    dead = an_active_run(company, beat_seconds_ago=61)
    run = start()
    assert run != dead
    assert lifecycle.carry_out(run.pk).outcome == Outcome.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_a_lost_message_is_sent_again(start, messages):
    run = start()
    messages()  # lost
    assert lifecycle.sweep() == SweepResult()
    assert messages() == []

    Run.objects.update(nudged_at=ago(31))
    assert lifecycle.sweep() == SweepResult(nudged=1)
    assert messages() == [(CARRY_OUT, [run.pk])]
    assert lifecycle.sweep() == SweepResult(), "not again until that one may be lost too"


@pytest.mark.django_db(transaction=True)
def test_only_the_oldest_of_a_queue_is_sent_and_only_when_none_is_active(company, messages):
    first = a_queued_run(company, at=ago(100), operation=CUSTOMERS)
    a_queued_run(company, at=ago(90), operation=INVOICES)
    busy = factories.a_company()
    an_active_run(busy, operation=CUSTOMERS)
    a_queued_run(busy, at=ago(90), operation=INVOICES)

    assert lifecycle.sweep() == SweepResult(nudged=1)
    assert messages() == [(CARRY_OUT, [first.pk])]


@pytest.mark.django_db(transaction=True)
def test_a_run_that_waits_long_behind_busy_workers_is_sent_ever_more_rarely(company, messages):
    """Its messages would pile up; they are never further apart than ten times the first interval."""
    run = a_queued_run(company, at=ago(400), nudged_at=ago(60))
    assert lifecycle.sweep() == SweepResult()
    Run.objects.update(nudged_at=ago(101))
    assert lifecycle.sweep().nudged == 1
    Run.objects.update(queued_at=ago(86_400), nudged_at=ago(301))
    assert lifecycle.sweep().nudged == 1
    assert messages() == [(CARRY_OUT, [run.pk])] * 2


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_dead_run_calls_the_next_one(company, messages):
    an_active_run(company, beat_seconds_ago=61)
    waiting = a_queued_run(company, operation=INVOICES, nudged_at=timezone.now())
    tasks.sweep()
    assert messages() == [(CARRY_OUT, [waiting.pk])]


def test_a_sweep_of_one_company_leaves_others_alone(company):
    other = an_active_run(factories.a_company(), beat_seconds_ago=61)
    assert lifecycle.sweep(company) == SweepResult()
    other.refresh_from_db()
    assert other.is_active


def test_a_sweep_costs_the_same_for_many_companies_that_are_busy(company, django_assert_num_queries):
    for _ in range(5):
        an_active_run(factories.a_company())
    with django_assert_num_queries(1):
        lifecycle.sweep()


@pytest.mark.django_db(transaction=True)
def test_the_heart_beats_while_the_job_is_busy_and_stops_with_it(start, ledger, settings):
    settings.RUN_HEARTBEAT_SECONDS = 0.05
    seen = []

    def job(context: RunContext) -> None:
        context.progress("Reading customers", 5, 10)
        for _ in range(2):
            time.sleep(0.15)
            seen.append(Heartbeat.objects.get().beat_at)
        finish_at_once(context)

    ledger.jobs[CUSTOMERS] = job
    run = lifecycle.carry_out(start().pk)
    assert run.outcome == Outcome.SUCCEEDED
    assert seen[0] < seen[1]
    assert (run.heartbeat.phase, run.heartbeat.done, run.heartbeat.total) == ("Reading customers", 5, 10)
    assert not [t for t in threading.enumerate() if t.name.startswith("heartbeat")]


@pytest.mark.django_db(transaction=True)
def test_an_import_that_applies_for_long_is_not_taken_for_dead(start, ledger, settings):
    """PostgreSQL: the beat has a row of its own, which the lock on the run doesn't touch. SQLite, with its
    one writer at a time: the sweep waits for the same lock, and then finds the outcome."""
    settings.RUN_HEARTBEAT_SECONDS, settings.RUN_STALE_AFTER_SECONDS = 0.05, 0.4
    applying, swept = threading.Event(), []

    def other_process() -> None:
        try:
            applying.wait(5)
            time.sleep(0.6)
            swept.append(lifecycle.sweep())
        finally:
            connection.close()

    def job(context: RunContext) -> None:
        with transaction.atomic():
            context.lock_open()
            applying.set()
            context.progress("Applying")
            time.sleep(1)
            context.finish(counts={})

    ledger.jobs[CUSTOMERS] = job
    thread = threading.Thread(target=other_process)
    thread.start()
    run = lifecycle.carry_out(start().pk)
    thread.join()
    assert run.outcome == Outcome.SUCCEEDED
    assert swept == [SweepResult()]


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_tells_the_job_that_its_run_is_over(start, ledger, settings, company):
    """A late worker stops at its next clean point, and what it had in hand is not applied."""
    settings.RUN_HEARTBEAT_SECONDS = 0.05
    settings.RUN_PROGRESS_SECONDS = 1000  # the job itself doesn't look

    def job(context: RunContext) -> None:
        context.progress("Reading customers")
        Run.objects.update(outcome=Outcome.INTERRUPTED, finished_at=timezone.now())
        assert context.closed.wait(5)
        context.progress("Reading customers", 100)
        factories.a_client(company)

    ledger.jobs[CUSTOMERS] = job
    assert lifecycle.carry_out(start().pk).outcome == Outcome.INTERRUPTED
    assert not Client.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_starts_looks_at_once_for_what_a_stopped_one_left(messages):
    worker_ready.send(sender="test")
    assert messages() == [("integrations.runs.tasks.sweep", [])]


def test_the_scheduler_sweeps():
    (entry,) = [e for e in app.conf.beat_schedule.values() if e["task"] == tasks.sweep.name]
    assert entry["schedule"] > 0
    assert {tasks.sweep.name, tasks.carry_out.name} <= set(app.tasks)
