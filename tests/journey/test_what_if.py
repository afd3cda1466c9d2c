"""What if: a life lived again under the plan that was in force is the life that was; under another one it differs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from journey.case import ActionKind, Decision, Opening
from journey.facts import (
    ActionEnded,
    ClockRanOut,
    Fact,
    PersonActed,
    PlanChanged,
    SecondarySubmitted,
    SyntaxAcknowledged,
)
from journey.plans.file import parse_plan, standard_text
from journey.plans.plan import PlanInForce
from journey.what_if.again import Life, LogEntry, is_same, live_again
from journey.what_if.effects import CLAIM, REMINDER, Stretch, compare
from journey.words import Party, PayerClass
from tests.journey.conftest import OPENED, REMITTED, Journey
from tests.journey.starts import STARTS, Lead

MONTHS = timedelta(days=90)


class Written(Journey):
    """A journey whose every fact is written down, as the casebook would."""

    def __init__(self, plan: PlanInForce) -> None:
        """Open the case, with an empty log."""
        self.log: list[LogEntry] = []
        super().__init__(plan)

    def take(self, fact: Fact) -> Decision:
        """Decide on a fact, and write it down with what it led to."""
        if isinstance(fact, ClockRanOut):
            fact = fact.model_copy(update={"sender": Party.BATON})
        decision = super().take(fact)
        self.log.append(LogEntry(fact, decision.applied, tuple(each.key for each in decision.actions)))
        return decision

    def live(self, until: datetime) -> None:
        """Whatever was asked for is done an hour later; clocks ring; until a moment."""
        done = 0
        while True:
            while done < len(self.actions):
                self._do(self.actions[done])
                done += 1
            if self.ring(until) is None:
                return

    def _do(self, action: Any) -> None:
        if action.kind is ActionKind.NOTIFY:
            return
        self.after(hours=1)
        if action.kind is ActionKind.SUBMIT_SECONDARY:
            name = f"S{len(self.log)}"
            self.hear(SecondarySubmitted, fact_id=f"submitted:{name}", submission_id=name, sender=Party.BATON)
            self.hear_ended(action.key, name)
            self.after(hours=2)
            self.hear(SyntaxAcknowledged, layer="999", accepted=True, submission_id=name, sender=Party.CLEARINGHOUSE)
        else:
            self.hear_ended(action.key, "")

    def hear_ended(self, key: str, reference: str) -> None:
        """An errand came back."""
        self.hear(ActionEnded, fact_id=f"ended:{key}", key=key, succeeded=True, reference=reference)

    def again(self, plan: PlanInForce, **options: Any) -> Life:
        """The same case lived again."""
        opening = Opening(case_id="case", claim=self.case.claim, opened_at=OPENED)
        return live_again(opening, self.log, plan, self.now, **options)


def changed(version: str, table: str, **values: str) -> PlanInForce:
    """The standard plan with values of one table changed, in force for a commercial secondary."""
    before, heading, after = standard_text().partition(f"[{table}]\n")
    here, blank, rest = after.partition("\n\n")
    for key, value in values.items():
        here = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", here)
    text = (before + heading + here + blank + rest).replace("standard-2", version)
    return parse_plan(text).in_force("P2", PayerClass.COMMERCIAL)


LATE = changed("late", "settings.filing_reserve_days", value="14")
EARLY = changed("early", "settings.filing_reserve_days", value="30")
"""A crossover that nobody ever sees is billed by us when the filing limit comes near: so many days before it."""


def lived(lead: Lead, plan: PlanInForce, until: datetime = REMITTED + MONTHS) -> Written:
    """A case led somewhere and then left to silence."""
    journey = Written(plan)
    journey.at(REMITTED)
    lead(journey)
    journey.live(until)
    return journey


@pytest.mark.parametrize("lead", STARTS, ids=lambda lead: lead.__name__)
def test_the_plan_that_was_in_force_gives_the_life_that_was(lead: Lead, plan: PlanInForce) -> None:
    """The proof that a what-if tells the truth: wherever a case stood, the same plan leads to the same end."""
    journey = lived(lead, plan, REMITTED + timedelta(days=25))
    life = journey.again(plan)
    assert is_same(life, journey.log)
    assert life.case == journey.case


def crossover_lost(journey: Written) -> None:
    """A promised crossover that nobody ever sees."""
    journey.remit()


def test_a_claim_that_leaves_earlier_is_acknowledged_earlier() -> None:
    """What answers our own claim follows it: as long after it left as it really came."""
    journey = lived(crossover_lost, LATE)
    before, after = journey.again(LATE), journey.again(EARLY)
    effects = compare(before, after, Stretch(OPENED, REMITTED + MONTHS))
    claim = next(each for each in effects.moved if each.what == CLAIM)
    assert claim.present
    assert claim.proposed
    assert claim.proposed < claim.present
    acknowledged = [
        next(turn.at for turn in life.turns if turn.fact_id == _acknowledgement(journey)) for life in (before, after)
    ]
    assert acknowledged[0] - claim.present == acknowledged[1] - claim.proposed


def _acknowledgement(journey: Written) -> str:
    return next(each.fact.fact_id for each in journey.log if isinstance(each.fact, SyntaxAcknowledged))


def test_what_happened_outside_the_stretch_is_not_counted() -> None:
    """The last thirty days are the last thirty days: what both plans did before is of no account."""
    journey = lived(crossover_lost, LATE)
    life = journey.again(LATE)
    whole = compare(life, life, Stretch(OPENED, REMITTED + MONTHS))
    assert whole.present == whole.proposed
    assert whole.moved == ()
    assert whole.present[REMINDER] > compare(life, life, Stretch(OPENED, OPENED)).present.get(REMINDER, 0)


def test_a_person_does_nothing_to_a_task_that_is_not_there(plan: PlanInForce) -> None:
    """Who took a task did so because it was there; in a life without it nobody acts."""
    journey = Written(plan)
    journey.at(REMITTED)
    journey.remit()
    journey.after(days=5)
    journey.live(journey.now)
    task = journey.case.open_escalations[0]
    journey.hear(PersonActed, act="taken", person="lee", escalation=task.escalation_id)
    assert journey.again(plan).case.open_escalations[0].taken_by == "lee"
    patient = changed("patient", "clocks.TH", hard='"20d"')
    life = journey.again(patient)
    assert life.case.open_escalations == ()
    assert journey.log[-1].fact.fact_id not in {each.fact_id for each in life.turns}


def test_a_change_of_plan_in_the_log_is_made_at_its_moment() -> None:
    """A case that was re-planned is lived again under both plans, each for its time, when their texts are known."""
    journey = Written(LATE)
    journey.at(REMITTED)
    journey.remit()
    journey.after(days=3)
    journey.plan = EARLY
    change = {"from_version": LATE.version, "to_version": EARLY.version, "approved_by": "sam"}
    journey.hear(PlanChanged, sender=Party.SUPERVISOR, **change)
    journey.live(REMITTED + MONTHS)
    assert is_same(journey.again(LATE, earlier={"late": LATE, "early": EARLY}), journey.log)
    assert not is_same(journey.again(LATE), journey.log)
