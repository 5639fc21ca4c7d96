"""X-8: an invoice that is under way or gone is locked, and says where it is."""

from datetime import date

import pytest
from django.urls import reverse

from integrations.exports.models import LOCKING_STATES, ExportState
from reconpro import lists
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.invoices.services import InvoiceLocked, void
from tests import factories
from tests.exports.pages import an_export, text_of

pytestmark = pytest.mark.django_db
SENTENCES = {
    ExportState.SENDING: "is being sent to Intacct and can't be changed now.",
    ExportState.EXPORTED: "was exported to Intacct as RP-{number} and can't be changed.",
    ExportState.UNKNOWN: "was sent to Intacct, but the answer was lost. We are checking",
    ExportState.CONFLICT: "Intacct has another document numbered RP-{number}",
    ExportState.BY_HAND: "was exported to Intacct by hand as RP-{number} and can't be changed.",
    ExportState.REVERSED: "was reversed in Intacct and stays as it is. Make a corrected copy of it.",
}


@pytest.mark.parametrize("state", LOCKING_STATES)
def test_it_cant_be_voided_by_anybody_and_the_page_says_why(browser, invoices, administrator, state):
    [invoice] = invoices()
    an_export(invoice, state)

    with pytest.raises(InvoiceLocked) as refusal:
        void(invoice=invoice, by=administrator)

    assert SENTENCES[state].format(number=invoice.number) in str(refusal.value)
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.APPROVED
    page = text_of(browser.get(reverse("invoice", args=[invoice.pk])))
    assert SENTENCES[state].format(number=invoice.number) in page


def test_a_refused_one_can_be_changed_again(invoices, administrator):
    [invoice] = invoices()
    an_export(invoice, ExportState.FAILED)

    void(invoice=invoice, by=administrator)

    assert Invoice.objects.get(pk=invoice.pk).state == InvoiceState.VOID


def test_an_exported_one_shows_key_connection_when_and_by_which_run(browser, invoices):
    [invoice] = invoices()
    export = an_export(invoice, ExportState.EXPORTED)

    answer = browser.get(reverse("invoice", args=[invoice.pk]))

    page = text_of(answer)
    assert f"Intacct key Sales Invoice-RP-{invoice.number}" in page
    assert "Connection Intacct ACME-SANDBOX" in page
    assert export.run.get_absolute_url() in answer.content.decode()


def test_a_refused_one_shows_its_reason_and_what_to_do(browser, invoices):
    [invoice] = invoices()
    an_export(
        invoice,
        ExportState.FAILED,
        message="Intacct does not accept the department 200.",
        error_code="BL01001973",
        error_text="The department '200' is invalid.",
    )

    page = text_of(browser.get(reverse("invoice", args=[invoice.pk])))

    assert "Intacct does not accept the department 200." in page
    assert "own words: BL01001973: The department '200' is invalid." in page
    assert "it is in the next preview of Export Invoices" in page


def test_a_work_manager_sees_the_state_but_no_way_to_runs(client_of, work_manager, invoices):
    [invoice] = invoices()
    export = an_export(invoice, ExportState.EXPORTED)
    browser_of_manager = client_of(work_manager)

    answer = browser_of_manager.get(reverse("invoice", args=[invoice.pk]))

    assert "Exported" in text_of(answer)
    assert export.run.get_absolute_url() not in answer.content.decode()
    assert "Export Invoices" not in text_of(browser_of_manager.get(reverse("invoices")))


def test_the_list_shows_how_each_stands_with_one_query_more(
    browser,
    invoices,
    django_assert_max_num_queries,
):
    exported, failed, _ = invoices(3)
    an_export(exported, ExportState.EXPORTED)
    an_export(failed, ExportState.FAILED)

    with django_assert_max_num_queries(25):
        page = text_of(browser.get(reverse("invoices")))

    assert "Exported" in page
    assert "Failed" in page
    assert "2 invoices approved and not yet in Intacct." in page


def test_what_goes_on_the_page_has_no_inline_style_or_script(browser, invoices):
    [invoice] = invoices()
    factories.a_client(invoice.company)

    for url in (reverse("export-preview"), reverse("invoice", args=[invoice.pk])):
        html = browser.get(url).content.decode()
        assert " style=" not in html
        assert " onclick" not in html
        assert "<style" not in html


class TestAboveTheList:
    """What the page says beside the button Export Invoices is true."""

    def said(self, browser):
        return text_of(browser.get(reverse("invoices")))

    def test_without_settings(self, company, browser):
        page = self.said(browser)
        assert "Intacct is not set up yet: no invoices go there." in page
        assert "All approved" not in page

    def test_with_invoices_but_without_settings(self, company, browser):
        factories.an_invoice(company)
        page = self.said(browser)
        assert "1 invoice approved. Intacct is not set up yet: no invoices go there." in page

    def test_with_settings_and_nothing_approved(self, ready_company, browser):
        page = self.said(browser)
        assert "No invoice dated Jan 1, 2020 or later is approved yet." in page
        assert "All approved" not in page

    def test_without_a_date_to_start_from(self, ready_company, browser):
        ready_company.intacct_settings.export_start = None
        ready_company.intacct_settings.save()
        assert "No invoice is approved yet." in self.said(browser)

    def test_with_nothing_approved_but_older_than_the_start(self, invoices, browser):
        invoices(date=date(2019, 12, 31))
        assert "No invoice dated Jan 1, 2020 or later is approved yet." in self.said(browser)

    def test_when_all_are_there(self, invoices, browser):
        [invoice] = invoices()
        an_export(invoice, ExportState.EXPORTED)
        assert "All approved invoices dated Jan 1, 2020 or later are in Intacct." in self.said(browser)

    @pytest.mark.parametrize("state", [ExportState.SENDING, ExportState.UNKNOWN, ExportState.CONFLICT])
    def test_when_one_that_was_sent_may_not_be_there(self, invoices, browser, state):
        exported, sent = invoices(2)
        an_export(exported, ExportState.EXPORTED)
        an_export(sent, state)
        page = self.said(browser)
        assert "Nothing waits to be exported, but not all that was sent is known to be in Intacct." in page
        assert "All approved" not in page

    def test_when_what_is_left_is_kept_back(self, invoices, browser):
        exported, kept = invoices(2)
        an_export(exported, ExportState.EXPORTED)
        an_export(kept, ExportState.KEPT_BACK)
        assert "1 invoice is kept back; nothing else waits to be exported." in self.said(browser)

    def test_counting_has_a_limit(self, invoices, browser, monkeypatch):
        invoices(3)
        monkeypatch.setattr(lists, "COUNT_CAP", 2)
        assert "2+ invoices approved and not yet in Intacct." in self.said(browser)
