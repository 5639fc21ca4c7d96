"""Celery's side of runs: ids in, one call, nothing else. Each is safe to deliver twice (R-6)."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from integrations.reconcile import checking
from integrations.runs import lifecycle
from integrations.runs.models import Run


@shared_task(name="integrations.runs.tasks.carry_out")  # type: ignore[untyped-decorator]
def carry_out(run_id: int) -> None:
    """Carry out one queued run."""
    try:
        lifecycle.carry_out(run_id)
    except Run.DoesNotExist:
        return  # the message outlived its run


@shared_task(name="integrations.runs.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Send queued runs again whose message was lost, mark those whose worker was lost."""
    lifecycle.sweep()


@shared_task(name="integrations.runs.tasks.sweep_checks")  # type: ignore[untyped-decorator]
def sweep_checks() -> None:
    """Forget what checks found that are too old to be applied."""
    checking.sweep()


@worker_ready.connect  # type: ignore[untyped-decorator]
def _sweep_at_start(**_: Any) -> None:
    """A worker that starts looks at once for what a stopped one left, without waiting for the scheduler."""
    sweep.apply_async(retry=False)
