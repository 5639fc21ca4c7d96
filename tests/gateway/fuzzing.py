"""Operations of the client against answers that somebody has tampered with.

`Tampered` stands in for the HTTP session: every request gets the bytes, status and headers that a test
gives, in pieces of any size, with the request's own control ids filled in.
"""

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests
from lxml import etree
from requests.adapters import BaseAdapter

from intacct.gateway import (
    AddressRule,
    ArInvoices,
    Client,
    CreateSalesTransaction,
    Credentials,
    GetList,
    Limits,
    Query,
    ReadByQuery,
    SalesLine,
    SalesTransactions,
    Version,
)

RECORDED = Path(__file__).with_name("recorded")
ANSWERS = {path.stem: path.read_bytes() for path in sorted(RECORDED.glob("*.xml"))}
URL = "https://api.intacct.com/ia/xml/xmlgw.phtml"
MOST_PAGES = 5
DOCUMENT = CreateSalesTransaction(
    transaction_type="Sales Invoice",
    date_created=date(2026, 11, 20),
    customer_id="C-1",
    lines=(SalesLine(item_id="A", quantity=Decimal(1)),),
)

Operation = Callable[[Client], object]


def _pages(listing: Query | ReadByQuery | GetList) -> Operation:
    def read(client: Client) -> object:
        pages = client.pages(listing)
        try:
            return [page for _number, page in zip(range(MOST_PAGES), pages, strict=False)]
        finally:
            pages.close()

    return read


V3, V2 = Version.V3_0, Version.V2_1
SALES = SalesTransactions("Sales Invoice")
QUERY = _pages(Query("CUSTOMER", ("RECORDNO", "CUSTOMERID")))
CURSOR = _pages(ReadByQuery("CUSTOMER", ("RECORDNO", "CUSTOMERID")))


def _create(client: Client) -> object:
    return client.execute([DOCUMENT, DOCUMENT], control_ids=["a", "b"])


def _create_all_or_none(client: Client) -> object:
    return client.execute([DOCUMENT, DOCUMENT], control_ids=["a", "b"], transaction=True)


# Which operation reads which recorded answer.
OPERATIONS: dict[str, tuple[Version, Operation]] = {
    "sign-in": (V3, Client.sign_in),
    "refused-sender": (V3, Client.sign_in),
    "refused-user": (V2, Client.sign_in),
    "schema-failure": (V2, _pages(GetList("customer"))),
    "fields-refused": (V3, QUERY),
    "query": (V3, QUERY),
    "query-empty": (V3, QUERY),
    "read-by-query": (V3, CURSOR),
    "read-more": (V3, CURSOR),
    "read-more-expired": (V3, CURSOR),
    "list": (V2, _pages(GetList("customer"))),
    "list-items": (V2, lambda client: client.lookup_fields("ITEM")),
    "lookup": (V3, lambda client: client.definition("DEPARTMENT")),
    "inspect": (V3, lambda client: client.definition("DEPARTMENT", by="inspect")),
    "inspect-all": (V3, Client.object_names),
    "created": (V3, _create),
    "create-refused": (V2, _create),
    "create-rolled-back": (V3, _create_all_or_none),
    "sales-found": (V3, lambda client: client.find_documents(["RP-1", "RP-2"], SALES)),
    "sales-found-legacy": (V2, lambda client: client.find_documents(["RP-1", "RP-2"], SALES)),
    "invoices-found": (V3, lambda client: client.find_documents(["RP-1"], ArInvoices())),
    "invoices-found-legacy": (V2, lambda client: client.find_documents(["RP-1"], ArInvoices())),
}


class Raw:
    """A body that comes in pieces of one size."""

    def __init__(self, body: bytes, size: int) -> None:
        self._parts = iter([body[start : start + size] for start in range(0, len(body), size)])

    def read1(self, _amount: int, *, decode_content: bool) -> bytes:
        assert not decode_content
        return next(self._parts, b"")

    def close(self) -> None: ...

    release_conn = close


class Tampered(BaseAdapter):
    """An HTTP adapter that answers what it is given; sign-ins that are not the matter go well."""

    def __init__(
        self,
        body: bytes,
        *,
        signs_in: bool,
        status: int = 200,
        headers: dict[str, str] | None = None,
        piece: int = 65536,
    ) -> None:
        super().__init__()
        self._body, self._signs_in = body, signs_in
        self._status, self._headers, self._piece = status, headers or {}, piece

    def send(self, request: requests.PreparedRequest, *_args: Any, **_how: Any) -> requests.Response:
        assert isinstance(request.body, bytes)
        root = etree.fromstring(request.body)
        response = requests.Response()
        if root.find(".//getAPISession") is not None and not self._signs_in:
            response.status_code, body = 200, ANSWERS["sign-in"]
        else:
            response.status_code, body = self._status, self._body
            response.headers.update(self._headers)
        response.raw = Raw(addressed(body, root), self._piece)
        return response

    def close(self) -> None: ...

    @property
    def session(self) -> requests.Session:
        session = requests.Session()
        session.mount("https://", self)
        return session


def addressed(body: bytes, request: etree._Element) -> bytes:
    body = body.replace(b"$CONTROL", (request.findtext("control/controlid") or "").encode())
    for number, function in enumerate(request.iterfind(".//content/function"), start=1):
        body = body.replace(b"$F%d" % number, (function.get("controlid") or "").encode())
    return body


