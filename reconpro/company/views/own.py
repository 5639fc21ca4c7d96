"""What a technician sees: the own profile (U-1)."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reconpro.company.access import EVERYONE, CompanyRequest, role_required
from reconpro.company.kinds import EMPLOYEES, shown


@role_required(*EVERYONE)
@require_safe
def my_profile(request: CompanyRequest) -> HttpResponse:
    """The employee behind the sign-in, without the office's notes."""
    employee = request.user.employee
    if employee is None:
        raise PermissionDenied("Only a technician has a profile of this kind.")
    details = [*shown(employee, EMPLOYEES.details), ("Team", str(employee.team or ""))]
    return render(request, "company/my_profile.html", {"employee": employee, "details": details})
