"""The claim to the next payer, put together from the claim as billed and what the payers before it decided."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edi.billed_loops import BilledLoops, Policy, element, first, taken_apart
from edi.claim_order import INSURANCE_TYPES, LETTERS, ClaimOrder, Problem, RefusedError, medicare
from edi.prior_decision import PriorDecision, decided
from journey.claim import Coverage

_REPLACES = ("7", "8")
_CORRECT = "Correct the claim data"
_UNSENDABLE = re.compile(r"[*:^~\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class KnownPolicy:
    """One policy as it stands now, beside what the claim as billed said of it.

    Attributes:
        coverage: With every correction made.
        billed: As billed.
        relationship: The patient's to the insured; of the policy that was billed first it stood in PAT01.
        insurance_type: SBR05; empty unless this is Medicare and comes later.
        decision: What the payer decided; None if it comes after the destination, and for the destination itself.
    """

    coverage: Coverage
    billed: Policy
    relationship: str
    insurance_type: str = ""
    decision: PriorDecision | None = None

    @property
    def letter(self) -> str:
        """SBR01; empty beyond the eleventh policy, for which the guide has no letter."""
        return LETTERS[self.coverage.order - 1 : self.coverage.order]

    @property
    def own(self) -> bool:
        """True if the patient is the insured."""
        return self.relationship == "18"


@dataclass(frozen=True, slots=True)
class NextClaim:
    """Everything that stands in the claim, sound as far as it can be before it is written.

    Attributes:
        order: What was asked for.
        loops: The claim as billed.
        policy: The policy that is billed now.
        others: Every other, in billing order.
    """

    order: ClaimOrder
    loops: BilledLoops
    policy: KnownPolicy
    others: tuple[KnownPolicy, ...]

    @property
    def earlier_paid(self) -> int:
        """What the payers before the destination paid together, in cents."""
        return sum(each.decision.paid for each in self.others if each.decision)


def assemble(order: ClaimOrder) -> NextClaim:
    """Puts the claim together.

    Raises:
        RefusedError: With everything that is missing or contradictory.
    """
    loops = taken_apart(order.claim.segments)
    if loops is None:
        fix = "Load the claim as it was billed to the first payer"
        raise RefusedError(Problem(place="2300", field="segments", fault="the claim as billed is not held", fix=fix))
    policies = dict(zip((each.order for each in order.claim.coverages), _known(order, loops), strict=True))
    problems = [problem for rule in _RULES for problem in rule(order, loops, policies)]
    others = []
    for each in order.others:
        try:
            decision = decided(order, each) if each in order.earlier else None
        except RefusedError as refused:
            problems.extend(refused.problems)
        else:
            others.append(_with(policies[each.order], decision))
    if problems:
        raise RefusedError(*problems)
    return NextClaim(order=order, loops=loops, policy=policies[order.destination], others=tuple(others))


def _with(policy: KnownPolicy, decision: PriorDecision | None) -> KnownPolicy:
    return KnownPolicy(policy.coverage, policy.billed, policy.relationship, policy.insurance_type, decision)


def _known(order: ClaimOrder, loops: BilledLoops) -> Iterator[KnownPolicy]:
    """Each policy beside its loops as billed: those of the same payer, else those of its place."""
    left = list(loops.policies)
    by_payer = {}
    for each in order.claim.coverages:
        same = next((one for one in left if each.payer_id and _payer_id(one) == each.payer_id), None)
        if same is not None:
            by_payer[each.order] = same
            left.remove(same)
    for each in order.claim.coverages:
        billed = by_payer.get(each.order) or (left.pop(0) if left else Policy("", ("SBR",), (), (), (), ()))
        first_billed = billed is loops.policies[0]
        relationship = each.relationship or (element(loops.patient_facts, 1) if first_billed and loops.depends else "")
        yield KnownPolicy(each, billed, relationship, _insurance_type(order, loops, each, billed))


def _payer_id(policy: Policy) -> str:
    return element(first(policy.payer, "NM1"), 9)


def _insurance_type(order: ClaimOrder, loops: BilledLoops, coverage: Coverage, billed: Policy) -> str:
    """Why Medicare does not come first: as asked for, else as the claim said; empty for all others."""
    if coverage.order == 1 or not medicare(coverage):
        return ""
    said = order.insurance_type or element(billed.policy, 5)
    if said in INSURANCE_TYPES or not order.institutional:
        return said if said in INSURANCE_TYPES else ""
    return next((code for code in value_codes(loops) if code in INSURANCE_TYPES), "")


def value_codes(loops: BilledLoops) -> Iterator[str]:
    """Yields the value codes (HI*BE) of an institutional claim as billed."""
    for segment in loops.claim:
        for composite in segment[1:] if segment[0] == "HI" else ():
            qualifier, _, rest = composite.partition(":")
            if qualifier == "BE":
                yield rest.partition(":")[0]


# ---- what must be there ---------------------------------------------------------------------------------------------

_Rule = Callable[[ClaimOrder, BilledLoops, dict[int, KnownPolicy]], Iterator[Problem]]


def _destination(order: ClaimOrder, _loops: BilledLoops, policies: dict[int, KnownPolicy]) -> Iterator[Problem]:
    """The policy that is billed is known well enough to be billed."""
    known = policies.get(order.destination)
    if known is None:
        fix = "Add the policy to the claim, or bill another payer"
        yield Problem(place="2000B", field="SBR", fault="the claim names no policy at this place", fix=fix)
        return
    each = known.coverage
    wanted = (
        ("2010BB", "payer_id", each.payer_id),
        ("2010BB", "payer_name", each.payer_name),
        ("2010BA", "member_id", each.member_id),
        ("2010BA", "member_last_name", each.member_last_name or (known.own and order.claim.patient_last_name)),
        ("2000B", "relationship", known.relationship),
    )
    for place, field, value in wanted:
        if not value:
            yield Problem(place=place, field=field, fault="the policy that is billed lacks it", fix=_CORRECT)


def _patient(order: ClaimOrder, loops: BilledLoops, policies: dict[int, KnownPolicy]) -> Iterator[Problem]:
    """Name, address, birth and gender of the patient are known."""
    place = "2010BA" if (known := policies.get(order.destination)) and known.own else "2010CA"
    demographics = first(loops.patient, "DMG")
    address = first(loops.patient, "N4") or (known.own and first(known.billed.insured, "N4") if known else ())
    birth = order.claim.patient_birth_date or element(demographics, 2)
    gender = order.patient_gender or element(demographics, 3)
    for field, value in (("N4", address), ("patient_birth_date", birth), ("patient_gender", gender)):
        if not value:
            yield Problem(place=place, field=field, fault="the patient's is not known", fix=_CORRECT)


def _lines(order: ClaimOrder, loops: BilledLoops, _: dict[int, KnownPolicy]) -> Iterator[Problem]:
    """The claim's lines are those of its segments."""
    services = [line for line in loops.lines if first(line.head, "SV1") or first(line.head, "SV2")]
    if not services or not len(services) == len(loops.lines) == len(order.claim.lines):
        fault = "the service lines are not those of the claim as billed"
        yield Problem(place="2400", field="LX", fault=fault, fix="Load the claim as it was billed to the first payer")


