"""The report's Search pane: what its address says, checked (P-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from integrations.runs.models import Operation, Outcome
from reconpro.company.models import Company

DAYS_SHOWN = 30  # where the address names no dates
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
OPEN = "open"


@dataclass(frozen=True)
class Search:
    """What to show of a company: a period with both days included, in the company's time zone."""

    company: Company
    date_from: date
    date_to: date
    operation: str = ""  # "" = all
    outcome: str = ""  # "" = all; "open" = not ended yet

    @property
    def begin(self) -> datetime:
        return _midnight(self.company, self.date_from)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return _midnight(self.company, self.date_to + timedelta(days=1))


def _midnight(company: Company, day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=company.zone)


def days_before(day: str) -> str:
    """Where no first day was chosen: 30 days, with `day` as the last; of no day, none."""
    try:
        return (date.fromisoformat(day) - timedelta(days=DAYS_SHOWN - 1)).isoformat()
    except (ValueError, OverflowError):
        return ""


class DayField(forms.DateField):
    """A day with the browser's date picker."""

    default_error_messages = {
        "invalid": "Enter a date, such as 2026-01-31.",
        "required": "Enter a date, such as 2026-01-31.",
    }

    def __init__(self, **kwargs: Any) -> None:
        # The picker takes and sends this form, whatever it shows.
        picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
        super().__init__(widget=picker, input_formats=["%Y-%m-%d"], **kwargs)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(f"Choose a date between {EARLIEST:%Y-%m-%d} and {LATEST:%Y-%m-%d}.")
        return day


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Choose one of the list."},
    )


class SearchForm(forms.Form):
    """Bound to the address: what is absent or empty has its default."""

    date_from = DayField(label="Date From")
    date_to = DayField(label="Date To")
    operation = _choice("Operation", [("", "All operations"), *Operation.choices])
    outcome = _choice(
        "Outcome",
        [
            ("", "All outcomes"),
            *((o.value, str(o.label)) for o in Outcome if o),
            (OPEN, "Waiting or running"),
        ],
    )

    def __init__(self, company: Company, data: Any) -> None:
        self.company = company
        given = {name: data.get(name, "").strip() for name in self.base_fields}
        given["date_to"] = given["date_to"] or timezone.localdate(timezone=company.zone).isoformat()
        given["date_from"] = given["date_from"] or days_before(given["date_to"])
        super().__init__(given, use_required_attribute=False)
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs |= {
                    "aria-invalid": "true",
                    "aria-describedby": f"id_{name}_error",
                }
                self.fields[name].widget.attrs["class"] += " is-invalid"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        begin, end = values.get("date_from"), values.get("date_to")
        if begin and end and begin > end:
            self.add_error("date_to", "Date To is before Date From.")
        return values

    def search(self) -> Search | None:
        """None if the pane says what is wrong with it."""
        if not self.is_valid():
            return None
        return Search(company=self.company, **self.cleaned_data)
