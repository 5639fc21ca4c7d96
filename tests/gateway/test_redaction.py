"""Secrets never leave: not in texts, records, reprs or errors (S-2, P-4)."""

import pickle
import traceback
from typing import Any

import pytest
import requests

from intacct.gateway import (
    CreateSalesTransaction,
    Credentials,
    GatewayError,
    Limits,
    OutcomeUnknown,
    Query,
    Version,
    redact,
)
from intacct.gateway.envelope import Envelope
from intacct.gateway.functions import GetApiSession
from intacct.gateway.text import people_text, xml_text
from tests.gateway.fake import (
    SESSION_ID,
    FakeGateway,
    control_failure,
    failure,
    operation,
    sign_in_failure,
)

PLANTED = "Pl4nted<&>S3cret"
CREDENTIALS = Credentials("recon_sender", f"{PLANTED}-1", "recon_ws", "ACME", f"{PLANTED}-2")


@pytest.mark.parametrize(
    "text",
    [
        "<password>hidden</password>",
        "<PASSWORD>hidden</PASSWORD>",
        "<password >hidden</password >",
        '<password kind="plain"\n encoded="no">hidden</password>',
        "<password>\n  hidden\n</password>",
        "<password><![CDATA[hidden]]></password>",
        "<login:password>hidden</login:password>",
        "<sessionid>hidden</sessionid>",
        "<oauth>hidden</oauth>",
        "<EMPLOYEE><SSN>hidden</SSN></EMPLOYEE>",
        "<TAXID>hidden</TAXID>",
        "<CONTACT.TAXID>hidden</CONTACT.TAXID>",
        "<accountnumber>hidden</accountnumber>",
        "<ACHACCOUNTNUMBER>hidden</ACHACCOUNTNUMBER>",
        "<wireaccountnumber>hidden</wireaccountnumber>",
        "<cardnum>hidden</cardnum>",
        "<a><password>hidden",
        "<password>hidden</passw",
        "&lt;password&gt;hidden&lt;/password&gt;",
        "&amp;lt;sessionid&amp;gt;hidden&amp;lt;/sessionid&amp;gt;",
        "password=hidden",
        "password: 'hidden'",
        '{"sessionid": "hidden", "x": 1}',
        'userPassword="hidden"',
    ],
)
def test_what_is_secret_by_its_name_is_masked(text: str) -> None:
    assert "hidden" not in redact(text)
    assert "hidden" not in redact(text.encode())


def test_what_is_not_secret_stays() -> None:
    text = '<r><userid>recon_ws</userid><password/><password></password><NAME hint="a>b">Acme</NAME></r>'

    shown = redact(text)

    assert "<userid>recon_ws</userid>" in shown
    assert ">Acme</NAME>" in shown
    sentence = "Incorrect Intacct XML Partner ID or password. Sign-in information is incorrect"
    assert redact(sentence) == sentence


def test_each_secret_is_masked_alone() -> None:
    shown = redact("<password>one</password><name>Acme</name><password>two</password>")

    assert shown == "<password>********</password><name>Acme</name><password>********</password>"


@pytest.mark.parametrize(
    "spelled", [PLANTED, "Pl4nted&lt;&amp;&gt;S3cret", "Pl4nted&amp;lt;&amp;amp;&amp;gt;S3cret"]
)
def test_known_values_are_masked_wherever_they_stand(spelled: str) -> None:
    assert redact(f"Invalid value '{spelled}'!", [PLANTED]) == "Invalid value '********'!"


def test_bytes_of_any_kind_can_be_redacted() -> None:
    assert "hidden" not in redact("<password>hidden</password>".encode("utf-16"))
    assert redact(b"\xff\xfa bad") == "\ufffd\ufffd bad"


def test_a_request_never_shows_itself() -> None:
    envelope = Envelope(CREDENTIALS, Version.V3_0, "c", [GetApiSession()], ["f"], session_id=SESSION_ID)

    assert "S3cret" not in repr(envelope)
    assert SESSION_ID not in repr(envelope)
    shown = redact(envelope.to_bytes())
    assert "S3cret" not in shown
    assert SESSION_ID not in shown


