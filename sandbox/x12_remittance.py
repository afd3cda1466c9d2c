"""835 as payers write it: decisions, forwarding, refusals, reversals, and a payment that balances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from journey.words import Cents
from sandbox.adjudication import Adjudication, Adjustment, LineDecision
from sandbox.people import Bill, Payer, Policy, Practice
from sandbox.x12_writer import Element, Segment, TransactionSet, address, adjustments, d8, money, organisation, person

VERSION = "005010X221A1"
REVERSAL = "22"
_KIND_OF_PLAN = {"CI": "12", "BL": "12"}
"""CLP06 knows plans by kind where SBR09 of the claim says commercial or Blues."""
_PAYER_HOME = (("N3", "4 PAYMENT PLAZA"), ("N4", "EASTHOLM", "VA", "229030001"))


@dataclass(frozen=True)
class OtherOrder:
    """What a payer says when it believes that another one comes first: NM1*PR, NM1*GB, REF*6P."""

    payer: Payer
    policy: Policy


@dataclass(frozen=True)
class RemittedClaim:
    """One claim of a remittance: CLP with everything below it."""

    bill: Bill
    policy: Policy
    """The policy under which it was decided."""
    status: str
    """CLP02."""
    decision: Adjudication
    payer_claim_number: str
    remarks: tuple[str, ...] = ()
    forwarded_to: Payer | None = None
    other_order: OtherOrder | None = None
    corrected_member_id: str = ""
    """NM1*74: the id as the payer has it."""
    replaces: str = ""
    """REF*F8: the number of the decision that this one corrects."""
    received: date | None = None
    coverage_ended: date | None = None
    """DTM*036."""
    by_line: bool = True
    """Adjustments on the lines, or all at the claim."""


@dataclass(frozen=True)
class ProviderAdjustment:
    """One PLB entry; positive cents lower the payment."""

    reason: str
    reference: str
    cents: Cents


@dataclass(frozen=True)
class Payment:
    """What one remittance pays: who, to whom, when, under which trace."""

    payer: Payer
    practice: Practice
    on: date
    trace: str
    plb: tuple[ProviderAdjustment, ...] = field(default=())


def remittance_set(claims: Iterable[RemittedClaim], payment: Payment) -> TransactionSet:
    """One 835; BPR02 is the sum of the payments less the provider adjustments and never below zero.

    Raises:
        ValueError: the provider adjustments leave a negative payment.
    """
    claims = list(claims)
    total = sum(each.decision.paid for each in claims) - sum(each.cents for each in payment.plb)
    if total < 0:
        raise ValueError("a payer cannot pay less than nothing; move the rest to a later remittance")
    segments = _header(payment, total)
    if claims:
        segments.append(("LX", "1"))
    for each in claims:
        segments += _claim(each)
    segments += _provider_adjustments(payment)
    return TransactionSet("835", VERSION, "HP", tuple(segments))


def _header(payment: Payment, total: Cents) -> list[Segment]:
    payer, practice = payment.payer, payment.practice
    origin = "1" + payer.tin
    return [
        _bpr(origin, total, payment.on),
        ("TRN", "1", payment.trace, origin),
        ("DTM", "405", d8(payment.on)),
        ("N1", "PR", payer.name.upper()),
        *_PAYER_HOME,
        ("REF", "2U", payer.payer_id),
        ("PER", "BL", "PROVIDER SERVICES", "TE", "5555550188"),
        ("N1", "PE", practice.name.upper(), "XX", practice.npi),
        *address(practice.address),
        ("REF", "TJ", practice.tin),
    ]


def _bpr(origin: str, total: Cents, day: date) -> Segment:
    if not total:
        return ("BPR", "H", "0", "C", "NON", *[""] * 11, d8(day))
    accounts = ("01", "999999992", "DA", "1002003", origin, "", "01", "999999984", "DA", "4005006")
    return ("BPR", "I", money(total), "C", "ACH", "CCP", *accounts, d8(day))


def _claim(claim: RemittedClaim) -> list[Segment]:
    decision, bill = claim.decision, claim.bill
    share = "" if claim.status == REVERSAL else money(decision.patient_share)
    filed_as = claim.policy.payer.filing_indicator
    head: Segment = (
        "CLP",
        bill.claim_number,
        claim.status,
        *(money(decision.charge), money(decision.paid), share),
        *(_KIND_OF_PLAN.get(filed_as, filed_as), claim.payer_claim_number, bill.facility, "1"),
    )
    segments: list[Segment] = [head]
    if not claim.by_line:
        segments += adjustments(_summed(each for line in decision.lines for each in line.adjustments))
    segments += [*_names(claim), *_remarks(claim), *_references(claim), *_dates(claim)]
    if claim.by_line:
        for line in decision.lines:
            segments += _line(line, claim.status == REVERSAL)
    return segments


def _summed(given: Iterable[Adjustment]) -> list[Adjustment]:
    """At the claim each reason stands once, with the sum of the lines."""
    sums: Counter[tuple[str, str]] = Counter()
    for each in given:
        sums[each.group, each.reason] += each.cents
    return [Adjustment(group=group, reason=reason, cents=cents) for (group, reason), cents in sums.items()]


def _names(claim: RemittedClaim) -> list[Segment]:
    policy, patient = claim.policy, claim.bill.patient
    segments = [person("QC", patient, "MI", policy.member_id)]
    if policy.relationship != "18":
        segments.append(person("IL", policy.holder, "MI", policy.member_id))
    if claim.corrected_member_id:
        segments.append(("NM1", "74", "1", "", "", "", "", "", "C", claim.corrected_member_id))
    if claim.forwarded_to:
        segments.append(organisation("TT", claim.forwarded_to.name, "PI", claim.forwarded_to.payer_id))
    if claim.other_order:
        first = claim.other_order
        segments.append(organisation("PR", first.payer.name, "PI", first.payer.payer_id))
        segments.append(person("GB", first.policy.holder, "MI", first.policy.member_id))
    return segments


def _remarks(claim: RemittedClaim) -> list[Segment]:
    if not claim.remarks:
        return []
    if claim.bill.form == "837I" and claim.bill.facility == "11":
        first, *rest = claim.remarks
        return [("MIA", "0", "", "", "", first, *[""] * 14, *rest)]
    return [("MOA", "", "", *claim.remarks)]


def _references(claim: RemittedClaim) -> list[Segment]:
    segments: list[Segment] = [("REF", "F8", claim.replaces)] if claim.replaces else []
    if claim.other_order and claim.other_order.policy.group_number:
        segments.append(("REF", "6P", claim.other_order.policy.group_number))
    return segments


def _dates(claim: RemittedClaim) -> list[Segment]:
    segments: list[Segment] = [
        ("DTM", "232", d8(claim.bill.service_from)),
        ("DTM", "233", d8(claim.bill.service_to)),
    ]
    if claim.coverage_ended:
        segments.append(("DTM", "036", d8(claim.coverage_ended)))
    return [*segments, ("DTM", "050", d8(claim.received))] if claim.received else segments


def _line(decision: LineDecision, back: bool) -> list[Segment]:
    line = decision.line
    service: Segment = ("SVC", ("HC", line.procedure), money(line.charge), money(decision.paid), line.revenue_code,
                        str(line.units))  # fmt: skip
    segments: list[Segment] = [service, ("DTM", "472", d8(line.service_date))]
    segments += [*adjustments(decision.adjustments), ("REF", "6R", line.control_number)]
    allowed = line.charge - sum(each.cents for each in decision.adjustments if each.reason == "45")
    return segments if back else [*segments, ("AMT", "B6", money(allowed))]


def _provider_adjustments(payment: Payment) -> list[Segment]:
    """A PLB has room for six entries."""
    segments: list[Segment] = []
    for start in range(0, len(payment.plb), 6):
        entries: list[Element] = []
        for each in payment.plb[start : start + 6]:
            entries += [(each.reason, each.reference), money(each.cents)]
        segments.append(("PLB", payment.practice.npi, f"{payment.on.year}1231", *entries))
    return segments


def total_paid(claims: Sequence[RemittedClaim]) -> Cents:
    """ΣCLP04."""
    return sum(each.decision.paid for each in claims)
