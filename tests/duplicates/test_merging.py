"""Merging two records of one thing (I-10): what moves, what stays, and when it is refused."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.duplicates.merging import CannotMerge, merge
from integrations.duplicates.models import Alias
from integrations.exports.models import ExportState
from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.keeping import CannotRestore, restore_record
from reconpro.company.models import Role
from reconpro.invoices.models import Invoice
from tests.factories import (
    a_client,
    a_company,
    a_connection,
    a_service,
    a_team,
    a_user,
    an_employee,
    an_invoice,
)


def pair(connection, make=a_client, kept=None, other=None):
    """Two imported records: one active in accounting, the other archived as inactive there."""
    common = {"books": connection.books}
    alive = {"accounting_id": "A", "external_key": "1", "accounting_status": "active", **(kept or {})}
    gone = {
        "accounting_id": "B",
        "external_key": "2",
        "accounting_status": "inactive",
        "archived_reason": "inactive",
        "archived_at": timezone.now(),
        **(other or {}),
    }
    return make(connection.company, **common, **alive), make(connection.company, **common, **gone)


def aliases():
    return set(Alias.objects.values_list("identifier", "value", "record_id"))


# --- what moves ---------------------------------------------------------------------------------


def test_the_other_stays_archived_as_merged_into_the_kept_one(connection, accountant):
    kept, other = pair(connection)
    assert merge(kept, other, by=accountant) == kept
    other.refresh_from_db()
    assert (other.archived_reason, other.merged_into) == ("merged", kept)
    assert other.archived_at is not None
    assert (other.accounting_id, other.external_key) == ("B", "2")
    assert aliases() == {("key", "2", kept.pk), ("id", "B", kept.pk)}


@pytest.mark.parametrize("state", [None, ExportState.FAILED])
def test_invoices_that_have_not_left_go_with_the_kept_one(connection, accountant, sent, state):
    kept, other = pair(connection)
    draft = an_invoice(connection.company, client=other, approved=False)
    approved = an_invoice(connection.company, client=other)
    if state:
        sent(approved, state)
    merge(kept, other, by=accountant)
    for invoice in (draft, approved):
        before = invoice.updated_at
        invoice.refresh_from_db()
        assert invoice.client == kept
        assert invoice.updated_at > before  # whoever has it open in a form is told


@pytest.mark.parametrize(
    "state", [ExportState.SENDING, ExportState.UNKNOWN, ExportState.CONFLICT, ExportState.EXPORTED]
)
def test_invoices_that_left_keep_what_they_went_with_x_8(connection, accountant, sent, state):
    kept, other = pair(connection)
    invoice, later = (an_invoice(connection.company, client=other) for _ in range(2))
    sent(invoice, state)
    merge(kept, other, by=accountant)
    assert Invoice.objects.get(pk=invoice.pk).client == other
    assert Invoice.objects.get(pk=later.pk).client == kept


def test_lines_of_a_service_and_of_an_employee_move_line_by_line(connection, accountant, sent):
    company = connection.company
    kept, other = pair(connection, a_service)
    worker, twin = pair(connection, an_employee)
    third = a_service(company, accounting_id="C")
    invoice = an_invoice(
        company, lines=[{"service": other, "employee": twin}, {"service": third, "employee": worker}]
    )
    gone = an_invoice(company, lines=[{"service": other, "employee": twin}])
    sent(gone, ExportState.EXPORTED)
    merge(kept, other, by=accountant)
    merge(worker, twin, by=accountant)
    lines = [(line.service, line.employee) for line in invoice.lines.all()]
    assert lines == [(kept, worker), (third, worker)]
    assert [(line.service, line.employee) for line in gone.lines.all()] == [(other, twin)]


def test_no_invoice_is_lost_and_no_total_changes(connection, accountant, sent):
    kept, other = pair(connection)
    invoices = [an_invoice(connection.company, client=c, approved=a) for c in (kept, other) for a in (1, 0)]
    sent(invoices[2], ExportState.UNKNOWN)
    before = set(Invoice.objects.values_list("pk", "number", "total", "state"))
    merge(kept, other, by=accountant)
    assert set(Invoice.objects.values_list("pk", "number", "total", "state")) == before
    assert set(Invoice.objects.values_list("client", flat=True)) == {kept.pk, other.pk}


def test_notes_are_appended_with_where_they_come_from(connection, accountant):
    kept, other = pair(
        connection, kept={"notes": "Pays late."}, other={"notes": "Gate code 12", "name": "Acme"}
    )
    kept = merge(kept, other, by=accountant)
    first, blank, heading, text = kept.notes.split("\n")
    assert (first, blank, text) == ("Pays late.", "", "Gate code 12")
    assert heading.startswith("From B Acme, merged ")


def test_what_reconpro_owns_is_kept_and_taken_over_where_there_is_none(connection, accountant):
    kept, other = pair(
        connection,
        a_service,
        kept={"own_price": Decimal("9.50")},
        other={"own_price": Decimal("7"), "accounting_id_2_typed": "100"},
    )
    kept = merge(kept, other, by=accountant)
    assert (kept.own_price, kept.accounting_id_2_typed) == (Decimal("9.50"), "100")
    change = FieldChange.objects.get(record_id=kept.pk, field="accounting_id_2_typed")
    assert (change.old, change.new, change.user) == ("", "100", accountant)


def test_a_sign_in_goes_with_the_kept_employee_only_if_it_has_none(connection, administrator):
    company = connection.company
    team = a_team(company)
    kept, other = pair(connection, an_employee, other={"team": team})
    user = a_user(company, Role.TECHNICIAN, employee=other)
    kept = merge(kept, other, by=administrator)
    user.refresh_from_db()
    assert (user.employee, user.is_active, kept.team) == (kept, True, team)


def test_of_two_sign_ins_the_kept_employees_stays_and_the_other_ends(connection, administrator):
    company = connection.company
    kept, other = pair(connection, an_employee)
    users = [a_user(company, Role.TECHNICIAN, employee=employee) for employee in (kept, other)]
    merge(kept, other, by=administrator)
    for user in users:
        user.refresh_from_db()
    assert [(user.employee, user.is_active) for user in users] == [(kept, True), (other, False)]


def test_it_is_told_on_both_records_and_on_each_invoice(connection, accountant):
    kept, other = pair(connection, kept={"name": "Acme"}, other={"name": "ACME"})
    invoice = an_invoice(connection.company, client=other)
    merge(kept, other, by=accountant)
    events = AuditEvent.objects.filter(action="client.merged", user=accountant)
    assert {event.subject_id for event in events} == {kept.pk, other.pk}
    sentence = "Accountant merged the client B ACME into A Acme, with 1 invoice."
    assert {event.sentence for event in events} == {sentence}
    moved = AuditEvent.objects.get(action="invoice.moved")
    assert (moved.subject_id, moved.user) == (invoice.pk, accountant)


def test_merges_of_merges_lead_to_the_last_one(connection, accountant):
    kept, other = pair(connection)
    last = a_client(connection.company, books=connection.books, accounting_id="C")
    merge(kept, other, by=accountant)
    merge(last, kept, by=accountant)
    other.refresh_from_db()
    assert other.merged_into == last
    assert aliases() == {(i, v, last.pk) for i, v in [("key", "1"), ("id", "A"), ("key", "2"), ("id", "B")]}


def test_a_local_record_that_is_kept_goes_by_the_imported_ones_identity(connection, accountant):
    local = a_client(connection.company, books=None, name="Acme", phone="555", email="a@b.example")
    imported = a_client(
        connection.company,
        accounting_id="C-17",
        external_key="17",
        accounting_status="active",
        name="Acme Motors",
        email="c@d.example",
    )
    local = merge(local, imported, by=accountant)
    assert (local.books, local.accounting_id, local.external_key) == (connection.books, "C-17", "17")
    assert (local.name, local.email, local.phone) == ("Acme Motors", "c@d.example", "555")
    assert (local.is_imported, local.name_key) == (True, imported.name_key)
    assert aliases() == set()


# --- when it is refused ---------------------------------------------------------------------------


def test_two_that_are_active_in_accounting_are_merged_there_first(connection, accountant):
    kept, other = pair(
        connection, other={"accounting_status": "active", "archived_reason": "", "archived_at": None}
    )
    invoice = an_invoice(connection.company, client=other)
    with pytest.raises(CannotMerge, match="Both are active in Intacct: merge them in Intacct first"):
        merge(kept, other, by=accountant)
    invoice.refresh_from_db()
    assert invoice.client == other
    assert not Alias.objects.exists()


def test_the_one_that_is_active_in_accounting_is_kept(connection, accountant):
    kept, other = pair(connection, other={"archived_reason": "", "archived_at": None})
    with pytest.raises(CannotMerge, match="the one that is active in Intacct"):
        merge(other, kept, by=accountant)


def test_an_archived_one_does_not_take_an_active_one_in(connection, accountant):
    kept, other = pair(connection, kept={"accounting_status": ""}, other={"accounting_status": ""})
    with pytest.raises(CannotMerge, match=r"is archived and A .* is active: keep that one"):
        merge(other, kept, by=accountant)


def test_what_the_brake_asks_about_is_answered_first(connection, accountant):
    kept, other = pair(
        connection, other={"accounting_status": "unlisted", "archived_reason": "", "archived_at": None}
    )
    with pytest.raises(CannotMerge, match="Intacct no longer lists B"):
        merge(kept, other, by=accountant)


def test_records_of_different_books_are_not_merged(connection, accountant):
    _, other = pair(connection)
    Connection.objects.update(closed_at=timezone.now())
    a_connection(connection.company, "OTHER-BOOKS")
    elsewhere = a_client(connection.company, accounting_id="Z")
    with pytest.raises(CannotMerge, match="They belong to different books"):
        merge(elsewhere, other, by=accountant)


def test_records_of_different_companies_or_kinds_are_never_merged(connection, accountant):
    kept, _ = pair(connection)
    for other in (a_client(a_company()), a_service(connection.company)):
        with pytest.raises(CannotMerge):
            merge(kept, other, by=accountant)


def test_what_was_merged_is_not_merged_again_nor_into_itself(connection, accountant):
    kept, other = pair(connection)
    merge(kept, other, by=accountant)
    for one, two in ((kept, other), (other, kept)):
        with pytest.raises(CannotMerge, match=r"was merged into A .* already"):
            merge(one, two, by=accountant)
    with pytest.raises(CannotMerge, match="into itself"):
        merge(kept, kept, by=accountant)


def test_a_merged_record_is_never_restored_by_hand(connection, accountant):
    kept, other = pair(connection)
    merge(kept, other, by=accountant)
    other.refresh_from_db()
    with pytest.raises(CannotRestore, match="merged into another record"):
        restore_record(other, by=accountant)


def test_the_database_lets_no_record_be_merged_into_nothing_nor_an_alias_mean_two(connection, accountant):
    kept, other = pair(connection)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(other).objects.filter(pk=other.pk).update(archived_reason="merged")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(other).objects.filter(pk=other.pk).update(merged_into=kept)
    merge(kept, other, by=accountant)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alias.objects.create(
            company=kept.company, books=kept.books, kind="client", identifier="id", value="B", record_id=1
        )
