"""What goes back over the wire, and how answers are written."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .calls import Outcome
from .company import Meter
from .envelope import Control
from .markup import escape
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
    packed: bool = False  # to be packed as small as can be, whatever time that takes
    meter: Meter | None = None  # whose time it is to send it


@dataclass
class Done:
    """One function's end: its outcome, or the problems it failed with."""

    name: str
    controlid: str
    outcome: Outcome | None
    problems: tuple[Problem, ...] = ()
    status: str = "success"
    remembered: bool = False  # its control id was noted as completed, by this request
    journal: list[Callable[[], object]] = field(default_factory=list)  # how to take it back, oldest first


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


def result(done: Done, newline: str) -> list[bytes]:
    """A `result` element in pieces, since its data may be megabytes."""
    lines = [
        f"<result><status>{done.status}</status><function>{escape(done.name)}</function>"
        f"<controlid>{escape(done.controlid)}</controlid>"
    ]
    data: str | list[bytes] = ""
    if done.outcome is not None:
        data = done.outcome.data
        lines.append(done.outcome.listtype)
        if done.outcome.key:
            lines.append(f"<key>{escape(done.outcome.key)}</key>")
    end = f"{errors(done.problems)}{newline}" if done.problems else ""
    head = newline.join([line for line in lines if line])
    pieces = [data.encode()] if isinstance(data, str) else data
    between = newline if any(pieces) else ""
    return [(head + between).encode(), *pieces, f"{newline}{end}</result>".encode()]


def document(control: Control, status: str, inside: list[bytes], newline: str) -> bytes:
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
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<response>'
    head = f"{start}{newline}<control><status>{status}</status>{echo}</control>{newline}"
    return b"".join([head.encode(), *inside, f"{newline}</response>".encode()])
