"""Choosing a password after the default one was right (I-7).

Nobody is signed in meanwhile: the session holds a signed, short-lived leave to fill in this one form.
"""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from reconpro.company.addresses import client_address
from reconpro.company.first_sign_in import NoLongerOpen, Pass, employee_with, newcomer, pass_of, use
from reconpro.company.forms.people import FirstPasswordForm
from reconpro.company.models import User

LEAVE = "first_sign_in"
SALT = "reconpro.company.first_password"
OWN_PASSWORDS = "django.contrib.auth.backends.ModelBackend"
TOO_LATE = "The time for choosing a password is over. Please sign in once more."


def let_in(request: HttpRequest, user: User) -> None:
    """Give a newcomer leave to choose a password, in a fresh session."""
    assert user.employee is not None
    leave = pass_of(user.employee)
    request.session.flush()
    request.session[LEAVE] = signing.dumps([leave.employee_id, leave.opened_at.isoformat()], salt=SALT)


def leave_of(request: HttpRequest) -> Pass | None:
    """None without one, and after its minutes."""
    try:
        employee_id, opened_at = signing.loads(
            request.session.get(LEAVE, ""), salt=SALT, max_age=settings.DEFAULT_SIGN_IN_FORM_MINUTES * 60
        )
    except signing.BadSignature:
        return None
    return Pass(employee_id, datetime.fromisoformat(opened_at))


@never_cache
@sensitive_post_parameters()
def first_password(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:  # another tab was first
        return redirect("home")
    leave = leave_of(request)
    if leave is None:
        return _back_to_sign_in(request, TOO_LATE)
    try:
        employee = employee_with(leave)
        form = FirstPasswordForm(newcomer(employee), request.POST or None)
        if request.method == "POST" and form.is_valid():
            user = use(leave, password=form.cleaned_data["new_password1"], address=client_address(request))
            del request.session[LEAVE]
            login(request, user, backend=OWN_PASSWORDS)
            messages.success(
                request, f"Welcome. From now on you sign in as {user.username} with your password."
            )
            return redirect("home")
    except NoLongerOpen as ended:
        return _back_to_sign_in(request, str(ended))
    context = {"form": form, "employee": employee, "company": employee.company}
    return render(request, "company/first_password.html", context)


def _back_to_sign_in(request: HttpRequest, why: str) -> HttpResponse:
    request.session.pop(LEAVE, None)
    messages.warning(request, why)
    return redirect("sign-in")
