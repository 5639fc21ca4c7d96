"""The answers that a fault gives, instead of the gateway's own or made out of it."""

import gzip
import re
import secrets

from .answers import XML_TYPE, Answer
from .faults import Fault

HTML = (
    b"<!DOCTYPE html><html><head><meta charset='utf-8'><title>Bad gateway</title></head>"
    b"<body><h1>Bad gateway</h1><p>The server is busy.</body></html>"
)
HTML_HEADERS = {"Content-Type": "text/html; charset=utf-8"}
XML_HEADERS = {"Content-Type": XML_TYPE}
RESULT = re.compile(rb"<result>.*?</result>\s*", re.DOTALL)
CONTROL_ID = re.compile(rb"<controlid>[^<]*</controlid>")
INSIDE = [re.compile(each) for each in (rb"<data\b[^>]*(?<!/)>", rb"<result>", rb"<control>")]
MEBIBYTE = 2**20


def _control_failure(errorno: str, description: str, description2: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<response><control><status>failure</status></control>'
        f"<errormessage><error><errorno>{errorno}</errorno><description>{description}</description>"
        f"<description2>{description2}</description2><correction></correction></error></errormessage>"
        "</response>"
    ).encode()


def throttled(retry_after: object = None, status: int = 429) -> Answer:
    """HTTP 429, as the gateway's limiter answers; with `retry_after` it says when to come back."""
    body = _control_failure("GW-0010", "", f"Too many requests [Request ID: {secrets.token_hex(8)}]")
    return Answer(body, status, XML_HEADERS | _retry_after(retry_after))


def _retry_after(told: object) -> dict[str, str]:
    return {} if told is None else {"Retry-After": str(told)}


def bug() -> Answer:
    """What a client gets where the simulator itself fails; its log says more."""
    return Answer(_control_failure("SIM-BUG", "", "The simulator failed."), 500, dict(XML_HEADERS))


def instead(fault: Fault) -> Answer:
    """What the client gets when the gateway's own answer never comes."""
    kind = fault.kind
    if kind.startswith("drop_"):
        return Answer(b"", reset=True)
    if kind == "http_401":
        text = "Sign-in information is incorrect. Please check your request."
        return Answer(_control_failure("XMLGW_JPP0002", text, text), 401, dict(XML_HEADERS))
    if kind == "http_429":
        return throttled(fault.options.get("retry_after"))
    if kind == "throttled":
        return throttled(fault.options.get("retry_after"), int(fault.options.get("status", 200)))
    if kind == "bad_request":
        body = _control_failure("GW-0011", "", "Invalid Request [Request ID: AC47C2BE:D9EE_63EB]")
        return Answer(body, 400, dict(XML_HEADERS))
    if kind == "rate_text":
        headers = {"Content-Type": "text/plain"} | _retry_after(fault.options.get("retry_after"))
        return Answer(b"API rate limit exceeded", 200, headers)
    if kind == "redirect":
        target = str(fault.options.get("to", "https://gateway.example.com/ia/xml/xmlgw.phtml"))
        return Answer(b"", 302, {"Location": target})
    if kind == "http_500":
        return Answer(b"", 500, dict(HTML_HEADERS))
    if kind.startswith("http_"):
        return Answer(HTML, int(kind.removeprefix("http_")), dict(HTML_HEADERS))
    if kind == "html_200":
        return Answer(HTML, 200, dict(HTML_HEADERS))
    return Answer(b"", 200, dict(XML_HEADERS))  # empty


def _with_doctype(body: bytes, entities: str, reference: bytes) -> bytes:
    doctype = f"<!DOCTYPE response [{entities}]>\n<response>".encode() + reference
    return body.replace(b"<response>", doctype, 1)


def _bomb(body: bytes) -> bytes:
    grown = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _with_doctype(body, f'<!ENTITY l0 "lol">{grown}', b"&l9;")


def _deep(body: bytes, levels: int) -> bytes:
    found = next(filter(None, (each.search(body) for each in INSIDE)), None)
    place = found.end() if found else 0
    return body[:place] + b"<x>" * levels + b"</x>" * levels + body[place:]


def _large(body: bytes, megabytes: float) -> bytes:
    blanks = b" " * int(megabytes * MEBIBYTE)
    return body.replace(b"</response>", blanks + b"</response>")


def spoil(fault: Fault, answer: Answer) -> Answer:
    """The gateway's own answer, broken in the fault's way after the work was done."""
    kind, body, options = fault.kind, answer.body, fault.options
    if kind == "cut":
        answer.body = body[: len(body) * 2 // 3]
    elif kind == "cut_connection":
        answer.reset_after_bytes = len(body) // 2
    elif kind == "doubled":
        answer.body = body + b"\n" + body
    elif kind == "not_utf8":
        answer.body = body.replace(b"<status>", b"<status>\xff\xfe", 1)
    elif kind == "wrong_encoding":
        answer.body = body.replace(b'encoding="UTF-8"', b'encoding="UTF-16"', 1)
    elif kind == "hostile":
        answer.body = _with_doctype(body, '<!ENTITY x SYSTEM "file:///etc/hostname">', b"&x;")
    elif kind == "entity_bomb":
        answer.body = _bomb(body)
    elif kind == "too_deep":
        answer.body = _deep(body, int(options.get("levels", 5000)))
    elif kind == "too_large":
        answer.body, answer.packed = _large(body, float(options.get("megabytes", 80))), True
    elif kind == "packed_twice":
        answer.body = gzip.compress(gzip.compress(body))
        answer.headers["Content-Encoding"] = "gzip"
    elif kind == "two_members":
        answer.body = gzip.compress(body[: len(body) // 2]) + gzip.compress(body[len(body) // 2 :])
        answer.headers["Content-Encoding"] = "gzip"
    elif kind == "odd_content_type":
        answer.headers["Content-Type"] = 'text/xml; encoding="UTF-8"'
    elif kind == "wrong_control_id":
        answer.body = CONTROL_ID.sub(b"<controlid>somebody-elses</controlid>", body)
    elif kind == "missing_result":
        found = list(RESULT.finditer(body))
        if found:
            answer.body = body[: found[-1].start()] + body[found[-1].end() :]
    elif kind == "foreign_endpoint":
        other = str(options.get("endpoint", "https://gateway.example.com/ia/xml/xmlgw.phtml"))
        answer.body = re.sub(rb"<endpoint>[^<]*</endpoint>", f"<endpoint>{other}</endpoint>".encode(), body)
    else:
        return instead(fault)
    return answer
