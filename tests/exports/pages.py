"""What tests of pages read and need."""

import lxml.html
from django.utils import timezone

from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import Operation, Outcome, Run


def text_of(answer):
    """The page's words, as they are read."""
    return " ".join(" ".join(lxml.html.fromstring(answer.content).itertext()).split())


def an_export(invoice, state, **fields):
    connection = invoice.company.books.connection
    run = Run.objects.create(
        company=invoice.company,
        connection=connection,
        provider="intacct",
        operation=Operation.EXPORT_INVOICES,
        started_at=timezone.now(),
        finished_at=timezone.now(),
        outcome=Outcome.WARNED,
    )
    values = {
        "document_number": f"RP-{invoice.number}",
        "document_type": "Sales Invoice",
        "control_id": f"test:{invoice.pk}",
        "content_digest": "d",
        "customer_id": invoice.client.accounting_id,
        "document_date": invoice.date,
        "total": invoice.total,
        "key": f"Sales Invoice-RP-{invoice.number}" if state == ExportState.EXPORTED else "",
    }
    return InvoiceExport.objects.create(
        invoice=invoice,
        company=invoice.company,
        connection=connection,
        run=run,
        state=state,
        **{**values, **fields},
    )
