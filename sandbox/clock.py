"""Discrete events in case time: followed on the wall clock at a tempo, or stepped by hand without waiting."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count

from journey.tempo import Tempo

Job = Callable[[], Awaitable[None]]


class Clock:
    """What is due when, in order; events of one moment keep the order in which they were planned."""

    def __init__(self, start: datetime) -> None:
        """A clock that stands at `start` (UTC)."""
        self._now = start
        self._due: list[tuple[datetime, int, Job]] = []
        self._order = count()

    @property
    def now(self) -> datetime:
        """The case moment that the clock has reached."""
        return self._now

    def at(self, moment: datetime, job: Job) -> None:
        """Plan a job; one planned for a past moment runs at the next step."""
        heapq.heappush(self._due, (moment, next(self._order), job))

    def next_due(self) -> datetime | None:
        """When the next event is due, None when nothing is planned."""
        return self._due[0][0] if self._due else None

    async def run_until(self, moment: datetime) -> None:
        """Run everything that is due up to a moment, what it plans included, and stand there; never goes back."""
        while self._due and self._due[0][0] <= moment:
            due, _, job = heapq.heappop(self._due)
            self._now = max(self._now, due)
            await job()
        self._now = max(self._now, moment)

    async def follow(self, tempo: Tempo, until: datetime | None, done: Callable[[], bool]) -> None:
        """Run events as the wall clock reaches them, late ones at once, until a moment or until `done`."""
        while not done() and (until is None or self._now < until):
            reached = tempo.case_time(datetime.now(UTC))
            await self.run_until(reached if until is None else min(reached, until))
            ahead = [moment for moment in (self.next_due(), until) if moment is not None]
            if not ahead or done():
                return
            wait = (tempo.wall_time(min(ahead)) - datetime.now(UTC)).total_seconds()
            await asyncio.sleep(max(wait, 0))
