"""Arithmetic in cents: what the patient truly owes, and how a ledger errs (field notes 1.3, 3.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from journey.facts import LedgerRead, RemitAdjudicated, SupervisorDecided
from journey.money import Books, Mismatch, books, decisions
from journey.words import Party

Adjust = Callable[[str], Any]
AT = datetime(2026, 4, 2, 14, tzinfo=UTC)


def remit(payer: Party, status: str, paid: int, given: Any, number: str = "N1", fact_id: str = "") -> RemitAdjudicated:
    """A remittance in whole dollars over the sum that it must balance to."""
    return RemitAdjudicated(
        fact_id=fact_id or f"{payer}-{status}-{number}",
        happened_at=AT,
        learnt_at=AT,
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
    back = remit(Party.SECONDARY, "22", -320, adjust("OA23 -680"), "SEC1")
    assert decisions((first, other, back), Party.SECONDARY) == [other]
    again = remit(Party.SECONDARY, "2", 300, adjust("OA23 680 PR2 20"), "SEC1", "again")
    assert decisions((first, other, back, again), Party.SECONDARY) == [other, again]


def test_a_reversal_under_another_number_finds_its_payment(adjust: Adjust) -> None:
    """A payer that leaves its claim number out of the reversal still took that payment back."""
    first = remit(Party.SECONDARY, "2", 320, adjust("OA23 680"), "SEC1")
    other = remit(Party.SECONDARY, "2", 10, adjust("OA23 90"), "SEC2")
    back = remit(Party.SECONDARY, "22", -320, adjust("OA23 -680"), "")
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
