"""Issue 5's bad input: a clear reason each, and the others go unharmed (X-6)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.exports.hand import CannotDecide, keep_back, mark_by_hand
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import FoundDocument
from integrations.runs.models import Outcome
from reconpro.company.models import ArchivedReason, Company
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.invoices.services import InvoiceLocked, StaleInvoice, lines_of, save_lines, void
from tests import factories
from tests.exports.ledger import RULES, Ledger, approved, export, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


@pytest.fixture
def good(connection):
    [invoice] = approved(connection)
    return invoice


def an_invoice(connection, *lines, **fields):
    number = Invoice.objects.count()
    client = factories.a_client(connection.company, accounting_id=f"C-{number}", terms="Net 30")
    service = factories.a_service(connection.company, accounting_id=f"S-{number}")
    values = [{"service": service, **line} for line in lines or ({},)]
    return factories.an_invoice(connection.company, client=client, lines=values, **fields)


def document_of(ledger, invoice):
    [document] = [p.document for p, _ in ledger.documents if p.document.invoice_id == invoice.pk]
    return document


def reasons(run):
    return " ".join(seen.warning.message for seen in run.run_warnings.all())


@pytest.mark.parametrize(
    "lines",
    [
        [{"price": Decimal(0)}, {"price": Decimal("12.50")}],
        [{"price": Decimal("-20.00")}, {"price": Decimal("100.00")}],
        [{"quantity": Decimal(0), "price": Decimal("5.00")}, {}],
        [{"quantity": Decimal("-2"), "price": Decimal("5.00")}, {}],
        [{"price": Decimal(0)}],
    ],
    ids=["a zero line", "a discount", "no quantity", "taken back", "nothing to pay"],
)
def test_zero_and_negative_lines_arrive_to_the_cent(connection, ledger, good, lines):
    invoice = an_invoice(connection, *lines)

    assert export(connection, ledger).exported_count == 2

    document = document_of(ledger, invoice)
    assert document.total == invoice.total == sum(line.amount for line in document.lines)
    assert all(line.quantity * line.price == line.amount for line in document.lines)


def test_a_credit_waits_with_its_reason_and_goes_where_a_definition_is_set(connection, ledger, good):
    credit = an_invoice(connection, {"price": Decimal("-40.00")})

    run = export(connection, ledger, rules=replace(RULES, no_credit_reason="No credit definition is set."))

    assert (run.exported_count, run.blocked_count) == (1, 1)
    assert "No credit definition is set." in reasons(run)
    assert export(connection, ledger, rules=replace(RULES, credit_type="Sales Return")).exported_count == 1
    assert document_of(ledger, credit).total == Decimal("40.00")


def test_hundreds_of_lines_arrive_whole(connection, ledger, good):
    invoice = an_invoice(connection, *({"price": Decimal("0.07")} for _ in range(300)))

    assert export(connection, ledger).exported_count == 2
    assert len(document_of(ledger, invoice).lines) == 300
    assert document_of(ledger, invoice).total == Decimal("21.00")


def test_a_memo_too_long_is_cut_and_the_rest_unharmed(connection, ledger, good):
    invoice = an_invoice(connection, {"description": "d" * 200, "stock_number": "S" * 40}, memo="m" * 500)
    rules = replace(RULES, message_length=80, description_length=60, memo_length=30)

    assert export(connection, ledger, rules=rules).exported_count == 2

    document = document_of(ledger, invoice)
    assert (len(document.memo), document.memo[-1]) == (80, "…")
    assert max(len(line.description) for line in document.lines) <= 60
    assert max(len(line.memo) for line in document.lines) <= 30


def test_odd_characters_arrive_as_they_are(connection, ledger, good):
    odd = "Ünï¢ødé <b>&amp; “quotes” 漢字 🚗"
    invoice = an_invoice(connection, {"description": odd}, memo=odd)

    assert export(connection, ledger).exported_count == 2
    assert document_of(ledger, invoice).memo == odd
    assert document_of(ledger, invoice).lines[0].description == odd


def test_a_client_archived_between_preview_and_sending_blocks_with_a_choice(connection, ledger, good):
    invoice = an_invoice(connection)
    previewed = {"left_out": [], "approved_before": timezone.now().isoformat()}
    client = invoice.client
    client.archived_at, client.archived_reason = timezone.now(), ArchivedReason.BY_HAND
    client.save()

    run = export(connection, ledger, options=previewed)

    assert (run.exported_count, run.blocked_count) == (1, 1)
    assert "Archived client" in reasons(run)
    assert "send them anyway" in reasons(run)


class Editing(Ledger):
    """Something else happens while the first batch is on its way."""

    def __init__(self, happens):
        super().__init__()
        self.happens = happens

    def send(self, batch, *more):
        results = super().send(batch, *more)
        if self.happens is not None:
            happens, self.happens = self.happens, None
            happens()
        return results


def test_an_invoice_that_is_on_its_way_is_not_changed_in_another_tab(connection, administrator, good):
    seen = []

    def edit_it():
        for change in (
            lambda: void(invoice=good, by=administrator),
            lambda: save_lines(invoice=good, by=administrator, lines=lines_of(good)),
            lambda: keep_back(good, by=administrator, connection=connection),
            lambda: mark_by_hand(good, "INV-1", by=administrator, connection=connection),
        ):
            with pytest.raises((InvoiceLocked, CannotDecide), match="is being sent"):
                change()
            seen.append(True)

    run = export(connection, Editing(edit_it))

    assert len(seen) == 4
    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 1)


def test_a_tab_that_was_opened_before_the_export_changes_nothing_after_it(
    connection, ledger, administrator, good
):
    version = good.updated_at
    export(connection, ledger)

    with pytest.raises((InvoiceLocked, StaleInvoice), match="was exported"):
        void(invoice=good, by=administrator, version=version)
    good.refresh_from_db()
    assert good.state == InvoiceState.APPROVED


def test_other_books_in_the_settings_end_a_run_and_what_went_stays_there(connection):
    first = approved(connection, 3)
    rest = approved(connection, 4)

    def close():
        connection.closed_at = timezone.now()
        connection.save()

    run = export(connection, Editing(close))

    assert run.outcome == Outcome.FAILED
    assert "The settings name other books than Intacct ACME-SANDBOX since this run began." in run.message
    assert {state_of(invoice).state for invoice in first} == {ExportState.EXPORTED}
    assert not InvoiceExport.objects.filter(invoice__in=rest).exclude(state=ExportState.EXPORTED).exists()
    assert run.unknown_count == 0


def test_a_subscription_that_ends_stops_the_run_at_a_clean_point(connection):
    approved(connection, 7)

    def end():
        Company.objects.filter(pk=connection.company_id).update(features=[])

    run = export(connection, Editing(end))

    assert run.outcome == Outcome.FAILED
    assert "Intacct Integration needs" in run.message
    assert "stays exported" in run.advice
    states = set(InvoiceExport.objects.values_list("state", flat=True))
    assert states == {ExportState.EXPORTED}


def test_a_document_of_ours_that_is_there_with_other_amounts_is_for_a_person(connection, ledger, good):
    [other] = approved(connection)
    ledger.others = [
        FoundDocument(
            key="Sales Invoice-X",
            type="Sales Invoice",
            number=f"RP-{other.number}",
            client_id=other.client.accounting_id,
            date=date.today(),
            total=Decimal("1.00"),
        )
    ]

    run = export(connection, ledger)

    assert (run.exported_count, run.conflict_count) == (1, 1)
    assert "is over 1.00 instead of 185.00" in reasons(run)
    assert state_of(other).state == ExportState.CONFLICT
