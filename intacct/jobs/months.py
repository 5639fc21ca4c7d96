"""Compare Month: Intacct's documents of a month for `integrations.months`, over one session and one turn."""

from collections.abc import Collection, Iterator
from datetime import date

from intacct.configuration import settings_of
from intacct.failures import gateway_failures_told, run_failed
from intacct.gateway import Client, FieldsRefused, GatewayError, PeriodDocument, PermissionRefused
from intacct.jobs.conversation import conversation
from intacct.jobs.exports import IntacctBooks
from intacct.mapping.export_rules import export_rules_of
from intacct.mapping.invoices import kind_of
from integrations.months.port import MonthDocument
from integrations.months.service import compare_month as compare_with
from integrations.runs.context import RunContext


def compare_month(context: RunContext) -> None:
    """Read the month's documents from Intacct and keep how they differ from ours (X-9)."""
    rules = export_rules_of(settings_of(context.company))
    with gateway_failures_told(), conversation(context) as talk:
        compare_with(context, MonthOfIntacct(talk.client), rules, signed_in_as=talk.signed_in_as)


class MonthOfIntacct(IntacctBooks):
    """The books, with the documents of a month and their lines' locations."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._gateway = client

    def documents_between(
        self, types: Collection[str], first: date, last: date
    ) -> Iterator[list[MonthDocument]]:
        for document_type in types:
            try:
                yield from self._of_type(document_type, first, last, with_lines=True)
            except GatewayError as refusal:
                raise run_failed(refusal) from refusal

    def _of_type(
        self, document_type: str, first: date, last: date, *, with_lines: bool
    ) -> Iterator[list[MonthDocument]]:
        """Where the user may not see lines, locations are not compared."""
        pages = self._gateway.documents_between(kind_of(document_type), first, last, with_lines=with_lines)
        read = 0
        try:
            for page in pages:
                read += len(page)
                yield [_to_month_document(each, document_type) for each in page]
        except (PermissionRefused, FieldsRefused):
            if read or not with_lines:
                raise
            yield from self._of_type(document_type, first, last, with_lines=False)


def _to_month_document(each: PeriodDocument, document_type: str) -> MonthDocument:
    document = each.document
    return MonthDocument(
        key=document.key,
        type=document_type,
        number=document.number,
        client_id=document.customer_id,
        date=document.date,
        total=document.total,
        reversed=document.reversed,
        amounts=each.amounts,
    )
