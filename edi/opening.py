"""A billed claim to the snapshot that a case is opened with: its coverages in order, its lines, its money."""

from __future__ import annotations

from edi.claim import BilledClaim, BilledLine, Coverage, OtherCoverage
from journey import claim
from journey.words import PayerClass

_ORDER = {"P": 1, "S": 2, "T": 3, "A": 4, "B": 5, "C": 6, "D": 7, "E": 8, "F": 9, "G": 10, "H": 11}
"""SBR01: the place of a policy in the billing order."""

_CLASSES: dict[str, PayerClass] = {
    "MA": PayerClass.MEDICARE,
    "MB": PayerClass.MEDICARE,
    "MC": PayerClass.MEDICAID,
    "CH": PayerClass.TRICARE,
    "BL": PayerClass.BLUES,
    "CI": PayerClass.COMMERCIAL,
    "12": PayerClass.COMMERCIAL,
    "13": PayerClass.COMMERCIAL,
    "14": PayerClass.COMMERCIAL,
    "15": PayerClass.COMMERCIAL,
    "16": PayerClass.COMMERCIAL,
    "HM": PayerClass.COMMERCIAL,
}
"""SBR09, the claim filing indicator, as far as deadlines differ (field notes 2.2); anything else is UNKNOWN."""

_MEDIGAP_TYPES = frozenset({"GP", "MI"})
"""SBR05 of a Medigap policy."""


def has_second_policy(billed: BilledClaim) -> bool:
    """True if the claim names more than one policy: only then is there something to coordinate."""
    return bool(billed.other_coverages)


def opens_case(billed: BilledClaim) -> bool:
    """True for the claim as billed to the primary with a further policy; its copy to the secondary opens nothing."""
    return billed.coverage.sequence == "P" and has_second_policy(billed) and billed.frequency != "8"


def snapshot(billed: BilledClaim, practice: str) -> claim.Claim | None:
    """The claim as billed; None when it names no date of service, without which no deadline can be counted."""
    first, last = billed.service_from, billed.service_to
    if first is None or last is None:
        return None
    patient = billed.patient or billed.subscriber
    policies = sorted((_destination(billed), *(_other(each) for each in billed.other_coverages)), key=_by_order)
    return claim.Claim(
        claim_number=billed.number,
        practice=practice,
        form=billed.form,
        charge=billed.charge_cents,
        service_from=first,
        service_to=last,
        coverages=tuple(each.model_copy(update={"order": n}) for n, each in enumerate(policies, 1)),
        lines=tuple(_line(each) for each in billed.lines),
        provider_npi=billed.billing.npi,
        provider_tin=billed.billing.tin,
        provider_state=billed.billing.address.state,
        facility_code=billed.facility,
        patient_last_name=patient.party.name,
        patient_first_name=patient.party.first,
        patient_birth_date=patient.birth,
        diagnoses=tuple(each.code for each in billed.diagnoses),
        billed_on=billed.header.created,
        segments=(*billed.context_segments, *billed.segments),
    )


def _by_order(coverage: claim.Coverage) -> int:
    return coverage.order


def _destination(billed: BilledClaim) -> claim.Coverage:
    return _policy(billed.coverage).model_copy(
        update={
            "payer_id": billed.payer.identifier,
            "payer_name": billed.payer.name,
            "member_id": billed.subscriber.party.identifier,
            "member_last_name": billed.subscriber.party.name,
            "member_first_name": billed.subscriber.party.first,
            "member_birth_date": billed.subscriber.birth,
        }
    )


def _other(other: OtherCoverage) -> claim.Coverage:
    insured, payer = other.insured, other.payer
    return _policy(other.coverage).model_copy(
        update={
            "payer_id": payer.identifier if payer else "",
            "payer_name": payer.name if payer else "",
            "member_id": insured.identifier if insured else "",
            "member_last_name": insured.name if insured else "",
            "member_first_name": insured.first if insured else "",
        }
    )


def _policy(coverage: Coverage) -> claim.Coverage:
    known = _CLASSES.get(coverage.filing_indicator, PayerClass.UNKNOWN)
    return claim.Coverage(
        order=_ORDER.get(coverage.sequence, len(_ORDER) + 1),
        payer_id="",
        payer_name="",
        payer_class=PayerClass.MEDIGAP if coverage.insurance_type in _MEDIGAP_TYPES else known,
        filing_indicator=coverage.filing_indicator,
        group_number=coverage.group_number,
        relationship=coverage.relationship,
    )


def _line(line: BilledLine) -> claim.ServiceLine:
    return claim.ServiceLine(
        number=line.number,
        procedure=line.procedure.code if line.procedure else line.revenue_code,
        charge=line.charge_cents,
        units=str(line.units or 1),
        service_date=line.service.start if line.service else None,
        control_number=line.control_number,
        modifiers=line.procedure.modifiers if line.procedure else (),
    )
