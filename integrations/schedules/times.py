"""When a schedule is due next. Pure: no database, no clock."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_due(after: datetime, at: time, weekdays: Collection[int], zone: ZoneInfo) -> datetime | None:
    """The first moment later than `after` that is `at` o'clock in `zone` on one of the weekdays (Monday is
    0), in UTC; None without weekdays.

    On a day that skips that time it is an hour later on the clock (03:30 for 02:30); on one that has it twice
    it is the first of both. So each day has it once.
    """
    today = after.astimezone(zone).date()
    for days in range(8):
        day = today + timedelta(days=days)
        moment = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if day.weekday() in weekdays and moment > after:
            return moment
    return None
