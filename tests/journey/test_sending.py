"""What may go out, to whom and when: the duplicate lock, the freeze, held-back claims, the payer's own corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.case import Action, ActionKind
from journey.checks import refusal
from journey.evidence.marks import Mark
from journey.evidence.reading import read
from journey.facts import (
    ClaimAcknowledged,
    ClaimHeldBack,
    ContactLogged,
    CorrectionMade,
    CoverageChecked,
    PolicyTold,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
)
from journey.plans.file import standard_plan
from journey.words import BreakState, Hop, Mode, Party, PayerClass
from tests.journey.conftest import REMITTED, Journey

Adjust = Callable[[str], Any]
PLAN = standard_plan().in_force("P2", PayerClass.COMMERCIAL)


def submits(journey: Any) -> list[Action]:
    """The claims that the case asked for."""
    return [each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY]


def denied(journey: Any, text: str, **fields: Any) -> None:
    """The secondary refuses after adjudication."""
    base: dict[str, Any] = {"claim_status": "2", "paid": 0, "remarks": (), "payer_claim_number": "SEC1"}
    journey.remit(Party.SECONDARY, **(base | {"adjustments": journey.adjusted(text)} | fields))


def accepted(journey: Any, **fields: Any) -> None:
    """The secondary takes the claim."""
    journey.hear(ClaimAcknowledged, sender=Party.SECONDARY, category="A2", accepted=True, **fields)


# ---- the duplicate lock ---------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["", " ", "Lee", "Lee ", "Kim"])


@settings(deadline=None, max_examples=40)
@given(person=NAMES, second=NAMES, reason=st.sampled_from(["", "  ", "its files were lost"]), alive=st.booleans())
def test_only_two_persons_with_a_reason_may_send_another(person: str, second: str, reason: str, alive: bool) -> None:
    """I2: while a claim is alive, or may still arrive, an override needs a reason and a second person."""
    journey = Journey(PLAN).at(REMITTED)
    journey.remit()
    journey.ledger(1, 32000)
    if alive:
        journey.after(days=2)
        accepted(journey)
    journey.after(days=2)
    order = SupervisorDecided(
        fact_id="order",
        happened_at=journey.now,
        learnt_at=journey.now,
        decision="resubmit_now",
        person=person,
        second_person=second,
        reason=reason,
    )
    refused = refusal(journey.case, order, PLAN, journey.now)
    by_two = second.strip() not in ("", person.strip())
    if not refused:
        assert reason.strip()
        assert second.strip()
        journey.take(order)
    assert not submits(journey) or (by_two and bool(reason.strip()))
    assert len(submits(journey)) <= 1


@settings(deadline=None, max_examples=40)
@given(days=st.integers(0, 60), searches=st.lists(st.sampled_from(["D0", "P1", "A7", "F2"]), max_size=4))
def test_never_two_first_claims_alive_at_one_payer(days: int, searches: list[str]) -> None:
    """I2: after our claim went out, another first-time claim needs word that the one before is not alive."""
    journey = Journey(PLAN).at(REMITTED)
    journey.remit(claim_status="1", remarks=("MA19",))
    journey.ledger(1, 32000)
    for action in submits(journey):
        journey.hear(SecondarySubmitted, submission_id="S1", payer_id="P2", frequency=action.detail["frequency"])
        journey.ended(action)
    for number, category in enumerate(searches):
        journey.after(days=1 + days // 4)
        search = ("member_and_date", "member_and_range")[number % 2]
        journey.hear(StatusAnswered, sender=Party.SECONDARY, category=category, searched_by=search)
    first = [each for each in submits(journey) if each.detail["frequency"] == "1"]
    assert len(first) <= 1 or set(searches) & {"D0", "A7", "F2"}


def test_a_claim_to_the_third_payer_is_no_duplicate(sent: Any) -> None:
    """The lock is per payer: the crossover that the secondary decided says nothing of the third."""
    sent.name_third()
    accepted(sent)
    sent.after(hours=1)
    denied(sent, "OA23 680 PR2 320")
    assert [(each.detail["destination"], each.detail["frequency"]) for each in submits(sent)] == [("3", "1")]


# ---- the order first ------------------------------------------------------------------------------------------------


def test_a_predicted_wrong_order_stops_what_would_go_out_by_itself(journey: Any) -> None:
    """I6: no payer has said a word, and still nothing goes out in an order that the rules contradict."""
    for order, told in ((1, {"medicare_reason": "age"}), (2, {"holder_works": True, "employees": 500})):
        fields: dict[str, Any] = {"order": order, "holder_relation": "self"} | told
        journey.hear(PolicyTold, sender=Party.REGISTRATION, **fields)
    journey.ledger(1, 0)
    journey.remit(claim_status="1", remarks=("MA19",))
    point = journey.case.break_point
    assert (point.mode, point.state) == (Mode.WRONG_ORDER, BreakState.SUSPECTED)
    assert any(each.mode is Mode.CROSSOVER_DECLINED for each in journey.case.break_points)
    assert not submits(journey)


def test_a_271_that_disagrees_verifies_nothing(sent: Any) -> None:
    """COB is verified by a payer's own answer only where it shows our order."""
    denied(sent, "OA22 1000", corrected_payer="Example Health")
    sent.after(hours=1)
    for name, order in (("Example Health", 1), ("Medicare", 2), ("Medicare", None)):
        other = {"payer_name": name, "order": order}
        sent.hear(CoverageChecked, payer=Party.SECONDARY, sender=Party.SECONDARY, active=True, others=(other,))
        sent.after(hours=1)
    assert not submits(sent)
    other = {"payer_name": "Medicare", "order": 1}
    sent.hear(CoverageChecked, payer=Party.SECONDARY, sender=Party.SECONDARY, active=True, others=(other,))
    assert [each.detail["frequency"] for each in submits(sent)] == ["7"]


