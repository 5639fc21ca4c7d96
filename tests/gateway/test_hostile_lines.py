"""Answers that are made to hurt, over real HTTP: each ends in time, as a fault or an answer (G-3, S-2)."""

import gzip
import time
import traceback
import tracemalloc
import zlib
from datetime import date
from decimal import Decimal

import pytest
import requests

from intacct.gateway import (
    AddressRule,
    Client,
    CreateSalesTransaction,
    Credentials,
    GatewayError,
    Limits,
    NetworkFault,
    OutcomeUnknown,
    ProtocolFault,
    RequestRecord,
    RequestRefused,
    SalesLine,
    Throttled,
    Version,
)
from intacct.gateway.transport import HttpAnswer
from tests.gateway.wire import CHUNKED, SECRET, Reply, Whole, Wire, drip, impatient, reply, whole

LOCATIONS = [
    "http://[::1",
    "https://[bad\xff/",
    "//[",
    "http://\xe4\xf6.example/%zz",
    "http://h:99999999999/",
    "\x01\x02",
    "h" * 60_000,
    "https://api.intacct.com@evil.example/",
]
REDIRECTS = ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent", "304 Same"]


def lost(wire: Wire, *, answer: float = 10, max_bytes: int = 2**20) -> NetworkFault | ProtocolFault:
    fault = whole(impatient(answer=answer, max_bytes=max_bytes), wire.url)
    assert isinstance(fault, (NetworkFault, ProtocolFault))
    assert not fault.nothing_ran
    assert (fault.__traceback__, fault.__context__, fault.__cause__) == (None, None, None)
    return fault


def _short(value: object) -> str:
    """An id of a case that is the same in every process: gzip stamps what it packs with the time."""
    if isinstance(value, bytes):
        return "packed" if value.startswith(b"\x1f") else f"{len(value)} bytes"
    return ascii(value)[:40]


# -- redirects ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("location", LOCATIONS, ids=_short)
def test_no_redirect_is_looked_into(wire: Wire, status: str, location: str) -> None:
    head = f"HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 3\r\n\r\n".encode("latin-1")
    wire.replies = [lambda line: line.sendall(head + b"<a>")]

    answer = whole(impatient(), wire.url)

    assert answer == Whole(int(status[:3]), b"")
    assert len(wire.heads) == 1


