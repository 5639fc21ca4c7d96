"""Editing in two tabs, the steps of an invoice's life, and the locks of integrations (X-8)."""

from decimal import Decimal

import pytest
from django.urls import reverse

from reconpro.audit.models import AuditEvent
from reconpro.invoices import services
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.registry import registry
from tests import factories
from tests.invoices.conftest import filled_form, filled_line


@pytest.fixture
def draft(company, acme, paint):
    return factories.an_invoice(
        company,
        number="1001",
        client=acme,
        approved=False,
        lines=[{"service": paint, "price": Decimal("10")}, {"service": paint, "price": Decimal("20")}],
    )


def url(step, invoice):
    return reverse(f"invoice-{step}" if step else "invoice", args=[invoice.pk])


def version_of(invoice):
    invoice.refresh_from_db()
    return {"version": invoice.updated_at.isoformat()}


def said(response):
    """What the page after the redirect says."""
    return " ".join(str(message) for message in response.context["messages"])


def test_lines_and_head_are_changed_and_totalled_anew(client_of, work_manager, company, draft, paint):
    other = factories.a_client(company, name="Best Cars")
    lines = [
        filled_line(service=paint, price="30"),
        filled_line(service=paint, price="-5.50", description="Discount"),
    ]

    client_of(work_manager).post(
        url("edit", draft),
        filled_form(client=other, lines=lines, terms="Net 10", invoice=draft),
    )

    draft.refresh_from_db()
    assert (draft.client, draft.terms, draft.total) == (other, "Net 10", Decimal("24.50"))
    assert [line.description for line in draft.lines.all()] == ["", "Discount"]
    event = AuditEvent.objects.get(action="invoice.changed")
    assert event.sentence == "Invoice 1001 was changed: client, date, terms, lines."
    assert event.user == work_manager


def test_the_edit_page_shows_what_is_there(client_of, work_manager, draft):
    page = client_of(work_manager).get(url("edit", draft)).content.decode()

    assert page.count("Bumper paint (PAINT-1)") == 2
    assert "Acme Motors (C-00017)" in page
    assert 'name="lines-1-price" value="20.00"' in page


def test_saving_what_is_there_already_writes_nothing(draft):
    head = services.HeadValues(client=draft.client, date=draft.date)

    services.save_invoice(invoice=draft, by=None, head=head, lines=services.lines_of(draft))

    before = draft.updated_at
    draft.refresh_from_db()
    assert draft.updated_at == before
    assert not AuditEvent.objects.exists()


def test_save_lines_leaves_the_rest(draft, paint):
    services.save_lines(
        invoice=draft, by=None, lines=[services.LineValues(paint, Decimal("1.5"), Decimal("9.99"))]
    )

    draft.refresh_from_db()
    assert (draft.number, draft.total, draft.lines.count()) == ("1001", Decimal("14.99"), 1)


def test_of_two_tabs_the_second_save_is_told_and_loses_nothing(client_of, work_manager, draft, acme, paint):
    browser = client_of(work_manager)
    second_tab = filled_form(
        client=acme, lines=[filled_line(service=paint, price="77.77")], memo="From tab two", invoice=draft
    )
    first_tab = filled_form(client=acme, lines=[filled_line(service=paint, price="1")], invoice=draft)
    assert browser.post(url("edit", draft), first_tab).status_code == 302

    response = browser.post(url("edit", draft), second_tab)

    assert response.status_code == 409
    page = response.content.decode()
    assert "Invoice 1001 was changed while you were editing" in page
    assert "77.77" in page
    assert "From tab two" in page
    draft.refresh_from_db()
    assert draft.total == Decimal("1.00")

    # Having seen that, saving again replaces it.
    again = second_tab | {"version": response.context["form"]["version"].value()}
    assert browser.post(url("edit", draft), again).status_code == 302
    draft.refresh_from_db()
    assert (draft.total, draft.memo) == (Decimal("77.77"), "From tab two")


@pytest.mark.parametrize("version", ["", "yesterday", "2026-13-45T99:00", "2026-03-31T10:00:00"])
def test_a_form_without_a_readable_version_counts_as_out_of_date(client_of, work_manager, draft, version):
    form = filled_form(client=draft.client, lines=[], version=version)

    assert client_of(work_manager).post(url("edit", draft), form).status_code == 409
    assert draft.lines.count() == 2


def test_an_invoice_approved_meanwhile_is_not_changed_by_the_tab_that_was_open(
    client_of, work_manager, draft, acme, paint
):
    form = filled_form(client=acme, lines=[filled_line(service=paint, price="77.77")], invoice=draft)
    services.approve(invoice=draft, by=None)
    browser = client_of(work_manager)

    response = browser.post(url("edit", draft), form)
    assert response.status_code == 409
    assert "it is approved and can't be changed as it stands" in response.content.decode()

    response = browser.post(
        url("edit", draft), form | {"version": response.context["form"]["version"].value()}
    )
    assert "is approved. Set it back to draft first." in response.content.decode()
    assert "77.77" in response.content.decode()
    draft.refresh_from_db()
    assert draft.total == Decimal("30.00")


def test_approving_keeps_who_and_when_and_going_back_forgets_them(client_of, accountant, draft):
    browser = client_of(accountant)

    response = browser.post(url("approve", draft), version_of(draft), follow=True)
    assert said(response) == "Invoice 1001 is approved."
    draft.refresh_from_db()
    assert (draft.state, draft.approved_by) == (InvoiceState.APPROVED, accountant)
    assert draft.approved_at is not None

    response = browser.get(url("edit", draft), follow=True)
    assert said(response) == "Invoice 1001 is approved. Set it back to draft first."

    browser.post(url("back-to-draft", draft), version_of(draft))
    draft.refresh_from_db()
    assert (draft.state, draft.approved_by, draft.approved_at) == (InvoiceState.DRAFT, None, None)


