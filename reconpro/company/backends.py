"""Signing in for the first time with the default password (I-7), beside the backend of own passwords."""

from secrets import compare_digest
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils import timezone

from reconpro.company.addresses import client_address
from reconpro.company.first_sign_in import newcomer, open_to
from reconpro.company.models import User
from reconpro.company.models.first_sign_in import default_password

NO_PASSWORD = "-----"  # noqa: S105  (what no default password is: as long as one, and without digits)


class DefaultPasswordBackend(BaseBackend):
    """Answers an unsaved user, who may do nothing but choose a password.

    Whoever is unknown, archived, late or wrong gets the same answer, None, after the same look-up.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        if request is None or not username or not password:
            return None
        employee = open_to(username.strip().lower())
        expected = default_password(employee.accounting_employee_id) if employee else NO_PASSWORD
        is_right = compare_digest(password.encode(), expected.encode())
        if employee is None or not is_right or tries_many_names(request):
            return None
        return newcomer(employee)


def tries_many_names(request: HttpRequest) -> bool:
    """A default password follows from its user name, so what gives a guesser away is the number of names.

    The lock-out counts the attempts on one name; this is its complement.
    """
    lately = timezone.now() - settings.AXES_COOLOFF_TIME
    names = AccessAttempt.objects.filter(ip_address=client_address(request), attempt_time__gte=lately)
    limit: int = settings.DEFAULT_SIGN_IN_NAMES_LIMIT
    return bool(names.values("username").distinct().count() >= limit)
