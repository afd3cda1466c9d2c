"""A whole season against the real rules: the world, its files and its people, without an engine."""

from datetime import UTC, datetime, timedelta

import pytest

from journey.plans.file import standard_plan
from sandbox.instant import season

START = datetime(2026, 3, 2, 14, tzinfo=UTC)


@pytest.mark.parametrize("seed", [3, 1042, 77077])
async def test_every_truth_is_found_and_nothing_breaks(seed: int) -> None:
    """Whatever the seed: nothing missed, no false alarm, no wrong statement, no duplicate, no case without a clock.

    Files arrive late, twice, out of order and broken, and people give vague answers.
    """
    with season(60, seed, START, standard_plan()) as lived:
        await lived.run(START + timedelta(days=200))
        score = lived.score()
    assert score.passed, score.model_dump_json(indent=1)
    assert (score.unresolved, score.unfinished) == (0, 0)


async def test_the_same_seed_lives_the_same_season() -> None:
    """A run that went wrong can be run again exactly."""
    scores = []
    for _ in range(2):
        with season(16, 5, START, standard_plan()) as lived:
            await lived.run(START + timedelta(days=200))
            scores.append(lived.score())
    assert scores[0] == scores[1]
