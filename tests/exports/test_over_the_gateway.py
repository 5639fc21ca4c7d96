"""From the run to the gateway's ledger over real HTTP, in both versions, with faults on the way (X-5)."""

from decimal import Decimal

import pytest

from integrations.duplicates.codes import Code
from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import GatewayRequest, Outcome
from tests.exports.gateway import carry_out, invoices

pytestmark = pytest.mark.django_db(transaction=True)


def in_the_ledger(simulator):
    return {document["number"]: document for document in simulator.documents()}


def all_arrived_once(simulator, sent):
    documents = simulator.documents()
    numbers = [document["number"] for document in documents]
    assert sorted(numbers) == sorted(f"RP-{invoice.number}" for invoice in sent)
    totals = {document["number"]: Decimal(str(document["total"])) for document in documents}
    assert totals == {f"RP-{invoice.number}": invoice.total for invoice in sent}
    for row in InvoiceExport.objects.all():
        assert (row.state, row.key) == (ExportState.EXPORTED, f"Sales Invoice-{row.document_number}")


def test_what_is_exported_stands_in_the_ledger_to_the_cent(connected, simulator):
    sent = invoices(connected, 6)

    run = carry_out(connected)

    assert (run.outcome, run.exported_count) == (Outcome.SUCCEEDED, 6), (run.message, run.error_text)
    all_arrived_once(simulator, sent)
    requests = GatewayRequest.objects.filter(run=run).values_list("function", flat=True)
    assert sum("create_sotransaction" in label for label in requests) == 2  # four and two
    [first] = [each for each in simulator.documents() if each["number"] == f"RP-{sent[0].number}"]
    ours = sent[0].lines.all()[1]
    assert first["customer"] == sent[0].client.accounting_id
    line = first["lines"][1]
    assert line["itemid"] == ours.service.accounting_id
    assert line["departmentid"] == ours.service.department
    assert line["employeeid"] == ours.employee.accounting_employee_id
    assert line["locationid"] == ours.employee.accounting_entity_id
    assert (line["quantity"], line["price"], line["unit"]) == ("1", "50", "Each")
    assert line["memo"] == "VIN 1HGCM82633A004352, stock ST & 0, quantity 1.5 at 33.33"
    assert simulator.state()["invalid_requests"] == []
    again = carry_out(connected)
    assert again.message == "There was nothing to export."
    assert len(simulator.documents()) == 6


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "drop_before"},
        {"kind": "http_500", "when": "after"},
        {"kind": "http_500", "when": "before"},
        {"kind": "http_524"},
        {"kind": "cut"},
        {"kind": "missing_result"},
        {"kind": "html_200", "when": "after"},
        {"kind": "http_429"},
        {"kind": "http_429", "when": "after"},
        {"kind": "http_401", "when": "after"},
        {"kind": "offline"},
    ],
    ids=lambda fault: "-".join(fault.values()),
)
def test_an_answer_that_is_lost_on_the_way_neither_doubles_nor_loses(
    connected, simulator, fault, monkeypatch
):
    monkeypatch.setattr("integrations.exports.service.BUSY_PAUSES_SECONDS", (0.01, 0.01, 0.01))
    sent = invoices(connected, 6)
    simulator.fault(**fault, function="create_sotransaction")

    runs = [carry_out(connected)]
    while runs[-1].outcome == Outcome.FAILED or runs[-1].unknown_count:
        assert len(runs) < 4, runs[-1].message
        runs.append(carry_out(connected))

    all_arrived_once(simulator, sent)
    assert sum(run.exported_count for run in runs) == 6


def test_one_that_intacct_refuses_keeps_its_words_and_the_others_go(connected, simulator):
    bad, *good = invoices(connected, 3)
    simulator.tell(deactivate={"object": "CUSTOMER", "id": bad.client.accounting_id})
    try:
        run = carry_out(connected)
    finally:
        simulator.tell(activate={"object": "CUSTOMER", "id": bad.client.accounting_id})

    assert (run.exported_count, run.failed_count) == (2, 1)
    row = InvoiceExport.objects.get(invoice=bad)
    assert row.state == ExportState.FAILED
    assert row.error_text
    assert carry_out(connected).exported_count == 1
    all_arrived_once(simulator, [bad, *good])


def test_a_user_who_may_not_create_documents_is_told_once_and_nothing_is_marked(connected, simulator):
    invoices(connected, 3)
    simulator.tell(permissions={"SODOCUMENT": ["read"]})

    run = carry_out(connected)

    assert (run.outcome, run.failed_count) == (Outcome.FAILED, 0)
    assert "may not" in run.message
    assert not InvoiceExport.objects.exists()


@pytest.mark.parametrize("connected", ["v3.0"], indirect=True)
def test_tax_that_intacct_adds_is_read_back_and_told_as_a_difference_x_2(connected, simulator):
    (invoice,) = invoices(connected, 1)
    simulator.tell(tax_percent="8")

    run = carry_out(connected)

    assert (run.outcome, run.exported_count, run.conflict_count) == (Outcome.WARNED, 1, 0)
    (document,) = simulator.documents()
    more = Decimal(str(document["total"])) - invoice.total
    assert more > 0
    (warning,) = [seen.warning for seen in run.run_warnings.filter(warning__code=Code.TOTAL_CHANGED)]
    assert f"${more:,.2f} more than here" in warning.message
    assert [side["id"] for side in warning.sides] == [invoice.pk]
    assert InvoiceExport.objects.get(invoice=invoice).message == warning.message


def test_totals_that_can_not_be_read_back_are_told_and_fail_nothing_x_2(connected, simulator):
    invoices(connected, 2)
    simulator.tell(permissions={"SODOCUMENT": ["create"]})

    run = carry_out(connected)

    assert (run.outcome, run.exported_count) == (Outcome.WARNED, 2)
    assert run.run_warnings.get().warning.message.startswith("Whether Intacct added to the totals")
    assert len(simulator.documents()) == 2
