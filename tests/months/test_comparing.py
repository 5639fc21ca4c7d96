"""X-9: what differs between ReconPro and Intacct in a month is found, in both versions, and nothing else."""


import pytest
from django.utils import timezone

from intacct.configuration import save_settings
from integrations.exports.models import InvoiceExport
from integrations.months.models import MonthComparison
from integrations.runs import lifecycle
from integrations.runs.models import GatewayRequest, Operation, Outcome, Run
from tests.exports.gateway import carry_out, invoices

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["order_entry", "ar_invoice"])
def exported(request, connected, simulator):
    """Six invoices that arrived, as documents of one kind or the other."""
    if request.param == "ar_invoice":
        values = {"document_type": "ar_invoice", "revenue_account": "4000"}
        save_settings(connected, values, secrets={}, by=None)
    sent = invoices(connected, 6)
    run = carry_out(connected)
    assert run.exported_count == 6, (run.message, run.error_text)
    return sent


def compared(company, month=None) -> Run:
    company.refresh_from_db()
    month = month or timezone.localdate()
    run, created = lifecycle.start(
        company,
        Operation.COMPARE_MONTH,
        provider="intacct",
        nudge=False,
        options={"month": f"{month:%Y-%m}"},
    )
    assert created
    return lifecycle.carry_out(run.pk)


def found(run):
    comparison = MonthComparison.objects.get(run=run)
    return comparison, list(comparison.differences.order_by("number", "pk"))


def plant(simulator, invoice, **fields):
    """Change a document in the ledger; None deletes it."""
    row = InvoiceExport.objects.get(invoice=invoice)
    is_sales = row.document_type != "AR invoice"
    named = {"object": "SODOCUMENT" if is_sales else "ARINVOICE", "id": row.key}
    if not fields:
        simulator.tell(remove=named)
        return
    names = {} if is_sales else {"CUSTVENDID": "CUSTOMERID", "TOTAL": "TOTALENTERED"}
    simulator.tell(change={**named, "fields": {names.get(k, k): v for k, v in fields.items()}})


def test_a_month_that_agrees_has_no_differences_and_costs_few_requests_g_2(exported, connected, simulator):
    simulator.tell(reset_counters=True)

    run = compared(connected)

    comparison, differences = found(run)
    assert (run.outcome, differences, comparison.lines.count()) == (Outcome.SUCCEEDED, [], 0), run.message
    total = sum(invoice.total for invoice in exported)
    assert (comparison.our_count, comparison.our_total) == (6, total)
    assert (comparison.their_count, comparison.their_total) == (6, total)
    assert (run.read_count, run.unchanged_count) == (6, 6)
    assert "no differences" in run.message
    assert comparison.knows_locations
    assert GatewayRequest.objects.filter(run=run).count() <= 3  # sign-in, documents, their lines
    assert simulator.state()["invalid_requests"] == []
    assert simulator.state()["billable_transactions"] <= 3
