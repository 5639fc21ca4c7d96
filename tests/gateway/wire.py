"""A real server on a socket that answers whatever bytes a test says, however slowly."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests

from intacct.gateway import Limits, NetworkFault, ProtocolFault
from intacct.gateway.transport import Transport

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SECRET = b"<password>SENDER-s3cret</password>"

Reply = Callable[[socket.socket], None]


@dataclass
class Wire:
    """Reads one request per turn and then does with the socket what the test says.

    ``otherwise`` answers what comes after the ``replies``. A client that has gone ends a reply.
    """

    listener: socket.socket
    replies: list[Reply] = field(default_factory=list)
    otherwise: Reply | None = None
    connections: int = 0
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/ia/xml/xmlgw.phtml"

    def serve(self) -> None:
        while True:
            try:
                line, _address = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with line:
                try:
                    self._answer(line)
                except OSError:
                    continue

    def _answer(self, line: socket.socket) -> None:
        while (self.replies or self.otherwise) and self._read_request(line):
            reply = self.replies.pop(0) if self.replies else self.otherwise
            assert reply is not None
            reply(line)

    def _read_request(self, line: socket.socket) -> bool:
        received = b""
        while b"\r\n\r\n" not in received:
            part = line.recv(65536)
            if not part:
                return False
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(
            next(row for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")).split()[1]
        )
        while len(body) < length:
            body += line.recv(65536)
        self.heads.append(head)
        self.bodies.append(body)
        return True


@contextmanager
def a_wire() -> Iterator[Wire]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Wire(listener)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def reply(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Reply:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return lambda line: line.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)


def drip(beginning: bytes, drop: bytes, pause: float = 0.02) -> Reply:
    """A beginning, and then a little every now and then, for as long as somebody listens."""

    def send(line: socket.socket) -> None:
        line.sendall(beginning)
        while True:
            line.sendall(drop)
            time.sleep(pause)

    return send


@dataclass
class Whole:
    """An answer with all its pieces."""

    status: int
    body: bytes
    retry_after_seconds: float | None = None


def whole(transport: Transport, url: str) -> Whole | NetworkFault | ProtocolFault:
    body = bytearray()

    def receive(part: bytes) -> bool:
        body.extend(part)
        return True

    answer = transport.post(url, SECRET, receive)
    if isinstance(answer, NetworkFault):
        return answer
    return answer.fault or Whole(answer.status, bytes(body), answer.retry_after_seconds)


def impatient(
    connect: float = 2, read: float = 2, answer: float = 10, max_bytes: int = 64 * 2**20
) -> Transport:
    """A transport with such limits."""
    return Transport(
        requests.Session(),
        Limits(
            connect_timeout_seconds=connect,
            read_timeout_seconds=read,
            answer_timeout_seconds=answer,
            max_answer_bytes=max_bytes,
        ),
        user_agent="ReconPro/test",
        clock=lambda: datetime.now(UTC),
        timer=time.monotonic,
    )
