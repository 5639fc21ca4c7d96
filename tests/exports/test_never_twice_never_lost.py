"""X-5: whatever is lost, late or killed, each invoice arrives exactly once or is told to be missing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from integrations.exports import states
from integrations.exports.loading import Choice, read_books
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import FoundDocument
from integrations.exports.service import export_invoices
from integrations.runs.context import RunClosed
from integrations.runs.models import Outcome, Run
from reconpro.invoices.models import Invoice, InvoiceState
from tests import factories
from tests.exports.ledger import RULES, Clock, Killed, Ledger, a_context, export

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(company):
    return factories.a_connection(company)


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def _small_batches(settings):
    settings.EXPORT_BATCH_SIZE = 3
    settings.EXPORT_READ_BACK_SECONDS = 60
    settings.RUN_PROGRESS_SECONDS = 0


def invoices(connection, count=1, **fields):
    client = factories.a_client(
        connection.company, accounting_id=f"C-{Invoice.objects.count()}", terms="Net 30"
    )
    service = factories.a_service(connection.company, accounting_id=f"S-{Invoice.objects.count()}")
    return [
        factories.an_invoice(connection.company, client=client, lines=[{"service": service}], **fields)
        for _ in range(count)
    ]


def state_of(invoice):
    return InvoiceExport.objects.get(invoice=invoice)


def states_now():
    return sorted(InvoiceExport.objects.values_list("state", flat=True))


def test_all_goes_well(connection, ledger):
    sent = invoices(connection, 7)

    run = export(connection, ledger)

    assert run.outcome == Outcome.SUCCEEDED
    assert run.exported_count == 7
    assert run.message == "Exported 7 invoices, $1,295.00."
    assert ledger.numbers == sorted(f"RP-{invoice.number}" for invoice in sent)
    assert [len(request) for request in ledger.sent] == [3, 3, 1]
    row = state_of(sent[0])
    assert (row.state, row.key, row.run) == ("exported", f"Sales Invoice-RP-{sent[0].number}", run)
    assert row.settled_at is not None


def test_what_was_exported_does_not_go_again(connection, ledger):
    invoices(connection, 2)
    export(connection, ledger)

    run = export(connection, ledger)

    assert run.message == "There was nothing to export."
    assert len(ledger.sent) == 1


def test_an_answer_that_was_lost_after_the_work_is_adopted_at_once(connection, ledger, clock):
    [invoice] = invoices(connection)
    ledger.plan = ["lost after"]

    run = export(connection, ledger, clock=clock)

    assert run.outcome == Outcome.SUCCEEDED
    assert run.message == "Exported 1 invoice, $185.00. 1 of them had arrived earlier."
    assert state_of(invoice).state == ExportState.EXPORTED
    assert len(ledger.documents) == len(ledger.sent) == 1


def test_an_answer_lost_before_the_work_goes_again_after_two_read_backs_a_minute_apart(
    connection, ledger, clock
):
    [invoice] = invoices(connection)
    ledger.plan = ["lost before"]
    begun = clock.now

    run = export(connection, ledger, clock=clock)

    assert run.exported_count == 1
    assert clock.now - begun >= timedelta(seconds=60)
    assert len(ledger.asked) == 2
    [first], [second] = ledger.sent
    assert first == second  # the same control id for the same content
    assert state_of(invoice).resent


def test_a_document_that_shows_itself_late_is_not_made_twice(connection, ledger, clock):
    invoices(connection)
    ledger.plan = ["lost after"]
    ledger.hidden_for = 1

    run = export(connection, ledger, clock=clock)

    assert run.exported_count == 1
    assert len(ledger.documents) == 1
    assert len(ledger.sent) == 1


def test_one_that_shows_itself_only_after_the_second_sending_is_refused_there_and_adopted(
    connection, ledger, clock
):
    """Reference 5.5: the gateway knows the control id; its refusal is not believed but read back."""
    invoices(connection)
    ledger.plan = ["lost after"]
    ledger.hidden_for = 2

    run = export(connection, ledger, clock=clock)

    assert len(ledger.sent) == 2
    assert run.exported_count == 1
    assert len(ledger.documents) == 1


def test_a_refusal_of_what_went_twice_stands_when_two_more_read_backs_do_not_find_it(
    connection, ledger, clock
):
    [invoice] = invoices(connection)
    ledger.plan = ["lost before"]
    ledger.refuse[f"RP-{invoice.number}"] = "The department '200' is invalid."

    first = export(connection, ledger, clock=clock)
    doubtful = state_of(invoice)
    clock.pause(60)
    second = export(connection, ledger, clock=clock)

    assert first.unknown_count == 1
    assert (doubtful.state, doubtful.refused) == (ExportState.UNKNOWN, True)
    assert second.failed_count == 1
    row = state_of(invoice)
    assert (row.state, row.error_text) == (ExportState.FAILED, "The department '200' is invalid.")
    assert ledger.documents == []


def test_found_but_different_is_a_conflict_for_a_person(connection, ledger):
    [invoice] = invoices(connection)
    ledger.plan = ["lost before"]
    ledger.others = [
        FoundDocument(
            key="Sales Invoice-X",
            type="Sales Invoice",
            number=f"RP-{invoice.number}",
            client_id="C-0",
            date=invoice.date,
            total=Decimal("99.00"),
        )
    ]

    run = export(connection, ledger)

    row = state_of(invoice)
    assert (row.state, run.conflict_count) == (ExportState.CONFLICT, 1)
    assert row.message == f"Document RP-{invoice.number} in Intacct is over 99.00 instead of 185.00."
    assert run.outcome == Outcome.WARNED
    assert export(connection, ledger).message == "There was nothing to export."


@pytest.mark.parametrize("missing", ["date", "total"])
def test_what_the_books_do_not_tell_is_not_taken_for_equal(connection, ledger, missing):
    [invoice] = invoices(connection)
    ledger.plan = ["lost before"]
    told = {"date": invoice.date, "total": invoice.total, missing: None}
    ledger.others = [
        FoundDocument(
            key="X",
            type="Sales Invoice",
            number=f"RP-{invoice.number}",
            client_id=invoice.client.accounting_id,
            **told,
        )
    ]

    export(connection, ledger)

    assert state_of(invoice).state == ExportState.CONFLICT


def test_a_number_that_exists_already_is_adopted_where_it_is_ours_and_else_a_conflict(connection, ledger):
    ours, other = invoices(connection, 2)
    ledger.others = [
        FoundDocument(
            key=f"Sales Invoice-RP-{invoice.number}",
            type="Sales Invoice",
            number=f"RP-{invoice.number}",
            client_id=client_id,
            date=invoice.date,
            total=invoice.total,
        )
        for invoice, client_id in ((ours, ours.client.accounting_id), (other, "C-OTHER"))
    ]

    run = export(connection, ledger)

    assert (run.exported_count, run.conflict_count) == (1, 1)
    assert state_of(ours).key == f"Sales Invoice-RP-{ours.number}"
    assert ledger.documents == []


def test_two_documents_of_one_number_are_a_conflict(connection, ledger):
    [invoice] = invoices(connection)
    ledger.plan, ledger.takes_doubles = ["lost after"], True
    ledger.others = [
        FoundDocument(
            key="again",
            type="Sales Invoice",
            number=f"RP-{invoice.number}",
            client_id=invoice.client.accounting_id,
            date=invoice.date,
            total=invoice.total,
        )
    ]

    export(connection, ledger, rules=RULES)

    assert state_of(invoice).state == ExportState.CONFLICT


def test_one_bad_invoice_never_holds_up_the_others(connection, ledger):
    """X-6: its reason stays with it, in the accounting system's words."""
    bad, *good = invoices(connection, 5)
    ledger.refuse[f"RP-{bad.number}"] = "Customer 'C-0' specified is not valid."

    run = export(connection, ledger)

    assert (run.exported_count, run.failed_count, run.outcome) == (4, 1, Outcome.WARNED)
    assert run.message == "Exported 4 invoices, $740.00. 1 refused by Intacct."
    row = state_of(bad)
    assert (row.state, row.error_code) == (ExportState.FAILED, "BL01001973")
    assert [state_of(invoice).state for invoice in good] == ["exported"] * 4
    warning = run.run_warnings.get().warning
    assert bad.number in warning.message
    assert "Customer 'C-0' specified is not valid." in warning.message
    assert warning.sides == [{"kind": "invoice", "id": bad.pk, "label": bad.number}]


