"""A person's answer to a warning; it holds over later imports (I-8)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from integrations.duplicates.models import Resolution, Warning
from integrations.duplicates.showing import Answer, answer_for
from reconpro.audit.log import record_event
from reconpro.company.models import User


def resolve(warning: Warning, by: User) -> Answer | None:
    """Close an open warning with the answer that its code has; recorded with who. None if it is closed."""
    answer = answer_for(warning)
    with transaction.atomic():
        closed = Warning.objects.filter(pk=warning.pk, resolution=Resolution.OPEN).update(
            resolution=answer.resolution, closed_at=timezone.now(), resolved_by=by
        )
        if not closed:
            return None
        record_event(
            company=warning.company,
            user=by,
            action="warning.resolved",
            sentence=f"{answer.button}: {warning.message}",
            subject=warning,
            details={"code": warning.code, "sides": warning.sides},
        )
    return answer
