"""What a secondary should pay: every worked example of field notes 3.3, and what holds for all amounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.books.methods import (
    WHOLE,
    Due,
    MedicareStay,
    PartBLine,
    Shared,
    alone,
    carve_out,
    full_allowable,
    maintenance,
    medicaid,
    msp_institutional,
    msp_part_b,
    part_of,
    standard,
)

ByContract = Callable[[Shared], Due]
AMOUNTS = st.integers(0, 1_000_000)
SHARES = st.integers(0, WHOLE)


def shared(allowable: int, paid: int, share: int, allowed: int | None = None, **more: int) -> Shared:
    """A claim in whole dollars; the share in percent."""
    cents = {name: value * 100 for name, value in more.items()}
    own = allowable if allowed is None else allowed
    return Shared(allowable=allowable * 100, primary_paid=paid * 100, allowed=own * 100, share=share * 100, **cents)


# ---- field notes 3.3 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "method", "secondary", "patient"),
    [
        (shared(125, 75, 75), standard, 5000, 0),
        (shared(125, 75, 75), carve_out, 1875, 3125),
        (shared(125, 75, 75), maintenance, 3750, 1250),
        (shared(800, 480, 80), standard, 32000, 0),
        (shared(800, 480, 80), carve_out, 16000, 16000),
        (shared(800, 480, 80), maintenance, 25600, 6400),
        (shared(800, 640, 90, allowed=700), standard, 16000, 0),
        (shared(700, 640, 90), standard, 6000, 0),
        (shared(700, 640, 90), carve_out, 0, 6000),
        (shared(700, 640, 90), maintenance, 5400, 600),
    ],
)
def test_worked_examples_of_contract_methods(claim: Shared, method: ByContract, secondary: int, patient: int) -> None:
    """Field notes 3.3 (1) to (3): the same claim comes out differently by each method, to the cent."""
    assert method(claim) == Due(secondary=secondary, patient=patient)


def test_what_each_plan_would_pay_alone() -> None:
    """N of field notes 3.3: 93.75, 640.00 and 630.00."""
    assert [alone(12500, 0, 7500), alone(80000, 0, 8000), alone(70000, 0, 9000)] == [9375, 64000, 63000]


@pytest.mark.parametrize(
    ("line", "deductible", "due"),
    [
        (
            {"charge": 175, "primary_paid": 120, "primary_allowed": 150, "medicare_allowed": 125},
            0,
            Due(secondary=3000, patient=0),
        ),
        (
            {"charge": 200, "primary_paid": 120, "primary_allowed": 140, "medicare_allowed": 150, "obligated": 140},
            0,
            Due(secondary=2000, patient=0),
        ),
        (
            {"charge": 500, "primary_paid": 300, "primary_allowed": 400, "medicare_allowed": 350},
            240,
            Due(secondary=8800, patient=0),
        ),
    ],
    ids=["the regulation's own", "obligated to accept", "deductible unmet"],
)
def test_worked_examples_of_medicare_part_b_second(line: dict[str, int], deductible: int, due: Due) -> None:
    """Field notes 3.3 (4) to (6)."""
    given_line = PartBLine(**{name: value * 100 for name, value in line.items()})
    assert msp_part_b([given_line], deductible * 100) == due


def test_the_worked_example_of_a_hospital_bill() -> None:
    """Field notes 3.3 (7): 2500, 240, 440, 2700; the lowest is 240."""
    stay = MedicareStay(gross=260000, cost_sharing=10000, charges=280000, primary_paid=236000)
    assert msp_institutional(stay) == Due(secondary=24000, patient=0)


@pytest.mark.parametrize(("rate", "secondary"), [(7000, 0), (9500, 1500), (11000, 2000)])
def test_worked_examples_of_medicaid(rate: int, secondary: int) -> None:
    """Field notes 3.3 (8): 80.00 paid, 20.00 left; what Medicaid does not pay is nobody's to bill."""
    assert medicaid(rate, 8000, 2000) == Due(secondary=secondary, patient=0)


# ---- details --------------------------------------------------------------------------------------------------------


def test_a_deductible_is_used_up_line_by_line() -> None:
    """42 CFR 411.33: each line is computed by itself; one open deductible is not taken from every line."""
    line = PartBLine(charge=20000, primary_paid=5000, primary_allowed=10000, medicare_allowed=10000)
    # First line: (100 - 100) x 80 % = 0. Second line: (100 - 20) x 80 % = 64, capped by 100 - 50 = 50.
    assert msp_part_b([line, line], 12000).secondary == 5000


def test_nothing_is_due_where_the_primary_is_payment_in_full() -> None:
    """Medicare pays nothing where the provider must take the primary's payment in full."""
    line = PartBLine(charge=20000, primary_paid=12000, primary_allowed=12000, medicare_allowed=15000, obligated=12000)
    assert msp_part_b([line]) == Due(secondary=0, patient=0)


def test_washington_lets_savings_pay_up_to_the_allowable() -> None:
    """WAC 284-51-230: alone 640.00 less a deductible; savings close the gap, and deductibles are not added up."""
    claim = shared(800, 200, 50, deductible=300, primary_deductible=200)
    assert full_allowable(claim) == Due(secondary=35000, patient=25000)
    assert full_allowable(claim.model_copy(update={"savings": 10000})) == Due(secondary=45000, patient=15000)
    assert full_allowable(claim.model_copy(update={"savings": 90000})) == Due(secondary=60000, patient=0)


