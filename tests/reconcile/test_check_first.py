"""Check first: everything is read and nothing applied; Apply does just what it showed (I-9)."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.duplicates.models import Warning
from integrations.reconcile.kinds import KINDS
from integrations.reconcile.models import Check, StagedClient
from integrations.runs.models import Mode, Outcome, Run
from reconpro.audit.models import FieldChange
from reconpro.company.models import Client
from tests.factories import a_client
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import counts, import_list, listed


def state() -> list[dict[str, object]]:
    return list(Client.objects.order_by("pk").values())


def test_a_check_changes_nothing_and_counts_what_would_be_i_9(connection):
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Zeta"), listed("C-3", "Gone")])
    before, changes = state(), FieldChange.objects.count()

    run = check_list(connection, [listed("C-1", "Acme Ltd"), listed("C-2", "Zeta"), listed("C-4", "New")])

    assert counts(run) == {"read": 3, "created": 1, "updated": 1, "unchanged": 1, "archived": 1}
    assert run.outcome == Outcome.SUCCEEDED
    assert not run.list_complete
    assert state() == before
    assert FieldChange.objects.count() == changes
    assert not Warning.objects.exists()


def test_apply_does_what_the_check_showed_i_9(connection):
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Zeta"), listed("C-3", "Gone")])
    check = check_list(connection, [listed("C-1", "Acme Ltd"), listed("C-2", "Zeta"), listed("C-4", "New")])

    run = apply_run(check)

    assert run.outcome == Outcome.SUCCEEDED
    assert run.counts == check.counts
    assert run.list_complete
    assert dict(Client.objects.values_list("accounting_id", "name")) == {
        "C-1": "Acme Ltd",
        "C-2": "Zeta",
        "C-3": "Gone",
        "C-4": "New",
    }
    assert Client.objects.get(accounting_id="C-3").archived_reason == "missing"
    assert set(FieldChange.objects.values_list("run_id", flat=True)) == {run.pk}
    assert not Check.objects.exists()
    assert not StagedClient.objects.exists()


def test_a_check_is_applied_once_by_the_first_of_two_tabs_i_9(connection):
    check = check_list(connection, [listed("C-1", "Acme")])
    assert apply_run(check).outcome == Outcome.SUCCEEDED
    second = apply_run(check)
    assert second.outcome == Outcome.FAILED
    assert second.message.startswith("Out of date, so nothing was applied.")
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda company: Client.objects.filter(accounting_id="C-1").update(name="By hand"),
        lambda company: Client.objects.filter(accounting_id="C-2").update(phone="555 1234"),
        lambda company: Client.objects.filter(accounting_id="C-3").update(
            archived_reason="by_hand", archived_at="2026-01-01T00:00Z"
        ),
        lambda company: a_client(company, accounting_id="C-4", name="Typed meanwhile"),
        lambda company: a_client(company, books=None, name="New"),
    ],
    ids=["changed one", "unchanged one", "missing one", "new one", "a local twin of a new one"],
)
def test_after_an_edit_of_what_it_is_about_a_check_is_out_of_date_and_read_again_i_9(connection, edit):
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Zeta", phone=""), listed("C-3", "Gone")])
    rows = [listed("C-1", "Acme Ltd"), listed("C-2", "Zeta", phone=""), listed("C-4", "New")]
    check = check_list(connection, rows)
    edit(connection.company)
    before = state()

    run = apply_run(check)

    assert run.outcome == Outcome.FAILED
    assert run.message.startswith("Out of date, so nothing was applied. Clients were changed here since.")
    assert state() == before
    again = Run.objects.get(outcome=Outcome.OPEN)
    assert (again.mode, again.operation, again.connection) == (Mode.CHECK, check.operation, connection)


def test_an_edit_of_what_the_list_does_not_own_leaves_a_check_up_to_date_i_9(connection):
    import_list(connection, [listed("C-1", "Acme")])
    check = check_list(connection, [listed("C-1", "Acme Ltd")])
    client = Client.objects.get()
    client.notes = "Rings twice"
    client.save()
    a_client(connection.company, books=None, name="Somebody else")
    assert apply_run(check).outcome == Outcome.SUCCEEDED
    client.refresh_from_db()
    assert (client.name, client.notes) == ("Acme Ltd", "Rings twice")


def test_another_import_makes_a_check_out_of_date_i_9(connection):
    check = check_list(connection, [listed("C-1", "Acme")])
    import_list(connection, [listed("C-1", "Acme Ltd")])
    run = apply_run(check)
    assert run.message.startswith("Out of date, so nothing was applied. Another import came after it")
    assert Client.objects.get().name == "Acme Ltd"


def test_a_newer_check_takes_the_place_of_an_older_one_i_9(connection):
    check_list(connection, [listed("C-1", "Acme")])
    newer = check_list(connection, [listed("C-1", "Acme Ltd")])
    assert [check.run_id for check in Check.objects.all()] == [newer.pk]
    check_list(connection, [listed("C-1", "Acme Ltd")])
    assert StagedClient.objects.exclude(run_id=newer.pk).count() == 1


def test_a_stage_that_a_crash_emptied_is_read_again_i_9(connection):
    check = check_list(connection, [listed("C-1", "Acme")])
    StagedClient.objects.all().delete()
    assert "The database was restarted since" in apply_run(check).message


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_the_statements_of_check_and_apply_do_not_grow_with_the_records(connection, kind, settings):
    from tests.reconcile.imports import employee_listed
    from tests.reconcile.test_one_transaction import EMPLOYEES

    settings.RUN_PROGRESS_SECONDS = 0
    numbers = {}
    for number in (10, 2000):
        if kind is EMPLOYEES:
            rows = [employee_listed(f"E-{i}", "EBU", f"Name {i}") for i in range(number)]
        else:
            rows = [listed(f"C-{i}", f"Name {i}") for i in range(number)]
        with CaptureQueriesContext(database) as checking:
            check = check_list(connection, rows, kind, size=number)
        with CaptureQueriesContext(database) as applying:
            assert counts(apply_run(check))["created"] == number
        numbers[number] = (len(checking), len(applying))
        kind.record.objects.all().delete()
        FieldChange.objects.all().delete()
    assert numbers[10] == numbers[2000]


def test_applying_writes_no_row_of_the_list_that_was_new_and_is_new_i_9(connection):
    run = check_list(connection, [listed(f"C-{i}", f"Client {i}") for i in range(20)])
    written: list[int] = []

    def counted(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("UPDATE") and "stagedclient" in sql:
            written.append(context["cursor"].rowcount)
        return result

    with database.execute_wrapper(counted):
        assert apply_run(run).counts["created"] == 20
    assert sum(written) == 0
