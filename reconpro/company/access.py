"""The one place through which views reach a company's objects, and roles are checked (U-1, U-2)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from reconpro.company.models import Company, Role, User

EVERYONE = tuple(Role)
BACK_OFFICE = (Role.ADMINISTRATOR, Role.ACCOUNTANT, Role.WORK_MANAGER)
RECORD_KEEPERS = (Role.ADMINISTRATOR, Role.ACCOUNTANT)
ADMINISTRATORS = (Role.ADMINISTRATOR,)


class CompanyRequest(HttpRequest):
    """A request of somebody who is signed in, as views behind `role_required` see it."""

    user: User
    company: Company


P = ParamSpec("P")
M = TypeVar("M", bound=Model)
View = Callable[Concatenate[CompanyRequest, P], HttpResponseBase]


def role_required(*roles: Role) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Let in only the roles named; others get 403, strangers the sign-in page."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @login_required
        def checked(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.user.role not in roles:
                raise PermissionDenied("Your role doesn't include this page.")
            return view(request, *args, **kwargs)

        checked.roles = roles  # type: ignore[attr-defined]  # a test asks every page for them
        return checked

    return decorate


def of_company(request: CompanyRequest, objects: type[M] | QuerySet[M]) -> QuerySet[M]:
    """All objects of this kind that belong to the company that is signed in."""
    queryset = objects._default_manager.all() if isinstance(objects, type) else objects
    return queryset.filter(company=request.company)


def company_object(request: CompanyRequest, objects: type[M] | QuerySet[M], pk: int) -> M:
    """One object of the company; 404 for another company's as for one that isn't there (U-2)."""
    return get_object_or_404(of_company(request, objects), pk=pk)


def subscription_missing(request: CompanyRequest, needed: str) -> HttpResponse:
    """The page that says which subscription is missing (U-3)."""
    from django.shortcuts import render

    return render(request, "company/subscription_missing.html", {"needed": needed}, status=403)
