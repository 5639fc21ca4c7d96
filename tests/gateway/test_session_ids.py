"""A session id is a secret from the moment that it is answered, in every text that is kept (G-4, S-2)."""

import re
from collections.abc import Callable

import pytest

from intacct.gateway import AddressRefused, Credentials, GatewayError, Limits, ProtocolFault, Query
from intacct.gateway.spellings import is_readable
from tests.gateway.fake import (
    SESSION_ID,
    FakeGateway,
    Request,
    failure,
    operation,
    query_page,
    sign_in_failure,
)

KEEPING = Limits(kept_text_bytes=5000, read_retries=0)
CUSTOMERS = Query("CUSTOMER", ("RECORDNO",))
EMPTY = query_page("", total=0, count=0, remaining=0)


def signed_in(
    *, session_id: str = SESSION_ID, endpoint: str = "", beside: str = "", control: str = "$CONTROL"
) -> str:
    return operation(
        "<result><status>success</status><function>getAPISession</function><controlid>$F1</controlid>"
        f"<data><api><sessionid>{session_id}</sessionid><endpoint>{endpoint}</endpoint>"
        f"<locationid></locationid></api>{beside}</data></result>"
    ).replace("$CONTROL", control)


def spelt_in_utf_7(text: str) -> bytes:
    return text.replace("+", "+-").replace("sessionid", "s+AGU-ssionid").encode("ascii")


def broken_by_hz(text: str) -> bytes:
    return text.replace("~", "~~").replace("sessionid", "session~\nid").encode("ascii")


@pytest.mark.parametrize(
    ("encoding", "write"),
    [
        ("UTF-7", spelt_in_utf_7),
        ("HZ-GB-2312", broken_by_hz),
        ("UTF-32LE", lambda text: text.encode("utf-32-le")),
        ("UTF-32BE", lambda text: text.encode("utf-32-be")),
        ("UTF-32", lambda text: text.encode("utf-32")),
        ("IBM037", lambda text: text.encode("cp037")),
        ("ISO-2022-JP", lambda text: text.encode("iso2022_jp")),
        ("KOI8-R", lambda text: text.encode("koi8-r")),
    ],
)
def test_g_4_an_answer_in_an_odd_encoding_is_refused_and_not_kept(
    gateway: FakeGateway, encoding: str, write: Callable[[str], bytes]
) -> None:
    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        text = signed_in(control=request.text("control/controlid") or "").replace(
            "$F1", request.control_ids[0] or ""
        )
        return 200, {}, write(text.replace('encoding="UTF-8"', f'encoding="{encoding}"'))

    gateway.scripted_sign_ins = [answer]

    with pytest.raises(ProtocolFault, match="encoding that is not accepted"):
        gateway.client(limits=KEEPING).sign_in()

    (record,) = gateway.records
    assert record.request_text
    assert record.answer_text == ""


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("iso-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
    ],
)
def test_the_usual_encodings_are_read(gateway: FakeGateway, declared: str, written: str) -> None:
    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        text = signed_in(control=request.text("control/controlid") or "", beside="<n>ü</n>")
        text = text.replace("$F1", request.control_ids[0] or "")
        return 200, {}, text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(written)

    gateway.scripted_sign_ins = [answer]

    gateway.client(limits=KEEPING).sign_in()

    (record,) = gateway.records
    assert "<n>ü</n>" in record.answer_text
    assert SESSION_ID not in record.answer_text


