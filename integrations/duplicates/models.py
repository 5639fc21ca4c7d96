"""Warnings: what a person should look at, once per cause or group, over all runs that saw it (I-8)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Resolution(models.TextChoices):
    OPEN = "", "Open"
    GONE = "gone", "No longer seen"  # a later run of the same operation didn't find it
    LINKED = "linked", "Linked"
    MERGED = "merged", "Merged"
    DIFFERENT = "different", "They are different"
    KEPT = "kept", "Kept"
    ARCHIVED = "archived", "Archived"
    DISMISSED = "dismissed", "Dismissed"


class Warning(models.Model):
    """One thing to look at, with all its sides named; opened by a run, closed by a person or a later run.

    `fingerprint` is equal when a later run sees the same thing again: it is then the same row, and stays
    resolved if a person resolved it.
    """

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("Connection", null=True, on_delete=models.PROTECT, related_name="warnings")
    operation = models.CharField(max_length=12)  # runs.Operation
    code = models.CharField(max_length=40)  # integrations.duplicates.codes.Code
    fingerprint = models.CharField(max_length=64)
    message = models.TextField()
    # [{"kind": "client", "id": 12 or null, "label": "C-17 Acme Motors"}], the rows it leads to
    sides = models.JSONField(default=list, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=10, choices=Resolution, blank=True, default="")
    resolved_by = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "connection", "operation", "code", "fingerprint"],
                name="warning_unique",
            ),
            models.CheckConstraint(
                condition=Q(resolution="", closed_at__isnull=True)
                | (~Q(resolution="") & Q(closed_at__isnull=False)),
                name="warning_closed_with_resolution",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "operation", "code"],
                condition=Q(resolution=""),
                name="warning_open",
            ),
            models.Index(fields=["company", "-last_seen_at"], name="warning_by_time"),
        ]

    def __str__(self) -> str:
        return self.message


class RunWarning(models.Model):
    """That a run saw a warning."""

    run = models.ForeignKey("Run", on_delete=models.CASCADE, related_name="run_warnings")
    warning = models.ForeignKey(Warning, on_delete=models.CASCADE, related_name="seen_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "warning"], name="run_warning_unique")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.warning_id}"


class Identifier(models.TextChoices):
    """What of a merged record a row of a list can still be known by."""

    KEY = "key", "Record number"  # Intacct: RECORDNO
    ACCOUNTING_ID = "id", "Accounting ID"


class Alias(models.Model):
    """An id of a merged record, which from then on means the record that was kept (I-2, I-10)."""

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    books = models.ForeignKey("company.Books", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # "client", "service", "employee"
    identifier = models.CharField(max_length=3, choices=Identifier)
    value = models.CharField(max_length=120)
    record_id = models.BigIntegerField()  # of the kind's record that was kept; never a merged one
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "aliases"
        constraints = [
            models.UniqueConstraint(
                fields=["books", "kind", "identifier", "value"], name="alias_means_one_record"
            ),
            models.CheckConstraint(condition=~Q(value=""), name="alias_is_not_empty"),
        ]
        indexes = [models.Index(fields=["company", "kind", "record_id"], name="alias_of_record")]

    def __str__(self) -> str:
        return f"{self.value} → {self.kind} {self.record_id}"
