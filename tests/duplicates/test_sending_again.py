"""An invoice whose answer was lost goes again with what it went with, merged meanwhile or not (X-8, I-10)."""

from integrations.duplicates.merging import merge
from integrations.exports.facts import BooksFacts
from integrations.exports.loading import judged
from integrations.exports.models import ExportState
from integrations.exports.port import Wanted
from tests.duplicates.test_merging import pair
from tests.exports.ledger import RULES
from tests.factories import an_invoice


def causes(connection, invoice, kept):
    books = BooksFacts(id=connection.pk)
    (verdict,) = judged([invoice.pk], connection=connection, rules=RULES, books=books, kept=kept)
    return {blocker.cause for blocker in verdict.blockers}


def test_a_merged_client_blocks_new_invoices_but_not_one_that_goes_again(connection, accountant, sent):
    kept, other = pair(connection)
    invoice = an_invoice(connection.company, client=other)
    export = sent(invoice, ExportState.UNKNOWN)
    merge(kept, other, by=accountant)
    again = {invoice.pk: Wanted(export.document_type, export.document_number)}
    assert "client_archived" in causes(connection, invoice, None)
    assert "client_archived" not in causes(connection, invoice, again)
