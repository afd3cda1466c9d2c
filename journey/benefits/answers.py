"""What follows from the order of benefits elsewhere: whether a payer's record agrees, and Medicare's type code."""

from __future__ import annotations

from collections.abc import Iterable

from journey.benefits.arrangement import Arrangement, arrange
from journey.benefits.facts import Known, Scene, is_called, payer_of, scene_on
from journey.benefits.order import Agreement, compare
from journey.benefits.words import Says
from journey.claim import Claim, Coverage
from journey.facts import CoverageChecked, Fact, OtherPolicy

# ---- a payer's eligibility answer -----------------------------------------------------------------------------------


def agrees(claim: Claim, checked: CoverageChecked, evidence: Iterable[Fact] = ()) -> bool | None:
    """Whether a payer's eligibility answer (271) shows our order for the days of service; None when it does not say.

    Our order is the order billed, or that of the rules where these facts prove another one.
    """
    places = _places(claim, evidence)
    own = payer_of(claim.coverages, checked)
    if own is None or own.order not in places or checked.refusals or checked.active is False:
        return None
    said = [_right(claim, places, own, each) for each in checked.others if _covers(claim, each)]
    if False in said:
        return False
    return True if True in said else None


def _places(claim: Claim, evidence: Iterable[Fact]) -> dict[int, int]:
    """Where each policy stands in our order, 1 first, by its place as billed."""
    facts = tuple(evidence)
    held = compare(claim, facts) if facts else None
    changed = held is not None and held.state is Agreement.DIFFERENT and held.should
    order = held.should if held is not None and changed else tuple(each.order for each in claim.coverages)
    return {billed: place for place, billed in enumerate(order, 1)}


def _covers(claim: Claim, other: OtherPolicy) -> bool:
    begun = other.since is None or other.since <= claim.service_from
    return begun and (other.until is None or other.until >= claim.service_to)


def _right(claim: Claim, places: dict[int, int], own: Coverage, other: OtherPolicy) -> bool | None:
    """Whether the payer has another policy in the place that we have it in; None when it names no place."""
    if other.order is None:
        return None
    meant = [each for each in claim.coverages if each is not own and _is_meant(each, other)]
    if not meant:
        # A payer that nobody billed: it disturbs our order only if it is said to come before this one.
        return False if other.order <= places[own.order] else None
    said = {other.order == places.get(each.order) for each in meant}
    return said.pop() if len(said) == 1 else None


def _is_meant(coverage: Coverage, other: OtherPolicy) -> bool:
    by_id = bool(other.payer_id) and coverage.payer_id == other.payer_id
    return by_id or is_called(coverage, other.payer_name)


# ---- Medicare's insurance type --------------------------------------------------------------------------------------

_TYPE_BY_COVER = {
    "workers_comp": "15",
    "no_fault": "14",
    "liability": "47",
    "black_lung": "41",
    "veterans": "42",
}
_TYPE_BY_RULE = {
    "65 or older, 20 employees": "12",
    "kidney failure, 30 months": "13",
    "disability, 100 employees": "43",
}
_OTHER_FEDERAL = "OF"
"""SBR09 of a federal programme other than those with an indicator of their own."""


def insurance_type(claim: Claim, evidence: Iterable[Fact]) -> str:
    """Why Medicare is not first (SBR05; field notes 1.11), from the policy that comes first; '' when it cannot be said.

    12 aged, 13 kidney failure, 14 no-fault, 15 workers' compensation, 16 public health service or other federal,
    41 black lung, 42 VA, 43 disability, 47 liability.
    """
    arranged = arrange(scene_on(claim.coverages, claim.patient_birth_date, evidence, claim.service_from))
    medicare = arranged.scene.medicare
    if medicare is None:
        return ""
    first = _first(arranged)
    if first is not None and first is not medicare:
        return _type_of(arranged, first, medicare)
    return "16" if first is None and _federal_first(claim, arranged.scene) else ""


def _first(arranged: Arrangement) -> Known | None:
    """The policy that comes before all others; None while that is not known, or where several are equal."""
    policies = arranged.scene.policies
    for each in policies:
        if all(arranged.before(each.order, other.order) for other in policies if other is not each):
            return each
    return None


def _type_of(arranged: Arrangement, first: Known, medicare: Known) -> str:
    rule, verdict = arranged.between(first.order, medicare.order)
    if not isinstance(verdict, Says):
        return ""
    return _TYPE_BY_COVER.get(first.kind) or _TYPE_BY_RULE.get(rule.name, "")


def _federal_first(claim: Claim, scene: Scene) -> bool:
    """True for a claim that was billed to another federal programme before Medicare."""
    first = claim.primary
    told = next((each for each in scene.policies if each.order == first.order), None)
    return first.filing_indicator == _OTHER_FEDERAL and told is not None and not told.kind
