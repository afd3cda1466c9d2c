"""Diagnosis: where the journey broke, first match of the rules of field notes 4.1, with the facts for and against."""

from __future__ import annotations

from journey.breaks import asking, coverage, decided, handoff, refusal
from journey.breaks.grounds import Ground, Rule, Scene
from journey.case import BreakPoint
from journey.plans.plan import PlanInForce
from journey.words import MODE_WORDS, BreakState, Hop, Mode

_ASKED_AT: dict[Mode, Hop] = {
    Mode.CROSSOVER_DECLINED: Hop.TRANSMITTED,
    Mode.CROSSOVER_LOST: Hop.TRANSMITTED,
    Mode.CROSSOVER_ASSUMED: Hop.TRANSMITTED,
    Mode.LOST_IN_TRANSIT: Hop.RECEIVED,
    Mode.DUAL_BLAME: Hop.RECEIVED,
    Mode.DUPLICATE: Hop.RECEIVED,
    Mode.REJECTED_FOR_MISMATCH: Hop.ACCEPTED,
    Mode.WRONG_ORDER: Hop.ACCEPTED,
    Mode.FILING_LIMIT: Hop.ACCEPTED,
    Mode.BOTH_SECOND: Hop.ACCEPTED,
    Mode.COVERAGE_ENDED: Hop.ACCEPTED,
    Mode.DOCUMENT_WANTED: Hop.ADJUDICATED,
    Mode.PATIENT_SILENT: Hop.ADJUDICATED,
    Mode.ACCIDENT_SUSPECTED: Hop.ADJUDICATED,
    Mode.PRIMARY_NOT_FINAL: Hop.TRANSMITTED,
    Mode.TERTIARY_DUE: Hop.TRANSMITTED,
    Mode.UNRECOGNISED: Hop.ADJUDICATED,
    Mode.NOT_POSTED: Hop.POSTED,
    Mode.POSTED_IN_PART: Hop.POSTED,
    Mode.OFFSET: Hop.PAID,
    Mode.REPORTED_TWICE: Hop.POSTED,
    Mode.PATIENT_PAID: Hop.PAID,
    Mode.PATIENT_OVERPAID: Hop.POSTED,
    Mode.PATIENT_PROTECTED: Hop.POSTED,
    Mode.TAKEBACK: Hop.POSTED,
}
"""The hop whose sequence questions settle a break point that is not confirmed."""

RULES: tuple[Rule, ...] = (
    coverage.coverage_ended,
    decided.takeback,
    handoff.primary_not_final,
    decided.patient_charged,
    decided.reported_twice,
    decided.offset,
    decided.posted_in_part,
    decided.not_posted,
    decided.patient_paid,
    decided.patient_overpaid,
    handoff.tertiary_due,
    coverage.both_second,
    coverage.wrong_order,
    asking.patient_silent,
    asking.accident_suspected,
    refusal.duplicate,
    refusal.filing,
    refusal.mismatch,
    asking.document_wanted,
    refusal.unrecognised,
    handoff.not_found,
    coverage.predicted_order,
    handoff.crossover_lost,
    handoff.crossover_declined,
    handoff.crossover_assumed,
    decided.patient_protected,
)
"""The rules in the order of field notes 4.1; the first match is the break point in force."""


def diagnose(scene: Scene, plan: PlanInForce) -> tuple[BreakPoint, ...]:
    """Every break point that matches now, the one in force first."""
    grounds = [ground for rule in RULES for ground in rule(scene)]
    return tuple(_break_point(ground, plan) for ground in grounds)


def _break_point(ground: Ground, plan: PlanInForce) -> BreakPoint:
    state = _state(ground)
    row = {each.hop: each for each in plan.hops}[_ASKED_AT[ground.mode]]
    confirmed = state is BreakState.CONFIRMED
    return BreakPoint.model_construct(
        mode=ground.mode,
        state=state,
        rule=ground.rule,
        found_at=ground.at,
        evidence_for=(*ground.payer, *ground.provider),
        evidence_against=ground.against,
        reason=ground.says or f"{MODE_WORDS[ground.mode]}{f' ({ground.detail})' if ground.detail else ''}",
        ask_provider="" if confirmed else row.ask_provider,
        ask_payer="" if confirmed else row.ask_payer,
    )


def _state(ground: Ground) -> BreakState:
    """Confirmed only with evidence from both sides (I4); contradicted when they disagree."""
    if ground.against:
        return BreakState.CONTRADICTED
    return BreakState.CONFIRMED if ground.payer and ground.provider else BreakState.SUSPECTED
