"""An import is applied whole or not at all, and leaves no stage rows (R-5)."""

import pytest
from django.db import IntegrityError
from django.db import connection as database
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.reconcile import carrying_out
from integrations.reconcile.external import ExternalPage
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, KINDS, SERVICES
from integrations.reconcile.models import StagedClient
from integrations.reconcile.service import import_records
from integrations.runs.context import Cancelled, RunClosed, RunContext, RunFailed
from integrations.runs.models import Outcome, Run
from reconpro.audit.models import FieldChange
from reconpro.company.models import Client
from tests.factories import a_client
from tests.reconcile.imports import (
    SOMEBODY,
    an_active_run,
    counts,
    employee_listed,
    import_list,
    listed,
    pages_of,
)


def state() -> list[dict[str, object]]:
    return list(Client.objects.order_by("pk").values())


def breaking_off(records):
    yield ExternalPage(records, 5)
    raise RunFailed("The connection to Intacct broke off.")


def test_a_list_that_breaks_off_changes_nothing_i_5(connection):
    import_list(connection, [listed("C-1", "Acme")])
    before = state()
    with pytest.raises(RunFailed):
        import_list(connection, [], pages=breaking_off([listed("C-1", "New name"), listed("C-2", "New")]))
    assert state() == before
    assert not StagedClient.objects.exists()


def test_a_cancelled_import_changes_nothing(connection):
    run = an_active_run(connection)

    def pages():
        yield ExternalPage([listed("C-1", "Acme")], 1)
        Run.objects.filter(pk=run.pk).update(cancel_requested_at=timezone.now())

    with pytest.raises(Cancelled):
        import_records(RunContext(run), CLIENTS, pages(), signed_in_as=SOMEBODY)
    assert state() == []
    assert not StagedClient.objects.exists()


def test_a_late_worker_changes_nothing(connection):
    run = an_active_run(connection)

    def pages():
        yield ExternalPage([listed("C-1", "Acme")], 1)
        Run.objects.filter(pk=run.pk).update(
            outcome=Outcome.INTERRUPTED, finished_at=timezone.now(), message="Stopped by a server restart."
        )

    with pytest.raises(RunClosed):
        import_records(RunContext(run), CLIENTS, pages(), signed_in_as=SOMEBODY)
    assert state() == []
    run.refresh_from_db()
    assert run.outcome == Outcome.INTERRUPTED


def test_what_fails_while_it_is_applied_changes_nothing(connection, monkeypatch):
    def bug(*args, **options):
        raise RuntimeError("a bug of ours")

    import_list(connection, [listed("C-1", "Acme")])
    before = state()
    monkeypatch.setattr(carrying_out, "warn_of_duplicates", bug)
    run = an_active_run(connection)
    with pytest.raises(RuntimeError):
        import_records(
            RunContext(run),
            CLIENTS,
            pages_of([listed("C-1", "Renamed"), listed("C-2", "New")]),
            signed_in_as=SOMEBODY,
        )
    assert state() == before
    assert not FieldChange.objects.exists()
    assert not StagedClient.objects.exists()


def test_an_id_given_away_while_the_import_compared_is_looked_at_again(connection, monkeypatch):
    """Somebody types a client with the same Accounting ID between the comparison and its application."""
    compare = carrying_out.compare
    typed = []

    def compare_while_somebody_types(*args, **options):
        result = compare(*args, **options)
        if not typed:
            typed.append(a_client(connection.company, accounting_id="C-1", name="Typed"))
        return result

    monkeypatch.setattr(carrying_out, "compare", compare_while_somebody_types)
    run = import_list(connection, [listed("C-1", "Acme"), listed("", "No id", key="2")])
    assert counts(run) == {"read": 2, "updated": 1, "skipped": 1}
    assert Client.objects.get().name == "Acme"
    assert Client.objects.get() == typed[0]


def test_a_collision_that_stays_is_raised(connection, monkeypatch):
    def collide(*args, **options):
        raise IntegrityError("again")

    monkeypatch.setattr(carrying_out, "apply", collide)
    with pytest.raises(IntegrityError):
        import_list(connection, [listed("C-1", "Acme")])
    assert not StagedClient.objects.exists()


def test_stage_rows_of_a_killed_worker_go_with_the_next_import_and_those_of_open_runs_stay(connection):
    killed = an_active_run(connection)
    Run.objects.filter(pk=killed.pk).update(outcome=Outcome.INTERRUPTED, finished_at=timezone.now())
    queued = Run.objects.create(
        company=connection.company, connection=connection, provider="intacct", operation=SERVICES.operation
    )
    for run in (killed, queued):
        StagedClient.objects.create(run_id=run.pk, position=0)
    import_list(connection, [listed("C-1", "Acme")])
    assert list(StagedClient.objects.values_list("run_id", flat=True)) == [queued.pk]


def test_the_pages_are_read_with_no_transaction_of_ours_open(connection):
    """Only that of the test itself is open while the network is read."""
    depth = len(database.savepoint_ids)

    def pages():
        for page in pages_of([listed(f"C-{i}", "Acme") for i in range(3)], size=1):
            assert len(database.savepoint_ids) == depth
            yield page

    assert counts(import_list(connection, [], pages=pages()))["created"] == 3


def statements(connection, number: int, kind=CLIENTS, *, name: str = "Name") -> int:
    if kind is EMPLOYEES:
        records = [employee_listed(f"E-{i}", "EBU", f"{name} {i}") for i in range(number)]
    else:
        records = [listed(f"C-{i}", f"{name} {i}") for i in range(number)]
    run = an_active_run(connection, kind)
    with CaptureQueriesContext(database) as queries:
        import_records(RunContext(run), kind, pages_of(records, size=number), signed_in_as=SOMEBODY)
    assert len(queries) > 5
    return len(queries)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_the_number_of_statements_does_not_grow_with_the_records(connection, kind, settings):
    """10 and 2,000 records, new, unchanged and all changed: the same number but for pages."""
    settings.RUN_PROGRESS_SECONDS = 0  # whether a beat is due depends on the clock
    numbers = {}
    for number in (10, 2000):
        kind.record.objects.all().delete()
        FieldChange.objects.all().delete()
        numbers[number] = [
            statements(connection, number, kind),
            statements(connection, number, kind),
            statements(connection, number, kind, name="Renamed"),
        ]
    assert numbers[10] == numbers[2000]


def test_stage_tables_are_unlogged_on_postgresql(db):
    """SQLite knows no such thing: there the migration must leave them as they are."""
    names = {kind.stage._meta.db_table for kind in KINDS}
    if database.vendor != "postgresql":
        assert names <= set(database.introspection.table_names())
        return
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT relpersistence FROM pg_class WHERE relname LIKE 'integrations_staged%' AND relkind = 'r'"
        )
        assert cursor.fetchall() == [("u",)] * len(KINDS)


def test_two_imports_of_a_company_have_two_times(connection):
    """The moment of an import is what tells the records that it archived."""
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Zeta")])
    run = import_list(connection, [listed("C-1", "Acme", active=False), listed("C-2", "Zeta")])
    assert counts(run)["archived"] == 1
    run = import_list(connection, [listed("C-1", "Acme", active=False), listed("C-2", "Zeta", active=False)])
    assert counts(run)["archived"] == 1
    assert Client.objects.aggregate(last=Max("archived_at"))["last"] <= run.finished_at
