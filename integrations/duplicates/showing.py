"""Warnings as pages and downloads show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import NoReverseMatch, reverse

from integrations.duplicates.codes import DUPLICATES, MERGEABLE, Code
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
    """How a person resolves a warning: what it is stored as, the button, and what follows."""

    resolution: Resolution
    button: str
    then: str = "Later imports won't warn of it again."


DIFFERENT = Answer(Resolution.DIFFERENT, "They are different")
LINK_TWIN = Answer(
    Resolution.LINKED, "Link them", "The local record has its Accounting ID and data now, and its invoices."
)
LINK = Answer(Resolution.LINKED, "Link them", "The next import brings its data.")
ARCHIVE = Answer(Resolution.ARCHIVED, "Archive them", "They are on the tab Archived now.")
KEEP = Answer(Resolution.KEPT, "Keep them")
DISMISS = Answer(Resolution.DISMISSED, "Dismiss")


def is_duplicate(warning: Warning) -> bool:
    return warning.code in DUPLICATES


def answers_for(warning: Warning) -> tuple[Answer, ...]:
    """What a person may answer. The last one archives and links nothing: it counts where none is named."""
    if warning.code == Code.LOCAL_TWIN and len(warning.sides) == 2:
        return (LINK_TWIN, DIFFERENT)
    if is_duplicate(warning):
        return (DIFFERENT,)
    if warning.code == Code.LINK_PROPOSED:
        return (LINK, DIFFERENT)
    return (ARCHIVE, KEEP) if warning.code == Code.BRAKE else (DISMISS,)


def compare_url(warning: Warning) -> str:
    """The page where its records stand side by side, to be merged; "" for what isn't about two records."""
    return reverse("duplicate", args=[warning.pk]) if warning.code in MERGEABLE else ""


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