# ---- the primary takes its decision back ----------------------------------------------------------------------------


def reversed_and_decided_again(journey: Any, **fields: Any) -> None:
    """The primary's reversal, and its new decision in the same file."""
    journey.remit(claim_status="22", paid=-48000, adjustments=(), remarks=(), fact_id="z-reversal")
    journey.remit(claim_status="1", paid=50000, remarks=(), payer_claim_number="ICN0001", fact_id="a-new", **fields)


def test_a_reversal_and_its_correction_in_one_file_leave_the_correction(sent: Any) -> None:
    """1.7: whatever the ids, the reversal is of what stood before, and the correction stands."""
    accepted(sent, payer_claim_number="SEC1")
    sent.after(hours=1)
    reversed_and_decided_again(sent)
    assert sent.case.money.primary_paid == 50000
    assert [(each.detail["frequency"], each.detail["original_payer_claim_number"]) for each in submits(sent)] == [
        ("7", "SEC1")
    ]


def test_a_claim_alive_under_no_known_number_is_asked_for_first(sent: Any) -> None:
    """I2: new numbers replace the claim (7); the payer's number is asked for, and no other first claim goes out."""
    accepted(sent)
    sent.after(hours=1)
    reversed_and_decided_again(sent)
    assert not submits(sent)
    assert [each.kind for each in sent.actions if ":number:" in each.key] == [ActionKind.ASK_STATUS]
    sent.after(hours=1)
    sent.hear(StatusAnswered, sender=Party.SECONDARY, category="P1", payer_claim_number="SEC9")
    assert [each.detail["original_payer_claim_number"] for each in submits(sent)] == ["SEC9"]


def test_nothing_protective_goes_out_without_a_primary_decision(new_journey: Any) -> None:
    """F18: not even the filing limit sends a claim on numbers that the primary took back."""
    journey = new_journey().after(days=100)
    journey.remit()
    journey.after(days=10)
    journey.remit(claim_status="22", paid=-48000, adjustments=(), remarks=())
    journey.after(days=70)
    assert not submits(journey)


# ---- the primary's data, and the payer's own word -------------------------------------------------------------------


