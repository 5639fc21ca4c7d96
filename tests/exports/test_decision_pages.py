"""What an invoice's page offers to decide, to whom, and what comes of it (X-6 to X-8, S-7, U-1 to U-3)."""

from datetime import timedelta

import lxml.html
import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.exports.decisions import DECISIONS
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport
from integrations.runs.models import Operation, Run
from reconpro.invoices.models import Invoice
from tests.exports.ledger import Ledger, export
from tests.exports.pages import an_export, text_of

pytestmark = pytest.mark.django_db


def url(invoice, name):
    return reverse("export-decision", args=[invoice.pk, name])


def offered(browser, invoice):
    """The decisions that the invoice's page leads to."""
    page = lxml.html.fromstring(browser.get(reverse("invoice", args=[invoice.pk])).content)
    places = page.xpath("//a/@href") + page.xpath("//form/@action")
    start = url(invoice, "x").removesuffix("x/")
    return {place.removeprefix(start).strip("/") for place in places if place.startswith(start)}


def page_of(browser, invoice):
    return text_of(browser.get(reverse("invoice", args=[invoice.pk])))


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (None, {"keep-back", "by-hand"}),
        ("failed", {"retry", "keep-back", "by-hand"}),
        ("kept_back", {"take-up", "by-hand"}),
        ("unknown", {"check"}),
        ("sending", set()),
        ("conflict", {"settle"}),
        ("exported", {"reverse"}),
        ("by_hand", {"mark-reversed", "take-mark-back"}),
        ("reversed", {"corrected-copy"}),
    ],
)
def test_each_state_offers_what_can_be_decided_then(browser, invoices, state, names):
    [invoice] = invoices()
    if state:
        an_export(invoice, ExportState(state))
    assert offered(browser, invoice) == names


def test_every_page_that_asks_opens_and_says_what_it_does(browser, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.CONFLICT, message="Document RP-1 is over 99.00.")
    for name, decision in DECISIONS.items():
        answer = browser.get(url(invoice, name))
        assert answer.status_code == 200
        assert decision.title in text_of(answer)


@pytest.mark.parametrize("name", sorted(DECISIONS))
def test_others_than_record_keepers_are_kept_out(client_of, work_manager, technician, invoices, name):
    [invoice] = invoices()
    for user in (work_manager, technician):
        assert client_of(user).post(url(invoice, name)).status_code == 403
    assert not InvoiceExport.objects.exists()


def test_a_work_manager_sees_how_it_stands_without_buttons(client_of, work_manager, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.FAILED, message="The department is unknown.")
    assert "The department is unknown." in page_of(client_of(work_manager), invoice)
    assert offered(client_of(work_manager), invoice) == set()


def test_a_stranger_decides_nothing_of_ours(client_of, stranger, invoices, ready_company):
    [invoice] = invoices()
    export = an_export(invoice, ExportState.FAILED)
    browser = client_of(stranger)
    for name in DECISIONS:
        assert browser.post(url(invoice, name), {"number": "1"}).status_code == 404
    assert browser.post(reverse("export-retry"), {"invoice": invoice.pk}).status_code == 404
    assert browser.post(reverse("export-release-back", args=[invoice.pk, export.pk])).status_code == 404
    assert browser.post(reverse("export-keep-back"), {"invoice": invoice.pk}).status_code == 404
    assert (
        browser.post(reverse("export-anyway"), {"archived": f"client:{invoice.client_id}"}).status_code == 404
    )
    assert browser.get(reverse("export-move", args=["client", invoice.client_id])).status_code == 404
    assert InvoiceExport.objects.get().state == ExportState.FAILED
    assert not Run.objects.filter(company=invoice.company, outcome="").exists()


def test_without_the_subscription_nothing_is_decided(browser, invoices, ready_company):
    [invoice] = invoices()
    ready_company.features = []
    ready_company.save()
    assert browser.post(url(invoice, "keep-back")).status_code == 403
    assert not InvoiceExport.objects.exists()
    assert offered(browser, invoice) == set()


def test_what_is_no_decision_is_not_there(browser, invoices):
    [invoice] = invoices()
    assert browser.post(url(invoice, "delete")).status_code == 404


def test_retry_starts_a_run_of_this_one_alone(client_of, accountant, invoices):
    failed, _ = invoices(2)
    an_export(failed, ExportState.FAILED)

    answer = client_of(accountant).post(url(failed, "retry"))

    run = Run.objects.get(outcome="")
    assert (answer.url, run.operation) == (run.get_absolute_url(), Operation.EXPORT_INVOICES)
    assert (run.options, run.started_by) == ({"only": [failed.pk]}, accountant)


