"""Our own rules for a claim after another payer: order, decisions and money, which validators let pass (x12 faults)."""

from collections import Counter
from collections.abc import Callable, Iterator

from edi.claim import LineAdjudication, OtherCoverage
from edi.claim_order import INSURANCE_TYPES, Problem
from edi.codes import listed
from edi.form_rules import FORM_RULES
from edi.outbound_claim import OutboundClaim, payer_id, rank, read_back
from edi.parts import Adjustment, amount

Rule = Callable[[OutboundClaim], Iterator[Problem]]

_GROUPS = frozenset({"CO", "OA", "PI", "PR"})
"""CAS01 of version 5010; `CR` ended with 4010."""
_RELATIONS = frozenset({"01", "18", "19", "20", "21", "39", "40", "53", "G8"})
_REMITTANCE = "Correct the remittance's figures, or ask the payer for a corrected one"
_POLICY = "Correct the order of the policies"


def check(text: str) -> tuple[Problem, ...]:
    """Returns everything that is wrong with a claim about to leave; empty if it may go on to the guide's check."""
    outbound = read_back(text)
    if not isinstance(outbound, OutboundClaim):
        return outbound
    return tuple(dict.fromkeys(problem for rule in (*COB_RULES, *FORM_RULES) for problem in rule(outbound)))


# ---- order of payers ------------------------------------------------------------------------------------------------


def _order(outbound: OutboundClaim) -> Iterator[Problem]:
    """The destination is not the first payer, every payer has a place of its own, and none before it is missing."""
    letters = [outbound.claim.coverage.sequence, *(each.coverage.sequence for each in outbound.claim.other_coverages)]
    if outbound.rank < 1:
        fault = "the claim is not addressed to a payer after the first"
        yield Problem(place="2000B", field="SBR01", fault=fault, fix=_POLICY)
    if len(set(letters)) < len(letters):
        fault = "two policies claim the same place in the billing order"
        yield Problem(place="2320", field="SBR01", fault=fault, fix=_POLICY)
    if any(rank(each) < 0 for each in letters):
        fault = "a policy has no place in the billing order"
        yield Problem(place="2320", field="SBR01", fault=fault, fix=_POLICY)
    if {rank(each.coverage.sequence) for each in outbound.earlier} != set(range(max(outbound.rank, 0))):
        fault = "a payer that comes before the destination is not named"
        yield Problem(
            place="2320", field="SBR01", fault=fault, fix="Add the policy, or correct the order of the policies"
        )


def _payers(outbound: OutboundClaim) -> Iterator[Problem]:
    """Every other payer has an id, and no two that decided have the same."""
    ids = [payer_id(each) for each in outbound.claim.other_coverages]
    if not all(ids):
        yield Problem(place="2330B", field="NM109", fault="another payer has no id", fix="Correct its payer id")
    decided = Counter(payer_id(each) for each in outbound.claim.other_coverages if each.paid_cents is not None)
    if any(count > 1 for count in decided.values()):
        fault = "two payers that decided have the same id"
        yield Problem(place="2330B", field="NM109", fault=fault, fix="Correct the id of one of them")


def _relations(outbound: OutboundClaim) -> Iterator[Problem]:
    """SBR02: 18 in 2000B if and only if the patient is the insured; in 2320 always."""
    claim = outbound.claim
    wanted = "" if claim.patient else "18"
    if claim.coverage.relationship != wanted:
        fault = "the patient's relationship to the insured does not fit the patient's loop"
        yield Problem(place="2000B", field="SBR02", fault=fault, fix="Correct the relationship (18 is self)")
    if claim.patient and claim.patient_relationship not in _RELATIONS - {"18"}:
        fault = "a patient in a loop of their own needs a relationship to the insured"
        yield Problem(place="2000C", field="PAT01", fault=fault, fix="Correct the relationship")
    if any(each.coverage.relationship not in _RELATIONS for each in claim.other_coverages):
        fault = "the patient's relationship to the insured of another policy is missing or unknown"
        yield Problem(place="2320", field="SBR02", fault=fault, fix="Correct the relationship (18 is self)")


