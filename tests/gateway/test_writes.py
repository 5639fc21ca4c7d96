"""Never twice, never lost: what a write concludes from each way in which its answer may go wrong (X-5)."""

from typing import Any

import pytest
import requests
import urllib3

from intacct.gateway import (
    AlreadyExists,
    CreateSalesTransaction,
    GatewayError,
    NetworkFault,
    OutcomeUnknown,
    RecordRefused,
    RequestRefused,
    Result,
    SignInRefused,
    SubscriptionMissing,
    TemporarilyUnavailable,
    Version,
)
from tests.gateway.fake import (
    FakeGateway,
    control_failure,
    created,
    errors,
    failure,
    operation,
    sign_in_failure,
)


def execute(
    gateway: FakeGateway, invoice: CreateSalesTransaction, count: int = 1, **how: Any
) -> list[Result]:
    ids = [f"reconpro:so:{number}:1" for number in range(1, count + 1)]
    return gateway.client().execute([invoice] * count, control_ids=ids, **how)


@pytest.mark.parametrize("version", list(Version))
def test_documents_go_in_one_request_with_their_control_ids_and_uniqueid_on(
    gateway: FakeGateway, invoice: CreateSalesTransaction, version: Version
) -> None:
    gateway.will_answer(operation(created(1, "Sales Invoice-RP-1") + created(2, "Sales Invoice-RP-2")))

    results = gateway.client(version).execute([invoice, invoice], control_ids=["a:1", "a:2"])

    assert [(each.control_id, each.succeeded, each.key) for each in results] == [
        ("a:1", True, "Sales Invoice-RP-1"),
        ("a:2", True, "Sales Invoice-RP-2"),
    ]
    (request,) = gateway.work
    assert request.control_ids == ["a:1", "a:2"]
    assert request.text("control/uniqueid") == "true"
    assert request.text("control/dtdversion") == version.value
    assert request.root.find("operation").get("transaction") == "false"
    assert gateway.records[-1].function == "create_sotransaction x 2"
    assert gateway.records[-1].records == 2


