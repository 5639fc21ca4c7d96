"""X-8: reversing goes the same never-twice way: by the books, by a credit, or by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.exports import releasing, reversals
from integrations.exports.hand import CannotDecide
from integrations.exports.models import ExportReversal, ExportState, ReversalState
from integrations.exports.rules import ReversalWay
from integrations.months.ours import of_month
from integrations.runs.models import Outcome
from reconpro.audit.models import AuditEvent
from reconpro.invoices.services import InvoiceLocked, InvoiceRefused, corrected_copy, void
from tests.exports.ledger import RULES, Killed, approved, export, state_of
from tests.exports.test_releasing import back_to, move_to_other_books

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]
BY_BOOKS = replace(RULES, reversal=ReversalWay.BOOKS)
BY_CREDIT = replace(RULES, reversal=ReversalWay.CREDIT, credit_type="Sales Return")
BOTH = pytest.mark.parametrize("rules", [BY_BOOKS, BY_CREDIT], ids=["books", "credit"])


@pytest.fixture
def exported(connection, ledger):
    [invoice] = approved(connection)
    export(connection, ledger)
    return invoice


@pytest.fixture
def ask(administrator):
    def wish(invoice, rules, **fields):
        values = {"reason": "Billed twice.", "on": invoice.date, **fields}
        reversals.ask(invoice, by=administrator, rules=rules, **values)

    return wish


def the_reversal():
    return ExportReversal.objects.get()


def times_reversed(ledger):
    credits = [parcel for parcel, _ in ledger.documents if parcel.document.is_credit]
    return len(ledger.reversed) + len(credits)


@BOTH
def test_it_is_reversed_once_with_reason_date_and_run(
    connection, ledger, exported, ask, administrator, rules
):
    ask(exported, rules)

    run = export(connection, ledger, rules=rules)

    row, reversal = state_of(exported), the_reversal()
    assert (row.state, row.decided_by, row.decided_why) == ("reversed", administrator, "Billed twice.")
    assert (reversal.state, reversal.run, reversal.on) == (ReversalState.DONE, run, exported.date)
    assert run.message == "Reversed 1 invoice."
    assert run.outcome == Outcome.SUCCEEDED
    assert times_reversed(ledger) == 1
    assert export(connection, ledger, rules=rules).message == "There was nothing to export."
    assert times_reversed(ledger) == 1
    assert AuditEvent.objects.filter(action="invoice.reversed", user=administrator).count() == 1


def test_a_credit_has_the_invoices_lines_with_positive_amounts_and_a_number_of_its_own(
    connection, ledger, exported, ask
):
    ask(exported, BY_CREDIT, on=exported.date + timedelta(days=3))
    export(connection, ledger, rules=BY_CREDIT)

    (first, _), (second, key) = ledger.documents
    credit = second.document
    assert (credit.type, credit.number) == ("Sales Return", f"RP-{exported.number}-CR")
    assert (credit.total, credit.date) == (exported.total, exported.date + timedelta(days=3))
    assert [line.amount for line in credit.lines] == [line.amount for line in first.document.lines]
    assert credit.memo == f"Reverses RP-{exported.number}: Billed twice."
    assert second.control_id != first.control_id
    assert the_reversal().key == key


@BOTH
@pytest.mark.parametrize("accident", ["lost after", "lost before", "killed before", "killed after", "busy"])
def test_an_accident_neither_loses_nor_doubles_it(connection, ledger, clock, exported, ask, rules, accident):
    ask(exported, rules)
    ledger.plan = [accident]

    for _ in range(4):
        try:
            export(connection, ledger, rules=rules, clock=clock)
        except Killed:
            assert the_reversal().state == ReversalState.SENDING
        clock.pause(60)

    assert state_of(exported).state == ExportState.REVERSED
    assert times_reversed(ledger) == 1


@BOTH
def test_when_nothing_was_sent_it_waits_as_before(connection, ledger, exported, ask, rules):
    ask(exported, rules)
    ledger.plan = ["nothing"]

    run = export(connection, ledger, rules=rules)

    assert (run.outcome, the_reversal().state) == (Outcome.FAILED, ReversalState.WAITING)
    assert the_reversal().control_id == ""
    assert export(connection, ledger, rules=rules).message == "Reversed 1 invoice."


def test_a_refused_credit_says_why_and_goes_again_when_asked(
    connection, ledger, exported, ask, administrator
):
    ask(exported, BY_CREDIT)
    number = f"RP-{exported.number}-CR"
    ledger.refuse[number] = "The period is closed."

    run = export(connection, ledger, rules=BY_CREDIT)

    reversal = the_reversal()
    assert (reversal.state, reversal.error_text) == (ReversalState.FAILED, "The period is closed.")
    assert (run.failed_count, run.outcome) == (1, Outcome.WARNED)
    assert any("reversal refused" in seen.warning.message for seen in run.run_warnings.all())
    assert state_of(exported).state == ExportState.EXPORTED
    ledger.refuse.clear()
    assert export(connection, ledger, rules=BY_CREDIT).message == "There was nothing to export."
    reversals.try_again(exported, by=administrator)
    export(connection, ledger, rules=BY_CREDIT)
    assert state_of(exported).state == ExportState.REVERSED
    assert times_reversed(ledger) == 1


def test_it_is_locked_until_and_after_it_is_reversed(connection, ledger, exported, ask, administrator):
    ask(exported, BY_BOOKS)
    with pytest.raises(InvoiceLocked):
        void(invoice=exported, by=administrator)
    export(connection, ledger, rules=BY_BOOKS)
    with pytest.raises(InvoiceLocked, match="Make a corrected copy"):
        void(invoice=exported, by=administrator)


def test_without_a_way_it_is_voided_there_and_marked_here(connection, ledger, exported, ask, administrator):
    with pytest.raises(CannotDecide, match="Void it in Intacct, then mark it here"):
        ask(exported, RULES)

    reversals.mark_reversed(exported, by=administrator, reason="Billed twice.", on=exported.date)

    row = state_of(exported)
    assert (row.state, row.decided_by) == (ExportState.REVERSED, administrator)
    assert (the_reversal().way, the_reversal().reason) == (ReversalWay.BY_HAND, "Billed twice.")
    assert export(connection, ledger).message == "There was nothing to export."


def test_what_went_as_another_kind_of_document_is_reversed_by_hand(connection, ledger, exported, ask):
    with pytest.raises(CannotDecide, match="Void it in Intacct"):
        ask(exported, replace(BY_BOOKS, document_type="AR Invoice"))


def test_a_settings_change_in_between_is_told_and_nothing_goes(connection, ledger, exported, ask):
    ask(exported, BY_BOOKS)

    run = export(connection, ledger, rules=RULES)

    assert the_reversal().state == ReversalState.FAILED
    assert the_reversal().message == "Void it in Intacct, then mark it here."
    assert (run.failed_count, times_reversed(ledger)) == (1, 0)


def test_it_can_be_taken_back_while_it_waits_but_not_asked_twice(
    connection, ledger, exported, ask, administrator
):
    ask(exported, BY_CREDIT)
    with pytest.raises(CannotDecide, match="is to be reversed already"):
        ask(exported, BY_CREDIT)

    reversals.withdraw(exported, by=administrator)

    export(connection, ledger, rules=BY_CREDIT)
    assert times_reversed(ledger) == 0
    ask(exported, BY_CREDIT)
    export(connection, ledger, rules=BY_CREDIT)
    assert times_reversed(ledger) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "  "}, "Say why"),
        ({"reason": "x" * 501}, "at most 500"),
        ({"on": "before"}, "reverse it on that day or later"),
        ({"on": "far"}, "more than a year ahead"),
    ],
)
def test_a_wish_without_sense_is_answered_with_a_sentence(exported, ask, fields, sentence):
    days = {"before": -1, "far": 800}
    if "on" in fields:
        fields = {"on": exported.date + timedelta(days=days[fields["on"]])}
    with pytest.raises(CannotDecide, match=sentence):
        ask(exported, BY_BOOKS, **fields)
    assert not ExportReversal.objects.exists()


def test_a_day_in_closed_books_is_refused_before_it_goes(exported, ask):
    with pytest.raises(CannotDecide, match="The books are closed through"):
        ask(exported, replace(BY_BOOKS, closed_through=exported.date))


def test_books_that_do_not_tell_leave_it_to_a_person(connection, ledger, exported, ask, administrator):
    ask(exported, BY_BOOKS)
    ledger.plan = ["lost after"]
    ledger.documents.clear()  # ... and do not show the document at all

    run = export(connection, ledger, rules=BY_BOOKS)

    assert (the_reversal().state, run.conflict_count) == (ReversalState.CONFLICT, 1)
    assert "no longer shows document" in the_reversal().message
    reversals.mark_reversed(exported, by=administrator, reason="Seen there.", on=exported.date)
    assert state_of(exported).state == ExportState.REVERSED


def test_a_credit_number_of_another_document_is_for_a_person_and_then_goes_under_another(
    connection, ledger, exported, ask, administrator
):
    ask(exported, BY_CREDIT)
    other = ledger.documents[0][0].document
    ledger.others = [
        _found(replace(other, type="Sales Return", number=f"RP-{exported.number}-CR", total=other.total + 1))
    ]

    export(connection, ledger, rules=BY_CREDIT)

    assert the_reversal().state == ReversalState.CONFLICT
    reversals.not_reversed(exported, by=administrator, why="It is Bay Auto's.")
    reversals.try_again(exported, by=administrator)
    export(connection, ledger, rules=BY_CREDIT)
    assert state_of(exported).state == ExportState.REVERSED
    assert ledger.numbers == [f"RP-{exported.number}", f"RP-{exported.number}-CR2"]


def _found(document):
    from integrations.exports.port import FoundDocument

    return FoundDocument(
        key="strange",
        type=document.type,
        number=document.number,
        client_id="C-OTHER",
        date=document.date,
        total=document.total,
    )


def test_the_corrected_copy_has_a_new_number_and_names_the_old_one(
    connection, ledger, exported, ask, administrator
):
    ask(exported, BY_BOOKS)
    export(connection, ledger, rules=BY_BOOKS)

    copy = corrected_copy(invoice=exported, by=administrator)

    assert copy.number != exported.number
    assert (copy.corrects, copy.state, copy.total) == (exported, "draft", exported.total)
    assert copy.memo == f"Corrects invoice {exported.number}."
    with pytest.raises(InvoiceRefused, match=f"{copy} corrects {exported} already"):
        corrected_copy(invoice=exported, by=administrator)
    void(invoice=copy, by=administrator)
    assert corrected_copy(invoice=exported, by=administrator).corrects == exported


def test_a_credit_that_was_refused_is_no_document_of_ours_once_a_person_voided_the_invoice_there(
    connection, ledger, exported, ask, administrator
):
    """X-9: Close month counts neither of them."""
    ask(exported, BY_CREDIT)
    ledger.refuse = {f"RP-{exported.number}-CR": "The period is closed."}
    export(connection, ledger, rules=BY_CREDIT)
    assert the_reversal().state == ReversalState.FAILED

    reversals.mark_reversed(exported, by=administrator, reason="Voided there.", on=exported.date)

    assert (the_reversal().way, the_reversal().document_number) == (ReversalWay.BY_HAND, "")
    first, last = exported.date.replace(day=1), exported.date + timedelta(days=31)
    documents = [each for page in of_month(connection, first, last) for each in page]
    assert sum(each.booked for each in documents) == 0, documents


def test_a_credit_never_goes_under_a_number_that_is_anothers_even_when_it_is_asked_for_anew(
    connection, ledger, exported, ask, administrator
):
    """X-5: also in books that would take a number twice."""
    ask(exported, BY_CREDIT)
    other = ledger.documents[0][0].document
    number = f"RP-{exported.number}-CR"
    ledger.others = [_found(replace(other, type="Sales Return", number=number, total=other.total + 1))]
    export(connection, ledger, rules=BY_CREDIT)
    reversals.not_reversed(exported, by=administrator, why="It is Bay Auto's.")
    reversals.withdraw(exported, by=administrator)
    ledger.takes_doubles = True

    ask(exported, BY_CREDIT)
    export(connection, ledger, rules=BY_CREDIT)

    assert ledger.numbers == [f"RP-{exported.number}", f"{number}2"]


class TestInBooksThatCantBeAsked:
    """X-8, S-7: the answer to a reversal was lost, and the settings name other books since."""

    @pytest.fixture
    def lost(self, connection, ledger, exported, ask, administrator):
        def of(rules, what):
            ask(exported, rules)
            ledger.plan, ledger.find_fails = [what], True
            export(connection, ledger, rules=rules)
            ledger.find_fails = False
            assert the_reversal().state == ReversalState.UNKNOWN
            with pytest.raises(CannotDecide, match="reversal being checked"):  # it can be asked
                reversals.not_reversed(exported, by=administrator, why="Looked.")
            with pytest.raises(CannotDecide, match="reversal being checked"):
                reversals.arrived(exported, by=administrator, why="Looked.")
            return move_to_other_books(connection)

        return of

    @BOTH
    def test_a_person_who_sees_it_there_says_so(self, ledger, exported, lost, administrator, rules):
        lost(rules, "lost after")

        reversals.arrived(exported, by=administrator, why="Seen in the old company.")

        assert (state_of(exported).state, the_reversal().state) == ("reversed", ReversalState.DONE)
        assert the_reversal().key
        event = AuditEvent.objects.get(action="invoice.reversed")
        assert (event.user, event.details["why"]) == (administrator, "Seen in the old company.")
        corrected_copy(invoice=exported, by=administrator)

    @BOTH
    def test_a_person_who_does_not_see_it_there_says_so_and_may_drop_mark_or_release_it(
        self, exported, lost, administrator, rules
    ):
        lost(rules, "lost before")

        reversals.not_reversed(exported, by=administrator, why="Looked on two days.")

        assert (state_of(exported).state, the_reversal().state) == ("exported", ReversalState.FAILED)
        assert "Looked on two days." in the_reversal().message
        event = AuditEvent.objects.get(action="invoice.reversal_not_there")
        assert (event.user, event.details["why"]) == (administrator, "Looked on two days.")
        reversals.withdraw(exported, by=administrator)
        releasing.release(exported, by=administrator)

    @BOTH
    def test_one_that_arrived_all_the_same_is_not_reversed_again_when_these_books_are_back(
        self, connection, ledger, exported, lost, administrator, rules
    ):
        new = lost(rules, "lost after")
        reversals.not_reversed(exported, by=administrator, why="Looked too early.")
        back_to(connection, new)
        reversals.try_again(exported, by=administrator)

        export(connection, ledger, rules=rules)

        assert state_of(exported).state == ExportState.REVERSED
        assert times_reversed(ledger) == 1

    @pytest.mark.parametrize("settle", [reversals.not_reversed, reversals.arrived])
    def test_it_is_not_settled_without_a_reason(self, exported, lost, administrator, settle):
        lost(BY_BOOKS, "lost before")
        with pytest.raises(CannotDecide, match="Say what you saw there"):
            settle(exported, by=administrator, why="  ")
        assert the_reversal().state == ReversalState.UNKNOWN
