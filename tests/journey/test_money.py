"""Arithmetic in cents: what the patient truly owes, and how a ledger errs (field notes 1.3, 3.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journey.books.methods import Method
from journey.books.money import Books, Mismatch, books, decisions
from journey.claim import Coverage
from journey.facts import (
    ClaimAcknowledged,
    CorrectionMade,
    LedgerRead,
    PaymentOffset,
    RemitAdjudicated,
    RemitLine,
    SupervisorDecided,
)
from journey.plans.file import standard_plan
from journey.plans.plan import Benefit
from journey.words import Mode, Party, PayerClass

Adjust = Callable[[str], Any]
AT = datetime(2026, 4, 2, 14, tzinfo=UTC)


def remit(
    payer: Party, status: str, paid: int, given: Any, number: str = "N1", fact_id: str = "", days: int = 0
) -> RemitAdjudicated:
    """A remittance in whole dollars over the sum that it must balance to, some days after the first."""
    return RemitAdjudicated(
        fact_id=fact_id or f"{payer}-{status}-{number}",
        happened_at=AT + timedelta(days=days),
        learnt_at=AT + timedelta(days=days),
        payer=payer,
        claim_status=status,
        charge=paid * 100 + sum(each.amount for each in given),
        paid=paid * 100,
        adjustments=given,
        payer_claim_number=number,
    )


def the_books(journey: Any, *facts: Any, **ledger: int) -> Books:
    """The books of the journey's claim over some facts and a ledger."""
    shown = LedgerRead(fact_id="L", happened_at=AT, learnt_at=AT, version=1, **ledger) if ledger else None
    return books(journey.case.claim, facts, shown)


def test_rfi_1696_the_right_sum_is_zero_and_the_wrong_one_a_credit(journey: Any, adjust: Adjust) -> None:
    """Charge 500, Medicare 300 + PR 75; Medicaid pays 65: CO45 435 makes -425, OA23 425 + CO45 10 makes 0."""
    primary = remit(Party.PRIMARY, "1", 300, adjust("PR2 75 CO45 125"))
    wrong = the_books(journey, primary, remit(Party.SECONDARY, "2", 65, adjust("CO45 435")))
    right = the_books(journey, primary, remit(Party.SECONDARY, "2", 65, adjust("OA23 425 CO45 10")))
    assert (wrong.rolled, wrong.expected, wrong.reports_twice) == (-42500, 0, True)
    assert (right.rolled, right.expected, right.reports_twice) == (0, 0, False)


def test_the_patient_owes_what_the_last_payer_leaves(journey: Any, adjust: Adjust) -> None:
    """RFI 2548: the secondary reports only the patient share that it assigns itself."""
    primary = remit(Party.PRIMARY, "1", 480, adjust("CO45 200 PR1 200 PR2 120"))
    of = the_books(journey, primary, remit(Party.SECONDARY, "2", 300, adjust("OA23 680 PR2 20")))
    assert of.expected == of.rolled == 2000


def test_nothing_is_expected_before_the_secondary_decides(journey: Any, adjust: Adjust) -> None:
    """A denial is not a decision: the patient is not billed for it."""
    primary = remit(Party.PRIMARY, "1", 480, adjust("CO45 200 PR1 320"))
    assert the_books(journey, primary).expected is None
    assert the_books(journey, primary, remit(Party.SECONDARY, "2", 0, adjust("CO16 1000"))).expected is None


@pytest.mark.parametrize(
    ("ledger", "mismatch"),
    [
        ({"open_balance": 32000, "patient_balance": 32000}, Mismatch.UNPOSTED),
        ({"open_balance": 32000, "patient_balance": 32000, "unapplied": 32000}, Mismatch.SUSPENSE),
        ({"open_balance": 12000, "patient_balance": 12000, "secondary_posted": 20000}, Mismatch.PARTIAL),
        ({"open_balance": 32000, "patient_balance": 32000, "secondary_posted": 32000}, Mismatch.WRONG_BUCKET),
        ({"open_balance": 0, "patient_balance": 32000, "secondary_posted": 32000}, Mismatch.WRONG_BUCKET),
        ({"open_balance": -68000, "patient_balance": -68000, "secondary_posted": 32000}, Mismatch.FALSE_CREDIT),
        ({"open_balance": 0, "patient_balance": 0, "secondary_posted": 32000}, None),
        ({"open_balance": 0, "patient_balance": 0, "secondary_posted": 32000, "unapplied": 100}, Mismatch.WRONG_BUCKET),
    ],
)
def test_detectors(journey: Any, adjust: Adjust, ledger: dict[str, int], mismatch: Mismatch | None) -> None:
    """Field notes 3.4: each way in which a ledger differs from the remittances has its name."""
    primary = remit(Party.PRIMARY, "1", 480, adjust("CO45 200 PR1 200 PR2 120"))
    of = the_books(journey, primary, remit(Party.SECONDARY, "2", 320, adjust("OA23 680")), **ledger)
    assert of.mismatch() is mismatch
    assert of.reconciled is (mismatch is None)