def test_retry_of_all_that_were_refused(browser, invoices):
    failed, _ = invoices(2)
    an_export(failed, ExportState.FAILED)
    assert "Retry only the one that was refused" in text_of(browser.get(reverse("export-preview")))

    browser.post(reverse("export-retry"))

    assert Run.objects.get(outcome="").options == {"only_failed": True}


@pytest.mark.parametrize(
    "named", ["9" * 25, "9" * 5000, "-1", "x"], ids=["25 digits", "5000", "minus", "a word"]
)
def test_a_retry_of_what_can_be_no_invoice_is_not_found(client_of, administrator, connection, named):
    answer = client_of(administrator).post(reverse("export-retry"), {"invoice": named})

    assert answer.status_code == 404


def test_the_report_lists_the_reason_with_retry(browser, invoices, ready_company):
    """X-6."""
    ledger = Ledger()
    [invoice] = invoices()
    ledger.refuse[f"RP-{invoice.number}"] = "The department is invalid."
    export(ready_company.books.connection, ledger)

    answer = browser.get(reverse("integration-report"))

    page = lxml.html.fromstring(answer.content)
    [form] = page.xpath(f"//form[@action='{reverse('export-retry')}']")
    assert f"Intacct refused invoice {invoice.number}" in text_of(answer)
    assert ("invoice", str(invoice.pk)) in form.form_values()
    browser.post(reverse("export-retry"), {"invoice": invoice.pk})
    assert Run.objects.get(outcome="").options == {"only": [invoice.pk]}


def test_a_second_retry_shows_the_run_that_is_open(browser, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.FAILED)
    browser.post(url(invoice, "retry"))

    answer = browser.post(url(invoice, "retry"), follow=True)

    assert Run.objects.filter(outcome="").count() == 1
    assert "An export is under way already" in text_of(answer)


def test_by_hand_asks_for_the_number_and_locks(browser, invoices):
    [invoice] = invoices()
    wrong = browser.post(url(invoice, "by-hand"), {"number": " "})
    assert wrong.status_code == 422
    assert "Type the document's number." in text_of(wrong)

    answer = browser.post(url(invoice, "by-hand"), {"number": "INV-77"}, follow=True)

    page = text_of(answer)
    assert "is marked as exported by hand as INV-77" in page
    assert "was exported to Intacct by hand as INV-77 and can't be changed." in page
    assert InvoiceExport.objects.get().state == ExportState.BY_HAND
    for name in ("invoice-void", "invoice-back-to-draft", "invoice-delete"):
        browser.post(reverse(name, args=[invoice.pk]))
    assert Invoice.objects.get(pk=invoice.pk).state == "approved"


def test_two_tabs_that_decide_one_after_the_other(browser, invoices):
    [invoice] = invoices()
    browser.post(url(invoice, "by-hand"), {"number": "INV-77"})

    second = browser.post(url(invoice, "by-hand"), {"number": "INV-78"}, follow=True)

    assert "by hand as INV-77 and can't be changed" in text_of(second)
    assert InvoiceExport.objects.get().document_number == "INV-77"


def test_keep_back_and_take_up_by_buttons(browser, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.FAILED)
    assert "kept back" in text_of(browser.post(url(invoice, "keep-back"), follow=True))
    assert "It doesn’t go until it is taken up again." in page_of(browser, invoice)
    assert "Kept back 1 invoice" in text_of(browser.get(reverse("export-preview")))
    browser.post(url(invoice, "take-up"))
    assert InvoiceExport.objects.get().state == ExportState.FAILED


FOUND = [{"key": "Sales Invoice-X", "client": "C-9", "date": "2026-11-01", "total": "99.00"}]


@pytest.mark.parametrize(
    ("answer", "state"), [("ours:0", "exported"), ("another's", "failed"), ("look again", "unknown")]
)
def test_a_conflict_is_settled_by_choosing(browser, invoices, answer, state):
    [invoice] = invoices()
    an_export(invoice, ExportState.CONFLICT, found=FOUND, message="Document RP-1 is over 99.00.")
    page = text_of(browser.get(url(invoice, "settle")))
    assert "document Sales Invoice-X for client C-9 of 2026-11-01 over $99.00 is this invoice" in page
    assert browser.post(url(invoice, "settle"), {"answer": "maybe"}).status_code == 422

    browser.post(url(invoice, "settle"), {"answer": answer})

    assert InvoiceExport.objects.get().state == state


def test_a_conflict_of_before_asks_for_the_key(browser, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.CONFLICT)

    browser.post(url(invoice, "settle"), {"answer": "ours:0", "key": "4711"})

    assert InvoiceExport.objects.get().key == "4711"


