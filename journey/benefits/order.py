"""The order billed, held against the order of benefits: the same, a wrong order foreseen, or a question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import combinations

from journey.benefits.arrangement import Arrangement, arrange, sources, why
from journey.benefits.facts import THE_CLAIM, Scene, scene_on
from journey.benefits.steps import Ordering as Ordering
from journey.benefits.steps import Undecided as Undecided
from journey.benefits.steps import order_of_benefits as order_of_benefits
from journey.benefits.steps import undecided
from journey.claim import Claim, Coverage
from journey.facts import CoverageChecked, Fact, PolicyTold
from journey.words import Frozen, Party

COMPARISONS_KEPT = 1024
"""Enough for the cases that a worker decides by turns."""


class Agreement(StrEnum):
    """How the order billed stands to the order of the rules."""

    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


class Comparison(Frozen):
    """The order billed, held against the rules."""

    state: Agreement
    day: date
    billed: tuple[int, ...]
    should: tuple[int, ...] = ()
    """Places as billed, in the order of the rules; empty while it is not known whole."""
    says: str
    """One sentence, as a biller would say it."""
    rule: str = ""
    """'3.1 A5' and the like, where the two differ or a fact is missing."""
    facts: tuple[str, ...] = ()
    """Ids of the facts behind it; 'the claim' stands for the opening."""
    question: str = ""
    ask: Party | None = None


def compare(claim: Claim, evidence: Iterable[Fact]) -> Comparison:
    """Whether the order billed is that of the rules, on every day of service; a predicted wrong order (V4) if not."""
    facts = tuple(each for each in evidence if isinstance(each, PolicyTold | CoverageChecked))
    return _compared_on(claim.coverages, claim.patient_birth_date, _days(claim), facts)


@lru_cache(maxsize=COMPARISONS_KEPT)
def _compared_on(
    coverages: tuple[Coverage, ...], born: date | None, days: tuple[date, ...], facts: tuple[Fact, ...]
) -> Comparison:
    """Every decision of a case asks again, and hardly any of them brings a fact that matters here."""
    found = [_compared(coverages, arrange(scene_on(coverages, born, facts, day))) for day in days]
    first = found[0]
    changed = next((each for each in found if (each.state, each.should) != (first.state, first.should)), None)
    return first if changed is None else _split(first, changed)


def _days(claim: Claim) -> tuple[date, ...]:
    lines = (each.service_date for each in claim.lines if each.service_date)
    within = {each for each in lines if claim.service_from <= each <= claim.service_to}
    return tuple(sorted({claim.service_from, claim.service_to, *within}))


def _split(first: Comparison, later: Comparison) -> Comparison:
    """The order changes while the services last: no single claim is right for all of them."""
    says = f"the order of insurers changes between {first.day} and {later.day}"
    return first.model_copy(
        update={
            "state": Agreement.UNDECIDED,
            "should": (),
            "says": says,
            "facts": tuple(dict.fromkeys((*first.facts, *later.facts))),
            "question": f"Can the services before {later.day} and those from it on be billed separately?",
            "ask": Party.PROVIDER,
        }
    )


def _compared(coverages: tuple[Coverage, ...], arranged: Arrangement) -> Comparison:
    scene = arranged.scene
    billed = tuple(sorted(each.order for each in coverages))
    in_force = [place for place in billed if any(each.order == place for each in scene.policies)]
    wrong = next((pair for pair in combinations(in_force, 2) if arranged.before(pair[1], pair[0])), None)
    should = () if arranged.open_pairs else arranged.order
    if wrong is not None:
        return _different(arranged, billed, should, wrong)
    if in_force and in_force[0] != billed[0]:
        return _first_is_out(scene, billed, should)
    if arranged.open_pairs:
        return _unknown(arranged, billed)
    return Comparison(
        state=Agreement.SAME,
        day=scene.day,
        billed=billed,
        should=should,
        says="the policies were billed in their order",
    )


def _different(
    arranged: Arrangement, billed: tuple[int, ...], should: tuple[int, ...], wrong: tuple[int, int]
) -> Comparison:
    scene = arranged.scene
    second, first = wrong
    rule, used = why(arranged, first, second)
    names = scene.policy(second).payer_name, scene.policy(first).payer_name
    return Comparison(
        state=Agreement.DIFFERENT,
        day=scene.day,
        billed=billed,
        should=should,
        says=f"{names[0]} was billed before {names[1]}, but {names[1]} comes first: {rule.says}",
        rule=rule.section,
        facts=sources(scene, used) or (THE_CLAIM,),
    )


def _first_is_out(scene: Scene, billed: tuple[int, ...], should: tuple[int, ...]) -> Comparison:
    out, why = next((each, why) for each, why in scene.out if each.order == billed[0])
    return Comparison(
        state=Agreement.DIFFERENT,
        day=scene.day,
        billed=billed,
        should=should,
        says=f"{out.payer_name} was billed first, but it {why}",
        rule="3.1 per date of service",
        facts=tuple(dict.fromkeys(out.learnt.values())),
    )


def _unknown(arranged: Arrangement, billed: tuple[int, ...]) -> Comparison:
    asked = undecided(arranged)
    names = [arranged.scene.policy(place).payer_name for place in asked.between]
    return Comparison(
        state=Agreement.UNDECIDED,
        day=asked.day,
        billed=billed,
        says=f"it is not known whether {names[0]} or {names[1]} comes first",
        rule=asked.section,
        facts=asked.facts,
        question=asked.question,
        ask=asked.ask,
    )
