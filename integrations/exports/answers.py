"""What an answer or a read-back makes of an invoice that was sent (X-5). Pure: no database, no books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from integrations.exports.models import ExportState
from integrations.exports.port import Answer, FoundDocument, SendResult

READ_BACKS_NEEDED = 2  # that did not find it, a while apart, before it may go again


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The state that an answer leads to, and the words to keep. `refused`: told *no*, not yet believed.
    `resent`: it went more than once, so that no later refusal of its control id is definite by itself."""

    state: ExportState
    key: str = ""
    refused: bool = False
    resent: bool = False
    code: str = ""
    text: str = ""
    message: str = ""


def settlement(result: SendResult, *, resent: bool, was_busy: bool = False) -> Settlement:
    """Only a definite answer settles (X-5). After a lost answer a refusal of the same control id may as well
    mean that it arrived the first time, so it is read back like one that was lost. `was_busy`: the answer
    before this one was "busy"; that is believed, but a "no" after it may speak of the first time."""
    resent = resent or result.went_before
    if result.answer is Answer.CREATED and result.key:
        return Settlement(state=ExportState.EXPORTED, key=result.key, resent=resent)
    is_busy = result.answer is Answer.BUSY
    lost = result.answer in (Answer.CREATED, Answer.LOST) or (is_busy and resent)
    in_doubt = lost or resent or result.answer is Answer.EXISTS or (was_busy and not is_busy)
    return Settlement(
        state=ExportState.UNKNOWN if in_doubt else ExportState.FAILED,
        refused=in_doubt and not lost,
        resent=resent or was_busy or is_busy,
        code=result.code,
        text=result.text,
        message=result.message,
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """What a read-back is compared to."""

    number: str
    client_id: str
    date: date
    total: Decimal


def difference(sent: Sent, found: Sequence[FoundDocument], books_name: str) -> str:
    """Why these documents of its number are not the one that was sent, in a sentence; "" if it is the one."""
    if len(found) > 1:
        return f"{books_name} has {len(found)} documents numbered {sent.number}."
    there = found[0]
    differs = [f"is numbered {there.numbered} there"] if there.numbered else []
    if there.client_id != sent.client_id:
        differs.append(f"is for client {there.client_id or '(none)'} instead of {sent.client_id}")
    if there.date != sent.date:
        differs.append(f"is dated {there.date or '(not told)'} instead of {sent.date}")
    if there.total != sent.total:
        total = "(not told)" if there.total is None else f"{there.total:,.2f}"
        differs.append(f"is over {total} instead of {sent.total:,.2f}")
    return f"Document {sent.number} in {books_name} {' and '.join(differs)}." if differs else ""


class Absence(Enum):
    """What follows from a read-back that did not find the document."""

    TOO_EARLY = auto()  # too soon after the last one: it doesn't count
    COUNTED = auto()
    MAY_GO_AGAIN = auto()
    REFUSAL_STANDS = auto()  # it was refused, and it isn't there


def absence(
    *, count: int, last_checked_at: datetime | None, refused: bool, now: datetime, apart: timedelta
) -> Absence:
    """`count` read-backs had not found it before this one, the last of them at `last_checked_at`."""
    if count and last_checked_at is not None and now - last_checked_at < apart:
        return Absence.TOO_EARLY
    if count + 1 < READ_BACKS_NEEDED:
        return Absence.COUNTED
    return Absence.REFUSAL_STANDS if refused else Absence.MAY_GO_AGAIN
