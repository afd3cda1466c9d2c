"""What a statement of a story looks at, and how a statement is written and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from journey.case import Action, Case
from journey.plans.plan import PlanInForce
from journey.stories.words import Pattern
from journey.words import Party


@dataclass(frozen=True, slots=True)
class View:
    """What a statement is held against: the case as it stands, and what happened on the day in question."""

    case: Case
    plan: PlanInForce
    sentence: str
    actions: tuple[Action, ...]
    """What was asked for since the day began."""
    submissions: int
    """How many secondary claims we asked for since the story began."""
    refusal: str
    """Why the last note of the day was refused; empty if it was taken."""
    changed: bool
    """False when the last note of the day was a repetition."""
    says: tuple[str, ...]
    """The day's reasons, in words."""


class Names(Protocol):
    """What gives names and dates their meaning."""

    def party(self, text: str) -> Party:
        """The party of a name; UnclearError if there is none."""

    def date(self, text: str) -> date:
        """The next such date; UnclearError if there is none."""


Check = Callable[[View], str]
"""Holds a statement against a view: empty if it is true, else what is the case instead."""
Caught = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """One row: how it is written, and how its check is made."""

    pattern: Pattern
    check: Callable[[Caught, Names], Check]


def unless(true: bool, instead: str) -> str:
    """Empty if it is true, else what is the case instead."""
    return "" if true else instead or "nothing"
