"""Default sign-ins of employees, for administrators: who is still on one, open, issue again, revoke (I-7)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.views.decorators.http import require_safe

from reconpro.company.access import ADMINISTRATORS, CompanyRequest, company_object, of_company, role_required
from reconpro.company.filters import EmployeeFilter
from reconpro.company.first_sign_in import Standing, standing, user_of, window_of
from reconpro.company.letting_in import (
    CannotOpen,
    open_again,
    open_for_team,
    revoke,
    still_on_default,
    why_not_opened,
)
from reconpro.company.models import Employee, Team
from reconpro.company.sign_in_words import in_words
from reconpro.company.tables import DefaultSignInTable
from reconpro.company.users import technician_username
from reconpro.lists import on_page

WITH_SIGN_IN = ("company", "team", "user", "first_sign_in__opened_by")


def sign_in_of(employee: Employee, *, for_administrator: bool) -> dict[str, Any]:
    """What the profile of an employee shows of the sign-in, and what may be done there."""
    user, window, stands = user_of(employee), window_of(employee), standing(employee)
    obstacle = why_not_opened(employee) if for_administrator else ""
    return {
        "user": user,
        "username": user.username if user else technician_username(employee, employee.company),
        "words": in_words(employee),
        "window": window if stands is not Standing.ARCHIVED else None,
        "obstacle": obstacle,
        "may_open": for_administrator and not obstacle,
        "is_open": stands is Standing.WAITS,
        "may_revoke": for_administrator and stands in (Standing.WAITS, Standing.USED),
    }


@role_required(*ADMINISTRATORS)
@require_safe
def employees_on_default(request: CompanyRequest) -> HttpResponse:
    """Who is still on the default password, those whose days are over too; the next to end first."""
    waiting = still_on_default(request.company)
    found = EmployeeFilter(request.GET, waiting, request=request)
    table = on_page(DefaultSignInTable(found.qs.select_related(*WITH_SIGN_IN)), request)
    context = {
        "table": table,
        "filter": found,
        "is_narrowed": any(request.GET.get(name) for name in found.filters),
    }
    return render(request, "company/default_sign_ins.html", context)


@role_required(*ADMINISTRATORS)
def employee_open(request: CompanyRequest, pk: int) -> HttpResponse:
    """Open it for 14 days. Where the employee has a password, which ends with it, a page asks first."""
    employee = _employee(request, pk)
    if request.method == "POST":
        try:
            window = open_again(employee, by=request.user)
        except CannotOpen as reason:
            messages.error(request, str(reason))
        else:
            username = technician_username(employee, request.company)
            closing = date_format(timezone.localtime(window.closes_at), "M j, Y")
            messages.success(
                request, f"{employee} may sign in as {username} with the default password until {closing}."
            )
        return redirect("employee", pk)
    context = {"sign_in": sign_in_of(employee, for_administrator=True)}
    return _ask(request, employee, "company/sign_in_open.html", context)


@role_required(*ADMINISTRATORS)
def employee_revoke(request: CompanyRequest, pk: int) -> HttpResponse:
    employee = _employee(request, pk)
    if request.method == "POST":
        if revoke(employee, by=request.user):
            messages.success(request, f"The sign-in of {employee} is revoked.")
        else:
            messages.info(request, f"There is no sign-in of {employee} to revoke.")
        return redirect("employee", pk)
    context = {"sign_in": sign_in_of(employee, for_administrator=True)}
    return _ask(request, employee, "company/sign_in_revoke.html", context)


@role_required(*ADMINISTRATORS)
def team_open(request: CompanyRequest, pk: int) -> HttpResponse:
    team = company_object(request, of_company(request, Team).select_related("company"), pk)
    if request.method != "POST":  # who had to sign in first comes back with a GET
        return redirect("team-edit", team.pk)
    try:
        done = open_for_team(team, by=request.user)
    except CannotOpen as reason:
        messages.error(request, str(reason))
        return redirect("team-edit", team.pk)
    if done.opened:
        whose = "1 employee" if done.opened == 1 else f"{done.opened:,} employees"
        closing = date_format(timezone.localtime(done.closes_at), "M j, Y")
        messages.success(request, f"{whose} of {team} may sign in with the default password until {closing}.")
    else:
        messages.info(request, f"Nobody in {team} can be let in by a default sign-in.")
    if done.left_out:
        left_out = "1 was" if done.left_out == 1 else f"{done.left_out:,} were"
        messages.warning(
            request,
            f"{left_out} left out: without five digits in the Employee ID, of other books, or revoked.",
        )
    return redirect("team-edit", team.pk)


def _employee(request: CompanyRequest, pk: int) -> Employee:
    return company_object(request, of_company(request, Employee).select_related(*WITH_SIGN_IN), pk)


def _ask(request: CompanyRequest, employee: Employee, template: str, context: dict[str, Any]) -> HttpResponse:
    back = reverse("employee", args=[employee.pk])
    return render(request, template, {"employee": employee, "back": back, **context})
