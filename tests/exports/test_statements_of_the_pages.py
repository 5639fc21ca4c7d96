"""P-3, X-1, X-9: the pages that speak of all invoices ask the database as often for many as for few."""

from datetime import date

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intacct.provider import open_connection
from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import Operation, Outcome, Run
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 12)
PAGES = {
    "needs attention": "integration-report",
    "preview": "export-preview",
    "close month": "close-month",
}


@pytest.fixture
def more(ready_company, administrator, service):
    """So many invoices more of each kind: ready, blocked in three ways, and in every state of an export."""
    connection = open_connection(ready_company)
    run = Run.objects.create(
        company=ready_company,
        connection=connection,
        provider="intacct",
        operation=Operation.EXPORT_INVOICES,
        started_at=timezone.now(),
        finished_at=timezone.now(),
        outcome=Outcome.WARNED,
    )
    fine = factories.a_client(ready_company, accounting_id="C-FINE", terms="Net 30")
    walk_in = factories.a_client(ready_company, name="Walk-in", terms="Net 30")
    timeless = factories.a_client(ready_company, accounting_id="C-TERMS", terms="")
    unknown = factories.a_service(ready_company, name="Wax")
    kinds = [(fine, service), (walk_in, service), (timeless, service), (fine, unknown)]
    states = [state for state in ExportState if state != ExportState.RELEASED]

    def make(count):
        first = Invoice.objects.count()
        kind_of_each = [kind for kind in kinds for _ in range(count)]
        kind_of_each += [(fine, service)] * (count * len(states))
        made = Invoice.objects.bulk_create(
            Invoice(
                company=ready_company,
                client=client,
                number=f"N{first + at}",
                date=DAY,
                state=InvoiceState.APPROVED,
                approved_at=timezone.now(),
                total=100,
            )
            for at, (client, _) in enumerate(kind_of_each)
        )
        InvoiceLine.objects.bulk_create(
            InvoiceLine(invoice=invoice, position=1, service=of_it, quantity=1, price=100, amount=100)
            for invoice, (_, of_it) in zip(made, kind_of_each, strict=True)
        )
        InvoiceExport.objects.bulk_create(
            InvoiceExport(
                company=ready_company,
                connection=connection,
                invoice=invoice,
                run=run,
                state=states[at % len(states)],
                document_number=f"RP-{invoice.number}",
                document_type="Sales Invoice",
                control_id=f"c-{invoice.pk}",
                key=f"k-{invoice.pk}",
                customer_id="C-FINE",
                document_date=DAY,
                total=100,
                error_code="BL01",
                message="Refused.",
                decided_by=administrator,
                decided_at=timezone.now(),
            )
            for at, invoice in enumerate(made[count * len(kinds) :])
        )

    return make


@pytest.mark.parametrize("page", PAGES)
def test_it_takes_as_many_statements_for_many_as_for_few(browser, more, page):
    def statements():
        with CaptureQueriesContext(database) as asked:
            answer = browser.get(reverse(PAGES[page]), {"month": "2026-03"})
        assert answer.status_code == 200
        return len(asked)

    more(2)
    statements()  # the first fills what is cached
    few = statements()
    more(30)

    assert statements() == few < 80