def _frequency(order: ClaimOrder, _loops: BilledLoops, _policies: dict[int, KnownPolicy]) -> Iterator[Problem]:
    """A replacement or void names the payer's number, a first claim none (field notes 1.8)."""
    number = order.original_payer_claim_number
    if order.frequency in _REPLACES and not number:
        fix = "Give the number from its remittance or 277, or send a first claim (frequency 1)"
        fault = "a replacement or void must name the payer's own number of the claim"
        yield Problem(place="2300", field="REF*F8", fault=fault, fix=fix)
    if order.frequency not in _REPLACES and number:
        fault = "a first claim must not name the number of another"
        yield Problem(place="2300", field="REF*F8", fault=fault, fix="Ask for frequency 7, or leave the number out")


def _medicare(order: ClaimOrder, _loops: BilledLoops, policies: dict[int, KnownPolicy]) -> Iterator[Problem]:
    """Medicare after one payer needs the reason; after two it takes paper only (field notes 1.11)."""
    for known in policies.values():
        if known.coverage.order == 1 or not medicare(known.coverage):
            continue
        if known.coverage.order == order.destination and known.coverage.order > 2:
            fault = "Medicare takes paper only after more than one payer"
            yield Problem(place="2000B", field="SBR01", fault=fault, fix="Send this claim on paper")
        elif not known.insurance_type:
            fault = f"Medicare does not come first, and why is not known or none of {', '.join(INSURANCE_TYPES)}"
            fix = "Ask why another payer comes first and give the type (insurance_type)"
            yield Problem(place="2000B" if known.coverage.order == order.destination else "2320", field="SBR05",
                          fault=fault, fix=fix)  # fmt: skip


def _payers(order: ClaimOrder, _loops: BilledLoops, policies: dict[int, KnownPolicy]) -> Iterator[Problem]:
    """Every other payer can be named, and no two that decided by the same id."""
    ids = [each.payer_id for each in order.earlier]
    for policy in order.others:
        place = f"2320 payer {policy.order}"
        for field, value in (
            ("payer_id", policy.payer_id),
            ("payer_name", policy.payer_name),
            ("member_id", policy.member_id),
            ("relationship", policies[policy.order].relationship),
        ):
            if not value:
                yield Problem(place=place, field=field, fault="this policy lacks it", fix=_CORRECT)
        if policy.payer_id and ids.count(policy.payer_id) > 1:
            fault = "two earlier payers have the same id, so their decisions cannot be told apart"
            yield Problem(place=place, field="payer_id", fault=fault, fix="Correct the id of one of them")


def _characters(order: ClaimOrder, _loops: BilledLoops, _policies: dict[int, KnownPolicy]) -> Iterator[Problem]:
    """No value holds a character that would end its element."""
    claim = order.claim
    values = {
        "claim_number": claim.claim_number,
        "patient_name": claim.patient_last_name + claim.patient_first_name,
        "provider_npi": claim.provider_npi,
        "provider_tin": claim.provider_tin,
        "provider_postal_code": order.provider_postal_code,
        "patient_gender": order.patient_gender,
        "facility_code": claim.facility_code,
        "original_payer_claim_number": order.original_payer_claim_number,
        "submission_id": order.submission_id,
        "attachment": "".join(order.attachment.model_dump().values()) if order.attachment else "",
    }
    for each in claim.coverages:
        told = (each.payer_id, each.payer_name, each.member_id, each.group_number, each.relationship)
        values[f"policy {each.order}"] = "".join((*told, each.member_last_name, each.member_first_name))
    for field, value in values.items():
        if _UNSENDABLE.search(value):
            fault = "it holds a character that separates fields (* : ^ ~) or cannot be sent"
            yield Problem(place="claim data", field=field, fault=fault, fix="Correct it without that character")


_RULES: tuple[_Rule, ...] = (_destination, _patient, _lines, _frequency, _medicare, _payers, _characters)
