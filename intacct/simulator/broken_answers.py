"""The answers that a fault gives, instead of the gateway's own or made out of it."""

import re
import secrets

from .answers import Answer
from .faults import Fault

HTML = (
    b"<!DOCTYPE html><html><head><meta charset='utf-8'><title>Bad gateway</title></head>"
    b"<body><h1>Bad gateway</h1><p>The server is busy.</body></html>"
)
HTML_TYPE = {"Content-Type": "text/html; charset=utf-8"}
XML_TYPE = {"Content-Type": "text/xml; charset=UTF-8"}
# These need the gateway to go through the request, although they strike before the work.
RUN_ANYWAY = {"expired_session", "offline"}
RESULT = re.compile(rb"<result>.*?</result>\s*", re.DOTALL)
CONTROL_ID = re.compile(rb"<controlid>[^<]*</controlid>")


def _control_failure(errorno: str, description: str, description2: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<response><control><status>failure</status></control>'
        f"<errormessage><error><errorno>{errorno}</errorno><description>{description}</description>"
        f"<description2>{description2}</description2><correction></correction></error></errormessage>"
        "</response>"
    ).encode()


def instead(fault: Fault) -> Answer:
    """What the client gets when the gateway's own answer never comes."""
    kind = fault.kind
    if kind.startswith("drop_"):
        return Answer(b"", reset=True)
    if kind == "http_401":
        text = "Sign-in information is incorrect. Please check your request."
        return Answer(_control_failure("XMLGW_JPP0002", text, ""), 401, dict(XML_TYPE))
    if kind == "http_429":
        headers = dict(XML_TYPE)
        if "retry_after" in fault.options:
            headers["Retry-After"] = str(fault.options["retry_after"])
        body = _control_failure("GW-0010", "", f"Too many requests [Request ID: {secrets.token_hex(8)}]")
        return Answer(body, 429, headers)
    if kind == "bad_request":
        body = _control_failure("GW-0011", "", "Invalid Request [Request ID: AC47C2BE:D9EE_63EB]")
        return Answer(body, 400, dict(XML_TYPE))
    if kind == "rate_text":
        return Answer(b"API rate limit exceeded", 200, {"Content-Type": "text/plain"})
    if kind == "http_500":
        return Answer(b"", 500, dict(HTML_TYPE))
    if kind.startswith("http_"):
        return Answer(HTML, int(kind.removeprefix("http_")), dict(HTML_TYPE))
    if kind == "html_200":
        return Answer(HTML, 200, dict(HTML_TYPE))
    return Answer(b"", 200, dict(XML_TYPE))  # empty, and what needs an answer to spoil


def spoil(fault: Fault, answer: Answer) -> Answer:
    """The gateway's own answer, broken in the fault's way after the work was done."""
    kind, body = fault.kind, answer.body
    if kind == "cut":
        answer.body = body[: len(body) * 2 // 3]
    elif kind == "cut_connection":
        answer.reset_after_bytes = len(body) // 2
    elif kind == "doubled":
        answer.body = body + b"\n" + body
    elif kind == "not_utf8":
        answer.body = body.replace(b"<status>", b"<status>\xff\xfe", 1)
    elif kind == "hostile":
        entity = b'<!DOCTYPE response [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<response>&x;'
        answer.body = body.replace(b"<response>", entity, 1)
    elif kind == "odd_content_type":
        answer.headers["Content-Type"] = 'text/xml; encoding="UTF-8"'
    elif kind == "wrong_control_id":
        answer.body = CONTROL_ID.sub(b"<controlid>somebody-elses</controlid>", body)
    elif kind == "missing_result":
        found = list(RESULT.finditer(body))
        if found:
            answer.body = body[: found[-1].start()] + body[found[-1].end() :]
    elif kind == "foreign_endpoint":
        other = str(fault.options.get("endpoint", "https://gateway.example.com/ia/xml/xmlgw.phtml"))
        answer.body = re.sub(rb"<endpoint>[^<]*</endpoint>", f"<endpoint>{other}</endpoint>".encode(), body)
    else:
        return instead(fault)
    return answer