def test_a_refused_one_goes_again_with_its_control_id_unless_its_content_changed(connection, ledger):
    same, changed = invoices(connection, 2)
    ledger.refuse = {f"RP-{each.number}": "Not now." for each in (same, changed)}
    export(connection, ledger)
    before = {each.pk: state_of(each).control_id for each in (same, changed)}
    ledger.refuse = {}
    Invoice.objects.filter(pk=changed.pk).update(memo="Corrected")

    export(connection, ledger)

    assert state_of(same).control_id == before[same.pk]
    assert state_of(changed).control_id != before[changed.pk]
    assert [state_of(each).attempt for each in (same, changed)] == [1, 2]
    assert len(ledger.documents) == 2


def test_when_nothing_was_sent_all_is_as_before_and_the_run_says_why(connection, ledger):
    fresh, refused = invoices(connection, 2)
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
    invoices(connection, 5)
    ledger.plan = ["", "nothing"]

    run = export(connection, ledger)

    assert (run.outcome, run.exported_count) == (Outcome.FAILED, 3)
    assert states_now() == ["exported"] * 3


def test_books_that_were_too_busy_get_it_again_within_the_run(connection, ledger, clock):
    invoices(connection, 2)
    ledger.plan = ["busy", "busy"]

    run = export(connection, ledger, clock=clock)

    assert run.exported_count == 2
    assert ledger.sent[0] == ledger.sent[1] == ledger.sent[2]


