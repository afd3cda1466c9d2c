"""The sandbox's ledger: its arithmetic, and the dunning that each billing switch must stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.ledger_wire import Balance
from journey.words import Switch
from sandbox.account import Kind, NoSuchAccountError, NotPossibleError
from sandbox.dunning import DUNNING, UNDOES, Row, Step
from sandbox.ledger import Ledger

ACCOUNT = "A-1"
START = date(2026, 3, 2)
T0 = datetime(2026, 3, 2, 15, tzinfo=UTC)


def billed(paid: int = 48_000, contractual: int = 20_000, **kept: bool) -> Ledger:
    """Charge 1000.00, primary allowed 800.00 and paid 480.00: 320.00 stands to the patient (field notes 3.3, 2)."""
    ledger = Ledger()
    ledger.open_account(ACCOUNT, 100_000, T0, **kept)
    ledger.primary_posted(ACCOUNT, paid, contractual, T0)
    return ledger


def now(ledger: Ledger) -> Balance:
    """The account as it stands."""
    return ledger.balance(ACCOUNT, T0)


def money(ledger: Ledger) -> tuple[int, int, int, int]:
    """Open balance, patient balance, secondary posted, unapplied."""
    shown = now(ledger)
    return shown.open_balance, shown.patient_balance, shown.secondary_posted, shown.unapplied


def run_days(ledger: Ledger, days: int, since: date = START) -> None:
    """Run the first day and so many more."""
    for day in range(days + 1):
        ledger.run_day(since + timedelta(days=day))


def on_day(days: int) -> date:
    """So many days after the patient's balance opened."""
    return START + timedelta(days=days)


# Arithmetic


def test_what_the_primary_left_stands_to_the_patient() -> None:
    """The field's danger: after the primary the rest is the patient's, whatever other insurance there is."""
    assert money(billed()) == (32_000, 32_000, 0, 0)
    assert now(billed()).primary_posted == 48_000


def test_the_secondary_posted_in_full_leaves_nothing() -> None:
    """Standard method: the secondary pays 320.00 and the balance is zero (field notes 3.3, 2)."""
    ledger = billed()
    ledger.post_secondary(ACCOUNT, 32_000, 0, 0, T0)
    assert money(ledger) == (0, 0, 32_000, 0)


def test_carve_out_leaves_the_patients_share() -> None:
    """Carve-out: the secondary pays 160.00 and 160.00 is truly the patient's (field notes 3.3, 2)."""
    ledger = billed()
    ledger.post_secondary(ACCOUNT, 16_000, 0, 16_000, T0)
    assert money(ledger) == (16_000, 16_000, 16_000, 0)


def test_a_secondary_write_off_is_not_the_patients() -> None:
    """Medicaid pays 15.00 on 20.00 and the provider takes it as full payment (field notes 3.3, 8)."""
    ledger = billed(paid=8_000, contractual=90_000)
    ledger.post_secondary(ACCOUNT, 1_500, 500, 0, T0)
    assert money(ledger) == (0, 0, 1_500, 0)


def test_taking_the_posting_back_opens_the_patients_balance_again() -> None:
    """A reversal (CLP02 = 22) puts the account where it stood before the secondary."""
    ledger = billed()
    ledger.post_secondary(ACCOUNT, 30_000, 2_000, 0, T0)
    ledger.unpost_secondary(ACCOUNT, T0)
    assert money(ledger) == (32_000, 32_000, 0, 0)
    ledger.post_secondary(ACCOUNT, 31_000, 1_000, 0, T0)
    assert money(ledger) == (0, 0, 31_000, 0)


def test_suspense_moves_no_balance() -> None:
    """V5, cash in suspense: nothing posted, the whole rest open, the payment unapplied (field notes 3.4)."""
    ledger = billed()
    ledger.post_to_suspense(ACCOUNT, 32_000, T0)
    assert money(ledger) == (32_000, 32_000, 0, 32_000)


def test_the_wrong_bucket_leaves_the_patient_owing() -> None:
    """Posted to the payer instead of the patient: posted = paid, yet the patient owes all (field notes 3.4)."""
    ledger = billed()
    ledger.post_wrong_bucket(ACCOUNT, 32_000, T0)
    assert money(ledger) == (0, 32_000, 32_000, 0)


