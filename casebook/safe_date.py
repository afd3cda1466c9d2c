"""Until when somebody must act so that nothing is lost: what the worklist is sorted by.

The date is the earliest of three (field notes 2.2, 2.3, 5.2):

- the holder's `by`: the hard time of whoever has the file, or of the owner of an open escalation;
- the next hard time of any other clock, an escalation's ladder among them. Reminders (soft times) do not count, since
  nothing is lost by them, nor do the alerts of the filing clock;
- the filing limit less `RESERVE`, while the payer does not have the claim: no wait may pass it (I7).

Before all of them stand a case without a clock, which is an alarm, and a case whose billing hold nobody has seen in the
ledger (I3): a statement may go out at any moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from journey.case import Case, Clock, HoldState
from journey.clocks import FILING_CLOCK
from journey.words import Hop, Level

BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a case stands that cannot wait for any date."""

RESERVE: Final = timedelta(days=14)
"""What a claim needs to be sent, refused and sent again before the filing limit (field notes 2.3)."""

MORNING: Final = time(14, tzinfo=UTC)
"""A day's beginning, in the morning of every time zone of the country."""

HOLD_REVIEW: Final = "T15"
_WATCHES_THE_END: Final = frozenset({FILING_CLOCK, "T16"})
"""Clocks at whose hard time nobody has to have acted."""

_FILED: Final = frozenset({Hop.ADJUDICATED, Hop.PAID, Hop.POSTED, None})
"""First hops not proven at which the payer has the claim."""


class Why(StrEnum):
    """What sets the date."""

    NO_CLOCK = "no_clock"
    HOLDER = "holder"
    CLOCK = "clock"
    FILING = "filing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SafeDate:
    """The date, what sets it, and the clock behind it.

    Attributes:
        by: the latest moment; BEFORE_ALL without a clock, the moment of closing for a closed case.
        why: what sets it.
        clock: the clock's name.
        since: when the wait began.
        moved: whether an answer has moved the clock already, which can happen once.
    """

    by: datetime
    why: Why
    clock: str | None = None
    since: datetime | None = None
    moved: bool = False


def safe_date(case: Case) -> SafeDate:
    """Until when somebody must act in this case, its hold apart."""
    if case.closed_at is not None:
        return SafeDate(case.closed_at, Why.CLOSED)
    if not case.clocks:
        return SafeDate(BEFORE_ALL, Why.NO_CLOCK)
    return min(_dates(case), key=_by, default=SafeDate(BEFORE_ALL, Why.NO_CLOCK))


def is_unverified(case: Case) -> bool:
    """Whether a hold was asked for that nobody has seen in the ledger."""
    return case.closed_at is None and case.hold.state is HoldState.REQUESTED


def review_date(case: Case) -> datetime | None:
    """When somebody has to look at the hold again; None while none stands."""
    return next((each.next_due for each in case.clocks if each.name == HOLD_REVIEW), None)


def _dates(case: Case) -> Iterator[SafeDate]:
    holder = case.holder
    if holder is not None:
        watch = next((each for each in case.clocks if each.hard == holder.by), None)
        yield _of_clock(holder.by, Why.HOLDER, watch) if watch else SafeDate(holder.by, Why.HOLDER, since=holder.since)
    for clock in case.clocks:
        if clock.hard and clock.name not in _WATCHES_THE_END and Level.HARD not in clock.fired:
            yield _of_clock(clock.hard, Why.CLOCK, clock)
    if case.filing_limit is not None and case.hop not in _FILED:
        yield SafeDate(_morning(case.filing_limit - RESERVE), Why.FILING, FILING_CLOCK, case.opened_at)


def _of_clock(by: datetime, why: Why, clock: Clock) -> SafeDate:
    return SafeDate(by, why, clock.name, clock.started_at, bool(clock.moved_by))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING)


def _by(found: SafeDate) -> datetime:
    return found.by
