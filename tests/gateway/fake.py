"""A scripted gateway: it answers what a test lays down, in order, and looks hard at what it is asked.

Sign-ins are answered by themselves unless a test scripts them. Every request that arrives is held against
the official schemas where they are at hand, so each test of the client is one of its requests too.
"""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import responses
from lxml import etree

from intacct.gateway import AddressRule, Client, Credentials, RequestRecord, Version
from intacct.simulator import schemas

URL = "https://api.intacct.com/ia/xml/xmlgw.phtml"
ENDPOINT = "https://eu1.intacct.com/ia/xml/xmlgw.phtml"
CREDENTIALS = Credentials("recon_sender", "SENDER-s3cret", "recon_ws", "ACME", "USER-s3cret")
SESSION_ID = "S3SSION-token.."

Reply = tuple[int, dict[str, str], bytes] | Exception


class Request:
    """What the client sent, already read."""

    def __init__(self, prepared: requests.PreparedRequest) -> None:
        assert isinstance(prepared.body, bytes)
        self.url = prepared.url
        self.headers = prepared.headers
        self.body = prepared.body
        self.root = etree.fromstring(prepared.body)
        self.functions = [holder[0] for holder in self.root.iterfind(".//content/function")]
        self.control_ids = [holder.get("controlid") for holder in self.root.iterfind(".//content/function")]

    def text(self, path: str) -> str | None:
        return self.root.findtext(path)

    @property
    def is_sign_in(self) -> bool:
        return self.functions[0].tag == "getAPISession"


Answer = str | Reply | Callable[[Request], "str | Reply"]


class Clock:
    """Time that stands still unless somebody sleeps or moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
        self.seconds = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def timer(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds)


class FakeGateway:
    def __init__(self, mock: responses.RequestsMock) -> None:
        self.clock = Clock()
        self.requests: list[Request] = []
        self.records: list[RequestRecord] = []
        self.turns = 0
        self.callback_threads: set[int] = set()
        self.session_minutes = 60.0
        self.endpoint = ENDPOINT
        self.scripted_sign_ins: list[Answer] = []
        self._script: list[Answer] = []
        for address in (URL, ENDPOINT):
            mock.add_callback(responses.POST, address, self._answer)

    # -- what a test says -----------------------------------------------------------------------------

    def will_answer(self, *answers: Answer) -> "FakeGateway":
        self._script += answers
        return self

    def client(self, version: Version = Version.V3_0, **changes: Any) -> Client:
        settings: dict[str, Any] = {
            "address_rule": AddressRule(),
            "clock": self.clock,
            "timer": self.clock.timer,
            "sleep": self.clock.sleep,
            "jitter": lambda ceiling: ceiling,
            "before_request": self._turn,
            "on_request": self._record,
        }
        credentials = changes.pop("credentials", CREDENTIALS)
        return Client(URL, credentials, version, **(settings | changes))

    # -- what a test asks -----------------------------------------------------------------------------

    @property
    def work(self) -> list[Request]:
        """The requests that were no sign-ins."""
        return [request for request in self.requests if not request.is_sign_in]

    @property
    def sign_ins(self) -> list[Request]:
        return [request for request in self.requests if request.is_sign_in]

    # -- what it does ---------------------------------------------------------------------------------

    def _turn(self) -> None:
        self.turns += 1
        self.callback_threads.add(threading.get_ident())

    def _record(self, record: RequestRecord) -> None:
        self.records.append(record)
        self.callback_threads.add(threading.get_ident())

    def _answer(self, prepared: requests.PreparedRequest) -> Any:
        request = Request(prepared)
        self.requests.append(request)
        if schemas.available():
            version = request.text("control/dtdversion") or ""
            faults = schemas.validate_request(request.body, version)
            assert not faults, (faults, request.body)
        if request.is_sign_in:
            answer = self.scripted_sign_ins.pop(0) if self.scripted_sign_ins else self._session
        else:
            answer = self._script.pop(0)
        reply = answer(request) if callable(answer) else answer
        if isinstance(reply, str):
            reply = (200, {"Content-Type": 'text/xml; encoding="UTF-8"'}, reply.encode())
        if isinstance(reply, Exception):
            raise reply
        status, headers, body = reply
        return status, headers, addressed(body, request)

    def _session(self, request: Request) -> str:
        return operation(
            "<result><status>success</status><function>getAPISession</function>"
            f"<controlid>$F1</controlid><data><api><sessionid>{SESSION_ID}</sessionid>"
            f"<endpoint>{self.endpoint}</endpoint><locationid></locationid></api></data></result>",
            stamps=self._stamps(),
        )

    def _stamps(self) -> str:
        ends = self.clock.now + timedelta(minutes=self.session_minutes)
        return (
            f"<sessiontimestamp>{self.clock.now.isoformat()}</sessiontimestamp>"
            f"<sessiontimeout>{ends.isoformat()}</sessiontimeout>"
        )


def addressed(body: bytes, request: Request) -> bytes:
    """Fill in the control ids: $CONTROL and $F1, $F2, ..."""
    body = body.replace(b"$CONTROL", (request.text("control/controlid") or "").encode())
    return re.sub(rb"\$F(\d+)", lambda found: (request.control_ids[int(found[1]) - 1] or "").encode(), body)


def operation(results: str, *, stamps: str = "") -> str:
    """An answer whose sign-in succeeded, with these results."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><response><control><status>success</status>'
        "<senderid>recon_sender</senderid><controlid>$CONTROL</controlid><uniqueid>false</uniqueid>"
        "<dtdversion>3.0</dtdversion></control><operation><authentication><status>success</status>"
        f"<userid>recon_ws</userid><companyid>ACME</companyid>{stamps}</authentication>"
        f"{results}</operation></response>"
    )


