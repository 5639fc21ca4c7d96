"""What a job is given: the run that it carries out, and how to speak to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class RunFailed(Exception):
    """The run can't go on, for a reason that an admin understands (R-3).

    `message` is a sentence, `advice` what to do next; `code` and `text` the gateway's own words.
    """

    message: str
    advice: str = ""
    code: str = ""
    text: str = ""

    def __str__(self) -> str:
        return self.message
