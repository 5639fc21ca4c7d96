"""Imports without a gateway: what the accounting side lists, handed straight to reconcile."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone

from integrations.connections.models import Connection
from integrations.duplicates.models import Warning
from integrations.reconcile.external import ExternalPage, ExternalRecord
from integrations.reconcile.kinds import CLIENTS, Kind
from integrations.reconcile.service import import_records
from integrations.runs.context import RunContext
from integrations.runs.models import Run
from reconpro.company.models import Company

SOMEBODY = "svc-user / whole company"


def listed(accounting_id: str, name: str = "", *, key: str | None = "", active: bool = True, **values: Any):
    """A client or service as the accounting side lists it; its key follows from the id unless given."""
    if name:
        values["name"] = name
    key = f"key of {accounting_id}" if key == "" else key
    return ExternalRecord(key, active, {"accounting_id": accounting_id, **values})


def an_active_run(connection: Connection, kind: Kind = CLIENTS) -> Run:
    return Run.objects.create(
        company=connection.company,
        connection=connection,
        provider="intacct",
        operation=kind.operation,
        started_at=timezone.now(),
    )


def pages_of(
    records: list[ExternalRecord], *, total: int | None | str = "right", size: int = 1000
) -> Iterator[ExternalPage]:
    announced = len(records) if total == "right" else total
    for start in range(0, max(len(records), 1), size):
        yield ExternalPage(records[start : start + size], announced)


def import_list(
    connection: Connection,
    records: list[ExternalRecord],
    kind: Kind = CLIENTS,
    *,
    pages: Iterable[ExternalPage] | None = None,
    total: int | None | str = "right",
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


def counts(run: Run) -> dict[str, int]:
    """The counts that aren't zero."""
    return {name: number for name, number in run.counts.items() if number}


def warnings_of(run: Run) -> list[Warning]:
    return [seen.warning for seen in run.run_warnings.select_related("warning").order_by("warning_id")]


def messages_of(run: Run) -> list[str]:
    return [warning.message for warning in warnings_of(run)]


def a_company_with_books(company: Company) -> Connection:
    from tests.factories import a_connection

    return a_connection(company)
