"""Imports without a gateway: what the accounting side lists, handed straight to reconcile."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone

from integrations.connections.models import Connection
from integrations.duplicates.codes import Code
from integrations.duplicates.models import Warning
from integrations.reconcile.external import ExternalPage, ExternalRecord
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, SERVICES, Kind
from integrations.reconcile.service import import_records
from integrations.runs.context import RunContext
from integrations.runs.models import Run

SOMEBODY = "svc-user / whole company"
FROM_ID = "key made from the id"


def listed(
    accounting_id: str, name: str, *, key: str | None = FROM_ID, active: bool = True, **values: Any
) -> ExternalRecord:
    """A client or service as the accounting side lists it; its key follows from the id unless given."""
    if key == FROM_ID:
        key = f"key of {accounting_id}"
    return ExternalRecord(key, active, {"accounting_id": accounting_id, "name": name, **values})


def employee_listed(
    employee_id: str,
    entity_id: str,
    name: str,
    *,
    key: str | None = FROM_ID,
    active: bool = True,
    **values: Any,
) -> ExternalRecord:
    """An employee as the accounting side lists it; the name is "First Last"."""
    first, _, last = name.partition(" ")
    return ExternalRecord(
        f"key of {employee_id}" if key == FROM_ID else key,
        active,
        {
            "accounting_id": f"{employee_id}:{entity_id}" if entity_id else employee_id,
            "accounting_employee_id": employee_id,
            "accounting_entity_id": entity_id,
            "first_name": first,
            "last_name": last,
            **values,
        },
    )


def an_active_run(connection: Connection, kind: Kind = CLIENTS) -> Run:
    return Run.objects.create(
        company=connection.company,
        connection=connection,
        provider="intacct",
        operation=kind.operation,
        started_at=timezone.now(),
    )


def pages_of(
    records: list[ExternalRecord], *, total: int | str | None = "right", size: int = 1000
) -> Iterator[ExternalPage]:
    announced = len(records) if isinstance(total, str) else total
    for start in range(0, max(len(records), 1), size):
        yield ExternalPage(records[start : start + size], announced)


def import_list(
    connection: Connection,
    records: list[ExternalRecord],
    kind: Kind = CLIENTS,
    *,
    pages: Iterable[ExternalPage] | None = None,
    total: int | str | None = "right",
    signed_in_as: str = SOMEBODY,
    new_record: Mapping[str, Any] | None = None,
) -> Run:
    """Carry out one import of this list and answer its finished run."""
    run = an_active_run(connection, kind)
    import_records(
        RunContext(run),
        kind,
        pages if pages is not None else pages_of(records, total=total),
        signed_in_as=signed_in_as,
        new_record=new_record,
    )
    run.refresh_from_db()
    return run


def import_services(connection: Connection, records: list[ExternalRecord], **options: Any) -> Run:
    return import_list(connection, records, SERVICES, **options)


def import_employees(connection: Connection, records: list[ExternalRecord], **options: Any) -> Run:
    return import_list(connection, records, EMPLOYEES, **options)


def counts(run: Run) -> dict[str, int]:
    """The counts that aren't zero."""
    return {name: number for name, number in run.counts.items() if number}


def warnings_of(run: Run, code: Code | None = None) -> list[Warning]:
    """What the run warned of, in the order of the messages."""
    warnings = Warning.objects.filter(seen_by__run=run).order_by("message")
    return list(warnings.filter(code=code) if code else warnings)


def messages_of(run: Run) -> list[str]:
    return [warning.message for warning in warnings_of(run)]
