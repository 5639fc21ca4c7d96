"""The days in which an employee may sign in for the first time, with the default password (I-7)."""

import re
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

OPEN_DAYS = 14
FIVE_DIGITS = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])")
# The same where a database looks; neither of ours needs more than this to tell whether there are any.
HAS_FIVE_DIGITS = "(^|[^0-9])[0-9]{5}([^0-9]|$)"


def default_password(employee_id: str) -> str:
    """The first run of exactly five digits of the Employee ID: `00148` of `E-00148`; "" without one."""
    found = FIVE_DIGITS.search(employee_id)
    return found.group() if found else ""


def closing_time(opened_at: datetime) -> datetime:
    return opened_at + timedelta(days=OPEN_DAYS)


class FirstSignInQuerySet(models.QuerySet["FirstSignIn"]):
    def waiting(self) -> "FirstSignInQuerySet":
        """Not used and not revoked, whether the days are over or not."""
        return self.filter(used_at=None, revoked_at=None)

    def revoke_waiting(self) -> int:
        return self.waiting().update(revoked_at=timezone.now())


class FirstSignIn(models.Model):
    """When an employee may use the default password, and when and from where that was done.

    No password is kept here or anywhere else while it waits: the default one is made from the Employee ID
    when somebody signs in. Opening it again begins anew on the same row; the audit keeps what was before.
    """

    employee = models.OneToOneField(
        "company.Employee", on_delete=models.CASCADE, related_name="first_sign_in"
    )
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # None for an import, which opens it once, for an employee that it creates.
    opened_by = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    used_from = models.GenericIPAddressField(null=True, blank=True)
    # By an administrator, or because the employee was archived or given a sign-in meanwhile.
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = FirstSignInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opened_at")), name="first_sign_in_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(used_from__isnull=True) | Q(used_at__isnull=False),
                name="first_sign_in_address_of_use",
            ),
        ]

    def __str__(self) -> str:
        return f"First sign-in of {self.employee}"

    @property
    def is_waiting(self) -> bool:
        return self.used_at is None and self.revoked_at is None

    @property
    def is_open(self) -> bool:
        return self.is_waiting and self.closes_at > timezone.now()