ECHO = (
    "You sent &lt;password&gt;Pl4nted&amp;lt;&amp;amp;&amp;gt;S3cret-1&lt;/password&gt; and "
    "Pl4nted&lt;&amp;&gt;S3cret-2 and &lt;sessionid&gt;S3SSION-token..&lt;/sessionid&gt; S3SSION-token.. "
    "&lt;ssn&gt;078-05-1120&lt;/ssn&gt; [Support ID: S3SSION-token..]"
)
NASTY: list[Any] = [
    control_failure(("XL03000003", ECHO)),
    sign_in_failure(("XL03000006", ECHO)),
    operation(failure("create_sotransaction", (ECHO, ECHO))),
    (500, {}, control_failure(("GW-0011", ECHO)).encode()),
    (400, {}, ECHO.encode()),
    (200, {}, ECHO.encode()),
    requests.ReadTimeout(f"body was {PLANTED}-1"),
    requests.ConnectionError(f"body was {PLANTED}-1"),
]


@pytest.mark.parametrize("answer", NASTY)
def test_s_2_planted_secrets_reach_no_error_record_or_traceback(
    gateway: FakeGateway, invoice: CreateSalesTransaction, answer: Any
) -> None:
    gateway.will_answer(*[answer] * 20)
    client = gateway.client(credentials=CREDENTIALS)
    shown: list[str] = []

    def note(fault: BaseException | None) -> None:
        while fault is not None:
            shown.extend([repr(fault), str(fault), repr(vars(fault))])
            frames = traceback.TracebackException.from_exception(fault, capture_locals=True).stack
            # The test's own frame holds what it planted; nothing of the client may.
            shown.extend(str(frame.locals) for frame in frames if frame.filename != __file__)
            fault = fault.__cause__ or fault.__context__

    try:
        for result in client.execute([invoice], control_ids=["a"]):
            shown.append(repr(result))
            note(result.fault)
    except GatewayError as fault:
        note(fault)
    with pytest.raises(GatewayError) as refused:
        list(client.pages(Query("CUSTOMER", ("RECORDNO",))))
    note(refused.value)
    shown += [repr(record) for record in gateway.records]
    shown += [repr(client), repr(client.sign_in())]

    assert len(shown) > 10
    for secret in (f"{PLANTED}-1", f"{PLANTED}-2", SESSION_ID, "078-05-1120"):
        assert [text for text in shown if secret in text] == []


def test_g_4_nothing_of_a_request_is_kept_unless_asked_for(gateway: FakeGateway) -> None:
    gateway.client().sign_in()

    (record,) = gateway.records
    assert (record.request_text, record.answer_text) == ("", "")


@pytest.mark.parametrize("size", [*range(300, 1500, 37), 100_000])
def test_g_4_kept_requests_and_answers_hold_no_secret_wherever_they_are_cut(
    gateway: FakeGateway, invoice: CreateSalesTransaction, size: int
) -> None:
    gateway.will_answer(control_failure(("XL03000003", ECHO)), (200, {}, ECHO.encode()))
    client = gateway.client(credentials=CREDENTIALS, limits=Limits(kept_text_bytes=size, read_retries=0))

    for _ in range(2):
        with pytest.raises(GatewayError):
            client.execute([invoice], control_ids=["a"])

    kept = [text for record in gateway.records for text in (record.request_text, record.answer_text)]
    assert len(kept) == 6
    assert max(len(text) for text in kept) <= size + 20
    for secret in ("S3cret", "Pl4nted", SESSION_ID, "S3SSION", "078-05"):
        assert [text for text in kept if secret in text] == []
    assert kept[0].startswith("<?xml")
    assert "Pl4nted" not in repr(gateway.records)


def test_errors_survive_pickling() -> None:
    fault = OutcomeUnknown("It was sent.", advice="Wait.", code="X", culprit="network", control_id="c")

    again = pickle.loads(pickle.dumps(fault))

    assert (type(again), again.message, again.advice, again.code) == (
        OutcomeUnknown,
        "It was sent.",
        "Wait.",
        "X",
    )


def test_the_gateways_words_become_a_readable_text() -> None:
    text, support_id = people_text(
        "Invalid &amp;#039;Department&#039;",
        "<b>Wrong</b>  one\n[Support ID: nHh88EB032%7EY1JF-_A]",
        "",
        "Wrong one",
    )

    assert text == "Invalid 'Department' Wrong one"
    assert support_id == "nHh88EB032~Y1JF-_A"


def test_a_request_id_counts_as_a_support_id_and_comparisons_are_no_tags() -> None:
    assert people_text("Invalid Request [Request ID: AC47C2BE:D9EE.59]") == (
        "Invalid Request",
        "AC47C2BE:D9EE.59",
    )
    assert people_text("if 1 < 2 and 3 > 2") == ("if 1 < 2 and 3 > 2", "")


def test_what_xml_cannot_carry_is_dropped() -> None:
    assert xml_text("a\x00b\x0bc\ud800d\ufffee\uffff\t\n\U0001f600") == "abcde\t\n\U0001f600"
