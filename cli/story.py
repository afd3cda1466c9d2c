"""`baton rehearse`: case notes, lived through on the pure core."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.home import Json
from cli.plan_choice import plan_in, text_of
from journey.plans.file import standard_plan
from journey.stories.printed import as_json, render
from journey.stories.rehearsal import rehearse as live_through
from journey.stories.story import parse_story


def rehearse(story: Path, /, *, plan: Path | None = None, json: Json = False) -> int:
    """Live through a story of case notes in no time.

    Prints day by day what was heard, what silence meant, what followed and where the case stood,
    and whether each line with `=>` held. Ends with 1 when one did not. Needs no engine.

    Example: `baton rehearse notes.txt --plan plan.toml`

    Args:
        story: Case notes as text.
        plan: A plan file; the plan that ships with Baton when absent.
    """
    under = plan_in(plan) if plan else standard_plan()
    rehearsal = live_through(parse_story(text_of(story), under.time_zone), under)
    sys.stdout.write(f"{as_json(rehearsal)}\n" if json else render(rehearsal))
    return 1 if rehearsal.failures else 0
