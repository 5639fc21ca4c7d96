"""A connection is an identity: whose books were imported from and exported to (S-7)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Connection(models.Model):
    """One identity at one provider: for Intacct, Auth Company ID and the entity signed in to.

    Shares its key with the `Books` row that records refer to, so that `record.books_id` is the
    connection's id as well. The company's open connection is the one that runs use; an earlier one
    stays, closed, with all that was imported and exported over it, and opens again if its identity
    comes back.
    """

    books = models.OneToOneField(
        "company.Books", primary_key=True, on_delete=models.PROTECT, related_name="connection"
    )
    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=30)  # "intacct"
    identity = models.CharField(max_length=200)  # the provider's words, exact: '["acme","ebu"]'
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "provider", "identity"], name="connection_identity_unique"
            ),
            models.UniqueConstraint(
                fields=["company"], condition=Q(closed_at=None), name="connection_one_open"
            ),
        ]

    def __str__(self) -> str:
        return str(self.books)


class ReferenceKind(models.TextChoices):
    TERM = "term", "Term"
    LOCATION = "location", "Location"
    ENTITY = "entity", "Entity"
    DEPARTMENT = "department", "Department"


class ReferenceEntry(models.Model):
    """A small list of the accounting side that we check against: terms, locations, departments."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="reference")
    kind = models.CharField(max_length=12, choices=ReferenceKind)
    code = models.CharField(max_length=120)  # the id that goes on documents; a term's name
    name = models.CharField(max_length=200, blank=True)
    parent_code = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    # Terms only: days from the start, and the start ("invoice", "month", "next_month": end of none,
    # first of the invoice's month, first of the month after).
    due_days = models.IntegerField(null=True, blank=True)
    due_from = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "code"], name="reference_entry_unique")
        ]

    def __str__(self) -> str:
        return self.name or self.code
