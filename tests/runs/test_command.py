"""The same operations at the terminal, for operators and cron (R-7)."""

import io
import json
import os
import signal
import threading
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from integrations.runs import lifecycle
from integrations.runs.command import run_operation
from integrations.runs.context import RunContext, RunFailed
from integrations.runs.models import Operation, Outcome, Run, StartedFrom
from tests.runs.providers import NAME, finish_at_once
from tests.runs.rows import a_request, an_active_run

CUSTOMERS = Operation.IMPORT_CUSTOMERS
FIELDS = {
    *("run_id", "operation", "outcome", "message", "seconds", "gateway_calls", "gateway_seconds"),
    *("counts", "warnings"),
}
COUNTS = {
    *("read", "created", "updated", "unchanged", "archived", "restored", "skipped"),
    *("exported", "failed", "unknown", "conflict", "blocked"),
}


@pytest.fixture
def command(company, ledger):
    """Runs an operation as the command does: (exit status, standard output, standard error)."""

    def run(operation: Operation = CUSTOMERS, **options) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        status = run_operation(company, operation, NAME, out=out, err=err, **options)
        return status, out.getvalue(), err.getvalue()

    return run


def test_a_run_that_succeeds_exits_with_0_and_tells_its_counts(command, ledger):
    def job(context: RunContext) -> None:
        context.progress("Reading customers", 3)
        finish_at_once(context, read=3, created=3)

    ledger.jobs[CUSTOMERS] = job
    status, out, err = command()
    assert status == 0
    assert "Reading customers" in out
    assert "Import Customers" in out
    assert "Succeeded in" in out
    assert "3 read, 3 created" in out
    assert err == ""
    assert Run.objects.get().started_from == StartedFrom.COMMAND


def test_json_prints_one_object_with_exactly_its_fields_and_progress_goes_to_stderr(command, ledger):
    def job(context: RunContext) -> None:
        context.progress("Reading customers", 3)
        a_request(context.run, milliseconds=1250)
        a_request(context.run, milliseconds=250)
        finish_at_once(context, read=3, created=3)

    ledger.jobs[CUSTOMERS] = job
    status, out, err = command(as_json=True)
    told = json.loads(out)
    assert status == 0
    assert out.count("\n") == 1
    assert set(told) == FIELDS
    assert set(told["counts"]) == COUNTS
    assert told["run_id"] == Run.objects.get().pk
    assert (told["operation"], told["outcome"], told["warnings"]) == ("customers", "succeeded", 0)
    assert (told["gateway_calls"], told["gateway_seconds"]) == (2, 1.5)
    assert told["counts"]["created"] == 3
    assert "Reading customers" in err


def test_warnings_are_a_success_too(command, ledger):
    ledger.jobs[Operation.EXPORT_INVOICES] = lambda context: finish_at_once(context, exported=1, blocked=2)
    status, out, _ = command(Operation.EXPORT_INVOICES, as_json=True)
    assert (status, json.loads(out)["outcome"]) == (0, "warned")


def test_a_run_that_fails_exits_with_1_and_says_why_and_what_to_do(command, ledger):
    def job(context: RunContext) -> None:
        raise RunFailed("The password is wrong.", "Correct Auth Password.", "XL03000006", "Sign-in incorrect")

    ledger.jobs[CUSTOMERS] = job
    status, out, _ = command()
    assert status == 1
    assert "The password is wrong. Correct Auth Password." in out
    assert "XL03000006 Sign-in incorrect" in out


def test_a_bug_exits_with_1_and_shows_no_traceback(command, ledger):
    def job(context: RunContext) -> None:
        raise ZeroDivisionError("a secret")

    ledger.jobs[CUSTOMERS] = job
    status, out, err = command(as_json=True)
    assert (status, json.loads(out)["outcome"]) == (1, "failed")
    assert "Traceback" not in out + err
    assert "a secret" not in out + err


def test_what_is_not_ready_exits_with_1_and_starts_nothing(command, ledger):
    ledger.not_ready = "Sender ID not entered yet."
    status, out, _ = command(as_json=True)
    told = json.loads(out)
    assert status == 1
    assert set(told) == FIELDS
    assert (told["run_id"], told["outcome"], told["message"]) == (None, "failed", ledger.not_ready)
    assert not Run.objects.exists()