def test_x_6_one_bad_document_does_not_hold_up_the_others(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    bad = failure(
        "create_sotransaction",
        ("BL01001973", "Invalid Department 999 selected [Support ID: abc%7E1]"),
        ("BL01001973", "Could not create Document record!"),
        number=2,
    )
    gateway.will_answer(operation(created(1) + bad + created(3)))

    first, second, third = execute(gateway, invoice, 3)

    assert first.succeeded
    assert third.succeeded
    assert not second.succeeded
    assert not second.read_back
    assert isinstance(second.fault, RecordRefused)
    assert (second.fault.dimension, second.fault.value) == ("department", "999")
    assert second.fault.text == "Invalid Department 999 selected"
    assert second.fault.support_id == "abc~1"
    assert [error.number for error in second.errors] == ["BL01001973", "BL01001973"]
    assert gateway.records[-1].error_text == "Invalid Department 999 selected"


def test_results_are_matched_by_control_id_not_by_place(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer(operation(created(2, "second") + created(1, "first")))

    assert [each.key for each in execute(gateway, invoice, 2)] == ["first", "second"]


def test_a_missing_result_is_unknown(gateway: FakeGateway, invoice: CreateSalesTransaction) -> None:
    gateway.will_answer(operation(created(1)))

    first, second = execute(gateway, invoice, 2)

    assert first.succeeded
    assert (second.succeeded, second.unknown, second.read_back) == (False, True, True)
    assert isinstance(second.fault, OutcomeUnknown)


def test_a_success_without_a_key_is_unknown(gateway: FakeGateway, invoice: CreateSalesTransaction) -> None:
    gateway.will_answer(operation(created(1, "")))

    (result,) = execute(gateway, invoice)

    assert (result.succeeded, result.unknown) == (False, True)


def test_a_transaction_is_done_only_if_every_result_is_a_success(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    rolled_back = (
        "XL03000009",
        "The entire transaction in this operation has been rolled back due to an error.",
    )
    gateway.will_answer(
        operation(
            failure("create_sotransaction", rolled_back, number=1, status="aborted")
            + failure("create_sotransaction", ("BL03000018", "Missing unit"), rolled_back, number=2)
        )
    )

    first, second, third = execute(gateway, invoice, 3, transaction=True)

    assert gateway.work[0].root.find("operation").get("transaction") == "true"
    assert (first.aborted, second.aborted, third.aborted) == (True, False, True)
    assert not any(each.succeeded or each.unknown for each in (first, second, third))
    assert second.fault is not None
    assert second.fault.code == "BL03000018"
    assert first.fault is not None
    assert "another document" in first.fault.message


def test_a_success_beside_a_failure_in_a_transaction_is_no_success(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer(
        operation(created(1) + failure("create_sotransaction", ("BL03000018", "Missing unit"), number=2))
    )

    first, _second = execute(gateway, invoice, 2, transaction=True)

    assert (first.succeeded, first.aborted) == (False, True)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("BL34000061", "Another Document with the given value(s) RP-1  already exists"),
        ("PL01000127", "Document RP-1 is used"),
    ],
)
def test_a_number_that_is_there_already_must_be_read_back(
    gateway: FakeGateway, invoice: CreateSalesTransaction, number: str, text: str
) -> None:
    gateway.will_answer(operation(failure("create_sotransaction", (number, text))))

    (result,) = execute(gateway, invoice)

    assert isinstance(result.fault, AlreadyExists)
    assert result.read_back


def test_could_not_create_without_a_cause_must_be_read_back(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer(
        operation(
            failure(
                "create_sotransaction",
                ("BL01001973", "Could not create Document record!"),
                (
                    "XL03000009",
                    "The entire transaction in this operation has been rolled back due to an error.",
                ),
            )
        )
    )

    (result,) = execute(gateway, invoice)

    assert isinstance(result.fault, OutcomeUnknown)
    assert result.read_back


LOST = {
    "read timeout": requests.ReadTimeout("Read timed out."),
    "cut before an answer": requests.ConnectionError(
        urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))
    ),
    "500": (500, {}, b""),
    "502 with a page": (502, {"Content-Type": "text/html"}, b"<html>Bad gateway</html>"),
    "503": (503, {"Retry-After": "1"}, b""),
    "500 with a control failure": (500, {}, control_failure(("GW-0011", "Invalid Request")).encode()),
    "524": (524, {}, b"A timeout occurred"),
    "302": (302, {"Location": "https://elsewhere.example/"}, b""),
    "403 without XML": (403, {}, b"denied"),
    "404 without XML": (404, {}, b""),
    "401 without XML": (401, {}, b""),
    "an empty body": (200, {}, b""),
    "a page": (200, {}, b"<!DOCTYPE html><html><body>Maintenance</body></html>"),
    "no XML": (200, {}, b"Gateway says hello"),
    "a rate limit in plain text": (200, {}, b"API rate limit exceeded"),
    "a cut body": (200, {}, b'<?xml version="1.0"?><response><control><status>success</status>'),
    "a doubled body": operation(created(1)).split("?>", 1)[1] * 2,
    "a foreign control id": operation(created(1)).replace("$CONTROL", "somebody-elses"),
    "no control id": operation(created(1)).replace("<controlid>$CONTROL</controlid>", ""),
    "a foreign function": operation(created(1)).replace("$F1", "somebody-elses"),
    "a function twice": operation(created(1) + created(1)),
    "a foreign root": "<html><body/></html>".replace("html", "page"),
    "no operation": "<response><control><status>success</status><controlid>$CONTROL</controlid></control>"
    "</response>",
    "an acknowledgement": "<response><acknowledgement><status>success</status></acknowledgement></response>",
    "an error beside a good sign-in": operation(errors(("BL01001973", "Something went wrong"))),
    "no word of success": operation(created(1).replace("success", "perhaps")),
    "a doctype": '<!DOCTYPE r [<!ENTITY a "b">]>' + operation(created(1)).split("?>", 1)[1],
}  # fmt: skip


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST.keys())
def test_x_5_a_lost_answer_is_unknown_and_never_sent_again(
    gateway: FakeGateway, invoice: CreateSalesTransaction, answer: Any
) -> None:
    gateway.will_answer(answer)

    with pytest.raises(OutcomeUnknown) as unknown:
        execute(gateway, invoice)

    assert len(gateway.work) == 1
    assert gateway.clock.slept == []
    assert not unknown.value.nothing_ran
    assert unknown.value.message.startswith("It was sent, but Intacct's answer was lost.")
    assert unknown.value.control_id == gateway.work[0].text("control/controlid")


