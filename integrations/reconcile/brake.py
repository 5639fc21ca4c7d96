"""The brake: when a list is too different to be believed without asking (I-5)."""

from __future__ import annotations

from enum import Enum

FEWEST = 3  # a small company loses one or two without being asked
LARGEST_SHARE_PERCENT = 20
MOST = 200


class Brake(Enum):
    """Why the missing are not archived; the value goes on after "… archived, because"."""

    OFF = ""
    SHARE = f"they are more than {LARGEST_SHARE_PERCENT} % of the active ones"
    NUMBER = f"they are more than {MOST}"
    IDENTITY = "another user or entity read the list than last time"

    @property
    def is_on(self) -> bool:
        return self is not Brake.OFF


def brake_for(*, missing: int, active: int, signed_in_as: str, signed_in_last: str | None) -> Brake:
    """Whether archiving `missing` of `active` records is to wait for a person's answer.

    `active` counts the missing too. `signed_in_last` is who read the last complete list, None if there
    was none.
    """
    if not missing:
        return Brake.OFF
    if signed_in_last is not None and signed_in_last != signed_in_as:
        return Brake.IDENTITY
    if missing > MOST:
        return Brake.NUMBER
    if missing >= FEWEST and missing * 100 > active * LARGEST_SHARE_PERCENT:
        return Brake.SHARE
    return Brake.OFF
