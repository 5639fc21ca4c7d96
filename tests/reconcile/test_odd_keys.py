"""Records of a list whose keys are odd or wanting (I-2, I-11)."""

import pytest

from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, SERVICES
from reconpro.company.models import Client
from tests.reconcile.imports import counts, employee_listed, import_list, listed, messages_of


@pytest.mark.parametrize("kind", [CLIENTS, SERVICES, EMPLOYEES], ids=lambda kind: kind.plural)
def test_a_record_without_key_at_the_head_of_a_page_takes_no_key_from_the_others_i_2(connection, kind):
    if kind is EMPLOYEES:
        page = [employee_listed(f"E-{n}", "", f"Name {n}", key=None if n == 1 else str(n)) for n in (1, 2, 3)]
    else:
        page = [listed(f"C-{n}", f"Name {n}", key=None if n == 1 else str(n)) for n in (1, 2, 3)]

    import_list(connection, page, kind)

    assert list(kind.records.order_by("pk").values_list("external_key", flat=True)) == [None, "2", "3"]


@pytest.mark.parametrize("break_", ["\n", "\r"], ids=["line feed", "carriage return"])
def test_a_key_of_several_lines_is_told_and_stops_no_import_i_11(connection, break_):
    run = import_list(connection, [listed("C-1", "Acme", key=f"1{break_}2"), listed("C-2", "Beta")])

    assert counts(run) == {"read": 2, "created": 1, "skipped": 1}
    assert messages_of(run) == ["The client C-1 Acme has a record number that can't be kept and is skipped."]
    assert Client.objects.get().accounting_id == "C-2"
