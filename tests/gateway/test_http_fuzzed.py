"""Whatever comes over the line: an outcome or a GatewayError, and a record of each request (G-3)."""

import gzip
import os
import random
import socket

import pytest
from lxml import etree

from intacct.gateway import (
    AddressRule,
    Client,
    Credentials,
    GatewayError,
    Limits,
    OutcomeUnknown,
    RequestRecord,
)
from tests.gateway.fuzzing import ANSWERS, HEADERS, OPERATIONS, STATUSES, addressed, mutated
from tests.gateway.wire import Wire

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "8"))
SEED = os.environ.get("FUZZ_SEED", "1")
STATUS_LINES = [
    b"HTTP/1.1 200",
    b"HTTP/1.1 302 \xff",
    b"HTTP/1.0 200 OK",
    b"HTTP/1.1 2x0 OK",
    b"ICY 200 OK",
    b"",
]
MORE_HEADERS = [
    b"Location: http://[::1", b"Location: \xff\xfe", b"Location: //[", b"Retry-After: \xb2",
    b"Retry-After: 1 Jan 99999999999999999999 00:00:00 GMT", b"Content-Encoding: gzip, gzip",
    b"Set-Cookie: \xff=\xff; expires=never", b"Content-Type: \xff; charset==", b"Connection: close", b"\xff",
    b"Transfer-Encoding: gzip, chunked", b"Content-Length: 5, 6", b"X: " + b"y" * 70_000,
]  # fmt: skip


def spoilt(body: bytes, chance: random.Random) -> bytes:
    """An answer as it goes over the line."""
    body = mutated(body, chance) if chance.random() < 0.6 else body
    if chance.random() < 0.8:
        lines = [b"HTTP/1.1 %d Answer" % chance.choice((*STATUSES, 302, 307, 304, 100, 103))]
    else:
        lines = [chance.choice(STATUS_LINES)]
    lines += [f"{name}: {value}".encode() for name, value in chance.choice(HEADERS).items()]
    if chance.random() < 0.3:
        lines.append(chance.choice(MORE_HEADERS))
    packing = chance.randrange(8)
    if packing == 0:
        half = len(body) // 2
        body = gzip.compress(body[:half]) + gzip.compress(body[half:])
    elif packing == 1:
        body = gzip.compress(gzip.compress(body))
    elif packing == 2:
        body = gzip.compress(body)[: chance.choice((-1, -9, 5, None))]
    if packing < 3:
        lines.append(b"Content-Encoding: gzip")
    framing = chance.randrange(6)
    if framing == 0:
        lines.append(b"Transfer-Encoding: chunked")
        body = b"%x\r\n%b\r\n%b" % (len(body), body, chance.choice((b"0\r\n\r\n", b"", b"-1\r\n", b"zz\r\n")))
    elif framing == 1:
        lines.append(b"Content-Length: %d" % (len(body) + chance.choice((-3, 3, 10**9))))
    elif framing > 2:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", b""]) + body


@pytest.mark.parametrize("name", ANSWERS)
def test_any_answer_on_the_line_is_an_outcome_or_a_gateway_error(wire: Wire, name: str) -> None:
    chance = random.Random(f"{SEED} {name}")
    version, operation = OPERATIONS[name]
    is_sign_in = name in ("sign-in", "refused-sender", "refused-user")
    on_the_line: list[bytes] = []

    def answer(line: socket.socket) -> None:
        root = etree.fromstring(wire.bodies[-1])
        if root.find(".//getAPISession") is not None and not is_sign_in:
            body = addressed(ANSWERS["sign-in"], root)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        on_the_line.append(spoilt(addressed(ANSWERS[name], root), chance))
        line.sendall(on_the_line[-1])
        raise ConnectionError  # what is not framed ends with the line

    wire.otherwise = answer
    for number in range(ROUNDS):
        records: list[RequestRecord] = []
        received = len(wire.heads)
        client = Client(
            wire.url,
            Credentials("recon_sender", "SENDER-s3cret", "recon_ws", "ACME-SANDBOX", "USER-s3cret"),
            version,
            address_rule=AddressRule(allowed_domains=(), allow_loopback_http=True),
            limits=Limits(read_retries=1, read_timeout_seconds=2, kept_text_bytes=500),
            sleep=lambda seconds: None,
            on_request=records.append,
        )
        try:
            with client:
                outcome = operation(client)
        except GatewayError as fault:
            outcome = fault
        except Exception as surprise:
            surprise.add_note(f"round {number} of {name}: {on_the_line[-1:]!r}")
            raise
        shown = f"{outcome!r} {vars(outcome) if isinstance(outcome, GatewayError) else ''} {records!r}"
        shown += "".join(record.request_text + record.answer_text for record in records)
        assert "s3cret" not in shown
        # A request may break on its way too, on a line that the one before it spoilt.
        assert len(records) >= len(wire.heads) - received
        if name.startswith("create") and isinstance(outcome, GatewayError):
            assert isinstance(outcome, OutcomeUnknown) or outcome.nothing_ran, on_the_line[-1:]
