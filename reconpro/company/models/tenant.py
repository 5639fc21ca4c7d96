"""The tenant: a company, the books that its Accounting IDs refer to, and its teams."""

import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower


class Edition(models.TextChoices):
    BASIC = "basic", "Basic"
    PROFESSIONAL = "professional", "Professional"
    ENTERPRISE = "enterprise", "Enterprise"


class Feature(models.TextChoices):
    INTACCT = "intacct", "Intacct Integration"


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError("Choose a time zone such as America/Los_Angeles.")


def validate_features(features: Any) -> None:
    if not isinstance(features, list) or set(features) - set(Feature.values):
        raise ValidationError(f"Features are a list of: {', '.join(Feature.values)}.")


class Company(models.Model):
    """A tenant (U-2): everything else belongs to exactly one company."""

    code = models.SlugField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9-]+$", "Use lower-case letters, digits and dashes.")],
    )
    name = models.CharField(max_length=200)
    edition = models.CharField(max_length=20, choices=Edition, default=Edition.BASIC)
    features = models.JSONField(default=list, blank=True, validators=[validate_features])
    time_zone = models.CharField(
        max_length=60, default="America/Los_Angeles", validators=[validate_time_zone]
    )
    currency = models.CharField(max_length=3, default="USD")
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True)
    # The books that new Accounting IDs refer to; set when an integration opens a connection (S-7).
    books = models.ForeignKey("Books", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # I-7: whether employees may sign in for the first time with the digits of their Employee ID.
    default_sign_ins = models.BooleanField("Default sign-ins", default=True)
    next_invoice_number = models.PositiveBigIntegerField(default=1001)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(edition__in=Edition.values), name="company_edition_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Books(models.Model):
    """A set of accounting books, the scope in which an Accounting ID is unique (I-2, S-7).

    What kind of books they are is the business of the integration that opened them.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="all_books")
    label = models.CharField(max_length=200)  # "Intacct ACME-SANDBOX, entity EBU"
    provider_name = models.CharField(max_length=60)  # "Intacct", for sentences on pages
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "books"

    def __str__(self) -> str:
        return self.label


class Team(models.Model):
    """Employees who work together, with the location that their invoice lines carry (X-4)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=100)
    location = models.CharField(
        max_length=100,
        blank=True,
        help_text="The accounting location of this team's work, if it differs from the employee's.",
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "company",
                Lower("name"),
                name="team_name_unique_in_company",
                violation_error_message="There is a team of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