@pytest.mark.parametrize(("amount", "share", "rounded"), [(1, 5000, 1), (1, 4999, 0), (3, 5000, 2), (333, 3333, 111)])
def test_half_a_cent_is_rounded_up(amount: int, share: int, rounded: int) -> None:
    """One rule of rounding, on one product."""
    assert part_of(amount, share) == rounded


# ---- for all amounts ------------------------------------------------------------------------------------------------

CLAIMS = st.builds(
    Shared,
    allowable=AMOUNTS,
    primary_paid=AMOUNTS,
    allowed=AMOUNTS,
    deductible=AMOUNTS,
    share=SHARES,
    primary_deductible=AMOUNTS,
    savings=AMOUNTS,
)
LINES = st.builds(
    PartBLine,
    charge=AMOUNTS,
    primary_paid=AMOUNTS,
    primary_allowed=AMOUNTS,
    medicare_allowed=AMOUNTS,
    obligated=AMOUNTS | st.none(),
)
STAYS = st.builds(
    MedicareStay,
    gross=AMOUNTS,
    charges=AMOUNTS,
    primary_paid=AMOUNTS,
    cost_sharing=AMOUNTS,
    obligated=AMOUNTS | st.none(),
)
BY_CONTRACT: tuple[ByContract, ...] = (standard, full_allowable, carve_out, maintenance)


@settings(deadline=None)
@given(claim=CLAIMS)
def test_no_method_of_contract_goes_below_nothing_or_beyond_the_allowance(claim: Shared) -> None:
    """S and R are cents, never negative; S never exceeds what the plan would pay alone, savings aside."""
    for method in BY_CONTRACT:
        due = method(claim)
        assert type(due.secondary) is int
        assert due.secondary >= 0
        assert due.patient >= 0
    assert standard(claim).secondary <= alone(claim.allowed, claim.deductible, claim.share)
    assert standard(claim).secondary <= max(0, claim.allowable - claim.primary_paid)
    assert full_allowable(claim).secondary <= max(0, claim.allowable - claim.primary_paid)


@settings(deadline=None)
@given(claim=CLAIMS)
def test_all_is_paid_once(claim: Shared) -> None:
    """Primary, secondary and patient together are the allowable expense, wherever the primary left something."""
    for method in (standard, full_allowable):
        due = method(claim)
        assert claim.primary_paid + due.secondary + due.patient == max(claim.allowable, claim.primary_paid)


@settings(deadline=None)
@given(claim=CLAIMS)
def test_the_order_of_generosity(claim: Shared) -> None:
    """On one allowed amount: carve-out <= maintenance of benefits <= standard <= Washington."""
    same = claim.model_copy(update={"allowed": claim.allowable})
    paid = [method(same).secondary for method in (carve_out, maintenance, standard, full_allowable)]
    assert paid == sorted(paid)


@settings(deadline=None)
@given(claim=CLAIMS, more=st.integers(0, 10_000))
def test_the_more_the_primary_pays_the_less_the_secondary_does(claim: Shared, more: int) -> None:
    """Each method falls, and by no more than the primary's payment rose: the patient never loses by it."""
    richer = claim.model_copy(update={"primary_paid": claim.primary_paid + more})
    for method in BY_CONTRACT:
        assert method(claim).secondary - more <= method(richer).secondary <= method(claim).secondary


@settings(deadline=None)
@given(claim=CLAIMS, more=st.integers(0, 10_000))
def test_a_higher_deductible_never_pays_more(claim: Shared, more: int) -> None:
    """Monotone in the secondary's own deductible."""
    poorer = claim.model_copy(update={"deductible": claim.deductible + more})
    for method in BY_CONTRACT:
        assert method(poorer).secondary <= method(claim).secondary


@settings(deadline=None)
@given(lines=st.lists(LINES, max_size=5), deductible=AMOUNTS)
def test_medicare_second_stays_within_its_limits(lines: list[PartBLine], deductible: int) -> None:
    """42 CFR 411.33(a): never negative, never above 80 % of Medicare's own amount, never above what a limit leaves."""
    due = msp_part_b(lines, deductible)
    assert due.secondary >= 0
    assert due.patient >= 0
    assert due.secondary <= sum(part_of(each.medicare_allowed, 8000) for each in lines)
    assert due.secondary <= sum(
        max(0, max(each.medicare_allowed, each.primary_allowed) - each.primary_paid) for each in lines
    )
    assert due.secondary <= msp_part_b(lines).secondary


@settings(deadline=None)
@given(stay=STAYS)
def test_a_hospital_bill_is_never_paid_twice(stay: MedicareStay) -> None:
    """42 CFR 411.33(e): both payers together never exceed the gross amount or the charges."""
    due = msp_institutional(stay)
    assert due.secondary >= 0
    assert 0 <= due.patient <= stay.cost_sharing
    if due.secondary:
        assert stay.primary_paid + due.secondary <= min(stay.gross, stay.charges)


@settings(deadline=None)
@given(rate=AMOUNTS, paid=AMOUNTS, share=AMOUNTS)
def test_medicaid_pays_within_its_rate_and_leaves_nothing(rate: int, paid: int, share: int) -> None:
    """42 CFR 433.139: never above the rate's rest, never above what the primary left; the patient owes nothing."""
    due = medicaid(rate, paid, share)
    assert 0 <= due.secondary <= min(max(0, rate - paid), share)
    assert due.patient == 0


def test_an_amount_below_nothing_is_no_amount() -> None:
    """An impossible input is refused where it is made, not computed with."""
    fields: dict[str, Any] = {"allowable": 1, "primary_paid": -1, "allowed": 1}
    with pytest.raises(ValueError, match="primary_paid"):
        Shared(**fields)
