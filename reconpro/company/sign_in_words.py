"""How an employee stands with signing in, in words for pages (I-7)."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as date_format

from reconpro.company.first_sign_in import Standing, standing, window_of
from reconpro.company.models import Employee

WORDS = {
    Standing.OWN_PASSWORD: "Own password",
    Standing.USED: "Own password",
    Standing.WAITS: "Default password until {closes}",
    Standing.EXPIRED: "Default password, expired {closes}",
    Standing.REVOKED: "Revoked {revoked}",
    Standing.SWITCHED_OFF: "Switched off",
    Standing.TURNED_OFF: "None: default sign-ins are turned off",
    Standing.NO_DIGITS: "None: no five digits in the Employee ID",
    Standing.NOT_OPENED: "None",
    Standing.ARCHIVED: "None while archived",
}


def in_words(employee: Employee) -> str:
    """A few words, without a query where company, user and first_sign_in were selected along."""
    window = window_of(employee)
    return WORDS[standing(employee)].format(
        closes=_day(window.closes_at) if window else "",
        revoked=_day(window.revoked_at) if window and window.revoked_at else "",
    )


def _day(moment: datetime) -> str:
    """In the zone of the page."""
    return date_format(timezone.localtime(moment), "M j, Y")
