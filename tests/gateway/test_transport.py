"""The bytes on the wire: cut lines, huge and hostile answers, over real HTTP (G-3)."""

import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from intacct.gateway import NetworkFault, ProtocolFault
from intacct.gateway.answer_stream import parse
from tests.gateway.wire import CHUNKED, Whole, Wire, impatient, reply, whole

UTF_16 = '<?xml version="1.0" encoding="UTF-16"?>'


def post(
    wire: Wire, *, read: float = 2, answer: float = 10, max_bytes: int = 64 * 2**20
) -> Whole | NetworkFault | ProtocolFault:
    return whole(impatient(read=read, answer=answer, max_bytes=max_bytes), wire.url)


def test_an_answer_comes_with_its_status_and_body(wire: Wire) -> None:
    wire.replies = [reply(b"<response/>", "Retry-After: 3", status="503 Busy")]

    answer = post(wire)

    assert answer == Whole(503, b"<response/>", 3.0)
    head = wire.heads[0].lower()
    assert b"accept-encoding: gzip" in head
    assert b"content-type: application/xml" in head


def test_gzip_is_unpacked(wire: Wire) -> None:
    wire.replies = [reply(gzip.compress(b"<response/>" * 50_000), "Content-Encoding: gzip")]

    answer = post(wire)

    assert isinstance(answer, Whole)
    assert answer.body == b"<response/>" * 50_000


def test_one_connection_serves_many_requests(wire: Wire) -> None:
    wire.replies = [
        reply(b"one"),
        reply(gzip.compress(b"two"), "Content-Encoding: gzip"),
        lambda line: line.sendall(CHUNKED + b"3\r\nthr\r\n2\r\nee\r\n0\r\n\r\n"),
        reply(b"four"),
    ]  # fmt: skip
    transport = impatient()

    bodies = [whole(transport, wire.url) for _ in range(4)]

    assert [each.body for each in bodies if isinstance(each, Whole)] == [
        b"one",
        b"two",
        b"three",
        b"four",
    ]
    assert wire.connections == 1


@pytest.mark.parametrize(
    "cut",
    [
        reply(b"<respon", length=500),
        lambda line: line.sendall(CHUNKED + b"5\r\n<resp\r\n"),
        lambda line: line.sendall(b"HTTP/1.1 2"),
        lambda line: None,
        reply(b"", "Content-Length: 7"),
    ],
)
def test_a_line_that_breaks_while_answering_is_a_lost_answer(wire: Wire, cut: Callable[..., None]) -> None:
    def cut_and_close(line: socket.socket) -> None:
        cut(line)
        line.shutdown(socket.SHUT_RDWR)

    wire.replies = [cut_and_close]

    fault = post(wire)

    assert isinstance(fault, NetworkFault)
    assert not fault.nothing_ran
    assert fault.retryable


def test_a_line_that_breaks_within_the_headers_leaves_an_empty_answer(wire: Wire) -> None:
    """The HTTP library takes it for an answer without a body; the parser does not."""

    def cut(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nConte")
        line.shutdown(socket.SHUT_RDWR)

    wire.replies = [cut]

    answer = post(wire)

    assert isinstance(answer, Whole)
    assert answer.body == b""


def test_a_cut_gzip_answer_is_noticed_although_the_line_is_whole(wire: Wire) -> None:
    wire.replies = [reply(gzip.compress(b"<response/>" * 1000)[:-12], "Content-Encoding: gzip")]

    fault = post(wire)

    assert isinstance(fault, ProtocolFault)
    assert "cut off" in fault.message


def test_a_damaged_gzip_answer_is_noticed(wire: Wire) -> None:
    wire.replies = [reply(b"\x1f\x8bnonsense-nonsense", "Content-Encoding: gzip")]

    fault = post(wire)

    assert isinstance(fault, ProtocolFault)
    assert "damaged" in fault.message


def test_a_packing_not_asked_for_is_refused(wire: Wire) -> None:
    wire.replies = [reply(zlib.compress(b"<response/>"), "Content-Encoding: deflate")]

    assert isinstance(post(wire), ProtocolFault)


def test_silence_is_a_lost_answer(wire: Wire) -> None:
    wire.replies = [lambda line: time.sleep(0.6)]

    fault = post(wire, read=0.2)

    assert isinstance(fault, NetworkFault)
    assert not fault.nothing_ran
    assert "in time" in fault.message


def test_a_larger_answer_than_allowed_is_refused(wire: Wire) -> None:
    wire.replies = [reply(b"x" * 200_000)]

    fault = post(wire, max_bytes=100_000)

    assert isinstance(fault, ProtocolFault)
    assert "larger than" in fault.message
    assert fault.http_status == 200


def test_a_small_packed_bomb_is_refused(wire: Wire) -> None:
    wire.replies = [reply(gzip.compress(b"\0" * 50_000_000), "Content-Encoding: gzip")]

    tracemalloc.start()
    try:
        fault = post(wire, max_bytes=1_000_000)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert isinstance(fault, ProtocolFault)
    assert "larger than" in fault.message
    assert peak < 20_000_000, "it is unpacked in small steps"


def test_a_redirect_is_not_followed(wire: Wire) -> None:
    wire.replies = [reply(b"", f"Location: {wire.url}", status="307 Temporary Redirect"), reply(b"followed")]

    answer = post(wire)

    assert isinstance(answer, Whole)
    assert answer.status == 307
    assert len(wire.heads) == 1


def test_a_refused_connection_certainly_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = f"http://127.0.0.1:{listener.getsockname()[1]}/ia/xml/xmlgw.phtml"

    fault = whole(impatient(), gone)

    assert isinstance(fault, NetworkFault)
    assert fault.nothing_ran
    assert "refused" in fault.message


def test_a_fault_drags_no_request_along(wire: Wire) -> None:
    """S-2: an error page shows exceptions with their context and the variables of their frames."""
    wire.replies = [lambda line: line.shutdown(socket.SHUT_RDWR)]

    fault = post(wire)

    assert isinstance(fault, NetworkFault)
    assert fault.__traceback__ is None
    assert fault.__context__ is None
    assert fault.__cause__ is None


# -- the parser -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html></html>", "web page"),
        (b"<HTML><meta></HTML>", "web page"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE r SYSTEM "http://evil.example/x.dtd"><r/>', "DOCTYPE"),
        (b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>', "DOCTYPE"),
        (b"<!--" + b"x" * 3000 + b'--><!DOCTYPE r [<!ENTITY a SYSTEM "/etc/hosts">]><r>&a;</r>', "DOCTYPE"),
        (f'{UTF_16}<!DOCTYPE r [<!ENTITY a "b">]><r/>'.encode("utf-16"), "DOCTYPE"),
        (b"<r><a></r>", "not well-formed"),
        (b"<r><a>", "cut off"),
        (b"<r/><r/>", "Two answers"),
        (b"<r>&undefined;</r>", "not well-formed"),
        (b"<r>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</r>", "not well-formed"),
        (b"Sorry", "not well-formed"),
        (b"<r>\xff\xfe</r>", "not well-formed"),
    ],
)  # fmt: skip
def test_hostile_and_broken_documents_are_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(ProtocolFault, match=sentence):
        parse(body)


def test_the_encoding_is_the_documents_own() -> None:
    assert (
        parse('<?xml version="1.0" encoding="ISO-8859-1"?><r>Müller</r>'.encode("latin-1")).text == "Müller"
    )
