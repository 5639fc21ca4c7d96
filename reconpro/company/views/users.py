"""Company → Users, for administrators only (U-1)."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reconpro.audit.history import history
from reconpro.company.access import ADMINISTRATORS, CompanyRequest, company_object, of_company, role_required
from reconpro.company.filters import UserFilter
from reconpro.company.forms.people import UserForm
from reconpro.company.models import Company, Employee, User
from reconpro.company.tables import UserTable
from reconpro.company.users import LastAdministrator, add_user, change_user
from reconpro.lists import on_page


@role_required(*ADMINISTRATORS)
@require_safe
def users(request: CompanyRequest) -> HttpResponse:
    found = UserFilter(request.GET, of_company(request, User).select_related("company"))
    table = on_page(UserTable(found.qs), request)
    return render(request, "company/users.html", {"table": table, "filter": found})


@role_required(*ADMINISTRATORS)
def user_new(request: CompanyRequest) -> HttpResponse:
    """A user of the back office; with ?employee=… the sign-in of that technician."""
    employee = None
    if "employee" in request.GET:
        number = request.GET["employee"]
        employee = company_object(request, Employee, int(number) if number.isdecimal() else 0)
        if User.objects.filter(employee=employee).exists() or employee.is_archived:
            messages.info(request, f"{employee} is archived or has a sign-in already.")
            return redirect("employee", employee.pk)
    form = UserForm(request.POST or None, company=request.company, employee=employee)
    if request.method == "POST" and form.is_valid():
        user = add_user(form.save(commit=False), password=form.cleaned_data["password"], by=request.user)
        messages.success(request, f"{user} may now sign in as {user.username}.")
        return redirect("employee", employee.pk) if employee else redirect("users")
    back = reverse("employee", args=[employee.pk]) if employee else reverse("users")
    return render(request, "company/user_form.html", {"form": form, "employee": employee, "back": back})


@role_required(*ADMINISTRATORS)
@transaction.atomic
def user_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    found = of_company(request, User).select_related("employee")
    if request.method == "POST":
        # Two who save at once: the second one sees what the first one saved. The company's row comes
        # first, as in change_user.
        Company.objects.select_for_update().get(pk=request.company.pk)
        found = found.select_for_update(of=("self",))
    user = company_object(request, found, pk)
    form = UserForm(request.POST or None, instance=user, company=request.company)
    if request.method == "POST" and form.is_valid():
        if user.employee and user.employee.is_archived and form.instance.is_active:
            form.add_error("is_active", "The employee is archived. Restore the employee first.")
        else:
            password = form.cleaned_data["password"]
            try:
                change_user(form.save(commit=False), before=form.before, password=password, by=request.user)
            except LastAdministrator as refused:
                form.add_error(None, str(refused))
            else:
                if password and user == request.user:
                    update_session_auth_hash(request, user)
                messages.success(request, f"{user} is saved.")
                return redirect("users")
    saved = of_company(request, User).get(pk=pk)
    return render(
        request,
        "company/user_form.html",
        {
            "form": form,
            "edited": saved,
            "back": reverse("users"),
            "history": history(saved, request.company, limit=10),
        },
        status=form.status,
    )
