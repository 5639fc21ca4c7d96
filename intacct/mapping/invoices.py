"""Export documents → Order Entry transactions or AR invoices, and what Intacct says of them (spec X-2, X-3,
X-5)."""

from collections.abc import Collection, Sequence

from intacct.gateway import (
    AlreadyExists,
    ArInvoices,
    CreateInvoice,
    CreateSalesTransaction,
    Document,
    DocumentKind,
    GatewayError,
    InvoiceLine,
    OutcomeUnknown,
    Result,
    ReverseInvoice,
    SalesLine,
    SalesTransactions,
)
from intacct.gateway.documents import folded
from integrations.exports.port import (
    Answer,
    ExportDocument,
    ExportLine,
    FoundDocument,
    Reversal,
    SendResult,
)

AR_INVOICE = "AR invoice (Accounts Receivable)"
"""The document type of AR invoices; every other type is a transaction definition of Order Entry. Longer than
the 30 characters that a definition's name has at most, so that none can be called the same."""


def to_function(document: ExportDocument) -> CreateSalesTransaction | CreateInvoice:
    """The function that creates it."""
    return to_invoice(document) if document.type == AR_INVOICE else to_sales_transaction(document)


def kind_of(document_type: str) -> DocumentKind:
    """What to ask for, to find documents of this type."""
    return ArInvoices() if document_type == AR_INVOICE else SalesTransactions(document_type)


def to_invoice(document: ExportDocument) -> CreateInvoice:
    """A posted AR invoice, every line on the same revenue account; a line's description is in its memo.
    The number is also its external id: stable, and ours."""
    return CreateInvoice(
        customer_id=document.client_id,
        date_created=document.date,
        date_posted=document.posted_on,
        date_due=document.due_on,
        term_name=document.terms,
        invoice_no=document.number,
        description=document.memo,
        external_id=document.number,
        bill_to=document.bill_to,
        ship_to=document.ship_to,
        lines=tuple(
            InvoiceLine(
                account_label=document.account_label,
                gl_account_no=document.account,
                amount=line.amount,
                memo=line.memo,
                location_id=line.location,
                department_id=line.department,
                employee_id=line.employee_id,
                item_id=line.service_id,
            )
            for line in document.lines
        ),
    )


def to_reversal(reversal: Reversal) -> ReverseInvoice:
    """The function that reverses it; its key is the record number that its creation answered."""
    return ReverseInvoice(
        record_number=reversal.key, reversed_on=reversal.on, description=" ".join(reversal.reason.split())
    )


def to_sales_transaction(document: ExportDocument) -> CreateSalesTransaction:
    """The function that creates it. The number is also its external id: stable, and ours."""
    return CreateSalesTransaction(
        transaction_type=document.type,
        date_created=document.date,
        date_posted=document.posted_on,
        customer_id=document.client_id,
        document_no=document.number,
        term_name=document.terms,
        date_due=document.due_on,
        message=document.memo,
        ship_to=document.ship_to,
        bill_to=document.bill_to,
        external_id=document.number,
        lines=tuple(_to_line(line) for line in document.lines),
    )


def _to_line(line: ExportLine) -> SalesLine:
    return SalesLine(
        item_id=line.service_id,
        item_desc=line.description,
        quantity=line.quantity,
        unit=line.unit,
        price=line.price,
        location_id=line.location,
        department_id=line.department,
        employee_id=line.employee_id,
        memo=line.memo,
    )


def to_send_result(result: Result) -> SendResult:
    """What Intacct answered to one document; in doubt it is lost, which is asked about, not refused."""
    if result.succeeded:
        return SendResult(answer=Answer.CREATED, key=result.key)
    fault = result.fault
    if fault is None:
        return SendResult(answer=Answer.LOST)
    if isinstance(fault, AlreadyExists) or _is_refused_in_doubt(fault):
        answer = Answer.EXISTS
    elif result.unknown or result.aborted or isinstance(fault, OutcomeUnknown):
        answer = Answer.LOST
    elif fault.retryable:
        answer = Answer.BUSY
    else:
        answer = Answer.REFUSED
    message = " ".join(part for part in (fault.message, fault.advice) if part)
    return SendResult(
        answer=answer,
        code=fault.code,
        text=fault.text,
        message=message,
        went_before=isinstance(fault, OutcomeUnknown) and fault.refusal is not None,
    )


def _is_refused_in_doubt(fault: GatewayError) -> bool:
    """Refused for a known reason, after a sending that may have run: if it isn't there, the reason stands."""
    refusal = fault.refusal if isinstance(fault, OutcomeUnknown) else None
    return refusal is not None and refusal.recognised and not refusal.retryable


def to_found_documents(
    documents: Sequence[Document], document_type: str, wanted: Collection[str]
) -> list[FoundDocument]:
    """Intacct finds a number without regard to case and blanks. A document of ours that it calls so otherwise
    would be taken for absent, and sent again: it is told under a number that is not there to the letter."""
    exact = {document.number for document in documents}
    found = []
    for document in documents:
        same = [document.number]
        if document.number not in wanted:
            like = folded(document.number)
            same = [number for number in wanted if number not in exact and folded(number) == like]
        for number in same:
            found.append(
                FoundDocument(
                    key=document.key,
                    type=document_type,
                    number=number,
                    client_id=document.customer_id,
                    date=document.date,
                    total=document.total,
                    reversed=document.reversed,
                    numbered="" if number == document.number else document.number,
                )
            )
    return found
