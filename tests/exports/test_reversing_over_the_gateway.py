"""X-8 from the wish to Intacct and back over real HTTP: reversed once, whatever happens to the answer."""

from decimal import Decimal

import pytest
from django.utils import timezone

from intacct.configuration import settings_of
from intacct.mapping.export_rules import export_rules_of
from integrations.exports import reversals
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport
from integrations.runs.models import Outcome
from tests import factories
from tests.exports.gateway import carry_out, connect, invoices

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = {
    "ar": {"document_type": "ar_invoice", "revenue_account": "4010"},
    "credit": {"credit_definition": "Credit Memo"},
}
WAYS = pytest.mark.parametrize(
    ("version", "kind"), [("v3.0", "ar"), ("v2.1", "ar"), ("v3.0", "credit"), ("v2.1", "credit")]
)


@pytest.fixture
def exported(company, simulator, quick):
    def of(version, kind):
        connect(company, simulator, dtd_version=version, **KINDS[kind])
        [invoice] = invoices(company, 1)
        assert carry_out(company).exported_count == 1
        return invoice

    return of


def ask(invoice):
    reversals.ask(
        invoice,
        by=factories.a_user(invoice.company),
        reason="Billed twice & wrong.",
        on=timezone.localdate(),
        rules=export_rules_of(settings_of(invoice.company)),
    )


def assert_reversed_once(simulator, invoice, kind):
    row = InvoiceExport.objects.get(invoice=invoice)
    assert row.state == ExportState.REVERSED
    if kind == "ar":
        assert [paper["STATE"] for paper in simulator.invoices()] == ["Reversed"]
    else:
        documents = {each["number"]: each for each in simulator.documents()}
        credit = documents.pop(f"{row.document_number}-CR")
        assert list(documents) == [row.document_number]
        assert Decimal(str(credit["total"])) == invoice.total
        assert ExportReversal.objects.get().key == f"Credit Memo-{row.document_number}-CR"
    assert simulator.state()["invalid_requests"] == []


@WAYS
def test_it_is_reversed_once(exported, simulator, version, kind):
    invoice = exported(version, kind)
    ask(invoice)

    run = carry_out(invoice.company)

    assert (run.outcome, run.message) == (Outcome.SUCCEEDED, "Reversed 1 invoice."), run.error_text
    assert_reversed_once(simulator, invoice, kind)
    assert carry_out(invoice.company).message == "There was nothing to export."


@WAYS
@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "http_524"])
def test_a_lost_answer_neither_doubles_nor_loses_it(exported, simulator, version, kind, fault):
    invoice = exported(version, kind)
    ask(invoice)
    simulator.fault(fault, function="reverse_invoice" if kind == "ar" else "create_sotransaction")

    for _ in range(4):
        if carry_out(invoice.company).message == "There was nothing to export.":
            break

    assert_reversed_once(simulator, invoice, kind)
