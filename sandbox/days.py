"""Weekdays and runs: when offices work and when batch files leave."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

import holidays


@cache
def _closed(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", years=year))


def is_business_day(day: date) -> bool:
    """True on Monday to Friday unless it is a US federal holiday."""
    return day.weekday() < 5 and day not in _closed(day.year)


def after_business_days(moment: datetime, count: int) -> datetime:
    """The same time of day `count` business days later; with 0 the first business day on or after the moment."""
    while not is_business_day(moment.date()):
        moment += timedelta(days=1)
    for _ in range(count):
        moment += timedelta(days=1)
        while not is_business_day(moment.date()):
            moment += timedelta(days=1)
    return moment


def next_run(moment: datetime, hours: tuple[int, ...], weekdays: bool = True) -> datetime:
    """The first batch run at or after a moment.

    Args:
        moment: UTC.
        hours: Hours of the day (UTC) at which the batch runs, ascending.
        weekdays: True if it runs on business days only.
    """
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        if not weekdays or is_business_day(midnight.date()):
            runs = (midnight + timedelta(hours=hour) for hour in hours)
            found = next((run for run in runs if run >= moment), None)
            if found is not None:
                return found
        midnight += timedelta(days=1)
