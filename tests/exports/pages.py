"""What tests of pages read and need."""

import lxml.html
from django.utils import timezone

from integrations.exports.models import DECIDED_STATES, ExportState, InvoiceExport
from integrations.runs.models import Operation, Outcome, Run
from reconpro.company.models import Role, User
from tests import factories


def text_of(answer):
    """The page's words, as they are read."""
    return " ".join(" ".join(lxml.html.fromstring(answer.content).itertext()).split())


def somebody_of(company):
    user = User.objects.filter(company=company, role=Role.ADMINISTRATOR).first()
    return user or factories.a_user(company)


def an_export(invoice, state, **fields):
    """How an invoice stands, as a run or a person left it."""
    connection = fields.pop("connection", None) or invoice.company.books.connection
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
    if state in DECIDED_STATES:
        values |= {"decided_by": somebody_of(invoice.company), "decided_at": timezone.now()}
    return InvoiceExport.objects.create(
        invoice=invoice,
        company=invoice.company,
        connection=connection,
        run=run,
        state=state,
        **{**values, **fields},
    )