def errors(*triples: tuple[str, str]) -> str:
    """An errormessage of (errorno, description2) pairs."""
    inner = "".join(
        f"<error><errorno>{number}</errorno><description></description>"
        f"<description2>{text}</description2><correction></correction></error>"
        for number, text in triples
    )
    return f"<errormessage>{inner}</errormessage>"


def control_failure(*triples: tuple[str, str]) -> str:
    return f"<response><control><status>failure</status></control>{errors(*triples)}</response>"


def sign_in_failure(*triples: tuple[str, str]) -> str:
    return (
        "<response><control><status>success</status><controlid>$CONTROL</controlid></control>"
        "<operation><authentication><status>failure</status><userid>recon_ws</userid>"
        f"<companyid>ACME</companyid></authentication>{errors(*triples)}</operation></response>"
    )


def failure(function: str, *triples: tuple[str, str], number: int = 1, status: str = "failure") -> str:
    return (
        f"<result><status>{status}</status><function>{function}</function>"
        f"<controlid>$F{number}</controlid>{errors(*triples)}</result>"
    )


def created(number: int = 1, key: str = "Sales Invoice-RP-1") -> str:
    return (
        "<result><status>success</status><function>create_sotransaction</function>"
        f"<controlid>$F{number}</controlid><key>{key}</key></result>"
    )


def query_page(records: str, *, total: int, offset: int = 0, count: int, remaining: int) -> str:
    return operation(
        "<result><status>success</status><function>query</function><controlid>$F1</controlid>"
        f'<data listtype="CUSTOMER" totalcount="{total}" offset="{offset}" count="{count}" '
        f'numremaining="{remaining}">{records}</data></result>'
    )


def list_page(records: str, *, start: int, end: int, total: int, listtype: str = "customer") -> str:
    return operation(
        "<result><status>success</status><function>get_list</function><controlid>$F1</controlid>"
        f'<listtype start="{start}" end="{end}" total="{total}">{listtype}</listtype>'
        f"<data>{records}</data></result>"
    )


def customers(*numbers: int) -> str:
    return "".join(
        f"<CUSTOMER><RECORDNO>{number}</RECORDNO><CUSTOMERID>C-{number}</CUSTOMERID></CUSTOMER>"
        for number in numbers
    )


def legacy_customers(*numbers: int) -> str:
    return "".join(f"<customer><customerid>C-{number}</customerid></customer>" for number in numbers)
