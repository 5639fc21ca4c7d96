"""Reads a request: well-formed, without DOCTYPE, valid against the schema of its version, taken apart."""

import re
from dataclasses import dataclass, field

from lxml import etree

from . import plain_rules, schemas
from .refusals import ControlRefusal, Problem, support_id

LARGEST_BODY = 10_000_000  # bytes; the reference names no cap for synchronous requests
VERSIONS = ("2.1", "3.0")


@dataclass
class Control:
    """The control block, as far as it could be read."""

    senderid: str = ""
    password: str = ""
    controlid: str = ""
    uniqueid: str = ""
    dtdversion: str = ""
    policyid: str = ""
    includewhitespace: str = ""

    @property
    def unique(self) -> bool:
        """Absent means true."""
        return self.uniqueid.strip().lower() != "false"

    @property
    def whitespace(self) -> bool:
        return self.includewhitespace.strip().lower() not in ("false", "0")


@dataclass
class Request:
    """One request that passed the schema."""

    control: Control
    operations: list[etree._Element]
    functions: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    session_ids: list[str] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)


def version_of(body: bytes) -> str:
    """The version that even a broken body seems to want."""
    found = re.search(rb"<dtdversion>\s*([^<\s]*)\s*</dtdversion>", body)
    return found.group(1).decode("utf-8", "replace") if found else ""


def _schema_refusal(
    version: str, fatal: str, number: int, sentence: str, line: int, column: int
) -> ControlRefusal:
    kind = "XML Parse error" if version == "2.1" else "XML Parse schema error"
    sentence = sentence.rstrip(".")
    return ControlRefusal(
        Problem(
            "XL03000003",
            f"{kind}: {fatal} {number}: {sentence}. Line: {line}, column: {column}. {support_id()}",
        )
    )


def parse(body: bytes) -> etree._Element:
    """The root of a well-formed body without DOCTYPE; raises ControlRefusal."""
    if len(body) > LARGEST_BODY:
        raise ControlRefusal(Problem("SIM-TOO-LARGE", "The request is too large."))
    # Before the parser sees it: entities in attribute values would be expanded even so.
    if b"<!DOCTYPE" in body:
        raise ControlRefusal(_doctype())
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position or (1, 1)
        number = int(getattr(error, "code", 0) or 0)
        sentence = re.sub(r", line \d+, column \d+$", "", error.msg or "Document is empty")
        raise _schema_refusal(version_of(body), "Fatal Error", number, sentence, line, column) from None
    if schemas.has_doctype(root):  # in another encoding, say
        raise ControlRefusal(_doctype())
    return root


def _doctype() -> Problem:
    return Problem("XL03000003", f"XML Parse error: A DOCTYPE is not accepted. {support_id()}")


def read_control(root: etree._Element) -> Control:
    """What can be read of the control block, before anything is known to be valid."""
    control = Control()
    block = root.find("control")
    if block is not None:
        for name in vars(control):
            setattr(control, name, (block.findtext(name) or ""))
    return control


def check(root: etree._Element, control: Control) -> None:
    """The schema of the stated version, or our plain rules where the schemas are absent."""
    version = control.dtdversion.strip() or "2.1"
    if version not in VERSIONS:
        raise ControlRefusal(Problem("SIM-DTDVERSION", f"dtdversion '{version}' is neither 2.1 nor 3.0."))
    if schemas.available():
        errors = schemas.schema_errors(root, version)
    else:
        errors = plain_rules.errors(root, version)
    if errors:
        number, line, sentence = errors[0]
        raise _schema_refusal(version, "Error", number, sentence, line, 1)


def take_apart(root: etree._Element, control: Control) -> Request:
    request = Request(control, root.findall("operation"))
    for function in root.iterfind("operation/content/function/*"):
        request.functions.append(str(function.tag))
        named = function.get("object") or function.findtext("object") or ""
        if named:
            request.objects.append(named.strip())
    request.session_ids = [
        (each.text or "").strip() for each in root.iterfind("operation/authentication/sessionid")
    ]
    request.companies = [
        (each.text or "").strip() for each in root.iterfind("operation/authentication/login/companyid")
    ]
    return request