def test_a_reversal_removes_what_it_reverses(adjust: Adjust) -> None:
    """Field notes 1.7: only the decision of that claim number falls; its correction stands."""
    first = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1")
    other = remit(Party.SECONDARY, "2", 10, adjust("OA23 90"), "SEC2")
    back = remit(Party.SECONDARY, "22", -320, adjust("OA23 -680"), "SEC1", days=1)
    assert decisions((first, other, back), Party.SECONDARY) == [other]
    again = remit(Party.SECONDARY, "2", 300, adjust("OA23 680 PR2 20"), "SEC1", "again", days=1)
    assert decisions((first, other, back, again), Party.SECONDARY) == [other, again]


def test_a_reversal_under_another_number_finds_its_payment(adjust: Adjust) -> None:
    """A payer that leaves its claim number out of the reversal still took that payment back."""
    first = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1")
    other = remit(Party.SECONDARY, "2", 10, adjust("OA23 90"), "SEC2")
    back = remit(Party.SECONDARY, "22", -320, adjust("OA23 -680"), "", days=1)
    assert decisions((first, other, back), Party.SECONDARY) == [other]


def test_split_claims_add_up(journey: Any, adjust: Adjust) -> None:
    """A claim that the payer split (A5) is paid in parts; their sum counts."""
    parts = (
        remit(Party.SECONDARY, "2", 200, adjust("OA23 400"), "SEC1"),
        remit(Party.SECONDARY, "2", 120, adjust("OA23 280"), "SEC2"),
    )
    assert the_books(journey, *parts).secondary_paid == 32000


def test_a_balance_given_up_by_two_is_zero(journey: Any) -> None:
    """R6: a lost filing limit is the provider's loss; the patient owes nothing."""
    base: dict[str, Any] = {"happened_at": AT, "learnt_at": AT, "decision": "write_off", "reason": "late"}
    alone = SupervisorDecided(fact_id="1", person="Lee", **base)
    both = SupervisorDecided(fact_id="2", person="Lee", second_person="Kim", **base)
    assert the_books(journey, alone).expected is None
    assert the_books(journey, both, open_balance=0, patient_balance=0).reconciled


# ---- further payers, parts and detours ------------------------------------------------------------------------------

PRIMARY_LEFT = "CO45 200 PR1 200 PR2 120"


@pytest.fixture
def first(adjust: Adjust) -> RemitAdjudicated:
    """Medicare paid 480 of 1000 and left 320."""
    return remit(Party.PRIMARY, "1", 480, adjust(PRIMARY_LEFT), "ICN1")


def offset(amount: int, fact_id: str = "PLB", days: int = 1, **fields: Any) -> PaymentOffset:
    """A provider-level adjustment in dollars, some days after the remittances."""
    at = AT + timedelta(days=days)
    base: dict[str, Any] = {"fact_id": fact_id, "happened_at": at, "learnt_at": at, "reason": "WO"}
    return PaymentOffset(**(base | {"amount": amount * 100} | fields))


def with_third(journey: Any) -> Any:
    """The journey's claim with a third policy."""
    third = Coverage(order=3, payer_id="P3", payer_name="Cigna", payer_class=PayerClass.COMMERCIAL)
    return journey.case.claim.model_copy(update={"coverages": (*journey.case.claim.coverages, third)})


def test_nothing_is_expected_while_a_third_payer_has_to_decide(
    journey: Any, adjust: Adjust, first: RemitAdjudicated
) -> None:
    """F15: what the secondary leaves is the third policy's business; then the last payer's share counts."""
    second = remit(Party.SECONDARY, "2", 200, adjust("OA23 680 PR2 120"), "SEC1")
    claim = with_third(journey)
    assert books(claim, (first, second), None).expected is None
    assert books(claim, (first, second), None).waits_for_third
    third = remit(Party.TERTIARY, "3", 100, adjust("OA23 880 PR3 20"), "TER1")
    of = books(claim, (first, second, third), None)
    assert (of.secondary_paid, of.expected, of.rolled, of.reports_twice) == (30000, 2000, 2000, False)
    nothing_left = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1")
    assert books(claim, (first, nothing_left), None).expected == 0


