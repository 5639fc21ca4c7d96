"""Answer each request in the time zone of the company that is signed in."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from reconpro.company.models import Role, User


class CompanyMiddleware:
    """Sets `request.company` (None before sign-in) and the time zone of all that is shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User) and belongs_to_archived_employee(request.user):
            # I-7: an import may archive an employee who is signed in; the sign-in ends, also for later.
            User.objects.filter(pk=request.user.pk).update(is_active=False)
            logout(request)
        company = request.user.company if request.user.is_authenticated else None
        request.company = company  # type: ignore[attr-defined]  # views see it as CompanyRequest
        if company is None:
            return self.get_response(request)
        with timezone.override(company.zone):
            return self.get_response(request)


def belongs_to_archived_employee(user: User) -> bool:
    return user.role == Role.TECHNICIAN and user.employee is not None and user.employee.is_archived
