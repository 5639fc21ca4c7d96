"""X-8: what is under way or done can't be edited, voided, merged away or deleted: by form, address or tab."""

import pytest
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from integrations.duplicates.merging import merge
from integrations.exports import hand
from integrations.exports.models import LOCKING_STATES, ExportState
from reconpro.company.models import ArchivedReason
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.invoices.services import HeadValues, InvoiceLocked, lines_of, save_invoice
from tests import factories
from tests.exports.pages import an_export, text_of

pytestmark = pytest.mark.django_db
LOCKED = pytest.mark.parametrize("state", LOCKING_STATES)
FREE = pytest.mark.parametrize("state", [ExportState.FAILED, ExportState.KEPT_BACK, ExportState.RELEASED])


@pytest.fixture
def stands(invoices):
    def as_(state):
        [invoice] = invoices()
        an_export(invoice, state)
        return invoice

    return as_


def as_it_is(invoice):
    row = Invoice.objects.filter(pk=invoice.pk).values().get()
    return row, list(invoice.lines.values())


@LOCKED
def test_no_form_and_no_address_changes_it(browser, stands, administrator, state):
    invoice = stands(state)
    before = as_it_is(invoice)
    line = invoice.lines.get()
    fields = {
        "client": invoice.client_id,
        "date": "2026-01-01",
        "version": invoice.updated_at.isoformat(),
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-service": line.service_id,
        "lines-0-quantity": "7",
        "lines-0-price": "1.00",
    }
    for name in ("edit", "back-to-draft", "void", "delete", "approve"):
        browser.post(reverse(f"invoice-{name}", args=[invoice.pk]), fields)
        assert as_it_is(invoice) == before
    page = text_of(browser.get(reverse("invoice", args=[invoice.pk])))
    assert "Back to draft" not in page
    with pytest.raises(InvoiceLocked):
        save_invoice(
            invoice=invoice,
            by=administrator,
            head=HeadValues(client=invoice.client, date=invoice.date),
            lines=lines_of(invoice),
        )
    with pytest.raises(ProtectedError):
        invoice.delete()


@LOCKED
def test_it_keeps_the_client_that_it_went_with_when_that_is_merged_away(
    ready_company, stands, client, administrator, state
):
    invoice = stands(state)
    kept = factories.a_client(ready_company, name="Valley Motors Inc.", terms="Net 30")
    client.archived_at, client.archived_reason = timezone.now(), ArchivedReason.BY_HAND
    client.save()

    merge(kept, client, by=administrator)

    assert Invoice.objects.get(pk=invoice.pk).client == client


@FREE
def test_what_is_not_there_may_be_changed_and_goes_with_a_merge(
    ready_company, browser, stands, client, administrator, state
):
    invoice = stands(state)
    kept = factories.a_client(ready_company, name="Valley Motors Inc.", terms="Net 30")
    client.archived_at, client.archived_reason = timezone.now(), ArchivedReason.BY_HAND
    client.save()

    merge(kept, client, by=administrator)

    moved = Invoice.objects.get(pk=invoice.pk)
    assert moved.client == kept
    version = {"version": moved.updated_at.isoformat()}
    browser.post(reverse("invoice-back-to-draft", args=[invoice.pk]), version)
    assert Invoice.objects.get(pk=invoice.pk).state == InvoiceState.DRAFT


def test_a_page_that_was_opened_before_it_was_marked_by_hand_changes_nothing(
    browser, invoices, administrator, ready_company
):
    """Two tabs."""
    [invoice] = invoices()
    opened = invoice.updated_at.isoformat()
    hand.mark_by_hand(invoice, "INV-1", by=administrator, connection=ready_company.books.connection)

    answer = browser.post(reverse("invoice-void", args=[invoice.pk]), {"version": opened}, follow=True)

    assert "by hand as INV-1 and can't be changed" in text_of(answer)
    assert Invoice.objects.get(pk=invoice.pk).state == InvoiceState.APPROVED
