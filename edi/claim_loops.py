"""The loops of the claim to the next payer, each as its segments (005010X222A1 and 005010X223A2)."""

from collections.abc import Iterable, Iterator

from edi.adjudication_loops import decision_of_claim, decision_of_line
from edi.billed_loops import Line, Seg, element, first, replaced, trimmed
from edi.claim_order import INSURANCE_TYPES, ClaimOrder
from edi.money import amount_text
from edi.secondary_claim import KnownPolicy, NextClaim

_SEQUENCE = ("CLM", "DTP", "CL1", "PWK", "CN1", "AMT", "REF", "K3", "NTE", "CR1", "CR2", "CRC", "HI", "HCP")
_RANKS = {name: rank for rank, name in enumerate(_SEQUENCE)}
"""The order of segments within loop 2300."""
_PAYERS_OWN = frozenset({"2U", "EI", "FY", "NF"})
"""REF01 of a payer's further ids."""
_PROVIDERS_AT_PAYER = frozenset({"G2", "LU"})
"""REF01 of numbers that one payer gave a provider."""
_GRANTED = frozenset({"G1", "9F"})
"""REF01 of what one payer granted: prior authorisation, referral."""
_OF_THE_FIRST_CLAIM = _GRANTED | {"F8", "D9", "9A", "9C", "F5"}
"""REF01 of the claim that mean the first payer alone."""
_OF_THE_FIRST_LINES = _GRANTED | {"9B", "9D"} | _PROVIDERS_AT_PAYER
_REPRICED = frozenset({"CN1", "HCP"})
"""What a repricer or contract of the first payer added."""


def body(claim: NextClaim) -> Iterator[Seg]:
    """Yields everything between the receiver's name and the end of the transaction set."""
    yield ("HL", "1", "", "20", "1")
    yield from _provider(claim)
    yield from _subscriber(claim)
    if not claim.policy.own:
        yield from _patient(claim)
    yield from _claim(claim)
    for provider in claim.loops.providers:
        yield from _named_provider(claim, provider)
    for other in claim.others:
        yield from _other_payer(claim, other)
    for number, line in enumerate(claim.loops.lines, 1):
        yield from _line(claim, number, line)


def _provider(claim: NextClaim) -> Iterator[Seg]:
    """2000A: as billed, with corrections of number, tax id and postal code."""
    told, role = claim.order.claim, ""
    for segment in claim.loops.provider:
        role = element(segment, 1) if segment[0] == "NM1" else role
        if segment[:2] == ("NM1", "85") and told.provider_npi:
            yield replaced(segment, {8: "XX", 9: told.provider_npi})
        elif role == "85" and segment[0] == "REF" and element(segment, 1) in ("EI", "SY") and told.provider_tin:
            yield replaced(segment, {2: told.provider_tin})
        elif role == "85" and segment[0] == "N4" and claim.order.provider_postal_code:
            yield replaced(segment, {3: claim.order.provider_postal_code})
        else:
            yield segment


def _subscriber(claim: NextClaim) -> Iterator[Seg]:
    """2000B, 2010BA and 2010BB: the policy that is billed."""
    policy, order = claim.policy, claim.order
    yield ("HL", "2", "1", "22", "0" if policy.own else "1")
    yield _coverage(policy, order, "18" if policy.own else "")
    facts = claim.loops.patient_facts
    if policy.own and any(facts[5:]) and not order.institutional:
        yield ("PAT", "", "", "", "", *facts[5:])
    yield _member(claim, policy)
    yield from _address(policy.billed.insured) or (_address(claim.loops.patient) if policy.own else ())
    if policy.own:
        yield _demographics(claim)
    yield from (each for each in policy.billed.insured if each[:2] == ("REF", "SY"))
    yield _payer_name(policy)
    yield from _address(policy.billed.payer)
    yield from _references(policy.billed.payer, _PAYERS_OWN | _PROVIDERS_AT_PAYER)
    yield from _at_payer(policy, "85")


def _coverage(policy: KnownPolicy, order: ClaimOrder, relationship: str) -> Seg:
    """SBR; institutional claims tell why Medicare comes later in a value code instead of SBR05."""
    told, billed = policy.coverage, policy.billed.policy
    kind = "" if order.institutional else policy.insurance_type
    filing = told.filing_indicator or (policy.decision.filing_indicator if policy.decision else "")
    return trimmed(
        ("SBR", policy.letter, relationship, told.group_number, element(billed, 4), kind, "", "", "", filing)
    )


