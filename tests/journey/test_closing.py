"""The closing proof (field notes 4.4): five points, each by its facts, and the code by which a case ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from journey.case import HoldState
from journey.facts import (
    ContactLogged,
    CorrectionMade,
    MoneyArrived,
    PaymentOffset,
    Said,
    SupervisorDecided,
)
from journey.plans.file import standard_plan
from journey.response.closing import POINT_WORDS, Point, proof
from journey.words import Mode, Party, PayerClass, Resolution, Switch
from tests.journey.conftest import a_claim

Adjust = Callable[[str], Any]


def decided(journey: Any, adjust: Adjust, text: str = "OA23 680", paid: int = 32000, **fields: Any) -> Any:
    """The secondary's decision on the promised claim."""
    base: dict[str, Any] = {"claim_status": "2", "paid": paid, "adjustments": adjust(text), "remarks": ()}
    return journey.remit(Party.SECONDARY, **(base | {"payer_claim_number": "SEC1"} | fields))


def points(journey: Any) -> str:
    """The letters of the points that hold."""
    return "".join(each.point.value for each in proof(journey.case).points if each.holds)


def test_nothing_is_proven_before_the_payer_decides(promised: Any) -> None:
    """Each point that is missing says what is missing; none of them holds by default, except money that nobody owes."""
    assert points(promised) == "de"
    told = proof(promised.case)
    assert not told.complete
    assert told.shown(Point.OUTCOME).missing == "the payer has not decided, or its remittance is not here"
    assert told.resolution is None


def test_each_point_comes_by_its_own_facts(promised: Any, adjust: Adjust) -> None:
    """(a) is the payer's remittance, (b) the ledger's read: two sources; (e) the deposit; (c) comes last."""
    decided(promised, adjust)
    assert points(promised) == "ad"
    promised.hear(MoneyArrived, sender=Party.BANK, amount=32000)
    assert points(promised) == "ade"
    promised.ledger(2, 0, secondary_posted=32000)
    assert points(promised) == "abde"
    assert promised.case.resolution is None
    promised.ledger(3, 0, secondary_posted=32000, switches_on=())
    assert points(promised) == "abcde"
    told = proof(promised.case)
    assert (told.complete, told.resolution) == (True, Resolution.PAID_IN_FULL)
    known = {each.fact_id: each.kind for each in promised.case.evidence}
    assert {known[one] for one in told.shown(Point.OUTCOME).facts} == {"remit_adjudicated"}
    assert {known[one] for one in told.shown(Point.LEDGER).facts} == {"ledger_read"}
    assert not set(told.shown(Point.OUTCOME).facts) & set(told.shown(Point.LEDGER).facts)


@pytest.mark.parametrize(
    ("text", "paid", "balance", "code"),
    [
        ("OA23 680", 32000, 0, Resolution.PAID_IN_FULL),
        ("OA23 680 PR2 20", 30000, 2000, Resolution.PAID_PATIENT_OWES),
        ("OA23 680 PR275 320", 0, 32000, Resolution.ZERO_PATIENT_OWES),
        ("OA23 680 PI100 320", 0, 32000, Resolution.ZERO_PATIENT_OWES),
        ("OA23 680 CO45 320", 0, 0, Resolution.ZERO_WRITTEN_OFF),
    ],
)
def test_the_code_says_who_paid_and_who_owes(
    promised: Any, adjust: Adjust, text: str, paid: int, balance: int, code: Resolution
) -> None:
    """R1 to R4 (F17 is R3), always with a complete proof."""
    decided(promised, adjust, text, paid)
    promised.ledger(2, balance, secondary_posted=paid)
    assert promised.case.resolution is None
    promised.ledger(3, balance, secondary_posted=paid, switches_on=())
    assert promised.case.resolution is code
    assert proof(promised.case).complete


