"""Who signs in: users with a role in one company (U-1)."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "Administrator"
    ACCOUNTANT = "accountant", "Accountant"
    WORK_MANAGER = "work_manager", "Work Manager"
    TECHNICIAN = "technician", "Technician"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A sign-in of one company.

    ``username`` is what is typed at sign-in: the e-mail address of a member of the back office, or
    ``<Accounting ID>@<company code>`` of a technician; kept in lower case and unique over all.
    """

    username = models.CharField(max_length=200, unique=True)
    company = models.ForeignKey("Company", on_delete=models.PROTECT, related_name="users")
    role = models.CharField(max_length=20, choices=Role)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    # A technician's sign-in belongs to an employee and ends with it.
    employee = models.OneToOneField(
        "Employee", null=True, blank=True, on_delete=models.PROTECT, related_name="user"
    )
    is_active = models.BooleanField(default=True)
    # When it was switched on again: sessions from before stay ended (I-7).
    let_in_again_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["company", "role"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=Q(role=Role.TECHNICIAN, employee__isnull=False)
                | (~Q(role=Role.TECHNICIAN) & Q(employee__isnull=True)),
                name="user_technician_is_employee",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must hold to stay signed in: it ends with the password, and with being let out."""
        of_password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]  # not in the stubs
        if self.let_in_again_at is None:
            return of_password
        return f"{of_password}{self.let_in_again_at.timestamp():.6f}"

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def keeps_records(self) -> bool:
        """Administrator or Accountant: may change records, approve invoices and start runs."""
        return self.role in (Role.ADMINISTRATOR, Role.ACCOUNTANT)

    @property
    def makes_invoices(self) -> bool:
        return self.role in (Role.ADMINISTRATOR, Role.ACCOUNTANT, Role.WORK_MANAGER)
