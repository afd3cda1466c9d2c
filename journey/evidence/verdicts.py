"""What a payer's codes mean for the journey: small tables, own labels, and the verdict drawn from them."""

from __future__ import annotations

from enum import StrEnum

from journey.facts import ClaimAcknowledged, RemitAdjudicated, StatusAnswered

FORWARDED_STATUSES = frozenset({"19", "20", "21", "23"})
"""CLP02 values that promise a crossover (field notes 1.1)."""
HANDED_ON = "20"
"""CLP02 of a secondary that passes the claim on to the next payer."""
REVERSAL = "22"
FORWARDED_REMARKS = frozenset({"MA18", "N89", "MA07"})
NOT_FORWARDED_REMARKS = frozenset({"MA19", "MA68", "MA08", "N177"})
DUPLICATE_REMARKS = frozenset({"N522"})
ORDER_REASONS = frozenset({"22", "109", "136"})
"""CARCs that question the order of insurers (field notes 1.4)."""
ORDER_REMARKS = frozenset({"MA64", "N36"})
PATIENT_REMARKS = frozenset({"N179", "N197"})
PATIENT_REASONS = frozenset({"227"})
PROVIDER_REASONS = frozenset({"163", "164", "226", "250", "251", "252"})
FILING_REASONS = frozenset({"29"})
DUPLICATE_REASONS = frozenset({"18"})
MISMATCH_REASONS = frozenset({"16", "31", "32", "33", "129", "140"})
PRIMARY_DATA_REASONS = frozenset({"16", "252"})
PRIMARY_DATA_REMARKS = frozenset({"N4", "N479", "N480", "MA04", "MA92"})
"""With one of those reasons: what the primary decided is missing or not complete in the claim (field notes 1.5)."""
ACCIDENT_REASONS = frozenset({"19", "20", "21"})
COVERAGE_REASONS = frozenset({"26", "27", "166", "200"})
OPEN_REASONS = frozenset({"133", "257", "277"})
"""Disposition undetermined, will be corrected: keep waiting."""
NOT_FOUND_CATEGORIES = frozenset({"D0", "A4"})
ACCEPTED_CATEGORIES = frozenset({"A2", "A5"})
TRANSIT_CATEGORIES = frozenset({"A0", "A1"})
REJECTED_CATEGORIES = frozenset({"A3", "A6", "A7", "A8"})
DUPLICATE_STATUSES = frozenset({"54", "78"})
ORDER_STATUSES = frozenset({"85"})
FILING_STATUSES = frozenset({"718"})
PAID_ELSEWHERE_STATUSES = frozenset({"73"})
"""Paid, and not to us (F17)."""
PRIMARY_DATA_STATUSES = frozenset({"171", "286"})
COVERAGE_STATUSES = frozenset({"27", "88", "90", "91", "109"})
ACCIDENT_STATUSES = frozenset({"51"})
ACCIDENT_CATEGORY = "R15"
"""A request for information about workers' compensation."""


class Verdict(StrEnum):
    """What one payer message amounts to."""

    PAID = "paid"
    ZERO = "zero"
    """Decided, nothing due, legitimately (only prior-payer impact, contractual or patient share)."""
    REVERSED = "reversed"
    ORDER = "order"
    MISMATCH = "mismatch"
    PRIMARY_DATA = "primary_data"
    """What the primary decided is missing in the claim (F12); we hold it."""
    FILING = "filing"
    DUPLICATE = "duplicate"
    PATIENT = "patient"
    ACCIDENT = "accident"
    """The payer asks the patient whether an accident or a work injury is behind the claim (F21)."""
    PROVIDER = "provider"
    COVERAGE = "coverage"
    OPEN = "open"
    IN_TRANSIT = "in_transit"
    ACCEPTED = "accepted"
    NOT_FOUND = "not_found"
    FINAL_PAID = "final_paid"
    FINAL_DENIED = "final_denied"
    FORWARDED = "forwarded"
    NOT_FORWARDED = "not_forwarded"
    NO_ANSWER = "no_answer"
    """The question itself failed (E categories); it never counts."""
    UNRECOGNISED = "unrecognised"


_DENIALS: tuple[tuple[Verdict, frozenset[str], frozenset[str]], ...] = (
    (Verdict.ORDER, ORDER_REASONS, ORDER_REMARKS),
    (Verdict.PATIENT, PATIENT_REASONS, PATIENT_REMARKS),
    (Verdict.ACCIDENT, ACCIDENT_REASONS, frozenset()),
    (Verdict.DUPLICATE, DUPLICATE_REASONS, DUPLICATE_REMARKS),
    (Verdict.FILING, FILING_REASONS, frozenset()),
    (Verdict.COVERAGE, COVERAGE_REASONS, frozenset()),
    (Verdict.PROVIDER, PROVIDER_REASONS, frozenset()),
    (Verdict.MISMATCH, MISMATCH_REASONS, frozenset()),
    (Verdict.OPEN, OPEN_REASONS, frozenset()),
)
"""First match decides, in the order of field notes 4.1 (2)."""


