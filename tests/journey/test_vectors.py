"""The test vectors A to K of the field notes (section 7), with the results that they must have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from journey.books.money import Mismatch, books
from journey.case import HoldState
from journey.facts import ClaimAcknowledged, ContactLogged, Said, StatusAnswered
from journey.words import BreakState, EscalationKind, Grade, Hop, Mode, Party, Resolution

Adjust = Callable[[str], Any]


def decided(journey: Any, adjust: Adjust, text: str, **fields: Any) -> Any:
    """The secondary's remittance of vectors D to G."""
    base: dict[str, Any] = {
        "claim_status": "2",
        "paid": 32000,
        "adjustments": adjust(text),
        "remarks": (),
        "payer_claim_number": "SEC0001",
    }
    return journey.remit(Party.SECONDARY, **(base | fields))


def status(journey: Any, category: str, code: str = "", searched_by: str = "member_and_date") -> Any:
    """A 277 of the secondary."""
    return journey.hear(
        StatusAnswered, sender=Party.SECONDARY, category=category, status_code=code, searched_by=searched_by
    )


def test_a_promise_starts_a_timer_and_closes_nothing(promised: Any) -> None:
    """A: 19 with MA18 starts T1; 320 is insurance pending; a hold stands; no hop is proven."""
    assert promised.clock("T1").hard.date() == (promised.now + timedelta(days=30)).date()
    assert promised.case.hop is Hop.TRANSMITTED
    assert promised.case.proof(Hop.TRANSMITTED).grade is Grade.STATED
    assert promised.case.money.at_risk == 32000
    assert promised.case.hold.state is HoldState.VERIFIED


def test_b_declined_is_v1a_at_once(journey: Any, adjust: Adjust) -> None:
    """B: MA19 says that nothing was sent; no day is lost."""
    journey.ledger(1, 0)
    journey.remit(claim_status="1", remarks=("MA01", "MA19"))
    assert (journey.case.break_point.mode, journey.case.break_point.state) == (
        Mode.CROSSOVER_DECLINED,
        BreakState.CONFIRMED,
    )


def test_a_then_two_times_not_found_is_v1b(promised: Any) -> None:
    """A + 30 days + J + J: two searches, two business days apart, by different keys, and T1 has passed."""
    promised.after(days=22)
    status(promised, "D0", "35")
    promised.after(days=5)
    status(promised, "D0", "35", "member_and_range")
    assert not promised.case.break_points
    promised.after(days=4)
    assert (promised.case.break_point.mode, promised.case.break_point.state) == (
        Mode.CROSSOVER_LOST,
        BreakState.CONFIRMED,
    )


@pytest.mark.parametrize(("days", "second"), [(5, "member_and_date"), (0, "member_and_range"), (1, "member_and_range")])
def test_the_same_search_or_one_too_soon_is_no_proof_of_absence(promised: Any, days: int, second: str) -> None:
    """Field notes 1.9: one D0 is not proof; neither are two alike, nor two on consecutive days."""
    promised.after(days=25)
    status(promised, "D0", "35")
    promised.after(days=days)
    status(promised, "D0", "35", second)
    assert not promised.case.proof(Hop.RECEIVED).against


def test_one_not_found_and_a_named_person_are_proof_of_absence(promised: Any) -> None:
    """Field notes 1.9: one D0 plus a representative's statement with a call reference."""
    promised.after(days=25)
    status(promised, "D0", "35")
    said: dict[str, Any] = {"sender": Party.SECONDARY, "says": Said.NO_RECORD}
    promised.hear(ContactLogged, **said)
    assert not promised.case.proof(Hop.RECEIVED).against
    promised.hear(ContactLogged, **said, person_name="Kim", call_reference="4711")
    assert promised.case.proof(Hop.RECEIVED).against


def test_two_calls_on_one_day_are_no_proof_of_absence(promised: Any) -> None:
    """Two people at one desk on one day made one search."""
    said: dict[str, Any] = {"sender": Party.SECONDARY, "says": Said.NO_RECORD, "call_reference": "1"}
    promised.hear(ContactLogged, **said, person_name="Kim")
    promised.hear(ContactLogged, **said, person_name="Lou")
    assert not promised.case.proof(Hop.RECEIVED).against


def test_c_names_the_payer_that_comes_first(journey: Any, adjust: Adjust) -> None:
    """C: CARC 22 with NM1*PR is V4, strong."""
    journey.remit(
        claim_status="1",
        paid=0,
        adjustments=adjust("OA22 1000"),
        remarks=(),
        corrected_payer="EXAMPLE HEALTH",
        corrected_payer_id="70002",
        other_subscriber=True,
    )
    assert (journey.case.break_point.mode, journey.case.break_point.state) == (Mode.WRONG_ORDER, BreakState.CONFIRMED)
    assert [each.kind for each in journey.case.open_escalations] == [EscalationKind.COB_CORRECTION]


