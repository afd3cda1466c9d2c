"""Silence as a fact: what a case hears when one of its clocks has run out."""

from __future__ import annotations

from datetime import datetime

from journey.case import Case
from journey.facts import ClockRanOut
from journey.words import Level, Party


def silence(case: Case, now: datetime) -> ClockRanOut | None:
    """The alarm that is due by now and has not rung, the earliest first; None if there is none.

    Its id names clock, level and due moment: an alarm that is told twice is heard once.
    """
    clock = case.next_clock
    due = clock.next_due if clock else None
    if clock is None or due is None or due > now or case.closed_at:
        return None
    level = Level.SOFT if due == clock.soft and Level.SOFT not in clock.fired else Level.HARD
    return ClockRanOut(
        fact_id=f"silence:{clock.name}:{level.value}:{due:%Y%m%dT%H%M%S}",
        happened_at=due,
        learnt_at=now,
        sender=Party.BATON,
        clock=clock.name,
        level=level,
        due=due,
    )
