"""Every story file is lived through, and every statement in it holds."""

from pathlib import Path

import pytest

from journey.plans.file import standard_plan
from journey.stories.printed import as_json, render
from journey.stories.rehearsal import rehearse
from journey.stories.story import parse_story
from journey.words import Mode

STORIES = sorted((Path(__file__).parents[1] / "stories").glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_every_statement_of_a_story_holds(path: Path) -> None:
    """A story that a biller wrote is what the core does, day by day."""
    rehearsal = rehearse(parse_story(path.read_text()), standard_plan())
    assert sum(len(day.checks) for day in rehearsal.days) > 0
    assert rehearsal.failures == (), render(rehearsal)


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_in_scope_has_a_story(mode: Mode) -> None:
    """Each break point is told at least once, by its own name."""
    assert any(
        f"{mode.value} confirmed" in text or f"{mode.value} suspected" in text or f"{mode.value} contradicted" in text
        for text in map(Path.read_text, STORIES)
    )


def test_the_same_story_is_always_the_same_rehearsal() -> None:
    """A rehearsal depends on the story and the plan alone."""
    text = STORIES[0].read_text()
    first, second = (as_json(rehearse(parse_story(text), standard_plan())) for _ in range(2))
    assert first == second