def test_parts_of_a_split_claim_are_waited_for(journey: Any, adjust: Adjust, first: RemitAdjudicated) -> None:
    """A5: until the charges of the decided parts add up to the claim's, no balance can be expected."""
    base: dict[str, Any] = {"fact_id": "A5", "happened_at": AT, "learnt_at": AT, "category": "A5", "accepted": True}
    split = ClaimAcknowledged(**base, sender=Party.SECONDARY)
    one = remit(Party.SECONDARY, "2", 200, adjust("OA23 400"), "SEC1")
    two = remit(Party.SECONDARY, "2", 120, adjust("OA23 280"), "SEC2")
    of = the_books(journey, first, split, one)
    assert (of.in_parts, of.expected, of.rolled) == (True, None, None)
    both = the_books(journey, first, split, one, two)
    assert (both.in_parts, both.expected, both.secondary_paid) == (False, 0, 32000)
    unsplit = the_books(journey, first, one)
    assert not unsplit.in_parts


@pytest.mark.parametrize("reason", ["100", "293", "294"])
def test_what_the_payer_paid_elsewhere_is_owed_to_us(
    journey: Any, adjust: Adjust, first: RemitAdjudicated, reason: str
) -> None:
    """F17: the patient owes what the payer paid to the patient, the employer or an attorney, and their own share."""
    second = remit(Party.SECONDARY, "2", 0, adjust(f"OA23 680 PI{reason} 300 PR2 20"), "SEC1")
    of = the_books(journey, first, second, open_balance=32000, patient_balance=32000)
    assert (of.secondary_paid, of.expected, of.rolled) == (0, 32000, 32000)
    assert not of.reports_twice
    assert of.reconciled


@pytest.mark.parametrize(
    ("codes", "remarks"), [("OA23 680 CO303 320", ()), ("OA209 1000", ()), ("OA23 680 PR2 320", ("N782",))]
)
def test_a_protected_patient_owes_nothing(
    journey: Any, adjust: Adjust, first: RemitAdjudicated, codes: str, remarks: tuple[str, ...]
) -> None:
    """F22: QMB and Medicaid: whatever PR says, the expected balance is zero."""
    second = remit(Party.SECONDARY, "2", 0, adjust(codes), "SEC1").model_copy(update={"remarks": remarks})
    of = the_books(journey, first, second, open_balance=32000, patient_balance=32000)
    assert of.expected == 0
    assert of.mismatch() is Mismatch.PROTECTED
    assert the_books(journey, first, second, open_balance=0, patient_balance=0).reconciled


def test_a_patient_who_paid_too_much_is_no_credit_of_the_payer(
    journey: Any, adjust: Adjust, first: RemitAdjudicated
) -> None:
    """F20: reconciled only once the refund is booked; what the patient rightly paid counts against what is owed."""
    second = remit(Party.SECONDARY, "2", 300, adjust("OA23 680 PR2 20"), "SEC1")
    posted = {"secondary_posted": 30000}
    over = the_books(journey, first, second, open_balance=-30000, patient_balance=-30000, patient_paid=32000, **posted)
    assert (over.overpaid, over.mismatch(), over.reconciled) == (30000, Mismatch.OVERPAID, False)
    parked = the_books(journey, first, second, open_balance=0, patient_balance=0, patient_paid=32000, **posted)
    assert not parked.reconciled
    refunded = the_books(journey, first, second, open_balance=0, patient_balance=0, patient_paid=2000, **posted)
    assert (refunded.still_owed, refunded.overpaid, refunded.reconciled) == (0, 0, True)


def test_money_kept_for_something_else_is_seen_by_its_trace(
    journey: Any, adjust: Adjust, first: RemitAdjudicated
) -> None:
    """F7: only an adjustment on the remittance of this very payment says where its money went."""
    second = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1").model_copy(update={"trace": "EFT1"})
    ledger = {"open_balance": 32000, "patient_balance": 32000}
    ours = offset(320, days=0, names_claim=False, trace="EFT1", settles="X9")
    of = the_books(journey, first, second, ours, **ledger)
    assert (of.kept, of.offset, of.mismatch()) == (32000, 0, Mismatch.OFFSET)
    other = offset(320, days=0, names_claim=False, trace="EFT2")
    assert the_books(journey, first, second, other, **ledger).mismatch() is Mismatch.UNPOSTED


