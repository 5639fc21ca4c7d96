"""X-5: found but different is for a person, who says that it is ours, another's, or was mended."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.exports import conflicts
from integrations.exports.hand import (
    CannotDecide,
    keep_back,
    mark_by_hand,
    take_mark_back,
    take_up_again,
)
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import FoundDocument
from reconpro.audit.models import AuditEvent
from reconpro.invoices.models import Invoice
from tests.exports.ledger import approved, export, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


@pytest.fixture
def disputed(connection, ledger):
    """Its number is in the books with another total."""
    [invoice] = approved(connection)
    ledger.others = [
        FoundDocument(
            key="Sales Invoice-X",
            type="Sales Invoice",
            number=f"RP-{invoice.number}",
            client_id=invoice.client.accounting_id,
            date=invoice.date,
            total=Decimal("99.00"),
        )
    ]
    export(connection, ledger)
    assert state_of(invoice).state == ExportState.CONFLICT
    return invoice


def test_what_the_books_showed_is_kept_for_the_person(disputed):
    [shown] = state_of(disputed).found
    assert shown == {
        "key": "Sales Invoice-X",
        "client": disputed.client.accounting_id,
        "date": disputed.date.isoformat(),
        "total": "99.00",
    }


def test_it_is_ours(connection, ledger, disputed, administrator):
    conflicts.adopt(disputed, "Sales Invoice-X", by=administrator)

    row = state_of(disputed)
    assert (row.state, row.key, row.decided_by) == ("exported", "Sales Invoice-X", administrator)
    assert "is over 99.00 instead of 185.00" in row.message
    assert export(connection, ledger).message == "There was nothing to export."
    assert AuditEvent.objects.latest("pk").action == "invoice.conflict_adopted"


@pytest.mark.parametrize("key", ["", "Sales Invoice-Y", "a\nb"])
def test_a_key_that_was_not_found_is_not_taken(disputed, administrator, key):
    with pytest.raises(CannotDecide):
        conflicts.adopt(disputed, key, by=administrator)
    assert state_of(disputed).state == ExportState.CONFLICT


def test_it_is_anothers_and_goes_only_under_another_number(connection, ledger, disputed, administrator):
    conflicts.not_ours(disputed, by=administrator)

    row = state_of(disputed)
    assert (row.state, row.decided_by) == (ExportState.FAILED, administrator)
    assert f"Number RP-{disputed.number} belongs to another document in Intacct." in row.message
    ledger.takes_doubles = True  # books that would take it, and have the number twice
    run = export(connection, ledger)
    assert (run.exported_count, run.blocked_count, len(ledger.sent)) == (0, 1, 1)

    Invoice.objects.filter(pk=disputed.pk).update(number="99001")
    assert export(connection, ledger).exported_count == 1
    assert ledger.numbers == ["RP-99001"]


def test_it_was_mended_there(connection, ledger, clock, disputed, administrator):
    ledger.others = [replace(ledger.others[0], total=disputed.total)]

    conflicts.look_again(disputed, by=administrator)

    assert state_of(disputed).state == ExportState.UNKNOWN
    run = export(connection, ledger, clock=clock)
    assert run.exported_count == 1
    assert state_of(disputed).key == "Sales Invoice-X"
    assert ledger.documents == []


def test_it_was_deleted_there_and_goes_after_two_looks(connection, ledger, clock, disputed, administrator):
    ledger.others = []
    conflicts.look_again(disputed, by=administrator)

    first = export(connection, ledger, clock=clock)
    clock.pause(60)
    second = export(connection, ledger, clock=clock)

    assert first.exported_count + second.exported_count + export(connection, ledger).exported_count == 1
    assert len(ledger.documents) == 1


def test_what_is_not_in_conflict_is_not_settled(connection, ledger, administrator):
    [invoice] = approved(connection)
    export(connection, ledger)
    for settle in (
        lambda: conflicts.adopt(invoice, "x", by=administrator),
        lambda: conflicts.not_ours(invoice, by=administrator),
        lambda: conflicts.look_again(invoice, by=administrator),
    ):
        with pytest.raises(CannotDecide, match="is not in conflict"):
            settle()
    assert state_of(invoice).state == ExportState.EXPORTED


ANYWAY = [
    pytest.param(lambda invoice, by, books: None, id="nothing else was done"),
    pytest.param(
        lambda invoice, by, books: (
            keep_back(invoice, by=by, connection=books),
            take_up_again(invoice, by=by),
        ),
        id="kept back and taken up",
    ),
    pytest.param(
        lambda invoice, by, books: (
            mark_by_hand(invoice, "INV-1", by=by, connection=books),
            take_mark_back(invoice, by=by, why="A mistake."),
        ),
        id="by hand and taken back",
    ),
    pytest.param(
        lambda invoice, by, books: (
            mark_by_hand(invoice, f"RP-{invoice.number}", by=by, connection=books),
            take_mark_back(invoice, by=by, why="A mistake."),
        ),
        id="by hand under that number and taken back",
    ),
    pytest.param(
        lambda invoice, by, books: (
            keep_back(invoice, by=by, connection=books),
            mark_by_hand(invoice, "INV-1", by=by, connection=books),
            take_mark_back(invoice, by=by, why="A mistake."),
        ),
        id="kept back, by hand and taken back",
    ),
]


@pytest.mark.parametrize("meanwhile", ANYWAY)
def test_nothing_goes_under_a_number_that_is_anothers_whatever_is_decided_meanwhile(
    connection, ledger, disputed, administrator, meanwhile
):
    """Even where the books would take a number twice."""
    conflicts.not_ours(disputed, by=administrator)
    meanwhile(disputed, administrator, connection)
    ledger.takes_doubles = True

    run = export(connection, ledger)

    assert (ledger.numbers, run.blocked_count) == ([], 1)
    assert state_of(disputed).document_number == f"RP-{disputed.number}"
    assert any("Document number already used" in seen.warning.message for seen in run.run_warnings.all())


def test_a_number_that_is_anothers_stays_so_when_the_invoice_went_under_another(
    connection, ledger, disputed, administrator
):
    conflicts.not_ours(disputed, by=administrator)
    old = disputed.number
    Invoice.objects.filter(pk=disputed.pk).update(number="99001")
    ledger.takes_doubles = True
    ledger.refuse["RP-99001"] = "No."
    export(connection, ledger)

    Invoice.objects.filter(pk=disputed.pk).update(number=old)
    assert export(connection, ledger).exported_count == 0
    Invoice.objects.filter(pk=disputed.pk).update(number="99002")
    [other] = approved(connection, number=old)
    run = export(connection, ledger)

    assert (run.exported_count, run.blocked_count) == (1, 1)
    assert ledger.numbers == ["RP-99002"]
    assert not InvoiceExport.objects.filter(invoice=other).exists()


def test_anothers_found_before_ours_showed_itself_leaves_ours_in_doubt(connection, ledger, administrator):
    [invoice] = approved(connection)
    another = FoundDocument(
        key="K",
        type="Sales Invoice",
        number=f"RP-{invoice.number}",
        client_id="C-OTHER",
        date=invoice.date,
        total=invoice.total,
    )
    ledger.takes_doubles, ledger.plan = True, ["lost after"]
    ledger.find = lambda wanted: [another]  # ours is there too, and not yet shown
    export(connection, ledger)

    conflicts.not_ours(invoice, by=administrator)

    row = state_of(invoice)
    assert (row.state, row.resent) == (ExportState.FAILED, True)