@pytest.mark.parametrize("other", [CUSTOMERS, Operation.EXPORT_INVOICES])
def test_no_wait_exits_with_3_while_another_run_is_active_and_leaves_nothing_behind(command, company, other):
    active = an_active_run(company, operation=other)
    status, out, _ = command(wait=False, as_json=True)
    assert status == 3
    assert f"(run {active.pk}) is running." in json.loads(out)["message"]
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", [CUSTOMERS, Operation.EXPORT_INVOICES])
def test_it_waits_while_another_run_of_the_company_is_active(command, company, other):
    active = an_active_run(company, operation=other)

    def end_it() -> None:
        try:
            time.sleep(0.7)
            with transaction.atomic():
                RunContext(active).finish(counts={})
        finally:
            connection.close()

    thread = threading.Thread(target=end_it)
    thread.start()
    status, out, _ = command()
    thread.join()
    active.refresh_from_db()
    mine = Run.objects.latest("id")
    assert status == 0
    assert "Waiting for" in out
    assert mine != active
    assert active.finished_at <= mine.started_at


@pytest.mark.django_db(transaction=True)
def test_a_dead_run_does_not_keep_it_waiting(command, company, settings):
    dead = an_active_run(company, beat_seconds_ago=settings.RUN_STALE_AFTER_SECONDS + 1)
    status, _, _ = command()
    dead.refresh_from_db()
    assert (status, dead.outcome) == (0, Outcome.INTERRUPTED)


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_cancels_at_the_next_clean_point(command, ledger, settings):
    settings.RUN_PROGRESS_SECONDS = 0

    def job(context: RunContext) -> None:
        context.progress("Reading customers", 1)
        os.kill(os.getpid(), signal.SIGINT)
        context.progress("Reading customers", 2)
        raise AssertionError("it went on")

    ledger.jobs[CUSTOMERS] = job
    before = signal.getsignal(signal.SIGINT)
    status, out, _ = command()
    assert status == 1
    assert "Cancelled; nothing was changed." in out
    assert Run.objects.get().outcome == Outcome.CANCELLED
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.django_db(transaction=True)
def test_a_second_ctrl_c_ends_it_at_once_with_an_outcome(command, ledger):
    def job(context: RunContext) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
        raise AssertionError("it went on")

    ledger.jobs[CUSTOMERS] = job
    status, _, _ = command()
    assert (status, Run.objects.get().outcome) == (1, Outcome.CANCELLED)


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_while_waiting_leaves_nothing_in_the_queue(command, company):
    an_active_run(company, operation=Operation.EXPORT_INVOICES)
    timer = threading.Timer(0.6, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    status, _, _ = command()
    timer.join()
    assert status == 1
    assert Run.objects.latest("id").outcome == Outcome.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_a_run_that_a_worker_took_is_followed_to_its_end(command, company, ledger, monkeypatch):
    """Where the process was silent too long, the sweep gave its run away."""
    real = lifecycle.start

    def start_and_lose(*args, **kwargs):
        run, is_new = real(*args, **kwargs)
        thread = threading.Timer(0.0, carry_out_elsewhere, [run.pk])
        thread.start()
        thread.join()
        return run, is_new

    def carry_out_elsewhere(pk: int) -> None:
        try:
            lifecycle.carry_out(pk)
        finally:
            connection.close()

    monkeypatch.setattr(lifecycle, "start", start_and_lose)
    status, _, _ = command()
    assert (status, Run.objects.count()) == (0, 1)


def test_usage_errors_exit_with_2(company):
    with pytest.raises(CommandError) as unknown_company:
        call_command("intacct_run", "customers", "--company", "nobody")
    assert unknown_company.value.returncode == 2
    assert "no company with the code nobody" in str(unknown_company.value)
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("intacct_run", "everything", "--company", "demo")


def test_intacct_run_without_settings_exits_with_1_and_prints_one_json_object(company):
    out = io.StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command(
            "intacct_run", "customers", "--company", "demo", "--json", stdout=out, stderr=io.StringIO()
        )
    assert exit_.value.code == 1
    assert "Sender ID" in json.loads(out.getvalue())["message"]
