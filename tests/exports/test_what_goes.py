"""X-1, X-3, X-6: what goes with a run, and what is told of the rest."""

from dataclasses import replace
from datetime import date

import pytest

from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import Outcome
from reconpro.invoices.models import Invoice, InvoiceState
from tests import factories
from tests.exports.ledger import (
    RULES,
    approved,
    export,
    state_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


def test_all_goes_well(connection, ledger):
    sent = approved(connection, 7)

    run = export(connection, ledger)

    assert run.outcome == Outcome.SUCCEEDED
    assert run.exported_count == 7
    assert run.message == "Exported 7 invoices, $1,295.00."
    assert ledger.numbers == sorted(f"RP-{invoice.number}" for invoice in sent)
    assert [len(request) for request in ledger.sent] == [3, 3, 1]
    row = state_of(sent[0])
    assert (row.state, row.key, row.run) == ("exported", f"Sales Invoice-RP-{sent[0].number}", run)
    assert row.settled_at is not None


def test_what_was_exported_does_not_go_again(connection, ledger):
    approved(connection, 2)
    export(connection, ledger)

    run = export(connection, ledger)

    assert run.message == "There was nothing to export."
    assert len(ledger.sent) == 1


def test_one_bad_invoice_never_holds_up_the_others(connection, ledger):
    """X-6: its reason stays with it, in the accounting system's words."""
    bad, *good = approved(connection, 5)
    ledger.refuse[f"RP-{bad.number}"] = "Customer 'C-0' specified is not valid."

    run = export(connection, ledger)

    assert (run.exported_count, run.failed_count, run.outcome) == (4, 1, Outcome.WARNED)
    assert run.message == "Exported 4 invoices, $740.00. 1 refused by Intacct."
    row = state_of(bad)
    assert (row.state, row.error_code) == (ExportState.FAILED, "BL01001973")
    assert [state_of(invoice).state for invoice in good] == ["exported"] * 4
    warning = run.run_warnings.get().warning
    assert bad.number in warning.message
    assert "Customer 'C-0' specified is not valid." in warning.message
    assert warning.sides == [{"kind": "invoice", "id": bad.pk, "label": bad.number}]


def test_a_refused_one_goes_again_with_its_control_id_unless_its_content_changed(connection, ledger):
    same, changed = approved(connection, 2)
    ledger.refuse = {f"RP-{each.number}": "Not now." for each in (same, changed)}
    export(connection, ledger)
    before = {each.pk: state_of(each).control_id for each in (same, changed)}
    ledger.refuse = {}
    Invoice.objects.filter(pk=changed.pk).update(memo="Corrected")

    export(connection, ledger)

    assert state_of(same).control_id == before[same.pk]
    assert state_of(changed).control_id != before[changed.pk]
    assert [state_of(each).attempt for each in (same, changed)] == [1, 2]
    assert len(ledger.documents) == 2


def test_an_invoice_that_changed_between_preview_and_sending_is_judged_anew(connection, ledger):
    archived, voided, fine = (approved(connection)[0] for _ in range(3))
    chosen = {
        "left_out": [],
        "approved_before": max(each.approved_at for each in (archived, fine)).isoformat(),
    }
    archived.client.archived_at, archived.client.archived_reason = archived.approved_at, "by_hand"
    archived.client.save()
    Invoice.objects.filter(pk=voided.pk).update(state=InvoiceState.VOID)
    [later] = approved(connection)

    run = export(connection, ledger, options=chosen)

    assert ledger.numbers == [f"RP-{fine.number}"]
    assert (run.exported_count, run.blocked_count) == (1, 1)
    assert not InvoiceExport.objects.filter(invoice=later).exists()


def test_what_was_left_out_in_the_preview_stays(connection, ledger):
    out, goes = approved(connection, 2)

    export(connection, ledger, options={"left_out": [out.pk]})

    assert ledger.numbers == [f"RP-{goes.number}"]


def test_x1_nothing_from_before_the_start_and_nothing_of_another_company_goes(connection, ledger):
    approved(connection, date=date(2019, 12, 31))
    elsewhere = factories.a_company()
    factories.an_invoice(elsewhere)

    run = export(connection, ledger)

    assert run.message == "There was nothing to export."
    assert ledger.sent == []


def test_x1_without_a_start_date_nothing_goes(connection, ledger):
    approved(connection)

    run = export(connection, ledger, rules=replace(RULES, start=None))

    assert run.outcome == Outcome.FAILED
    assert run.message == "The export start date is not set."
    assert ledger.sent == []


def test_blocked_ones_are_counted_and_told_by_cause(connection, ledger):
    local = factories.a_client(connection.company, accounting_id="", name="Walk-in", terms="Net 30")
    service = factories.a_service(connection.company, accounting_id="S-1")
    for _ in range(3):
        factories.an_invoice(connection.company, client=local, lines=[{"service": service}])

    run = export(connection, ledger)

    assert (run.blocked_count, run.outcome) == (3, Outcome.WARNED)
    assert run.message == "No invoice was exported. 3 can't go yet."
    warning = run.run_warnings.get().warning
    assert warning.message == (
        "Client without an Accounting ID: client Walk-in. 3 invoices, $555.00 wait. "
        "Import Customers, or type the client's Accounting ID on its profile."
    )
    assert warning.sides[0] == {"kind": "client", "id": local.pk, "label": "Walk-in"}


def test_a_posting_date_that_was_moved_is_recorded(connection, ledger):
    """X-3: posted on the first open day, and its own date stays the document's."""
    [invoice] = approved(connection, date=date(2026, 10, 30))
    moving = replace(RULES, closed_through=date(2026, 10, 31), move_closed=True)

    run = export(connection, ledger, rules=moving)

    row = state_of(invoice)
    assert (row.document_date, row.posted_on) == (date(2026, 10, 30), date(2026, 11, 1))
    assert "November 1, 2026" in run.run_warnings.get().warning.message