def test_reversing_without_a_way_is_marked_here(browser, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.EXPORTED)
    page = text_of(browser.get(url(invoice, "reverse")))
    assert "void it in Intacct, then mark it here" in page
    assert browser.post(url(invoice, "reverse"), {"reason": "", "on": "soon"}).status_code == 422

    done = browser.post(
        url(invoice, "reverse"), {"reason": "Billed twice.", "on": invoice.date.isoformat()}, follow=True
    )

    assert "is marked as reversed" in text_of(done)
    assert ExportReversal.objects.get().reason == "Billed twice."
    assert InvoiceExport.objects.get().state == ExportState.REVERSED


def test_the_corrected_copy_and_the_old_one_lead_to_each_other(browser, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.EXPORTED)
    refused = browser.post(url(invoice, "corrected-copy"), follow=True)
    assert "reverse it first, or it would be billed twice" in text_of(refused)
    InvoiceExport.objects.all().delete()
    an_export(invoice, ExportState.REVERSED)

    answer = browser.post(url(invoice, "corrected-copy"))

    copy = Invoice.objects.get(corrects=invoice)
    assert answer.url == reverse("invoice-edit", args=[copy.pk])
    assert f"Corrects Invoice {invoice.number}" in page_of(browser, copy)
    assert f"Corrected by Invoice {copy.number}" in page_of(browser, invoice)
    assert offered(browser, invoice) == set()


def test_only_administrators_release(browser, client_of, accountant, invoices, ready_company):
    [invoice] = invoices()
    export = an_export(invoice, ExportState.EXPORTED)
    export.connection.closed_at = timezone.now()
    export.connection.save()
    assert client_of(accountant).post(url(invoice, "release")).status_code == 403
    assert client_of(accountant).get(reverse("export-release")).status_code == 403
    assert "release" not in offered(client_of(accountant), invoice)
    assert "release" in offered(browser, invoice)

    page = text_of(browser.get(reverse("export-release")))
    assert "Intacct ACME-SANDBOX 1 invoice" in page
    wrong = browser.post(
        reverse("export-release"), {"connection": export.connection_id, "dated_from": "soon"}
    )
    assert wrong.status_code == 422
    later = (invoice.date + timedelta(days=1)).isoformat()
    browser.post(reverse("export-release"), {"connection": export.connection_id, "dated_from": later})
    assert InvoiceExport.objects.get().state == ExportState.EXPORTED
    browser.post(reverse("export-release"), {"connection": export.connection_id})
    assert InvoiceExport.objects.get().state == ExportState.RELEASED

    assert "It goes over the present connection" in page_of(browser, invoice)
    export.connection.closed_at = None
    export.connection.save()
    assert "It is in the present books already" in page_of(browser, invoice)
    assert offered(browser, invoice) == {f"released/{export.pk}/back"}
    browser.post(reverse("export-release-back", args=[invoice.pk, export.pk]))
    assert InvoiceExport.objects.get().state == ExportState.EXPORTED


class TestTheList:
    @pytest.mark.parametrize("state", ["failed", "exported", "kept_back", "by_hand", "none"])
    def test_is_filtered_by_how_exports_stand(self, browser, invoices, state):
        each = dict(zip(["failed", "exported", "kept_back", "by_hand", "none"], invoices(5), strict=True))
        for name, invoice in each.items():
            if name != "none":
                an_export(invoice, ExportState(name))

        page = text_of(browser.get(reverse("invoices"), {"accounting": state}))

        for name, invoice in each.items():
            assert (invoice.number in page) == (name == state)

    def test_a_wrong_choice_is_told(self, browser, invoices):
        [invoice] = invoices()
        page = text_of(browser.get(reverse("invoices"), {"accounting": "nonsense"}))
        assert "Select a valid choice" in page
        assert invoice.number not in page

    def test_shows_the_state_that_counts(self, browser, invoices, ready_company):
        """A released one that has gone elsewhere is exported."""
        from tests import factories

        [invoice] = invoices()
        old = an_export(invoice, ExportState.RELEASED)
        old.connection.closed_at = timezone.now()
        old.connection.save()
        assert "Released" in text_of(browser.get(reverse("invoices")))
        new = factories.a_connection(ready_company, "OTHER")
        an_export(invoice, ExportState.EXPORTED, connection=new, control_id="other")
        badges = lxml.html.fromstring(browser.get(reverse("invoices")).content).xpath(
            "//td//span[contains(@class, 'badge')]/text()"
        )
        assert badges == ["Approved", "Exported"]
