"""Answer each request in the time zone of the company that is signed in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class CompanyMiddleware:
    """Sets `request.company` (None before sign-in) and the time zone of all that is shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        company = request.user.company if request.user.is_authenticated else None
        request.company = company  # type: ignore[attr-defined]
        if company is None:
            return self.get_response(request)
        with timezone.override(company.zone):
            return self.get_response(request)