def _member(claim: NextClaim, policy: KnownPolicy) -> Seg:
    """NM1*IL with the name as the payer has it; a patient who is the insured lends a name that is not told."""
    told, patient = policy.coverage, claim.order.claim
    billed = first(policy.billed.insured, "NM1") or ("NM1", "IL", "1")
    last = told.member_last_name or (patient.patient_last_name if policy.own else "")
    given = told.member_first_name or (patient.patient_first_name if policy.own else "")
    return replaced(billed, {3: last, 4: given, 8: element(billed, 8) or "MI", 9: told.member_id})


def _demographics(claim: NextClaim) -> Seg:
    billed, told = first(claim.loops.patient, "DMG"), claim.order.claim
    birth = (claim.policy.coverage.member_birth_date if claim.policy.own else None) or told.patient_birth_date
    day = f"{birth:%Y%m%d}" if birth else element(billed, 2)
    return ("DMG", "D8", day, claim.order.patient_gender or element(billed, 3))


def _payer_name(policy: KnownPolicy) -> Seg:
    told, billed = policy.coverage, first(policy.billed.payer, "NM1")
    qualifier = element(billed, 8) if element(billed, 9) == told.payer_id else ""
    return ("NM1", "PR", "2", told.payer_name, "", "", "", "", qualifier or "PI", told.payer_id)


def _patient(claim: NextClaim) -> Iterator[Seg]:
    """2000C and 2010CA: a patient who depends on the insured."""
    told, facts, named = claim.order.claim, claim.loops.patient_facts, first(claim.loops.patient, "NM1")
    yield ("HL", "3", "2", "23", "0")
    details = () if claim.order.institutional else facts[5:]
    yield trimmed(("PAT", claim.policy.relationship, "", "", "", *details))
    last, given = told.patient_last_name or element(named, 3), told.patient_first_name or element(named, 4)
    yield trimmed(("NM1", "QC", "1", last, given, element(named, 5), "", element(named, 7)))
    yield from _address(claim.loops.patient)
    yield _demographics(claim)


# ---- the claim ------------------------------------------------------------------------------------------------------


def _claim(claim: NextClaim) -> list[Seg]:
    """2300: as billed, less what meant the first payer, with what means this one; in the order of the guide."""
    kept = [each for each in claim.loops.claim if _carried(each)]
    segments = [_head(claim), *(each for each in kept if each[0] != "CLM")]
    order = claim.order
    if order.attachment is not None:
        sent = order.attachment
        segments.append(("PWK", sent.report, sent.transmission, "", "", "AC", sent.control))
    if order.original_payer_claim_number:
        segments.append(("REF", "F8", order.original_payer_claim_number))
    segments.append(("REF", "D9", order.submission_id))
    segments += _references(claim.policy.billed.payer, _GRANTED)
    if order.institutional and claim.policy.insurance_type:
        segments = list(_with_value_code(segments, claim.policy.insurance_type, amount_text(claim.earlier_paid)))
    return sorted(segments, key=lambda each: _RANKS.get(each[0], len(_RANKS)))


def _carried(segment: Seg) -> bool:
    """Whether a segment of the claim concerns every payer; DTP*050 is the first payer's repricer's."""
    if segment[0] == "REF":
        return element(segment, 1) not in _OF_THE_FIRST_CLAIM
    return segment[0] not in _REPRICED and segment[:2] != ("DTP", "050")


def _head(claim: NextClaim) -> Seg:
    """CLM with our number, facility and frequency; the assignment of benefits is that of the policy billed now."""
    billed, told = first(claim.loops.claim, "CLM"), claim.order.claim
    facility, qualifier, *_ = [*element(billed, 5).split(":"), "", ""]
    place = ":".join((told.facility_code or facility, qualifier, claim.order.frequency))
    assigned = element(claim.policy.billed.consent, 3) or element(billed, 8)
    return replaced(billed, {1: told.claim_number, 5: place, 8: assigned})


def _with_value_code(segments: Iterable[Seg], kind: str, paid: str) -> Iterator[Seg]:
    """HI*BE with what the payers before Medicare paid, under the number of the reason (field notes 1.11)."""
    for segment in segments:
        if segment[0] == "HI" and element(segment, 1).startswith("BE:"):
            kept = tuple(each for each in segment[1:] if each.split(":")[1] not in INSURANCE_TYPES)
            if kept:
                yield ("HI", *kept)
        else:
            yield segment
    yield ("HI", f"BE:{kind}:::{paid}")


