"""Writing to the audit."""

from typing import Any

from django.db import models

from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.models import AccountingRecord, Company, User


def record_event(
    *,
    company: Company,
    action: str,
    sentence: str,
    user: User | None = None,
    subject: models.Model | None = None,
    details: dict[str, Any] | None = None,
) -> AuditEvent:
    """Keep that something was done. `details` must be JSON and hold no secret (S-8)."""
    return AuditEvent.objects.create(
        company=company,
        user=user,
        action=action,
        sentence=sentence,
        subject_kind=subject._meta.model_name or "" if subject else "",
        subject_id=subject.pk if subject else None,
        details=details or {},
    )


def record_changes(
    record: AccountingRecord, *, before: dict[str, Any], after: dict[str, Any], user: User | None
) -> None:
    """Keep each field of `after` whose value differs from `before`."""
    FieldChange.objects.bulk_create(
        FieldChange(
            company=record.company,
            user=user,
            record_kind=record.kind,
            record_id=record.pk,
            field=field,
            old="" if before.get(field) is None else str(before[field]),
            new="" if value is None else str(value),
        )
        for field, value in after.items()
        if before.get(field) != value
    )
