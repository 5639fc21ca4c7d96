"""X-6: an archived client, service or employee blocks with a choice: send anyway, or move."""

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.exports import archived
from integrations.exports.models import ExportState, SendAnyway
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, SERVICES
from reconpro.audit.models import AuditEvent
from reconpro.company.models import ArchivedReason
from tests import factories
from tests.exports.ledger import START, Ledger, export, state_of
from tests.exports.pages import an_export, text_of
from tests.exports.test_preview_page import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


def archive(record):
    record.archived_at, record.archived_reason = timezone.now(), ArchivedReason.BY_HAND
    record.save()


@pytest.fixture
def employee(ready_company):
    return factories.an_employee(ready_company, accounting_id="E-1", accounting_employee_id="E-1")


@pytest.fixture
def worked(invoices, service, employee):
    return invoices(2, lines=[{"service": service, "employee": employee}])


@pytest.fixture
def others(ready_company):
    return {
        CLIENTS: factories.a_client(ready_company, accounting_id="C-2", terms="Net 30"),
        SERVICES: factories.a_service(ready_company, accounting_id="S-2"),
        EMPLOYEES: factories.an_employee(ready_company, accounting_id="E-2", accounting_employee_id="E-2"),
    }


def record_on(invoice, kind):
    line = invoice.lines.get()
    return {CLIENTS: invoice.client, SERVICES: line.service, EMPLOYEES: line.employee}[kind]


ALL_KINDS = pytest.mark.parametrize("kind", [CLIENTS, SERVICES, EMPLOYEES], ids=lambda kind: kind.singular)


@ALL_KINDS
def test_what_waits_goes_anyway_and_what_comes_later_asks_again(
    ready_company, worked, invoices, service, employee, administrator, kind
):
    connection, ledger = ready_company.books.connection, Ledger()
    record = record_on(worked[0], kind)
    archive(record)
    assert export(connection, ledger).blocked_count == 2

    assert archived.send_anyway(kind, record, START, by=administrator) == 2
    [later] = invoices(lines=[{"service": service, "employee": employee}])
    run = export(connection, ledger)

    assert (run.exported_count, run.blocked_count) == (2, 1)
    assert {state_of(invoice).state for invoice in worked} == {ExportState.EXPORTED}
    event = AuditEvent.objects.filter(action="invoice.send_anyway", subject_id=worked[0].pk).get()
    assert event.user == administrator
    assert archived.send_anyway(kind, record, START, by=administrator) == 1
    assert SendAnyway.objects.filter(invoice=later).exists()


@ALL_KINDS
def test_what_waits_is_moved_and_what_has_gone_is_not(ready_company, worked, others, administrator, kind):
    gone, waits = worked
    an_export(gone, ExportState.EXPORTED)
    record = record_on(gone, kind)
    archive(record)

    assert archived.move(kind, record, others[kind], START, by=administrator) == 1

    waits.refresh_from_db()
    gone.refresh_from_db()
    assert record_on(waits, kind) == others[kind]
    assert record_on(gone, kind) == record
    assert export(ready_company.books.connection, Ledger()).exported_count == 1
    event = AuditEvent.objects.get(action="invoice.moved")
    assert (event.user, event.subject_id) == (administrator, waits.pk)
    assert "is archived" in event.sentence


def test_it_is_moved_only_to_another_active_one_of_the_company(ready_company, worked, administrator):
    client = worked[0].client
    foreign = factories.a_client(factories.a_company(), accounting_id="C-9")
    retired = factories.a_client(ready_company, accounting_id="C-3")
    archive(retired)
    for to in (client, foreign, retired):
        with pytest.raises(archived.CannotMove):
            archived.move(CLIENTS, client, to, START, by=administrator)


class TestInTheBrowser:
    def test_the_preview_offers_both_and_keeps_the_ticks(self, browser, worked, invoices, ready_company):
        client = factories.a_client(ready_company, name="Retired Motors", accounting_id="C-7", terms="Net 30")
        [blocked] = invoices(client=client)
        archive(client)
        answer = browser.get(reverse("export-preview"))
        assert "Archived client: Retired Motors" in text_of(answer)
        assert reverse("export-move", args=["client", client.pk]) in answer.content.decode()
        fields = form_of(answer)
        fields["go"] = [str(worked[0].pk)]

        after = browser.post(reverse("export-anyway"), {**fields, "archived": f"client:{client.pk}"})

        assert f"1 invoice goes though {client.called} is archived." in text_of(after)
        assert set(form_of(after)["go"]) == {str(worked[0].pk), str(blocked.pk)}

    def test_it_works_where_nothing_else_is_ready(self, browser, worked):
        archive(worked[0].client)
        page = browser.get(reverse("export-preview"))
        assert b'id="anyway-form"' in page.content
        after = browser.post(reverse("export-anyway"), {"archived": f"client:{worked[0].client_id}"})
        assert len(form_of(after)["go"]) == 2

    def test_moving_asks_for_whom(self, browser, worked, others):
        client = worked[0].client
        archive(client)
        url = reverse("export-move", args=["client", client.pk])
        assert "2 invoices with the client" in text_of(browser.get(url))
        assert browser.post(url, {"to": "", "to_text": ""}).status_code == 422

        answer = browser.post(url, {"to": others[CLIENTS].pk}, follow=True)

        assert "2 invoices moved from" in text_of(answer)
        assert len(form_of(answer)["go"]) == 2

    @pytest.mark.parametrize("value", ["", "client", "client:x", "team:1", f"client:{10**20}"])
    def test_what_is_no_record_is_not_there(self, browser, ready_company, value):
        assert browser.post(reverse("export-anyway"), {"archived": value}).status_code == 404

    def test_one_is_kept_back_from_the_list_and_the_ticks_stay(self, browser, invoices):
        failed, other = invoices(2)
        an_export(failed, ExportState.FAILED, message="The department is unknown.")
        fields = form_of(browser.get(reverse("export-preview")))
        fields["go"] = []

        after = browser.post(reverse("export-keep-back"), {**fields, "invoice": failed.pk})

        assert state_of(failed).state == ExportState.KEPT_BACK
        assert form_of(after)["listed"] == [str(other.pk)]
        assert "go" not in form_of(after)

    def test_it_says_what_the_books_show_afterwards(self, browser, invoices):
        gone, _ = invoices(2)
        an_export(gone, ExportState.EXPORTED)
        page = text_of(browser.get(reverse("export-preview")))
        assert "What Intacct should show afterwards" in page
        assert "Sales Invoice 1, $185.00 1, $185.00 2, $370.00" in page
