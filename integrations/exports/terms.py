"""An invoice's terms and the due date that follows from them (X-3)."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from integrations.exports.facts import BooksFacts, Term

_NET = re.compile(r"net\s*(\d{1,4})(?:\s*days?)?", re.IGNORECASE)
_AT_ONCE = frozenset({"due on receipt", "due upon receipt", "upon receipt", "immediate", "cod"})


def known_term(name: str, books: BooksFacts) -> Term | None:
    """The term of this name: from the books' list or, where that was never read, from what the name says.

    The list's spelling counts, since it is what goes on the document; case alone makes no difference.
    """
    if not books.terms:
        return Term(name) if _days_in(name) is not None else None
    return books.terms.get(name) or books.terms_by_folded_name.get(name.casefold())


def due_date(term: Term, invoice_date: date) -> date | None:
    """When an invoice of these terms is due, never before its own date; None if the terms don't tell.

    Counted from the invoice's date, or, for "month" and "next_month", the day of that month: 31 is its last.
    """
    if term.due_days is None:
        days = _days_in(term.name)
        return None if days is None else _later(invoice_date, days)
    if term.due_from == "month":
        due = _day_of_month(invoice_date.replace(day=1), term.due_days)
    elif term.due_from == "next_month":
        first = (invoice_date.replace(day=28) + timedelta(days=4)).replace(day=1)
        due = _day_of_month(first, term.due_days)
    else:
        due = _later(invoice_date, term.due_days)
    return max(due, invoice_date)


def _days_in(name: str) -> int | None:
    """The days that a name such as "Net 30" or "Due on receipt" speaks of."""
    plain = " ".join(name.split()).casefold()
    if plain in _AT_ONCE:
        return 0
    match = _NET.fullmatch(plain)
    return int(match.group(1)) if match else None


def _day_of_month(first: date, day: int) -> date:
    last = calendar.monthrange(first.year, first.month)[1]
    if day > 31:
        return _later(first, day - 1)
    return first.replace(day=min(max(day, 1), last))


def _later(start: date, days: int) -> date:
    return start + timedelta(days=max(days, 0))
