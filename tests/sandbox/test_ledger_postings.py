"""The sandbox's ledger beyond the plain case: service lines, patients' money, primaries that think again, recalls."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.words import Switch
from sandbox.account import NotPossibleError, Part
from sandbox.dunning import Step
from sandbox.ledger import Ledger

ACCOUNT = "A-1"
START = date(2026, 3, 2)
T0 = datetime(2026, 3, 2, 15, tzinfo=UTC)
CHARGES = {"L1": 60_000, "L2": 40_000}
SHARES = {"L1": 20_000, "L2": 12_000}


def billed(**kept: bool) -> Ledger:
    """Charge 1000.00 on two lines; the primary leaves 200.00 and 120.00 of them to the patient."""
    ledger = Ledger()
    ledger.open_account(ACCOUNT, 100_000, T0, charges=CHARGES, **kept)
    ledger.primary_posted(ACCOUNT, 48_000, 20_000, T0, shares=SHARES)
    return ledger


def run_days(ledger: Ledger, first: int, last: int) -> None:
    """Run the days of a span, counted from the start."""
    for day in range(first, last + 1):
        ledger.run_day(START + timedelta(days=day))


# Service lines


def test_a_balance_tells_the_lines() -> None:
    """Each line shows its charge, what later payers paid of it and what of it stands to the patient."""
    ledger = billed()
    ledger.post_as_read(ACCOUNT, 20_000, 0, T0, parts=[Part("L1", 20_000)])
    lines = {each.number: each for each in ledger.balance(ACCOUNT, T0).lines}
    assert (lines["L1"].charge, lines["L1"].secondary_posted, lines["L1"].patient_balance) == (60_000, 20_000, 0)
    assert (lines["L2"].charge, lines["L2"].secondary_posted, lines["L2"].patient_balance) == (40_000, 0, 12_000)


@given(st.integers(0, 20_000), st.integers(0, 12_000))
def test_lines_add_up_to_the_account(first: int, second: int) -> None:
    """The lines' balances and payments are those of the account, whatever was posted on which."""
    ledger = billed()
    parts = [Part("L1", first), Part("L2", second)]
    ledger.post_secondary(ACCOUNT, first + second, 0, 32_000 - first - second, T0, parts=parts)
    shown = ledger.balance(ACCOUNT, T0)
    assert sum(each.patient_balance for each in shown.lines) == shown.patient_balance
    assert sum(each.secondary_posted for each in shown.lines) == shown.secondary_posted == first + second


def test_parts_that_are_not_the_whole_are_refused() -> None:
    """Charges, shares and parts of a posting must add up; nothing is booked otherwise."""
    with pytest.raises(NotPossibleError, match="charges of the lines"):
        Ledger().open_account(ACCOUNT, 100, T0, charges={"L1": 99})
    ledger = Ledger()
    ledger.open_account(ACCOUNT, 100, T0)
    with pytest.raises(NotPossibleError, match="shares of the lines"):
        ledger.primary_posted(ACCOUNT, 50, 20, T0, shares={"L1": 29})
    with pytest.raises(NotPossibleError, match="parts of a posting"):
        billed().post_secondary(ACCOUNT, 32_000, 0, 0, T0, parts=[Part("L1", 20_000)])


def test_a_correction_takes_back_every_line() -> None:
    """A review posts the whole decision in place of the part that stood."""
    ledger = billed()
    ledger.post_as_read(ACCOUNT, 20_000, 0, T0, parts=[Part("L1", 20_000)])
    ledger.correct(ACCOUNT, 32_000, 0, 0, T0, parts=[Part("L1", 20_000), Part("L2", 12_000)])
    shown = ledger.balance(ACCOUNT, T0)
    assert (shown.open_balance, shown.secondary_posted) == (0, 32_000)
    assert [each.patient_balance for each in shown.lines] == [0, 0]


# What a clerk reads


def test_reductions_booked_twice_make_a_credit() -> None:
    """F16 with the numbers of X12 RFI 1696: 500.00, 75.00 left, 65.00 paid, 435.00 written off again: -425.00."""
    ledger = Ledger()
    ledger.open_account(ACCOUNT, 50_000, T0)
    ledger.primary_posted(ACCOUNT, 30_000, 12_500, T0)
    ledger.post_as_read(ACCOUNT, 6_500, 43_500, T0)
    assert ledger.balance(ACCOUNT, T0).open_balance == -42_500
    ledger.correct(ACCOUNT, 6_500, 1_000, 0, T0)
    assert ledger.balance(ACCOUNT, T0).open_balance == 0


def test_the_next_payer_adds_to_the_one_before() -> None:
    """F15: the tertiary's decision comes off what the secondary left; both stand as posted."""
    ledger = billed()
    ledger.post_secondary(ACCOUNT, 24_000, 0, 8_000, T0)
    ledger.post_next(ACCOUNT, 5_000, 3_000, 0, T0)
    shown = ledger.balance(ACCOUNT, T0)
    assert (shown.open_balance, shown.secondary_posted) == (0, 29_000)
    with pytest.raises(NotPossibleError, match="add up"):
        ledger.post_next(ACCOUNT, 1, 0, 0, T0)


