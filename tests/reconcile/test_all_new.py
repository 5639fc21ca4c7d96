"""The first list of a company is written as it came: there is nothing to compare it with (I-12)."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.reconcile import service
from integrations.reconcile.kinds import EMPLOYEES, KINDS
from reconpro.company.models import Client
from tests.factories import a_client, a_company, a_connection
from tests.reconcile.imports import (
    counts,
    employee_listed,
    import_list,
    listed,
    pages_of,
    warnings_of,
)
from tests.reconcile.test_statements_and_writes import records

ACME, BETA = listed("C-1", "Acme"), listed("C-2", "Beta")


def compared(asked, kind):
    """The statements in which a comparison says what rows are."""
    return [q["sql"] for q in asked if q["sql"].startswith(f'UPDATE "{kind.stage._meta.db_table}"')]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_a_first_list_is_not_compared_i_12(connection, kind):
    with CaptureQueriesContext(database) as asked:
        run = import_list(connection, records(kind, 30), kind)

    assert counts(run) == {"read": 30, "created": 30}
    assert compared(asked, kind) == []


def test_one_record_that_is_here_already_is_enough_to_compare_all(connection):
    a_client(connection.company, name="Local")
    with CaptureQueriesContext(database) as asked:
        import_list(connection, records(KINDS[0], 30))

    assert compared(asked, KINDS[0])


def test_records_of_another_company_are_nothing_to_compare_with(connection):
    import_list(a_connection(a_company()), [ACME, BETA])
    with CaptureQueriesContext(database) as asked:
        run = import_list(connection, [ACME, BETA])

    assert counts(run) == {"read": 2, "created": 2}
    assert compared(asked, KINDS[0]) == []


ODD_LISTS = {
    "inactive ones": [ACME, listed("C-2", "Beta", active=False)],
    "one on two pages": [ACME, BETA, ACME],
    "one on two pages, without a name the second time": [ACME, BETA, listed("C-1", "")],
    "one on two pages, under another id": [ACME, BETA, listed("C-3", "Acme", key="key of C-1")],
    "an id twice": [ACME, listed("C-1", "Beta", key="another")],
    "an id twice, without keys": [listed("C-1", "Acme", key=None), listed("C-1", "Beta", key=None)],
    "ids that differ in case": [ACME, listed("c-1", "Beta")],
    "no keys at all": [listed("C-1", "Acme", key=None), listed("C-2", "Beta", key=None)],
    "without id": [ACME, listed("", "Beta"), listed("", "Gamma")],
    "without name": [ACME, listed("C-2", "")],
    "too long": [ACME, listed("C" * 200, "Beta"), listed("C-3", "N" * 300)],
    "an odd character": [ACME, listed("C-2", "Be\x00ta")],
    "one name": [ACME, listed("C-2", "ACME, Inc.")],
    "nothing": [],
}


def all_that_came(connection, kind):
    own = {"id", "company_id", "books_id", "created_at", "updated_at", "archived_at", "user_id"}
    rows = kind.records.filter(company=connection.company).order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in own} for row in rows]


def both_ways(connection, kind, monkeypatch, list_, **options):
    """What becomes of it in one company at once, and in another by comparing."""
    found = []
    for ways in (service.SHORT_WAYS, ()):
        monkeypatch.setattr(service, "SHORT_WAYS", ways)
        here = a_connection(a_company())
        pages = pages_of(list_, size=2, **options)
        run = import_list(here, [], kind, pages=pages)
        told = [(w.code, w.message) for w in warnings_of(run)]
        found.append((counts(run), run.message, run.list_complete, told, all_that_came(here, kind)))
    return found


@pytest.mark.parametrize("list_", ODD_LISTS.values(), ids=ODD_LISTS)
def test_whatever_is_odd_in_it_ends_as_by_comparing(connection, monkeypatch, list_):
    at_once, in_full = both_ways(connection, KINDS[0], monkeypatch, list_)

    assert at_once == in_full


def test_a_total_that_lies_is_told_i_5(connection, monkeypatch):
    at_once, in_full = both_ways(connection, KINDS[0], monkeypatch, [ACME, BETA], total=3)

    assert at_once == in_full
    assert at_once[2] is False


def test_employees_of_whom_only_first_names_may_be_seen_end_as_by_comparing(connection, monkeypatch):
    ana = employee_listed("E-00001", "EBU", "Ana", last_name=None)
    list_ = [ana, employee_listed("E-00002", "EBU", "Lee Wong")]

    at_once, in_full = both_ways(connection, EMPLOYEES, monkeypatch, list_)

    assert at_once == in_full
    assert [row["search_key"] for row in at_once[4]] == ["ana", "lee wong"]


def test_what_comes_twice_is_warned_of_once_i_8(connection):
    run = import_list(connection, ODD_LISTS["an id twice"])

    assert counts(run) == {"read": 2, "created": 1, "skipped": 1}
    assert len(warnings_of(run)) == 1
    assert Client.objects.get().name == "Acme"


def test_what_comes_twice_costs_none_of_the_attempts_that_people_who_type_may_need(connection, monkeypatch):
    compare_list, typed = service.compare_list, ["C-2", "C-3"]

    def compared_while_somebody_types(*what):
        comparison = compare_list(*what)
        if typed:
            a_client(connection.company, name="Typed", accounting_id=typed.pop(), books=connection.books)
        return comparison

    monkeypatch.setattr(service, "compare_list", compared_while_somebody_types)
    run = import_list(connection, [ACME, ACME, BETA, listed("C-3", "Gamma")])

    assert counts(run) == {"read": 3, "created": 1, "updated": 2}
