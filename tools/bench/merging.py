"""Duplicates among many records, found and merged, without a gateway."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reconpro.settings")
PAGE = 2000
MERGES, INVOICES = 5, 200


def measure_merging(number: str) -> dict[str, Any]:
    """Import that many records of a kind of likeness each, time the finding, then merge some."""
    django.setup()
    records = int(number)
    finding = [
        _time_finding(case, records, name_of)
        for case, name_of in (
            ("each name once", lambda i: f"Dealer {i}"),
            ("each name twice", lambda i: f"Dealer {i // 2}"),
            ("all of one name", lambda i: "Dealer"),
        )
    ]
    return {"finding": finding, "merging": _time_merging()}


def _time_finding(case: str, records: int, name_of: Callable[[int], str]) -> dict[str, Any]:
    from django.db import transaction

    from integrations.duplicates.collector import WarningCollector
    from integrations.duplicates.find import warn_of_duplicates
    from reconpro.company.models import Client

    run = _import(_pages(records, name_of))
    collector = WarningCollector()
    begun = time.perf_counter()
    with transaction.atomic():  # as imports do
        warn_of_duplicates(collector, Client, run.company_id, run.connection_id)
    return {"case": case, "seconds": time.perf_counter() - begun, "warnings": len(collector)}


def _pages(records: int, name_of: Callable[[int], str]) -> Iterator[Any]:
    from integrations.reconcile.external import ExternalPage, ExternalRecord

    for start in range(0, records, PAGE):
        listed = [
            ExternalRecord(str(i), True, {"accounting_id": f"C-{i:06d}", "name": name_of(i)})
            for i in range(start, min(start + PAGE, records))
        ]
        yield ExternalPage(listed, records)


def _import(pages: Iterator[Any]) -> Any:
    """Straight into reconcile, as the job does it."""
    from django.utils import timezone

    from intacct.provider import open_connection
    from integrations.reconcile.kinds import CLIENTS
    from integrations.reconcile.service import import_records
    from integrations.runs.context import RunContext
    from integrations.runs.models import Run
    from reconpro.company.models import Company
    from tools.bench.product import COMPANY

    company = Company.objects.get(code=COMPANY)
    run = Run.objects.create(
        company=company,
        connection=open_connection(company),
        provider="intacct",
        operation=CLIENTS.operation,
        started_at=timezone.now(),
    )
    import_records(RunContext(run), CLIENTS, pages, signed_in_as="somebody")
    return run


def _time_merging() -> dict[str, Any]:
    """Merge pairs of which one is archived, each with invoices that have not left yet."""
    from integrations.duplicates.merging import merge
    from reconpro.company.models import Client, User

    by = User.objects.first()
    slowest = 0.0
    clients = list(Client.objects.filter(archived_reason="").order_by("pk")[: 2 * MERGES])
    for kept, other in zip(clients[::2], clients[1::2], strict=True):
        _give_invoices(other)
        _archive(other)
        begun = time.perf_counter()
        merge(kept, other, by=by)
        slowest = max(slowest, time.perf_counter() - begun)
    return {"number": MERGES, "invoices": INVOICES, "slowest": slowest}


def _archive(client: Any) -> None:
    """As an import does it for one that is inactive there."""
    from django.utils import timezone

    from reconpro.company.models import ArchivedReason
    from reconpro.company.models.records import AccountingStatus

    type(client).objects.filter(pk=client.pk).update(
        archived_at=timezone.now(),
        archived_reason=ArchivedReason.INACTIVE,
        accounting_status=AccountingStatus.INACTIVE,
    )
    client.refresh_from_db()


def _give_invoices(client: Any) -> None:
    from datetime import date

    from reconpro.invoices.models import Invoice

    Invoice.objects.bulk_create(
        Invoice(
            company_id=client.company_id, client=client, number=f"{client.pk}-{i}", date=date(2026, 11, 20)
        )
        for i in range(INVOICES)
    )
