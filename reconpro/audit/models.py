"""Who did what, and what changed on a record. Rows are only ever added."""

from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """Something a person or a run did: settings saved, records merged, marks made by hand, users."""

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=60)  # "settings.changed", "client.archived", "user.added"
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    sentence = models.TextField()
    details = models.JSONField(default=dict, blank=True)  # never a secret (S-8)

    class Meta:
        indexes = [
            models.Index(fields=["company", "-at"], name="audit_event_by_time"),
            models.Index(fields=["company", "subject_kind", "subject_id", "-at"], name="audit_event_subject"),
        ]

    def __str__(self) -> str:
        return self.sentence


class FieldChange(models.Model):
    """One field of one record: old value, new value, and who or which run changed it."""

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    run_id = models.BigIntegerField(null=True, blank=True)  # the run of an integration, if one did it
    record_kind = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["company", "record_kind", "record_id", "-at"], name="field_change_record")
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.old} → {self.new}"
