"""How exports stand and what can be decided, in a real Chromium: no barriers, no sideways scrolling."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, ReversalState
from reconpro.company.models import ArchivedReason
from tests import factories
from tests.exports.pages import an_export
from tests.journey.browser import browser_page, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REFUSED = {
    "message": "Intacct does not accept the department 200.",
    "error_code": "BL01001973",
    "error_text": "The department '200' is invalid.",
}
FOUND = [{"key": "Sales Invoice-X", "client": "C-00120", "date": "2026-11-01", "total": "99.00"}]


def sign_in(page, live_server, user):
    page.goto(f"{live_server.url}/sign-in/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live_server.url}/company/**")


@pytest.fixture
def stands(invoices, administrator):
    """An invoice in each state that a person looks at."""
    each = dict(
        zip(
            ["failed", "kept_back", "by_hand", "conflict", "exported", "reversed", "released"],
            invoices(7),
            strict=True,
        )
    )
    an_export(each["failed"], ExportState.FAILED, **REFUSED)
    an_export(
        each["kept_back"],
        ExportState.KEPT_BACK,
        decided_by=administrator,
        decided_at=timezone.now(),
        decided_why="The client disputes it.",
        **REFUSED,
    )
    an_export(each["by_hand"], ExportState.BY_HAND, document_number="INV-77")
    an_export(
        each["conflict"],
        ExportState.CONFLICT,
        found=FOUND,
        message="Document RP-1 in Intacct is over 99.00 instead of 185.00.",
    )
    going = an_export(each["exported"], ExportState.EXPORTED, settled_at=timezone.now())
    gone = an_export(each["reversed"], ExportState.REVERSED, key="Sales Invoice-RP-7")
    for export, state in ((going, ReversalState.FAILED), (gone, ReversalState.DONE)):
        ExportReversal.objects.create(
            export=export,
            company=export.company,
            connection=export.connection,
            run=export.run,
            state=state,
            way="credit",
            reason="Billed twice.",
            on=date(2026, 11, 20),
            asked_by=administrator,
            document_number=f"{export.document_number}-CR",
            error_text="The period is closed." if state == ReversalState.FAILED else "",
        )
    an_export(each["released"], ExportState.RELEASED)
    return each


def test_every_state_and_what_can_be_decided(live_server, administrator, stands):
    with browser_page() as page:
        sign_in(page, live_server, administrator)
        for name, invoice in stands.items():
            page.goto(live_server.url + reverse("invoice", args=[invoice.pk]))
            look(page, f"export-state-{name}")
        for name, state in (
            ("by-hand", "failed"),
            ("settle", "conflict"),
            ("mark-reversed", "exported"),
            ("take-mark-back", "by_hand"),
        ):
            page.goto(live_server.url + reverse("export-decision", args=[stands[state].pk, name]))
            look(page, f"export-decision-{name}")
        page.goto(live_server.url + reverse("invoices"))
        page.select_option("[name=accounting]", "kept_back")
        page.wait_for_url("**accounting=kept_back**")
        look(page, "invoices-kept-back")


def test_a_refused_one_is_marked_as_exported_by_hand(live_server, administrator, invoices):
    [invoice] = invoices()
    an_export(invoice, ExportState.FAILED, **REFUSED)
    with browser_page() as page:
        sign_in(page, live_server, administrator)
        page.goto(live_server.url + reverse("invoice", args=[invoice.pk]))
        page.get_by_role("link", name="Exported by hand…").click()
        page.get_by_label("Document number").fill("INV-77")
        page.get_by_role("button", name="Mark as exported by hand").click()
        page.get_by_text("is marked as exported by hand as INV-77").wait_for()
    assert InvoiceExport.objects.get().state == ExportState.BY_HAND


def test_the_preview_with_all_that_can_be_chosen(live_server, administrator, invoices, ready_company):
    retired = factories.a_client(ready_company, name="Retired Motors", accounting_id="C-7", terms="Net 30")
    retired.archived_at, retired.archived_reason = timezone.now(), ArchivedReason.BY_HAND
    retired.save()
    an_export(invoices(1, date=date.today() - timedelta(days=40))[0], ExportState.EXPORTED)
    refused, kept, *_ = invoices(5)
    an_export(refused, ExportState.FAILED, **REFUSED)
    an_export(kept, ExportState.KEPT_BACK)
    invoices(2, client=retired)
    elsewhere = factories.an_invoice(ready_company)
    present = ready_company.books.connection
    present.closed_at = timezone.now()
    present.save()
    old = factories.a_connection(ready_company, "OLD-BOOKS")
    an_export(elsewhere, ExportState.EXPORTED, connection=old, control_id="old")
    old.closed_at, present.closed_at = timezone.now(), None
    old.save()
    present.save()
    ready_company.books = present.books
    ready_company.save()

    with browser_page() as page:
        sign_in(page, live_server, administrator)
        page.goto(live_server.url + reverse("export-preview"))
        look(page, "export-preview")
        page.goto(live_server.url + reverse("export-release"))
        look(page, "export-release")
        page.goto(live_server.url + reverse("export-move", args=["client", retired.pk]))
        look(page, "export-move")
        page.goto(live_server.url + reverse("export-preview"))
        page.locator("input[name=go]").first.uncheck()
        page.get_by_role("button", name="Send anyway").click()
        page.get_by_text("is archived.").wait_for()
        assert not page.locator("input[name=go]").first.is_checked()
        assert page.locator("input[name=go]").count() == 6


def test_what_is_in_doubt_with_a_record_archived_since(live_server, administrator, invoices, ready_company):
    """X-6: it can be sent anyway, and not moved."""
    retired = factories.a_client(ready_company, name="Retired Motors", accounting_id="C-7", terms="Net 30")
    [invoice] = invoices(1, client=retired)
    an_export(invoice, ExportState.UNKNOWN, last_checked_at=timezone.now())
    retired.archived_at, retired.archived_reason = timezone.now(), ArchivedReason.BY_HAND
    retired.save()
    with browser_page() as page:
        sign_in(page, live_server, administrator)
        page.goto(live_server.url + reverse("export-preview"))
        look(page, "export-preview-in-doubt")
        page.goto(live_server.url + reverse("invoice", args=[invoice.pk]))
        look(page, "export-state-in-doubt-archived")
        page.get_by_role("button", name="Send anyway").click()
        page.get_by_text("goes again as it was.").wait_for()
        assert page.get_by_role("button", name="Send anyway").count() == 0


def test_a_reversal_in_doubt_in_books_that_cant_be_asked(live_server, administrator, invoices, ready_company):
    """X-8, S-7: a person looks there, and says what is."""
    [invoice] = invoices()
    going = an_export(invoice, ExportState.EXPORTED, settled_at=timezone.now())
    ExportReversal.objects.create(
        export=going,
        company=going.company,
        connection=going.connection,
        run=going.run,
        state=ReversalState.UNKNOWN,
        way="credit",
        reason="Billed twice.",
        on=date(2026, 11, 20),
        asked_by=administrator,
        control_id="back:1",
        document_number=f"{going.document_number}-CR",
    )
    going.connection.closed_at = timezone.now()
    going.connection.save()
    factories.a_connection(ready_company, "NEW-BOOKS")
    with browser_page() as page:
        sign_in(page, live_server, administrator)
        page.goto(live_server.url + reverse("invoice", args=[invoice.pk]))
        look(page, "export-state-reversal-elsewhere")
        page.get_by_role("link", name="It is not reversed…").click()
        look(page, "export-decision-not-reversed")
        page.get_by_role("link", name="Cancel").click()
        page.get_by_role("link", name="It is reversed…").click()
        look(page, "export-decision-reversed")
        page.get_by_label("What you saw there").fill("Seen in the old company.")
        page.get_by_role("button", name="It is reversed").click()
        page.get_by_text("is reversed. Make a corrected copy").wait_for()
        look(page, "export-state-reversed-elsewhere")
    assert InvoiceExport.objects.get().state == ExportState.REVERSED
