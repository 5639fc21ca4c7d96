"""X-5: an answer that is lost or late never makes an invoice arrive twice, or not at all."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import FoundDocument
from integrations.runs.models import Outcome
from tests import factories
from tests.exports.ledger import (
    RULES,
    Ledger,
    approved,
    export,
    state_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


def test_an_answer_that_was_lost_after_the_work_is_adopted_at_once(connection, ledger, clock):
    [invoice] = approved(connection)
    ledger.plan = ["lost after"]

    run = export(connection, ledger, clock=clock)

    assert run.outcome == Outcome.SUCCEEDED
    assert run.message == "Exported 1 invoice, $185.00. 1 of them had arrived earlier."
    assert state_of(invoice).state == ExportState.EXPORTED
    assert len(ledger.documents) == len(ledger.sent) == 1


def test_an_answer_lost_before_the_work_goes_again_after_two_read_backs_a_minute_apart(
    connection, ledger, clock
):
    [invoice] = approved(connection)
    ledger.plan = ["lost before"]
    begun = clock.now

    run = export(connection, ledger, clock=clock)

    assert run.exported_count == 1
    assert clock.now - begun >= timedelta(seconds=60)
    assert len(ledger.asked) == 3  # twice before it went again, and once for its total
    [first], [second] = ledger.sent
    assert first == second  # the same control id for the same content
    assert state_of(invoice).resent


def test_a_document_that_shows_itself_late_is_not_made_twice(connection, ledger, clock):
    approved(connection)
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
    approved(connection)
    ledger.plan = ["lost after"]
    ledger.hidden_for = 2

    run = export(connection, ledger, clock=clock)

    assert len(ledger.sent) == 2
    assert run.exported_count == 1
    assert len(ledger.documents) == 1


def test_a_refusal_of_what_went_twice_stands_when_two_more_read_backs_do_not_find_it(
    connection, ledger, clock
):
    [invoice] = approved(connection)
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
    [invoice] = approved(connection)
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
    [invoice] = approved(connection)
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
    ours, other = approved(connection, 2)
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
    [invoice] = approved(connection)
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


def test_if_even_asking_fails_the_invoices_stay_in_doubt_and_the_next_run_asks_first(
    connection, ledger, clock
):
    approved(connection, 2)
    ledger.plan, ledger.find_fails = ["lost after"], True

    first = export(connection, ledger, clock=clock)
    ledger.find_fails = False
    second = export(connection, ledger, clock=clock)

    assert (first.outcome, first.unknown_count) == (Outcome.FAILED, 2)
    assert (second.outcome, second.exported_count) == (Outcome.SUCCEEDED, 2)
    assert len(ledger.sent) == 1


def test_read_backs_close_together_count_once(connection, ledger, clock, settings):
    """X-5: a run started again at once learns nothing new from an absence; a while later it does."""
    settings.EXPORT_READ_BACK_SECONDS = 600  # longer than a run waits for
    approved(connection)
    ledger.plan = ["lost before"]

    runs = [export(connection, ledger, clock=clock) for _ in range(3)]

    assert [run.unknown_count for run in runs] == [1, 1, 1]
    assert len(ledger.sent) == 1
    assert InvoiceExport.objects.get().not_found_count == 1
    clock.pause(600)
    assert export(connection, ledger, clock=clock).exported_count == 1


def test_what_is_in_doubt_keeps_number_and_control_id_even_if_the_settings_change(connection, ledger, clock):
    [invoice] = approved(connection)
    ledger.plan, ledger.find_fails = ["lost before"], True
    export(connection, ledger, clock=clock)
    before = state_of(invoice)
    ledger.find_fails = False
    other_prefix = replace(RULES, document_type="Sales Order", document_prefix="NEW-")

    run = export(connection, ledger, rules=other_prefix, clock=clock)

    after = state_of(invoice)
    assert run.exported_count == 1
    assert (after.document_number, after.control_id) == (before.document_number, before.control_id)


@pytest.fixture
def may_go_again(connection, ledger, clock):
    """Its answer was lost, and the books don't show it."""
    [invoice] = approved(connection)
    ledger.plan, ledger.find_fails = ["lost before"], True
    export(connection, ledger, clock=clock)
    ledger.find_fails = False
    return invoice


