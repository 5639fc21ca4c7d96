"""An employee's first sign-in with the default password (I-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from reconpro.audit.log import record_event
from reconpro.company.models import Employee, FirstSignIn, Role, User
from reconpro.company.models.first_sign_in import default_password
from reconpro.company.users import technician_username


class NoLongerOpen(Exception):
    """It was used, revoked or ended meanwhile; str() is a sentence for the page."""


class Standing(StrEnum):
    """How an employee stands with signing in."""

    OWN_PASSWORD = "own_password"  # noqa: S105  (no password)
    USED = "used"
    WAITS = "waits"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SWITCHED_OFF = "switched_off"
    TURNED_OFF = "turned_off"
    NO_DIGITS = "no_digits"
    NOT_OPENED = "not_opened"
    ARCHIVED = "archived"


def user_of(employee: Employee) -> User | None:
    return getattr(employee, "user", None)


def window_of(employee: Employee) -> FirstSignIn | None:
    return getattr(employee, "first_sign_in", None)


def standing(employee: Employee) -> Standing:
    """No query where company, user and first_sign_in were selected along."""
    user, window = user_of(employee), window_of(employee)
    if employee.is_archived:
        return Standing.ARCHIVED
    if user is not None and user.is_active:
        return Standing.USED if window is not None and window.used_at else Standing.OWN_PASSWORD
    if window is None or not window.is_waiting:
        if window is not None and window.revoked_at:
            return Standing.REVOKED
        if user is not None:
            return Standing.SWITCHED_OFF
    if not default_password(employee.accounting_employee_id):
        return Standing.NO_DIGITS
    if not employee.company.default_sign_ins:
        return Standing.TURNED_OFF
    if window is None:
        return Standing.NOT_OPENED
    return Standing.WAITS if window.is_open else Standing.EXPIRED


# --- at sign-in -----------------------------------------------------------------------------


def employees_named(username: str) -> QuerySet[Employee]:
    """Active employees whose sign-in has this name: `e-00148:ebu@demo`, in lower case (at most one, unless
    Accounting IDs differ only in case)."""
    accounting_id, _, code = username.rpartition("@")
    return (
        Employee.objects.annotate(folded=Lower("accounting_id"))
        .filter(
            # What belongs to books of former settings is a past record of somebody (S-7).
            Q(books=F("company__books")) | Q(books=None),
            company__code=code,
            archived_reason="",
            folded=accounting_id,
        )
        .exclude(accounting_id="")
        .select_related("company", "user", "first_sign_in")
    )


def open_to(username: str) -> Employee | None:
    """The one employee whom this name lets in by the default password now."""
    found = list(employees_named(username)[:2])
    if len(found) != 1 or standing(found[0]) is not Standing.WAITS or name_is_taken(found[0]):
        return None
    return found[0]


def newcomer(employee: Employee) -> User:
    """Who signs in for the first time: known to nobody, and saved only with a password of their own."""
    return User(
        username=technician_username(employee, employee.company),
        company=employee.company,
        role=Role.TECHNICIAN,
        employee=employee,
        name=employee.display_name,
    )


def name_is_taken(employee: Employee) -> bool:
    username = technician_username(employee, employee.company)
    return User.objects.filter(username=username).exclude(employee=employee).exists()


@dataclass(frozen=True)
class Pass:
    """Leave to choose a password, got by the default one: whose, and in which opening."""

    employee_id: int
    opened_at: datetime


def pass_of(employee: Employee) -> Pass:
    return Pass(employee.pk, employee.first_sign_in.opened_at)


def employee_with(leave: Pass) -> Employee:
    """Raises NoLongerOpen where the opening that it was got in has ended."""
    employee = (
        Employee.objects.select_related("company", "user", "first_sign_in")
        .filter(pk=leave.employee_id, first_sign_in__opened_at=leave.opened_at)
        .first()
    )
    if employee is None or standing(employee) is not Standing.WAITS or name_is_taken(employee):
        raise NoLongerOpen(
            "This first sign-in was used or ended meanwhile. If it wasn't you, tell an administrator of your"
            " company, who can issue it again."
        )
    return employee


def use(leave: Pass, *, password: str, address: str | None) -> User:
    """Keep the password that the employee chose: the default one is used up.

    Of two at the same time one wins. The form has found the password good. Raises NoLongerOpen.
    """
    try:
        with transaction.atomic():
            # In the order of an import that archives: the employee, then what belongs to it.
            Employee.objects.select_for_update().filter(pk=leave.employee_id).first()
            FirstSignIn.objects.select_for_update().filter(employee=leave.employee_id).first()
            employee = employee_with(leave)
            now = timezone.now()
            user = user_of(employee) or newcomer(employee)
            user.username, user.name = technician_username(employee, employee.company), employee.display_name
            user.is_active, user.let_in_again_at = True, now
            user.set_password(password)
            user.save()
            FirstSignIn.objects.filter(employee=employee).update(used_at=now, used_from=address)
            record_event(
                company=employee.company,
                action="first_sign_in.used",
                sentence=f"{employee} signed in for the first time, as {user.username}"
                f"{f' from {address}' if address else ''}, and chose a password.",
                user=user,
                subject=employee,
                details={"address": address},
            )
    except IntegrityError as somebody_was_first:
        raise NoLongerOpen("This user name was given to somebody else meanwhile.") from somebody_was_first
    return user
