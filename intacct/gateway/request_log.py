"""What is kept of every request (spec R-4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from intacct.gateway.functions.base import Function


@dataclass(frozen=True)
class RequestRecord:
    """One request and how it ended; holds no secret.

    ``function``: "query CUSTOMER", "create_sotransaction x 50". ``http_status`` None: no answer came.
    ``records``: how many records an answer held, or how many documents it says were made. The two texts
    are the beginnings of request and answer without their secrets, if the limits ask for them (spec G-4).
    """

    control_id: str
    function: str
    started_at: datetime
    milliseconds: int
    http_status: int | None = None
    error_number: str = ""
    error_text: str = ""
    support_id: str = ""
    records: int | None = None
    request_text: str = field(default="", repr=False)
    answer_text: str = field(default="", repr=False)


def label_of(functions: Sequence[Function]) -> str:
    """The functions of one request in a few words."""
    labels = list(dict.fromkeys(function.label for function in functions))
    label = ", ".join(labels)
    return f"{label} x {len(functions)}" if len(functions) > 1 else label
