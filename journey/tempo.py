"""Tempo: how fast case time runs against the wall clock; not needed in real use, faster in a sandbox or a rehearsal."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from journey.words import Frozen, Moment


class Turn(Frozen):
    """A case moment from which time runs at another rate."""

    at: Moment
    rate: float = Field(gt=0)
    """Case seconds in a wall second."""


class _Stretch(NamedTuple):
    """A straight piece of the line: where it begins on both clocks, and how steep it is."""

    wall: datetime
    case: datetime
    rate: float


class Tempo(Frozen):
    """Case time as a function of the wall clock; the same for the cases and the partners of one world.

    A straight line that bends at each turn: a season has busy weeks, quiet ones, and weekends on which nobody works.
    """

    wall_origin: Moment
    case_origin: Moment
    rate: float = Field(default=1.0, gt=0)
    """Case seconds in a wall second, until the first turn."""
    turns: tuple[Turn, ...] = ()
    """Ascending, none before the origin."""

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(each.at for each in self.turns)):
            raise ValueError("the turns are not in ascending order")
        if self.turns and self.turns[0].at < self.case_origin:
            raise ValueError("a turn lies before the origin")
        return self

    def case_time(self, wall: datetime) -> datetime:
        """The case moment at a wall moment."""
        piece = self._stretch(wall, lambda each: each.wall)
        return piece.case + (wall - piece.wall) * piece.rate

    def wall_time(self, case: datetime) -> datetime:
        """The wall moment at which a case moment is reached."""
        piece = self._stretch(case, lambda each: each.case)
        return piece.wall + (case - piece.case) / piece.rate

    def wall_wait(self, now: datetime, until: datetime) -> timedelta:
        """How long the wall clock takes from one case moment to another."""
        return self.wall_time(until) - self.wall_time(now)

    def _stretch(self, moment: datetime, begins: Callable[[_Stretch], datetime]) -> _Stretch:
        return self._stretches[max(bisect_right(self._stretches, moment, key=begins) - 1, 0)]

    @cached_property
    def _stretches(self) -> tuple[_Stretch, ...]:
        pieces = [_Stretch(self.wall_origin, self.case_origin, self.rate)]
        for turn in self.turns:
            last = pieces[-1]
            pieces.append(_Stretch(last.wall + (turn.at - last.case) / last.rate, turn.at, turn.rate))
        return tuple(pieces)
