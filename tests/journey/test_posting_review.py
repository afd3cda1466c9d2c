"""Posting reviews: the line, the two numbers, the cause, and entries after which the ledger is right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from journey.books.money import Books, books
from journey.books.posted_lines import only_subset
from journey.books.posting_review import Entry, EntryKind, entries, in_words, review
from journey.facts import (
    LedgerRead,
    PaymentOffset,
    PostedLine,
    RemitAdjudicated,
    RemitLine,
    StatusAnswered,
    SupervisorDecided,
)
from journey.plans.file import standard_plan
from journey.words import EscalationKind, Mode, Party, PayerClass
from tests.journey.conftest import Journey, a_claim, adjusted

Adjust = Callable[[str], Any]
AT = datetime(2026, 4, 2, 14, tzinfo=UTC)
LINES = (
    RemitLine(number="L1", procedure="99213", charge=50000, paid=20000, adjustments=adjusted("OA23 300")),
    RemitLine(number="L2", procedure="80053", charge=50000, paid=12000, adjustments=adjusted("OA23 380")),
)


def decided(journey: Any, text: str = "OA23 680", paid: int = 32000, **fields: Any) -> Any:
    """The secondary's decision on the promised claim."""
    base: dict[str, Any] = {"claim_status": "2", "paid": paid, "adjustments": adjusted(text), "remarks": ()}
    return journey.remit(Party.SECONDARY, **(base | {"payer_claim_number": "SEC1", "trace": "EFT77"} | fields))


# ---- when there is one ----------------------------------------------------------------------------------------------


def test_there_is_no_review_while_nothing_is_wrong(promised: Any) -> None:
    """A wait inside the plan's patience is no review, nor is a ledger that agrees."""
    assert review(promised.case) is None
    decided(promised)
    assert review(promised.case) is None
    promised.ledger(2, 0, secondary_posted=32000)
    promised.after(days=20)
    assert review(promised.case) is None


def test_a_payment_that_is_not_posted(promised: Any) -> None:
    """V5: the two numbers, the trace by which the money is found, and the entry that puts it right."""
    decided(promised)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert (found.mode, found.ledger_balance, found.expected_balance) == (Mode.NOT_POSTED, 32000, 0)
    assert found.traces == ("EFT77",)
    assert [(each.kind, each.amount) for each in found.entries] == [(EntryKind.POST, 32000)]
    assert "to put it right: post $320.00" in in_words(found)


def test_it_ends_only_with_the_ledger(promised: Any) -> None:
    """Acknowledged is not done: the review stands until the balance is what is expected."""
    decided(promised)
    promised.after(days=14)
    promised.ledger(2, 12000, secondary_posted=20000)
    assert review(promised.case) is not None
    assert any(each.kind is EscalationKind.POSTING_REVIEW for each in promised.case.open_escalations)
    promised.ledger(3, 0, secondary_posted=32000)
    assert review(promised.case) is None
    assert not promised.case.open_escalations


def test_without_a_remittance_there_is_nothing_to_post(promised: Any) -> None:
    """A payer's word that it paid names no entry: the remittance is asked for first."""
    promised.hear(StatusAnswered, sender=Party.SECONDARY, category="F1", paid=32000)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert (found.expected_balance, found.entries) == (None, ())
    assert "no remittance is here" in found.cause


# ---- which lines ----------------------------------------------------------------------------------------------------


def test_the_ledgers_lines_tell_what_is_missing(promised: Any) -> None:
    """F6: by control number, remittance against ledger; the notice tells how many, never which."""
    decided(promised, lines=LINES)
    posted = (PostedLine(number="L1", charge=50000, secondary_posted=20000), PostedLine(number="L2", charge=50000))
    promised.ledger(2, 12000, secondary_posted=20000, lines=posted)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert found.mode is Mode.POSTED_IN_PART
    assert [(each.number, each.missing) for each in found.lines] == [("L2", 12000)]
    assert [(each.line, each.amount) for each in found.entries] == [("L2", 12000)]
    assert "line L2 (80053): paid $120.00, posted $0.00" in in_words(found)
    assert "1 of 2 lines are not posted" in promised.case.break_point.reason


