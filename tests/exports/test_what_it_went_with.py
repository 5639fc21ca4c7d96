"""I-10, X-5, X-8: what takes an invoice back, or goes again, names what it went with and not what is now."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.duplicates.merging import merge
from integrations.exports import reversals
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, ReversalState
from integrations.exports.rules import ReversalWay
from integrations.exports.went import as_it_went
from reconpro.company.models import ArchivedReason
from reconpro.company.models.records import AccountingStatus
from tests import factories
from tests.exports.ledger import RULES, export, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]
BY_CREDIT = replace(RULES, reversal=ReversalWay.CREDIT, credit_type="Sales Return", default_location="WBU")


@pytest.fixture
def named(connection):
    """An invoice whose document names all that a document can name."""
    company = connection.company
    client = factories.a_client(
        company,
        name="Valley Motors",
        accounting_id="C-1",
        terms="Net 30",
        accounting_status=AccountingStatus.ACTIVE,
        ship_to="Valley Lot 4",
        bill_to="Valley Office",
    )
    service = factories.a_service(
        company, name="Detail", accounting_id="S-1", accounting_id_2="200", unit="Hour"
    )
    employee = factories.an_employee(
        company, accounting_id="E-1:EBU", accounting_employee_id="E-1", accounting_entity_id="EBU"
    )
    lines = [
        {"service": service, "employee": employee, "vin": "1HGCM82633A004352"},
        {"service": service, "price": Decimal("12.345"), "quantity": Decimal(2)},
    ]
    return factories.an_invoice(company, client=client, lines=lines)


def merge_the_client(invoice, by):
    old = invoice.client
    type(old).objects.filter(pk=old.pk).update(accounting_status=AccountingStatus.INACTIVE)
    old.refresh_from_db()
    merge(factories.a_client(invoice.company, accounting_id="C-9", terms="Net 60"), old, by=by)


def renumber_the_client(invoice, by):
    type(invoice.client).objects.filter(pk=invoice.client_id).update(
        accounting_id="C-9", name="Valley Motors Inc.", terms="Net 60", ship_to="Elsewhere", bill_to=""
    )


def move_the_employee(invoice, by):
    employee = invoice.lines.exclude(employee=None).get().employee
    type(employee).objects.filter(pk=employee.pk).update(
        accounting_id="E-2:WBU", accounting_employee_id="E-2", accounting_entity_id="WBU"
    )


def change_the_service(invoice, by):
    service = invoice.lines.first().service
    type(service).objects.filter(pk=service.pk).update(
        accounting_id="S-9", accounting_id_2="300", name="Deep Detail", unit="Each"
    )


def give_it_a_team(invoice, by):
    type(invoice).objects.filter(pk=invoice.pk).update(
        team=factories.a_team(invoice.company, location="EBU-LOT")
    )


def archive_all(invoice, by):
    line = invoice.lines.exclude(employee=None).get()
    for record in (invoice.client, line.service, line.employee):
        record.archived_at, record.archived_reason = timezone.now(), ArchivedReason.BY_HAND
        record.save()


def forget_where_it_came_from(invoice, by):
    type(invoice.client).objects.filter(pk=invoice.client_id).update(accounting_id="", books=None, terms="")


CHANGES = pytest.mark.parametrize(
    "change",
    [
        merge_the_client,
        renumber_the_client,
        move_the_employee,
        change_the_service,
        give_it_a_team,
        archive_all,
        forget_where_it_came_from,
    ],
    ids=lambda change: change.__name__,
)


def lines_of(document):
    return [(line, line.location, line.department, line.employee_id) for line in document.lines]


@CHANGES
def test_a_credit_names_what_the_invoice_went_with(connection, ledger, named, administrator, change):
    rules = replace(BY_CREDIT, unit_of_service=True)
    export(connection, ledger, rules=rules)
    change(named, administrator)
    named.refresh_from_db()
    later = named.date + timedelta(days=3)
    reversals.ask(named, by=administrator, reason="Billed twice.", on=later, rules=rules)

    run = export(connection, ledger, rules=replace(rules, default_location="EBU", unit="Each"))

    assert run.message == "Reversed 1 invoice.", ExportReversal.objects.get().message
    went, credit = (parcel.document for parcel, _ in ledger.documents)
    assert (credit.client_id, credit.ship_to, credit.bill_to) == ("C-1", "Valley Lot 4", "Valley Office")
    assert (credit.terms, credit.date, credit.due_on) == ("Net 30", later, later + timedelta(days=30))
    assert lines_of(credit) == lines_of(went)
    assert [line.location for line in credit.lines] == ["EBU", "WBU"]
    assert (credit.is_credit, credit.total) == (True, named.total)
    assert state_of(named).state == ExportState.REVERSED


def test_a_credit_of_what_went_before_all_of_it_was_kept_still_goes_to_its_client(
    connection, ledger, named, administrator
):
    export(connection, ledger, rules=BY_CREDIT)
    InvoiceExport.objects.update(went_with={})
    renumber_the_client(named, administrator)
    reversals.ask(named, by=administrator, reason="Billed twice.", on=named.date, rules=BY_CREDIT)

    export(connection, ledger, rules=BY_CREDIT)

    went, credit = (parcel.document for parcel, _ in ledger.documents)
    assert (credit.client_id, credit.total) == ("C-1", went.total)


def test_a_credit_in_a_closed_period_is_posted_on_the_first_open_day_or_says_why_not(
    connection, ledger, named, administrator
):
    export(connection, ledger, rules=BY_CREDIT)
    reversals.ask(named, by=administrator, reason="Billed twice.", on=named.date, rules=BY_CREDIT)
    closed = replace(BY_CREDIT, closed_through=named.date)

    export(connection, ledger, rules=closed)

    reversal = ExportReversal.objects.get()
    assert (reversal.state, len(ledger.documents)) == (ReversalState.FAILED, 1)
    assert "Dated in a closed period" in reversal.message
    reversals.try_again(named, by=administrator)
    export(connection, ledger, rules=replace(closed, move_closed=True))
    assert ledger.documents[1][0].document.posted_on == named.date + timedelta(days=1)


def test_terms_that_the_books_no_longer_have_are_left_out(connection, ledger, named, administrator):
    export(connection, ledger, rules=BY_CREDIT)
    InvoiceExport.objects.update(went_with={**state_of(named).went_with, "terms": "Gone long ago"})
    reversals.ask(named, by=administrator, reason="Billed twice.", on=named.date, rules=BY_CREDIT)

    export(connection, ledger, rules=BY_CREDIT)

    credit = ledger.documents[1][0].document
    assert (credit.terms, credit.due_on) == ("", named.date)


def test_all_of_it_is_kept(connection, ledger, named):
    export(connection, ledger, rules=BY_CREDIT)

    row = state_of(named)

    assert as_it_went(row) == ledger.documents[0][0].document
    assert as_it_went(row).digest() == row.content_digest


@pytest.mark.parametrize(
    "change",
    [renumber_the_client, move_the_employee, change_the_service, give_it_a_team],
    ids=lambda change: change.__name__,
)
def test_what_goes_again_under_the_same_control_id_is_the_same(
    connection, ledger, clock, named, administrator, change
):
    """X-5: it may have arrived the first time, and is found as what it was."""
    ledger.plan, ledger.find_fails = ["lost before"], True
    export(connection, ledger, rules=BY_CREDIT, clock=clock)
    before = state_of(named)
    change(named, administrator)
    ledger.find_fails = False

    run = export(connection, ledger, rules=replace(BY_CREDIT, default_location="EBU"), clock=clock)

    after = state_of(named)
    assert run.exported_count == 1
    [(parcel, _)] = ledger.documents
    assert (parcel.control_id, parcel.document) == (before.control_id, as_it_went(before))
    assert (after.content_digest, after.customer_id) == (before.content_digest, "C-1")


def forget_the_department(invoice, by):
    type(invoice.lines.first().service).objects.update(accounting_id_2="", accounting_id_2_typed="")


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (forget_where_it_came_from, {}),
        (forget_the_department, {"department_required": True}),
        (lambda invoice, by: None, {"closed_through": date.today()}),
    ],
)
def test_nothing_that_was_changed_since_keeps_it_from_going_again(
    connection, ledger, clock, named, administrator, change, rules
):
    """X-5: else it would be checked for ever, and nobody could change it."""
    ledger.plan, ledger.find_fails = ["lost before"], True
    export(connection, ledger, rules=BY_CREDIT, clock=clock)
    change(named, administrator)
    ledger.find_fails = False

    run = export(connection, ledger, rules=replace(BY_CREDIT, **rules), clock=clock)

    assert (run.exported_count, run.blocked_count) == (1, 0)
    assert ledger.numbers == [f"RP-{named.number}"]
