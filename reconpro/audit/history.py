"""Reading the audit: what happened to one thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import FieldDoesNotExist
from django.db.models import DecimalField, Model
from django.utils.text import capfirst

from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.models import Company
from reconpro.company.templatetags.amounts import price


@dataclass(frozen=True)
class Happening:
    """A sentence about the thing, or one changed field with old and new value."""

    at: datetime
    who: str
    sentence: str = ""
    field: str = ""
    old: str = ""
    new: str = ""
    run_id: int | None = None


def history(thing: Model, company: Company, *, limit: int) -> list[Happening]:
    """The latest happenings of a record, newest first: two queries, whatever the number."""
    changes = (
        FieldChange.objects.filter(company=company, record_kind=thing._meta.model_name, record_id=thing.pk)
        .select_related("user")
        .order_by("-at", "-id")[:limit]
    )
    events = (
        AuditEvent.objects.filter(company=company, subject_kind=thing._meta.model_name, subject_id=thing.pk)
        .select_related("user")
        .order_by("-at", "-id")[:limit]
    )
    happenings = [*_changes(thing, changes), *_events(events)]
    return sorted(happenings, key=lambda happening: happening.at, reverse=True)[:limit]


def _changes(thing: Model, changes: Iterable[FieldChange]) -> list[Happening]:
    return [
        Happening(
            at=change.at,
            who=str(change.user) if change.user else "Import" if change.run_id else "",
            field=label_of(thing, change.field),
            old=shown_value(thing, change.field, change.old),
            new=shown_value(thing, change.field, change.new),
            run_id=change.run_id,
        )
        for change in changes
    ]


def _events(events: Iterable[AuditEvent]) -> list[Happening]:
    return [
        Happening(at=event.at, who=str(event.user) if event.user else "", sentence=event.sentence)
        for event in events
    ]


def shown_value(thing: Model | type[Model], field: str, value: str) -> str:
    """The value as pages show it: 12.50, not 12.5000; the words of a choice, not what is stored for it."""
    try:
        kept_in = thing._meta.get_field(field)
    except FieldDoesNotExist:
        return value
    if choices := dict(getattr(kept_in, "flatchoices", ())):
        return str(choices.get(value, value))
    return price(Decimal(value)) if isinstance(kept_in, DecimalField) and value else value


def label_of(thing: Model | type[Model], field: str) -> str:
    """The field as pages call it."""
    if field == "archived_reason":  # which holds whether it is archived too
        return "Standing"
    try:
        return capfirst(str(getattr(thing._meta.get_field(field), "verbose_name", field)))
    except FieldDoesNotExist:
        return field
