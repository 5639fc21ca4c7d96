"""Runs and warnings in templates. Templates hold no arithmetic: it is in `integrations.runs.wording`."""

from django import template
from django.urls import reverse

from integrations.duplicates import showing
from integrations.duplicates.models import Warning
from integrations.runs import wording
from integrations.runs.models import Mode, Run

register = template.Library()


@register.simple_tag
def progress_of(run: Run) -> wording.Progress:
    """How far an open run is; costs a query or two."""
    return wording.progress_of(run)


@register.simple_tag
def check_after(run: Run) -> Run | None:
    """The latest check that came after a run which had nothing to apply any more (I-9)."""
    later = Run.objects.filter(
        company=run.company_id, operation=run.operation, mode=Mode.CHECK, pk__gt=run.pk
    )
    return later.order_by("-pk").first()


@register.filter
def state(run: Run) -> wording.State:
    return wording.state_of(run)


@register.filter
def report_url(run: Run) -> str:
    """The report of the day on which it was asked for, in the company's time zone: it holds the run,
    however old it is."""
    day = run.queued_at.astimezone(run.company.zone).date().isoformat()
    return f"{reverse('integration-report')}?date_from={day}&date_to={day}"


@register.filter
def took(run: Run) -> str:
    """How long it was active, in words; "" if it never was."""
    seconds = wording.seconds_of(run)
    return "" if seconds is None else wording.duration(seconds)


@register.filter
def counts(run: Run) -> list[tuple[str, int]]:
    """What is told of a run's counts: (word, number)."""
    return wording.told_counts(run)


@register.filter
def untold_counts(run: Run) -> list[tuple[str, int]]:
    """Those that its message doesn't tell."""
    return wording.untold_counts(run)


@register.filter
def sides(warning: Warning) -> list[showing.ShownSide]:
    """The records that a warning leads to."""
    return showing.shown_sides(warning)


@register.filter
def answers(warning: Warning) -> tuple[showing.Answer, ...]:
    """The buttons that resolve it."""
    return showing.answers_for(warning)


@register.filter
def compare_url(warning: Warning) -> str:
    """Where its records stand side by side, or ""."""
    return showing.compare_url(warning)


@register.filter
def is_duplicate(warning: Warning) -> bool:
    return showing.is_duplicate(warning)


@register.filter
def code_label(warning: Warning) -> str:
    return showing.code_label(warning)
