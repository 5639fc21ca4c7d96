"""Runs, warnings and requests as rows, for tests of what is shown of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations.duplicates.codes import Code
from integrations.duplicates.models import RunWarning, Warning
from integrations.runs.models import GatewayRequest, Heartbeat, Operation, Outcome, Run
from reconpro.company.models import Company


def a_run(
    company: Company,
    operation: Operation = Operation.IMPORT_CUSTOMERS,
    outcome: Outcome = Outcome.SUCCEEDED,
    *,
    at: datetime | None = None,
    seconds: float = 12,
    **fields: Any,
) -> Run:
    """A run that was asked for and started `at`, and took so many seconds."""
    at = at or timezone.now()
    times = {"queued_at": at, "started_at": at}
    if outcome:
        times["finished_at"] = at + timedelta(seconds=seconds)
    return Run.objects.create(
        **{
            "company": company,
            "provider": "intacct",
            "operation": operation,
            "outcome": outcome,
            **times,
            **fields,
        }
    )


def an_active_run(company: Company, *, beat_seconds_ago: float = 0, **fields: Any) -> Run:
    run = a_run(company, outcome=Outcome.OPEN, **fields)
    Heartbeat.objects.create(
        run=run, worker="elsewhere:1", beat_at=timezone.now() - timedelta(seconds=beat_seconds_ago)
    )
    return run


def a_queued_run(company: Company, **fields: Any) -> Run:
    return a_run(company, outcome=Outcome.OPEN, **{"started_at": None, **fields})


def a_warning(company: Company, *, runs: Sequence[Run] = (), **fields: Any) -> Warning:
    values = {
        "operation": Operation.IMPORT_CUSTOMERS,
        "code": Code.SAME_NAME,
        "fingerprint": str(Warning.objects.count()),
        "message": "Two clients are called Acme Motors.",
        **fields,
    }
    warning = Warning.objects.create(company=company, **values)
    RunWarning.objects.bulk_create(RunWarning(run=run, warning=warning) for run in runs)
    return warning


def a_request(run: Run, **fields: Any) -> GatewayRequest:
    values = {
        "control_id": "c-1",
        "function": "query CUSTOMER",
        "started_at": timezone.now(),
        "milliseconds": 250,
        "http_status": 200,
        **fields,
    }
    return GatewayRequest.objects.create(company=run.company, run=run, **values)
