"""Signing in and out, one's own password, and where one lands."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from reconpro.company.access import EVERYONE, CompanyRequest, role_required
from reconpro.company.forms.people import OwnPasswordForm, SignInForm
from reconpro.company.models import Role
from reconpro.company.views import first_password


class SignInView(LoginView):
    template_name = "company/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if user.pk is None:  # the default password was right: it opens one form and nothing else (I-7)
            first_password.let_in(self.request, user)
            return redirect("first-password")
        return super().form_valid(form)


class SignOutView(LogoutView):
    """Signing out is a POST; who types the address gets the button."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect("sign-in")
        return render(request, "company/sign_out.html")


sign_in = SignInView.as_view()
sign_out = SignOutView.as_view()


@role_required(*EVERYONE)
def home(request: CompanyRequest) -> HttpResponse:
    """The back office starts at Company Info; a technician has only the own profile (U-1)."""
    return redirect("my-profile" if request.user.role == Role.TECHNICIAN else "company-info")


@role_required(*EVERYONE)
def change_password(request: CompanyRequest) -> HttpResponseBase:
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)  # only this session stays signed in
        messages.success(request, "Your password is changed. Other browsers are signed out.")
        return redirect("home")
    return render(request, "company/change_password.html", {"form": form, "back": reverse("home")})