def _insurance_type(outbound: OutboundClaim) -> Iterator[Problem]:
    """Medicare after another payer says why: in SBR05, or in a value code on institutional claims."""
    claim = outbound.claim
    if claim.coverage.filing_indicator not in ("MA", "MB") or outbound.rank < 1:
        return
    values = {each.code for each in claim.diagnoses if each.qualifier == "BE"}
    said = values & INSURANCE_TYPES.keys() if claim.form == "837I" else {claim.coverage.insurance_type} - {""}
    if not said or not said <= INSURANCE_TYPES.keys():
        fix = "Ask why another payer comes first and give the type (insurance_type)"
        fault = "Medicare does not come first, and the claim does not say why"
        place, field = ("2300", "HI*BE") if claim.form == "837I" else ("2000B", "SBR05")
        yield Problem(place=place, field=field, fault=fault, fix=fix)


# ---- decisions ------------------------------------------------------------------------------------------------------


def _decided(outbound: OutboundClaim) -> Iterator[Problem]:
    """Every payer before the destination has decided, none after it has."""
    for other in outbound.claim.other_coverages:
        before = other in outbound.earlier
        if before and other.paid_cents is None:
            yield Problem(place=_place(other), field="AMT*D", fault="what this payer paid is missing", fix=_REMITTANCE)
        if not before and (other.paid_cents is not None or other.adjustments or outbound.decisions(other)):
            fault = "a payer after the destination cannot have decided yet"
            yield Problem(place=_place(other), field="AMT*D", fault=fault, fix=_POLICY)


def _dates(outbound: OutboundClaim) -> Iterator[Problem]:
    """DTP*573 of an earlier payer stands at the claim or at each of its lines: at one level, and there always."""
    for other in outbound.earlier:
        made = [each for _, each in outbound.decisions(other)]
        at_lines = [each.adjudicated for each in made]
        if other.adjudicated and any(at_lines):
            fault = "the date of the decision stands at the claim and at lines"
        elif (not other.adjudicated and not made) or (made and not other.adjudicated and not all(at_lines)):
            fault = "the date of the decision is missing"
        else:
            continue
        fix = "Give it once: at the lines if they were decided one by one, else at the claim"
        yield Problem(place=_place(other), field="DTP*573", fault=fault, fix=fix)


def _named_payers(outbound: OutboundClaim) -> Iterator[Problem]:
    """SVD01 is the id of an earlier payer's 2330B."""
    known = {payer_id(each) for each in outbound.earlier} - {""}
    for at, line in enumerate(outbound.claim.lines, 1):
        if any(each.payer_id not in known for each in line.adjudications):
            fault = "the line was decided by a payer that the claim does not name as an earlier one"
            fix = "The id must be that of loop 2330B; correct the payer id"
            yield Problem(place=f"2430 line {at}", field="SVD01", fault=fault, fix=fix)


def _lines_decided(outbound: OutboundClaim) -> Iterator[Problem]:
    """A payer that decided by line decided every line, and each account adds up to its charge."""
    for other in outbound.earlier:
        made = outbound.decisions(other)
        for at, line in enumerate(outbound.claim.lines):
            of_line = [each for number, each in made if number == at]
            place = f"{_place(other)}, 2430 line {at + 1}"
            if made and not of_line:
                fault = "the payer decided other lines and not this one"
                yield Problem(place=place, field="SVD", fault=fault, fix=_REMITTANCE)
            elif of_line and sum(map(_accounted, of_line)) != line.charge_cents:
                fault = "paid plus adjustments is not the line's charge"
                yield Problem(place=place, field="SVD02", fault=fault, fix=_REMITTANCE)


def _paid(outbound: OutboundClaim) -> Iterator[Problem]:
    """AMT*D is the sum of SVD02, or the charge, less the adjustments of the claim."""
    for other in outbound.earlier:
        made = outbound.decisions(other)
        whole = sum(each.paid_cents for _, each in made) if made else outbound.claim.charge_cents
        adjusted = sum(each.cents for each in other.adjustments)
        if other.paid_cents is not None and other.paid_cents != whole - adjusted:
            fault = "what the payer paid is not the lines' payments, or the charge, less the claim's adjustments"
            yield Problem(place=_place(other), field="AMT*D", fault=fault, fix=_REMITTANCE)


