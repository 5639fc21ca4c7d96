"""What became of each function of a request that writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from intacct.gateway.answers import Answer, ResultPart
from intacct.gateway.error_table import ErrorDetail, classify
from intacct.gateway.errors import AlreadyExists, GatewayError, OutcomeUnknown, ProtocolFault, RecordRefused
from intacct.gateway.functions import Function
from intacct.gateway.records import records_in


@dataclass(frozen=True)
class Result:
    """One function's outcome: exactly one of succeeded, aborted, unknown, or else a definite failure.

    ``aborted``: rolled back, or not reached, since another function of the same transaction failed.
    ``unknown``: the answer lacks it, its key, or another one of the same transaction. ``key``: of what was
    made. ``fault``: what to tell people unless it succeeded. ``data``: records that the result holds.
    """

    control_id: str
    function: str
    succeeded: bool
    aborted: bool = False
    unknown: bool = False
    key: str = ""
    errors: tuple[ErrorDetail, ...] = ()
    data: tuple[dict[str, str], ...] = ()
    fault: GatewayError | None = None

    @property
    def read_back(self) -> bool:
        """Whether Intacct must be asked for the document before anything is concluded (spec X-5)."""
        return self.unknown or isinstance(self.fault, OutcomeUnknown | AlreadyExists)


def results_in(
    answer: Answer,
    functions: Sequence[Function],
    control_ids: Sequence[str],
    *,
    transaction: bool,
    max_depth: int,
    resent: Collection[str] = (),
) -> list[Result]:
    """One result per function in the order of the request, correlated by control id.

    ``resent``: control ids of which an earlier sending may have run. Whatever refuses them now may be the
    gateway's way to say that it has done them already: no table knows how it says so (reference 5.5).
    """
    parts = {part.control_id: part for part in answer.results}
    undone = transaction and any(part.status != "success" for part in answer.results)
    # A transaction was committed only if all of its functions are told to have succeeded (reference 5.6).
    open_ended = transaction and not undone and len(parts) < len(functions)
    results = []
    for function, control_id in zip(functions, control_ids, strict=True):
        part = parts.get(control_id)
        if part is not None:
            result = _result(part, function, max_depth, undone=undone, open_ended=open_ended)
        elif undone:
            result = _undone(control_id, function)
        else:
            result = _unknown(control_id, function, "Intacct's answer lacks this document.")
        fault = result.fault
        if control_id in resent and fault is not None and not isinstance(fault, OutcomeUnknown):
            result = replace(result, fault=_in_doubt(fault))
        results.append(result)
    return results


def _result(
    part: ResultPart, function: Function, max_depth: int, *, undone: bool, open_ended: bool
) -> Result:
    if part.status == "success":
        if undone:
            return _undone(part.control_id, function)
        if open_ended:
            return _unknown(
                part.control_id, function, "Intacct's answer lacks another document of the same transaction."
            )
        if function.answers_key and not part.key:
            return _unknown(part.control_id, function, "Intacct's answer lacks the document's key.")
        return Result(
            part.control_id,
            function.name,
            succeeded=True,
            key=part.key,
            errors=part.errors,
            data=_data(part, max_depth),
        )
    fault = classify(part.errors, level="result", control_id=part.control_id)
    return Result(
        part.control_id,
        function.name,
        succeeded=False,
        aborted=part.status == "aborted",
        errors=part.errors,
        fault=fault,
    )


def _in_doubt(refusal: GatewayError) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"It had been sent before, and may have been carried out then. {refusal.message}",
        advice="It is looked up in Intacct before anything else happens; don't enter it by hand.",
        code=refusal.code,
        text=refusal.text,
        support_id=refusal.support_id,
        level=refusal.level,
        control_id=refusal.control_id,
        recognised=refusal.recognised,
        refusal=refusal,
    )


def _data(part: ResultPart, max_depth: int) -> tuple[dict[str, str], ...]:
    try:
        return tuple(records_in(part.data, max_depth=max_depth))
    except ProtocolFault:
        return ()  # what was made stays made, however odd the rest of the answer


def _undone(control_id: str, function: Function) -> Result:
    fault = RecordRefused(
        "Not done, because another document of the same request failed.",
        advice="Mend the other one, then retry.",
        level="result",
        control_id=control_id,
    )
    return Result(control_id, function.name, succeeded=False, aborted=True, fault=fault)


def _unknown(control_id: str, function: Function, sentence: str) -> Result:
    fault = OutcomeUnknown(
        sentence,
        advice="It is looked up in Intacct before anything else happens; don't enter it by hand.",
        level="result",
        control_id=control_id,
    )
    return Result(control_id, function.name, succeeded=False, unknown=True, fault=fault)
