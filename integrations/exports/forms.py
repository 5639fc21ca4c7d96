"""What comes from the preview's page: never trusted, always read into plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

MOST_LEFT_OUT = 20_000
EARLIEST = date(2000, 1, 1)


class ExportStartForm(forms.Form):
    """X-1: from which date on invoices are exported."""

    start = forms.DateField(
        label="Export start date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Approved invoices of this day and later are exported. "
        "Leave out what is in your books already.",
        error_messages={"required": "Enter a date.", "invalid": "Enter a date such as 2026-11-01."},
    )

    def clean_start(self) -> date:
        start: date = self.cleaned_data["start"]
        if start < EARLIEST:
            raise forms.ValidationError(f"Enter a date from {EARLIEST:%B %-d, %Y} on.")
        if start > timezone.localdate() + timedelta(days=366):
            raise forms.ValidationError("This is more than a year ahead. Enter an earlier date.")
        return start


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person chose: invoices left out, when the preview was made, and the page to show."""

    approved_before: datetime
    left_out: frozenset[int] = field(default_factory=frozenset)
    page: int = 1

    @property
    def moment(self) -> str:
        """As the page's form carries it."""
        return self.approved_before.isoformat()

    @classmethod
    def now(cls, page: int = 1) -> Selection:
        return cls(timezone.now(), page=page)

    @classmethod
    def from_post(cls, data: QueryDict) -> Selection | None:
        """The form's boxes: of those `listed`, the ones not in `go` are left out, besides those of other
        pages. None if it is no form of ours, or from the future."""
        before = _time(data.get("approved_before", ""))
        if before is None or before > timezone.now():
            return None
        listed, go = _ids(data.getlist("listed")), _ids(data.getlist("go"))
        left_out = (_ids(data.getlist("left_out")) - listed) | (listed - go)
        if len(left_out) > MOST_LEFT_OUT:
            return None
        pages = _ids([data.get("page", "1")])
        return cls(before, frozenset(left_out), next(iter(pages), 1))

    def options(self) -> dict[str, object]:
        """As the run keeps it."""
        return {"left_out": sorted(self.left_out), "approved_before": self.approved_before.isoformat()}


def _time(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None


def _ids(texts: list[str]) -> set[int]:
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19}
