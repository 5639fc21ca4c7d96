"""S-7: invoices of other books keep the name of theirs, and go over a new connection once released."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.exports import hand, releasing
from integrations.exports.hand import CannotDecide
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import FoundDocument
from reconpro.company.models import Client, Service
from reconpro.invoices import services
from tests import factories
from tests.exports.ledger import RULES, Ledger, approved, export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


@pytest.fixture
def exported(connection, ledger):
    [invoice] = approved(connection)
    export(connection, ledger)
    return invoice


def move_to_other_books(connection):
    """The settings name another company there; its records were imported again."""
    connection.closed_at = timezone.now()
    connection.save()
    return import_all(factories.a_connection(connection.company, "OTHER"))


def import_all(connection):
    for model in (Client, Service):
        model.objects.filter(company=connection.company).update(books=connection.books)
    return connection


def back_to(connection, other):
    other.closed_at, connection.closed_at = timezone.now(), None
    other.save()
    connection.save()
    return import_all(connection)


def states_of(invoice):
    return list(InvoiceExport.objects.filter(invoice=invoice).order_by("pk").values_list("state", flat=True))


def test_a_released_one_goes_over_the_new_connection_and_keeps_where_it_was(
    connection, exported, administrator
):
    new, elsewhere = move_to_other_books(connection), Ledger()
    assert export(new, elsewhere).message == "There was nothing to export."

    releasing.release(exported, by=administrator)
    run = export(new, elsewhere)

    assert run.exported_count == 1
    old, present = InvoiceExport.objects.filter(invoice=exported).order_by("pk")
    assert (old.state, old.connection, old.state_before) == ("released", connection, "exported")
    assert (present.state, present.connection) == ("exported", new)
    assert old.decided_by == administrator
    assert elsewhere.numbers == [f"RP-{exported.number}"]
    assert export(new, elsewhere).message == "There was nothing to export."


def test_what_is_in_the_present_books_is_not_released(connection, exported, administrator):
    with pytest.raises(CannotDecide, match="can't go there twice"):
        releasing.release(exported, by=administrator)
    with pytest.raises(CannotDecide, match="is the present connection"):
        releasing.release_all(connection, by=administrator)
    assert states_of(exported) == ["exported"]


def test_back_at_the_old_books_a_released_one_does_not_go_there_twice(
    connection, ledger, exported, administrator
):
    new = move_to_other_books(connection)
    releasing.release(exported, by=administrator)
    back_to(connection, new)

    run = export(connection, ledger)

    assert (run.exported_count, run.blocked_count) == (0, 1)
    assert len(ledger.documents) == 1
    with pytest.raises(CannotDecide, match="is in these books as"):
        hand.keep_back(exported, by=administrator, connection=connection)
    with pytest.raises(CannotDecide, match="is in these books as"):
        hand.mark_by_hand(exported, "INV-1", by=administrator, connection=connection)
    releasing.take_release_back(exported, connection, by=administrator)
    assert states_of(exported) == ["exported"]
    assert export(connection, ledger).message == "There was nothing to export."


def test_a_release_is_not_taken_back_once_it_has_gone(connection, exported, administrator):
    new, elsewhere = move_to_other_books(connection), Ledger()
    releasing.release(exported, by=administrator)
    export(new, elsewhere)

    with pytest.raises(CannotDecide, match="has gone to Intacct OTHER since"):
        releasing.take_release_back(exported, connection, by=administrator)
    assert states_of(exported) == ["released", "exported"]


def test_one_that_the_new_books_refused_is_not_by_hand_in_the_old_ones(connection, exported, administrator):
    new, elsewhere = move_to_other_books(connection), Ledger()
    releasing.release(exported, by=administrator)
    elsewhere.refuse[f"RP-{exported.number}"] = "No."
    export(new, elsewhere)
    back_to(connection, new)

    with pytest.raises(CannotDecide, match="is in these books as"):
        hand.mark_by_hand(exported, "INV-1", by=administrator, connection=connection)
    assert states_of(exported) == ["released", "failed"]


def test_a_release_is_taken_back_if_the_new_books_refused_it(connection, exported, administrator):
    new, elsewhere = move_to_other_books(connection), Ledger()
    releasing.release(exported, by=administrator)
    elsewhere.refuse[f"RP-{exported.number}"] = "No."
    export(new, elsewhere)

    releasing.take_release_back(exported, connection, by=administrator)

    assert states_of(exported) == ["exported", "set_aside"]


def test_all_of_one_connection_are_released_from_a_day_on(connection, ledger, administrator):
    early = approved(connection, 3)
    late = approved(connection, 2)
    for invoice in early:
        invoice.date = invoice.date.replace(year=2024)
        invoice.save()
    export(connection, ledger)
    move_to_other_books(connection)

    [there] = releasing.elsewhere(connection.company)
    assert (there.count, there.total, there.oldest) == (5, late[0].total * 5, early[0].date)
    assert releasing.release_all(connection, by=administrator, dated_from=late[0].date) == (2, 0)
    assert InvoiceExport.objects.filter(state=ExportState.RELEASED).count() == 2
    assert releasing.release_all(connection, by=administrator) == (3, 0)
    assert releasing.elsewhere(connection.company) == []


def test_what_was_marked_by_hand_is_released_too(connection, administrator):
    [invoice] = approved(connection)
    hand.mark_by_hand(invoice, "INV-77", by=administrator, connection=connection)
    new, elsewhere = move_to_other_books(connection), Ledger()

    releasing.release(invoice, by=administrator)

    assert export(new, elsewhere).exported_count == 1


@pytest.mark.parametrize("by_hand", [False, True], ids=["sent", "by hand"])
def test_a_credit_counts_less_in_what_went_to_other_books(connection, ledger, administrator, by_hand):
    """X-3, S-7: its document holds a positive total."""
    invoice, *_ = approved(connection, 2)
    credit = factories.an_invoice(
        connection.company,
        client=invoice.client,
        lines=[{"service": invoice.lines.get().service, "price": Decimal("-35.00")}],
    )
    if by_hand:
        hand.mark_by_hand(credit, "INV-77", by=administrator, connection=connection)
    export(connection, ledger, rules=replace(RULES, credit_type="Sales Return"))
    move_to_other_books(connection)

    [there] = releasing.elsewhere(connection.company)

    assert (there.count, there.total) == (3, Decimal("185.00") * 2 - 35)


def test_one_exported_by_hand_is_so_again_when_its_release_is_taken_back(connection, administrator):
    [invoice] = approved(connection)
    hand.mark_by_hand(invoice, "INV-7", by=administrator, connection=connection)
    move_to_other_books(connection)
    releasing.release(invoice, by=administrator)

    releasing.take_release_back(invoice, connection, by=administrator)

    row = InvoiceExport.objects.get(invoice=invoice)
    assert (row.state, row.document_number, row.decided_by) == ("by_hand", "INV-7", administrator)
    hand.take_mark_back(invoice, by=administrator, why="It was another.")
    assert states_of(invoice) == []


def test_one_that_was_refused_before_it_was_exported_by_hand_is_so_again(connection, ledger, administrator):
    [invoice] = approved(connection)
    number = f"RP-{invoice.number}"
    ledger.refuse[number] = "No."
    export(connection, ledger)
    hand.mark_by_hand(invoice, "INV-7", by=administrator, connection=connection)
    move_to_other_books(connection)
    releasing.release(invoice, by=administrator)

    releasing.take_release_back(invoice, connection, by=administrator)
    hand.take_mark_back(invoice, by=administrator, why="It was another.")

    row = InvoiceExport.objects.get(invoice=invoice)
    assert (row.state, row.document_number) == ("failed", number)


def test_what_the_books_showed_of_a_conflict_outlives_a_release(connection, ledger, administrator):
    [invoice] = approved(connection)
    ledger.others = [
        FoundDocument(
            key="K",
            type="Sales Invoice",
            number=f"RP-{invoice.number}",
            client_id="C-OTHER",
            date=invoice.date,
            total=invoice.total,
        )
    ]
    export(connection, ledger)
    move_to_other_books(connection)
    releasing.release(invoice, by=administrator)

    releasing.take_release_back(invoice, connection, by=administrator)

    row = InvoiceExport.objects.get(invoice=invoice)
    assert (row.state, [each["key"] for each in row.found]) == ("conflict", ["K"])


def edited(invoice, by, prices):
    services.back_to_draft(invoice=invoice, by=by)
    [line] = services.lines_of(invoice)
    lines = [replace(line, price=Decimal(price)) for price in prices]
    services.save_lines(invoice=invoice, by=by, lines=lines)
    services.approve(invoice=invoice, by=by)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda invoice, by: services.back_to_draft(invoice=invoice, by=by), "is a draft now"),
        (lambda invoice, by: services.void(invoice=invoice, by=by), "is void now"),
        (lambda invoice, by: edited(invoice, by, ["7.00"]), "with another total and another amount"),
        (lambda invoice, by: edited(invoice, by, ["100.00", "85.00"]), "with another amount of a line. Put"),
    ],
)
def test_one_that_was_changed_since_is_not_locked_as_what_went_x_8(
    connection, exported, administrator, change, told
):
    move_to_other_books(connection)
    releasing.release(exported, by=administrator)
    change(exported, administrator)

    with pytest.raises(CannotDecide, match=told):
        releasing.take_release_back(exported, connection, by=administrator)

    assert states_of(exported) == ["released"]


def test_one_that_was_put_back_as_it_went_is_where_it_was(connection, exported, administrator):
    move_to_other_books(connection)
    releasing.release(exported, by=administrator)
    edited(exported, administrator, ["7.00"])
    edited(exported, administrator, ["185.00"])

    releasing.take_release_back(exported, connection, by=administrator)

    assert states_of(exported) == ["exported"]
