"""The simulated gateway over real HTTP: one address for requests, one for control."""

import json
import socket
import struct
import sys
import time
import traceback
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from . import broken_answers
from .answers import Answer
from .company import BadSetting
from .control import ControlAddress
from .envelope import LARGEST_BODY
from .faults import BadFault
from .gateway import Gateway
from .world import ADDRESS_PATH

XML_TYPES = {"application/xml", "text/xml", "x-intacct-xml-request"}
FORM_TYPE = "application/x-www-form-urlencoded"
WORTH_PACKING = 1000  # bytes
# A loopback has no bandwidth to save, and packing a page of customers takes longer than writing it: such
# a body goes as gzip that is not compressed.
TOO_LONG_TO_PACK = 200_000  # bytes
LOOPBACK = ("127.0.0.1", "localhost")


class Handler(BaseHTTPRequestHandler):
    """One connection. Header and a short body leave in one write."""

    protocol_version = "HTTP/1.1"
    server_version = "Apache"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 300
    server: "SimulatorServer"

    def do_POST(self) -> None:
        body = self._read_body()
        if body is None:
            return
        path = self._parts().path
        if path == "/control":
            self._control(lambda: self.server.control.change(json.loads(body or b"{}")))
        elif path.endswith(ADDRESS_PATH):
            self._gateway(body)
        else:
            self._say(404, {"error": f"There is nothing at {path}."})

    def do_GET(self) -> None:
        parts = self._parts()
        company = parse_qs(parts.query).get("company", [""])[0]
        if parts.path == "/control":
            self._control(lambda: self.server.control.state(company))
        elif parts.path == "/control/documents":
            self._control(lambda: self.server.control.documents(company))
        elif parts.path == "/control/invoices":
            self._control(lambda: self.server.control.invoices(company))
        elif parts.path.endswith(ADDRESS_PATH):
            self._send(Answer(b"", 405, {"Allow": "POST"}))
        else:
            self._say(404, {"error": f"There is nothing at {parts.path}."})

    def _parts(self) -> SplitResult:
        """The target of the request; one that is no address leads nowhere."""
        try:
            return urlsplit(self.path)
        except ValueError:
            return urlsplit("")

    def refuse_method(self) -> None:
        """The gateway takes POST and nothing else."""
        self.close_connection = True  # there may be a body that nobody reads
        self._send(Answer(b"", 405, {"Allow": "POST"}))

    def _read_body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self.close_connection = True
            self._say(411, {"error": "Content-Length is missing."})
            return None
        if len(length) > len(str(LARGEST_BODY)) or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._say(413, {"error": f"A request may have {LARGEST_BODY} bytes."})
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client died while it was sending: there is nobody to answer
            self.close_connection = True
            return None
        return body

    def _gateway(self, body: bytes) -> None:
        content_type = self.headers.get_content_type()
        # http.client's type reader calls a type without a slash text/plain, so look at the text.
        named = self.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if named == FORM_TYPE:
            form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
            body = form.get("xmlrequest", [""])[0].encode()
        elif content_type not in XML_TYPES and named not in XML_TYPES:
            self._say(415, {"error": f"Content-Type {named or 'none'} is not XML."})
            return
        begun = time.thread_time()
        try:
            answer = self.server.gateway.answer(body)
        except Exception:  # a bug of ours: it must not look like a network that drops connections
            traceback.print_exc()
            answer = broken_answers.bug()
        self._send(answer)
        self.server.gateway.count_serving(answer.meter, time.thread_time() - begun)

    def _control(self, act: Any) -> None:
        refused = self._from_elsewhere()
        if refused:
            self._say(403, {"error": refused})
            return
        if self.command == "POST" and self.headers.get_content_type() != "application/json":
            self._say(415, {"error": "POST /control takes Content-Type: application/json."})
            return
        try:
            self._say(200, act())
        except (BadSetting, BadFault) as problem:
            self._say(400, {"error": str(problem)})
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as problem:
            self._say(400, {"error": f"That can't be read: {problem}"})

    def _from_elsewhere(self) -> str:
        """Why the control address doesn't listen, as a sentence; empty if it does.

        A page in somebody's browser on this machine must not reach it: neither through a name of its own
        that leads here (Host), nor by a request across sites (Origin, Sec-Fetch-Site; a text/plain POST
        needs no leave of ours, which is why JSON is asked for by name).
        """
        host = self.headers.get("Host", "")
        if self.client_address[0] != "127.0.0.1" or host.rsplit(":", 1)[0] not in LOOPBACK:
            return "The control address is for this machine only."
        origin = self.headers.get("Origin")
        if origin is not None and origin != f"http://{host}":
            return "The control address takes no requests of other sites."
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return "The control address takes no requests of other sites."
        return ""

    def _say(self, status: int, what: Any) -> None:
        body = json.dumps(what, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        self._send(Answer(body + b"\n", status, {"Content-Type": "application/json"}))

    def _send(self, answer: Answer) -> None:
        if answer.reset:
            self._reset()
            return
        body, headers = answer.body, dict(answer.headers)
        accepted = self.headers.get("Accept-Encoding", "")
        worth_packing = len(body) > WORTH_PACKING and not answer.reset_after_bytes
        if "gzip" in accepted and worth_packing and "Content-Encoding" not in headers:
            level = 1 if answer.packed or len(body) < TOO_LONG_TO_PACK else 0
            packer = zlib.compressobj(level, zlib.DEFLATED, 31)
            body = packer.compress(body) + packer.flush()
            headers["Content-Encoding"] = "gzip"
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('Answer',))[0]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Date: {self.date_time_string()}", f"Content-Length: {len(body)}"]
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        if answer.reset_after_bytes:
            self.wfile.write(head + body[: answer.reset_after_bytes])
            self._reset()
        elif len(body) < TOO_LONG_TO_PACK:
            self.wfile.write(head + body)
        else:
            self.wfile.write(head)
            self.wfile.write(body)

    def _reset(self) -> None:
        """End the connection the hard way: the client sees a reset, not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests hold passwords and come by the thousand: nothing is logged."""


for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(Handler, f"do_{method}", Handler.refuse_method)


class SimulatorServer(ThreadingHTTPServer):
    """Bound to loopback, whatever happens."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, gateway: Gateway) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.gateway = gateway
        self.control = ControlAddress(gateway)
        self.url = f"http://127.0.0.1:{self.server_address[1]}{ADDRESS_PATH}"
        gateway.endpoint = gateway.endpoint or self.url

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no event; anything else is a bug and shows."""
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError, OSError)):
            super().handle_error(request, client_address)
