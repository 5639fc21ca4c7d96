"""X-2: what the books add is told of every invoice that arrived, also if the run that sent it came to no good
end; and no document is read back for it more often than needed (G-2)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.duplicates.codes import Code
from integrations.exports import comparing
from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import Outcome, Run
from tests.exports.ledger import RULES, Clock, Killed, Ledger, approved, export, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


class Taxing(Ledger):
    """Adds a dollar to every document, and dies, or is told to stop, when it is asked for totals."""

    def __init__(self):
        super().__init__()
        self.tax = Decimal("1.00")
        self.killed_when_asked = self.stopped_when_sent = False

    def send(self, batch, meanwhile=None):
        results = super().send(batch, meanwhile)
        if self.stopped_when_sent:
            Run.objects.filter(outcome="").update(cancel_requested_at=Clock()())
        return results

    def find(self, wanted):
        found = super().find(wanted)
        if self.killed_when_asked:
            raise Killed
        return [replace(document, total=document.total + self.tax) for document in found]


@pytest.fixture
def books():
    return Taxing()


def told(run):
    """The invoices that the run told to be over another total in the books."""
    seen = run.run_warnings.filter(warning__code=Code.TOTAL_CHANGED).select_related("warning")
    return sorted(side["id"] for each in seen for side in each.warning.sides)


def ids(invoices):
    return [invoice.pk for invoice in invoices]


def test_what_a_killed_run_exported_is_compared_by_the_next(connection, books):
    invoices = approved(connection, 5)
    books.plan = ["", "killed before"]
    with pytest.raises(Killed):
        export(connection, books)
    assert (Run.objects.get().outcome, books.asked) == ("", [])
    exported = InvoiceExport.objects.filter(state=ExportState.EXPORTED)
    arrived = sorted(exported.values_list("invoice_id", flat=True))
    assert len(arrived) == 3

    run = export(connection, books)

    assert set(arrived) <= set(told(run))
    assert "$1.00 more than here" in state_of(invoices[0]).message


def test_what_a_cancelled_run_exported_is_compared_by_the_next_in_one_request(connection, books):
    invoices = approved(connection, 5)
    books.stopped_when_sent = True
    assert export(connection, books).outcome == Outcome.CANCELLED
    books.stopped_when_sent = False
    assert books.asked == []

    run = export(connection, books)

    assert told(run) == ids(invoices)
    assert len(books.asked) == 1
    assert len(set(books.asked[0])) == len(books.asked[0]) == 5


def test_a_run_that_sends_nothing_compares_too_and_what_was_compared_is_not_asked_for_again(
    connection, books
):
    [first] = approved(connection)
    books.stopped_when_sent = True
    export(connection, books)

    run = export(connection, books, options={"only": []})

    assert (run.message, told(run)) == ("There was nothing to export.", [first.pk])
    assert run.outcome == Outcome.WARNED
    assert export(connection, books).outcome == Outcome.SUCCEEDED
    assert len(books.asked) == 1


def test_one_killed_while_it_compares_has_compared_nothing(connection, books):
    [invoice] = approved(connection)
    books.killed_when_asked = True
    with pytest.raises(Killed):
        export(connection, books)
    books.killed_when_asked = False

    assert told(export(connection, books)) == [invoice.pk]
    assert told(export(connection, books)) == []


def test_totals_that_could_not_be_read_are_read_by_the_next(connection, books):
    [invoice] = approved(connection)
    books.find_fails = True
    run = export(connection, books)
    assert (run.outcome, told(run)) == (Outcome.WARNED, [])
    books.find_fails = False

    assert told(export(connection, books)) == [invoice.pk]


def test_what_the_books_do_not_show_yet_is_compared_later_but_not_for_ever(connection, books, clock):
    shown_late, *_ = approved(connection)
    books.hidden_for = 1
    export(connection, books, clock=clock)
    clock.pause(60)
    assert told(export(connection, books, clock=clock)) == [shown_late.pk]

    approved(connection)
    books.hidden_for = 99
    export(connection, books, clock=clock)
    clock.now += timedelta(days=1)
    export(connection, books, clock=clock)
    asked = len(books.asked)
    export(connection, books, clock=clock)
    assert len(books.asked) == asked


def test_what_was_found_equal_after_a_lost_answer_is_not_asked_for_again(connection, books):
    approved(connection)
    books.tax = Decimal("0.00")
    books.plan = ["lost after"]

    run = export(connection, books)

    assert run.exported_count == 1
    assert len(books.asked) == 1


def test_each_kind_of_document_is_asked_for_by_itself_as_many_as_can_be(connection, books, monkeypatch):
    """A page of two kinds would be two requests."""
    monkeypatch.setattr(comparing, "AT_ONCE", 4)
    rules = replace(RULES, credit_type="Sales Return")
    for credit in (1, 0, 1, 0, 0, 0):
        [invoice] = approved(connection)
        if credit:
            type(invoice).objects.filter(pk=invoice.pk).update(total=-invoice.total)
            line = invoice.lines.get()
            type(line).objects.filter(pk=line.pk).update(price=-line.price, amount=-line.amount)

    run = export(connection, books, rules=rules)

    assert run.exported_count == 6
    assert sum(len({each.type for each in wanted}) for wanted in books.asked) == 2


@pytest.mark.usefixtures("small_batches")
def test_it_takes_as_many_statements_for_many_as_for_few(connection, books, settings):
    settings.EXPORT_BATCH_SIZE = 100

    def statements(count):
        approved(connection, count, date=date(2026, 11, 2))
        books.stopped_when_sent = True
        export(connection, books)
        books.stopped_when_sent = False
        with CaptureQueriesContext(
            database,
        ) as seen:
            run = export(connection, books, options={"only": []})
        assert len(told(run)) == count
        return len(seen)

    statements(1)  # the first knows nothing yet
    assert statements(30) == statements(3)
