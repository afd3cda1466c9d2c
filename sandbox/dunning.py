"""Dunning: how a billing system goes after a patient, on a clock of its own that knows nothing of insurers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from journey.words import Cents, Switch


class Step(StrEnum):
    """What the billing system does to a patient, and what takes it back."""

    STATEMENT = "statement"
    CALL = "call"
    DRAW = "draw"
    """Takes the balance from the patient's card, where the patient once agreed to it."""
    PLACEMENT = "placement"
    BUREAU_REPORT = "bureau_report"
    RECALL = "recall"
    BUREAU_DELETION = "bureau_deletion"


@dataclass(frozen=True)
class Taken:
    """One step that was taken.

    Attributes:
        step: what was done.
        on: the business date.
        amount: the patient balance that it asked for, in cents.
    """

    step: Step
    on: date
    amount: Cents


@dataclass(frozen=True)
class Row:
    """When a step is due.

    Attributes:
        step: what is due.
        counts_from: the step whose first time starts the count; None is the day the patient balance opened.
        days: calendar days from there to the first time.
        again: calendar days to each further time; None when it is done once.
        stopped_by: the billing switches that prevent it, any of them.
    """

    step: Step
    counts_from: Step | None
    days: int
    again: int | None
    stopped_by: tuple[Switch, ...]

    def is_due(self, on: date, opened: date, taken: Sequence[Taken]) -> bool:
        """Whether the step is due by a date, given what was taken since the balance opened."""
        mine = [each.on for each in taken if each.step is self.step]
        if mine:
            return self.again is not None and on >= mine[-1] + timedelta(days=self.again)
        starts = [opened] if self.counts_from is None else [each.on for each in taken if each.step is self.counts_from]
        return bool(starts) and on >= starts[0] + timedelta(days=self.days)


DUNNING: tuple[Row, ...] = (
    Row(Step.STATEMENT, None, 10, 30, (Switch.STATEMENTS,)),
    Row(Step.DRAW, Step.STATEMENT, 15, 30, (Switch.AUTOPAY,)),
    Row(Step.CALL, Step.STATEMENT, 20, 30, (Switch.DUNNING,)),
    Row(Step.PLACEMENT, Step.STATEMENT, 45, None, (Switch.PLACEMENT, Switch.RECALL)),
    Row(Step.BUREAU_REPORT, Step.PLACEMENT, 30, None, (Switch.BUREAU_DELETION,)),
)
"""The whole clock. Each of the six switches of a hold appears, here or in `UNDOES`."""

UNDOES: dict[Switch, tuple[Step, Step]] = {
    Switch.RECALL: (Step.PLACEMENT, Step.RECALL),
    Switch.BUREAU_DELETION: (Step.BUREAU_REPORT, Step.BUREAU_DELETION),
}
"""Switches that take something back when they are turned on: what must stand, and what it becomes."""


def due(on: date, opened: date, taken: Sequence[Taken], switches: Set[Switch]) -> Iterator[Step]:
    """The steps that a day brings, in order.

    Args:
        on: the day.
        opened: when the patient balance opened.
        taken: the steps since then.
        switches: the switches that are on.
    """
    for row in DUNNING:
        if switches.isdisjoint(row.stopped_by) and row.is_due(on, opened, taken):
            yield row.step


def stands(step: Step, taken: Sequence[Taken]) -> bool:
    """Whether a step that can be taken back was taken, and was not taken back since."""
    undone_by = next(undo for done, undo in UNDOES.values() if done is step)
    history = [each.step for each in taken if each.step in (step, undone_by)]
    return history[-1:] == [step]
