"""What the report reads (P-2). Each query takes an index and touches only the period's rows, and what is
open, however long the history is (P-5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from integrations.duplicates.models import Resolution, RunWarning, Warning
from integrations.duplicates.showing import code_label, duplicates_first, is_duplicate
from integrations.report.search import OPEN, Search
from integrations.runs.models import Mode, Operation, Outcome, Run
from integrations.runs.wording import seconds_of, state_of

GOOD = (Outcome.SUCCEEDED, Outcome.WARNED)
BAD = (Outcome.FAILED, Outcome.INTERRUPTED)


@dataclass(frozen=True)
class OperationSummary:
    """An operation at a glance: the last success ever, and what happened in the period."""

    label: str
    last_success: Run | None
    runs: int
    failures: int


def runs_of_period(search: Search) -> QuerySet[Run]:
    """Runs asked for in the period, the latest first."""
    runs = _in_period(search).select_related("started_by")
    if search.outcome:
        runs = runs.filter(outcome="" if search.outcome == OPEN else search.outcome)
    return runs.order_by("-queued_at", "-id")


def _in_period(search: Search) -> QuerySet[Run]:
    runs = Run.objects.filter(company=search.company, queued_at__gte=search.begin, queued_at__lt=search.end)
    return runs.filter(operation=search.operation) if search.operation else runs


def summary(search: Search) -> list[OperationSummary]:
    """One line per operation that is searched for; two queries per operation at most."""
    counted = {
        row["operation"]: row
        for row in _in_period(search)
        .order_by()
        .values("operation")
        .annotate(runs=Count("pk"), failures=Count("pk", filter=Q(outcome__in=BAD)))
    }
    none = {"runs": 0, "failures": 0}
    return [
        OperationSummary(
            label=str(operation.label),
            last_success=successes(search, operation).first(),
            runs=counted.get(operation.value, none)["runs"],
            failures=counted.get(operation.value, none)["failures"],
        )
        for operation in Operation
        if search.operation in ("", operation.value)
    ]


def successes(search: Search, operation: Operation) -> QuerySet[Run]:
    """Of all times, the latest first. A check is none: it did nothing (I-9)."""
    done = Run.objects.filter(company=search.company, operation=operation, outcome__in=GOOD)
    return done.exclude(mode=Mode.CHECK).order_by("-finished_at")


def warnings_shown(search: Search) -> QuerySet[Warning]:
    """What runs of the period warned of, and what is still open whatever the period; duplicates first."""
    seen = RunWarning.objects.filter(
        run__company=search.company, run__queued_at__gte=search.begin, run__queued_at__lt=search.end
    )
    still_open = Warning.objects.filter(company=search.company, resolution=Resolution.OPEN)
    if search.operation:
        seen = seen.filter(run__operation=search.operation)
        still_open = still_open.filter(operation=search.operation)
    # Two small sets, each by its index; as conditions joined by OR they would read the whole table.
    either = still_open.order_by().values("pk").union(seen.order_by().values("warning_id"))
    shown = Warning.objects.filter(company=search.company, pk__in=either)
    return duplicates_first(shown.select_related("resolved_by"))


def is_from_before(warning: Warning, search: Search) -> bool:
    """Still open though no run of the period saw it."""
    return warning.resolution == Resolution.OPEN and warning.last_seen_at < search.begin


RUN_HEADERS = (
    *("Run", "Operation", "Asked for", "Started", "Ended", "Seconds", "Started by", "Outcome", "Message"),
    *("Gateway's code", "Gateway's text", "Read", "Created", "Updated", "Unchanged", "Archived", "Restored"),
    *("Skipped", "Exported", "Failed", "Unknown", "Conflict", "Blocked", "Warnings"),
)


def run_rows(search: Search) -> Iterator[tuple[object, ...]]:
    """For the download: a row per run shown, under RUN_HEADERS."""
    for run in runs_of_period(search).iterator(chunk_size=500):
        seconds = seconds_of(run)
        yield (
            *(run.pk, run.title, run.queued_at, run.started_at, run.finished_at),
            None if seconds is None else round(seconds, 1),
            run.started_by or run.get_started_from_display(),
            *(state_of(run).label, run.message, run.error_code, run.error_text),
            *run.counts.values(),
            run.warning_count,
        )


WARNING_HEADERS = (
    *("Warning", "Duplicate", "Operation", "Message", "Records", "First seen", "Last seen", "State"),
    *("Answered by", "Closed"),
)


def warning_rows(search: Search) -> Iterator[tuple[object, ...]]:
    """For the download: a row per warning shown, under WARNING_HEADERS."""
    labels = dict(Operation.choices)
    for warning in warnings_shown(search).iterator(chunk_size=500):
        yield (
            *(code_label(warning), is_duplicate(warning), labels.get(warning.operation, warning.operation)),
            *(warning.message, "; ".join(side["label"] for side in warning.sides)),
            *(warning.opened_at, warning.last_seen_at, warning.get_resolution_display()),
            *(warning.resolved_by, warning.closed_at),
        )