# A primary that thinks again


def test_a_reversed_primary_leaves_nothing_to_the_patient() -> None:
    """F18: until the primary decides again the charge is the primary's, and then the new share is the patient's."""
    ledger = billed()
    ledger.unpost_primary(ACCOUNT, T0)
    shown = ledger.balance(ACCOUNT, T0)
    assert (shown.open_balance, shown.patient_balance, shown.primary_posted) == (100_000, 0, 0)
    ledger.primary_posted(ACCOUNT, 40_000, 20_000, T0)
    assert ledger.balance(ACCOUNT, T0).patient_balance == 40_000
    with pytest.raises(NotPossibleError, match="posted once"):
        ledger.primary_posted(ACCOUNT, 1, 0, T0)


def test_only_what_is_posted_can_be_taken_back() -> None:
    """A reversal of nothing is an error of the clerk."""
    ledger = Ledger()
    ledger.open_account(ACCOUNT, 100, T0)
    with pytest.raises(NotPossibleError, match="nothing of the primary"):
        ledger.unpost_primary(ACCOUNT, T0)


# The patient's money


def test_a_patient_who_paid_before_the_insurer_has_a_credit() -> None:
    """F20: 320.00 paid unasked, 240.00 by the secondary, 80.00 owed: the credit is 240.00 until it is refunded."""
    ledger = billed()
    ledger.patient_pays(ACCOUNT, 32_000, T0)
    assert ledger.balance(ACCOUNT, T0).patient_balance == 0
    ledger.post_secondary(ACCOUNT, 24_000, 0, 8_000, T0)
    shown = ledger.balance(ACCOUNT, T0)
    assert (shown.patient_balance, shown.patient_paid) == (-24_000, 32_000)
    ledger.refund_patient(ACCOUNT, 24_000, T0)
    shown = ledger.balance(ACCOUNT, T0)
    assert (shown.patient_balance, shown.open_balance, shown.patient_paid) == (0, 0, 8_000)


def test_no_more_is_refunded_than_was_paid() -> None:
    """A refund is of the patient's own money."""
    ledger = billed()
    ledger.patient_pays(ACCOUNT, 100, T0)
    with pytest.raises(NotPossibleError, match="than was paid"):
        ledger.refund_patient(ACCOUNT, 101, T0)
    assert ledger.patient_paid(ACCOUNT) == 100


def test_what_a_card_was_drawn_is_patients_money() -> None:
    """Autopay counts among what the patient paid."""
    ledger = billed(autopay=True)
    run_days(ledger, 0, 30)
    assert ledger.balance(ACCOUNT, T0).patient_paid == 32_000


# Statements and recalls


def test_a_balance_tells_the_first_and_the_newest_statement() -> None:
    """When the first statement went out, and what the newest asked for (field notes 2.4)."""
    ledger = billed()
    assert ledger.balance(ACCOUNT, T0).last_statement_amount is None
    run_days(ledger, 0, 45)
    shown = ledger.balance(ACCOUNT, T0)
    assert (shown.first_statement_on, shown.last_statement_on) == (
        START + timedelta(days=10),
        START + timedelta(days=40),
    )
    assert shown.last_statement_amount == 32_000


def test_a_corrected_statement_asks_for_what_stands_and_dunning_starts_over() -> None:
    """A wrong statement is followed by a right one, and the calls count from that (field notes 2.4)."""
    ledger = billed()
    run_days(ledger, 0, 12)
    ledger.post_secondary(ACCOUNT, 24_000, 0, 8_000, T0 + timedelta(days=13))
    ledger.correct_statement(ACCOUNT, T0 + timedelta(days=13))
    assert [each.amount for each in ledger.statements(ACCOUNT)] == [32_000, 8_000]
    run_days(ledger, 14, 32)
    assert Step.CALL not in [each.step for each in ledger.taken(ACCOUNT)]
    run_days(ledger, 33, 33)
    assert Step.CALL in [each.step for each in ledger.taken(ACCOUNT)]


def test_a_corrected_statement_may_ask_for_nothing() -> None:
    """A patient who was billed wrongly and owes nothing is told so."""
    ledger = billed()
    run_days(ledger, 0, 12)
    ledger.post_secondary(ACCOUNT, 32_000, 0, 0, T0 + timedelta(days=13))
    ledger.correct_statement(ACCOUNT, T0 + timedelta(days=13))
    assert ledger.balance(ACCOUNT, T0).last_statement_amount == 0


def test_a_recall_takes_placement_and_bureau_entry_back_and_turns_no_switch() -> None:
    """After a breach the account comes back at once; the hold is another matter."""
    ledger = billed()
    run_days(ledger, 0, 90)
    assert ledger.balance(ACCOUNT, T0).placed_with_agency
    ledger.recall(ACCOUNT, T0 + timedelta(days=91))
    shown = ledger.balance(ACCOUNT, T0)
    assert not shown.placed_with_agency
    assert not set(shown.switches_on) & set(Switch)
    steps = [each.step for each in ledger.taken(ACCOUNT)]
    assert steps.count(Step.RECALL) == steps.count(Step.BUREAU_DELETION) == 1