def test_books_that_stay_too_busy_refuse_in_the_end(connection, ledger, clock):
    [invoice] = invoices(connection)
    ledger.plan = ["busy"] * 4

    run = export(connection, ledger, clock=clock)

    assert run.failed_count == 1
    assert state_of(invoice).error_text == "Temporarily Off-line"


def test_if_even_asking_fails_the_invoices_stay_in_doubt_and_the_next_run_asks_first(
    connection, ledger, clock
):
    invoices(connection, 2)
    ledger.plan, ledger.find_fails = ["lost after"], True

    first = export(connection, ledger, clock=clock)
    ledger.find_fails = False
    second = export(connection, ledger, clock=clock)

    assert (first.outcome, first.unknown_count) == (Outcome.FAILED, 2)
    assert (second.outcome, second.exported_count) == (Outcome.SUCCEEDED, 2)
    assert len(ledger.sent) == 1


@pytest.mark.parametrize("moment", ["killed before", "killed after"])
def test_a_worker_killed_while_sending_loses_nothing_and_doubles_nothing(connection, ledger, clock, moment):
    sent = invoices(connection, 7)
    ledger.plan = ["", moment]

    with pytest.raises(Killed):
        export(connection, ledger, clock=clock)
    assert states_now() == ["exported"] * 3 + ["sending"] * 3
    run = export(connection, ledger, clock=clock)

    assert run.outcome == Outcome.SUCCEEDED
    assert ledger.numbers == sorted(f"RP-{invoice.number}" for invoice in sent)
    assert states_now() == ["exported"] * 7


def test_a_run_that_was_interrupted_leaves_its_invoices_in_doubt_not_sending(connection, ledger):
    """R-3: "Invoices that were under way are being checked." The page says so from that moment on."""
    [invoice] = invoices(connection)
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
    [invoice] = invoices(connection)
    late = a_context(connection)
    books = read_books(connection)

    class Frozen(Ledger):
        def send(self, batch):
            results = super().send(batch)
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


def test_read_backs_close_together_count_once(connection, ledger, clock, settings):
    """X-5: a run started again at once learns nothing new from an absence; a while later it does."""
    settings.EXPORT_READ_BACK_SECONDS = 600  # longer than a run waits for
    invoices(connection)
    ledger.plan = ["lost before"]

    runs = [export(connection, ledger, clock=clock) for _ in range(3)]

    assert [run.unknown_count for run in runs] == [1, 1, 1]
    assert len(ledger.sent) == 1
    assert InvoiceExport.objects.get().not_found_count == 1
    clock.pause(600)
    assert export(connection, ledger, clock=clock).exported_count == 1


def test_a_run_that_waits_to_look_again_can_be_cancelled(connection, ledger, clock):
    [invoice] = invoices(connection)
    ledger.plan = ["lost before"]

    def cancel_while_waiting(seconds):
        Run.objects.filter(outcome="").update(cancel_requested_at=clock())

    run = export(connection, ledger, clock=clock, pause=cancel_while_waiting)

    assert (run.outcome, run.unknown_count) == (Outcome.CANCELLED, 1)
    assert state_of(invoice).state == ExportState.UNKNOWN


def test_what_is_in_doubt_keeps_number_and_control_id_even_if_the_settings_change(connection, ledger, clock):
    [invoice] = invoices(connection)
    ledger.plan, ledger.find_fails = ["lost before"], True
    export(connection, ledger, clock=clock)
    before = state_of(invoice)
    ledger.find_fails = False
    other_prefix = replace(RULES, document_type="Sales Order", document_prefix="NEW-")

    run = export(connection, ledger, rules=other_prefix, clock=clock)

    after = state_of(invoice)
    assert run.exported_count == 1
    assert (after.document_number, after.control_id) == (before.document_number, before.control_id)


