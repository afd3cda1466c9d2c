"""Tempo: how fast case time runs against the wall clock; 1 in real use, faster in a sandbox or a rehearsal."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from journey.words import Frozen, Moment


class Tempo(Frozen):
    """A straight line between wall-clock time and case time; the same for cases and partners of one world."""

    wall_origin: Moment
    case_origin: Moment
    rate: float = Field(default=1.0, gt=0)
    """Case seconds in a wall second."""

    def case_time(self, wall: datetime) -> datetime:
        """The case moment at a wall moment."""
        return self.case_origin + (wall - self.wall_origin) * self.rate

    def wall_time(self, case: datetime) -> datetime:
        """The wall moment at which a case moment is reached."""
        return self.wall_origin + (case - self.case_origin) / self.rate

    def wall_span(self, span: timedelta) -> timedelta:
        """How long a case span takes on the wall clock."""
        return span / self.rate
