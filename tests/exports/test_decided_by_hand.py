"""X-7: what is kept back doesn't go, what was exported by hand never goes; who and when is kept."""

from dataclasses import replace

import pytest

from integrations.exports import hand
from integrations.exports.hand import CannotDecide
from integrations.exports.models import ExportState, InvoiceExport
from reconpro.audit.models import AuditEvent
from reconpro.invoices.models import Invoice
from reconpro.invoices.services import InvoiceLocked, back_to_draft, void
from tests import factories
from tests.exports.ledger import RULES, approved, export, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


def last_event(invoice):
    return AuditEvent.objects.filter(subject_kind="invoice", subject_id=invoice.pk).latest("pk")


@pytest.fixture
def refused(connection, ledger):
    [invoice] = approved(connection)
    ledger.refuse[f"RP-{invoice.number}"] = "The department '200' is invalid."
    export(connection, ledger)
    assert state_of(invoice).state == ExportState.FAILED
    ledger.refuse.clear()
    return invoice


def test_a_refused_one_is_kept_back_and_taken_up_again(connection, ledger, refused, administrator):
    hand.keep_back(refused, by=administrator, connection=connection)

    assert export(connection, ledger).message == "There was nothing to export."
    row = state_of(refused)
    assert (row.state, row.decided_by, row.state_before) == ("kept_back", administrator, "failed")
    assert last_event(refused).user == administrator
    assert "Kept back" in last_event(refused).sentence

    hand.take_up_again(refused, by=administrator)

    row = state_of(refused)
    assert (row.state, row.error_text) == (ExportState.FAILED, "The department '200' is invalid.")
    assert (row.decided_by, row.decided_at) == (None, None)
    assert export(connection, ledger).exported_count == 1


def test_one_that_never_went_can_be_kept_back_too_and_is_as_before_when_taken_up(
    connection, ledger, administrator
):
    invoice, other = approved(connection, 2)
    hand.keep_back(invoice, by=administrator, connection=connection, why="The client disputes it.")

    assert export(connection, ledger).exported_count == 1
    assert ledger.numbers == [f"RP-{other.number}"]
    assert last_event(invoice).details == {"why": "The client disputes it."}
    hand.take_up_again(invoice, by=administrator)
    assert not InvoiceExport.objects.filter(invoice=invoice).exists()
    assert export(connection, ledger).exported_count == 1


def test_what_is_kept_back_can_be_changed(connection, administrator):
    [invoice] = approved(connection)
    hand.keep_back(invoice, by=administrator, connection=connection)

    back_to_draft(invoice=invoice, by=administrator)


def test_one_that_was_typed_in_by_hand_never_goes_and_is_locked(connection, ledger, administrator):
    [invoice] = approved(connection)

    hand.mark_by_hand(invoice, " INV-77 ", by=administrator, connection=connection)

    row = state_of(invoice)
    assert (row.state, row.document_number, row.total) == ("by_hand", "INV-77", invoice.total)
    assert (row.decided_by, row.customer_id) == (administrator, invoice.client.accounting_id)
    assert export(connection, ledger).message == "There was nothing to export."
    assert ledger.sent == []
    with pytest.raises(InvoiceLocked, match="by hand as INV-77"):
        void(invoice=invoice, by=administrator)
    assert last_event(invoice).sentence == "Marked as exported by hand, as document INV-77."


def test_a_mark_made_by_mistake_is_taken_back_with_a_reason(connection, ledger, refused, administrator):
    hand.mark_by_hand(refused, "INV-77", by=administrator, connection=connection)
    with pytest.raises(CannotDecide, match="Say why"):
        hand.take_mark_back(refused, by=administrator, why=" ")

    hand.take_mark_back(refused, by=administrator, why="It was another one.")

    assert state_of(refused).state == ExportState.FAILED
    assert last_event(refused).details["why"] == "It was another one."
    assert export(connection, ledger).exported_count == 1
    assert state_of(refused).document_number == f"RP-{refused.number}"


def test_kept_back_then_marked_by_hand_then_taken_back_is_ready(connection, ledger, administrator):
    [invoice] = approved(connection)
    hand.keep_back(invoice, by=administrator, connection=connection)
    hand.mark_by_hand(invoice, "INV-77", by=administrator, connection=connection)
    hand.take_mark_back(invoice, by=administrator, why="A mistake.")

    assert not InvoiceExport.objects.exists()
    assert export(connection, ledger).exported_count == 1