def test_a_takeback_at_provider_level_lasts_until_it_is_undone(
    journey: Any, adjust: Adjust, first: RemitAdjudicated
) -> None:
    """F9: WO or FB that names our claim after the decision; an opposite one undoes it, other reasons are none."""
    second = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1")
    taken = the_books(journey, first, second, offset(320))
    assert (taken.taken_back, taken.expected, taken.at_risk) == (True, None, 32000)
    assert not the_books(journey, first, second, offset(320), offset(-320, "BACK", 5)).taken_back
    assert not the_books(journey, first, second, offset(320, days=-1)).taken_back
    assert not the_books(journey, first, second, offset(320, days=0)).taken_back
    assert not the_books(journey, first, second, offset(320, reason="L6")).taken_back
    assert not the_books(journey, first, second, offset(320, sender=Party.PRIMARY)).taken_back
    assert not the_books(journey, first, offset(320)).taken_back


def test_ended_cover_leaves_what_the_primary_left(journey: Any, first: RemitAdjudicated) -> None:
    """F14: nobody else pays, so the primary's patient share is the patient's."""
    shown = LedgerRead(fact_id="L", happened_at=AT, learnt_at=AT, version=1, open_balance=32000, patient_balance=32000)
    of = books(journey.case.claim, (first,), shown, cover_ended=True)
    assert (of.expected, of.reconciled, of.at_risk) == (32000, True, 0)


@pytest.mark.parametrize(
    ("ledger", "mismatch"),
    [
        ({"open_balance": -32000, "patient_balance": 0, "secondary_posted": 64000}, Mismatch.POSTED_TWICE),
        ({"open_balance": 0, "patient_balance": 0, "secondary_posted": 64000}, Mismatch.POSTED_TWICE),
        ({"open_balance": 0, "patient_balance": 0, "patient_paid": 32000}, Mismatch.UNPOSTED),
    ],
)
def test_further_detectors(
    journey: Any, adjust: Adjust, first: RemitAdjudicated, ledger: dict[str, int], mismatch: Mismatch
) -> None:
    """Field notes 3.4: a payment posted twice; a patient who paid hides no payment that is not posted."""
    second = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1")
    assert the_books(journey, first, second, **ledger).mismatch() is mismatch


def test_what_the_provider_lost_is_not_the_patients(journey: Any) -> None:
    """CARC 29 as the last word: once given up, a balance that still stands to the patient is the mistake."""
    base: dict[str, Any] = {"happened_at": AT, "learnt_at": AT, "decision": "write_off", "reason": "late"}
    given_up = SupervisorDecided(fact_id="2", person="Lee", second_person="Kim", **base)
    of = the_books(journey, given_up, open_balance=32000, patient_balance=32000)
    assert of.mismatch() is Mismatch.PROVIDER_LIABLE


def test_a_legitimate_balance_is_no_mismatch(journey: Any, adjust: Adjust, first: RemitAdjudicated) -> None:
    """Paid nothing, left it to the patient (275, 1 to 3, N536, N408), and the ledger shows it: nothing is wrong."""
    second = remit(Party.SECONDARY, "2", 0, adjust("OA23 680 PR275 320"), "SEC1")
    of = the_books(journey, first, second, open_balance=32000, patient_balance=32000)
    assert (of.mismatch(), of.reconciled, of.expected) == (None, True, 32000)


def test_a_statement_of_another_amount_is_noticed(journey: Any, adjust: Adjust, first: RemitAdjudicated) -> None:
    """Field notes 3.4: the balance is right and the newest statement asked for another one, until it is corrected."""
    second = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1")
    shown = LedgerRead(
        fact_id="L",
        happened_at=AT,
        learnt_at=AT,
        version=1,
        open_balance=0,
        patient_balance=0,
        secondary_posted=32000,
        last_statement_on=AT.date(),
        last_statement_amount=32000,
    )
    claim = journey.case.claim
    assert books(claim, (first, second), shown).statement_wrong
    right = shown.model_copy(update={"last_statement_amount": 0})
    assert not books(claim, (first, second), right).statement_wrong
    silent = shown.model_copy(update={"last_statement_amount": None})
    assert not books(claim, (first, second), silent).statement_wrong

    def corrected(days: int) -> CorrectionMade:
        at = AT + timedelta(days=days)
        return CorrectionMade(fact_id="S", happened_at=at, learnt_at=at, corrects="statement")

    assert not books(claim, (first, second, corrected(1)), shown).statement_wrong
    assert books(claim, (corrected(-2), first, second), shown).statement_wrong


