"""The clock: events in order, late ones at once, by hand without waiting or along the wall clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from journey.tempo import Tempo
from sandbox.clock import Clock

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def noting(seen: list[str], word: str) -> Callable[[], Awaitable[None]]:
    """A job that writes a word down."""

    async def job() -> None:
        seen.append(word)

    return job


async def test_events_run_in_order_up_to_the_moment() -> None:
    """Stepping runs what is due, in order of time and then of planning, and nothing later."""
    clock, seen = Clock(START), list[str]()
    for word, hours in (("late", 3), ("first", 1), ("second", 1), ("later", 5)):
        clock.at(START + hours * HOUR, noting(seen, word))
    await clock.run_until(START + 3 * HOUR)
    assert seen == ["first", "second", "late"]
    assert clock.now == START + 3 * HOUR
    assert clock.next_due() == START + 5 * HOUR


async def test_what_an_event_plans_runs_in_the_same_step() -> None:
    """A chain of events inside one step is not left for the next."""
    clock, seen = Clock(START), list[str]()

    async def again() -> None:
        seen.append(f"{clock.now:%H}")
        clock.at(clock.now + HOUR, again)

    clock.at(START, again)
    await clock.run_until(START + 3 * HOUR)
    assert seen == ["00", "01", "02", "03"]


async def test_a_late_event_runs_at_once_and_time_never_goes_back() -> None:
    """Planned for the past: it runs at the next step, at the clock's present moment."""
    clock, seen = Clock(START), list[str]()
    await clock.run_until(START + 2 * HOUR)
    clock.at(START, noting(seen, "late"))
    await clock.run_until(START + HOUR)
    assert seen == ["late"]
    assert clock.now == START + 2 * HOUR


async def test_nothing_planned_is_nothing_due() -> None:
    """An empty clock has no next event."""
    assert Clock(START).next_due() is None


async def test_following_the_wall_clock_stops_when_done() -> None:
    """On a fast tempo an hour passes in a blink; the clock stops at the moment or when all is done."""
    tempo = Tempo(wall_origin=datetime.now(UTC), case_origin=START, rate=3600 * 50)
    clock, seen = Clock(START), list[str]()
    clock.at(START + HOUR, noting(seen, "one"))
    clock.at(START + 2 * HOUR, noting(seen, "two"))
    clock.at(START + timedelta(days=400), noting(seen, "never"))
    await clock.follow(tempo, None, lambda: len(seen) == 2)
    assert seen == ["one", "two"]
    assert datetime.now(UTC) >= tempo.wall_time(START + 2 * HOUR)


async def test_following_stops_at_the_end() -> None:
    """A world that is asked to stop at a moment stands there and ran nothing after it."""
    tempo = Tempo(wall_origin=datetime.now(UTC), case_origin=START, rate=3600 * 200)
    clock, seen = Clock(START), list[str]()
    clock.at(START + HOUR, noting(seen, "one"))
    clock.at(START + 9 * HOUR, noting(seen, "nine"))
    clock.at(START + 90 * HOUR, noting(seen, "ninety"))
    await clock.follow(tempo, START + 10 * HOUR, lambda: False)
    assert seen == ["one", "nine"]
    assert clock.now == START + 10 * HOUR
