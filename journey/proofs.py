"""Proofs: which hop happened, how well it is shown, and what refutes it. The stage is derived here, never set."""

from __future__ import annotations

from journey.case import Proof
from journey.evidence.marks import Mark
from journey.evidence.reading import Made, Reading
from journey.plans.plan import PlanInForce
from journey.words import Grade, Hop, Party, Side

SUPPORTS: dict[Hop, tuple[Mark, ...]] = {
    Hop.TRANSMITTED: (Mark.PROMISED, Mark.SUBMITTED, Mark.SYNTAX_ACCEPTED, Mark.CLEARINGHOUSE_ACCEPTED),
    Hop.RECEIVED: (Mark.RECEIVED, Mark.REJECTED, Mark.REVERSED),
    Hop.ACCEPTED: (Mark.ACCEPTED, Mark.DUPLICATE, Mark.PENDED_PATIENT, Mark.PENDED_PROVIDER, Mark.REVERSED),
    Hop.ADJUDICATED: (Mark.DECIDED,),
    Hop.PAID: (Mark.MONEY_DUE, Mark.MONEY_ARRIVED, Mark.NO_MONEY_DUE),
    Hop.POSTED: (Mark.RECONCILED,),
}
"""Marks of the current attempt that support a hop; whatever supports a later hop supports the earlier ones too."""

REFUTES: dict[Hop, tuple[Mark, ...]] = {
    Hop.TRANSMITTED: (Mark.DECLINED, Mark.SYNTAX_REJECTED, Mark.CLEARINGHOUSE_REJECTED),
    Hop.RECEIVED: (Mark.NOT_FOUND,),
    Hop.ACCEPTED: (Mark.NOT_FOUND, Mark.REJECTED, Mark.DENIED),
    Hop.ADJUDICATED: (Mark.DENIED, Mark.REVERSED),
    Hop.PAID: (Mark.REVERSED,),
    Hop.POSTED: (Mark.REVERSED,),
}
"""Marks of the current attempt that speak against a hop."""

_HOPS = tuple(Hop)
_ANNOUNCED = Grade.STATED
"""A remittance that announces money states that it was paid; only the money itself settles it."""


def prove(reading: Reading, plan: PlanInForce) -> tuple[Proof, ...]:
    """One proof per hop, in order."""
    needs = {row.hop: row.needs for row in plan.hops}
    proofs: list[Proof] = []
    carried: list[Made] = []
    for hop in reversed(_HOPS):
        carried = carried + _made(reading, SUPPORTS[hop])
        proofs.append(_proof(hop, needs[hop], carried, _made(reading, REFUTES[hop])))
    return tuple(reversed(proofs))


def _made(reading: Reading, marks: tuple[Mark, ...]) -> list[Made]:
    return [each for mark in marks for each in reading.made.get(mark, ()) if each.attempt == reading.attempt]


def _proof(hop: Hop, needs: Grade, supports: list[Made], against: list[Made]) -> Proof:
    if not supports and not against:
        return Proof.model_construct(hop=hop, grade=None, at=None, supports=(), against=(), proven=False)
    ranked = sorted(supports, key=lambda each: (-_grade(each, hop), each.at, each.fact_id))
    best = ranked[0] if ranked else None
    stands = best is not None and _grade(best, hop) >= needs and not _refuted(supports, against)
    return Proof.model_construct(
        hop=hop,
        grade=_grade(best, hop) if best else None,
        at=best.at if best else None,
        by=best.by if best else Proof.model_fields["by"].default,
        supports=tuple(dict.fromkeys(each.fact_id for each in ranked)),
        against=tuple(dict.fromkeys(each.fact_id for each in against)),
        proven=stands,
    )


def _grade(made: Made, hop: Hop) -> Grade:
    return _ANNOUNCED if made.mark is Mark.MONEY_DUE and hop is Hop.PAID else made.grade


def _refuted(supports: list[Made], against: list[Made]) -> bool:
    """The newest word counts: a refutation stands until something newer supports the hop again."""
    payer = any(each.side is Side.PAYER for each in supports)
    newest = max((each.at for each in against if not (payer and each.by is Party.CLEARINGHOUSE)), default=None)
    if newest is None:
        return False
    return not any(each.at > newest for each in supports)


def open_hop(proofs: tuple[Proof, ...]) -> Hop | None:
    """The first hop that is not proven well enough; None when all are."""
    return next((each.hop for each in proofs if not each.proven), None)
