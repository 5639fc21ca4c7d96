"""What administrators do about default sign-ins: open, issue again, revoke; and who is still on one (I-7).

Each act is one transaction together with its entry in the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateformat import format as date_format

from reconpro.audit.log import record_event
from reconpro.company.first_sign_in import employees_named, name_is_taken, user_of, window_of
from reconpro.company.models import Company, Employee, FirstSignIn, Team, User
from reconpro.company.models.first_sign_in import HAS_FIVE_DIGITS, closing_time, default_password
from reconpro.company.users import technician_username

CHUNK = 400  # keeps below SQLite's limit of variables


class CannotOpen(Exception):
    """There is no default sign-in for this employee; str() is a sentence for the page."""


def why_not_opened(employee: Employee) -> str:
    """Why there can be no default sign-in for the employee, in a sentence, or ""."""
    if employee.is_archived:
        return "An archived employee can't sign in."
    if not employee.company.default_sign_ins:
        return "Default sign-ins are turned off for the company (Company Info)."
    if not default_password(employee.accounting_employee_id):
        return "The Employee ID has no five digits in a row, so there is no default password."
    found = list(employees_named(technician_username(employee, employee.company))[:2])
    if employee not in found:
        return "The employee belongs to other books than the company works with now."
    if len(found) > 1:
        return "The Accounting ID of another employee differs only in case."
    if name_is_taken(employee):
        return f"Somebody else signs in as {technician_username(employee, employee.company)} already."
    return ""


@transaction.atomic
def open_again(employee: Employee, *, by: User) -> FirstSignIn:
    """Open the default sign-in for 14 days from now, as if it had never been used.

    A password that the employee has stops working. Raises CannotOpen.
    """
    employee = _locked(employee)
    if reason := why_not_opened(employee):
        raise CannotOpen(reason)
    if user := user_of(employee):
        _end_sign_in(user)
    window, _ = FirstSignIn.objects.update_or_create(employee=employee, defaults=_opening(by))
    record_event(
        company=employee.company,
        action="first_sign_in.opened",
        sentence=f"{by} opened the default sign-in of {employee} until"
        f" {_day(window.closes_at, employee.company)}.",
        user=by,
        subject=employee,
        details={"had_password": user is not None},
    )
    return window


@dataclass(frozen=True)
class Opened:
    """Of a team's employees without a sign-in: for how many it was opened until then, for how many not."""

    opened: int
    left_out: int
    closes_at: datetime


@transaction.atomic
def open_for_team(team: Team, *, by: User) -> Opened:
    """Open it for 14 days for those of the team who have never signed in, in a few statements.

    Left out is whoever has no five digits, belongs to other books, or whose was revoked: that one is
    opened singly. Raises CannotOpen where the company has turned default sign-ins off.
    """
    if not team.company.default_sign_ins:
        raise CannotOpen("Default sign-ins are turned off for the company (Company Info).")
    without = without_sign_in(team.company).filter(team=team)
    able = list(
        without.filter(
            Q(books=team.company.books_id) | Q(books=None),
            accounting_employee_id__regex=HAS_FIVE_DIGITS,
            first_sign_in__revoked_at=None,
        )
        .exclude(accounting_id="")
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    opening = _opening(by)
    for start in range(0, len(able), CHUNK):
        chunk = able[start : start + CHUNK]
        windows = FirstSignIn.objects.filter(employee__in=chunk)
        known = set(windows.select_for_update().values_list("employee", flat=True))
        windows.waiting().update(**opening)
        FirstSignIn.objects.bulk_create(
            (FirstSignIn(employee_id=pk, **opening) for pk in chunk if pk not in known),
            ignore_conflicts=True,  # somebody opened it at the same moment
        )
    if able:
        closing = _day(opening["closes_at"], team.company)
        record_event(
            company=team.company,
            action="first_sign_in.opened_for_team",
            sentence=f"{by} opened the default sign-ins of {len(able)} employees of the team {team}"
            f" until {closing}.",
            user=by,
            subject=team,
            details={"employees": able},
        )
    return Opened(len(able), without.count() - len(able), opening["closes_at"])


@transaction.atomic
def revoke(employee: Employee, *, by: User) -> bool:
    """End a default sign-in that waits, or the sign-in that came of its first use. False if there is none."""
    employee = _locked(employee)
    window, user = window_of(employee), user_of(employee)
    if window is None or window.revoked_at:
        return False
    if user is not None and window.used_at:
        _end_sign_in(user)
    FirstSignIn.objects.filter(pk=window.pk).update(revoked_at=timezone.now())
    what = "sign-in" if window.used_at else "default sign-in"
    record_event(
        company=employee.company,
        action="first_sign_in.revoked",
        sentence=f"{by} revoked the {what} of {employee}.",
        user=by,
        subject=employee,
        details={
            "used_at": window.used_at.isoformat() if window.used_at else None,
            "used_from": window.used_from,
        },
    )
    return True


# --- who is where ---------------------------------------------------------------------------


def without_sign_in(company: Company) -> QuerySet[Employee]:
    """Active employees who have never signed in."""
    return Employee.objects.filter(company=company, archived_reason="", user=None)


def still_on_default(company: Company) -> QuerySet[Employee]:
    """Active employees whose default sign-in waits for its first use, those whose days are over too."""
    return Employee.objects.filter(
        company=company,
        archived_reason="",
        first_sign_in__isnull=False,
        first_sign_in__used_at=None,
        first_sign_in__revoked_at=None,
    )


def _locked(employee: Employee) -> Employee:
    """The employee as it is now, kept from others until the transaction ends."""
    Employee.objects.select_for_update().filter(pk=employee.pk).first()
    return Employee.objects.select_related("company", "user", "first_sign_in").get(pk=employee.pk)


def _end_sign_in(user: User) -> None:
    """The password and all sessions end; the user stays, since the audit names it."""
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])


def _opening(by: User) -> dict[str, Any]:
    """What a window holds that an administrator opens now."""
    now = timezone.now()
    return {
        "opened_at": now,
        "closes_at": closing_time(now),
        "opened_by": by,
        "used_at": None,
        "used_from": None,
        "revoked_at": None,
    }


def _day(moment: datetime, company: Company) -> str:
    """As pages show it: Nov 30, 2026."""
    return date_format(timezone.localtime(moment, company.zone), "M j, Y")
