"""Forms of signing in and of users."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError

from reconpro.company.models import User


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "That user name and password don't go together. Mind capital letters in the password.",
        "inactive": "This sign-in is switched off. Ask an administrator of your company.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"
        self.fields["username"].help_text = "Your e-mail address, or Accounting ID@company code."

    def clean_username(self) -> str:
        # One spelling, so that attempts are counted for one name.
        return str(self.cleaned_data["username"]).strip().lower()

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if isinstance(user, User) and user.employee is not None and user.employee.is_archived:
            raise ValidationError(self.error_messages["inactive"], code="inactive")


class OwnPasswordForm(PasswordChangeForm):
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "That isn't your present password.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Present password"
        self.fields["new_password2"].label = "New password again"


class PasswordField(forms.CharField):
    """A password typed by somebody for somebody: never sent back to the browser."""

    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