def denial(remit: RemitAdjudicated) -> Verdict | None:
    """Why a remittance with nothing paid is a refusal rather than a decision; None if it is a legitimate zero."""
    reasons = {each.reason for each in remit.adjustments}
    if remit.corrected_payer or remit.corrected_payer_id:
        return Verdict.ORDER
    if remit.coverage_ended:
        return Verdict.COVERAGE  # DTM*036 is sent for nothing else
    # A questionnaire that the patient must answer outranks the order code that carries it.
    if reasons & ORDER_REASONS and PATIENT_REMARKS & set(remit.remarks):
        return Verdict.PATIENT
    for verdict, carcs, remarks in _DENIALS:
        if reasons & carcs or remarks & set(remit.remarks):
            return _sharpened(verdict, reasons, set(remit.remarks))
    return Verdict.MISMATCH if remit.claim_status == "4" else None


def _sharpened(verdict: Verdict, reasons: set[str], remarks: set[str]) -> Verdict:
    """Missing data of the primary are ours to send; without such a remark the reason wants something else."""
    primary = reasons & PRIMARY_DATA_REASONS and remarks & PRIMARY_DATA_REMARKS
    return Verdict.PRIMARY_DATA if primary and verdict in (Verdict.PROVIDER, Verdict.MISMATCH) else verdict


def of_remit(remit: RemitAdjudicated) -> Verdict:
    """The verdict of one remittance; the paid amount decides before any code (field notes 0, fact 6)."""
    if remit.claim_status == REVERSAL:
        return Verdict.REVERSED
    if remit.paid > 0:
        return Verdict.PAID
    return denial(remit) or Verdict.ZERO


def of_acknowledgement(ack: ClaimAcknowledged) -> Verdict:
    """The verdict of a 277CA; a duplicate is proof of being on file (field notes 1.8)."""
    codes = _status_codes(ack)
    if codes & DUPLICATE_STATUSES:
        return Verdict.DUPLICATE
    if ack.category in ACCEPTED_CATEGORIES:
        return Verdict.ACCEPTED
    if ack.category in TRANSIT_CATEGORIES:
        return Verdict.IN_TRANSIT
    if ack.category not in REJECTED_CATEGORIES and ack.category != "A4":
        return Verdict.UNRECOGNISED
    return _rejection(codes)


_REJECTIONS: tuple[tuple[Verdict, frozenset[str]], ...] = (
    (Verdict.COVERAGE, COVERAGE_STATUSES),
    (Verdict.ORDER, ORDER_STATUSES),
    (Verdict.FILING, FILING_STATUSES),
    (Verdict.PRIMARY_DATA, PRIMARY_DATA_STATUSES),
)
"""What the status codes of a refusal amount to, first match; every other refusal is for a field that does not fit."""


def _rejection(codes: set[str]) -> Verdict:
    return next((verdict for verdict, known in _REJECTIONS if codes & known), Verdict.MISMATCH)


def _status_codes(message: ClaimAcknowledged | StatusAnswered) -> set[str]:
    return {message.status_code, *(each.split(":")[1] for each in message.statuses if ":" in each)}


_STATUS_BY_CATEGORY: dict[str, Verdict] = {
    "F0": Verdict.FINAL_PAID,
    "F1": Verdict.FINAL_PAID,
    "F2": Verdict.FINAL_DENIED,
    "F3": Verdict.FINAL_PAID,
    "F3F": Verdict.FORWARDED,
    "F3N": Verdict.NOT_FORWARDED,
    "F4": Verdict.FINAL_DENIED,
    "P0": Verdict.ACCEPTED,
    "P1": Verdict.ACCEPTED,
    "P2": Verdict.ACCEPTED,
    "P3": Verdict.PROVIDER,
    "P4": Verdict.PATIENT,
    "P5": Verdict.ACCEPTED,
}


_FINAL_REFUSALS = frozenset({"F2", "F4"})
_STILL_OPEN = ("P", "R")
"""Pended, or a request for information: what the payer wants to know is in the status code."""


def of_status(answer: StatusAnswered) -> Verdict:
    """The verdict of a 277; E categories say only that the search failed (field notes 1.9)."""
    category = answer.category
    if category in NOT_FOUND_CATEGORIES:
        return Verdict.NOT_FOUND
    if category.startswith("E"):
        return Verdict.NO_ANSWER
    if category == ACCIDENT_CATEGORY or (_status_codes(answer) & ACCIDENT_STATUSES and category[:1] in _STILL_OPEN):
        return Verdict.ACCIDENT
    if category.startswith("R"):
        return Verdict.PROVIDER
    if category in _FINAL_REFUSALS and _status_codes(answer) & COVERAGE_STATUSES:
        return Verdict.COVERAGE
    if category in ACCEPTED_CATEGORIES:
        return Verdict.ACCEPTED
    if category in TRANSIT_CATEGORIES:
        return Verdict.IN_TRANSIT
    if category in REJECTED_CATEGORIES:
        return Verdict.DUPLICATE if _status_codes(answer) & DUPLICATE_STATUSES else _rejection(_status_codes(answer))
    return _STATUS_BY_CATEGORY.get(category, Verdict.UNRECOGNISED)


def pays_elsewhere(answer: StatusAnswered) -> bool:
    """True when a payer is done and says that its money went to the patient or somebody else (F17)."""
    final = of_status(answer) is Verdict.FINAL_PAID
    return final and bool(_status_codes(answer) & PAID_ELSEWHERE_STATUSES)
