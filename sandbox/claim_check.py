"""A payer's own arithmetic on a claim that comes after another payer: does it add up, and is it what happened?

Shares nothing with the builder of the claim: the amounts are compared with what the script says was truly decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from journey.words import Cents, PayerClass
from sandbox.adjudication import Adjudication, Adjustment, LineDecision
from sandbox.people import Bill, Line, Policy, check_digit
from sandbox.requests import ClaimRequest, OtherPayer, PriorLine, RequestedLine

PLACES = "PSTABCDEFGH"
"""SBR01 in the order of payment."""

MEDICARE_SECOND = frozenset({"12", "13", "14", "15", "16", "41", "42", "43", "47"})
"""SBR05: the reasons why Medicare does not come first (field notes 1.11)."""

NOT_BALANCED = "A7:400"
CHARGE = "A7:178"
LINE = "A7:247"
PLACE = "A7:249"
DIAGNOSIS = "A7:477"
ORDER = "A8:171"
NO_DECISION = "A6:286"
DECISION = "A8:286"
AMOUNT = "A8:183"
PRIOR_NOT_BALANCED = "A8:672"
DATE = "A7:516"
FREQUENCY = "A7:535"
OWN_NUMBER = "A8:464"
NPI = "A7:562:85"
RELATION = "A7:156:QC"
NAME = "A6:125:IL"


class Problem(NamedTuple):
    """What the payer objects to."""

    status: str
    """Category, status code and entity, as its 277CA will say them."""
    what: str


@dataclass(frozen=True)
class PriorTruth:
    """What a payer that came before truly decided."""

    policy: Policy
    decision: Adjudication


@dataclass(frozen=True)
class Known:
    """What the payer knows by itself of a claim that arrives."""

    bill: Bill
    policy: Policy
    """The patient's coverage with this payer."""
    priors: tuple[PriorTruth, ...]
    """Who came before it, in order; their number is its own place."""
    own_numbers: frozenset[str] = field(default=frozenset())
    """Claim numbers that it gave out for this claim."""

    @property
    def place(self) -> str:
        """SBR01 as it should be."""
        return PLACES[len(self.priors)]


def problems(claim: ClaimRequest, known: Known) -> tuple[Problem, ...]:
    """Everything that is wrong with a claim, the gravest first; empty for a clean one."""
    return (*_structure(claim, known), *_order(claim, known), *_decisions(claim, known), *_identity(claim, known))


# The claim itself


def _structure(claim: ClaimRequest, known: Known) -> Iterator[Problem]:
    if not claim.lines or claim.charge != sum(each.charge for each in claim.lines):
        yield Problem(NOT_BALANCED, "the charge is not the sum of its lines")
    if claim.charge != known.bill.charge:
        yield Problem(CHARGE, "the charge is not what was billed first")
    if [_billed(each) for each in claim.lines] != [_bill_line(each) for each in known.bill.lines]:
        yield Problem(LINE, "the lines are not those that were billed first")
    if claim.form == "837P" and not all(_points(each, claim) for each in claim.lines):
        yield Problem(DIAGNOSIS, "a line points at no diagnosis of the claim")
    if claim.diagnoses != known.bill.diagnoses:
        yield Problem(DIAGNOSIS, "the diagnoses are not those that were billed first")
    if (claim.form, claim.facility) != (known.bill.form, known.bill.facility):
        yield Problem(PLACE, "another kind of claim or place than was billed first")


def _billed(line: RequestedLine) -> tuple[object, ...]:
    return line.control_number, line.procedure, line.revenue_code, line.charge, line.units


def _bill_line(line: Line) -> tuple[object, ...]:
    return line.control_number, line.procedure, line.revenue_code, line.charge, str(line.units)


def _points(line: RequestedLine, claim: ClaimRequest) -> bool:
    valid = {str(number) for number in range(1, len(claim.diagnoses) + 1)}
    return bool(line.pointers) and set(line.pointers) <= valid


# Who pays when


def _order(claim: ClaimRequest, known: Known) -> Iterator[Problem]:
    ids = [each.payer_id for each in claim.others]
    places = [claim.sequence, *(each.sequence for each in claim.others)]
    if claim.sequence != known.place:
        yield Problem(ORDER, "this payer does not come at that place")
    if len(set(places)) != len(places) or not set(places) <= set(PLACES):
        yield Problem(ORDER, "two policies have one place")
    if len(set(ids)) != len(ids) or claim.payer_id in ids or not all(ids):
        yield Problem(ORDER, "two policies are of one payer, or of none")
    before = [each.payer_id for each in _in_order(claim) if _rank(each.sequence) < _rank(known.place)]
    if before != [each.policy.payer.payer_id for each in known.priors]:
        yield Problem(ORDER, "other payers came before than those")
    if any(_rank(each.sequence) >= _rank(known.place) for each in claim.prior_payers):
        yield Problem(ORDER, "a payer that comes later has decided")


def _rank(place: str) -> int:
    return PLACES.find(place)


def _in_order(claim: ClaimRequest) -> list[OtherPayer]:
    return sorted(claim.others, key=lambda each: _rank(each.sequence))


# What payers before this one decided


def _decisions(claim: ClaimRequest, known: Known) -> Iterator[Problem]:
    said = {each.payer_id: each for each in claim.prior_payers}
    for truth in known.priors:
        prior = said.get(truth.policy.payer.payer_id)
        if prior is None:
            yield Problem(NO_DECISION, "the decision of a payer that came before is missing")
        else:
            yield from _balance(claim, prior)
            yield from _as_decided(claim, prior, truth.decision)
            yield from _dated(claim, prior, known.bill)
    if {line.payer_id for each in claim.lines for line in each.priors} - said.keys():
        yield Problem(ORDER, "a line names a payer that the claim does not")