@pytest.mark.parametrize("wrongly", ["not at all", "to suspense", "to the wrong bucket", "already right"])
def test_a_correction_ends_right_whatever_was_posted_before(wrongly: str) -> None:
    """Posting review has one outcome: the patient's balance is the patient's share, no cash is left over."""
    ledger = billed()
    if wrongly == "to suspense":
        ledger.post_to_suspense(ACCOUNT, 20_000, T0)
    elif wrongly == "to the wrong bucket":
        ledger.post_wrong_bucket(ACCOUNT, 20_000, T0)
    elif wrongly == "already right":
        ledger.post_secondary(ACCOUNT, 20_000, 4_000, 8_000, T0)
    ledger.correct(ACCOUNT, 20_000, 4_000, 8_000, T0)
    assert money(ledger) == (8_000, 8_000, 20_000, 0)


def test_a_write_off_clears_every_bucket() -> None:
    """R6: what the filing limit lost is the provider's loss, never the patient's balance."""
    ledger = billed()
    ledger.post_wrong_bucket(ACCOUNT, 5_000, T0)
    ledger.write_off(ACCOUNT, T0)
    assert money(ledger)[:2] == (0, 0)


def test_deposits_show_money_whether_it_is_posted_or_not() -> None:
    """The bank and the posting are two things; the gap between them is what V5 is found by."""
    ledger = billed()
    ledger.deposit(ACCOUNT, 32_000, T0)
    assert (now(ledger).deposits, now(ledger).secondary_posted) == (32_000, 0)
    ledger.deposit(ACCOUNT, -12_000, T0)
    assert now(ledger).deposits == 20_000


@dataclass
class Shadow:
    """The same account in another hand: four numbers instead of lines."""

    patient: int = 32_000
    payer: int = 0
    posted: int = 0
    unapplied: int = 0
    bank: int = 0

    def forget_posting(self, adjusted: int) -> None:
        """Put back what the secondary's decision took off."""
        self.patient += adjusted + (0 if self.payer else self.posted)
        self.payer = self.posted = self.unapplied = 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["post", "suspense", "bucket", "unpost", "correct", "write_off", "deposit", "switch"]),
        st.integers(0, 40_000),
        st.integers(0, 10_000),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_balances_are_what_was_booked(steps: list[tuple[str, int, int]]) -> None:
    """Whatever is booked in whatever order, each balance is the sum of its entries, and a refusal books nothing."""
    ledger, shadow, adjusted = billed(), Shadow(), 0
    for step, amount, other in steps:
        before, lines = now(ledger), ledger.lines(ACCOUNT)
        try:
            if step == "post":
                ledger.post_secondary(ACCOUNT, amount, other, shadow.patient - amount - other, T0)
                shadow.patient, shadow.posted, adjusted = shadow.patient - amount - other, amount, other
            elif step == "suspense":
                ledger.post_to_suspense(ACCOUNT, amount, T0)
                shadow.unapplied, adjusted = amount, 0
            elif step == "bucket":
                ledger.post_wrong_bucket(ACCOUNT, amount, T0)
                shadow.payer, shadow.posted, adjusted = -amount, amount, 0
            elif step == "unpost":
                ledger.unpost_secondary(ACCOUNT, T0)
                shadow.forget_posting(adjusted)
                adjusted = 0
            elif step == "correct":
                whole = Shadow(**vars(shadow))
                whole.forget_posting(adjusted)
                ledger.correct(ACCOUNT, amount, other, whole.patient - amount - other, T0)
                shadow = whole
                shadow.patient, shadow.posted, adjusted = whole.patient - amount - other, amount, other
            elif step == "write_off":
                ledger.write_off(ACCOUNT, T0)
                shadow.patient = shadow.payer = 0
                break  # what was let go of is not posted to again
            elif step == "deposit":
                ledger.deposit(ACCOUNT, amount - 20_000, T0)
                shadow.bank += amount - 20_000
            else:
                ledger.set_switches(ACCOUNT, [list(Switch)[amount % 6]], T0)
        except NotPossibleError:
            assert now(ledger) == before
            assert ledger.lines(ACCOUNT) == lines
    assert money(ledger) == (shadow.patient + shadow.payer, shadow.patient, shadow.posted, shadow.unapplied)
    assert now(ledger).deposits == shadow.bank


# Versions and changes


