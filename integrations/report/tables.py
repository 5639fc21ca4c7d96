"""The report's lists."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from integrations.duplicates.models import Warning
from integrations.report.reading import is_from_before
from integrations.report.search import Search
from integrations.runs.models import Operation, Run
from integrations.runs.wording import counts_sentence, duration, seconds_of, state_of
from reconpro.lists import ListTable

NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}
NOWRAP = {"td": {"class": "nowrap"}}
LABELS = dict(Operation.choices)


class RunTable(ListTable):
    """The runs of the period, the latest first."""

    operation = tables.Column(orderable=False)
    queued_at = tables.DateTimeColumn(
        format="M j, Y, g:i a", verbose_name="Asked for", orderable=False, attrs=NOWRAP
    )
    started_by = tables.Column("Started by", orderable=False, empty_values=(), attrs=NOWRAP)
    outcome = tables.Column(orderable=False, empty_values=())
    counts = tables.Column("What it did", orderable=False)
    warning_count = tables.Column("Warnings", orderable=False, attrs=NUMBER)
    took = tables.Column("Took", empty_values=(), orderable=False, attrs=NOWRAP)

    class Meta(ListTable.Meta):
        prefix = "runs-"
        empty_text = "No runs in this period. Choose other dates, or start one on the settings page."

    def render_operation(self, record: Run) -> str:
        url = reverse("run", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, record.title)

    def render_started_by(self, record: Run) -> str:
        return str(record.started_by or record.get_started_from_display())

    def render_outcome(self, record: Run) -> str:
        state = state_of(record)
        badge = format_html('<span class="badge text-bg-{}">{}</span>', state.colour, state.label)
        if not record.message:
            return badge
        return format_html('{}<div class="hint">{}</div>', badge, record.message)

    def render_counts(self, record: Run) -> str:
        return (record.outcome and counts_sentence(record)) or "—"

    def render_took(self, record: Run) -> str:
        seconds = seconds_of(record)
        return "—" if seconds is None else duration(seconds)


class WarningTable(ListTable):
    """Warnings of the period and those still open, each leading to its records."""

    message = tables.Column("Warning", orderable=False)
    operation = tables.Column(orderable=False, attrs=NOWRAP)
    opened_at = tables.DateColumn(format="M j, Y", verbose_name="First seen", orderable=False, attrs=NOWRAP)
    last_seen_at = tables.DateColumn(format="M j, Y", verbose_name="Last seen", orderable=False, attrs=NOWRAP)
    resolution = tables.Column("State", orderable=False, empty_values=())

    def __init__(self, *args: Any, search: Search, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.search = search

    class Meta(ListTable.Meta):
        prefix = "warnings-"
        empty_text = "No warnings in this period, and none open from before."
        row_attrs = {"id": lambda record: f"warning-{record.pk}"}

    def render_message(self, record: Warning) -> str:
        return render_to_string("integrations/_warning.html", {"warning": record})

    def render_operation(self, value: str) -> str:
        return str(LABELS.get(value, value))

    def render_resolution(self, record: Warning) -> str:
        return render_to_string(
            "integrations/_report_state.html",
            {
                "warning": record,
                "is_from_before": is_from_before(record, self.search),
                "user": self.request.user,
            },
            request=self.request,
        )