def _of(claim: ClaimRequest, prior: OtherPayer) -> list[tuple[RequestedLine, PriorLine]]:
    """What one prior payer decided on lines."""
    return [(line, each) for line in claim.lines for each in line.priors if each.payer_id == prior.payer_id]


def _balance(claim: ClaimRequest, prior: OtherPayer) -> Iterator[Problem]:
    lines = _of(claim, prior)
    at_claim = sum(each.cents for each in prior.adjustments)
    on_lines = sum(each.cents for _, decided in lines for each in decided.adjustments)
    if any(line.charge != decided.paid + sum(each.cents for each in decided.adjustments) for line, decided in lines):
        yield Problem(PRIOR_NOT_BALANCED, "a line's charge is not what was paid and adjusted on it")
    if prior.paid is None or claim.charge != prior.paid + at_claim + on_lines:
        yield Problem(PRIOR_NOT_BALANCED, "the charge is not what a prior payer paid and adjusted")
    if lines and prior.paid != sum(decided.paid for _, decided in lines) - at_claim:
        yield Problem(AMOUNT, "what a prior payer paid is not the sum of its lines")
    if not all(each.cents for each in (*prior.adjustments, *(more for _, line in lines for more in line.adjustments))):
        yield Problem(DECISION, "an adjustment of nothing")


def _as_decided(claim: ClaimRequest, prior: OtherPayer, truth: Adjudication) -> Iterator[Problem]:
    lines = _of(claim, prior)
    said = [*prior.adjustments, *(each for _, decided in lines for each in decided.adjustments)]
    if prior.paid != truth.paid:
        yield Problem(AMOUNT, "a prior payer paid another amount")
    if _sums(said) != _sums(each for line in truth.lines for each in line.adjustments):
        yield Problem(DECISION, "a prior payer adjusted other amounts")
    if lines and {line.number: _said(decided) for line, decided in lines} != _truly(truth):
        yield Problem(DECISION, "a prior payer decided otherwise on a line")
    if prior.left is not None and any(decided.left is not None for _, decided in lines):
        yield Problem(DECISION, "what is left to the patient stands at the claim and on a line")
    if prior.left not in (None, truth.patient_share):
        yield Problem(AMOUNT, "a prior payer left another amount to the patient")
    if any(decided.left not in (None, _share(decided.adjustments)) for _, decided in lines):
        yield Problem(AMOUNT, "a prior payer left another amount of a line to the patient")


def _sums(given: Iterator[Adjustment] | list[Adjustment]) -> dict[tuple[str, str], Cents]:
    total: Counter[tuple[str, str]] = Counter()
    for each in given:
        total[each.group, each.reason] += each.cents
    return {key: cents for key, cents in total.items() if cents}


def _said(decided: PriorLine) -> tuple[Cents, dict[tuple[str, str], Cents]]:
    return decided.paid, _sums(list(decided.adjustments))


def _truly(truth: Adjudication) -> dict[int, tuple[Cents, dict[tuple[str, str], Cents]]]:
    return {each.line.number: _decided(each) for each in truth.lines}


def _decided(line: LineDecision) -> tuple[Cents, dict[tuple[str, str], Cents]]:
    return line.paid, _sums(list(line.adjustments))


def _share(adjustments: tuple[Adjustment, ...]) -> Cents:
    return sum(each.cents for each in adjustments if each.group == "PR")


def _dated(claim: ClaimRequest, prior: OtherPayer, bill: Bill) -> Iterator[Problem]:
    on_lines = [decided.decided_on for _, decided in _of(claim, prior)]
    at_claim = prior.decided_on is not None
    if at_claim == any(on_lines) or (not at_claim and not all(on_lines)):
        yield Problem(DATE, "the day of a decision must stand at the claim or on each line, and not at both")
    days = {each for each in (prior.decided_on, *on_lines) if each}
    if any(not bill.service_to <= day <= claim.sent_at.date() for day in days):
        yield Problem(DATE, "a decision before the service or after this claim")


# Numbers and kinds


def _identity(claim: ClaimRequest, known: Known) -> Iterator[Problem]:
    if claim.frequency not in ("1", "7", "8"):
        yield Problem(FREQUENCY, "no such kind of claim")
    replaces = claim.frequency in ("7", "8")
    if replaces and claim.original_payer_claim_number not in known.own_numbers:
        yield Problem(OWN_NUMBER, "a replacement must name this payer's own claim number")
    if not replaces and claim.original_payer_claim_number:
        yield Problem(OWN_NUMBER, "a first claim names none")
    if not claim.npis or claim.npis[0] != known.bill.practice.npi or not all(map(_is_npi, claim.npis)):
        yield Problem(NPI, "a provider number is wrong")
    if claim.relationship != known.policy.relationship:
        yield Problem(RELATION, "the patient is not related so to the member")
    if not claim.subscriber.last_name or not claim.patient.last_name:
        yield Problem(NAME, "the member or the patient has no name")
    medicare = known.policy.payer.payer_class is PayerClass.MEDICARE
    if medicare != (claim.insurance_type in MEDICARE_SECOND) or (claim.insurance_type and not medicare):
        yield Problem(ORDER, "why Medicare comes second is said where it does, and nowhere else")


def _is_npi(number: str) -> bool:
    return len(number) == 10 and number.isdigit() and check_digit("80840" + number[:9]) == int(number[9])
