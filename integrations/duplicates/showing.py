"""Warnings as pages and downloads show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import NoReverseMatch, reverse

from integrations.duplicates.codes import DUPLICATES, Code
from integrations.duplicates.models import Resolution, Warning

# A side's kind is the name of its page, save for these.
PAGES = {"team": "team-edit"}


@dataclass(frozen=True)
class ShownSide:
    """A record that a warning leads to; `url` is "" where there is no such page."""

    label: str
    url: str


@dataclass(frozen=True)
class Answer:
    """How a person resolves a warning without changing records: what it is stored as, and the button."""

    resolution: Resolution
    button: str


DIFFERENT = Answer(Resolution.DIFFERENT, "They are different")
KEEP = Answer(Resolution.KEPT, "Keep them")
DISMISS = Answer(Resolution.DISMISSED, "Dismiss")


def is_duplicate(warning: Warning) -> bool:
    return warning.code in DUPLICATES


def answer_for(warning: Warning) -> Answer:
    if is_duplicate(warning):
        return DIFFERENT
    return KEEP if warning.code == Code.BRAKE else DISMISS


def code_label(warning: Warning) -> str:
    """The heading of its code; a code that this version doesn't know is shown as it is."""
    return str(Code(warning.code).label) if warning.code in Code.values else warning.code


def shown_sides(warning: Warning) -> list[ShownSide]:
    return [ShownSide(str(side["label"]), _url(str(side["kind"]), side["id"])) for side in warning.sides]


def _url(kind: str, pk: int | None) -> str:
    if pk is None:
        return ""
    try:
        return reverse(PAGES.get(kind, kind), args=[pk])
    except NoReverseMatch:
        return ""


def duplicates_first(warnings: QuerySet[Warning]) -> QuerySet[Warning]:
    """Duplicates, then the rest; of each the open ones first, then by when they were last seen (P-2)."""
    return warnings.order_by(
        Case(When(code__in=DUPLICATES, then=Value(0)), default=Value(1), output_field=IntegerField()),
        Case(When(resolution=Resolution.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()),
        "-last_seen_at",
        "-pk",
    )
