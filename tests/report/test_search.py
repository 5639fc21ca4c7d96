"""The report's Search pane: Date From, Date To and Find (P-1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from integrations.report.search import Search, SearchForm
from tests import factories


def search(company, **address) -> Search:
    form = SearchForm(company, address)
    found = form.search()
    assert found is not None, form.errors
    return found


def errors(company, **address) -> dict:
    form = SearchForm(company, address)
    assert form.search() is None
    return {field: list(found) for field, found in form.errors.items()}


@pytest.fixture
def berlin(db):
    return factories.a_company(time_zone="Europe/Berlin")


def test_both_days_are_included_in_the_companys_time_zone(company):
    """Los Angeles is seven hours behind UTC in July."""
    found = search(company, date_from="2026-07-01", date_to="2026-07-02")
    assert found.begin == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert found.end == datetime(2026, 7, 3, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)],
)
def test_a_day_on_which_the_clocks_change_is_one_whole_day(berlin, day, hours):
    found = search(berlin, date_from=day, date_to=day)
    length = found.end.astimezone(UTC) - found.begin.astimezone(UTC)
    assert length == timedelta(hours=hours)


def test_a_day_whose_midnight_does_not_exist_begins_when_the_clocks_were_put_forward(db):
    """In Beirut the clocks jump from 00:00 to 01:00."""
    beirut = factories.a_company(time_zone="Asia/Beirut")
    found = search(beirut, date_from="2026-03-29", date_to="2026-03-29")
    assert found.begin.astimezone(UTC) == datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert found.end.astimezone(UTC) - found.begin.astimezone(UTC) == timedelta(hours=23)


def test_two_days_that_follow_each_other_share_no_moment_and_miss_none(berlin):
    first = search(berlin, date_from="2026-10-24", date_to="2026-10-25")
    second = search(berlin, date_from="2026-10-26", date_to="2026-10-26")
    assert first.end == second.begin


def test_without_dates_it_shows_the_last_30_days_as_the_company_counts_them(company):
    found = search(company)
    today = timezone.now().astimezone(company.zone).date()
    assert (found.date_from, found.date_to) == (today - timedelta(days=29), today)


def test_one_date_is_enough(company):
    assert search(company, date_to="2026-03-31").date_from == date(2026, 3, 2)
    today = timezone.now().astimezone(company.zone).date()
    assert search(company, date_from="2026-01-01").date_to == today


@pytest.mark.parametrize(
    ("address", "field", "message"),
    [
        ({"date_from": "2026-02-02", "date_to": "2026-02-01"}, "date_to", "Date To is before Date From."),
        (
            {"date_from": "yesterday", "date_to": "2026-02-01"},
            "date_from",
            "Enter a date, such as 2026-01-31.",
        ),
        ({"date_to": "2026-02-30"}, "date_to", "Enter a date, such as 2026-01-31."),
        ({"date_to": "9999-12-31"}, "date_to", "Choose a date between 2000-01-01 and 2100-12-31."),
        ({"date_from": "0001-01-01"}, "date_from", "Choose a date between 2000-01-01 and 2100-12-31."),
        ({"operation": "everything"}, "operation", "Choose one of the list."),
        ({"outcome": "bad"}, "outcome", "Choose one of the list."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(company, address, field, message):
    assert message in errors(company, **address)[field]
