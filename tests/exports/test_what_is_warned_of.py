"""X-6, I-8: an export's warnings are told whatever its outcome, and each stands for one matter only."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution, Warning
from integrations.exports.models import ExportState
from integrations.exports.tally import Tally
from integrations.runs import closing
from integrations.runs.models import Outcome, Run
from reconpro.invoices.models import Invoice
from tests import factories
from tests.exports.ledger import RULES, Clock, Ledger, approved, export, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


def told(run):
    """The codes of what the run warned of."""
    return sorted(seen.warning.code for seen in run.run_warnings.select_related("warning"))


def dismiss_all():
    Warning.objects.filter(resolution="").update(resolution=Resolution.DISMISSED, closed_at=timezone.now())


class Stopped(Ledger):
    """Somebody asks the run to stop while the first batch is sent."""

    def send(self, batch, meanwhile=None):
        results = super().send(batch, meanwhile)
        Run.objects.filter(outcome="").update(cancel_requested_at=Clock()())
        return results


class Exiting(Ledger):
    """The worker is told to exit while a batch is sent."""

    def send(self, batch, meanwhile=None):
        super().send(batch, meanwhile)
        raise SystemExit


def test_a_failed_export_tells_what_it_met_until_then(connection, ledger):
    refused, *_ = approved(connection, 5)
    ledger.refuse[f"RP-{refused.number}"] = "Not now."
    ledger.plan = ["", "nothing"]

    run = export(connection, ledger)

    assert (run.outcome, run.failed_count, run.warning_count) == (Outcome.FAILED, 1, 1)
    assert told(run) == [Code.INVOICE_FAILED]


def test_a_cancelled_export_tells_what_it_met_until_then(connection):
    refused, *_ = approved(connection, 5)
    asking = Stopped()
    asking.refuse[f"RP-{refused.number}"] = "Not now."

    run = export(connection, asking)

    assert (run.outcome, run.warning_count) == (Outcome.CANCELLED, 1)
    assert told(run) == [Code.INVOICE_FAILED]


def test_an_interrupted_export_tells_those_whose_answers_nobody_heard(connection):
    [invoice] = approved(connection)

    with pytest.raises(SystemExit):
        export(connection, Exiting())

    run = Run.objects.get()
    assert (run.outcome, told(run)) == (Outcome.INTERRUPTED, [Code.INVOICE_UNKNOWN])
    assert state_of(invoice).state == ExportState.UNKNOWN


def test_an_end_that_fails_tells_nothing_twice(connection, ledger, monkeypatch):
    """More of a code than are kept are only counted: a second telling would count them again."""
    monkeypatch.setattr("integrations.duplicates.collector.MOST_PER_CODE", 1)
    for invoice in approved(connection, 3):
        ledger.refuse[f"RP-{invoice.number}"] = "Not now."

    def breaks(self):
        raise ArithmeticError

    monkeypatch.setattr(Tally, "message", breaks)
    with pytest.raises(ArithmeticError):
        export(connection, ledger)

    messages = Warning.objects.values_list("message", flat=True)
    assert "Invoice refused: and 2 more like these." in set(messages)


def test_a_cancelled_export_says_that_those_in_doubt_must_not_be_entered_by_hand():
    assert "must not be entered by hand" in closing.CANCELLED_EXPORT
    assert "looked up by the next export" in closing.CANCELLED_EXPORT


def test_a_dismissed_cause_is_told_again_for_another_invoice_and_only_then(connection, ledger):
    local = factories.a_client(connection.company, accounting_id="", name="Walk-in", terms="Net 30")
    lines = [{"service": factories.a_service(connection.company, accounting_id="S-1")}]
    factories.an_invoice(connection.company, client=local, lines=lines)
    export(connection, ledger)
    dismiss_all()

    assert told(export(connection, ledger)) == []
    factories.an_invoice(connection.company, client=local, lines=lines)
    run = export(connection, ledger)

    assert told(run) == [Code.INVOICE_BLOCKED]
    assert "2 invoices" in run.run_warnings.get().warning.message


def test_a_dismissed_refusal_is_told_again_for_another_reason_and_only_then(connection, ledger):
    [invoice] = approved(connection)
    number = f"RP-{invoice.number}"
    ledger.refuse[number] = "The department '200' is invalid."
    export(connection, ledger)
    dismiss_all()

    assert told(export(connection, ledger)) == []
    ledger.refuse[number] = "The period is closed."
    run = export(connection, ledger)

    assert told(run) == [Code.INVOICE_FAILED]
    assert "The period is closed." in run.run_warnings.get().warning.message


def test_moved_posting_dates_name_their_invoices_and_dismissing_one_hides_no_other(connection, ledger):
    """X-3."""
    moving = replace(RULES, closed_through=date(2026, 10, 31), move_closed=True)
    first, second = approved(connection, 2, date=date(2026, 10, 30))
    run = export(connection, ledger, rules=moving)
    warning = run.run_warnings.get().warning
    assert warning.sides == [
        {"kind": "invoice", "id": invoice.pk, "label": invoice.number} for invoice in (first, second)
    ]
    dismiss_all()

    [third] = approved(connection, date=date(2026, 10, 29))
    again = export(connection, ledger, rules=moving)

    assert [side["id"] for side in again.run_warnings.get().warning.sides] == [third.pk]


def test_a_retry_of_one_leaves_the_warnings_of_the_others_open(connection, ledger):
    """X-6: what the run was not to send is blocked as before, and stays told."""
    failed, blocked = approved(connection, 2)
    client = factories.a_client(connection.company, name="Walk-in", terms="Net 30")
    Invoice.objects.filter(pk=blocked.pk).update(client=client)
    ledger.refuse[f"RP-{failed.number}"] = "Not now."
    export(connection, ledger)
    ledger.refuse.clear()

    run = export(connection, ledger, options={"only": [failed.pk]})

    assert (run.exported_count, run.blocked_count) == (1, 0)
    warning = Warning.objects.get(code=Code.INVOICE_BLOCKED)
    assert (warning.resolution, "Walk-in" in warning.message) == ("", True)
    assert not Warning.objects.filter(code=Code.INVOICE_FAILED, resolution="").exists()