@pytest.mark.parametrize("state", ["sending", "unknown", "conflict", "exported", "reversed", "by_hand"])
def test_what_is_under_way_or_done_is_not_decided_on(connection, ledger, refused, administrator, state):
    values = {"state": state, "key": "k", "decided_by": administrator, "decided_at": refused.approved_at}
    InvoiceExport.objects.filter(invoice=refused).update(**values)

    for decide in (
        lambda: hand.keep_back(refused, by=administrator, connection=connection),
        lambda: hand.mark_by_hand(refused, "INV-77", by=administrator, connection=connection),
        lambda: hand.take_up_again(refused, by=administrator),
    ):
        with pytest.raises(CannotDecide):
            decide()
    assert state_of(refused).state == state


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("", "Type the document's number"), ("x" * 61, "at most 60"), ("a\x00b", "visible characters")],
)
def test_a_number_that_is_none_is_answered_with_a_sentence(connection, administrator, number, sentence):
    [invoice] = approved(connection)
    with pytest.raises(CannotDecide, match=sentence):
        hand.mark_by_hand(invoice, number, by=administrator, connection=connection)
    assert not InvoiceExport.objects.exists()


def test_a_number_is_one_invoice_only(connection, ledger, administrator):
    gone, typed = approved(connection, 2)
    hand.keep_back(typed, by=administrator, connection=connection)
    export(connection, ledger)

    with pytest.raises(CannotDecide, match=f"Another invoice went as RP-{gone.number}"):
        hand.mark_by_hand(typed, f"RP-{gone.number}", by=administrator, connection=connection)
    assert state_of(typed).state == ExportState.KEPT_BACK


def test_an_invoice_does_not_go_under_a_number_that_another_has_by_hand(connection, ledger, administrator):
    typed, other = approved(connection, 2)
    hand.mark_by_hand(typed, f"RP-{other.number}", by=administrator, connection=connection)

    run = export(connection, ledger)

    assert (run.exported_count, run.blocked_count) == (0, 1)
    assert ledger.sent == []


def test_a_draft_is_not_marked_by_hand_nor_kept_back(connection, administrator):
    invoice = factories.an_invoice(connection.company, approved=False)
    for decide in (
        lambda: hand.mark_by_hand(invoice, "INV-77", by=administrator, connection=connection),
        lambda: hand.keep_back(invoice, by=administrator, connection=connection),
    ):
        with pytest.raises(CannotDecide, match="is draft: only an approved invoice"):
            decide()


def test_without_a_connection_nothing_is_decided(company, administrator):
    invoice = factories.an_invoice(company)
    with pytest.raises(CannotDecide, match="complete the settings first"):
        hand.mark_by_hand(invoice, "INV-77", by=administrator, connection=None)


def test_after_a_mark_is_taken_back_it_is_told_under_the_number_that_was_refused(
    connection, ledger, refused, administrator
):
    hand.mark_by_hand(refused, "INV-1", by=administrator, connection=connection)
    hand.take_mark_back(refused, by=administrator, why="A mistake.")

    row = state_of(refused)
    assert (row.state, row.document_number, row.number_before) == ("failed", f"RP-{refused.number}", "")
    assert row.error_text == "The department '200' is invalid."


class TestTheNumberOfARefusedOne:
    """X-3, X-5: what was refused is not there, so its number is free for another invoice."""

    @pytest.fixture
    def renumbered(self, connection, refused):
        """What was refused got another number, and a new invoice has the old one."""
        old = refused.number
        Invoice.objects.filter(pk=refused.pk).update(number="99001")
        [other] = approved(connection, number=old)
        return old, other

    def test_goes_with_another_invoice(self, connection, ledger, refused, renumbered, administrator):
        old, _ = renumbered
        hand.keep_back(refused, by=administrator, connection=connection)

        run = export(connection, ledger)

        assert (run.exported_count, run.blocked_count) == (1, 0)
        assert ledger.numbers == [f"RP-{old}"]
        hand.take_up_again(refused, by=administrator)
        assert export(connection, ledger).exported_count == 1
        assert ledger.numbers == [f"RP-{old}", "RP-99001"]

    def test_is_used_by_hand_for_another_invoice(self, connection, ledger, renumbered, administrator):
        old, other = renumbered
        hand.mark_by_hand(other, f"RP-{old}", by=administrator, connection=connection)
        assert state_of(other).document_number == f"RP-{old}"

    def test_is_the_others_once_that_has_gone(self, connection, ledger, refused, renumbered):
        """Also where the prefix makes the two alike."""
        old, _ = renumbered
        ledger.refuse["RP-99001"] = "No."
        export(connection, ledger)
        Invoice.objects.filter(pk=refused.pk).update(number=f"P-{old}")

        run = export(connection, ledger, rules=replace(RULES, document_prefix="R"))

        assert (run.exported_count, run.blocked_count) == (0, 1)
        assert ledger.numbers == [f"RP-{old}"]

    def test_that_is_in_doubt_stays_its_own(self, connection, ledger, clock):
        [invoice] = approved(connection)
        ledger.plan, ledger.find_fails = ["lost after"], True
        export(connection, ledger, clock=clock)
        old = invoice.number
        Invoice.objects.filter(pk=invoice.pk).update(number="99001")
        approved(connection, number=old)
        ledger.find_fails, ledger.hidden_for = False, 1

        run = export(connection, ledger, clock=clock)

        assert (run.blocked_count, len(ledger.documents)) == (1, 1)
