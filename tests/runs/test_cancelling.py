"""A run can be cancelled; it stops at a clean point (R-1)."""

import pytest
from django.db import transaction

from integrations.runs import closing, lifecycle
from integrations.runs.context import RunContext
from integrations.runs.models import Operation, Outcome, Run
from reconpro.company.models import Client
from tests import factories
from tests.runs.providers import finish_at_once

CUSTOMERS, INVOICES = Operation.IMPORT_CUSTOMERS, Operation.EXPORT_INVOICES


@pytest.fixture(autouse=True)
def _look_each_time(settings):
    settings.RUN_PROGRESS_SECONDS = 0


def test_a_queued_run_is_cancelled_at_once(start, accountant):
    run = start()
    assert lifecycle.request_cancel(run, by=accountant)
    assert run.outcome == Outcome.CANCELLED
    assert run.message == "Cancelled by Accountant before it started; nothing was changed."
    assert lifecycle.carry_out(run.pk).started_at is None


@pytest.mark.django_db(transaction=True)
def test_cancelling_a_queued_run_calls_the_next_one(start, messages):
    first, second = start(CUSTOMERS), start(INVOICES)
    messages()
    lifecycle.request_cancel(first)
    assert messages() == [("integrations.runs.tasks.carry_out", [second.pk])]


def test_an_active_run_stops_at_the_next_page_it_reads(start, ledger, accountant):
    pages = []

    def job(context: RunContext) -> None:
        for page in range(5):
            context.progress("Reading customers", page, 5)
            pages.append(page)
            if page == 1:
                assert lifecycle.request_cancel(Run.objects.get(), by=accountant)

    ledger.jobs[CUSTOMERS] = job
    run = lifecycle.carry_out(start().pk)
    assert pages == [0, 1]
    assert (run.outcome, run.message) == (
        Outcome.CANCELLED,
        "Cancelled by Accountant; nothing was changed.",
    )


def test_an_active_run_stops_at_a_checkpoint(start, ledger):
    def job(context: RunContext) -> None:
        lifecycle.request_cancel(Run.objects.get())
        context.checkpoint()
        raise AssertionError("it went on")

    ledger.jobs[CUSTOMERS] = job
    assert lifecycle.carry_out(start().pk).outcome == Outcome.CANCELLED


def test_a_new_phase_hears_it_however_short_the_last_look_is_ago(start, ledger, settings):
    settings.RUN_PROGRESS_SECONDS = 1000

    def job(context: RunContext) -> None:
        context.progress("Reading customers", 1)
        lifecycle.request_cancel(Run.objects.get())
        context.progress("Reading customers", 2)
        context.progress("Comparing")
        raise AssertionError("it went on")

    ledger.jobs[CUSTOMERS] = job
    run = lifecycle.carry_out(start().pk)
    assert run.outcome == Outcome.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_an_import_hears_it_for_the_last_time_before_it_applies(start, ledger, company):
    def job(context: RunContext) -> None:
        lifecycle.request_cancel(Run.objects.get())
        with transaction.atomic():
            context.lock_open()
            factories.a_client(company)
            context.finish(counts={"read": 1, "created": 1})

    ledger.jobs[CUSTOMERS] = job
    assert lifecycle.carry_out(start().pk).outcome == Outcome.CANCELLED
    assert not Client.objects.exists()


def test_an_import_that_is_being_applied_ends_as_it_would(start, ledger):
    def job(context: RunContext) -> None:
        with transaction.atomic():
            context.lock_open()
            lifecycle.request_cancel(Run.objects.get())
            context.finish(counts={"read": 1, "created": 1})

    ledger.jobs[CUSTOMERS] = job
    assert lifecycle.carry_out(start().pk).outcome == Outcome.SUCCEEDED


def test_an_export_that_has_sent_all_ends_as_it_would(start, ledger):
    def job(context: RunContext) -> None:
        lifecycle.request_cancel(Run.objects.get())
        finish_at_once(context, exported=3)

    ledger.jobs[INVOICES] = job
    run = lifecycle.carry_out(start(INVOICES).pk)
    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 3)


def test_a_cancelled_export_tells_what_had_gone(start, ledger):
    def job(context: RunContext) -> None:
        context.settled({"exported": 50})
        lifecycle.request_cancel(Run.objects.get())
        context.progress("Sending invoices", 50, 200)

    ledger.jobs[INVOICES] = job
    run = lifecycle.carry_out(start(INVOICES).pk)
    assert (run.outcome, run.exported_count) == (Outcome.CANCELLED, 50)
    assert run.message == closing.CANCELLED_EXPORT


def test_a_run_that_is_over_can_not_be_cancelled(start):
    run = lifecycle.carry_out(start().pk)
    assert not lifecycle.request_cancel(run)
    assert run.outcome == Outcome.SUCCEEDED


def test_asking_twice_keeps_who_asked_first(start, accountant, administrator):
    run = lifecycle.claim(start().pk, "worker")
    assert lifecycle.request_cancel(run, by=accountant)
    assert not lifecycle.request_cancel(run, by=administrator)
    assert run.cancel_requested_by == accountant


def test_a_claim_loses_against_a_cancel(start):
    run = start()
    lifecycle.request_cancel(run)
    assert lifecycle.claim(run.pk, "worker") is None


def test_ctrl_c_in_the_middle_of_a_job_leaves_an_outcome(start, ledger):
    def job(context: RunContext) -> None:
        raise KeyboardInterrupt

    ledger.jobs[CUSTOMERS] = job
    run = start()
    with pytest.raises(KeyboardInterrupt):
        lifecycle.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.message) == (Outcome.CANCELLED, closing.CANCELLED_IMPORT)


def test_a_worker_that_is_stopped_at_once_leaves_an_interrupted_run(start, ledger):
    def job(context: RunContext) -> None:
        raise SystemExit(0)

    ledger.jobs[CUSTOMERS] = job
    run = start()
    with pytest.raises(SystemExit):
        lifecycle.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.message) == (Outcome.INTERRUPTED, closing.INTERRUPTED_IMPORT)
