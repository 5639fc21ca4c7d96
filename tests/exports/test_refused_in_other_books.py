"""X-5, S-7: what went to some books is remembered there, whatever other books were told of it since."""

import pytest

from integrations.exports import hand, releasing
from integrations.exports.models import ExportState, InvoiceExport
from reconpro.invoices.models import Invoice
from tests.exports.ledger import Ledger, approved, export, states_now
from tests.exports.test_releasing import back_to, move_to_other_books

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


def row_of(invoice, connection):
    return InvoiceExport.objects.get(invoice=invoice, connection=connection)


def refusing(invoice):
    """Other books, that take nothing."""
    books = Ledger()
    books.refuse[f"RP-{invoice.number}"] = "No."
    return books


@pytest.fixture
def late(connection, ledger, clock):
    """It arrived, but the books don't show it yet: refused as repeated, and twice not there."""
    [invoice] = approved(connection)
    ledger.plan, ledger.hidden_for = ["lost after"], 100
    export(connection, ledger, clock=clock)
    clock.pause(60)
    export(connection, ledger, clock=clock)
    assert (row_of(invoice, connection).state, len(ledger.documents)) == (ExportState.FAILED, 1)
    return invoice


def test_back_in_the_first_books_a_refusal_alone_is_still_not_definite(connection, ledger, clock, late):
    """Else it would be free to be changed, and go a second time under another control id."""
    went_as = row_of(late, connection).control_id
    new = move_to_other_books(connection)
    assert export(new, refusing(late), clock=clock).failed_count == 1
    back_to(connection, new)
    ledger.hidden_for = 0

    run = export(connection, ledger, clock=clock)

    row = row_of(late, connection)
    assert (row.state, run.exported_count) == (ExportState.EXPORTED, 1)
    assert (row.control_id, row.resent) == (went_as, True)
    assert len(ledger.documents) == 1


def test_the_same_content_goes_under_the_same_control_id_again(connection, ledger):
    [invoice] = approved(connection)
    ledger.refuse[f"RP-{invoice.number}"] = "No."
    export(connection, ledger)
    Invoice.objects.filter(pk=invoice.pk).update(memo="Corrected.")
    export(connection, ledger)
    new = move_to_other_books(connection)
    elsewhere = refusing(invoice)
    export(new, elsewhere)
    back_to(connection, new)
    export(connection, ledger)

    first, second, third = ledger.sent
    assert first != second == third
    back_to(new, connection)
    export(new, elsewhere)
    assert elsewhere.sent[0] == elsewhere.sent[1]


def test_it_is_remembered_when_it_was_by_hand_in_other_books_meanwhile(
    connection, ledger, clock, late, administrator
):
    new = move_to_other_books(connection)
    hand.mark_by_hand(late, "INV-1", by=administrator, connection=new)
    hand.take_mark_back(late, by=administrator, why="It was another's.")
    assert export(new, refusing(late), clock=clock).failed_count == 1
    back_to(connection, new)
    ledger.hidden_for = 0

    export(connection, ledger, clock=clock)

    assert row_of(late, connection).state == ExportState.EXPORTED
    assert len(ledger.documents) == 1


def test_it_is_remembered_when_it_was_kept_back_in_between(connection, ledger, clock, late, administrator):
    hand.keep_back(late, by=administrator, connection=connection)
    new = move_to_other_books(connection)
    hand.take_up_again(late, by=administrator)
    export(new, refusing(late), clock=clock)
    hand.keep_back(late, by=administrator, connection=new)
    back_to(connection, new)
    hand.take_up_again(late, by=administrator)
    ledger.hidden_for = 0

    export(connection, ledger, clock=clock)

    assert row_of(late, connection).state == ExportState.EXPORTED
    assert len(ledger.documents) == 1


def test_what_was_released_and_refused_is_remembered_where_it_was_refused(connection, ledger, administrator):
    [invoice] = approved(connection)
    export(connection, ledger)
    new = move_to_other_books(connection)
    elsewhere = refusing(invoice)
    releasing.release(invoice, by=administrator)
    export(new, elsewhere)
    releasing.take_release_back(invoice, connection, by=administrator)
    assert InvoiceExport.objects.current().get().state == ExportState.EXPORTED

    releasing.release(invoice, by=administrator)
    export(new, elsewhere)

    assert elsewhere.sent[0] == elsewhere.sent[1]
    assert states_now() == [ExportState.FAILED, ExportState.RELEASED]


@pytest.mark.parametrize("kept_back", [True, False], ids=["kept back", "by hand"])
def test_a_person_decides_in_these_books_on_what_they_refused_before(
    connection, ledger, administrator, kept_back
):
    [invoice] = approved(connection)
    export(connection, ledger)
    new = move_to_other_books(connection)
    elsewhere = refusing(invoice)
    releasing.release(invoice, by=administrator)
    export(new, elsewhere)
    releasing.take_release_back(invoice, connection, by=administrator)
    releasing.release(invoice, by=administrator)

    if kept_back:
        hand.keep_back(invoice, by=administrator, connection=new)
        assert export(new, elsewhere).message == "There was nothing to export."
        hand.take_up_again(invoice, by=administrator)
    else:
        hand.mark_by_hand(invoice, "INV-1", by=administrator, connection=new)
        assert export(new, elsewhere).message == "There was nothing to export."
        hand.take_mark_back(invoice, by=administrator, why="A mistake.")

    elsewhere.refuse.clear()
    assert export(new, elsewhere).exported_count == 1
    assert elsewhere.sent[0] == elsewhere.sent[1]


def test_when_nothing_was_sent_it_is_as_the_other_books_left_it(connection, ledger, late):
    new = move_to_other_books(connection)
    elsewhere = Ledger()
    elsewhere.plan = ["nothing"]

    export(new, elsewhere)

    assert InvoiceExport.objects.get() == row_of(late, connection)
    assert row_of(late, connection).state == ExportState.FAILED
    assert export(new, elsewhere).exported_count == 1
    back_to(connection, new)
    assert export(connection, ledger).message == "There was nothing to export."
