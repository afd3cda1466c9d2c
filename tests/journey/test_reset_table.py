"""What resets what: every mark against every clock, as the rows of the plan say, cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journey.books.money import books
from journey.case import Case, Clock, Money
from journey.clocks import OUTSIDE_ATTEMPTS, RANKS, running
from journey.evidence.marks import Mark
from journey.evidence.reading import Attempt, Made, Reading
from journey.facts import ClockRanOut
from journey.plans.file import standard_plan
from journey.plans.plan import ClockRow, PlanInForce
from journey.words import Grade, Level, Party, PayerClass

START = datetime(2026, 3, 12, 14, tzinfo=UTC)
LATER = START + timedelta(hours=1)
PLAN = standard_plan().in_force("P2", PayerClass.COMMERCIAL)
CELLS = [(row, mark) for row in PLAN.clocks for mark in Mark]


def a_case(journey: Any, *facts: Any) -> Case:
    """A case that remembers some alarms."""
    return Case(
        case_id="case",
        claim=journey.case.claim,
        opened_at=START,
        as_of=START,
        money=Money(charge=100000),
        evidence=facts,
    )


def a_reading(journey: Any, *made: Made) -> Reading:
    """Two attempts, and the marks that were made in them."""
    attempts = [Attempt(n, START - timedelta(days=2 - n), Mark.SUBMITTED, f"a{n}") for n in (1, 2)]
    claim = journey.case.claim
    reading = Reading(claim, (), attempts, books(claim, (), None), None)
    for each in made:
        reading.made[each.mark].append(each)
    return reading


def made(mark: Mark, at: datetime = START, attempt: int = 2, **more: Any) -> Made:
    """A mark in the newest attempt."""
    fields: dict[str, Any] = {"fact_id": f"{mark}-{at:%H%M}", "grade": Grade.SETTLED, "by": Party.SECONDARY} | more
    return Made(mark, at, attempt, **fields)


def the_clock(row: ClockRow, reading: Reading, case: Case, plan: PlanInForce = PLAN) -> Clock | None:
    """This row's clock, if it runs."""
    return next((each for each in running(case, reading, plan, None) if each.name == row.name), None)


@pytest.mark.parametrize(("row", "mark"), CELLS, ids=[f"{row.name}-{mark.value}" for row, mark in CELLS])
def test_a_mark_starts_stops_moves_or_leaves_a_clock(row: ClockRow, mark: Mark, journey: Any) -> None:
    """A mark does to a clock what its row says, and nothing else."""
    case = a_case(journey)
    assert (the_clock(row, a_reading(journey, made(mark)), case) is not None) is _starts_alone(row, mark)
    start = made(row.starts[0])
    plain = the_clock(row, a_reading(journey, start), case)
    met = made(mark, LATER, by=row.holder, until=(START + timedelta(days=200)).date())
    met_clock = the_clock(row, a_reading(journey, start, met), case)
    if mark in row.stops:
        assert met_clock is None or met_clock.started_by == met.fact_id
    elif _may_move(row, mark):
        assert plain is not None
        assert met_clock is not None
        assert met_clock.hard is not None
        assert plain.hard is not None
        assert met_clock.hard > plain.hard
        assert met_clock.moved_by == (met.fact_id,)
    else:
        assert met_clock is not None
        assert plain is not None
        assert (met_clock.started_at, met_clock.hard) == (plain.started_at, plain.hard)


def _starts_alone(row: ClockRow, mark: Mark) -> bool:
    return mark in row.starts and mark not in row.stops


def _may_move(row: ClockRow, mark: Mark) -> bool:
    if mark is Mark.EXTENDED:
        return row.capped or bool(row.moved_by)
    return mark in row.moved_by


@pytest.mark.parametrize("row", PLAN.clocks, ids=lambda row: row.name)
def test_hearing_the_start_again_winds_nothing_up(row: ClockRow, journey: Any) -> None:
    """I5: the oldest unanswered start counts, however often it is repeated."""
    reading = a_reading(journey, *(made(mark, at) for mark in row.starts for at in (START, LATER)))
    clock = the_clock(row, reading, a_case(journey))
    assert clock is not None
    assert clock.started_at == START


@pytest.mark.parametrize("row", PLAN.clocks, ids=lambda row: row.name)
def test_an_older_attempt_runs_no_clock_unless_the_table_says_so(row: ClockRow, journey: Any) -> None:
    """A new attempt has clocks of its own; only marks outside the attempts run on."""
    clock = the_clock(row, a_reading(journey, made(row.starts[0], attempt=1)), a_case(journey))
    assert (clock is not None) is (row.starts[0] in OUTSIDE_ATTEMPTS)


@pytest.mark.parametrize("row", [each for each in PLAN.clocks if each.starts[0] in RANKS], ids=lambda row: row.name)
def test_what_is_further_along_stops_a_clock_however_it_is_dated(row: ClockRow, journey: Any) -> None:
    """Out of order: an acceptance that is dated before the submission still answers it."""
    start = row.starts[0]
    for stop in row.stops:
        if RANKS.get(stop, -1) > RANKS[start]:
            early = made(stop, START - timedelta(hours=1))
            assert the_clock(row, a_reading(journey, made(start), early), a_case(journey)) is None


@pytest.mark.parametrize("row", [each for each in PLAN.clocks if each.hard], ids=lambda row: row.name)
def test_an_alarm_rings_once_and_again_when_the_clock_moved_on(row: ClockRow, journey: Any) -> None:
    """An alarm counts for the due time for which it rang, and for no later one."""
    reading = a_reading(journey, made(row.starts[0]))
    due = the_clock(row, reading, a_case(journey)).hard  # type: ignore[union-attr]
    assert due is not None

    def rang(at: datetime) -> ClockRanOut:
        return ClockRanOut(fact_id="s", happened_at=at, learnt_at=at, clock=row.name, level=Level.HARD, due=at)

    kept = the_clock(row, reading, a_case(journey, rang(due)))
    moved = the_clock(row, reading, a_case(journey, rang(due - timedelta(days=1))))
    assert kept is not None
    assert moved is not None
    assert (Level.HARD in kept.fired, Level.HARD in moved.fired) == (True, False)


def test_every_mark_of_the_table_is_made_by_somebody() -> None:
    """No row waits for a mark that does not exist in the order of marks, or that starts and stops itself."""
    for row in PLAN.clocks:
        assert not set(row.starts) & set(row.stops)
        assert row.starts
        assert row.stops
