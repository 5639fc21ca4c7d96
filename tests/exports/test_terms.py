"""X-3: terms and the due date that follows from them."""

from datetime import date

import pytest

from integrations.exports.facts import BooksFacts, Term
from integrations.exports.terms import due_date, known_term

NOV_20 = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("term", "due"),
    [
        (Term("Net 30", 30, "invoice"), date(2026, 12, 20)),
        (Term("Odd", 0, "invoice"), NOV_20),
        (Term("EOM 25", 25, "month"), date(2026, 11, 25)),
        (Term("EOM", 31, "month"), date(2026, 11, 30)),
        (Term("10th next", 10, "next_month"), date(2026, 12, 10)),
        (Term("End of next", 31, "next_month"), date(2026, 12, 31)),
        (Term("45 into the month", 45, "month"), date(2026, 12, 15)),
        # A rule of the month that would lie before the invoice: never due before it was written.
        (Term("5th of the month", 5, "month"), NOV_20),
        # The list knows the name but tells no rule: the name does.
        (Term("Net 15"), date(2026, 12, 5)),
        (Term("Due on receipt"), NOV_20),
        (Term("Whenever"), None),
    ],
)
def test_the_due_date_follows_from_the_terms(term, due):
    assert due_date(term, NOV_20) == due


def test_next_month_of_january_31_is_february():
    assert due_date(Term("31st", 31, "next_month"), date(2027, 1, 31)) == date(2027, 2, 28)


def test_without_a_list_a_name_that_tells_its_days_is_enough():
    books = BooksFacts(id=1)

    assert known_term("net 30 days", books) == Term("net 30 days")
    assert known_term("Due Upon Receipt", books) is not None
    assert known_term("On account", books) is None


def test_the_list_decides_where_there_is_one_and_its_spelling_goes_out():
    net_30 = Term("Net 30", 30, "invoice")
    books = BooksFacts(id=1, terms={"Net 30": net_30})

    assert known_term("NET 30", books) is net_30
    assert known_term("Net 45", books) is None


def test_two_names_that_differ_only_in_case_are_not_guessed_at():
    books = BooksFacts(id=1, terms={"Net 30": Term("Net 30", 30), "NET 30": Term("NET 30", 31)})

    assert known_term("net 30", books) is None
    assert known_term("NET 30", books) == Term("NET 30", 31)
