"""A month in an address: "2026-10"."""

from __future__ import annotations

import re
from datetime import date, timedelta

EARLIEST, LATEST = 2000, 2100
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def month_in(text: str) -> date | None:
    """The month's first day, or None for what is no month."""
    match = _MONTH.fullmatch(text.strip()) if text.isascii() else None
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    return date(year, month, 1) if EARLIEST <= year <= LATEST and 1 <= month <= 12 else None


def last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def month_before(day: date) -> date:
    """The first day of the month before that of `day`."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
