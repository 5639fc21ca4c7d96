"""X-5, X-8: whoever comes first under the invoice's lock wins; the other one sees what was done."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import close_old_connections, transaction
from django.db import connection as database

from integrations.exports import hand, states
from integrations.exports.hand import CannotDecide
from integrations.exports.loading import Choice, read_books
from integrations.exports.models import ExportState, InvoiceExport
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.invoices.services import InvoiceLocked, void
from tests import factories
from tests.exports.ledger import RULES, Clock, Ledger, a_context, export

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice(company):
    factories.a_connection(company)
    client = factories.a_client(company, accounting_id="C-1", terms="Net 30")
    service = factories.a_service(company, accounting_id="S-1")
    return factories.an_invoice(company, client=client, lines=[{"service": service}])


def mark(context, invoice):
    with transaction.atomic():
        context.lock_open()
        return states.mark_sending(
            context.run,
            [invoice.pk],
            connection=context.connection,
            rules=RULES,
            books=read_books(context.connection),
            choice=Choice(),
            now=Clock()(),
        )


def in_a_thread(pool, work):
    def done():
        try:
            return work()
        finally:
            close_old_connections()
            database.close()

    return pool.submit(done)


def test_an_invoice_that_is_being_marked_is_not_voided(company, invoice):
    context = a_context(company.books.connection)
    marked, release = threading.Event(), threading.Event()

    def mark_slowly():
        with transaction.atomic():
            found = mark(context, invoice)
            marked.set()
            release.wait(0.5)
            return found

    def void_it():
        marked.wait(10)
        void(invoice=Invoice.objects.get(pk=invoice.pk), by=None)

    with ThreadPoolExecutor(2) as pool:
        first, second = in_a_thread(pool, mark_slowly), in_a_thread(pool, void_it)
        assert len(first.result(30).under_way) == 1
        with pytest.raises(InvoiceLocked):
            second.result(30)

    assert Invoice.objects.get(pk=invoice.pk).state == InvoiceState.APPROVED
    assert InvoiceExport.objects.get().state == ExportState.SENDING


def test_an_invoice_that_is_being_voided_is_not_marked(company, invoice):
    context = a_context(company.books.connection)
    voiding = threading.Event()

    def void_slowly():
        with transaction.atomic():
            void(invoice=Invoice.objects.get(pk=invoice.pk), by=None)
            voiding.set()
            threading.Event().wait(0.5)

    def mark_it():
        voiding.wait(10)
        return mark(context, invoice)

    with ThreadPoolExecutor(2) as pool:
        first, second = in_a_thread(pool, void_slowly), in_a_thread(pool, mark_it)
        first.result(30)
        assert second.result(30).under_way == []

    assert not InvoiceExport.objects.exists()


def test_two_that_mark_the_same_invoice_do_not_both_send_it(company, invoice):
    context = a_context(company.books.connection)
    together = threading.Barrier(2)

    def mark_it():
        together.wait(10)
        return mark(context, invoice)

    with ThreadPoolExecutor(2) as pool:
        both = [in_a_thread(pool, mark_it) for _ in range(2)]
        assert sorted(len(each.result(30).under_way) for each in both) == [0, 1]

    assert InvoiceExport.objects.count() == 1


def test_an_invoice_that_is_being_marked_is_not_marked_as_exported_by_hand(company, invoice):
    person = factories.a_user(company)
    context = a_context(company.books.connection)
    marked = threading.Event()

    def mark_slowly():
        with transaction.atomic():
            found = mark(context, invoice)
            marked.set()
            threading.Event().wait(0.5)
            return found

    def by_hand():
        marked.wait(10)
        hand.mark_by_hand(invoice, "INV-1", by=person, connection=company.books.connection)

    with ThreadPoolExecutor(2) as pool:
        first, second = in_a_thread(pool, mark_slowly), in_a_thread(pool, by_hand)
        assert len(first.result(30).under_way) == 1
        with pytest.raises(CannotDecide, match="is being sent"):
            second.result(30)

    assert InvoiceExport.objects.get().state == ExportState.SENDING


def test_what_is_being_kept_back_is_not_marked(company, invoice):
    person = factories.a_user(company)
    context = a_context(company.books.connection)
    keeping = threading.Event()

    def keep_slowly():
        with transaction.atomic():
            hand.keep_back(invoice, by=person, connection=company.books.connection)
            keeping.set()
            threading.Event().wait(0.5)

    def mark_it():
        keeping.wait(10)
        return mark(context, invoice)

    with ThreadPoolExecutor(2) as pool:
        first, second = in_a_thread(pool, keep_slowly), in_a_thread(pool, mark_it)
        first.result(30)
        assert second.result(30).under_way == []

    assert InvoiceExport.objects.get().state == ExportState.KEPT_BACK


def test_of_two_persons_who_decide_at_once_one_is_told(company, invoice):
    person = factories.a_user(company)
    together = threading.Barrier(2)

    def by_hand(number):
        together.wait(10)
        try:
            hand.mark_by_hand(invoice, number, by=person, connection=company.books.connection)
        except CannotDecide as refusal:
            return str(refusal)
        return number

    with ThreadPoolExecutor(2) as pool:
        both = [in_a_thread(pool, lambda n=n: by_hand(n)) for n in ("INV-1", "INV-2")]
        answers = sorted(each.result(30) for each in both)

    row = InvoiceExport.objects.get()
    assert answers[0] == row.document_number
    assert f"by hand as {row.document_number} and can't be changed" in answers[1]


def test_a_number_that_another_invoice_is_given_at_that_moment_ends_no_run_x_3(company, invoice, monkeypatch):
    """It is judged before it is written, and only the database sees both (its constraint)."""
    connection, service = company.books.connection, invoice.lines.get().service
    other = factories.an_invoice(company, client=invoice.client, lines=[{"service": service}])
    hand.keep_back(other, by=factories.a_user(company), connection=connection, why="Later.")
    judge, times = states.judged, []

    def judged_and_then_taken(*args, **options):
        verdicts = judge(*args, **options)
        times.append(1)
        if len(times) == 1:
            person = factories.a_user(company)
            hand.mark_by_hand(other, f"RP-{invoice.number}", by=person, connection=connection)
        return verdicts

    monkeypatch.setattr(states, "judged", judged_and_then_taken)

    run = export(connection, Ledger())

    assert len(times) >= 2
    assert (run.outcome, run.exported_count) == ("succeeded", 1)