def test_an_invoice_without_lines_is_not_approved(client_of, accountant, draft):
    draft.lines.all().delete()

    response = client_of(accountant).post(url("approve", draft), version_of(draft), follow=True)

    assert said(response) == "Invoice 1001 has no lines yet. Add what was done, then approve it."


def test_what_changed_since_the_page_was_read_is_not_approved(client_of, accountant, draft, paint):
    seen = version_of(draft)
    services.save_lines(invoice=draft, by=None, lines=[services.LineValues(paint, Decimal(1), Decimal(999))])

    response = client_of(accountant).post(url("approve", draft), seen, follow=True)

    assert "Nothing was done." in said(response)
    draft.refresh_from_db()
    assert draft.state == InvoiceState.DRAFT


def test_voiding_asks_first_and_keeps_the_number(client_of, accountant, draft):
    browser = client_of(accountant)
    services.approve(invoice=draft, by=None)

    assert "Void invoice 1001?" in browser.get(url("void", draft)).content.decode()
    draft.refresh_from_db()
    assert draft.state == InvoiceState.APPROVED

    browser.post(url("void", draft), version_of(draft))
    draft.refresh_from_db()
    assert (draft.state, draft.number) == (InvoiceState.VOID, "1001")
    for step in ("approve", "back-to-draft", "void", "delete"):
        response = browser.post(url(step, draft), version_of(draft), follow=True)
        assert "void" in said(response)
    draft.refresh_from_db()
    assert draft.state == InvoiceState.VOID


def test_a_draft_is_deleted_after_asking_and_an_approved_one_is_not(client_of, work_manager, draft):
    browser = client_of(work_manager)
    assert "Delete invoice 1001?" in browser.get(url("delete", draft)).content.decode()
    services.approve(invoice=draft, by=None)

    response = browser.post(url("delete", draft), version_of(draft), follow=True)
    assert "Set it back to draft first." in said(response)

    services.back_to_draft(invoice=draft, by=None)
    response = browser.post(url("delete", draft), version_of(draft), follow=True)
    assert said(response) == "Invoice 1001, a draft, is deleted."
    assert not Invoice.objects.exists()
    assert AuditEvent.objects.filter(action="invoice.deleted", user=work_manager).exists()


def test_a_draft_that_another_invoice_names_is_not_deleted(client_of, work_manager, company, draft):
    factories.an_invoice(company, corrects=draft)

    response = client_of(work_manager).post(url("delete", draft), version_of(draft), follow=True)

    assert "Void it instead." in said(response)
    assert draft.lines.count() == 2


class TestLockedByAnIntegration:
    """X-8: what is sent, unknown, in conflict or exported can't be edited, voided or deleted."""

    SENTENCE = "Invoice 1001 is being sent to Intacct."

    @pytest.mark.parametrize("step", ["approve", "delete", "void"])
    def test_no_step_is_taken_with_a_locked_draft(self, client_of, administrator, draft, lock, step):
        lock(self.SENTENCE)

        response = client_of(administrator).post(url(step, draft), version_of(draft), follow=True)

        assert said(response) == self.SENTENCE
        draft.refresh_from_db()
        assert draft.state == InvoiceState.DRAFT

    @pytest.mark.parametrize("step", ["back-to-draft", "void"])
    def test_no_step_is_taken_with_a_locked_approved_invoice(
        self, client_of, administrator, draft, lock, step
    ):
        services.approve(invoice=draft, by=None)
        lock(self.SENTENCE)

        response = client_of(administrator).post(url(step, draft), version_of(draft), follow=True)

        assert said(response) == self.SENTENCE
        draft.refresh_from_db()
        assert draft.state == InvoiceState.APPROVED

    def test_the_page_says_why_and_offers_no_step(self, client_of, administrator, draft, lock):
        lock(self.SENTENCE)

        page = client_of(administrator).get(url("", draft)).content.decode()

        assert self.SENTENCE in page
        assert all(url(step, draft) not in page for step in ("edit", "approve", "void", "delete"))

    def test_a_lock_that_came_while_somebody_typed_loses_nothing(
        self, client_of, work_manager, draft, paint, lock
    ):
        browser = client_of(work_manager)
        form = filled_form(
            client=draft.client, lines=[filled_line(service=paint, price="77.77")], invoice=draft
        )
        lock(self.SENTENCE)

        assert said(browser.get(url("edit", draft), follow=True)) == self.SENTENCE
        page = browser.post(url("edit", draft), form).content.decode()

        assert self.SENTENCE in page
        assert "77.77" in page
        draft.refresh_from_db()
        assert draft.total == Decimal("30.00")

    def test_the_lock_is_asked_of_the_row_as_it_is_under_the_database_lock(self, draft, lock):
        """Not of the object that the page read before: the export may have taken it since."""
        asked = []
        lock("")
        registry.invoice_locks.append(lambda invoice: asked.append(invoice.memo) or "")
        stale_object = Invoice.objects.get(pk=draft.pk)
        Invoice.objects.filter(pk=draft.pk).update(memo="changed since")

        services.approve(invoice=stale_object, by=None)

        assert asked == ["changed since"]
