"""How fast the core decides: one case's real facts, decided again and again on one core."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from time import process_time

from journey.case import Case, Opening
from journey.decide import decide, open_case
from journey.facts import Fact
from journey.plans.plan import PlanInForce


def whole_life(opening: Opening, facts: Sequence[Fact], plan: PlanInForce) -> Case:
    """Every decision of one case, from its opening to its last fact."""
    case = open_case(opening, plan).case
    for fact in facts:
        case = decide(case, fact, plan).case
    return case


def lives_per_second(opening: Opening, facts: Sequence[Fact], plan: PlanInForce, seconds: float) -> float:
    """Whole lives in a second of one core's time; the median of five tries."""
    tries = [_one_try(opening, facts, plan, seconds / 5) for _ in range(5)]
    return median(tries)


def _one_try(opening: Opening, facts: Sequence[Fact], plan: PlanInForce, seconds: float) -> float:
    began, lives = process_time(), 0
    while (spent := process_time() - began) < seconds or not lives:
        whole_life(opening, facts, plan)
        lives += 1
    return lives / spent