@pytest.mark.parametrize(
    ("document", "readable"),
    [
        (b"", True),
        (b"Sorry", True),
        (b"<r>\xff</r>", True),
        (b"<?xml version='1.0' encoding = 'us-ascii'?><r/>", True),
        (b"<?xml version='1.0'" + b" " * 5000 + b"encoding='UTF-7'?><r/>", False),
        (b"<?xml version='1.0' x='encoding=\"UTF-8\"' encoding='UTF-7'?><r/>", False),
        (b"\r\n<?xml version='1.0' encoding='UTF-7'?><r/>", False),
        ("<?xml version='1.0' encoding='UTF-7'?><r/>".encode("utf-16"), False),
        ("<?xml version='1.0' encoding='UTF-8'?><r/>".encode("utf-16-le"), False),
        (b"<?xml version='1.0' encoding='UTF-16'?><r/>", False),
        (b"s\0e\0c\0r\0e\0t\0", False),
    ],
)
def test_what_the_parser_may_read_otherwise_is_told_by_its_beginning(document: bytes, readable: bool) -> None:
    assert is_readable(document) is readable


def test_g_4_no_u_0000_is_kept_nor_what_it_takes_apart(gateway: FakeGateway) -> None:
    """PostgreSQL refuses the one, and no search finds a secret in the other."""
    apart = "\0".join("<ssn>078-05-1120</ssn>")
    gateway.will_answer((200, {}, b"x" * 1500 + apart.encode()))

    with pytest.raises(GatewayError):
        list(gateway.client(limits=KEEPING).pages(CUSTOMERS))

    assert gateway.records[-1].answer_text == ""


@pytest.mark.parametrize(
    "beside",
    [f"<note>{SESSION_ID}</note>", f"<note>sess={SESSION_ID.replace('-', '%2D')}</note>"],
)
@pytest.mark.parametrize("breaks", ["", "control", "end"])
def test_g_4_a_new_session_id_is_masked_wherever_the_sign_in_repeats_it(
    gateway: FakeGateway, beside: str, breaks: str
) -> None:
    answer = signed_in(beside=beside, control="another" if breaks == "control" else "$CONTROL")
    gateway.scripted_sign_ins = [answer.removesuffix("</response>") if breaks == "end" else answer]
    client = gateway.client(limits=KEEPING)

    if breaks:
        with pytest.raises(ProtocolFault):
            client.sign_in()
    else:
        client.sign_in()

    (record,) = gateway.records
    assert "<note>" in record.answer_text
    assert SESSION_ID not in record.answer_text
    assert SESSION_ID.replace("-", "%2D") not in record.answer_text


def test_g_4_the_session_before_stays_a_secret_after_a_renewal(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [signed_in(), signed_in(session_id="SECOND-session..")]
    quotes = f"The session {SESSION_ID} was replaced by SECOND-session.."
    gateway.will_answer(
        sign_in_failure(("XL03000006", "Sign-in information is incorrect")),
        operation(failure("query", ("X1", quotes))),
    )

    with pytest.raises(GatewayError) as refused:
        list(gateway.client(limits=KEEPING).pages(CUSTOMERS))

    shown = [str(refused.value), gateway.records[-1].error_text, gateway.records[-1].answer_text]
    for text in shown:
        assert "was replaced by" in text
        assert SESSION_ID not in text
        assert "SECOND" not in text


@pytest.mark.parametrize(
    "host",
    [
        "user-s3cret.evil.example",
        "S3SSION-token.evil.example",
        "evil.example.SENDER-S3CRET",
        "%55ser-s3cret.x",
    ],
)
def test_s_3_the_address_of_a_sign_in_shows_no_secret_where_it_is_refused(
    gateway: FakeGateway, host: str
) -> None:
    gateway.scripted_sign_ins = [signed_in(endpoint=f"https://{host}/ia")]

    with pytest.raises(AddressRefused, match="not allowed to receive passwords") as refused:
        gateway.client().sign_in()

    assert not re.search("s3cret|s3ssion", str(refused.value), re.IGNORECASE)


def test_s_3_a_password_of_digits_is_no_port(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [signed_in(endpoint="https://api.intacct.com:48213/x")]
    credentials = Credentials("sender", "SENDER-s3cret", "user", "ACME", "48213")

    with pytest.raises(AddressRefused, match=r"port .* not allowed") as refused:
        gateway.client(credentials=credentials).sign_in()

    assert "48213" not in str(refused.value)