def test_what_may_go_again_but_is_blocked_now_stays_in_doubt_and_the_cause_is_told(connection, ledger, clock):
    [invoice] = invoices(connection)
    ledger.plan, ledger.find_fails = ["lost before"], True
    export(connection, ledger, clock=clock)
    ledger.find_fails = False
    client = invoice.client
    type(client).objects.filter(pk=client.pk).update(accounting_id="")

    run = export(connection, ledger, clock=clock)

    assert state_of(invoice).state == ExportState.UNKNOWN
    assert (run.unknown_count, run.blocked_count) == (1, 0)
    assert any("without an Accounting ID" in seen.warning.message for seen in run.run_warnings.all())


def test_an_invoice_that_changed_between_preview_and_sending_is_judged_anew(connection, ledger):
    archived, voided, fine = (invoices(connection)[0] for _ in range(3))
    chosen = {
        "left_out": [],
        "approved_before": max(each.approved_at for each in (archived, fine)).isoformat(),
    }
    archived.client.archived_at, archived.client.archived_reason = archived.approved_at, "by_hand"
    archived.client.save()
    Invoice.objects.filter(pk=voided.pk).update(state=InvoiceState.VOID)
    [later] = invoices(connection)

    run = export(connection, ledger, options=chosen)

    assert ledger.numbers == [f"RP-{fine.number}"]
    assert (run.exported_count, run.blocked_count) == (1, 1)
    assert not InvoiceExport.objects.filter(invoice=later).exists()


def test_what_was_left_out_in_the_preview_stays(connection, ledger):
    out, goes = invoices(connection, 2)

    export(connection, ledger, options={"left_out": [out.pk]})

    assert ledger.numbers == [f"RP-{goes.number}"]


def test_x1_nothing_from_before_the_start_and_nothing_of_another_company_goes(connection, ledger):
    invoices(connection, date=date(2019, 12, 31))
    elsewhere = factories.a_company()
    factories.an_invoice(elsewhere)

    run = export(connection, ledger)

    assert run.message == "There was nothing to export."
    assert ledger.sent == []


def test_x1_without_a_start_date_nothing_goes(connection, ledger):
    invoices(connection)

    run = export(connection, ledger, rules=replace(RULES, start=None))

    assert run.outcome == Outcome.FAILED
    assert run.message == "The export start date is not set."
    assert ledger.sent == []


def test_a_cancelled_export_stops_between_two_batches(connection, ledger):
    invoices(connection, 7)

    class Asking(Ledger):
        def send(self, batch):
            results = super().send(batch)
            Run.objects.filter(outcome="").update(cancel_requested_at=Clock()())
            return results

    asking = Asking()
    run = export(connection, asking)

    assert run.outcome == Outcome.CANCELLED
    assert run.exported_count == len(asking.documents)
    assert set(states_now()) == {"exported"}


def test_blocked_ones_are_counted_and_told_by_cause(connection, ledger):
    local = factories.a_client(connection.company, accounting_id="", name="Walk-in", terms="Net 30")
    service = factories.a_service(connection.company, accounting_id="S-1")
    for _ in range(3):
        factories.an_invoice(connection.company, client=local, lines=[{"service": service}])

    run = export(connection, ledger)

    assert (run.blocked_count, run.outcome) == (3, Outcome.WARNED)
    assert run.message == "No invoice was exported. 3 can't go yet."
    warning = run.run_warnings.get().warning
    assert warning.message == (
        "Client without an Accounting ID: client Walk-in. 3 invoices, $555.00 wait. "
        "Import Customers, or type the client's Accounting ID on its profile."
    )
    assert warning.sides[0] == {"kind": "client", "id": local.pk, "label": "Walk-in"}


def test_a_posting_date_that_was_moved_is_recorded(connection, ledger):
    """X-3: posted on the first open day, and its own date stays the document's."""
    [invoice] = invoices(connection, date=date(2026, 10, 30))
    moving = replace(RULES, closed_through=date(2026, 10, 31), move_closed=True)

    run = export(connection, ledger, rules=moving)

    row = state_of(invoice)
    assert (row.document_date, row.posted_on) == (date(2026, 10, 30), date(2026, 11, 1))
    assert "November 1, 2026" in run.run_warnings.get().warning.message


def test_a_new_connection_does_not_take_over_what_is_in_doubt_at_the_old_one(connection, ledger, clock):
    [invoice] = invoices(connection)
    ledger.plan, ledger.find_fails = ["lost after"], True
    export(connection, ledger, clock=clock)
    connection.closed_at = clock()
    connection.save()
    elsewhere = Ledger()

    run = export(factories.a_connection(connection.company, "OTHER"), elsewhere, clock=clock)

    assert elsewhere.asked == elsewhere.sent == []
    assert run.message == "There was nothing to export."
    assert state_of(invoice).connection == connection