def _left(outbound: OutboundClaim) -> Iterator[Problem]:
    """AMT*EAF stands at the claim or at lines, and is what the payer left to the patient (PR)."""
    for other in outbound.earlier:
        made = [each for _, each in outbound.decisions(other)]
        at_claim, at_lines = amount(other.amounts, "EAF"), [amount(each.amounts, "EAF") for each in made]
        told = [each for each in at_lines if each is not None]
        if at_claim is not None and told:
            fault = "what is left to the patient stands at the claim and at lines"
            yield Problem(place=_place(other), field="AMT*EAF", fault=fault, fix="Give it once")
            continue
        shares = _share(other.adjustments) + sum(_share(each.adjustments) for each in made)
        by_line = all(said == _share(each.adjustments) for said, each in zip(at_lines, made, strict=True))
        right = at_claim == shares if at_claim is not None else not told or (by_line and told and sum(told) == shares)
        if not right:
            fault = "what is left to the patient is not the sum of the PR adjustments"
            yield Problem(place=_place(other), field="AMT*EAF", fault=fault, fix=_REMITTANCE)


def _adjustments(outbound: OutboundClaim) -> Iterator[Problem]:
    """Every adjustment has a group and a reason that exist, and adjusts something."""
    for other in outbound.claim.other_coverages:
        yield from _sound(other.adjustments, _place(other))
    for at, line in enumerate(outbound.claim.lines, 1):
        for made in line.adjudications:
            yield from _sound(made.adjustments, f"2430 line {at}")


def _sound(adjustments: tuple[Adjustment, ...], place: str) -> Iterator[Problem]:
    reasons = listed("carc")
    for each in adjustments:
        if each.group not in _GROUPS:
            yield Problem(place=place, field="CAS01", fault="the adjustment group does not exist", fix=_REMITTANCE)
        if each.reason not in reasons:
            yield Problem(place=place, field="CAS02", fault="the reason code is not listed", fix=_REMITTANCE)
        if not each.cents:
            yield Problem(place=place, field="CAS03", fault="an adjustment of zero adjusts nothing", fix="Leave it out")


def _bundles(outbound: OutboundClaim) -> Iterator[Problem]:
    """SVD06 names another line of the claim."""
    numbers = {str(each.number) for each in outbound.claim.lines}
    line = ""
    for segment in outbound.of("LX", "SVD"):
        line = segment[1] if segment.id == "LX" else line
        into = segment[6] if segment.id == "SVD" else ""
        if into and into not in numbers - {line}:
            fault = "the line is bundled into one that the claim does not have"
            yield Problem(place=f"2430 line {line}", field="SVD06", fault=fault, fix=_REMITTANCE)


# ---- the claim ------------------------------------------------------------------------------------------------------


def _charge(outbound: OutboundClaim) -> Iterator[Problem]:
    """CLM02 is the sum of the lines."""
    if sum(each.charge_cents for each in outbound.claim.lines) != outbound.claim.charge_cents:
        fault = "the lines do not add up to the claim's charge"
        yield Problem(place="2300", field="CLM02", fault=fault, fix="Correct the charge or the lines")


def _frequency(outbound: OutboundClaim) -> Iterator[Problem]:
    """1, 7 or 8; a replacement or void names the payer's own number, a first claim none (field notes 1.8)."""
    claim = outbound.claim
    if claim.frequency not in ("1", "7", "8"):
        fault = "only 1 first, 7 replacement and 8 void are valid"
        yield Problem(place="2300", field="CLM05-3", fault=fault, fix="Choose one of them")
    if (claim.frequency in ("7", "8")) != bool(claim.original_payer_claim_number):
        fault = "a replacement or void needs the payer's own claim number, and a first claim must not have one"
        fix = "Give the number from its remittance or 277, or send a first claim"
        yield Problem(place="2300", field="REF*F8", fault=fault, fix=fix)


def _accounted(made: LineAdjudication) -> int:
    return made.paid_cents + sum(each.cents for each in made.adjustments)


def _share(adjustments: tuple[Adjustment, ...]) -> int:
    return sum(each.cents for each in adjustments if each.group == "PR")


def _place(other: OtherCoverage) -> str:
    return f"2320 payer {rank(other.coverage.sequence) + 1}"


COB_RULES: tuple[Rule, ...] = (
    _order,
    _payers,
    _relations,
    _insurance_type,
    _decided,
    _dates,
    _named_payers,
    _lines_decided,
    _paid,
    _left,
    _adjustments,
    _bundles,
    _charge,
    _frequency,
)
"""Every rule about the payers, their decisions and the money."""