def test_a_version_is_a_state() -> None:
    """Each change that a reader can see has a number of its own, in the account and in the running order."""
    ledger = billed()
    ledger.open_account("A-2", 5_000, T0)
    ledger.set_switches(ACCOUNT, [Switch.STATEMENTS], T0)
    ledger.set_switches(ACCOUNT, [Switch.STATEMENTS], T0)
    seen = [(each.sequence, each.balance.account, each.balance.version) for each in ledger.changes()]
    assert seen == [(1, ACCOUNT, 1), (2, ACCOUNT, 2), (3, "A-2", 1), (4, ACCOUNT, 3)]
    assert now(ledger).version == 3


def test_changes_are_read_in_pages() -> None:
    """A reader that goes on after the last sequence it saw misses nothing and repeats nothing."""
    ledger = Ledger()
    for number in range(7):
        ledger.open_account(f"A-{number}", 100, T0)
    pages = [ledger.changes(after, 3) for after in (0, 3, 6, 7)]
    assert [each.sequence for page in pages for each in page] == list(range(1, 8))


def test_the_billing_systems_own_submission_is_on_record() -> None:
    """V2 asks whether the secondary was ever billed; the ledger knows by its own record."""
    ledger = billed()
    ledger.bill_secondary(ACCOUNT, date(2026, 3, 4))
    assert now(ledger).secondary_billed_on == date(2026, 3, 4)


# Dunning


def test_statements_go_out_on_a_clock_of_their_own() -> None:
    """First statement ten days after the patient's balance opened, then every thirty, with what stands then."""
    ledger = billed()
    run_days(ledger, 75)
    assert [(each.on, each.amount) for each in ledger.statements(ACCOUNT)] == [
        (on_day(10), 32_000),
        (on_day(40), 32_000),
        (on_day(70), 32_000),
    ]
    assert now(ledger).statements_sent == 3
    assert now(ledger).last_statement_on == on_day(70)


def test_an_agency_gets_the_account_45_days_after_the_first_statement() -> None:
    """Nobody has to decide it: the billing system places the account by itself, once."""
    ledger = billed()
    run_days(ledger, 54)
    assert not now(ledger).placed_with_agency
    ledger.run_day(on_day(55))
    assert now(ledger).placed_with_agency
    run_days(ledger, 30, on_day(56))
    assert ledger.placements(ACCOUNT) == (on_day(55),)


@pytest.mark.parametrize("row", DUNNING, ids=lambda row: row.step.value)
def test_each_step_is_stopped_by_its_own_switch_and_by_no_other(row: Row) -> None:
    """Six separate switches: one that is off lets its step through, whatever the others say (field notes 2.4)."""
    before = [each for each in DUNNING if each.step in (Step.STATEMENT, row.counts_from)]
    earlier = {switch for each in before for switch in each.stopped_by} - set(row.stopped_by)
    for switch in set(Switch) - earlier:  # an earlier step's switch stops what counts from that step
        ledger = billed(autopay=row.step is Step.DRAW)
        ledger.set_switches(ACCOUNT, [switch], T0)
        run_days(ledger, 120)
        taken = {each.step for each in ledger.taken(ACCOUNT)}
        assert (row.step in taken) == (switch not in row.stopped_by), switch


def test_a_whole_hold_leaves_the_patient_alone() -> None:
    """With all six switches on nothing at all reaches the patient, for as long as it takes."""
    ledger = billed(autopay=True)
    ledger.set_switches(ACCOUNT, Switch, T0)
    run_days(ledger, 200)
    assert ledger.taken(ACCOUNT) == ()


def test_every_switch_has_an_effect() -> None:
    """A switch that does nothing would make a hold look better than it is."""
    used = {switch for row in DUNNING for switch in row.stopped_by} | set(UNDOES)
    assert used == set(Switch)


def test_a_recall_brings_the_account_back_from_the_agency() -> None:
    """Placed already: the recall switch takes it back at once, and it is not placed again by itself."""
    ledger = billed()
    run_days(ledger, 60)
    ledger.set_switches(ACCOUNT, [Switch.RECALL], T0 + timedelta(days=60))
    assert not now(ledger).placed_with_agency
    run_days(ledger, 60, on_day(61))
    assert not now(ledger).placed_with_agency
    assert ledger.taken(ACCOUNT)[-1].step is not Step.PLACEMENT


def test_a_bureau_entry_is_deleted_by_its_switch() -> None:
    """Reported already: the deletion switch takes the entry back."""
    ledger = billed()
    run_days(ledger, 90)
    assert Step.BUREAU_REPORT in {each.step for each in ledger.taken(ACCOUNT)}
    ledger.set_switches(ACCOUNT, [Switch.BUREAU_DELETION], T0 + timedelta(days=90))
    assert ledger.taken(ACCOUNT)[-1].step is Step.BUREAU_DELETION


