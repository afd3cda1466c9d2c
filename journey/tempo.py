"""Tempo: how fast case time runs against the wall clock; not needed in real use, faster in a sandbox or a rehearsal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, model_validator

from journey.words import Frozen, Moment


class Tempo(Frozen):
    """Case time as a function of the wall clock; the same for the cases and the partners of one world.

    A straight line, and from `turn` on, where one is given, a second one: a season has busy weeks and quiet ones.
    """

    wall_origin: Moment
    case_origin: Moment
    rate: float = Field(default=1.0, gt=0)
    """Case seconds in a wall second."""
    turn: Moment | None = None
    """The case moment from which `rate_after` is in force."""
    rate_after: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _turns_after_it_began(self) -> Self:
        if self.turn is not None and self.turn < self.case_origin:
            raise ValueError("the turn lies before the origin")
        return self

    def case_time(self, wall: datetime) -> datetime:
        """The case moment at a wall moment."""
        case = self.case_origin + (wall - self.wall_origin) * self.rate
        if self.turn is None or case <= self.turn:
            return case
        return self.turn + (wall - self._turning) * self.rate_after

    def wall_time(self, case: datetime) -> datetime:
        """The wall moment at which a case moment is reached."""
        if self.turn is None or case <= self.turn:
            return self.wall_origin + (case - self.case_origin) / self.rate
        return self._turning + (case - self.turn) / self.rate_after

    @property
    def _turning(self) -> datetime:
        assert self.turn is not None
        return self.wall_origin + (self.turn - self.case_origin) / self.rate

    def wall_wait(self, now: datetime, until: datetime) -> timedelta:
        """How long the wall clock takes from one case moment to another."""
        return self.wall_time(until) - self.wall_time(now)