def test_ended_cover_ends_as_r5(promised: Any, adjust: Adjust) -> None:
    """F14: the payer's word and registration's; the patient owes the primary's share, and the hold goes."""
    decided(promised, adjust, "CO27 1000", 0)
    assert promised.case.money.expected_balance is None
    promised.after(days=1)
    promised.hear(
        CorrectionMade,
        sender=Party.REGISTRATION,
        corrects="coverage",
        field="ended",
        reference="REG1",
        made_by="Dana",
    )
    assert promised.case.money.expected_balance == 32000
    assert proof(promised.case).shown(Point.OUTCOME).facts
    promised.ledger(2, 32000, switches_on=())
    assert promised.case.resolution is Resolution.COVERAGE_INVALID
    assert Mode.COVERAGE_ENDED in [each.mode for each in promised.case.found]
    assert proof(promised.case).complete


def test_a_lost_limit_ends_as_r6(promised: Any, adjust: Adjust) -> None:
    """Two persons give the balance up; then the ledger must show it."""
    decided(promised, adjust, "CO29 1000", 0)
    order: dict[str, Any] = {"decision": "write_off", "person": "Lee", "second_person": "Kim", "reason": "late"}
    promised.hear(SupervisorDecided, **order)
    promised.ledger(2, 0)
    promised.ledger(3, 0, switches_on=())
    assert promised.case.resolution is Resolution.FILING_LIMIT_LOST
    assert proof(promised.case).shown(Point.OUTCOME).holds


def test_two_persons_may_close_without_a_proof(promised: Any) -> None:
    """R7 says what it is: the points that are missing stay missing."""
    order: dict[str, Any] = {"decision": "close", "person": "Lee", "second_person": "Kim", "reason": "by agreement"}
    promised.hear(SupervisorDecided, **order)
    told = proof(promised.case)
    assert (told.resolution, told.by_supervisor, told.complete) == (Resolution.SUPERVISOR_CLOSED, True, False)


def test_a_word_of_the_payer_is_no_outcome_without_its_remittance(promised: Any) -> None:
    """(a) needs the amounts: 'paid' with a document decides, and nothing can be expected of the ledger yet."""
    said: dict[str, Any] = {"sender": Party.SECONDARY, "says": Said.PAID, "document": "D1", "amount": 32000}
    promised.hear(ContactLogged, **said)
    promised.ledger(2, 0, secondary_posted=32000)
    promised.ledger(3, 0, secondary_posted=32000, switches_on=())
    assert promised.case.resolution is None
    assert not proof(promised.case).shown(Point.OUTCOME).holds


def test_an_overpaid_patient_keeps_the_case_open(promised: Any, adjust: Adjust) -> None:
    """(d): no end before the refund, however right the balance looks."""
    decided(promised, adjust)
    promised.ledger(2, 0, secondary_posted=32000, patient_paid=5000, switches_on=())
    assert promised.case.resolution is None
    assert proof(promised.case).shown(Point.LOOSE_ENDS).missing == "a refund that is owed to the patient"
    promised.ledger(3, 0, secondary_posted=32000)
    promised.ledger(4, 0, secondary_posted=32000, switches_on=())
    assert promised.case.resolution is Resolution.PAID_IN_FULL


def test_an_offset_shows_where_the_money_went(promised: Any, adjust: Adjust) -> None:
    """(e), F7: no deposit will ever come; the payer's own adjustment is the proof."""
    decided(promised, adjust, trace="EFT1")
    assert not proof(promised.case).shown(Point.MONEY).holds
    promised.hear(PaymentOffset, reason="WO", amount=32000, trace="EFT1", names_claim=False, settles="X1")
    assert proof(promised.case).shown(Point.MONEY).holds


# ---- the permanent hold ---------------------------------------------------------------------------------------------


def test_a_protected_patients_case_ends_with_its_hold(promised: Any, adjust: Adjust) -> None:
    """F22: the hold is never released, and being seen it is as good as gone for the proof; R1 all the same."""
    decided(promised, adjust, "OA23 680 PR2 20", 30000, remarks=("N781",))
    assert promised.case.hold.permanent
    promised.ledger(2, 0, secondary_posted=30000)
    assert promised.case.resolution is Resolution.PAID_IN_FULL
    assert promised.case.hold.state is HoldState.VERIFIED
    promised.after(days=2)
    promised.ledger(3, 0, secondary_posted=30000, switches_on=tuple(Switch)[1:])
    assert promised.case.hold.state is HoldState.REQUESTED
    assert promised.case.resolution is None
    assert proof(promised.case).shown(Point.HOLD).missing == "the hold is not seen in the ledger"