@pytest.mark.parametrize("emptied", [{"accounting_id": ""}, {"books": None}, {"terms": ""}], ids=str)
def test_what_may_go_again_goes_as_it_went_whatever_its_records_lack_by_now(
    connection, ledger, clock, may_go_again, emptied
):
    """It is locked meanwhile, so what stands on the invoice itself could not even be mended."""
    client = may_go_again.client
    type(client).objects.filter(pk=client.pk).update(**emptied)

    run = export(connection, ledger, rules=replace(RULES, department_required=True), clock=clock)

    assert (run.exported_count, run.unknown_count) == (1, 0)
    assert not run.run_warnings.exists()
    [(parcel, _)] = ledger.documents
    assert parcel.document.client_id == client.accounting_id != ""


def test_what_may_go_again_goes_though_its_day_was_closed_since_and_the_books_say_whether_it_may(
    connection, ledger, clock, may_go_again
):
    """It may have arrived before they were closed; held here, it would be checked for ever."""
    closed = replace(RULES, closed_through=may_go_again.date)
    ledger.refuse[state_of(may_go_again).document_number] = "The period is closed."

    export(connection, ledger, rules=closed, clock=clock)
    for _ in range(2):
        clock.pause(60)
        export(connection, ledger, rules=closed, clock=clock)

    row = state_of(may_go_again)
    assert (row.state, row.message or row.error_text) == (ExportState.FAILED, "The period is closed.")
    assert ledger.documents == []


def test_what_was_posted_on_an_open_day_goes_again_though_its_own_is_closed(connection, ledger, clock):
    [invoice] = approved(connection)
    moved = replace(RULES, closed_through=invoice.date, move_closed=True)
    ledger.plan, ledger.find_fails = ["lost before"], True
    export(connection, ledger, rules=moved, clock=clock)
    ledger.find_fails = False

    run = export(connection, ledger, rules=replace(moved, move_closed=False), clock=clock)

    assert run.exported_count == 1
    assert ledger.documents[0][0].document.posted_on == invoice.date + timedelta(days=1)


def test_what_went_before_all_of_it_was_kept_stays_in_doubt_while_it_is_blocked_and_the_cause_is_told(
    connection, ledger, clock, may_go_again
):
    InvoiceExport.objects.update(went_with={})
    client = may_go_again.client
    type(client).objects.filter(pk=client.pk).update(accounting_id="")

    run = export(connection, ledger, clock=clock)

    assert state_of(may_go_again).state == ExportState.UNKNOWN
    assert (run.unknown_count, run.blocked_count) == (1, 0)
    assert any("without an Accounting ID" in seen.warning.message for seen in run.run_warnings.all())


def test_a_new_connection_does_not_take_over_what_is_in_doubt_at_the_old_one(connection, ledger, clock):
    [invoice] = approved(connection)
    ledger.plan, ledger.find_fails = ["lost after"], True
    export(connection, ledger, clock=clock)
    connection.closed_at = clock()
    connection.save()
    elsewhere = Ledger()

    run = export(factories.a_connection(connection.company, "OTHER"), elsewhere, clock=clock)

    assert elsewhere.asked == elsewhere.sent == []
    assert run.message == "There was nothing to export."
    assert state_of(invoice).connection == connection


def test_one_that_shows_only_after_its_refusal_stood_is_found_by_the_next_run(connection, ledger, clock):
    """X-5: the books may take long to show what arrived. A refusal of a control id that went before is never
    definite by itself, or the invoice would be free to be changed and sent under another one."""
    [invoice] = approved(connection)
    ledger.plan = ["lost after"]
    ledger.hidden_for = 100
    export(connection, ledger, clock=clock)
    clock.pause(60)
    export(connection, ledger, clock=clock)
    assert state_of(invoice).state == ExportState.FAILED  # refused as repeated, and twice not there
    ledger.hidden_for = 0

    run = export(connection, ledger, clock=clock)

    assert (run.exported_count, run.failed_count) == (1, 0)
    assert state_of(invoice).state == ExportState.EXPORTED
    assert len(ledger.documents) == 1
