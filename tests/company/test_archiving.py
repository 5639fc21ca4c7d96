"""Archiving by hand and restoring (I-4)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.exports.models import InvoiceExport
from integrations.runs.models import Run
from reconpro.audit.models import AuditEvent
from reconpro.company.models import Role
from tests import factories

MAKERS = {"client": factories.a_client, "service": factories.a_service, "employee": factories.an_employee}


def url(action, record):
    return reverse(f"{record.kind}-{action}", args=[record.pk])


@pytest.mark.parametrize("kind", MAKERS)
def test_an_accountant_archives_and_restores(company, accountant, client_of, kind):
    record = MAKERS[kind](company)
    browser = client_of(accountant)

    assert b"Archive" in browser.get(url("archive", record)).content
    browser.post(url("archive", record))

    record.refresh_from_db()
    assert record.archived_reason == "by_hand"
    assert record.archived_at is not None
    assert b"Archived by hand" in browser.get(reverse(f"{record.kind_plural}-archived")).content

    browser.post(url("restore", record))

    record.refresh_from_db()
    assert (record.archived_at, record.archived_reason) == (None, "")
    actions = list(AuditEvent.objects.order_by("id").values_list("action", "user"))
    assert actions == [(f"{kind}.archived", accountant.pk), (f"{kind}.restored", accountant.pk)]


def test_looking_at_the_question_archives_nothing(company, accountant, client_of):
    record = factories.a_client(company)
    client_of(accountant).get(url("archive", record))
    record.refresh_from_db()
    assert not record.is_archived


def test_coming_back_to_restore_after_signing_in_shows_the_profile(company, accountant, client_of):
    record = factories.a_client(company, archived_reason="by_hand", archived_at=timezone.now())
    response = client_of(accountant).get(url("restore", record))
    assert response.url == url_of(record)
    record.refresh_from_db()
    assert record.is_archived


def test_what_is_inactive_in_accounting_is_not_restored_here(company, accountant, client_of):
    factories.a_connection(company)
    record = factories.a_client(
        company, accounting_status="inactive", archived_reason="inactive", archived_at=timezone.now()
    )
    browser = client_of(accountant)

    response = browser.post(url("restore", record), follow=True)

    assert "It is inactive in Intacct; activate it there and import again." in response.content.decode()
    record.refresh_from_db()
    assert record.is_archived
    assert url("restore", record) not in browser.get(url_of(record)).content.decode()


def url_of(record):
    return reverse(record.kind, args=[record.pk])


def test_a_merged_record_stays_archived(company, accountant, client_of):
    kept = factories.a_client(company)
    record = factories.a_client(
        company, archived_reason="merged", archived_at=timezone.now(), merged_into=kept
    )
    client_of(accountant).post(url("restore", record))
    record.refresh_from_db()
    assert record.is_archived


@pytest.fixture
def no_longer_listed(company):
    connection = factories.a_connection(company)
    return factories.a_client(
        company,
        accounting_id="C-17",
        external_key="17",
        accounting_status="missing",
        archived_reason="missing",
        archived_at=timezone.now(),
        books=connection.books,
    )


def test_what_accounting_no_longer_lists_is_restored_with_that_said_i_4(
    no_longer_listed, accountant, client_of
):
    response = client_of(accountant).post(url("restore", no_longer_listed), follow=True)
    assert (
        "Intacct no longer lists it: it is kept here as your own, and no import archives it until Intacct"
        " lists it again." in response.content.decode()
    )
    no_longer_listed.refresh_from_db()
    assert (no_longer_listed.archived_reason, no_longer_listed.accounting_status) == ("", "")


@pytest.mark.parametrize(("typed", "in_books", "key"), [("C-18", True, "17"), ("", False, None)])
def test_what_was_restored_though_not_listed_is_edited_whole_i_4(
    no_longer_listed, accountant, client_of, typed, in_books, key
):
    browser = client_of(accountant)
    browser.post(url("restore", no_longer_listed))
    form = browser.get(url("edit", no_longer_listed)).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    browser.post(url("edit", no_longer_listed), {**values, "name": "Typed anew", "accounting_id": typed})
    before, record = no_longer_listed.books, no_longer_listed
    record.refresh_from_db()
    assert (record.name, record.accounting_id) == ("Typed anew", typed)
    # A key without its books would be nobody's.
    assert (record.books, record.external_key) == (before if in_books else None, key)


@pytest.mark.parametrize("kind", MAKERS)
def test_the_archived_tab_says_how_many_are_archived_by_hand_i_4(company, accountant, client_of, kind):
    for reason in ("by_hand", "by_hand", "missing"):
        MAKERS[kind](company, archived_reason=reason, archived_at=timezone.now())
    plural = f"{kind}s"
    browser = client_of(accountant)
    assert "2 archived by hand" in browser.get(reverse(f"{plural}-archived")).content.decode()
    assert "archived by hand" not in browser.get(reverse(plural)).content.decode()


def test_without_any_archived_by_hand_the_archived_tab_says_nothing_of_them(company, accountant, client_of):
    factories.a_client(company, archived_reason="missing", archived_at=timezone.now())
    assert "archived by hand" not in client_of(accountant).get(reverse("clients-archived")).content.decode()


def test_the_question_tells_how_many_approved_invoices_wait(company, accountant, client_of):
    """I-5: a record with approved invoices not yet exported is archived only with that said."""
    service = factories.a_service(company, accounting_id="I-1")
    employee = factories.an_employee(company)
    client = factories.a_client(company, accounting_id="C-1")
    line = {"service": service, "employee": employee}
    for _ in range(2):
        factories.an_invoice(company, client=client, lines=[line, line])
    factories.an_invoice(company, client=client, lines=[line], approved=False)
    browser = client_of(accountant)

    for record in (client, service, employee):
        assert "2 approved invoices" in browser.get(url("archive", record)).content.decode()
    other = factories.a_client(company)
    assert "approved invoice" not in browser.get(url("archive", other)).content.decode()


def test_invoices_that_left_for_accounting_do_not_wait(company, accountant, client_of, monkeypatch):
    from reconpro.registry import registry

    client = factories.a_client(company)
    gone = factories.an_invoice(company, client=client)
    factories.an_invoice(company, client=client)
    monkeypatch.setattr(registry, "only_waiting_invoices", [lambda waiting: waiting.exclude(pk=gone.pk)])

    page = client_of(accountant).get(url("archive", client)).content.decode()

    assert "1 approved invoice " in page


def test_archiving_an_employee_ends_the_sign_in(company, accountant, technician, client_of):
    """I-7: archived employees can't sign in; a restored one gets no old session."""
    employee = technician.employee
    theirs, office = client_of(technician), client_of(accountant)
    assert theirs.get(reverse("my-profile")).status_code == 200
    assert "sign-in" in office.get(url("archive", employee)).content.decode()

    office.post(url("archive", employee))

    assert theirs.get(reverse("my-profile")).status_code == 302
    office.post(url("restore", employee))
    assert theirs.get(reverse("my-profile")).status_code == 302


def test_an_import_that_archives_an_employee_ends_the_session_too(company, technician, client_of):
    browser = client_of(technician)
    employee = technician.employee
    type(employee).objects.filter(pk=employee.pk).update(
        archived_at=timezone.now(), archived_reason="inactive"
    )

    assert browser.get(reverse("my-profile")).status_code == 302
    technician.refresh_from_db()
    assert technician.role == Role.TECHNICIAN
    assert not technician.is_active


def test_an_invoice_that_is_exported_does_not_wait_any_more(company, accountant, client_of):
    connection = factories.a_connection(company)
    client = factories.a_client(company, accounting_id="C-1")
    gone = factories.an_invoice(company, client=client)
    factories.an_invoice(company, client=client)
    run = Run.objects.create(company=company, provider="intacct", operation="invoices")
    InvoiceExport.objects.create(
        invoice=gone,
        company=company,
        connection=connection,
        run=run,
        state="exported",
        document_number=gone.number,
        control_id="control",
        content_digest="digest",
        customer_id="C-1",
        document_date=gone.date,
        total=gone.total,
        key="Sales Invoice-1",
    )

    page = client_of(accountant).get(url("archive", client)).content.decode()

    assert "1 approved invoice " in page