def test_the_primarys_data_are_sent_again_once(sent: Any) -> None:
    """F12: asked for the same data a second time, a person must look: no ping-pong with the payer."""
    for number in range(3):
        denied(sent, "CO16 1000", remarks=("N479",), payer_claim_number=f"SEC{number}")
        sent.after(hours=1)
        for action in submits(sent)[number:]:
            sent.hear(SecondarySubmitted, submission_id=action.key, payer_id="P2", frequency="7")
            sent.ended(action)
        sent.after(hours=1)
    assert [each.detail["frequency"] for each in submits(sent)] == ["7"]
    assert sent.case.break_point.mode is Mode.DOCUMENT_WANTED


def test_a_member_number_that_changes_nothing_sends_nothing(sent: Any) -> None:
    """V3 by machine: the payer names the number that the claim had already, so a person must look."""
    claim = sent.case.claim
    known = claim.secondary.model_copy(update={"member_id": "W1"})
    sent.case = sent.case.model_copy(update={"claim": claim.model_copy(update={"coverages": (claim.primary, known)})})
    denied(sent, "CO140 1000", corrected_member_id="W1")
    assert not submits(sent)
    sent.after(hours=1)
    denied(sent, "CO140 1000", corrected_member_id="W2", payer_claim_number="SEC2")
    assert [each.detail["member_id"] for each in submits(sent)] == ["W2"]


def test_what_a_correction_says_stays_inside_the_case(sent: Any) -> None:
    """I11: a member number stands in the claim and in the reasons, in no notice, key or label."""
    denied(sent, "CO140 1000", corrected_member_id="W-SECRET")
    told = [each for each in sent.actions if each.kind is ActionKind.NOTIFY]
    assert told
    assert not any("W-SECRET" in each.model_dump_json() for each in told)
    assert not any("W-SECRET" in each.key for each in sent.actions)
    assert any("nothing → W-SECRET" in each.says for each in sent.decisions[-1].reasons)


# ---- held back ------------------------------------------------------------------------------------------------------


def held_back(journey: Any, problem: str = "member_id: take it from the card") -> Action:
    """Our own rules refuse the newest claim."""
    action = submits(journey)[-1]
    journey.hear(ClaimHeldBack, key=action.key, problems=(problem,))
    journey.ended(action, succeeded=False)
    return action


def test_a_held_back_claim_names_field_and_fix_and_waits_for_a_correction(journey: Any) -> None:
    """Nothing was sent; the work says which field; each correction makes a claim of its own, no other fact does."""
    journey.ledger(1, 32000)
    journey.remit(claim_status="1", remarks=("MA19",))
    first = held_back(journey)
    assert not journey.case.proof(Hop.TRANSMITTED).proven
    assert not journey.case.attention
    assert [each.reason for each in journey.case.open_escalations if "member_id" in each.reason]
    journey.after(days=1)
    assert len(submits(journey)) == 1
    journey.hear(CorrectionMade, corrects="claim_data", field="member_id", after="W1", fact_id="c1")
    second = held_back(journey, "payer_id: name the payer")
    journey.after(hours=1)
    journey.hear(CorrectionMade, corrects="claim_data", field="payer_id", after="60054", fact_id="c2")
    keys = [each.key for each in submits(journey)]
    assert keys == [first.key, f"{first.key}:c1", f"{first.key}:c2"]
    assert second.detail["member_id"] == "W1"
    assert submits(journey)[-1].detail["payer_id"] == "60054"


# ---- reaching the patient -------------------------------------------------------------------------------------------


def channels(journey: Any) -> list[str]:
    """The ways in which the patient was to be reached, in order."""
    told = [each for each in journey.actions if ":T9:outreach:" in each.key]
    return [each.detail["channel"] for each in told]


@pytest.mark.parametrize(("days", "reached"), [(1, 1), (8, 2), (15, 3), (60, 3)])
def test_the_patient_is_reached_by_each_channel_once(days: int, reached: int, sent: Any) -> None:
    """2.3 T9: a letter at once, a call after a week, a message after two, and nothing twice."""
    sent.hear(StatusAnswered, sender=Party.SECONDARY, category="P4")
    sent.after(days=days)
    assert channels(sent) == ["letter", "phone", "portal"][:reached]


