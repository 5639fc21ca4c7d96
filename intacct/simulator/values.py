"""Numbers and dates out of the texts of a request: None for whatever isn't one, and never an exception.

Python would take more than a ledger does: digits of other scripts, exponents, NaN, years without end.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

WHOLE = re.compile(r"[0-9]{1,9}")
# So many digits that a Decimal never rounds: it has 28.
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,14}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})")
MOMENT = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: ([0-9]{2}):([0-9]{2}):([0-9]{2}))?")
FIRST_YEAR, LAST_YEAR = 1900, 2999


def whole_of(text: str) -> int | None:
    """A count, without a sign, below a billion."""
    text = text.strip()
    return int(text) if WHOLE.fullmatch(text) else None


def decimal_of(text: str) -> Decimal | None:
    """A decimal with at most 14 digits before its point and 10 behind it."""
    text = text.strip()
    return Decimal(text) if NUMBER.fullmatch(text) else None


def moment_of(text: str) -> datetime | None:
    """A date or time as the generic functions write it: MM/DD/YYYY or MM/DD/YYYY HH:MM:SS."""
    found = MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    month, day, year, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        # All of these stand in one zone, which nobody tells: any will do to compare them.
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def day_of_parts(year: str, month: str, day: str) -> date | None:
    """A date from the texts of year, month and day elements, in years that a ledger knows."""
    parts = [whole_of(part) for part in (year, month, day)]
    numbers = [part for part in parts if part is not None]
    if len(numbers) != 3 or not FIRST_YEAR <= numbers[0] <= LAST_YEAR:
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None
