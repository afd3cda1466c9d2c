"""What the contract makes of one claim: the plan's benefit and the primary's remittances, put into a payment method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from journey.books.methods import (
    Due,
    MedicareStay,
    Method,
    PartBLine,
    Shared,
    carve_out,
    full_allowable,
    maintenance,
    medicaid,
    msp_institutional,
    msp_part_b,
    part_of,
    standard,
)
from journey.facts import Adjustment, RemitAdjudicated
from journey.plans.plan import Benefit
from journey.words import Cents

_BY_CONTRACT = {
    Method.STANDARD: standard,
    Method.FULL_ALLOWABLE: full_allowable,
    Method.CARVE_OUT: carve_out,
    Method.MAINTENANCE: maintenance,
}
_DEDUCTIBLE = "1"
_CONTRACTUAL = frozenset({"45"})


def due(benefit: Benefit, primary: Sequence[RemitAdjudicated]) -> Due | None:
    """What the secondary should pay and leave to the patient; None where the method or the primary's part is unknown.

    The secondary's own allowed amount is no part of its 835 (OA23 hides it), so it is counted from the primary's by
    the plan's `schedule`.
    """
    if benefit.method is None or not primary:
        return None
    if benefit.method in _BY_CONTRACT:
        return _BY_CONTRACT[benefit.method](_shared(benefit, primary))
    if benefit.method is Method.MSP_PART_B:
        return msp_part_b(_part_b(benefit, primary), benefit.deductible)
    if benefit.method is Method.MSP_INSTITUTIONAL:
        return msp_institutional(_stay(benefit, primary))
    return medicaid(part_of(_allowed(primary), benefit.schedule), _paid(primary), _share(primary))


def shortfall(benefit: Benefit, should: Due, paid: Cents) -> Cents:
    """By how much a payment is below what was due, in cents; 0 within the tolerance."""
    short = should.secondary - paid
    return short if short > max(benefit.tolerance, part_of(should.secondary, benefit.tolerance_share)) else 0


def _shared(benefit: Benefit, primary: Sequence[RemitAdjudicated]) -> Shared:
    first = _allowed(primary)
    second = part_of(first, benefit.schedule)
    return Shared(
        allowable={"primary": first, "secondary": second, "higher": max(first, second)}[benefit.allowable],
        primary_paid=max(0, _paid(primary)),
        allowed=second,
        deductible=benefit.deductible,
        share=benefit.share,
        primary_deductible=sum(
            max(0, each.amount)
            for remit in primary
            for each in remit.adjustments
            if each.group == "PR" and each.reason == _DEDUCTIBLE
        ),
    )


def _part_b(benefit: Benefit, primary: Sequence[RemitAdjudicated]) -> Iterator[PartBLine]:
    """The primary's service lines; a remittance that names none, or not all of the charge, is one line."""
    for remit in primary:
        whole = sum(each.charge for each in remit.lines) == remit.charge
        for part in remit.lines if remit.lines and whole else (remit,):
            allowed = max(0, part.paid + _of_group(part.adjustments, "PR"))
            bound = any(each.group == "CO" and each.reason in _CONTRACTUAL for each in part.adjustments)
            yield PartBLine(
                charge=max(0, part.charge),
                primary_paid=max(0, part.paid),
                primary_allowed=allowed,
                medicare_allowed=part_of(allowed, benefit.schedule),
                obligated=allowed if bound else None,
            )


def _stay(benefit: Benefit, primary: Sequence[RemitAdjudicated]) -> MedicareStay:
    allowed = _allowed(primary)
    bound = any(each.group == "CO" and each.reason in _CONTRACTUAL for remit in primary for each in remit.adjustments)
    return MedicareStay(
        gross=part_of(allowed, benefit.schedule),
        charges=max(0, sum(each.charge for each in primary)),
        primary_paid=max(0, _paid(primary)),
        cost_sharing=benefit.deductible,
        obligated=allowed if bound else None,
    )


def _paid(remits: Iterable[RemitAdjudicated]) -> Cents:
    return sum(each.paid for each in remits)


def _share(remits: Iterable[RemitAdjudicated]) -> Cents:
    return max(0, sum(_of_group(each.adjustments, "PR") for each in remits))


def _allowed(remits: Sequence[RemitAdjudicated]) -> Cents:
    """The primary's allowed amount: what it paid and what it left to the patient."""
    return max(0, _paid(remits) + sum(_of_group(each.adjustments, "PR") for each in remits))


def _of_group(adjustments: Iterable[Adjustment], group: str) -> Cents:
    return sum(each.amount for each in adjustments if each.group == group)