# ---- the contract ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("benefit", "paid", "left", "should", "underpaid"),
    [
        ({"method": "standard", "share": 8000}, 320, "", 32000, 0),
        ({"method": "standard", "share": 8000}, 300, "PR2 20", 32000, 2000),
        ({"method": "carve_out", "share": 8000}, 160, "PR2 160", 16000, 0),
        ({"method": "maintenance", "share": 8000}, 100, "PR2 220", 25600, 15600),
        ({"method": "medicaid", "schedule": 7000}, 60, "CO45 260", 8000, 2000),
        ({"method": "msp_part_b"}, 320, "", 32000, 0),
        ({"method": "msp_institutional", "deductible": 10000}, 320, "", 32000, 0),
        ({}, 1, "PR2 319", None, 0),
    ],
)
def test_what_the_contract_says(
    journey: Any,
    adjust: Adjust,
    first: RemitAdjudicated,
    benefit: dict[str, Any],
    paid: int,
    left: str,
    should: int | None,
    underpaid: int,
) -> None:
    """E_method (3.4): allowed 800, primary 480, left 320; without a method nobody is accused of anything."""
    second = remit(Party.SECONDARY, "2", paid, adjust(f"OA23 680 {left}".strip()), "SEC1")
    of = books(journey.case.claim, (first, second), None, Benefit(**benefit))
    assert (of.by_contract.secondary if of.by_contract else None) == should
    assert of.underpaid == underpaid


@pytest.mark.parametrize(("paid", "underpaid"), [(31900, 0), (31680, 0), (31679, 321)])
def test_small_differences_are_let_go(journey: Any, first: RemitAdjudicated, paid: int, underpaid: int) -> None:
    """Tolerance: one dollar or one percent, the larger; beyond it the whole difference is told."""
    second = RemitAdjudicated(
        fact_id="S",
        happened_at=AT,
        learnt_at=AT,
        payer=Party.SECONDARY,
        claim_status="2",
        charge=100000,
        paid=paid,
    )
    benefit = Benefit(method=Method.STANDARD, share=8000)
    assert books(journey.case.claim, (first, second), None, benefit).underpaid == underpaid


def test_sequestration_is_no_underpayment(journey: Any, adjust: Adjust, first: RemitAdjudicated) -> None:
    """CARC 253 is the law's cut, not the payer's mistake."""
    second = remit(Party.SECONDARY, "2", 310, adjust("OA23 680 CO253 10"), "SEC1")
    benefit = Benefit(method=Method.STANDARD, share=8000)
    assert books(journey.case.claim, (first, second), None, benefit).underpaid == 0


def test_medicare_second_is_counted_line_by_line(journey: Any, adjust: Adjust) -> None:
    """42 CFR 411.33(a): what one line has too much never pays for another line's rest."""
    lines = (
        RemitLine(number="1", charge=50000, paid=40000, adjustments=adjust("CO45 100")),
        RemitLine(number="2", charge=50000, paid=8000, adjustments=adjust("CO45 100 PR1 320")),
    )
    whole = tuple(each for line in lines for each in line.adjustments)
    first = remit(Party.PRIMARY, "1", 480, whole, "ICN1").model_copy(update={"lines": lines})
    second = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1")
    of = books(journey.case.claim, (first, second), None, Benefit(method=Method.MSP_PART_B))
    # Line 1 is paid in full: 0. Line 2: the lower of 400 - 80, 80 % of 400, 400 - 80.
    assert of.by_contract is not None
    assert of.by_contract.secondary == 32000


def test_the_plan_names_a_payers_contract(new_journey: Any, adjust: Adjust) -> None:
    """A short payment under the plan's benefit is a task for a person, and neither a break nor a posting error."""
    plan = standard_plan().in_force("P2", PayerClass.COMMERCIAL)
    journey = new_journey(plan=plan.model_copy(update={"benefit": Benefit(method=Method.STANDARD, share=8000)}))
    journey.remit()
    journey.ledger(1, 32000)
    journey.remit(Party.SECONDARY, claim_status="2", paid=20000, adjustments=adjust("OA23 680 PR2 120"), remarks=())
    money = journey.case.money
    assert (money.contract_paid, money.contract_share, money.underpaid) == (32000, 0, 12000)
    assert [each.to for each in journey.actions if "contract" in each.reason] == [Party.PROVIDER]
    assert Mode.NOT_POSTED not in [each.mode for each in journey.case.break_points]
    journey.ledger(2, 12000, secondary_posted=20000)
    journey.ledger(3, 12000, secondary_posted=20000, switches_on=())
    assert journey.case.resolution == "R2"
    assert len([each for each in journey.actions if "contract" in each.reason]) == 1
