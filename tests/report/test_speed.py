"""The report answers as fast with years of history: each query takes an index (P-5)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from integrations.duplicates.models import Resolution, RunWarning, Warning
from integrations.report import reading
from integrations.report.search import SearchForm
from integrations.runs.models import Operation, Outcome, Run
from tests import factories
from tests.runs.rows import a_run, a_warning

OLD_RUNS, OLD_WARNINGS, SEEN_BY_EACH = 1000, 2000, 6


@pytest.fixture
def search(company):
    """A period of a month, after years with thousands of runs of this and another company, of which none
    succeeded, and with warnings that each of many runs saw."""
    today = timezone.now()
    for owner in (company, factories.a_company()):
        old = today - timedelta(days=60)
        runs = Run.objects.bulk_create(
            Run(
                company=owner,
                provider="intacct",
                operation=("customers", "services")[n % 2],
                outcome=Outcome.FAILED,
                queued_at=old - timedelta(hours=n),
                started_at=old - timedelta(hours=n),
                finished_at=old - timedelta(hours=n),
            )
            for n in range(OLD_RUNS)
        )
        warnings = Warning.objects.bulk_create(
            Warning(
                company=owner,
                operation="customers",
                code="no_name",
                fingerprint=str(n),
                message="C-1 has no name.",
                resolution=Resolution.GONE,
                opened_at=old,
                last_seen_at=old,
                closed_at=old,
            )
            for n in range(OLD_WARNINGS)
        )
        RunWarning.objects.bulk_create(
            RunWarning(run=run, warning=warnings[(n + k) % OLD_WARNINGS])
            for n, run in enumerate(runs)
            for k in range(SEEN_BY_EACH)
        )
    recent = a_run(company)
    a_warning(company, runs=[recent])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return SearchForm(company, {}).search()


def full_scans(queryset) -> list[str]:
    """Lines of the plan that read a whole table of the history: "Seq Scan on integrations_run" on
    PostgreSQL, "SCAN U0" on SQLite."""
    return [
        line
        for line in queryset.explain().splitlines()
        if "Seq Scan on integrations_" in line or line.split(" ", 3)[-1].startswith("SCAN")
    ]


def sorts(queryset) -> list[str]:
    """Lines of the plan that sort, where an index should give the order."""
    return [line for line in queryset.explain().splitlines() if "Sort" in line or "B-TREE" in line]


def test_each_query_of_the_report_takes_an_index(search):
    runs, warnings = reading.runs_of_period(search), reading.warnings_shown(search)
    last_success = reading.successes(search, Operation.IMPORT_CUSTOMERS)[:1]

    assert [full_scans(query) for query in (runs, warnings, last_success)] == [[], [], []]
    assert (runs.count(), warnings.count()) == (1, 1)
    assert sorts(last_success) == []
    if connection.vendor == "postgresql":  # SQLite takes no partial index where values are parameters
        assert "run_last_success" in last_success.explain()


def test_a_query_without_an_index_would_be_noticed(db):
    assert full_scans(Run.objects.filter(message="x"))
    assert sorts(Run.objects.order_by("message"))
