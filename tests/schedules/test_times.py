"""When a schedule is due: a time of the company's own clock, once on each chosen day (S-5)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.schedules.models import EVERY_DAY
from integrations.schedules.times import next_due

PACIFIC = ZoneInfo("America/Los_Angeles")
FIVE = time(5, 0)


def local(moment: datetime | None) -> str:
    assert moment is not None
    return f"{moment.astimezone(PACIFIC):%Y-%m-%d %H:%M}"


def pacific(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC).astimezone(UTC)


@pytest.mark.parametrize(
    ("after", "weekdays", "due"),
    [
        ("2026-11-23 04:59", EVERY_DAY, "2026-11-23 05:00"),
        ("2026-11-23 05:00", EVERY_DAY, "2026-11-24 05:00"),  # strictly later
        ("2026-11-23 05:01", [0], "2026-11-30 05:00"),  # a Monday, and the next one
        ("2026-11-23 04:00", [0], "2026-11-23 05:00"),
        ("2026-11-27 12:00", [0, 1, 2, 3, 4], "2026-11-30 05:00"),  # over the weekend
        ("2026-12-31 23:00", EVERY_DAY, "2027-01-01 05:00"),
    ],
)
def test_the_next_chosen_day_at_that_time(after, weekdays, due):
    assert local(next_due(pacific(after), FIVE, weekdays, PACIFIC)) == due


def test_without_days_never():
    assert next_due(pacific("2026-11-23 04:59"), FIVE, [], PACIFIC) is None


def test_the_clock_counts_in_summer_and_winter_alike():
    """Five o'clock is five o'clock, an hour apart in UTC."""
    summer = next_due(pacific("2026-07-01 00:00"), FIVE, EVERY_DAY, PACIFIC)
    winter = next_due(pacific("2026-12-01 00:00"), FIVE, EVERY_DAY, PACIFIC)

    assert summer is not None
    assert winter is not None
    assert (summer.hour, winter.hour) == (12, 13)


def test_a_time_that_the_day_skips_is_an_hour_later_and_only_once():
    """2026-03-08: 02:00 is followed by 03:00."""
    due = next_due(pacific("2026-03-07 12:00"), time(2, 30), EVERY_DAY, PACIFIC)

    assert local(due) == "2026-03-08 03:30"
    assert local(next_due(due, time(2, 30), EVERY_DAY, PACIFIC)) == "2026-03-09 02:30"


def test_a_time_that_the_day_has_twice_counts_once():
    """2026-11-01: 01:00 to 02:00 comes twice."""
    due = next_due(pacific("2026-10-31 12:00"), time(1, 30), EVERY_DAY, PACIFIC)

    assert local(due) == "2026-11-01 01:30"
    assert due == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # the first of both
    assert local(next_due(due, time(1, 30), EVERY_DAY, PACIFIC)) == "2026-11-02 01:30"


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    at=st.times(),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from(
        ["America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]
    ).map(ZoneInfo),
)
def test_each_chosen_day_has_it_exactly_once(start, at, weekdays, zone):
    """A fortnight from any moment, in zones with half hours and with a change of half an hour too."""
    at = at.replace(tzinfo=None, microsecond=0, fold=0)
    days: list[date] = []
    moment = start
    while True:
        due = next_due(moment, at, weekdays, zone)
        assert due is not None
        assert due > moment
        if due > start + timedelta(days=14):
            break
        days.append(due.astimezone(zone).date())
        moment = due

    assert len(days) == len(set(days))
    assert all(day.weekday() in weekdays for day in days)
    first, last = start.astimezone(zone).date(), (start + timedelta(days=14)).astimezone(zone).date()
    inner = [first + timedelta(days=n) for n in range(1, (last - first).days)]
    assert {day for day in inner if day.weekday() in weekdays} <= set(days)
