import pytest

from integrations.runs.models import Mode, Outcome
from integrations.runs.wording import counts_sentence, duration
from tests.runs.rows import a_run


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ms"),
        (0.0191, "19 ms"),
        (0.43, "0.4 s"),
        (12.9, "12 s"),
        (60, "1 min 0 s"),
        (185, "3 min 5 s"),
        (3600, "1 h 0 min"),
        (7859, "2 h 10 min"),
    ],
)
def test_a_length_of_time_is_told_in_at_most_two_units(seconds, words):
    assert duration(seconds) == words


def test_counts_are_told_without_those_that_are_zero(company):
    run = a_run(company, read_count=5000, created_count=3, unchanged_count=4997, archived_count=1)
    assert counts_sentence(run) == "5,000 read, 3 created, 4,997 unchanged, 1 archived"


def test_a_run_that_did_nothing_says_so_with_its_main_count(company):
    assert counts_sentence(a_run(company)) == "0 read"
    assert counts_sentence(a_run(company, operation="invoices")) == "0 exported"


def test_an_apply_that_came_to_nothing_does_not_say_that_it_read_nothing_i_9(company):
    check = a_run(company, mode=Mode.CHECK, outcome=Outcome.SUCCEEDED)
    applied = a_run(company, mode=Mode.APPLY, applies=check, outcome=Outcome.FAILED)

    assert counts_sentence(applied) == ""
    applied.outcome = Outcome.SUCCEEDED
    assert counts_sentence(applied) == "0 read"
