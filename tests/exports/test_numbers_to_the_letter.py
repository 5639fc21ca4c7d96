"""X-5: Intacct finds numbers without regard to case and blanks: a document that it calls so otherwise is not
taken for absent and sent again, nor for ours without a word."""

from decimal import Decimal

import pytest
from django.utils import timezone

from intacct.gateway import Document
from intacct.jobs.exports import IntacctBooks
from integrations.exports.models import ExportState
from integrations.exports.port import Wanted
from integrations.runs.context import RunFailed
from tests.exports.ledger import Ledger, approved, export, state_of

SALES = "Sales Invoice"


class _Shows:
    """A gateway's client that finds these documents, whatever is asked."""

    def __init__(self, *numbers, client_id="C-1", total=Decimal("185.00")):
        today = timezone.localdate()
        self.documents = [
            Document(f"{SALES}-{number}", number, client_id, today, total, "Pending") for number in numbers
        ]

    def find_documents(self, numbers, kind):
        return self.documents


def found(shows, *numbers):
    documents = IntacctBooks(shows).find([Wanted(SALES, number) for number in numbers])
    return [(document.number, document.numbered) for document in documents]


def test_one_that_differs_in_case_or_blanks_is_told_under_the_number_that_was_wanted():
    assert found(_Shows("RP-A 1"), "RP-a  1", "RP-2") == [("RP-a  1", "RP-A 1")]


def test_what_is_there_to_the_letter_is_no_other_that_looks_alike():
    assert found(_Shows("RP-a1", "RP-A1"), "RP-A1") == [("RP-A1", "")]
    assert found(_Shows("RP-a1", "RP-A1"), "RP-a1", "RP-A1") == [("RP-a1", ""), ("RP-A1", "")]


def test_documents_that_tell_no_number_stop_the_run_before_anything_is_sent_again():
    with pytest.raises(RunFailed, match="doesn't tell the numbers"):
        found(_Shows(""), "RP-1")


@pytest.mark.django_db
def test_one_of_ours_that_the_books_call_otherwise_is_for_a_person(connection, small_batches):
    [invoice] = approved(connection)
    invoice.number = "ab-1"
    invoice.save()
    ledger = Ledger()
    ledger.plan = ["lost after"]
    there = _Shows("RP-AB-1", client_id=invoice.client.accounting_id, total=invoice.total)
    ledger.find = IntacctBooks(there).find

    export(connection, ledger)

    row = state_of(invoice)
    assert (row.state, len(ledger.documents)) == (ExportState.CONFLICT, 1)
    assert row.message == "Document RP-ab-1 in Intacct is numbered RP-AB-1 there."
    assert [each["key"] for each in row.found] == ["Sales Invoice-RP-AB-1"]
