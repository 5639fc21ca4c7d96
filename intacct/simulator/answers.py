"""What goes back over the wire, and how answers are written."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from .calls import Outcome
from .envelope import Control
from .refusals import Problem, support_id

XML_TYPE = "text/xml; charset=UTF-8"  # published clients insist on it


@dataclass
class Answer:
    """One HTTP answer, or the way in which the connection ends without one."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": XML_TYPE})
    reset: bool = False  # drop the connection instead
    reset_after_bytes: int = 0  # or after so many bytes of the body


@dataclass
class Done:
    """One function's end: its outcome, or the problems it failed with."""

    name: str
    controlid: str
    outcome: Outcome | None
    problems: tuple[Problem, ...] = ()
    status: str = "success"


def errors(problems: tuple[Problem, ...]) -> str:
    mark = "" if "[Support ID:" in problems[0].description2 else f" {support_id()}"
    parts = []
    for problem in problems:
        text = f"{problem.description2}{mark}" if problem.description2 else ""
        parts.append(
            f"<error><errorno>{escape(problem.errorno)}</errorno>"
            f"<description>{escape(problem.description)}</description>"
            f"<description2>{escape(text)}</description2>"
            f"<correction>{escape(problem.correction)}</correction></error>"
        )
    return f"<errormessage>{''.join(parts)}</errormessage>"


def result(done: Done, newline: str) -> str:
    parts = [
        f"<result><status>{done.status}</status><function>{escape(done.name)}</function>"
        f"<controlid>{escape(done.controlid)}</controlid>"
    ]
    if done.outcome is not None:
        parts.append(done.outcome.listtype)
        if done.outcome.key:
            parts.append(f"<key>{escape(done.outcome.key)}</key>")
        parts.append(done.outcome.data or "")
    if done.problems:
        parts.append(errors(done.problems))
    return newline.join([part for part in parts if part] + ["</result>"])


def document(control: Control, status: str, inside: str, newline: str) -> bytes:
    echo = "".join(
        f"<{name}>{escape(text)}</{name}>"
        for name, text in (
            ("senderid", control.senderid),
            ("controlid", control.controlid),
            ("uniqueid", control.uniqueid),
            ("dtdversion", control.dtdversion),
        )
        if text or name in ("senderid", "controlid")
    )
    text = newline.join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<response>',
            f"<control><status>{status}</status>{echo}</control>",
            inside,
            "</response>",
        )
    )
    return text.encode()