@pytest.mark.parametrize("says", [Said.QUESTIONNAIRE_ANSWERED, Said.NO_ACCIDENT, Said.ACCIDENT])
@pytest.mark.parametrize("reference", ["", "CONF-1"])
def test_nobody_is_reached_who_answered(says: Said, reference: str, sent: Any) -> None:
    """An answer counts with its confirmation number; then the outreach ends, and the payer is asked to go on."""
    sent.hear(StatusAnswered, sender=Party.SECONDARY, category="P4")
    sent.after(days=2)
    sent.hear(ContactLogged, sender=Party.PATIENT, says=says, person_name="Ms Roe", call_reference=reference)
    sent.after(days=10)
    assert channels(sent) == (["letter"] if reference else ["letter", "phone"])
    assert (sent.clock("T9R") is not None) is bool(reference)


# ---- the third payer ------------------------------------------------------------------------------------------------


def billed_third(journey: Any) -> None:
    """The secondary paid a part, it is posted, and the claim went on to the third payer."""
    journey.name_third()
    accepted(journey)
    journey.after(hours=1)
    fields: dict[str, Any] = {"claim_status": "2", "paid": 20000, "remarks": (), "payer_claim_number": "SEC1"}
    journey.remit(Party.SECONDARY, **fields, adjustments=journey.adjusted("OA23 680 PR2 120"))
    journey.after(hours=1)
    journey.ledger(2, 12000, secondary_posted=20000)
    journey.after(hours=1)
    journey.hear(SecondarySubmitted, submission_id="S2", payer_id="P3")
    journey.after(hours=1)


def test_the_third_payer_must_prove_every_hop_itself(sent: Any) -> None:
    """F15: what the secondary says proves nothing of the claim that the third payer has."""
    billed_third(sent)
    accepted(sent)
    sent.hear(StatusAnswered, sender=Party.SECONDARY, category="F1", paid=20000)
    assert [sent.case.proof(hop).proven for hop in Hop] == [True, False, False, False, False, False]
    sent.hear(ClaimAcknowledged, sender=Party.TERTIARY, category="A2", accepted=True)
    assert sent.case.proof(Hop.ACCEPTED).proven
    assert sent.case.holder.party is Party.TERTIARY


def test_the_filing_limit_is_that_of_the_third_payer(sent: Any) -> None:
    """The third payer's own limit counts, from the secondary's remittance."""
    before = sent.case.filing_limit
    billed_third(sent)
    assert before == date(2026, 6, 10)
    assert sent.case.filing_limit == date(2026, 6, 10) + timedelta(days=(sent.now.date() - REMITTED.date()).days)


def test_the_secondarys_money_is_watched_while_the_third_has_the_claim(sent: Any) -> None:
    """The billing system was quick: the claim went on before the secondary's payment came."""
    sent.name_third()
    fields: dict[str, Any] = {"claim_status": "2", "paid": 20000, "remarks": (), "payer_claim_number": "SEC1"}
    sent.remit(Party.SECONDARY, **fields, adjustments=sent.adjusted("OA23 680 PR2 120"))
    sent.after(hours=1)
    sent.hear(SecondarySubmitted, submission_id="S2", payer_id="P3", ours=False)
    assert sent.clock("T10") is not None
    sent.after(hours=1)
    sent.ledger(2, 12000, secondary_posted=20000)
    assert sent.clock("T10") is None
    assert sent.clock("T3") is not None


def test_medicare_in_the_third_place_gets_paper(sent: Any) -> None:
    """1.11: more than one payer before Medicare is paper only: a task, never an electronic claim."""
    sent.name_third(PayerClass.MEDICARE)
    denied(sent, "OA23 680 PR2 320")
    sent.after(days=120)
    assert not submits(sent)
    assert any(each.detail.get("channel") == "paper" for each in sent.actions)


