"""Due moments: business days, holidays, time zones, the change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.plans.plan import Span, Unit, span
from journey.workdays import Workdays, workdays

NEW_YORK = ZoneInfo("America/New_York")
EAST = workdays("America/New_York")
ZONES = ("America/New_York", "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu", "America/St_Johns", "UTC")

moments = st.integers(0, 21 * 365 * 86400).map(
    lambda passed: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(seconds=passed)
)
spans = st.builds(Span, count=st.integers(0, 120), unit=st.sampled_from(Unit))


def local(year: int, month: int, day: int, hour: int = 10) -> datetime:
    """A moment on a New York wall, in UTC."""
    return datetime(year, month, day, hour, tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "New Year"),
        (date(2021, 12, 31), "New Year 2022, observed in the year before"),
        (date(2026, 1, 19), "Martin Luther King"),
        (date(2026, 2, 16), "Washington's birthday"),
        (date(2026, 5, 25), "Memorial Day"),
        (date(2026, 6, 19), "Juneteenth"),
        (date(2026, 7, 3), "Independence Day on a Saturday, observed on Friday"),
        (date(2026, 9, 7), "Labor Day"),
        (date(2026, 10, 12), "Columbus Day"),
        (date(2026, 11, 11), "Veterans Day"),
        (date(2026, 11, 26), "Thanksgiving"),
        (date(2026, 12, 25), "Christmas"),
        (date(2022, 12, 26), "Christmas on a Sunday, observed on Monday"),
    ],
)
def test_federal_holidays_and_their_observed_days_are_no_workdays(day: date, name: str) -> None:
    """Business days exclude every US federal holiday on the day it is observed."""
    assert not EAST.is_workday(day), name


def test_a_year_has_as_many_workdays_as_the_federal_calendar() -> None:
    """2026 has 261 weekdays and 11 federal holidays, all observed on weekdays: 250 business days."""
    assert EAST.between(date(2025, 12, 31), date(2026, 12, 31)) == 250


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        ((2026, 11, 24), "2bd", date(2026, 11, 27)),  # over Thanksgiving
        ((2026, 11, 25), "1bd", date(2026, 11, 27)),
        ((2026, 12, 23), "2bd", date(2026, 12, 28)),  # over Christmas
        ((2026, 12, 31), "1bd", date(2027, 1, 4)),  # over New Year and a weekend
        ((2026, 3, 12), "15bd", date(2026, 4, 2)),
        ((2026, 3, 14), "1bd", date(2026, 3, 16)),  # from a Saturday
        ((2028, 2, 28), "1bd", date(2028, 2, 29)),  # leap day
        ((2028, 2, 28), "2d", date(2028, 3, 1)),
        ((2027, 2, 28), "1d", date(2027, 3, 1)),
        ((2026, 3, 12), "30d", date(2026, 4, 11)),
        ((2026, 12, 31), "1d", date(2027, 1, 1)),  # calendar days do not skip holidays
    ],
)
def test_days_count_from_the_local_date(start: tuple[int, int, int], length: str, due: date) -> None:
    """A span in days ends on the local date that a person would find on the calendar."""
    assert EAST.local_date(EAST.add(local(*start), span(length))) == due


def test_an_evening_counts_as_its_local_day() -> None:
    """23:30 in New York is the next day in UTC; days still count from the day on the provider's wall."""
    late = datetime(2026, 3, 12, 23, 30, tzinfo=NEW_YORK)
    assert EAST.local_date(EAST.add(late, span("1bd"))) == date(2026, 3, 13)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7)])
def test_business_hours_stay_put_when_the_clocks_change(day: date) -> None:
    """Due times keep their time on the wall across daylight saving, in both directions."""
    before, after = (EAST.at(day + timedelta(days=n), spread="case/T1") for n in (-1, 1))
    assert before.astimezone(NEW_YORK).time() == after.astimezone(NEW_YORK).time()
    assert after - before in (timedelta(hours=47), timedelta(hours=49))


