"""What another plan would have changed in a stretch of time: two lives of one case side by side, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from journey.case import Action, ActionKind
from journey.what_if.again import Life
from journey.words import Frozen, Moment

REMINDER = "reminder"
CLAIM = "claim"
HOLD = "hold"
QUESTION = "question"
ESCALATION = "escalation"

_NAMES = {
    ActionKind.SUBMIT_SECONDARY: CLAIM,
    ActionKind.REQUEST_HOLD: HOLD,
    ActionKind.ASK_STATUS: QUESTION,
}


class Stretch(NamedTuple):
    """From when to when lives are compared."""

    since: datetime
    until: datetime

    def has(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.since <= moment <= self.until


class Moved(Frozen):
    """Something that would have happened at another time, or under one of the two plans only."""

    what: str
    """`claim`, `hold`, `question`, `reminder`, or `escalation:<kind>:<rung>`."""
    present: Moment | None
    """When, under the present plan; None: never."""
    proposed: Moment | None
    """When, under the proposed one."""


class Effects(Frozen):
    """What would have been different for one case."""

    present: dict[str, int]
    """How often what happened under the present plan."""
    proposed: dict[str, int]
    moved: tuple[Moved, ...]


def compare(present: Life, proposed: Life, stretch: Stretch) -> Effects:
    """Two lives of one case: how often what was asked for in a stretch of time, and what moved.

    The first, second, ... of a kind under one plan stands beside the first, second, ... under the other.
    """
    before, after = _by_name(present.asked), _by_name(proposed.asked)
    return Effects(
        present=_counted(before, stretch),
        proposed=_counted(after, stretch),
        moved=tuple(_moved(before, after, stretch)),
    )


def name_of(action: Action) -> str:
    """What an action is to the people who read the comparison; empty where it is of no account to them."""
    if action.kind is not ActionKind.NOTIFY:
        return _NAMES.get(action.kind, "")
    if not action.detail.get("escalation_id"):
        return REMINDER
    return f"{ESCALATION}:{action.detail['kind']}:{action.detail['rung']}"


def _by_name(asked: Iterable[Action]) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    for action in asked:
        if name := name_of(action):
            found.setdefault(name, []).append(action.asked_at)
    return found


def _counted(moments: dict[str, list[datetime]], stretch: Stretch) -> dict[str, int]:
    counts = Counter({name: sum(map(stretch.has, found)) for name, found in moments.items()})
    return dict(+counts)


def _moved(before: dict[str, list[datetime]], after: dict[str, list[datetime]], stretch: Stretch) -> Iterator[Moved]:
    for name in sorted({*before, *after}):
        for one, other in zip_longest(before.get(name, []), after.get(name, [])):
            if one != other and any(each and stretch.has(each) for each in (one, other)):
                yield Moved(what=name, present=one, proposed=other)
