"""What was sent before under the same control id, and is refused now (X-5)."""

from typing import Any

import pytest

from intacct.gateway import CreateSalesTransaction, OutcomeUnknown, RecordRefused
from tests.gateway.fake import FakeGateway, failure, operation, sign_in_failure
from tests.gateway.test_writes import execute

STRANGE = ("QX-77", "Something that no table knows")


def test_unknown_words_are_final_the_first_time(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer(operation(failure("create_sotransaction", STRANGE)))

    (result,) = execute(gateway, invoice)

    assert isinstance(result.fault, RecordRefused)
    assert (result.fault.code, result.fault.text, result.fault.recognised) == (*STRANGE, False)
    assert not result.fault.retryable
    assert not result.read_back


def test_x_5_unknown_words_after_a_resend_leave_it_open(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    """How the gateway refuses a control id that it has completed is written nowhere."""
    gateway.will_answer((502, {}, b""), operation(failure("create_sotransaction", STRANGE)))
    client = gateway.client()

    with pytest.raises(OutcomeUnknown):
        client.execute([invoice], control_ids=["a"])
    (result,) = client.execute([invoice], control_ids=["a"])

    assert isinstance(result.fault, OutcomeUnknown)
    assert (result.fault.code, result.fault.text) == STRANGE
    assert result.read_back


def test_x_5_what_another_worker_sent_before_is_told_to_the_client(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    both = operation(
        failure("create_sotransaction", STRANGE, number=1)
        + failure("create_sotransaction", STRANGE, number=2)
    )
    gateway.will_answer(both)

    first, second = gateway.client().execute([invoice] * 2, control_ids=["a", "b"], resent=["a"])

    assert isinstance(first.fault, OutcomeUnknown)
    assert isinstance(second.fault, RecordRefused)


@pytest.mark.parametrize(
    "before",
    [(429, {}, b""), sign_in_failure(("XL03000006", "Invalid session"))],
)
def test_x_5_what_the_client_sent_again_by_itself_counts_as_sent_before(
    gateway: FakeGateway, invoice: CreateSalesTransaction, before: Any
) -> None:
    gateway.will_answer(before, operation(failure("create_sotransaction", STRANGE)))

    (result,) = execute(gateway, invoice)

    assert isinstance(result.fault, OutcomeUnknown)


def test_known_words_stay_a_definite_refusal_after_a_resend(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer(
        (429, {}, b""),
        operation(failure("create_sotransaction", ("BL01001973", "Invalid Customer 'C-1' specified."))),
    )

    (result,) = execute(gateway, invoice)

    assert isinstance(result.fault, RecordRefused)
    assert not result.read_back