def test_hours_are_real_hours() -> None:
    """Four hours over the night of the change are four hours, whatever the wall shows."""
    start = local(2026, 3, 8, 1)
    assert EAST.add(start, span("4h")) == start + timedelta(hours=4)


def test_a_zero_span_is_due_at_its_start() -> None:
    """Nothing to wait for means now, for every unit."""
    start = local(2026, 7, 4, 23)
    assert {EAST.add(start, Span(count=0, unit=unit)) for unit in Unit} == {start}


def test_extra_closed_days_are_no_workdays() -> None:
    """A site can add days on which nobody works."""
    closed = workdays("America/New_York", (date(2026, 11, 27),))
    assert closed.add_days(date(2026, 11, 25), span("1bd")) == date(2026, 11, 30)


def test_due_moments_of_a_day_do_not_ring_at_once() -> None:
    """A thousand cases due on one day spread over its business hours instead of one instant."""
    due = [EAST.at(date(2026, 3, 12), spread=f"case-{n}/T1") for n in range(1000)]
    per_hour = [sum(each.astimezone(NEW_YORK).hour == hour for each in due) for hour in range(9, 17)]
    assert sum(per_hour) == 1000
    assert min(per_hour) > 60


def test_the_spread_is_the_same_in_every_process() -> None:
    """A replay on another machine finds the same due moment: no process seed takes part."""
    assert EAST.at(date(2026, 3, 12), spread="case/T1") == datetime(2026, 3, 12, 19, 27, 44, tzinfo=UTC)


@given(start=moments, length=spans, zone=st.sampled_from(ZONES), spread=st.text(max_size=12))
def test_nothing_is_due_before_it_starts(start: datetime, length: Span, zone: str, spread: str) -> None:
    """For every moment, span and zone the due moment is in UTC and never before the start."""
    due = workdays(zone).add(start, length, spread=spread)
    assert due >= start
    assert due.utcoffset() == timedelta(0)


@given(start=moments, count=st.integers(1, 60), zone=st.sampled_from(ZONES), spread=st.text(max_size=12))
def test_business_days_end_on_a_workday_in_business_hours(start: datetime, count: int, zone: str, spread: str) -> None:
    """n business days end on a workday, within business hours, with n workdays passed."""
    calendar = workdays(zone)
    due = calendar.add(start, Span(count=count, unit=Unit.BUSINESS_DAYS), spread=spread)
    assert calendar.is_workday(calendar.local_date(due))
    assert time(9) <= due.astimezone(ZoneInfo(zone)).time() < time(17)
    assert calendar.between(calendar.local_date(start), calendar.local_date(due)) == count


@given(start=moments, count=st.integers(0, 60), unit=st.sampled_from([Unit.BUSINESS_DAYS, Unit.CALENDAR_DAYS]))
def test_a_longer_span_is_never_due_earlier(start: datetime, count: int, unit: Unit) -> None:
    """Adding a day to a span moves its due moment later."""
    shorter, longer = (EAST.add(start, Span(count=each, unit=unit), spread="x") for each in (count, count + 1))
    assert shorter < longer


def test_between_counts_nothing_backwards() -> None:
    """No business days lie between a date and an earlier one."""
    assert EAST.between(date(2026, 3, 12), date(2026, 3, 2)) == 0


def test_hours_have_no_date() -> None:
    """A date cannot be found by adding hours; the error says what to call."""
    with pytest.raises(ValueError, match="use add"):
        EAST.add_days(date(2026, 3, 12), span("4h"))


def test_a_calendar_that_cannot_be_is_refused() -> None:
    """An unknown time zone and an empty working day are errors at once, not at the first due date."""
    with pytest.raises(ZoneInfoNotFoundError):
        Workdays("America/Gotham")
    with pytest.raises(ValueError, match="business hours"):
        Workdays("UTC", (), 17, 9)
