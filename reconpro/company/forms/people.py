"""Forms of signing in and of users."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from reconpro.company.forms.seen import SeenForm
from reconpro.company.models import Company, Employee, Role, User
from reconpro.company.models.first_sign_in import default_password
from reconpro.company.users import BACK_OFFICE_ROLES

ROLES_EXPLAINED = (
    "Administrator: everything. Accountant: records, invoices, imports, exports and reports, but no users "
    "and no credentials. Work Manager: reads all, makes and edits invoices."
)


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "That user name and password don't go together. Mind the capitals in the password.",
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


class FirstPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # Django's takes none at run time
    """The password that an employee chooses at the first sign-in, never with the default one in it (I-7)."""

    error_messages = {
        **SetPasswordForm.error_messages,
        "default": "Everybody can know the digits of the Employee ID. Choose a password without them.",
    }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password2"].label = "New password again"

    def clean_new_password1(self) -> str:
        password: str = self.cleaned_data["new_password1"]
        employee = self.user.employee
        if employee is not None and default_password(employee.accounting_employee_id) in password:
            raise ValidationError(self.error_messages["default"], code="default")
        return password


class PasswordField(forms.CharField):
    """A password typed by somebody for somebody: never sent back to the browser."""

    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class UserForm(SeenForm):
    """A user of the back office, or a technician's sign-in, by an administrator.

    The e-mail address is the user name of the back office. A technician keeps role and user name.
    """

    password = PasswordField(required=False)

    class Meta:
        model = User
        fields = ["name", "email", "role", "is_active"]

    def __init__(self, *args: Any, company: Company, employee: Employee | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user: User = self.instance
        adding = user._state.adding
        if adding:
            user.company = company
            user.employee = employee
            user.role = Role.TECHNICIAN if employee else user.role
        self._name_the_fields(adding)
        if user.role == Role.TECHNICIAN:
            self._narrow_to_technician(adding)

    def _name_the_fields(self, adding: bool) -> None:
        fields = self.fields
        fields["email"].label = "E-mail"
        fields["email"].required = True
        fields["email"].help_text = "The user name for signing in."
        fields["role"] = forms.ChoiceField(choices=BACK_OFFICE_ROLES, help_text=ROLES_EXPLAINED)
        fields["is_active"].label = "May sign in"
        fields["password"].required = adding
        fields["password"].label = "Initial password" if adding else "New password"
        fields["password"].help_text = (
            "Tell it to the user, who changes it after signing in."
            if adding
            else "Leave empty to keep the present one. A new one signs the user out everywhere."
        )
        if adding:
            del fields["is_active"]

    def _narrow_to_technician(self, adding: bool) -> None:
        for name in ("email", "role", "name"):
            del self.fields[name]
        if adding and self.instance.employee is not None:
            employee = self.instance.employee
            self.fields["username"] = forms.CharField(
                label="User name",
                max_length=120,
                initial=employee.accounting_id or employee.email,
                help_text=f"It gets @{self.instance.company.code} at its end, as in E-00148:EBU@demo.",
            )
            self.order_fields(["username", "password"])

    def clean_username(self) -> str:
        ending = f"@{self.instance.company.code}"
        typed: str = self.cleaned_data["username"].strip().lower().removesuffix(ending)
        return self._free_username(f"{typed}{ending}")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        self._free_username(email.lower())
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        user: User = self.instance
        if user.employee is not None:
            user.name = user.employee.display_name
            user.username = cleaned.get("username", user.username)
        elif "email" in cleaned:
            user.username = cleaned["email"].lower()
        if password := cleaned.get("password"):
            try:
                validate_password(password, user)
            except ValidationError as weak:
                self.add_error("password", weak)
        return cleaned

    def _free_username(self, username: str) -> str:
        if User.objects.filter(username=username).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Somebody signs in with this user name already. Choose another one.")
        return username