def test_a_and_d_posted_settle_to_zero(promised: Any, adjust: Adjust) -> None:
    """A + D posted: balance 0, R1."""
    decided(promised, adjust, "OA23 680")
    promised.ledger(2, 0, secondary_posted=32000)
    promised.ledger(3, 0, secondary_posted=32000, switches_on=())
    assert promised.case.money.expected_balance == promised.case.money.rolled_balance == 0
    assert promised.case.resolution is Resolution.PAID_IN_FULL


def test_a_and_d_unposted_is_v5(promised: Any, adjust: Adjust) -> None:
    """A + D unposted: the ledger still shows the primary's patient share."""
    decided(promised, adjust, "OA23 680")
    promised.after(days=14)
    assert promised.case.break_point.mode is Mode.NOT_POSTED
    assert promised.case.money.ledger_balance == promised.case.money.primary_patient_share == 32000


def test_a_and_e_posted_as_told_is_a_false_credit(promised: Any, adjust: Adjust) -> None:
    """A + E auto-posted: -680 in the ledger, F16, the truth is 0, and the missing OA23 shows."""
    decided(promised, adjust, "CO45 680")
    promised.ledger(2, -68000, secondary_posted=32000)
    money = promised.case.money
    assert (money.expected_balance, money.rolled_balance, money.ledger_balance) == (0, -68000, -68000)
    of = books(promised.case.claim, promised.case.evidence, promised.case.evidence[-1])
    assert of.reports_twice
    assert of.mismatch() is Mismatch.FALSE_CREDIT
    promised.after(days=14)
    assert (promised.case.break_point.mode, promised.case.break_point.state) == (
        Mode.REPORTED_TWICE,
        BreakState.CONFIRMED,
    )


def test_f_takes_d_back_and_opens_the_case(promised: Any, adjust: Adjust) -> None:
    """A + D + F: balance 320 again, F9, the hold is armed again."""
    decided(promised, adjust, "OA23 680")
    promised.ledger(2, 0, secondary_posted=32000, switches_on=())
    assert promised.case.resolution is Resolution.PAID_IN_FULL
    promised.after(days=20)
    decided(promised, adjust, "OA23 -680", claim_status="22", paid=-32000)
    assert promised.case.resolution is None
    assert promised.case.money.at_risk == 32000
    assert promised.case.break_point.mode is Mode.TAKEBACK
    assert (promised.case.hold.state, promised.case.hold.round) == (HoldState.REQUESTED, 2)


def test_g_duplicate_is_proof_of_being_on_file(sent: Any, adjust: Adjust) -> None:
    """G: CARC 18 with N522 is F11, and the claim is on file."""
    decided(sent, adjust, "OA18 1000", paid=0, remarks=("N522",))
    assert sent.case.break_point.mode is Mode.DUPLICATE
    assert sent.case.proof(Hop.ACCEPTED).proven
    assert not sent.case.open_escalations


def test_h_and_i_are_a_rejection_and_an_acceptance(sent: Any) -> None:
    """H: A7:164 is V3; I: A2 of the payer is on file; the later word counts."""
    ack: dict[str, Any] = {"sender": Party.SECONDARY, "category": "A7", "status_code": "164", "accepted": False}
    sent.hear(ClaimAcknowledged, **ack)
    assert sent.case.break_point.mode is Mode.REJECTED_FOR_MISMATCH
    assert not sent.case.proof(Hop.ACCEPTED).proven
    sent.after(hours=1)
    sent.hear(ClaimAcknowledged, **(ack | {"category": "A2", "status_code": "20", "accepted": True}))
    assert sent.case.break_point is None
    assert sent.case.proof(Hop.ACCEPTED).proven


def test_i_from_a_clearinghouse_is_not_on_file(sent: Any) -> None:
    """Field notes 0, fact 4: only the payer's own acceptance proves 'on file'."""
    sent.hear(ClaimAcknowledged, sender=Party.CLEARINGHOUSE, category="A2", status_code="20", accepted=True)
    assert not sent.case.proof(Hop.RECEIVED).proven
    assert sent.clock("T5")


def test_a_clearinghouse_never_overrules_the_payer(sent: Any) -> None:
    """Field notes 1.8, conflict rule: a payer message outranks a clearinghouse message."""
    sent.hear(ClaimAcknowledged, sender=Party.SECONDARY, category="A2", accepted=True)
    sent.after(hours=1)
    sent.hear(ClaimAcknowledged, sender=Party.CLEARINGHOUSE, category="A3", accepted=False)
    assert sent.case.break_point is None
    assert sent.case.hop is Hop.ADJUDICATED


@pytest.mark.parametrize(("category", "mode"), [("F3F", None), ("F3N", Mode.CROSSOVER_DECLINED)])
def test_k_at_the_primary_says_whether_it_forwarded(journey: Any, category: str, mode: Mode | None) -> None:
    """K: F3F promises, F3N declines; both from the primary, where the question belongs."""
    journey.remit(claim_status="1", remarks=())
    journey.after(hours=1)
    journey.hear(StatusAnswered, sender=Party.PRIMARY, category=category, status_code="16", entity="TT")
    assert bool(journey.clock("T1")) is (mode is None)
    assert (journey.case.break_point.mode if journey.case.break_point else None) is mode
