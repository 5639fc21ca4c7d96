"""What later imports make of a merge: rows that only an alias knows (I-2, I-10, I-12)."""

import pytest

from integrations.duplicates.merging import merge
from integrations.duplicates.models import Alias
from reconpro.company.models import Client, Employee
from tests.reconcile.imports import (
    counts,
    employee_listed,
    import_employees,
    import_list,
    listed,
    messages_of,
)

OTHERS = [listed(f"X-{i}", f"Somebody {i}") for i in range(6)]


@pytest.fixture
def merged(connection, accountant):
    """C-1 kept, C-2, inactive in accounting, merged into it."""
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme", active=False), *OTHERS])
    kept, other = Client.objects.get(accounting_id="C-1"), Client.objects.get(accounting_id="C-2")
    return merge(kept, other, by=accountant), other


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("key", ["key of C-2", None, "another key"])
def test_a_row_of_an_alias_changes_nothing_while_the_kept_ones_own_is_in_the_list(
    connection, merged, active, key
):
    before = list(Client.objects.order_by("pk").values())
    rows = [listed("C-2", "Acme Renamed", active=active, key=key), listed("C-1", "Acme"), *OTHERS]
    run = import_list(connection, rows)
    assert counts(run) == {"read": 8, "unchanged": 8}
    assert list(Client.objects.order_by("pk").values()) == before


def test_a_renumbered_row_of_an_alias_is_known_by_its_key(connection, merged):
    run = import_list(connection, [listed("C-1", "Acme"), listed("C-9", "Acme", key="key of C-2"), *OTHERS])
    assert counts(run) == {"read": 8, "unchanged": 8}


def test_a_merged_record_is_never_restored_nor_missed_by_an_import(connection, merged):
    _, other = merged
    for rows in ([listed("C-1", "Acme"), listed("C-2", "Acme"), *OTHERS], [listed("C-1", "Acme"), *OTHERS]):
        run = import_list(connection, rows)
        other.refresh_from_db()
        assert other.archived_reason == "merged"
        assert "archived" not in counts(run)
        assert "restored" not in counts(run)


def test_where_the_kept_ones_own_row_is_gone_the_active_one_of_an_alias_goes_on(connection, merged):
    kept, _ = merged
    run = import_list(connection, [listed("C-2", "Acme West"), *OTHERS])
    assert counts(run) == {"read": 7, "updated": 1, "unchanged": 6}
    kept.refresh_from_db()
    assert (kept.accounting_id, kept.external_key, kept.name) == ("C-2", "key of C-2", "Acme West")
    assert not kept.is_archived
    # The former ids became aliases: should that row come back, it is known.
    assert {"key of C-1", "C-1"} <= set(Alias.objects.values_list("value", flat=True))
    both = import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme West"), *OTHERS])
    assert counts(both) == {"read": 8, "unchanged": 8}


def test_an_inactive_row_of_an_alias_does_not_go_on_and_the_kept_one_is_missing(connection, merged):
    kept, _ = merged
    run = import_list(connection, [listed("C-2", "Acme", active=False), *OTHERS])
    assert counts(run) == {"read": 7, "unchanged": 7, "archived": 1}
    kept.refresh_from_db()
    assert (kept.accounting_id, kept.archived_reason) == ("C-1", "missing")
    back = import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme", active=False), *OTHERS])
    assert counts(back) == {"read": 8, "updated": 1, "unchanged": 7, "restored": 1}


def test_from_a_list_that_is_not_whole_no_alias_goes_on(connection, merged):
    """The kept one's own row may only not have come."""
    kept, _ = merged
    run = import_list(connection, [listed("C-2", "Acme"), *OTHERS], total=8)
    assert counts(run) == {"read": 7, "unchanged": 7}
    kept.refresh_from_db()
    assert (kept.accounting_id, kept.is_archived) == ("C-1", False)


def test_of_several_aliases_the_first_active_one_goes_on(connection, merged, accountant):
    kept, _ = merged
    third = listed("C-3", "Acme East", active=False)
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme", active=False), third, *OTHERS])
    kept = merge(kept, Client.objects.get(accounting_id="C-3"), by=accountant)
    import_list(connection, [listed("C-2", "Two", active=False), listed("C-3", "Three"), *OTHERS])
    kept.refresh_from_db()
    assert (kept.accounting_id, kept.name) == ("C-3", "Three")
    assert Client.objects.exclude(archived_reason="merged").filter(accounting_id__startswith="C").count() == 1


def test_another_record_may_get_the_id_of_a_merged_one(connection, merged):
    """Known by its key it stays itself, renumbered to what a merged one still has."""
    rows = [listed("C-1", "Acme"), listed("C-2", "Somebody 0", key="key of X-0"), *OTHERS[1:]]
    run = import_list(connection, rows)
    assert counts(run) == {"read": 7, "updated": 1, "unchanged": 6}
    assert Client.objects.exclude(archived_reason="merged").get(accounting_id="C-2").name == "Somebody 0"


def test_an_alias_of_one_kind_or_of_other_books_means_nothing_elsewhere(connection, merged):
    Alias.objects.update(kind="service")
    run = import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme"), *OTHERS])
    assert counts(run) == {"read": 8, "created": 1, "unchanged": 7}


def test_employees_merged_over_two_entities_stay_one(connection, accountant):
    rows = [
        employee_listed("E-00148", "EBU", "Dana Ruiz", key="1"),
        employee_listed("E-00148", "WST", "Dana Ruiz", key="2", active=False),
    ]
    import_employees(connection, rows)
    kept, other = Employee.objects.order_by("pk")
    merge(kept, other, by=accountant)
    assert counts(import_employees(connection, rows)) == {"read": 2, "unchanged": 2}
    # Without keys, as in the legacy version: by Employee ID alone, since a merged one counts for nothing.
    moved = employee_listed("E-00148", "NOR", "Dana Ruiz", key=None)
    assert counts(import_employees(connection, [moved])) == {"read": 1, "updated": 1}
    kept.refresh_from_db()
    assert kept.accounting_id == "E-00148:NOR"


def test_a_merge_leaves_nothing_to_warn_of(connection, accountant):
    import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme", active=False), *OTHERS])
    kept, other = Client.objects.get(accounting_id="C-1"), Client.objects.get(accounting_id="C-2")
    merge(kept, other, by=accountant)
    run = import_list(connection, [listed("C-1", "Acme"), listed("C-2", "Acme"), *OTHERS])
    assert messages_of(run) == []