def carry_out(name: str, http: Tampered) -> object:
    """Do the operation that reads that answer; its value, or what it raises."""
    version, operation = OPERATIONS[name]
    client = Client(
        URL,
        Credentials("recon_sender", "SENDER-s3cret", "recon_ws", "ACME-SANDBOX", "USER-s3cret"),
        version,
        address_rule=AddressRule(),
        http=http.session,
        limits=Limits(read_retries=1, max_answer_bytes=1_000_000, kept_text_bytes=200),
        sleep=lambda seconds: None,
    )
    return operation(client)


# -- ways to break an answer ------------------------------------------------------------------------------

PLACES = (b"<", b">", b"</", b'"', b"=", b"status", b"data", b"result", b"controlid", b"errorno", b"resultId")
TEXTS = (
    b"", b"-1", b"0", b"999999999999999999999", b"1e999", b"NaN", b"\xff\xfe", b"\x00", b"\xed\xa0\x80",
    b"&#0;", b"&#xD800;", b"&lt;", b"&x;", b"]]>", b"<![CDATA[", b"<!--", b"<?x?>", b"<!DOCTYPE r>",
    b'<!DOCTYPE r [<!ENTITY x "y">]>', b"</data>", b"<data>", b"</response>", b"<response>", b"\xef\xbb\xbf",
    b"<a:b/>", b'<a xmlns="x"/>', b' numremaining="7"', b' totalcount="x"', b' offset="1"', b' end="0"',
    b"11/31/2026", b"2026-99-99T00:00:00-08:00", b"9" * 5000, "\u0661\u0662".encode(), "\U0001f600".encode(),
    b"<a>" * 300, b"failure", b"aborted", b"success", b"API rate limit exceeded", b"\r\n\t ",
)  # fmt: skip
STATUSES = (200, 200, 200, 200, 201, 204, 301, 400, 401, 404, 408, 413, 429, 498, 500, 502, 503, 524, 599)
HEADERS = (
    {}, {}, {"Retry-After": "3"}, {"Retry-After": "-1"}, {"Retry-After": "soon"}, {"Retry-After": "9" * 30},
    {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, {"Retry-After": "Mon, 99 Foo 2026 99:99:99 +9999"},
    {"Retry-After": "Fri, 01 Jan 0001 00:00:00 -2400"}, {"Content-Encoding": "gzip"},
    {"Content-Encoding": "br"}, {"Content-Encoding": "identity"}, {"Content-Type": "text/html"},
)  # fmt: skip


def mutated(body: bytes, chance: random.Random) -> bytes:
    """The answer with one to four changes."""
    for _ in range(chance.randint(1, 4)):
        body = chance.choice(CHANGES)(body, chance)
    return body


def _span(body: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + chance.choice((0, 1, 2, 5, 20, 100, 1000)))


def _flip(body: bytes, chance: random.Random) -> bytes:
    if not body:
        return body
    place = chance.randrange(len(body))
    return body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :]


def _drop(body: bytes, chance: random.Random) -> bytes:
    start, end = _span(body, chance)
    return body[:start] + body[end:]


def _double(body: bytes, chance: random.Random) -> bytes:
    start, end = _span(body, chance)
    return body[:end] + body[start:end] * chance.choice((1, 2, 30)) + body[end:]


def _insert(body: bytes, chance: random.Random) -> bytes:
    start, end = _span(body, chance)
    return body[:start] + chance.choice(TEXTS) + body[end if chance.random() < 0.5 else start :]


def _splice(body: bytes, chance: random.Random) -> bytes:
    other = chance.choice(list(ANSWERS.values()))
    return body[: _span(body, chance)[0]] + other[_span(other, chance)[0] :]


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: _span(body, chance)[0]]


def _rename(body: bytes, chance: random.Random) -> bytes:
    old, new = chance.choice(PLACES), chance.choice((*PLACES, *TEXTS))
    return body.replace(old, new, chance.choice((1, 2, -1)))


def _element(body: bytes, chance: random.Random) -> bytes:
    """Well-formed, but not what it should be: elements removed, doubled, emptied, renamed or refilled."""
    try:
        root = etree.fromstring(body)
    except (etree.XMLSyntaxError, ValueError):
        return body
    for element in chance.choices(list(root.iter("*")), k=2):
        parent, what = element.getparent(), chance.randrange(6)
        if what == 0 and parent is not None:
            parent.remove(element)
        elif what == 1 and parent is not None:
            parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        elif what == 2:
            element[:] = []
        elif what == 3:
            element.tag = chance.choice(list(root.iter("*"))).tag
        elif what == 4:
            element.text = chance.choice(
                ("", "-1", "x" * 3000, "0.1", "1e9", "\u0661", " ", "success", "failure")
            )
        else:
            for name in element.attrib:
                element.set(name, chance.choice(("", "0", "-1", "7", "x", "9" * 30, "\u0661")))
    return etree.tostring(root, encoding=chance.choice(("UTF-8", "UTF-16", "ISO-8859-1")))


CHANGES = (_flip, _drop, _double, _insert, _splice, _cut, _rename, _element, _element, _element)
