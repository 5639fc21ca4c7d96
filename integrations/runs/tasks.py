"""Celery's side of runs: ids in, one call, nothing else. Each is safe to deliver twice (R-6)."""

from typing import Any

from celery.signals import worker_ready

from integrations.celery_tasks import task
from integrations.reconcile import checking
from integrations.runs import lifecycle
from integrations.runs.models import Run


@task("integrations.runs.tasks.carry_out")
def carry_out(run_id: int) -> None:
    """Carry out one queued run."""
    try:
        lifecycle.carry_out(run_id)
    except Run.DoesNotExist:
        return  # the message outlived its run


@task("integrations.runs.tasks.sweep")
def sweep() -> None:
    """Send queued runs again whose message was lost, mark those whose worker was lost."""
    lifecycle.sweep()


@task("integrations.runs.tasks.sweep_checks")
def sweep_checks() -> None:
    """Forget what checks found that are too old to be applied."""
    checking.sweep()


def _sweep_at_start(**_: Any) -> None:
    """A worker that starts looks at once for what a stopped one left, without waiting for the scheduler."""
    sweep.apply_async(retry=False)


worker_ready.connect(_sweep_at_start)
