"""The small lists of the accounting side are kept in step, and written only where they differ."""

import pytest

from integrations.connections.models import ReferenceEntry, ReferenceKind
from integrations.connections.reference import ReferenceRow, replace_reference
from tests import factories

pytestmark = pytest.mark.django_db
TERM, LOCATION = ReferenceKind.TERM, ReferenceKind.LOCATION


@pytest.fixture
def connection(company):
    return factories.a_connection(company)


def entries(kind=TERM):
    return list(ReferenceEntry.objects.filter(kind=kind).order_by("code").values_list("code", "name"))


def test_what_is_new_is_added_what_changed_is_changed_and_what_is_gone_goes(connection):
    replace_reference(connection, TERM, [ReferenceRow("Net 30", name="a"), ReferenceRow("Net 60", name="b")])
    kept = ReferenceEntry.objects.get(code="Net 30").pk

    replace_reference(connection, TERM, [ReferenceRow("Net 30", name="c"), ReferenceRow("Net 15", name="d")])

    assert entries() == [("Net 15", "d"), ("Net 30", "c")]
    assert ReferenceEntry.objects.get(code="Net 30").pk == kept


def test_an_equal_list_writes_nothing(connection, django_assert_num_queries):
    rows = [ReferenceRow("Net 30", due_days=30, due_from="invoice"), ReferenceRow("Net 60", is_active=False)]
    replace_reference(connection, TERM, rows)

    with django_assert_num_queries(4) as queries:  # savepoint, lock, read, release
        replace_reference(connection, TERM, rows)

    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_one_kind_and_one_connection_at_a_time(connection, stranger):
    theirs = factories.a_connection(stranger.company)
    for of in (connection, theirs):
        replace_reference(of, TERM, [ReferenceRow("Net 30")])
        replace_reference(of, LOCATION, [ReferenceRow("EBU")])

    replace_reference(connection, TERM, [])

    assert ReferenceEntry.objects.filter(connection=connection).count() == 1
    assert ReferenceEntry.objects.filter(connection=theirs).count() == 2


def test_of_two_equal_codes_the_first_counts_and_an_odd_one_is_left_out(connection):
    rows = [
        ReferenceRow("EBU", name="first"),
        ReferenceRow("EBU", name="second"),
        ReferenceRow("", name="no code"),
        ReferenceRow("x" * 121),
        ReferenceRow("WBU", name="n" * 300, parent_code="p" * 300),
    ]

    replace_reference(connection, LOCATION, rows)

    assert [code for code, _ in entries(LOCATION)] == ["EBU", "WBU"]
    assert ReferenceEntry.objects.get(code="EBU").name == "first"
    assert len(ReferenceEntry.objects.get(code="WBU").name) == 200
