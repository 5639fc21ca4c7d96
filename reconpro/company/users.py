"""Adding users and changing what they may do (U-1). Each is one transaction with its entry in the audit."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from reconpro.audit.log import record_event
from reconpro.company.models import Company, Employee, FirstSignIn, Role, User

BACK_OFFICE_ROLES = [
    (role.value, role.label) for role in (Role.ADMINISTRATOR, Role.ACCOUNTANT, Role.WORK_MANAGER)
]


class LastAdministrator(Exception):
    """The company would be left without an administrator; str() is a sentence for the page."""


def technician_username(employee: Employee, company: Company) -> str:
    """`E-00148:EBU@demo`; "" for an employee without Accounting ID."""
    return f"{employee.accounting_id}@{company.code}".lower() if employee.accounting_id else ""


@transaction.atomic
def add_user(user: User, *, password: str, by: User | None) -> User:
    """Save a new user with an initial password. `by` is None for a command of an operator."""
    user.username = user.username.strip().lower()
    user.set_password(password)
    user.save()
    _end_default_sign_in(user)
    record_event(
        company=user.company,
        action="user.added",
        sentence=f"{by or 'An operator'} added the user {user.username} as {user.get_role_display()}.",
        user=by,
        subject=user,
        details={"role": user.role},
    )
    return user


@transaction.atomic
def change_user(user: User, *, before: dict[str, Any], password: str, by: User) -> None:
    """Save name, role and whether the user may sign in; a new password unless it is empty.

    Raises LastAdministrator where nobody could administer the company any more.
    """
    # Two administrators who take the role from each other at once: one after the other.
    Company.objects.select_for_update().get(pk=user.company_id)
    if not (user.is_active and user.role == Role.ADMINISTRATOR):
        _keep_an_administrator(user)
    if password:
        user.set_password(password)
    if user.is_active and not before["is_active"]:
        user.let_in_again_at = timezone.now()  # I-7: sessions from before stay ended
    user.save()
    changes = [
        f"{field.replace('_', ' ')} from {old!s} to {getattr(user, field)!s}"
        for field, old in before.items()
        if old != getattr(user, field)
    ]
    if password:
        changes.append("the password")
    if changes:
        _end_default_sign_in(user)
        record_event(
            company=user.company,
            action="user.changed",
            sentence=f"{by} changed of the user {user.username}: {', '.join(changes)}.",
            user=by,
            subject=user,
            details={"before": before, "password": bool(password)},
        )


def _keep_an_administrator(user: User) -> None:
    others = User.objects.filter(company=user.company_id, role=Role.ADMINISTRATOR, is_active=True)
    if not others.exclude(pk=user.pk).exists():
        raise LastAdministrator(
            "This is the last administrator of the company. Make somebody else administrator first."
        )


def _end_default_sign_in(user: User) -> None:
    """Who was given a sign-in by hand has no use for the default one (I-7)."""
    if user.employee_id:
        FirstSignIn.objects.filter(employee=user.employee_id).revoke_waiting()
