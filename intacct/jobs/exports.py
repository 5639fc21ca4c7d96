"""Export Invoices: Intacct's books for `integrations.exports`, over one session and one turn."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from intacct.configuration import settings_of
from intacct.failures import gateway_failures_told, run_failed
from intacct.gateway import (
    Client,
    Function,
    GatewayError,
    OutcomeUnknown,
    PermissionRefused,
    Result,
)
from intacct.jobs.conversation import conversation
from intacct.mapping.export_rules import export_rules_of
from intacct.mapping.invoices import kind_of, to_found_documents, to_function, to_reversal, to_send_result
from integrations.exports.port import (
    Answer,
    AnswerLost,
    FoundDocument,
    NothingSent,
    Parcel,
    Reversal,
    SendResult,
    Wanted,
)
from integrations.exports.service import export_invoices as export_to
from integrations.runs.context import Cancelled, RunClosed, RunContext, RunFailed
from integrations.runs.turn import TurnLost


def export_invoices(context: RunContext) -> None:
    """Send the company's approved invoices as documents of the type that is set (X-1 to X-5)."""
    rules = export_rules_of(settings_of(context.company))
    with gateway_failures_told(), conversation(context) as talk:
        export_to(context, IntacctBooks(talk.client), rules, signed_in_as=talk.signed_in_as)


class IntacctBooks:
    """Sends a batch as one request, every document for itself, and finds documents by their number."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(self, batch: Sequence[Parcel], meanwhile: Callable[[], None] | None = None) -> list[SendResult]:
        results = self._execute(
            [to_function(parcel.document) for parcel in batch],
            [parcel.control_id for parcel in batch],
            meanwhile,
        )
        if forbidden := _all_forbidden(results):
            raise NothingSent(_may_not_create(forbidden)) from forbidden
        return [to_send_result(result) for result in results]

    def reverse(self, reversal: Reversal) -> SendResult:
        (result,) = self._execute([to_reversal(reversal)], [reversal.control_id])
        answer = to_send_result(result)
        if answer.answer is Answer.CREATED and not answer.key:
            return replace(answer, key=reversal.key)  # what is reversed stays the record that it was
        return answer

    def _execute(
        self,
        functions: Sequence[Function],
        control_ids: Sequence[str],
        meanwhile: Callable[[], None] | None = None,
    ) -> list[Result]:
        try:
            return self._client.execute(
                functions, control_ids=control_ids, transaction=False, unique=True, meanwhile=meanwhile
            )
        except OutcomeUnknown as lost:
            raise AnswerLost(f"{lost.message} {lost.advice}") from lost
        except GatewayError as refusal:
            raise NothingSent(run_failed(refusal)) from refusal
        except (Cancelled, RunClosed, TurnLost) as stopped:
            # Raised before a request leaves: when the turn is renewed and the run asked whether to stop. That
            # may be while it waits to send anew what a limiter sent back, which may have run all the same.
            if not self._client.may_have_run.isdisjoint(control_ids):
                raise AnswerLost("It was stopped while it waited to send them again.") from stopped
            raise NothingSent(stopped) from stopped

    def find(self, wanted: Sequence[Wanted]) -> list[FoundDocument]:
        numbers: dict[str, list[str]] = defaultdict(list)
        for each in wanted:
            numbers[each.type].append(each.number)
        found: list[FoundDocument] = []
        for document_type, of_it in numbers.items():
            try:
                documents = self._client.find_documents(of_it, kind_of(document_type))
            except GatewayError as refusal:
                raise run_failed(refusal) from refusal
            if any(not document.number for document in documents):
                raise RunFailed(
                    "Intacct doesn't tell the numbers of the documents that were looked up.",
                    advice="Ask the Intacct administrator to let the user's role see them, then start again.",
                )
            found += to_found_documents(documents, document_type, of_it)
        return found


def _all_forbidden(results: Sequence[Result]) -> PermissionRefused | None:
    """The refusal if the user may create none of them: a fault of the settings, not of the invoices."""
    refusals = [result.fault for result in results if isinstance(result.fault, PermissionRefused)]
    return refusals[0] if refusals and len(refusals) == len(results) else None


def _may_not_create(refusal: PermissionRefused) -> RunFailed:
    return RunFailed(
        "The Intacct user of the settings may not create these documents. Nothing was exported.",
        advice="Ask the Intacct administrator to let the user's role add and read what the document type "
        "of the settings names, then export again.",
        code=refusal.code,
        text=refusal.text,
    )
