"""A refusal that follows a sending which may have run is judged alike by the gateway's client, which knows
what it sent itself, and by the export, which knows what earlier runs sent (X-5)."""

import pytest

from intacct.gateway import GatewayError, OutcomeUnknown, RecordRefused, Result, TemporarilyUnavailable
from intacct.jobs.exports import IntacctBooks
from intacct.mapping.invoices import to_send_result
from integrations.exports.answers import settlement
from integrations.exports.models import ExportState
from integrations.exports.port import Answer, AnswerLost, NothingSent
from integrations.runs.context import Cancelled

REFUSAL = RecordRefused(
    "Intacct does not know the customer 'C-1'.", code="BL01001973", text="Invalid Customer"
)


def answered(fault: GatewayError) -> Result:
    return Result("a", "create_sotransaction", succeeded=False, fault=fault)


def in_doubt(refusal: GatewayError) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"It had been sent before. {refusal.message}",
        code=refusal.code,
        text=refusal.text,
        recognised=refusal.recognised,
        refusal=refusal,
    )


def test_both_levels_read_a_known_refusal_back_and_let_it_stand_if_nothing_is_there():
    by_the_client = settlement(to_send_result(answered(in_doubt(REFUSAL))), resent=False)
    by_the_export = settlement(to_send_result(answered(REFUSAL)), resent=True)

    for judged in (by_the_client, by_the_export):
        assert (judged.state, judged.refused, judged.resent) == (ExportState.UNKNOWN, True, True)
        assert (judged.code, judged.text) == ("BL01001973", "Invalid Customer")
    assert settlement(to_send_result(answered(REFUSAL)), resent=False).state == ExportState.FAILED


@pytest.mark.parametrize(
    "refusal",
    [
        RecordRefused("Intacct refused this.", code="QX-77", recognised=False),
        TemporarilyUnavailable("Intacct is temporarily off-line."),
    ],
    ids=["in words that nobody knows", "for the moment"],
)
def test_what_is_no_definite_no_may_go_again_once_it_is_certain_that_nothing_is_there(refusal):
    result = to_send_result(answered(in_doubt(refusal)))

    assert result.answer is Answer.LOST
    assert not settlement(result, resent=False).refused


class _Stopped:
    """A client whose run is cancelled in the middle of `execute`."""

    def __init__(self, *may_have_run: str) -> None:
        self.may_have_run = frozenset(may_have_run)

    def execute(self, *_: object, **__: object) -> None:
        raise Cancelled


@pytest.mark.parametrize(
    ("may_have_run", "told"), [((), NothingSent), (("b",), NothingSent), (("a",), AnswerLost)]
)
def test_a_run_that_is_stopped_while_it_waits_to_send_again_leaves_the_batch_in_doubt(may_have_run, told):
    books = IntacctBooks(_Stopped(*may_have_run))

    with pytest.raises(told):
        books._execute([], ["a"])