def test_the_body_of_a_redirect_is_not_read(wire: Wire) -> None:
    """Neither a bomb nor an endless one: nothing in it would be worth a second."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    wire.replies = [
        reply(bomb, "Location: /", "Content-Encoding: gzip", status="302 Found"),
        drip(b"HTTP/1.1 302 Found\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n<\r\n"),
    ]
    tracemalloc.start()
    begun = time.monotonic()
    try:
        answers = [whole(impatient(), wire.url) for _ in range(2)]
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert answers == [Whole(302, b"")] * 2
    assert peak < 5_000_000
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("location", LOCATIONS, ids=_short)
def test_s_2_a_redirected_write_is_unknown_and_shows_no_password(wire: Wire, location: str) -> None:
    head = f"HTTP/1.1 307 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    wire.otherwise = lambda line: line.sendall(head)
    records: list[RequestRecord] = []
    client = Client(
        wire.url,
        Credentials("sender", "SENDER-s3cret", "user", "company", "USER-s3cret"),
        Version.V3_0,
        address_rule=AddressRule(allow_loopback_http=True),
        on_request=records.append,
        keeps_session=False,
    )
    document = CreateSalesTransaction(
        transaction_type="Sales Invoice",
        date_created=date(2026, 11, 20),
        customer_id="C-1",
        lines=(SalesLine(item_id="A", quantity=Decimal(1)),),
    )

    with client, pytest.raises(OutcomeUnknown) as unknown:
        client.execute([document], control_ids=["a"])
    with pytest.raises(RequestRefused, match="redirect"):
        client.check_read("CUSTOMER")

    assert [record.http_status for record in records] == [307, 307]
    frames = traceback.TracebackException.from_exception(unknown.value, capture_locals=True).stack
    shown = [str(frame.locals) for frame in frames if frame.filename != __file__]
    assert [text for text in shown if "s3cret" in text] == []


# -- packing --------------------------------------------------------------------------------------------


def gzipped(*members: bytes) -> Reply:
    return reply(b"".join(gzip.compress(each) for each in members), "Content-Encoding: gzip")


def test_every_member_of_a_packed_answer_is_read(wire: Wire) -> None:
    wire.replies = [
        gzipped(b"<response>", b"</response>"),
        gzipped(b"<response>", b"", b"x" * 200_000, b"</response>"),
        reply(gzip.compress(b"<a>") + bytes(700) + gzip.compress(b"</a>"), "Content-Encoding: gzip"),
    ]
    transport = impatient()

    bodies = [whole(transport, wire.url) for _ in range(3)]

    assert bodies == [
        Whole(200, b"<response></response>"),
        Whole(200, b"<response>" + b"x" * 200_000 + b"</response>"),
        Whole(200, b"<a></a>"),
    ]


@pytest.mark.parametrize(
    ("body", "headers", "sentence"),
    [
        (gzip.compress(gzip.compress(b"<a/>")), ["Content-Encoding: gzip"], "packed twice"),
        (gzip.compress(gzip.compress(b"<a/>")), ["Content-Encoding: gzip, gzip"], "not asked for"),
        (gzip.compress(b"<a/>"), ["Content-Encoding: gzip", "Content-Encoding: gzip"], "not asked for"),
        (gzip.compress(b"<a/>"), [], "without saying so"),
        (zlib.compress(b"<a/>"), ["Content-Encoding: deflate"], "not asked for"),
        (gzip.compress(b"<a/>") + b"<a/>", ["Content-Encoding: gzip"], "damaged"),
        (gzip.compress(b"<a>") + gzip.compress(b"</a>")[:-9], ["Content-Encoding: gzip"], "cut off"),
        (gzip.compress(b"") * 500, ["Content-Encoding: gzip"], "too many pieces"),
        (b"\x1f\x8b\x08\x08" + b"name" * 500_000, ["Content-Encoding: gzip"], "larger than"),
        (gzip.compress(b"") + bytes(2_000_000), ["Content-Encoding: gzip"], "larger than"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"\0\0\0\xff\xff" * 400_000, ["Content-Encoding: gzip"], "larger"),
    ],
    ids=_short,
)
def test_packing_that_hides_something_is_a_fault(
    wire: Wire, body: bytes, headers: list[str], sentence: str
) -> None:
    wire.replies = [reply(body, *headers)]

    assert sentence in lost(wire).message


# -- time -----------------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "status line": drip(b"HTTP/1.1 200 O", b"K"),
    "header": drip(HEAD + b"X-Endless: ", b"a"),
    "headers": drip(HEAD, b"X: y\r\n"),
    "continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": drip(HEAD + b"Content-Length: 100000000\r\n\r\n<a>", b"<"),
    "body without length": drip(HEAD + b"\r\n<a>", b"<"),
    "chunks": drip(CHUNKED, b"1\r\n<\r\n"),
    "size of a chunk": drip(CHUNKED, b"0"),
    "extension of a chunk": drip(CHUNKED + b"1;", b"x"),
    "trailer": drip(CHUNKED + b"3\r\n<a>\r\n0\r\n", b"X: y\r\n"),
    "gzip": drip(HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\3", b"\0\0\0\xff\xff"),
    "name in gzip": drip(HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\3", b"x"),
}


@pytest.mark.parametrize("where", DRIPS)
def test_what_drips_for_ever_is_ended(wire: Wire, where: str) -> None:
    wire.replies = [DRIPS[where]]
    begun = time.monotonic()

    fault = lost(wire, answer=0.4)

    # All but the headers, of which a hundred are enough: those end sooner.
    assert isinstance(fault, NetworkFault)
    assert 0.3 < time.monotonic() - begun < 2
    assert "too long" in fault.message


def test_more_headers_than_anybody_sends_end_at_once(wire: Wire) -> None:
    wire.replies = [drip(HEAD, b"X: y\r\n" * 1000, pause=0)]

    assert "broke" in lost(wire).message


def test_a_header_without_end_is_not_kept(wire: Wire) -> None:
    wire.replies = [drip(HEAD + b"X: ", b"x" * 65536, pause=0)]
    tracemalloc.start()
    try:
        lost(wire)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 2_000_000


def test_trailers_without_end_are_not_kept(wire: Wire) -> None:
    wire.replies = [drip(CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000, pause=0)]
    tracemalloc.start()
    try:
        lost(wire, answer=0.5)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 2_000_000


def test_a_reply_in_time_is_not_ended_by_the_time_of_the_one_before(wire: Wire) -> None:
    wire.replies = [reply(b"one"), reply(b"two")]
    transport = impatient(answer=0.5)

    first = whole(transport, wire.url)
    time.sleep(0.6)

    assert [first, whole(transport, wire.url)] == [Whole(200, b"one"), Whole(200, b"two")]
    assert wire.connections == 1


# -- Retry-After ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("9" * 60, 1e60),
        ("9" * 5000, None),
        ("\xb2\xb3", None),
        ("\u0663".encode().decode("latin-1"), None),
        ("1 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -9999", None),
        ("Fri, 01 Jan 0001 00:00:00 +2359", 0),
        ("Mon, 99 Foo 2026 99:99:99 +9999", None),
        ("1 Jan 2026 00:00:00 +" + "9" * 40, None),
        ("-1", None),
        ("1e9", None),
        ("inf", None),
        (",;: ()", None),
    ],
)
def test_a_retry_after_that_is_none_is_none(wire: Wire, header: str, seconds: float | None) -> None:
    head = f"HTTP/1.1 429 Busy\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    wire.replies = [lambda line: line.sendall(head)]

    answer = impatient().post(wire.url, SECRET, lambda part: True)

    assert isinstance(answer, HttpAnswer)
    assert answer.retry_after_seconds == pytest.approx(seconds)


THROTTLED = (
    b"<response><control><status>failure</status></control><errormessage><error><errorno>GW-0010</errorno>"
    b"<description2>Too many requests</description2></error></errormessage></response>"
)


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "400 Bad", "429 Busy"])
@pytest.mark.parametrize("body", [THROTTLED, b"API rate limit exceeded"])
def test_g_3_retry_after_is_obeyed_however_throttling_is_told(wire: Wire, status: str, body: bytes) -> None:
    wire.otherwise = reply(body, "Retry-After: 11", status=status)
    slept: list[float] = []
    client = Client(
        wire.url,
        Credentials("sender", "a-secret", "user", "company", "b-secret"),
        Version.V3_0,
        address_rule=AddressRule(allow_loopback_http=True),
        limits=Limits(read_retries=2),
        sleep=slept.append,
    )

    with client, pytest.raises(Throttled):
        client.sign_in()

    assert slept == [11, 11]


# -- whatever else trips the HTTP library -----------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n<a/>",
        b"HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n<a/>",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n<a/>",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n<a/>",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 2\xb20 OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n<a/>",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x01\0\x02\x02\x28",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=\xff; expires=Fri, 99 Foo 99999\r\n\r\n<a/>",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=\xff\xfe; =\r\n\r\n<a/>",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: \xff\r\n\r\n<a/>",
        b"HTTP/1.1 200 OK\r\n: nameless\r\n\r\n<a/>",
        b"HTTP/1.1 200 OK\r\n\0\0\0: \0\r\n\r\n<a/>",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n<a/>",
        b"HTTP/1.1 204 None\r\nContent-Length: 4\r\n\r\n<a/>",
        CHUNKED + b"-5\r\n<a/>\r\n0\r\n\r\n",
        CHUNKED + b"zz\r\n<a/>\r\n0\r\n\r\n",
        CHUNKED + b"9" * 5000 + b"\r\n<a/>\r\n0\r\n\r\n",
        CHUNKED + b"\xd9\xa3\r\n<a/>\r\n0\r\n\r\n",
        CHUNKED + b"4\r\n<a/>XX0\r\n\r\n",
    ],
    ids=_short,
)
def test_bytes_that_are_no_http_end_as_an_answer_or_a_gateway_error(wire: Wire, answer: bytes) -> None:
    def send(line: object) -> None:
        assert hasattr(line, "sendall")
        line.sendall(answer)
        raise ConnectionError  # the end of this line

    wire.otherwise = send
    found = whole(impatient(read=0.5), wire.url)
    records: list[RequestRecord] = []
    with requests.Session() as http:
        client = Client(
            wire.url,
            Credentials("sender", "SENDER-s3cret", "user", "company", "USER-s3cret"),
            Version.V2_1,
            address_rule=AddressRule(allow_loopback_http=True),
            http=http,
            limits=Limits(read_retries=1, read_timeout_seconds=0.5),
            sleep=lambda seconds: None,
            on_request=records.append,
        )
        with client, pytest.raises(GatewayError) as refused:
            client.check_read("CUSTOMER")

    assert isinstance(found, (Whole, NetworkFault, ProtocolFault))
    # Each request that arrived left its record; so does one whose line was gone before it was read.
    assert len(wire.heads) - 1 <= len(records) <= 2
    assert "s3cret" not in f"{refused.value!r} {vars(refused.value)}"
