"""What was sent before under the same control id, and is refused now (X-5)."""

from typing import Any

import pytest
import requests

from intacct.gateway import (
    CreateSalesTransaction,
    GatewayError,
    OutcomeUnknown,
    RecordRefused,
    SalesTransactions,
    SignInRefused,
    Throttled,
    Version,
)
from tests.gateway.fake import (
    FakeGateway,
    control_failure,
    created,
    failure,
    operation,
    sign_in_failure,
)
from tests.gateway.in_process import Simulator
from tests.gateway.test_with_the_simulator import documents
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


THROTTLED = control_failure(("GW-0010", "Too many requests"))
MAY_HAVE_RUN = {
    "429": (429, {}, b""),
    "429 with XML": (429, {"Content-Type": "text/xml"}, THROTTLED.encode()),
    "401": (401, {"Content-Type": "text/xml"}, control_failure(("XMLGW_JPP0002", "Sign-in")).encode()),
}
NEVER_RAN = {
    "expired session": sign_in_failure(("XL03000006", "Invalid session")),
    "throttled by the gateway itself": THROTTLED,
}
REFUSALS = {
    "strange words": STRANGE,
    "bad data": ("BL01001973", "Invalid Customer 'C-1' specified."),
    "no permission": ("PL04000005", "You do not have permission"),
    "there already": ("BL34000061", "Another Document with the given value(s) RP-1 already exists"),
    "off-line": ("", "The Service is Temporarily Off-line"),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("before", MAY_HAVE_RUN.values(), ids=MAY_HAVE_RUN)
def test_x_5_whatever_refuses_what_the_client_sent_again_by_itself_is_read_back(
    gateway: FakeGateway, invoice: CreateSalesTransaction, before: Any, refusal: tuple[str, str]
) -> None:
    gateway.will_answer(before, operation(failure("create_sotransaction", refusal)))

    (result,) = execute(gateway, invoice)

    assert isinstance(result.fault, OutcomeUnknown)
    assert result.read_back
    assert result.fault.refusal is not None
    assert (result.fault.code, result.fault.text) == refusal


@pytest.mark.parametrize("before", NEVER_RAN.values(), ids=NEVER_RAN)
def test_a_refusal_stays_definite_where_the_first_sending_certainly_never_ran(
    gateway: FakeGateway, invoice: CreateSalesTransaction, before: Any
) -> None:
    gateway.will_answer(before, operation(failure("create_sotransaction", STRANGE)))

    (result,) = execute(gateway, invoice)

    assert isinstance(result.fault, RecordRefused)
    assert not result.read_back


@pytest.mark.parametrize("unique", [True, False])
def test_a_definite_refusal_is_no_sending_that_may_have_run(
    gateway: FakeGateway, invoice: CreateSalesTransaction, unique: bool
) -> None:
    """What failed was not completed, so that the same id may be sent again (reference 5.5)."""
    no = operation(failure("create_sotransaction", REFUSALS["bad data"]))
    gateway.will_answer(no, no)
    client = gateway.client()

    for _ in range(2):
        (result,) = client.execute([invoice], control_ids=["a"], unique=unique)
        assert isinstance(result.fault, RecordRefused)
    assert client.may_have_run == frozenset()


AS_A_WHOLE = {
    "unknown code at control level": control_failure(STRANGE),
    "known code at control level": control_failure(("PL04000055", "expired")),
    "schema": control_failure(("XL03000003", "XML Parse error")),
    "HTTP 400 with XML": (400, {"Content-Type": "text/xml"}, control_failure(STRANGE).encode()),
    "HTTP 403 with XML": (403, {"Content-Type": "text/xml"}, control_failure(STRANGE).encode()),
    "sender refused": control_failure(("XL03000006", "Incorrect Intacct XML Partner ID or password.")),
    "connection refused": requests.exceptions.ConnectTimeout("slow"),
}


@pytest.mark.parametrize("answer", AS_A_WHOLE.values(), ids=AS_A_WHOLE)
def test_x_5_whatever_fails_as_a_whole_after_a_lost_answer_is_unknown(
    gateway: FakeGateway, invoice: CreateSalesTransaction, answer: Any
) -> None:
    gateway.will_answer((502, {}, b""), answer, answer)
    client = gateway.client()
    with pytest.raises(OutcomeUnknown):
        client.execute([invoice], control_ids=["a"])

    with pytest.raises(OutcomeUnknown, match="sent before") as unknown:
        client.execute([invoice, invoice], control_ids=["b", "a"])

    assert not unknown.value.nothing_ran
    assert not unknown.value.retryable
    with pytest.raises(GatewayError) as fresh:  # of another document it says what it always said
        client.execute([invoice], control_ids=["c"])
    assert fresh.value.nothing_ran


@pytest.mark.parametrize("answer", list(AS_A_WHOLE.values())[:5], ids=list(AS_A_WHOLE)[:5])
def test_x_5_whatever_fails_as_a_whole_after_a_429_is_unknown(
    gateway: FakeGateway, invoice: CreateSalesTransaction, answer: Any
) -> None:
    gateway.will_answer((429, {}, b""), answer)
    client = gateway.client()

    with pytest.raises(OutcomeUnknown):
        client.execute([invoice], control_ids=["a"])

    assert client.may_have_run == {"a"}


def test_x_5_a_sign_in_that_fails_between_two_sendings_leaves_it_open(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer((401, {"Content-Type": "text/xml"}, control_failure(STRANGE_SIGN_IN).encode()))
    client = gateway.client()
    client.sign_in()
    gateway.scripted_sign_ins = [sign_in_failure(("XL03000006", "Sign-in information is incorrect"))]

    with pytest.raises(OutcomeUnknown) as unknown:
        client.execute([invoice], control_ids=["a"])

    assert unknown.value.culprit == "user"


STRANGE_SIGN_IN = ("XMLGW_JPP0002", "Sign-in information is incorrect. Please check your request.")


@pytest.mark.parametrize("answer", [MAY_HAVE_RUN["429"], MAY_HAVE_RUN["429 with XML"]])
def test_x_5_without_uniqueid_a_429_is_never_sent_again(
    gateway: FakeGateway, invoice: CreateSalesTransaction, answer: Any
) -> None:
    gateway.will_answer(answer)
    client = gateway.client()

    with pytest.raises(OutcomeUnknown):
        client.execute([invoice], control_ids=["a"], unique=False)

    assert len(gateway.work) == 1
    assert client.may_have_run == {"a"}


def test_x_5_without_uniqueid_a_401_is_not_sent_again_either(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer(MAY_HAVE_RUN["401"])

    with pytest.raises(SignInRefused):
        execute(gateway, invoice, unique=False)

    assert len(gateway.work) == 1


@pytest.mark.parametrize("before", NEVER_RAN.values(), ids=NEVER_RAN)
def test_without_uniqueid_what_certainly_never_ran_goes_again(
    gateway: FakeGateway, invoice: CreateSalesTransaction, before: Any
) -> None:
    gateway.will_answer(before, operation(created(1)))

    (result,) = execute(gateway, invoice, unique=False)

    assert result.succeeded


def test_throttling_by_the_gateway_itself_is_given_up_with_nothing_done(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer(*[THROTTLED] * 6)
    client = gateway.client()

    with pytest.raises(Throttled) as fault:
        client.execute([invoice], control_ids=["a"])

    assert fault.value.nothing_ran
    assert client.may_have_run == frozenset()


def test_x_5_a_run_that_is_stopped_while_it_waits_to_send_again_can_be_told(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    class Stopped(Exception):
        pass

    def turn() -> None:
        if gateway.work:
            raise Stopped

    gateway.will_answer((429, {}, b""))
    client = gateway.client(before_request=turn)

    with pytest.raises(Stopped):
        client.execute([invoice], control_ids=["a"])
    assert client.may_have_run == {"a"}
    with pytest.raises(Stopped):  # before anything left
        client.execute([invoice], control_ids=["b"])
    assert client.may_have_run == {"a"}


def test_x_5_in_a_transaction_nothing_that_may_have_run_before_counts_as_undone(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    rolled_back = ("XL03000009", "The entire transaction in this operation has been rolled back.")
    gateway.will_answer(
        operation(
            failure("create_sotransaction", rolled_back, number=1, status="aborted")
            + failure("create_sotransaction", REFUSALS["bad data"], number=2)
        )
    )

    results = gateway.client().execute(
        [invoice] * 3, control_ids=["a", "b", "c"], resent=["a", "c"], transaction=True
    )

    assert [result.read_back for result in results] == [True, False, True]


def test_x_5_a_transaction_of_which_a_result_is_missing_is_unknown_as_a_whole(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    """Only a success of every function says that it was committed (reference 5.6)."""
    gateway.will_answer(operation(created(1)), operation(created(1)))
    client = gateway.client()

    results = client.execute([invoice] * 2, control_ids=["a", "b"], transaction=True)

    assert [(each.succeeded, each.unknown, each.read_back) for each in results] == [(False, True, True)] * 2
    assert client.may_have_run == {"a", "b"}
    apart, _lost = client.execute([invoice] * 2, control_ids=["c", "d"])
    assert apart.succeeded, "without a transaction each one stands for itself"


@pytest.mark.parametrize("unique", [True, False])
def test_x_5_a_429_after_the_work_makes_no_second_document(simulator: Simulator, unique: bool) -> None:
    client = simulator.client(Version.V3_0)
    (document,) = documents(client, Version.V3_0, 1)
    fault = {"kind": "http_429", "function": "create_sotransaction", "when": "after"}
    simulator.tell(faults=[fault], allow_repeated_numbers=True)

    try:
        (result,) = client.execute([document], control_ids=["a:1"], unique=unique)
        assert result.read_back
    except OutcomeUnknown:
        assert not unique

    assert simulator.state()["documents"]["count"] == 1
    found = client.find_documents([document.document_no], SalesTransactions("Sales Invoice"))
    assert [each.number for each in found] == [document.document_no]