def test_autopay_draws_the_wrong_balance_too() -> None:
    """Why autopay is a switch of a hold: it takes the money before anybody has looked."""
    ledger = billed(autopay=True)
    run_days(ledger, 26)
    drawn = [line for line in ledger.lines(ACCOUNT) if line.kind is Kind.PATIENT_PAYMENT]
    assert [line.cents for line in drawn] == [-32_000]
    assert now(ledger).patient_balance == 0


def test_what_a_hold_kept_back_comes_as_soon_as_it_ends() -> None:
    """Releasing a hold with a balance is dangerous: the statement that was due goes out on the next day."""
    ledger = billed()
    ledger.set_switches(ACCOUNT, [Switch.STATEMENTS], T0)
    run_days(ledger, 50)
    ledger.clear_switches(ACCOUNT, [Switch.STATEMENTS], T0 + timedelta(days=50))
    ledger.run_day(on_day(51))
    assert [each.on for each in ledger.statements(ACCOUNT)] == [on_day(51)]


def test_a_settled_account_is_left_alone_and_a_reopened_one_starts_anew() -> None:
    """After a takeback the statement clock begins again with the day the balance opened again."""
    ledger = billed()
    run_days(ledger, 11)
    ledger.post_secondary(ACCOUNT, 32_000, 0, 0, T0 + timedelta(days=12))
    run_days(ledger, 28, on_day(13))
    assert [each.on for each in ledger.statements(ACCOUNT)] == [on_day(10)]
    ledger.unpost_secondary(ACCOUNT, T0 + timedelta(days=42))
    run_days(ledger, 12, on_day(42))
    assert [each.on for each in ledger.statements(ACCOUNT)] == [on_day(10), on_day(52)]


def test_a_day_runs_once() -> None:
    """The world may run a day again after a restart; the patient still gets one statement."""
    ledger = billed()
    for _ in range(3):
        ledger.run_day(on_day(10))
    assert len(ledger.statements(ACCOUNT)) == 1


# Refusals


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ledger: ledger.open_account(ACCOUNT, 100, T0),
        lambda ledger: ledger.open_account("", 100, T0),
        lambda ledger: ledger.open_account("B" * 65, 100, T0),
        lambda ledger: ledger.open_account("B", -1, T0),
        lambda ledger: ledger.open_account("B", 10.5, T0),
        lambda ledger: ledger.open_account("B", 100, T0.replace(tzinfo=None)),
        lambda ledger: ledger.primary_posted(ACCOUNT, 1, 0, T0),
        lambda ledger: ledger.post_secondary(ACCOUNT, 100, 0, 0, T0),
        lambda ledger: ledger.post_secondary(ACCOUNT, 32_001, 0, -1, T0),
        lambda ledger: ledger.post_to_suspense(ACCOUNT, -1, T0),
        lambda ledger: ledger.unpost_secondary(ACCOUNT, T0),
        lambda ledger: ledger.deposit(ACCOUNT, 0, T0),
        lambda ledger: ledger.deposit(ACCOUNT, -1, T0),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(wrong) -> None:  # type: ignore[no-untyped-def]
    """Bad input is a typed error, the account stays as it was, and the message names no account."""
    ledger = billed()
    before = (now(ledger), ledger.lines(ACCOUNT), ledger.accounts(), len(ledger.changes()))
    with pytest.raises(NotPossibleError) as refusal:
        wrong(ledger)
    assert (now(ledger), ledger.lines(ACCOUNT), ledger.accounts(), len(ledger.changes())) == before
    assert ACCOUNT not in str(refusal.value)


def test_posting_twice_is_refused() -> None:
    """A second posting of the same decision would make a false credit."""
    ledger = billed()
    ledger.post_to_suspense(ACCOUNT, 32_000, T0)
    with pytest.raises(NotPossibleError):
        ledger.post_secondary(ACCOUNT, 32_000, 0, 0, T0)


def test_an_unknown_account_has_an_error_of_its_own() -> None:
    """Asking for a wrong account is not the same as asking wrongly."""
    with pytest.raises(NoSuchAccountError) as refusal:
        billed().balance("A-404", T0)
    assert "A-404" not in str(refusal.value)