# ---- ended cover ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "ended"),
    [
        ({"active": False}, True),
        ({"until": date(2026, 1, 31)}, True),
        ({"since": date(2026, 3, 1)}, True),
        ({"active": True}, False),
        ({"active": True, "until": date(2026, 2, 28)}, False),
        ({"active": None}, False),
    ],
)
def test_a_271_speaks_for_the_days_of_service(check: dict[str, Any], ended: bool, promised: Any) -> None:
    """F14: what counts is whether the policy was in force on 20 February."""
    promised.after(hours=1)
    promised.hear(CoverageChecked, payer_ids=("P2",), **check)
    assert any(each.mode is Mode.COVERAGE_ENDED for each in promised.case.break_points) is ended


@pytest.mark.parametrize(
    ("ours", "state"), [((), "suspected"), (("ended",), "confirmed"), (("ended", "found"), "confirmed")]
)
def test_cover_has_ended_when_both_sides_say_so(ours: tuple[str, ...], state: str, sent: Any) -> None:
    """F14: expected is the primary's share only while registration stands by it that nothing else was found."""
    denied(sent, "CO27 1000")
    for field in ours:
        sent.after(hours=1)
        sent.hear(CorrectionMade, sender=Party.REGISTRATION, corrects="coverage", field=field, reference="E1")
    point = sent.case.break_point
    assert point is None or point.state == state
    assert sent.case.money.expected_balance == (32000 if ours == ("ended",) else None)


@pytest.mark.parametrize("text", ["CO26 1000", "CO27 1000", "CO166 1000", "CO200 1000"])
def test_a_date_after_the_services_contradicts_itself(text: str, sent: Any) -> None:
    """F14: a payer whose own date says that the policy was still in force is not believed."""
    denied(sent, text, coverage_ended=date(2026, 3, 31))
    assert sent.case.break_point.state is BreakState.CONTRADICTED


def test_the_reading_says_whether_the_primary_has_decided(sent: Any) -> None:
    """F18: open from the reversal to the next decision, at which the mark for new numbers is made."""
    states = [read(sent.case.claim, sent.case.evidence, sent.plan).primary_open]
    sent.remit(claim_status="22", paid=-48000, adjustments=(), remarks=())
    states.append(read(sent.case.claim, sent.case.evidence, sent.plan).primary_open)
    sent.after(hours=1)
    sent.remit(claim_status="1", remarks=(), payer_claim_number="ICN2")
    reading = read(sent.case.claim, sent.case.evidence, sent.plan)
    assert [*states, reading.primary_open] == [False, True, False]
    assert reading.newest(Mark.PRIMARY_CORRECTED) is not None


# ---- two orders against each other ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [(), (Party.PRIMARY,), (Party.SECONDARY,), (Party.PRIMARY, Party.SECONDARY)])
@pytest.mark.parametrize("decides", [True, False])
def test_both_records_must_agree_and_the_primary_decide(shown: tuple[Party, ...], decides: bool, sent: Any) -> None:
    """F19: one record is not the order: both agree, by their own 271, then the primary decides, then the claim goes."""
    order = sent.adjusted("OA22 1000")
    sent.remit(claim_status="1", paid=0, adjustments=order, remarks=(), corrected_payer="Aetna", fact_id="p")
    sent.after(hours=1)
    denied(sent, "OA22 1000", corrected_payer="Medicare")
    assert sent.case.break_point.mode is Mode.BOTH_SECOND
    for payer in shown:
        sent.after(hours=1)
        name, place = ("Aetna", 2) if payer is Party.PRIMARY else ("Medicare", 1)
        other = {"payer_name": name, "order": place}
        sent.hear(CoverageChecked, payer=payer, sender=payer, active=True, others=(other,))
    sent.after(hours=1)
    if decides:
        sent.remit(claim_status="1", remarks=(), payer_claim_number="ICN2")
    # A primary that decides as the first payer shows its own record by doing so.
    agreed = Party.SECONDARY in shown and decides
    assert [each.detail["frequency"] for each in submits(sent)] == (["7"] if agreed else [])
