"""Due moments: spans counted on the provider's calendar, in the provider's time zone, kept in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zlib import crc32
from zoneinfo import ZoneInfo

from holidays.countries.united_states import UnitedStates

from journey.plans.plan import PlanInForce, Span, Unit

_DAY = timedelta(days=1)
_REMEMBERED = 4096


class Workdays:
    """The calendar of one provider: Monday to Friday less US federal holidays, as observed, and its own closures.

    Payers keep the same days (field notes 2.3). The same question always has the same answer: due moments
    depend on nothing but the arguments.
    """

    def __init__(
        self, time_zone: str, extra_holidays: Iterable[date] = (), business_open: int = 9, business_close: int = 17
    ) -> None:
        """Takes an IANA time zone, extra closed days, and the local hours between which deadlines fall.

        Raises:
            ZoneInfoNotFoundError: no such time zone.
            ValueError: the hours do not make a working day.
        """
        if not 0 <= business_open < business_close <= 24:
            raise ValueError("business hours must satisfy 0 <= open < close <= 24")
        self._zone = ZoneInfo(time_zone)
        self._closed = frozenset(extra_holidays)
        self._opens = time(business_open)
        self._open_seconds = (business_close - business_open) * 3600
        self._workday_after = lru_cache(_REMEMBERED)(self._count_workdays)

    def add(self, start: datetime, span: Span, *, spread: str = "") -> datetime:
        """The moment (UTC) at which `span` after `start` (aware) has passed; never before `start`.

        Days count from the local date of `start`; the due moment lies in business hours of the due date, at a
        time of day that depends on `spread` alone (case and clock name), so that a day's clocks do not ring at
        once. Hours are real hours. A zero span is due at `start`.
        """
        if not span.count:
            return start.astimezone(UTC)
        if span.unit is Unit.HOURS:
            return start.astimezone(UTC) + timedelta(hours=span.count)
        return self.at(self.add_days(self.local_date(start), span), spread=spread)

    def add_days(self, start: date, span: Span) -> date:
        """The local date that lies `span` days after `start`; the span must be in days of either kind."""
        if span.unit is Unit.BUSINESS_DAYS:
            return self._workday_after(start, span.count)
        if span.unit is Unit.CALENDAR_DAYS:
            return start + timedelta(days=span.count)
        raise ValueError("hours do not add up to a date; use add")

    def at(self, day: date, *, spread: str = "") -> datetime:
        """A moment (UTC) in the business hours of a local date, its time of day chosen by `spread`."""
        offset = crc32(spread.encode()) % self._open_seconds
        wall = datetime.combine(day, self._opens) + timedelta(seconds=offset)
        return wall.replace(tzinfo=self._zone).astimezone(UTC)

    def is_workday(self, day: date) -> bool:
        """True on a weekday that is neither a federal holiday, as observed, nor an extra closed day."""
        return day.weekday() < 5 and day not in _FEDERAL_HOLIDAYS and day not in self._closed

    def between(self, after: date, until: date) -> int:
        """How many business days lie after one date up to and including another; 0 when it is not later."""
        days = (until - after).days
        return sum(self.is_workday(after + timedelta(days=n)) for n in range(1, days + 1))

    def local_date(self, moment: datetime) -> date:
        """The date on the provider's wall at an aware moment."""
        return moment.astimezone(self._zone).date()

    def _count_workdays(self, day: date, count: int) -> date:
        while count:
            day += _DAY
            count -= self.is_workday(day)
        return day


@lru_cache(maxsize=64)
def workdays(
    time_zone: str, extra_holidays: tuple[date, ...] = (), business_open: int = 9, business_close: int = 17
) -> Workdays:
    """The calendar for these settings, the same object each time."""
    return Workdays(time_zone, extra_holidays, business_open, business_close)


def plan_workdays(plan: PlanInForce) -> Workdays:
    """The calendar that a plan counts on."""
    return workdays(plan.time_zone, plan.extra_holidays, plan.business_open, plan.business_close)


_FEDERAL_HOLIDAYS: frozenset[date] = frozenset(UnitedStates(years=range(1990, 2081)))  # type: ignore[no-untyped-call]
"""As observed. All at once, when the module is loaded: the library looks for translations on the disk whenever it
makes a year, and a decision may not touch the disk.
"""
