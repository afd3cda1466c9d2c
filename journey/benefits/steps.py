"""The order of benefits on one day of service: each step with its rule, or the question that must be answered first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from journey.benefits.arrangement import Arrangement, arrange, sources, why
from journey.benefits.facts import Scene, scene_on
from journey.benefits.flips import Flip, flips
from journey.benefits.questions import question
from journey.benefits.words import Asks
from journey.claim import Claim
from journey.facts import Fact
from journey.words import Frozen, Party


class Step(Frozen):
    """Two policies that follow each other in the order, and why."""

    first: int
    """The place as billed."""
    then: int
    equal: bool = False
    """True where neither comes first."""
    rule: str
    section: str
    source: str
    assumed: bool = False
    says: str
    """The rule in a sentence, with the payers' names."""
    facts: tuple[str, ...] = ()
    """Ids of the facts used, or 'the claim'."""
    would_flip: tuple[Flip, ...] = ()
    """Each a single change that would turn the two round."""


class Left(Frozen):
    """A policy that is not in the order on this day."""

    order: int
    payer_name: str
    why: str


class Ordering(Frozen):
    """The order of benefits on one day of service."""

    day: date
    order: tuple[int, ...]
    """Places as billed, the first payer first."""
    payers: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    out: tuple[Left, ...] = ()


class Undecided(Frozen):
    """The order cannot be known before a question is answered."""

    day: date
    between: tuple[int, int]
    """Places as billed."""
    policy: int
    """The policy of which something must be known."""
    missing: str
    """The field of `PolicyTold` that would tell it."""
    question: str
    ask: Party
    rule: str
    section: str
    facts: tuple[str, ...] = ()
    out: tuple[Left, ...] = ()


def order_of_benefits(claim: Claim, evidence: Iterable[Fact], day: date | None = None) -> Ordering | Undecided:
    """The order on a day, the first day of service when none is given; the same facts in any order give the same."""
    arranged = arrange(scene_on(claim.coverages, claim.patient_birth_date, evidence, day or claim.service_from))
    return undecided(arranged) if arranged.open_pairs else _ordering(arranged)


def _ordering(arranged: Arrangement) -> Ordering:
    scene, order = arranged.scene, arranged.order
    return Ordering(
        day=scene.day,
        order=order,
        payers=tuple(scene.policy(place).payer_name for place in order),
        steps=tuple(_step(arranged, a, b) for a, b in pairwise(order)),
        out=_left(scene),
    )


def _step(arranged: Arrangement, a: int, b: int) -> Step:
    scene = arranged.scene
    rule, used = why(arranged, a, b)
    equal = not arranged.before(a, b)
    names = scene.policy(a).payer_name, scene.policy(b).payer_name
    return Step(
        first=a,
        then=b,
        equal=equal,
        rule=rule.name,
        section=rule.section,
        source=rule.source,
        assumed=rule.assumed,
        says=f"{names[0]} {'and' if equal else 'before'} {names[1]}: {rule.says}",
        facts=sources(scene, used),
        would_flip=() if equal else flips(scene, a, b, used),
    )


def _left(scene: Scene) -> tuple[Left, ...]:
    return tuple(Left(order=each.order, payer_name=each.payer_name, why=why) for each, why in scene.out)


def undecided(arranged: Arrangement) -> Undecided:
    """The question to ask first; there must be an open pair."""
    scene = arranged.scene
    pair = arranged.open_pairs[0]
    rule, verdict = arranged.between(*pair)
    assert isinstance(verdict, Asks)
    text, ask = question(scene.policy(verdict.order), verdict.field)
    return Undecided(
        day=scene.day,
        between=pair,
        policy=verdict.order,
        missing=verdict.field,
        question=text,
        ask=ask,
        rule=rule.name,
        section=rule.section,
        facts=sources(scene, verdict.used),
        out=_left(scene),
    )