def test_a_sum_that_only_one_set_of_lines_explains(promised: Any) -> None:
    """Without lines in the ledger the posted amount tells them, if it can only be one set."""
    decided(promised, lines=LINES)
    promised.ledger(2, 12000, secondary_posted=20000)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert [each.number for each in found.lines] == ["L2"]


def test_a_sum_that_several_sets_explain_names_no_line(promised: Any) -> None:
    """Two lines of the same amount: to name one of them would be a guess."""
    same = tuple(each.model_copy(update={"paid": 16000}) for each in LINES)
    decided(promised, lines=same)
    promised.ledger(2, 16000, secondary_posted=16000)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert (found.lines, [each.amount for each in found.entries]) == ((), [16000])


@settings(deadline=None)
@given(amounts=st.lists(st.integers(1, 30), min_size=1, max_size=9), data=st.data())
def test_the_only_subset_is_the_only_one(amounts: list[int], data: st.DataObject) -> None:
    """Whatever is found adds up, and a search through every subset finds no other."""
    total = data.draw(st.integers(0, sum(amounts)))
    every = [
        frozenset(place for place in range(len(amounts)) if number >> place & 1) for number in range(2 ** len(amounts))
    ]
    fitting = [each for each in every if sum(amounts[place] for place in each) == total]
    assert only_subset(amounts, total) == (fitting[0] if len(fitting) == 1 else None)


def test_a_flood_of_lines_is_given_up() -> None:
    """A claim of a hundred lines costs no search without end."""
    assert only_subset(list(range(1, 101)), 2500) is None
    assert only_subset([2**place for place in range(40)], 2**39) is None
    assert only_subset([], 0) is None


# ---- causes and codes -----------------------------------------------------------------------------------------------


def test_a_report_without_oa23_is_corrected_by_its_codes(promised: Any) -> None:
    """F16: the entry takes back what was booked twice, under the payer's code; the payer is told of the rule."""
    decided(promised, "CO45 680")
    promised.ledger(2, -68000, secondary_posted=32000)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert found.mode is Mode.REPORTED_TWICE
    assert [(each.kind, each.group, each.reason, each.amount) for each in found.entries] == [
        (EntryKind.ADJUST, "CO", "45", -68000),
        (EntryKind.ADJUST, "OA", "23", 0),
    ]
    assert "RFI 1696" in found.complaint
    assert [each.to for each in promised.actions if "RFI 1696" in each.reason] == [Party.PROVIDER]


def test_unapplied_cash_is_moved_and_the_rest_belongs_to_somebody(promised: Any) -> None:
    """Suspense: what is ours becomes the payment, and what is not is looked into."""
    decided(promised)
    promised.ledger(2, 32000, unapplied=40000)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert [(each.kind, each.amount, each.target) for each in found.entries] == [
        (EntryKind.TRANSFER, 32000, "payment"),
        (EntryKind.TRANSFER, 8000, "another account"),
    ]


def test_a_wrong_bucket_is_a_transfer(promised: Any) -> None:
    """The balance is right in sum and stands to the patient."""
    decided(promised)
    promised.ledger(2, 0, patient_balance=32000, secondary_posted=32000)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert [(each.kind, each.amount, each.origin) for each in found.entries] == [(EntryKind.TRANSFER, 32000, "patient")]


def test_own_reductions_keep_their_codes(promised: Any) -> None:
    """R4: the payer's own reductions are posted under its codes, each with its amount."""
    decided(promised, "OA23 680 CO45 300 PI50 20", paid=0)
    promised.after(days=14)
    found = review(promised.case)
    assert found is not None
    assert [(each.group, each.reason, each.amount) for each in found.entries] == [
        ("CO", "45", 30000),
        ("PI", "50", 2000),
    ]


# ---- for all ledgers ------------------------------------------------------------------------------------------------

