"""Checks without a gateway: a list checked, answered, and applied."""

import re
from typing import Any

from django.utils import timezone

from integrations.connections.models import Connection
from integrations.reconcile.checking import apply_check
from integrations.reconcile.external import ExternalRecord
from integrations.reconcile.kinds import CLIENTS, Kind
from integrations.reconcile.models import Check
from integrations.reconcile.service import import_records
from integrations.runs import lifecycle
from integrations.runs.context import RunContext
from integrations.runs.models import Mode, Run
from reconpro.company.models import User
from tests.reconcile.imports import SOMEBODY, pages_of


def check_list(
    connection: Connection,
    records: list[ExternalRecord],
    kind: Kind = CLIENTS,
    *,
    total: int | str | None = "right",
    size: int = 1000,
    signed_in_as: str = SOMEBODY,
    new_record: dict[str, Any] | None = None,
) -> Run:
    """Check this list first and answer the finished run."""
    run = an_active(connection, kind, Mode.CHECK)
    import_records(
        RunContext(run),
        kind,
        pages_of(records, total=total, size=size),
        signed_in_as=signed_in_as,
        new_record=new_record,
    )
    run.refresh_from_db()
    return run


def an_active(connection: Connection, kind: Kind, mode: Mode, **fields: Any) -> Run:
    return Run.objects.create(
        company=connection.company,
        connection=connection,
        provider="intacct",
        operation=kind.operation,
        mode=mode,
        started_at=timezone.now(),
        **fields,
    )


def apply_run(check_run: Run, by: User | None = None) -> Run:
    """Apply what the check found, over the connection that is open now, as a worker does; the finished run,
    whatever its outcome."""
    check = Check.objects.filter(pk=check_run.pk).first()
    run = Run.objects.create(
        company=check_run.company,
        connection=Connection.objects.get(company=check_run.company, closed_at=None),
        provider="intacct",
        operation=check_run.operation,
        mode=Mode.APPLY,
        applies=check_run,
        started_by=by,
        started_at=timezone.now(),
        options={"answers": check.answers if check else 0},
    )
    context = RunContext(run)
    with lifecycle.recorded(context):
        apply_check(context)
    run.refresh_from_db()
    return run


def text_of(html: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