def test_no_supervisor_releases_a_permanent_hold(promised: Any, adjust: Adjust) -> None:
    """Whatever is ordered, a QMB is never billed: the core does not rely on the refusal at the door."""
    decided(promised, adjust, "OA23 680 PR2 20", 30000, remarks=("N781",))
    promised.hear(SupervisorDecided, decision="release_hold", person="Lee", reason="asked for")
    assert promised.case.hold.state is HoldState.VERIFIED


def test_a_hold_that_was_released_comes_back_for_good(promised: Any, adjust: Adjust) -> None:
    """The word comes late: a correction says QMB after everything was released."""
    decided(promised, adjust)
    promised.ledger(2, 0, secondary_posted=32000, switches_on=())
    assert promised.case.resolution is Resolution.PAID_IN_FULL
    promised.after(days=3)
    decided(promised, adjust, remarks=("N782",))
    assert promised.case.resolution is None
    assert (promised.case.hold.state, promised.case.hold.permanent) == (HoldState.REQUESTED, True)
    promised.ledger(3, 0, secondary_posted=32000)
    assert promised.case.resolution is Resolution.PAID_IN_FULL


def test_medicaid_makes_the_hold_permanent_once_it_decides(new_journey: Any, adjust: Adjust) -> None:
    """Before its decision the hold is an ordinary one; after it the patient is nobody's debtor (2.4)."""
    claim = a_claim()
    medicaid = claim.secondary.model_copy(update={"payer_class": PayerClass.MEDICAID})
    plan = standard_plan().in_force("P2", PayerClass.MEDICAID)
    journey = new_journey(plan=plan, claim=claim.model_copy(update={"coverages": (claim.primary, medicaid)}))
    journey.remit()
    journey.ledger(1, 32000)
    assert not journey.case.hold.permanent
    decided(journey, adjust, "OA23 680 CO45 320", 0)
    assert journey.case.hold.permanent
    assert not journey.case.break_points
    journey.ledger(2, 0)
    assert journey.case.resolution is Resolution.ZERO_WRITTEN_OFF


# ---- amends ---------------------------------------------------------------------------------------------------------


def test_an_account_is_recalled_once_for_each_placement(promised: Any) -> None:
    """A breach by placement asks for the account back at once; reads that still show it ask no second time."""
    promised.after(days=2)

    def recalls() -> int:
        return sum(each.kind.value == "recall_account" for each in promised.actions)

    promised.ledger(2, 32000, placed_with_agency=True)
    assert recalls() == 1
    promised.ledger(3, 31000, placed_with_agency=True)
    assert recalls() == 1
    promised.ledger(4, 31000)
    promised.ledger(5, 31000, placed_with_agency=True)
    assert recalls() == 2


def test_a_statement_during_the_hold_is_corrected(promised: Any) -> None:
    """A breach by statement: a task for a corrected one, once for each statement."""
    promised.after(days=3)

    def tasks() -> int:
        return sum("corrected statement" in each.reason for each in promised.actions)

    day = promised.now.date()
    promised.ledger(2, 32000, last_statement_on=day, last_statement_amount=32000)
    promised.ledger(3, 31000, last_statement_on=day, last_statement_amount=32000)
    assert tasks() == 1
    promised.ledger(4, 31000, last_statement_on=day + timedelta(days=1), last_statement_amount=31000)
    assert tasks() == 2


def test_every_point_has_its_words() -> None:
    """Pages and packets tell the points in words."""
    assert set(POINT_WORDS) == set(Point)
    assert all(isinstance(each, str) for each in POINT_WORDS.values())


def test_a_takeback_at_provider_level_opens_the_case(promised: Any, adjust: Adjust) -> None:
    """F9 by PLB: the end is taken back, the hold armed, and the proof says why."""
    decided(promised, adjust)
    promised.ledger(2, 0, secondary_posted=32000, switches_on=())
    promised.after(days=9)
    promised.hear(PaymentOffset, reason="WO", amount=32000)
    assert promised.case.resolution is None
    assert promised.case.hold.state is HoldState.REQUESTED
    assert promised.case.break_point.mode is Mode.TAKEBACK
    assert "took its money back" in proof(promised.case).shown(Point.OUTCOME).missing
