"""837P and 837I as the provider's billing system writes them: to the primary, and the copy to the secondary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from journey.words import PayerClass
from sandbox.adjudication import Adjudication, LineDecision
from sandbox.people import Bill, Line, Policy
from sandbox.x12_writer import (
    Partner,
    Segment,
    TransactionSet,
    address,
    adjustments,
    birth,
    d8,
    money,
    on,
    organisation,
    person,
)

INPATIENT = "11"
"""First digits of an institutional bill type."""
VERSION = {"837P": "005010X222A1", "837I": "005010X223A2"}


@dataclass(frozen=True)
class OutgoingClaim:
    """One claim on its way to one payer; to a later one with what the payers before it decided, and when."""

    bill: Bill
    sequence: Literal["P", "S", "T"] = "P"
    prior: Adjudication | None = None
    """The primary's decision."""
    prior_on: date | None = None
    between: Adjudication | None = None
    """The secondary's decision."""
    between_on: date | None = None

    @property
    def to(self) -> Policy:
        """The policy that is billed."""
        return self.bill.policies["PST".index(self.sequence)]

    @property
    def decided(self) -> dict[str, tuple[Policy, Adjudication, date]]:
        """What earlier payers decided, by their place (SBR01)."""
        given = (("P", self.prior, self.prior_on), ("S", self.between, self.between_on))
        policies = dict(zip("PST", self.bill.policies, strict=False))
        return {place: (policies[place], decision, day) for place, decision, day in given if decision and day}

    @property
    def others(self) -> tuple[tuple[str, Policy], ...]:
        """The policies that are named beside it, each with its place (SBR01)."""
        placed = zip("PST", self.bill.policies, strict=False)
        return tuple((place, policy) for place, policy in placed if place != self.sequence)


def claim_set(claims: Iterable[OutgoingClaim], receiver: Partner, at: datetime, reference: str) -> TransactionSet:
    """One 837 with several claims of one form and one provider."""
    claims = list(claims)
    first = claims[0].bill
    segments: list[Segment] = [
        ("BHT", "0019", "00", reference, d8(at.date()), at.strftime("%H%M"), "CH"),
        organisation("41", first.practice.name, "46", first.practice.tin),
        ("PER", "IC", "BILLING OFFICE", "TE", first.practice.phone),
        organisation("40", receiver.name, "46", receiver.id),
        ("HL", "1", "", "20", "1"),
        ("PRV", "BI", "PXC", first.practice.taxonomy),
        organisation("85", first.practice.name, "XX", first.practice.npi),
        *address(first.practice.address),
        ("REF", "EI", first.practice.tin),
    ]
    level = 1
    for each in claims:
        subscriber = _subscriber(each, level + 1)
        segments += subscriber + _claim(each)
        level += sum(1 for segment in subscriber if segment[0] == "HL")
    return TransactionSet("837", VERSION[first.form], "HC", tuple(segments))


def _subscriber(claim: OutgoingClaim, level: int) -> list[Segment]:
    policy = claim.to
    own = policy.relationship == "18"
    segments: list[Segment] = [
        ("HL", str(level), "1", "22", "0" if own else "1"),
        _coverage(policy, claim.sequence, "18" if own else ""),
        person("IL", policy.holder, "MI", policy.member_id),
        *address(policy.holder.address),
        birth(policy.holder),
        organisation("PR", policy.payer.name, "PI", policy.payer.payer_id),
    ]
    if not own:
        patient = claim.bill.patient
        segments += [
            ("HL", str(level + 1), str(level), "23", "0"),
            ("PAT", policy.relationship),
            person("QC", patient),
            *address(patient.address),
            birth(patient),
        ]
    return segments


def _coverage(policy: Policy, sequence: str, relationship: str) -> Segment:
    medicare_second = sequence == "S" and policy.payer.payer_class is PayerClass.MEDICARE
    kind = "12" if medicare_second else ""
    return ("SBR", sequence, relationship, policy.group_number, "", kind, "", "", "", policy.payer.filing_indicator)


def _claim(claim: OutgoingClaim) -> list[Segment]:
    bill = claim.bill
    segments: list[Segment] = [_head(bill)]
    if bill.form == "837I":
        segments += [_stay(bill), *_admission(bill), ("CL1", "3", "", "01")]
    segments += _diagnoses(bill)
    if bill.form == "837I":
        segments.append(person("71", bill.practice.doctor, "XX", bill.practice.npi))
    for place, policy in claim.others:
        segments += _other_coverage(claim, place, policy)
    for line in bill.lines:
        segments += _line(claim, line)
    return segments


def _head(bill: Bill) -> Segment:
    if bill.form == "837I":
        place = (bill.facility, "A", "1")
        return ("CLM", bill.claim_number, money(bill.charge), "", "", place, "", "A", "Y", "Y")
    place = (bill.facility, "B", "1")
    return ("CLM", bill.claim_number, money(bill.charge), "", "", place, "Y", "A", "Y", "Y")


def _stay(bill: Bill) -> Segment:
    """The statement period; the guide wants a span even for one day."""
    return ("DTP", "434", "RD8", f"{d8(bill.service_from)}-{d8(bill.service_to)}")


def _admission(bill: Bill) -> list[Segment]:
    """When an inpatient came; an outpatient was never admitted."""
    return [("DTP", "435", "DT", f"{d8(bill.service_from)}0800")] if bill.facility == INPATIENT else []


def _diagnoses(bill: Bill) -> list[Segment]:
    first, *rest = bill.diagnoses
    if bill.form == "837P":
        return [("HI", ("ABK", first), *(("ABF", each) for each in rest))]
    others: list[Segment] = [("HI", *(("ABF", each) for each in rest))] if rest else []
    return [("HI", ("ABK", first)), *others]


def _other_coverage(claim: OutgoingClaim, place: str, policy: Policy) -> list[Segment]:
    segments: list[Segment] = [_coverage(policy, place, policy.relationship)]
    if place in claim.decided:
        segments.append(("AMT", "D", money(claim.decided[place][1].paid)))
    segments += [
        ("OI", "", "", "Y", "", "", "Y"),
        person("IL", policy.holder, "MI", policy.member_id),
        *address(policy.holder.address),
        organisation("PR", policy.payer.name, "PI", policy.payer.payer_id),
    ]
    return segments


def _line(claim: OutgoingClaim, line: Line) -> list[Segment]:
    procedure = ("HC", line.procedure)
    charge, units = money(line.charge), str(line.units)
    service: Segment = ("SV1", procedure, charge, "UN", units, "", "", ("1",))
    if claim.bill.form == "837I":
        service = ("SV2", line.revenue_code, procedure, charge, "UN", units)
    segments: list[Segment] = [("LX", str(line.number)), service, on("472", line.service_date)]
    segments.append(("REF", "6R", line.control_number))
    for policy, decision, decided_on in claim.decided.values():
        of_line = next((each for each in decision.lines if each.line.number == line.number), None)
        segments += _prior_line(policy.payer.payer_id, of_line, decided_on) if of_line else []
    return segments


def _prior_line(payer: str, decision: LineDecision, decided_on: date) -> list[Segment]:
    line = decision.line
    segments: list[Segment] = [
        ("SVD", payer, money(decision.paid), ("HC", line.procedure), line.revenue_code, str(line.units)),
    ]
    segments += adjustments(decision.adjustments)
    return [*segments, on("573", decided_on)]
