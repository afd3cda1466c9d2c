"""The tempo: case time against the wall clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.tempo import Tempo, Turn

WALL = datetime(2026, 11, 1, 12, tzinfo=UTC)
CASE = datetime(2026, 3, 2, 14, tzinfo=UTC)
TURNING = Tempo(
    wall_origin=WALL,
    case_origin=CASE,
    rate=86400 / 2,
    turns=(
        Turn(at=CASE + timedelta(days=50), rate=86400),
        Turn(at=CASE + timedelta(days=60), rate=86400 / 4),
    ),
)


@given(days=st.floats(min_value=-3, max_value=200))
def test_wall_and_case_time_are_inverse(days: float) -> None:
    """A clock that is due at a case moment rings at exactly that case moment, before and after each turn."""
    moment = CASE + timedelta(days=days)
    assert abs(TURNING.case_time(TURNING.wall_time(moment)) - moment) < timedelta(seconds=1)


def test_each_part_has_its_own_pace() -> None:
    """Fifty case days at two wall seconds each, then ten at one second each, then four seconds each."""
    assert TURNING.wall_time(CASE + timedelta(days=50)) == WALL + timedelta(seconds=100)
    assert TURNING.wall_wait(CASE + timedelta(days=49), CASE + timedelta(days=52)) == timedelta(seconds=4)
    assert TURNING.wall_time(CASE + timedelta(days=61)) == WALL + timedelta(seconds=114)


def test_without_a_turn_it_is_one_line() -> None:
    """A plain tempo never changes its pace."""
    plain = Tempo(wall_origin=WALL, case_origin=CASE, rate=3600)
    assert plain.case_time(WALL + timedelta(days=1)) == CASE + timedelta(days=3600)


def test_a_turn_before_the_origin_is_refused() -> None:
    """Case time never runs backwards."""
    with pytest.raises(ValueError, match="before the origin"):
        Tempo(wall_origin=WALL, case_origin=CASE, turns=(Turn(at=CASE - timedelta(days=1), rate=1),))


def test_turns_come_in_their_order() -> None:
    """Turns that are given out of order would let case time jump: they are refused."""
    later, earlier = (Turn(at=CASE + timedelta(days=days), rate=1) for days in (2, 1))
    with pytest.raises(ValueError, match="ascending"):
        Tempo(wall_origin=WALL, case_origin=CASE, turns=(later, earlier))
