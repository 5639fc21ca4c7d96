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


class TestInDoubt:
    """X-5, X-6: what may have arrived can only go again as it was, so it is sent anyway and never moved."""

    @pytest.fixture
    def doubtful(self, ready_company, worked, ledger, clock, kind):
        """The answer was lost, the books don't show it, and a record on it was archived meanwhile."""
        connection = ready_company.books.connection
        ledger.plan, ledger.find_fails = ["lost before"], True
        export(connection, ledger, clock=clock)
        ledger.find_fails = False
        archive(record_on(worked[0], kind))
        return worked

    @ALL_KINDS
    def test_it_waits_and_says_what_can_be_done(self, ready_company, doubtful, ledger, clock, kind):
        run = export(ready_company.books.connection, ledger, clock=clock)

        assert (run.unknown_count, run.exported_count) == (2, 0)
        [warning] = [
            seen.warning.message for seen in run.run_warnings.all() if "archived" in str(seen.warning)
        ]
        assert "archived since" in warning
        assert "send it anyway" in warning
        assert "move" not in warning

    @ALL_KINDS
    def test_it_goes_again_as_it_was_under_the_same_control_id_once_it_is_sent_anyway(
        self, ready_company, doubtful, ledger, clock, administrator, kind
    ):
        first = {invoice: state_of(invoice) for invoice in doubtful}

        assert archived.send_anyway(kind, record_on(doubtful[0], kind), START, by=administrator) == 2
        run = export(ready_company.books.connection, ledger, clock=clock)

        assert (run.exported_count, run.unknown_count) == (2, 0)
        assert ledger.sent[0] == ledger.sent[1]
        assert len(ledger.documents) == 2
        for invoice, before in first.items():
            after = state_of(invoice)
            assert (after.control_id, after.content_digest) == (before.control_id, before.content_digest)

    @ALL_KINDS
    def test_it_is_never_moved(
        self, ready_company, doubtful, invoices, service, employee, others, administrator, kind
    ):
        [waits] = invoices(lines=[{"service": service, "employee": employee}])
        record = record_on(doubtful[0], kind)

        assert archived.waiting_with(kind, record, START).get() == waits
        assert archived.move(kind, record, others[kind], START, by=administrator) == 1

        for invoice in doubtful:
            invoice.refresh_from_db()
            assert record_on(invoice, kind) == record

    @ALL_KINDS
    def test_the_invoice_offers_it_and_it_is_in_its_history(
        self, browser, doubtful, ready_company, ledger, clock, administrator, kind
    ):
        one, other = doubtful
        page = text_of(browser.get(reverse("invoice", args=[one.pk])))
        assert f"archived meanwhile: {kind.singular} {record_on(one, kind).called}." in page
        assert "Send anyway" in page

        answer = browser.post(reverse("export-decision", args=[one.pk, "send-anyway"]), follow=True)

        assert f"If it is not in Intacct, {one} goes again as it was." in text_of(answer)
        assert "archived meanwhile" not in text_of(answer)
        assert AuditEvent.objects.get(action="invoice.send_anyway").subject_id == one.pk
        run = export(ready_company.books.connection, ledger, clock=clock)
        assert (run.exported_count, run.unknown_count) == (1, 1)
        assert state_of(other).state == ExportState.UNKNOWN

    @ALL_KINDS
    def test_the_preview_offers_it_too_but_not_to_move_it(self, browser, doubtful, kind):
        record = record_on(doubtful[0], kind)
        answer = browser.get(reverse("export-preview"))
        page = text_of(answer)
        assert f"Being checked, of a{'n' * (kind is EMPLOYEES)} {kind.singular} archived since:" in page
        assert "Can’t go yet 0 invoices" in page
        assert reverse("export-move", args=[kind.singular, record.pk]) not in answer.content.decode()

        after = browser.post(reverse("export-anyway"), {"archived": f"{kind.singular}:{record.pk}"})

        assert f"2 invoices go though {record.called} is archived." in text_of(after)
        assert "archived since" not in text_of(after)

    @pytest.mark.parametrize("state", [None, "failed", "exported", "conflict", "sending", "by_hand"])
    def test_only_what_is_being_checked_is_sent_anyway_from_its_page(self, browser, invoices, client, state):
        [invoice] = invoices()
        if state:
            an_export(invoice, ExportState(state))
        archive(client)

        answer = browser.post(reverse("export-decision", args=[invoice.pk, "send-anyway"]), follow=True)

        assert "is not being checked." in text_of(answer)
        assert not SendAnyway.objects.exists()


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
