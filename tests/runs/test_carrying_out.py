"""A claimed run leaves an outcome, whatever its job does (R-3, R-4, R-5)."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.runs import closing, lifecycle, tasks
from integrations.runs.context import RunClosed, RunContext, RunFailed, keep_request
from integrations.runs.models import GatewayRequest, Operation, Outcome, Run
from integrations.runs.turn import TurnLost, TurnTaken
from reconpro.company.models import Client
from tests import factories
from tests.runs.providers import finish_at_once

CUSTOMERS, INVOICES = Operation.IMPORT_CUSTOMERS, Operation.EXPORT_INVOICES
ONE_READ = {"read": 1, "created": 1}


def a_job_that(raises: BaseException, *, after=None):
    def job(context: RunContext) -> None:
        if after:
            after(context)
        raise raises

    return job


def test_a_run_that_did_its_work_succeeded_with_its_counts(start, ledger):
    """R-4: read = created + updated + unchanged + skipped."""

    def job(context: RunContext) -> None:
        with transaction.atomic():
            context.lock_open()
            context.finish(
                counts={"read": 9, "created": 2, "updated": 3, "unchanged": 3, "skipped": 1, "archived": 1},
                message="Read 9 customers.",
                list_complete=True,
                signed_in_as="recon_ws",
            )

    ledger.jobs[CUSTOMERS] = job
    run = lifecycle.carry_out(start().pk)

    assert run.outcome == Outcome.SUCCEEDED
    assert (run.read_count, run.created_count, run.archived_count) == (9, 2, 1)
    assert (run.message, run.list_complete, run.signed_in_as) == ("Read 9 customers.", True, "recon_ws")
    assert run.started_at <= run.finished_at


def test_counts_that_do_not_add_up_are_refused_by_the_database(start, ledger):
    ledger.jobs[CUSTOMERS] = lambda context: finish_at_once(context, read=3, created=1)
    with pytest.raises(IntegrityError):
        lifecycle.carry_out(start().pk)
    assert Run.objects.get().outcome == Outcome.FAILED


def test_a_count_that_runs_do_not_have_is_a_bug(start, ledger):
    ledger.jobs[CUSTOMERS] = lambda context: finish_at_once(context, wishes=3)
    with pytest.raises(ValueError, match="wishes"):
        lifecycle.carry_out(start().pk)


def test_a_run_that_warned_succeeded_with_warnings(start, ledger):
    def job(context: RunContext) -> None:
        context.warnings.add(Code.NO_NAME, "C-17 has no name.")
        finish_at_once(context, **ONE_READ)

    ledger.jobs[CUSTOMERS] = job
    run = lifecycle.carry_out(start().pk)
    assert (run.outcome, run.warning_count) == (Outcome.WARNED, 1)


@pytest.mark.parametrize("count", ["failed", "unknown", "conflict", "blocked"])
def test_an_export_that_left_an_invoice_behind_did_not_simply_succeed(start, ledger, count):
    ledger.jobs[INVOICES] = lambda context: finish_at_once(context, exported=4, **{count: 1})
    assert lifecycle.carry_out(start(INVOICES).pk).outcome == Outcome.WARNED


def test_a_failure_that_an_admin_can_mend_keeps_sentence_advice_and_the_gateways_words(start, ledger):
    failure = RunFailed(
        "The user's password is wrong.", "Correct Auth Password.", "XL03000006", "Sign-in \x00no"
    )
    ledger.jobs[CUSTOMERS] = a_job_that(failure)
    run = lifecycle.carry_out(start().pk)

    assert run.outcome == Outcome.FAILED
    assert (run.message, run.advice) == ("The user's password is wrong.", "Correct Auth Password.")
    assert (run.error_code, run.error_text) == ("XL03000006", "Sign-in no")


@pytest.mark.parametrize("error", [TurnTaken("Test Connection"), TurnLost("Too slow.")])
def test_a_run_that_does_not_get_its_turn_failed_and_says_who_has_it(start, ledger, error):
    """G-3."""
    ledger.jobs[CUSTOMERS] = a_job_that(error)
    run = lifecycle.carry_out(start().pk)
    assert (run.outcome, run.message) == (Outcome.FAILED, str(error))
    assert "minute" not in run.advice, "nobody knows how long the other one takes"


def test_a_bug_is_recorded_in_plain_words_and_raised_on(start, ledger):
    ledger.jobs[CUSTOMERS] = a_job_that(ZeroDivisionError("secret-in-the-text"))
    run = start()
    with pytest.raises(ZeroDivisionError):
        lifecycle.carry_out(run.pk)

    run.refresh_from_db()
    assert run.outcome == Outcome.FAILED
    assert run.message == closing.OUR_FAULT
    assert f"the number of this run: {run.pk}" in run.advice
    assert "secret-in-the-text" not in f"{run.message}{run.advice}{run.error_text}{run.error_code}"


def test_a_job_that_forgets_its_outcome_failed(start, ledger):
    ledger.jobs[CUSTOMERS] = lambda context: None
    run = lifecycle.carry_out(start().pk)
    assert (run.outcome, run.message) == (Outcome.FAILED, closing.OUR_FAULT)


@pytest.mark.django_db(transaction=True)
def test_a_failure_while_applying_changes_nothing_and_is_recorded_after_the_rollback(start, ledger, company):
    """R-5: there is no half import."""

    def job(context: RunContext) -> None:
        context.warnings.add(Code.NO_NAME, "C-17 has no name.")
        with transaction.atomic():
            context.lock_open()
            factories.a_client(company, accounting_id="C-1")
            context.finish(counts=ONE_READ)
            raise RunFailed("The disk is full.")

    ledger.jobs[CUSTOMERS] = job
    run = lifecycle.carry_out(start().pk)

    assert (run.outcome, run.message, run.read_count) == (Outcome.FAILED, "The disk is full.", 0)
    assert not Client.objects.exists()
    assert not run.run_warnings.exists()


def test_what_an_export_settled_is_told_whatever_its_outcome(start, ledger):
    """R-3: invoices that had gone stay exported."""

    def job(context: RunContext) -> None:
        context.settled({"exported": 50})
        context.warnings.add(Code.INVOICE_FAILED, "Invoice 12 was refused.")
        context.settled({"exported": 98, "failed": 2})
        raise RunFailed("The gateway is closed for maintenance.")

    ledger.jobs[INVOICES] = job
    run = lifecycle.carry_out(start(INVOICES).pk)
    assert (run.outcome, run.exported_count, run.failed_count) == (Outcome.FAILED, 98, 2)
    assert run.warning_count == 1


def test_a_second_message_for_the_same_run_does_nothing(start, ledger):
    """R-6."""
    calls = []
    ledger.jobs[CUSTOMERS] = lambda context: (calls.append(1), finish_at_once(context))
    run = start()
    tasks.carry_out(run.pk)
    finished_at = Run.objects.get().finished_at
    tasks.carry_out(run.pk)
    lifecycle.carry_out(run.pk)

    assert calls == [1]
    assert Run.objects.get().finished_at == finished_at


def test_a_message_that_outlived_its_run_does_nothing(db):
    tasks.carry_out(4711)


def test_a_subscription_that_ended_while_the_run_waited_ends_it(start, ledger):
    """U-3: nothing runs."""
    ledger.jobs[CUSTOMERS] = a_job_that(AssertionError("must not run"))
    run = start()
    ledger.missing = "the feature Ledger"
    run = lifecycle.carry_out(run.pk)
    assert (run.outcome, run.message) == (Outcome.FAILED, "Ledger Integration needs the feature Ledger.")


def test_settings_that_were_emptied_while_the_run_waited_end_it(start, ledger):
    run = start()
    ledger.not_ready = "Sender ID not entered yet."
    run = lifecycle.carry_out(run.pk)
    assert (run.outcome, run.message) == (Outcome.FAILED, "Sender ID not entered yet.")


def test_a_run_never_works_with_other_books_than_those_it_was_started_for(start, company):
    """S-7."""
    first = factories.a_connection(company)
    run = start()
    first.closed_at = run.queued_at
    first.save()
    factories.a_connection(company, "OTHER-COMPANY")
    run = lifecycle.carry_out(run.pk)
    assert run.outcome == Outcome.FAILED
    assert "other books" in run.message


@pytest.mark.django_db(transaction=True)
def test_outcomes_are_written_only_together_with_what_was_applied(start):
    """R-5: outside a transaction they could not be."""
    context = RunContext(lifecycle.claim(start().pk, "worker"))
    with pytest.raises(RuntimeError, match="lock_open"):
        context.lock_open()
    with pytest.raises(RuntimeError, match="finish"):
        context.finish(counts={})


def test_a_run_gets_one_outcome_only(start):
    run = lifecycle.claim(start().pk, "worker")
    context = RunContext(run)
    finish_at_once(context, **ONE_READ)
    with pytest.raises(RunClosed), transaction.atomic():
        context.lock_open()
    with pytest.raises(RunClosed), transaction.atomic():
        context.finish(counts={"read": 5, "created": 5})
    assert not closing.close(run, Outcome.FAILED, message="Too late.")
    run.refresh_from_db()
    assert (run.outcome, run.read_count) == (Outcome.SUCCEEDED, 1)


def test_what_a_broken_off_run_left_under_way_is_looked_after_with_its_outcome(start, ledger):
    """The exports part listens: invoices that were being sent are unknown then (X-5)."""
    heard = []

    def listen(sender, run, **_):
        heard.append((run.pk, run.outcome))

    closing.run_broken_off.connect(listen)
    try:
        ledger.jobs[INVOICES] = a_job_that(RunFailed("No."))
        broken = lifecycle.carry_out(start(INVOICES).pk)
        fine = lifecycle.carry_out(start(CUSTOMERS).pk)
    finally:
        closing.run_broken_off.disconnect(listen)
    assert heard == [(broken.pk, Outcome.FAILED)]
    assert fine.outcome == Outcome.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_each_request_to_the_gateway_is_kept_even_if_the_run_fails(start, ledger):
    """R-4, P-4."""
    line = GatewayRequest(
        control_id="c" * 300,
        function="query CUSTOMER",
        started_at=timezone.now(),
        milliseconds=250,
        http_status=None,
        error_number="GW-0011",
        error_text="Odd\x00 text",
        support_id="SUP-1",
        records=None,
    )

    def job(context: RunContext) -> None:
        context.record_request(line)
        raise RunFailed("No answer came.")

    ledger.jobs[CUSTOMERS] = job
    run = lifecycle.carry_out(start().pk)
    kept = run.requests.get()
    assert (kept.company, kept.function, kept.milliseconds) == (run.company, "query CUSTOMER", 250)
    assert (kept.http_status, kept.error_number, kept.error_text) == (None, "GW-0011", "Odd text")
    assert kept.control_id == "c" * 256


def test_a_request_of_test_connection_belongs_to_no_run(company):
    line = GatewayRequest(
        control_id="c-1", function="getAPISession", started_at=timezone.now(), milliseconds=9
    )
    assert keep_request(company, line).run is None
