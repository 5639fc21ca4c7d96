"""X-3: a number is one document's in the books: an invoice's, or that of the credit which takes one back."""

from dataclasses import replace

import pytest

from integrations.exports import hand, reversals
from integrations.exports.hand import CannotDecide
from integrations.exports.loading import read_books, to_be_exported
from integrations.exports.models import ExportReversal, ExportState
from integrations.exports.rules import ReversalWay
from integrations.exports.screening import blocked
from tests import factories
from tests.exports.ledger import RULES, START, approved, export, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]
CREDITS = replace(RULES, reversal=ReversalWay.CREDIT, credit_type="Sales Return")


@pytest.fixture
def exported(connection, ledger):
    [invoice] = approved(connection)
    export(connection, ledger, rules=CREDITS)
    return invoice


def a_credit_numbered_like_that_of(invoice):
    """An invoice that somebody made to give the money back: equal to the credit of a reversal."""
    [line] = invoice.lines.all()
    return factories.an_invoice(
        invoice.company,
        client=invoice.client,
        number=f"{invoice.number}-CR",
        date=invoice.date,
        lines=[{"service": line.service, "price": -line.price}],
    )


def reverse(invoice, administrator):
    reversals.ask(invoice, by=administrator, reason="Billed twice.", on=invoice.date, rules=CREDITS)


def test_an_invoice_that_went_under_the_number_is_not_taken_for_the_credit(
    connection, ledger, exported, administrator
):
    by_hand = a_credit_numbered_like_that_of(exported)
    export(connection, ledger, rules=CREDITS)
    assert state_of(by_hand).state == ExportState.EXPORTED

    reverse(exported, administrator)
    run = export(connection, ledger, rules=CREDITS)

    assert run.message == "Reversed 1 invoice."
    number = f"RP-{exported.number}"
    assert ledger.numbers == [number, f"{number}-CR", f"{number}-CR2"]
    assert ExportReversal.objects.get().document_number == f"{number}-CR2"


def test_an_invoice_does_not_go_under_the_number_of_a_credit(connection, ledger, exported, administrator):
    reverse(exported, administrator)
    export(connection, ledger, rules=CREDITS)
    late = a_credit_numbered_like_that_of(exported)

    found = to_be_exported(connection.company, START)
    [verdict] = blocked(found, connection, CREDITS, read_books(connection))
    run = export(connection, ledger, rules=CREDITS)

    assert (verdict.invoice.id, [each.cause for each in verdict.blockers]) == (late.pk, ["number_taken"])
    assert (run.exported_count, run.blocked_count, len(ledger.documents)) == (0, 1, 2)


def test_the_number_of_a_credit_is_no_invoice_that_was_exported_by_hand(
    connection, ledger, exported, administrator
):
    reverse(exported, administrator)
    export(connection, ledger, rules=CREDITS)
    [other] = approved(connection)

    with pytest.raises(CannotDecide, match="is the credit that takes an invoice back"):
        hand.mark_by_hand(other, f"RP-{exported.number}-CR", by=administrator, connection=connection)

    assert not other.exports.exists()
