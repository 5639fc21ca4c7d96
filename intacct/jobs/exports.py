"""Export Invoices: Intacct's books for `integrations.exports`, over one session and one turn."""

from collections import defaultdict
from collections.abc import Sequence

from intacct.configuration import settings_of
from intacct.failures import gateway_failures_told, run_failed
from intacct.gateway import (
    Client,
    GatewayError,
    OutcomeUnknown,
    PermissionRefused,
    Result,
    SalesTransactions,
)
from intacct.jobs.conversation import conversation
from intacct.mapping.export_rules import export_rules_of
from intacct.mapping.invoices import to_found_documents, to_sales_transaction, to_send_result
from integrations.exports.port import AnswerLost, FoundDocument, NothingSent, Parcel, SendResult, Wanted
from integrations.exports.service import export_invoices as export_to
from integrations.runs.context import Cancelled, RunClosed, RunContext, RunFailed
from integrations.runs.turn import TurnLost


def export_invoices(context: RunContext) -> None:
    """Send the company's approved invoices as Order Entry transactions (X-1 to X-5)."""
    rules = export_rules_of(settings_of(context.company))
    with gateway_failures_told(), conversation(context) as talk:
        export_to(context, IntacctBooks(talk.client), rules, signed_in_as=talk.signed_in_as)


class IntacctBooks:
    """Sends a batch as one request, every document for itself, and finds documents by their number."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(self, batch: Sequence[Parcel]) -> list[SendResult]:
        try:
            results = self._client.execute(
                [to_sales_transaction(parcel.document) for parcel in batch],
                control_ids=[parcel.control_id for parcel in batch],
                transaction=False,
                unique=True,
            )
        except OutcomeUnknown as lost:
            raise AnswerLost(f"{lost.message} {lost.advice}") from lost
        except GatewayError as refusal:
            raise NothingSent(run_failed(refusal)) from refusal
        except (Cancelled, RunClosed, TurnLost) as stopped:
            # Raised before a request leaves: when the turn is renewed and the run asked whether to stop.
            raise NothingSent(stopped) from stopped
        if forbidden := _all_forbidden(results):
            raise NothingSent(_may_not_create(forbidden)) from forbidden
        return [to_send_result(result) for result in results]

    def find(self, wanted: Sequence[Wanted]) -> list[FoundDocument]:
        numbers: dict[str, list[str]] = defaultdict(list)
        for each in wanted:
            numbers[each.type].append(each.number)
        found: list[FoundDocument] = []
        for definition, of_it in numbers.items():
            try:
                documents = self._client.find_documents(of_it, SalesTransactions(definition))
            except GatewayError as refusal:
                raise run_failed(refusal) from refusal
            found += to_found_documents(documents, definition)
        return found


def _all_forbidden(results: Sequence[Result]) -> PermissionRefused | None:
    """The refusal if the user may create none of them: a fault of the settings, not of the invoices."""
    refusals = [result.fault for result in results if isinstance(result.fault, PermissionRefused)]
    return refusals[0] if refusals and len(refusals) == len(results) else None


def _may_not_create(refusal: PermissionRefused) -> RunFailed:
    return RunFailed(
        "The Intacct user of the settings may not create these documents. Nothing was exported.",
        advice="Ask the Intacct administrator to let the user's role add Order Entry transactions, and read "
        "them, then export again.",
        code=refusal.code,
        text=refusal.text,
    )
