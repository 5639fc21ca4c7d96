"""X-5, R-3: runs that fail, are cancelled, killed or late leave nothing half done."""

import pytest
from django.db import OperationalError, transaction

from integrations.exports import states
from integrations.exports.loading import Choice, read_books
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.service import export_invoices
from integrations.runs.context import RunClosed
from integrations.runs.models import Outcome, Run
from reconpro.invoices.models import Invoice, InvoiceState
from tests.exports.ledger import (
    RULES,
    Clock,
    Killed,
    Ledger,
    a_context,
    approved,
    export,
    state_of,
    states_now,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


def test_when_nothing_was_sent_all_is_as_before_and_the_run_says_why(connection, ledger):
    fresh, refused = approved(connection, 2)
    Invoice.objects.filter(pk=fresh.pk).update(state=InvoiceState.DRAFT)
    ledger.refuse[f"RP-{refused.number}"] = "Not now."
    export(connection, ledger)
    before = InvoiceExport.objects.filter(invoice=refused).values().get()
    Invoice.objects.filter(pk=fresh.pk).update(state=InvoiceState.APPROVED)
    ledger.plan = ["nothing"]

    run = export(connection, ledger)

    assert (run.outcome, run.message, run.advice) == (
        Outcome.FAILED,
        "Intacct can't be reached.",
        "Start again later.",
    )
    assert run.unknown_count == 0
    assert not InvoiceExport.objects.filter(invoice=fresh).exists()
    assert InvoiceExport.objects.filter(invoice=refused).values().get() == before
    ledger.refuse = {}
    assert export(connection, ledger).exported_count == 2


def test_what_went_before_the_line_broke_stays_counted(connection, ledger):
    approved(connection, 5)
    ledger.plan = ["", "nothing"]

    run = export(connection, ledger)

    assert (run.outcome, run.exported_count) == (Outcome.FAILED, 3)
    assert states_now() == ["exported"] * 3


def test_what_was_marked_while_the_line_broke_is_as_before(connection, ledger):
    approved(connection, 8)
    ledger.plan = ["", "nothing"]

    run = export(connection, ledger)

    assert (run.outcome, run.exported_count, run.unknown_count) == (Outcome.FAILED, 3, 0)
    assert states_now() == ["exported"] * 3


def test_a_database_that_fails_while_the_next_batch_is_marked_costs_no_answer(
    connection, ledger, monkeypatch
):
    approved(connection, 5)
    mark, calls = states.mark_sending, []

    def fails_the_second_time(*args, **how):
        calls.append(args)
        if len(calls) == 2:
            raise OperationalError("The disk is full.")
        return mark(*args, **how)

    monkeypatch.setattr(states, "mark_sending", fails_the_second_time)

    with pytest.raises(OperationalError):
        export(connection, ledger)

    assert len(ledger.documents) == 3
    assert states_now() == ["exported"] * 3


def test_what_is_in_doubt_and_can_not_be_asked_for_holds_back_what_was_marked_meanwhile(connection, ledger):
    approved(connection, 5)
    ledger.plan, ledger.find_fails = ["lost after"], True

    run = export(connection, ledger)

    assert (run.outcome, run.unknown_count) == (Outcome.FAILED, 3)
    assert len(ledger.sent) == 1
    assert states_now() == ["unknown"] * 3


def test_books_that_were_too_busy_get_it_again_within_the_run(connection, ledger, clock):
    approved(connection, 2)
    ledger.plan = ["busy", "busy"]

    run = export(connection, ledger, clock=clock)

    assert run.exported_count == 2
    assert ledger.sent[0] == ledger.sent[1] == ledger.sent[2]


def test_books_that_stay_too_busy_refuse_in_the_end(connection, ledger, clock):
    [invoice] = approved(connection)
    ledger.plan = ["busy"] * 4

    run = export(connection, ledger, clock=clock)

    assert run.failed_count == 1
    assert state_of(invoice).error_text == "Temporarily Off-line"


@pytest.mark.parametrize("moment", ["killed before", "killed after"])
def test_a_worker_killed_while_sending_loses_nothing_and_doubles_nothing(connection, ledger, clock, moment):
    sent = approved(connection, 7)
    ledger.plan = ["", moment]

    with pytest.raises(Killed):
        export(connection, ledger, clock=clock)
    # Three of them were on their way, and one was marked meanwhile.
    assert states_now() == ["exported"] * 3 + ["sending"] * 4
    run = export(connection, ledger, clock=clock)

    assert run.outcome == Outcome.SUCCEEDED
    assert ledger.numbers == sorted(f"RP-{invoice.number}" for invoice in sent)
    assert states_now() == ["exported"] * 7


def test_a_run_that_was_interrupted_leaves_its_invoices_in_doubt_not_sending(connection, ledger):
    """R-3: "Invoices that were under way are being checked." The page says so from that moment on."""
    [invoice] = approved(connection)
    ledger.plan = ["killed after"]
    with pytest.raises(Killed):
        export(connection, ledger)

    a_context(connection)  # what died before is noticed first

    interrupted = Run.objects.order_by("pk").first()
    assert interrupted.outcome == Outcome.INTERRUPTED
    row = state_of(invoice)
    assert (row.state, row.message) == (ExportState.UNKNOWN, states.LOST)


def test_a_worker_that_comes_back_late_changes_nothing(connection, ledger, clock):
    """R-3: its run has its outcome; what it was told is found by asking."""
    [invoice] = approved(connection)
    late = a_context(connection)
    books = read_books(connection)

    class Frozen(Ledger):
        def send(self, batch, meanwhile=None):
            results = super().send(batch, meanwhile)
            a_context(connection)  # meanwhile it is given up, and another run starts
            return results

    frozen = Frozen()
    with pytest.raises(RunClosed):
        export_invoices(late, frozen, RULES, clock=clock, pause=clock.pause)
    assert state_of(invoice).state == ExportState.UNKNOWN

    with transaction.atomic(), pytest.raises(RunClosed):
        late.lock_open()
    marked = states.mark_sending(
        late.run,
        [invoice.pk],
        connection=connection,
        rules=RULES,
        books=books,
        choice=Choice(),
        now=clock(),
    )
    assert marked.under_way == []


def test_a_run_that_waits_to_look_again_can_be_cancelled(connection, ledger, clock):
    [invoice] = approved(connection)
    ledger.plan = ["lost before"]

    def cancel_while_waiting(seconds):
        Run.objects.filter(outcome="").update(cancel_requested_at=clock())

    run = export(connection, ledger, clock=clock, pause=cancel_while_waiting)

    assert (run.outcome, run.unknown_count) == (Outcome.CANCELLED, 1)
    assert state_of(invoice).state == ExportState.UNKNOWN


def test_a_cancelled_export_stops_between_two_batches(connection, ledger):
    approved(connection, 7)

    class Asking(Ledger):
        def send(self, batch, meanwhile=None):
            results = super().send(batch, meanwhile)
            Run.objects.filter(outcome="").update(cancel_requested_at=Clock()())
            return results

    asking = Asking()
    run = export(connection, asking)

    assert run.outcome == Outcome.CANCELLED
    assert run.exported_count == len(asking.documents)
    assert set(states_now()) == {"exported"}
