"""On most days nothing has changed, and an import finds that out without a write (I-12)."""

import pytest

from integrations.reconcile.kinds import KINDS
from reconpro.company.models import ArchivedReason, Client
from tests.reconcile.imports import counts, import_list, listed
from tests.reconcile.test_statements_and_writes import records
from tools.bench.statements import Statements

ACME, BETA, GAMMA = (listed(f"C-{n}", name) for n, name in enumerate(("Acme", "Beta", "Gamma"), start=1))
LIST = [ACME, BETA, GAMMA]


def updates_of_the_stage(connection, list_, kind, **options):
    with Statements() as found:
        run = import_list(connection, list_, kind, **options)
    stage = f'UPDATE "{kind.stage._meta.db_table}"'
    return counts(run), sum(number for sql, number in found.told.items() if sql.startswith(stage))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_a_list_of_which_everything_is_known_writes_not_even_the_stage_i_12(connection, kind):
    some = records(kind, 30)
    import_list(connection, some, kind)

    assert updates_of_the_stage(connection, some, kind) == ({"read": 30, "unchanged": 30}, 0)


@pytest.mark.parametrize(
    ("list_", "expected"),
    [
        ([ACME, BETA, listed("C-3", "Renamed")], {"updated": 1, "unchanged": 2}),
        ([ACME, BETA, listed("C-3", "Gamma", active=False)], {"updated": 1, "unchanged": 2, "archived": 1}),
        ([ACME, BETA, listed("C-3", "Gamma", key="other key")], {"updated": 1, "unchanged": 2}),
        ([ACME, BETA, listed("C-9", "Gamma", key="key of C-3")], {"updated": 1, "unchanged": 2}),
        ([ACME, BETA, listed("C-4", "New")], {"created": 1, "unchanged": 2, "archived": 1}),
        ([ACME, BETA, BETA], {"unchanged": 2}),
        ([ACME, BETA, listed("C-3", "")], {"unchanged": 2, "skipped": 1}),
        ([ACME, BETA, listed("C-3", "Gamma", key=None)], {"unchanged": 3}),
        ([ACME, BETA], {"unchanged": 2, "archived": 1}),
        ([*LIST, listed("C-4", "New")], {"created": 1, "unchanged": 3}),
    ],
    ids=[
        *("renamed", "inactive", "another key", "renumbered", "one for another", "one twice"),
        *("one without name", "one without key", "one gone", "one more"),
    ],
)
def test_whatever_differs_is_found(connection, list_, expected):
    import_list(connection, LIST)

    found = counts(import_list(connection, list_))

    assert {name: number for name, number in found.items() if name != "read"} == expected


def test_what_a_person_archived_is_told_i_4(connection):
    import_list(connection, LIST)
    client = Client.objects.get(accounting_id="C-2")
    client.archived_reason, client.archived_at = ArchivedReason.BY_HAND, client.created_at
    client.save()

    run = import_list(connection, LIST)

    assert counts(run) == {"read": 3, "unchanged": 3}
    assert run.message == "1 client that is archived by hand stays so."


def test_a_list_that_tells_another_total_is_warned_of_i_5(connection):
    import_list(connection, LIST)

    run = import_list(connection, LIST, total=4)

    assert (run.outcome, run.list_complete, run.warning_count) == ("warned", False, 1)


def test_records_of_other_books_do_not_count(connection, stranger):
    """As many records as rows, but not the same ones."""
    import_list(connection, LIST)
    Client.objects.filter(accounting_id="C-3").update(books=None, external_key=None)

    assert counts(import_list(connection, [ACME, BETA]))["unchanged"] == 2
    assert Client.objects.count() == 3
