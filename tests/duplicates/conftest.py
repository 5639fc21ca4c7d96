import pytest

from integrations.connections.models import Connection
from integrations.exports.models import ExportState, InvoiceExport
from integrations.reconcile.kinds import CLIENTS
from reconpro.company.models import Company
from reconpro.invoices.models import Invoice
from tests.factories import a_connection
from tests.reconcile.imports import an_active_run


@pytest.fixture
def connection(company: Company) -> Connection:
    return a_connection(company)


@pytest.fixture
def sent(connection):
    """Let an invoice have been sent, to stand as told."""

    def send(invoice: Invoice, state: ExportState) -> InvoiceExport:
        run = connection.company.runs.first() or an_active_run(connection, CLIENTS)
        return InvoiceExport.objects.create(
            invoice=invoice,
            company=invoice.company,
            connection=connection,
            run=run,
            state=state,
            document_number=invoice.number,
            control_id=f"control {invoice.number}",
            content_digest="d",
            customer_id=invoice.client.accounting_id,
            document_date=invoice.date,
            total=invoice.total,
            key="900" if state == ExportState.EXPORTED else "",
        )

    return send
