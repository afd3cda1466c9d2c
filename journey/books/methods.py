"""What a secondary payer should pay by its contract: the methods of field notes 3.2, in integer cents.

A share is written in hundredths of a percent (8000 is 80 %). A product of money and share is rounded once, half a cent
up; nothing else is ever rounded. No result is negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from journey.words import Cents, Frozen

WHOLE = 10_000
"""A share of 100 %."""

PART_B_SHARE = 8_000
"""Medicare Part B pays 80 % of its own allowed amount after the deductible."""


class Method(StrEnum):
    """How a secondary payer counts what it owes (field notes 3.2)."""

    STANDARD = "standard"
    """NAIC model regulation 120: up to the whole allowable expense, never more than it would pay alone."""
    FULL_ALLOWABLE = "full_allowable"
    """Washington's variant (WAC 284-51-230): savings make up the difference to the whole allowable expense."""
    CARVE_OUT = "carve_out"
    """Non-duplication: what it would pay alone, less what the primary paid."""
    MAINTENANCE = "maintenance"
    """Maintenance of benefits: its own benefit on what the primary left."""
    MSP_PART_B = "msp_part_b"
    """Medicare second, professional services, line by line (42 CFR 411.33(a))."""
    MSP_INSTITUTIONAL = "msp_institutional"
    """Medicare second, a stay or hospital bill (42 CFR 411.33(e))."""
    MEDICAID = "medicaid"
    """Medicaid last (42 CFR 433.139): up to its own rate, as payment in full."""


class Due(Frozen):
    """What a method comes to, in cents: the secondary's payment, and what is left to the patient."""

    secondary: Cents
    patient: Cents


class Shared(Frozen):
    """A claim as two plans of the same kind see it, in cents; for the four methods of contract law."""

    allowable: Cents = Field(ge=0)
    """A: the expense that counts between both plans; the contract says whose allowed amount that is."""
    primary_paid: Cents = Field(ge=0)
    """P."""
    allowed: Cents = Field(ge=0)
    """A_s: the secondary's own allowed amount."""
    deductible: Cents = Field(default=0, ge=0)
    """What of the secondary's own deductible is still open."""
    share: int = Field(default=WHOLE, ge=0, le=WHOLE)
    """The secondary's coinsurance: the part that it pays, in hundredths of a percent."""
    primary_deductible: Cents = Field(default=0, ge=0)
    """What of this claim the primary put to its own deductible (`FULL_ALLOWABLE` only)."""
    savings: Cents = Field(default=0, ge=0)
    """What earlier claims of the year saved the secondary (`FULL_ALLOWABLE` only)."""


class PartBLine(Frozen):
    """One service line with Medicare second, in cents."""

    charge: Cents = Field(ge=0)
    primary_paid: Cents = Field(ge=0)
    primary_allowed: Cents = Field(ge=0)
    medicare_allowed: Cents = Field(ge=0)
    obligated: Cents | None = Field(default=None, ge=0)
    """OTAF: what the provider must take as payment in full; None where no contract binds it."""


class MedicareStay(Frozen):
    """A hospital bill with Medicare second, in cents."""

    gross: Cents = Field(ge=0)
    """What Medicare would pay alone, before deductible and coinsurance."""
    charges: Cents = Field(ge=0)
    primary_paid: Cents = Field(ge=0)
    cost_sharing: Cents = Field(default=0, ge=0)
    """Medicare's own deductible and coinsurance of the stay."""
    obligated: Cents | None = Field(default=None, ge=0)
    """OTAF, as in `PartBLine`."""


def part_of(amount: Cents, share: int) -> Cents:
    """A share of an amount, half a cent rounded up."""
    return (amount * share + WHOLE // 2) // WHOLE


def alone(allowed: Cents, deductible: Cents, share: int) -> Cents:
    """N: what a plan would pay if it were the only one."""
    return part_of(max(0, allowed - deductible), share)


def standard(claim: Shared) -> Due:
    """S = min(N, A - P), at least 0; the deductible counts as if the plan were alone (NAIC model regulation 120)."""
    normal = alone(claim.allowed, claim.deductible, claim.share)
    return _left(claim, min(normal, claim.allowable - claim.primary_paid))


def full_allowable(claim: Shared) -> Due:
    """Washington: N and the savings of the year go up to A - P; both deductibles together are the higher of the two."""
    deductible = max(0, claim.deductible - claim.primary_deductible)
    most = alone(claim.allowed, deductible, claim.share) + claim.savings
    return _left(claim, min(most, claim.allowable - claim.primary_paid))


def carve_out(claim: Shared) -> Due:
    """S = N - P, at least 0."""
    return _left(claim, alone(claim.allowed, claim.deductible, claim.share) - claim.primary_paid)


def maintenance(claim: Shared) -> Due:
    """S = (A_s - P - deductible) x share, at least 0."""
    return _left(claim, part_of(max(0, claim.allowed - claim.primary_paid - claim.deductible), claim.share))


def msp_part_b(lines: Iterable[PartBLine], deductible: Cents = 0) -> Due:
    """Medicare second, line by line; an open Part B deductible is used up from the first line on (42 CFR 411.33(a))."""
    paid = left = 0
    for line in lines:
        used = min(deductible, line.medicare_allowed)
        deductible -= used
        secondary = _part_b(line, used)
        paid += secondary
        # Medicare's allowed amount governs the patient's share, whatever the primary allowed.
        left += max(0, _lower(line.medicare_allowed, line.obligated) - line.primary_paid - secondary)
    return Due(secondary=paid, patient=left)


def _part_b(line: PartBLine, deductible: Cents) -> Cents:
    """The lowest of three: what the charge leaves, what Medicare would pay alone, what the higher allowance leaves."""
    charge_left = _lower(line.charge, line.obligated) - line.primary_paid
    allowance_left = max(line.medicare_allowed, line.primary_allowed) - line.primary_paid
    return max(0, min(charge_left, alone(line.medicare_allowed, deductible, PART_B_SHARE), allowance_left))


def msp_institutional(stay: MedicareStay) -> Due:
    """The lowest of the four amounts of 42 CFR 411.33(e), at least 0; the patient owes what both leave of the gross."""
    charges = _lower(stay.charges, stay.obligated)
    lowest = min(
        stay.gross - stay.cost_sharing,
        stay.gross - stay.primary_paid,
        charges - stay.primary_paid,
        charges - stay.cost_sharing,
    )
    secondary = max(0, lowest)
    # The patient owes no more than Medicare's own cost sharing, and nothing that somebody has paid.
    left = max(0, _lower(stay.gross, stay.obligated) - stay.primary_paid - secondary)
    return Due(secondary=secondary, patient=min(left, stay.cost_sharing))


def medicaid(rate: Cents, primary_paid: Cents, primary_share: Cents) -> Due:
    """S = min(rate - P, the primary's patient share), at least 0; the rest is not the patient's (42 CFR 433.139)."""
    return Due(secondary=max(0, min(rate - primary_paid, primary_share)), patient=0)


def _left(claim: Shared, secondary: Cents) -> Due:
    paid = max(0, secondary)
    return Due(secondary=paid, patient=max(0, claim.allowable - claim.primary_paid - paid))


def _lower(amount: Cents, cap: Cents | None) -> Cents:
    return amount if cap is None else min(amount, cap)
