"""X-9, R-3: a comparison that is killed or cancelled leaves what was found before, and the next one is whole;
and credits count less in it, whichever way they went."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.utils import timezone

from intacct.jobs.months import MonthOfIntacct
from intacct.provider import export_rules
from integrations.exports import reversals
from integrations.exports.models import ExportState, InvoiceExport
from integrations.months.models import DifferenceKind, MonthComparison, MonthDifference, MonthLine
from integrations.runs import lifecycle
from integrations.runs.context import RunClosed
from integrations.runs.models import GatewayTurn, Operation, Outcome, Run
from integrations.runs.sweeping import sweep
from tests.exports.gateway import carry_out, connect, invoices
from tests.months.test_comparing import compared, found, plant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["v3.0", "v2.1"])
def exported(request, company, simulator, quick, settings, administrator):
    """Two invoices, a credit, and an invoice that a credit took back, all in the books."""
    settings.RUN_PROGRESS_SECONDS = 0
    connect(company, simulator, dtd_version=request.param, credit_definition="Credit Memo")
    sent = invoices(company, 4)
    credit, back = sent[2:]
    credit.lines.update(price=-F("price"), amount=-F("amount"))
    credit.total = -credit.total
    credit.save(update_fields=["total"])
    assert carry_out(company).exported_count == 4
    reversals.ask(back, by=administrator, reason="Twice.", on=back.date, rules=export_rules(company))
    assert carry_out(company).outcome == Outcome.SUCCEEDED
    back.refresh_from_db()
    assert InvoiceExport.objects.get(invoice=back).state == ExportState.REVERSED
    return sent


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something happen once, after the first page of documents was read."""

    def let(happen):
        read, left = MonthOfIntacct.documents_between, [happen]

        def documents_between(self, *asked):
            for page in read(self, *asked):
                yield page
                if left:
                    left.pop()()

        monkeypatch.setattr(MonthOfIntacct, "documents_between", documents_between)

    return let


def killed():
    """As after SIGKILL: nothing more is written of the run."""
    raise RunClosed


def cancelled():
    Run.objects.filter(outcome="").update(cancel_requested_at=timezone.now())


def everything():
    return [
        list(model.objects.order_by("pk").values()) for model in (MonthComparison, MonthDifference, MonthLine)
    ]


def test_a_month_with_credits_agrees_to_the_cent(exported, company):
    first, second, credit, _ = exported

    comparison, differences = found(compared(company))

    assert differences == []
    assert comparison.lines.count() == 0
    total = first.total + second.total + credit.total
    assert credit.total < 0
    assert (comparison.our_total, comparison.their_total) == (total, total)
    assert (comparison.our_count, comparison.their_count) == (5, 5)  # the reversal's credit is one of them


def test_a_credit_that_is_gone_or_is_anothers_is_told_with_its_sign(exported, company, simulator):
    credit = exported[2]
    plant(simulator, credit)

    comparison, [missing] = found(compared(company))

    assert (missing.kind, missing.invoice, missing.ours) == (DifferenceKind.MISSING, credit, credit.total)
    assert comparison.their_total - comparison.our_total == -credit.total > 0
    [line] = comparison.lines.all()
    assert line.client_id_there == credit.client.accounting_id


def test_a_reversals_credit_that_is_gone_is_told_on_its_invoice(exported, company, simulator):
    back = exported[3]
    [reversal] = InvoiceExport.objects.get(invoice=back).reversals.all()
    simulator.tell(delete={"object": "SODOCUMENT", "id": reversal.key})

    _, [missing] = found(compared(company))

    assert (missing.kind, missing.invoice) == (DifferenceKind.MISSING, back)
    assert (missing.number, missing.ours) == (reversal.document_number, -back.total)


def test_a_cancelled_comparison_keeps_nothing_and_leaves_the_one_before(
    exported, company, simulator, meanwhile
):
    compared(company)
    before = everything()
    plant(simulator, exported[0])
    meanwhile(cancelled)

    run = compared(company)

    assert (run.outcome, everything()) == (Outcome.CANCELLED, before)
    assert GatewayTurn.objects.get().holder == ""
    _, [missing] = found(compared(company))
    assert (missing.kind, missing.invoice) == (DifferenceKind.MISSING, exported[0])


def test_a_killed_comparison_keeps_nothing_and_the_next_is_whole(
    exported, company, simulator, meanwhile, settings
):
    compared(company)
    before = everything()
    plant(simulator, exported[0], CUSTVENDID=exported[1].client.accounting_id)
    meanwhile(killed)
    run = compared(company)
    assert (run.outcome, everything()) == ("", before)
    long_ago = timezone.now() - timedelta(days=1)
    GatewayTurn.objects.update(holder="dead", holder_label="Compare Month", expires_at=long_ago)
    waiting, created = lifecycle.start(company, Operation.COMPARE_MONTH, provider="intacct", nudge=False)
    assert (waiting.pk, created) == (run.pk, False)

    settings.RUN_STALE_AFTER_SECONDS = -1
    assert sweep(company).interrupted == 1

    run.refresh_from_db()
    assert (run.outcome, everything()) == (Outcome.INTERRUPTED, before)
    assert run.message == "Stopped by a server restart; nothing was half done. Start again."
    settings.RUN_STALE_AFTER_SECONDS = 60
    comparison, [differs] = found(compared(company))
    assert (differs.kind, differs.invoice) == (DifferenceKind.CLIENT, exported[0])
    assert comparison.our_total == comparison.their_total


def test_one_that_comes_back_late_keeps_nothing(exported, company, meanwhile, settings):
    """R-3: given up meanwhile, its run has an outcome, and another comparison may have been made."""

    def given_up():
        settings.RUN_STALE_AFTER_SECONDS = -1
        assert sweep(company).interrupted == 1

    meanwhile(given_up)

    run = compared(company)

    run.refresh_from_db()
    assert run.outcome == Outcome.INTERRUPTED
    assert everything() == [[], [], []]
    assert Decimal(run.read_count) == 0