# What the HTTP library raises holds a pool and a connection, of which the client must look at neither.
NO_POOL: Any = None
NO_CONNECTION: Any = None
NOT_SENT = {
    "connect timeout": (requests.ConnectTimeout("too slow"), NetworkFault),
    "refused": (
        requests.ConnectionError(
            urllib3.exceptions.MaxRetryError(
                NO_POOL,
                "/",
                urllib3.exceptions.NewConnectionError(NO_CONNECTION, "Connection refused"),
            )
        ),
        NetworkFault,
    ),
    "no such host": (
        requests.ConnectionError(
            urllib3.exceptions.MaxRetryError(
                NO_POOL,
                "/",
                urllib3.exceptions.NameResolutionError("api", NO_CONNECTION, OSError("unknown")),
            )
        ),
        NetworkFault,
    ),
    "schema failure": (control_failure(("XL03000003", "XML Parse error")), RequestRefused),
    "sender refused": (
        control_failure(("XL03000006", "Incorrect Intacct XML Partner ID or password.")), SignInRefused
    ),
    "no subscription": (
        control_failure(("", "This company is not authorized for XML transactions.")), SubscriptionMissing
    ),
    "off-line": (control_failure(("", "The Service is Temporarily Off-line")), TemporarilyUnavailable),
    "a refusal with HTTP 400": (
        (400, {"Content-Type": "application/xml"}, control_failure(("GW-0011", "Invalid Request")).encode()),
        RequestRefused,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "kind"), NOT_SENT.values(), ids=NOT_SENT.keys())
def test_what_failed_before_anything_ran_says_so_and_is_left_to_the_caller(
    gateway: FakeGateway, invoice: CreateSalesTransaction, answer: Any, kind: type[GatewayError]
) -> None:
    gateway.will_answer(answer, answer)

    with pytest.raises(kind) as fault:
        execute(gateway, invoice)

    assert fault.value.nothing_ran
    assert gateway.clock.slept == []


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        ((429, {"Retry-After": "7"}, control_failure(("GW-0010", "Too many")).encode()), [7]),
        ((429, {}, b"slow down"), [2]),
        (control_failure(("GW-0010", "Too many")), [2]),
        (control_failure(("", "API rate limit exceeded")), [2]),
    ],
)
def test_a_throttled_write_waits_and_goes_again_with_the_same_control_ids(
    gateway: FakeGateway, invoice: CreateSalesTransaction, answer: Any, pauses: list[float]
) -> None:
    gateway.will_answer(answer, operation(created(1)))

    (result,) = execute(gateway, invoice)

    assert result.succeeded
    assert gateway.clock.slept == pauses
    first, second = gateway.work
    assert first.control_ids == second.control_ids
    assert first.text("control/controlid") != second.text("control/controlid")


def test_x_5_throttling_without_end_is_given_up_and_read_back(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    """A limiter in front of the gateway can't vouch for what happened behind it."""
    gateway.will_answer(*[(429, {}, b"")] * 6)

    with pytest.raises(OutcomeUnknown, match="too many requests"):
        execute(gateway, invoice)

    assert gateway.clock.slept == [2, 4, 8, 16, 32]


def test_an_expired_session_is_renewed_once_and_the_write_goes_again(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.will_answer(sign_in_failure(("XL03000006", "Invalid session")), operation(created(1)))

    (result,) = execute(gateway, invoice)

    assert result.succeeded
    assert len(gateway.sign_ins) == 2
    assert gateway.work[0].control_ids == gateway.work[1].control_ids


def test_a_session_refused_twice_is_no_loop(gateway: FakeGateway, invoice: CreateSalesTransaction) -> None:
    gateway.will_answer(*[sign_in_failure(("XL03000006", "Invalid session"))] * 2)

    with pytest.raises(SignInRefused) as fault:
        execute(gateway, invoice)

    assert fault.value.nothing_ran
    assert len(gateway.work) == 2


def test_a_sign_in_that_fails_on_the_way_to_a_write_means_that_nothing_ran(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    gateway.scripted_sign_ins = [requests.ReadTimeout("slow")] * 6

    with pytest.raises(NetworkFault) as fault:
        execute(gateway, invoice)

    assert fault.value.nothing_ran
    assert gateway.work == []


def test_a_foreign_refused_connection_does_not_vouch_for_a_lost_answer(
    gateway: FakeGateway, invoice: CreateSalesTransaction
) -> None:
    """The caller may be handling some other error while it writes; that says nothing of this request."""
    gateway.will_answer(requests.ReadTimeout("Read timed out."))

    def write_while_handling_something_else() -> None:
        try:
            raise ConnectionRefusedError
        except ConnectionRefusedError:
            execute(gateway, invoice)

    with pytest.raises(OutcomeUnknown):
        write_while_handling_something_else()


@pytest.mark.parametrize(
    "control_ids",
    [["a"], ["a", "a"], ["a", ""], ["a", "b" * 257], ["a", "b\n"], ["a", " b"], ["a", "b\ud800"]],
)
def test_control_ids_that_are_no_use_are_refused_before_anything_is_sent(
    gateway: FakeGateway, invoice: CreateSalesTransaction, control_ids: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"control id"):
        gateway.client().execute([invoice, invoice], control_ids=control_ids)
    assert gateway.requests == []


def test_nothing_to_write_asks_nothing(gateway: FakeGateway) -> None:
    assert gateway.client().execute([], control_ids=[]) == []
    assert gateway.requests == []
