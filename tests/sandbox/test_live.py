"""Case time of a demo: as fast as its machine can keep, and calm for people who stay to work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.live import (
    CALM_DAY_SECONDS,
    CALM_FROM,
    DAY_SECONDS,
    LONGEST_DAY,
    MAPS_SECONDS,
    START,
    STAY_FROM,
    day_on,
    season_tempo,
)

BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)


def day(number: int) -> datetime:
    """A day of the season at the hour at which it began."""
    return START + timedelta(days=number)


def test_the_first_season_is_the_same_for_who_stays() -> None:
    """Staying changes nothing of what is scored."""
    stays, leaves = season_tempo(BEGUN, DAY_SECONDS, stay=True), season_tempo(BEGUN, DAY_SECONDS)
    assert [stays.wall_time(day(each)) for each in range(STAY_FROM + 1)] == [
        leaves.wall_time(day(each)) for each in range(STAY_FROM + 1)
    ]


def test_who_stays_soon_has_days_in_which_one_can_work() -> None:
    """The second season comes to its middle within two minutes, and then each day lasts as long as is said."""
    tempo = season_tempo(BEGUN, DAY_SECONDS, stay=True)
    assert tempo.wall_wait(day(STAY_FROM), day(CALM_FROM)) < timedelta(minutes=2)
    calm = [tempo.wall_wait(day(each), day(each + 1)).total_seconds() for each in range(CALM_FROM, CALM_FROM + 14)]
    assert {round(each, 3) for each in calm} == {CALM_DAY_SECONDS}


def test_a_slower_machine_gets_longer_days() -> None:
    """Days grow with what reading the guides' maps took, and not without end."""
    assert day_on(MAPS_SECONDS / 2) == DAY_SECONDS
    assert day_on(MAPS_SECONDS * 2) == DAY_SECONDS * 2
    assert day_on(MAPS_SECONDS * 100) == LONGEST_DAY