PRIMARY = RemitAdjudicated(
    fact_id="P",
    happened_at=AT,
    learnt_at=AT,
    payer=Party.PRIMARY,
    claim_status="1",
    charge=100000,
    paid=48000,
    adjustments=adjusted("CO45 200 PR1 200 PR2 120"),
)
CASE = Journey(standard_plan().in_force("P2", PayerClass.COMMERCIAL)).case
AMOUNTS = st.sampled_from([0, 1, 2000, 12000, 30000, 32000, 68000])
SECOND = st.sampled_from(
    [
        (32000, "OA23 680", ()),
        (32000, "CO45 680", ()),
        (30000, "OA23 680 PR2 20", ()),
        (0, "OA23 680 PR2 320", ()),
        (0, "OA23 680 CO45 320", ()),
        (0, "OA23 680 PI100 320", ()),
        (30000, "OA23 680 PR2 20", ("N781",)),
    ]
)


@st.composite
def wrong_ledgers(draw: st.DrawFn) -> Books:
    """Books of a decided claim over a ledger that shows anything."""
    paid, text, remarks = draw(SECOND)
    second = RemitAdjudicated(
        fact_id="S",
        happened_at=AT,
        learnt_at=AT,
        payer=Party.SECONDARY,
        claim_status="2",
        charge=100000,
        paid=paid,
        adjustments=adjusted(text),
        remarks=remarks,
        trace="EFT1",
    )
    facts: list[Any] = [PRIMARY, second]
    base: dict[str, Any] = {"happened_at": AT, "learnt_at": AT}
    if draw(st.booleans()):
        facts.append(PaymentOffset(fact_id="O", **base, reason="WO", amount=paid or 1, trace="EFT1", names_claim=False))
    if draw(st.integers(0, 5)) == 0:
        two: dict[str, Any] = {"person": "Lee", "second_person": "Kim", "reason": "late"}
        facts.append(SupervisorDecided(fact_id="W", **base, decision="write_off", **two))
    ledger = LedgerRead(
        fact_id="L",
        **base,
        version=1,
        open_balance=draw(AMOUNTS) - draw(AMOUNTS),
        patient_balance=draw(AMOUNTS),
        secondary_posted=draw(AMOUNTS),
        unapplied=draw(AMOUNTS),
        patient_paid=draw(AMOUNTS),
    )
    return books(a_claim(), tuple(facts), ledger)


@settings(deadline=None)
@given(of=wrong_ledgers())
def test_after_its_entries_the_ledger_is_right(of: Books) -> None:
    """Whatever a ledger shows: booked as the review says, it is reconciled; one that is right needs no entry."""
    case = CASE.model_copy(update={"evidence": (*of.primary, *of.secondary)})
    found = [each for each in entries(case, of) if each.amount]
    assert of.ledger is not None
    assert bool(found) is not of.reconciled
    fields = {name: getattr(of, name) for name in Books.model_fields}
    assert Books.model_construct(**(fields | {"ledger": _booked(of.ledger, found)})).reconciled


def _booked(ledger: LedgerRead, found: list[Entry]) -> LedgerRead:
    """The ledger after the entries, by a bookkeeper who knows only what each kind of entry does."""
    opened, posted, unapplied, patient_paid = (
        ledger.open_balance,
        ledger.secondary_posted,
        ledger.unapplied,
        ledger.patient_paid,
    )
    patient = ledger.patient_balance
    for each in found:
        if each.kind is EntryKind.POST:
            opened, posted = opened - each.amount, posted + each.amount
        elif each.kind is EntryKind.ADJUST:
            opened -= each.amount
        elif each.kind is EntryKind.REFUND:
            opened, patient_paid = opened + each.amount, patient_paid - each.amount
        elif each.origin == "unapplied cash":
            unapplied -= each.amount
            if each.target == "payment":
                opened, posted = opened - each.amount, posted + each.amount
        elif each.origin in ("patient", "payer"):
            patient += -each.amount if each.origin == "patient" else each.amount
    moved = any(each.kind in (EntryKind.POST, EntryKind.ADJUST, EntryKind.REFUND) for each in found)
    moved = moved or any(each.target == "payment" for each in found)
    # A booking that changes the balance is made against the patient's, which then is what is left.
    return ledger.model_copy(
        update={
            "open_balance": opened,
            "patient_balance": opened if moved else patient,
            "secondary_posted": posted,
            "unapplied": unapplied,
            "patient_paid": patient_paid,
        }
    )