def _named_provider(claim: NextClaim, provider: tuple[Seg, ...]) -> Iterator[Seg]:
    """2310: a provider, with the numbers that this payer gave it instead of those of the first."""
    yield from (each for each in provider if each[0] != "REF" or element(each, 1) not in _PROVIDERS_AT_PAYER)
    yield from _at_payer(claim.policy, element(provider[0], 1))


# ---- other payers ---------------------------------------------------------------------------------------------------


def _other_payer(claim: NextClaim, other: KnownPolicy) -> Iterator[Seg]:
    """2320, 2330A and 2330B: another policy, and what its payer decided."""
    order, decision = claim.order, other.decision
    yield _coverage(other, order, other.relationship)
    if decision is not None:
        yield from decision_of_claim(decision)
    yield _consent(claim, other)
    if decision is not None and decision.inpatient and order.institutional:
        yield trimmed(("MIA", *decision.inpatient))
    if decision is not None and decision.outpatient:
        yield trimmed(("MOA", *decision.outpatient))
    yield _member(claim, other)
    yield from _address(other.billed.insured)
    yield from (each for each in other.billed.insured if each[:2] == ("REF", "SY"))
    yield _payer_name(other)
    yield from _address(other.billed.payer)
    if decision is not None and not decision.lines:
        yield ("DTP", "573", "D8", f"{decision.decided_on:%Y%m%d}")
    yield from _references(other.billed.payer, _PAYERS_OWN)
    yield from _granted(claim, other)
    if decision is not None and decision.claim_number:
        yield ("REF", "F8", decision.claim_number)


def _consent(claim: NextClaim, other: KnownPolicy) -> Seg:
    """OI: as billed for this policy; for the one billed first, what its claim said."""
    head, said = first(claim.loops.claim, "CLM"), other.billed.consent
    signature = "" if claim.order.institutional else element(said, 4) if said else element(head, 10)
    return ("OI", "", "", element(said, 3) or element(head, 8), signature, "", element(said, 6) or element(head, 9))


def _granted(claim: NextClaim, other: KnownPolicy) -> list[Seg]:
    """Authorisation and referral of another payer; those of the policy billed first stood in the claim itself."""
    first_billed = other.billed is claim.loops.policies[0]
    return _references(claim.loops.claim if first_billed else other.billed.payer, _GRANTED)


# ---- lines ----------------------------------------------------------------------------------------------------------


def _line(claim: NextClaim, number: int, line: Line) -> Iterator[Seg]:
    """2400 as billed, then 2430 for every payer that decided by line."""
    destination = claim.policy.coverage.payer_id
    for segment in line.head:
        if segment[0] == "LX":
            yield ("LX", str(number))
        elif segment[0] == "REF":
            yield from _line_reference(segment, destination)
        elif segment[0] not in _REPRICED:
            yield segment
    service = next(each for each in line.head if each[0] in ("SV1", "SV2"))
    for other in claim.others:
        if other.decision is not None and other.decision.lines:
            told = other.decision
            for each in told.lines[number - 1]:
                yield from decision_of_line(other.coverage.payer_id, told, each, service)
    yield from line.forms


def _line_reference(segment: Seg, destination: str) -> Iterator[Seg]:
    """A number of the line: one given by this payer becomes its own, one given by the first payer stays behind."""
    given_by = element(segment, 4).removeprefix("2U:")
    if given_by and given_by == destination:
        yield segment[:3]
    elif given_by or element(segment, 1) not in _OF_THE_FIRST_LINES:
        yield segment


# ---- parts ----------------------------------------------------------------------------------------------------------


def _address(segments: Iterable[Seg]) -> list[Seg]:
    return [each for each in segments if each[0] in ("N3", "N4")]


def _references(segments: Iterable[Seg], wanted: frozenset[str]) -> list[Seg]:
    return [each for each in segments if each[0] == "REF" and element(each, 1) in wanted]


def _at_payer(policy: KnownPolicy, role: str) -> Iterator[Seg]:
    """The numbers by which the payer of a policy knows a provider in this role."""
    for name, numbers in policy.billed.providers:
        if name == role:
            yield from (each for each in numbers if each[0] == "REF")
