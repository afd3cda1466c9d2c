"""Theorems of the tables, on the real plan: what silence alone leads to, and what no answer can do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from journey.case import ActionKind, Case, EscalationState, HoldState
from journey.checks import refusal
from journey.facts import (
    ClockRanOut,
    ContactLogged,
    CorrectionMade,
    HoldAsked,
    MessageSetAside,
    PersonActed,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
)
from journey.plans.file import standard_plan
from journey.plans.plan import PlanInForce
from journey.words import BreakState, EscalationKind, Hop, Level, Mode, Party, PayerClass, Rung, Switch
from tests.journey import starts
from tests.journey.starts import STARTS, WATCHED_BY, Lead

Adjust = Callable[[str], Any]


def lies_with_the_supervisor(case: Case) -> bool:
    """Whether work on the claim itself has climbed to the top; a hold that is not verified goes there at once."""
    open_ones = (each for each in case.open_escalations if each.kind is not EscalationKind.COLLECTIONS_HOLD)
    return any(each.rung is Rung.SUPERVISOR for each in open_ones)


@pytest.mark.parametrize("payer_class", PayerClass)
@pytest.mark.parametrize("start", STARTS, ids=lambda each: each.__name__)
def test_silence_alone_reaches_the_supervisor(start: Lead, payer_class: PayerClass, new_journey: Any) -> None:
    """Silence is not progress: from every hop, whoever is silent, it ends with the supervisor within four months."""
    journey = new_journey(plan=standard_plan().in_force("P2", payer_class))
    start(journey)
    within = journey.now + timedelta(days=120)
    while not lies_with_the_supervisor(journey.case):
        assert journey.ring(within) is not None, "nobody was told, and no clock is left"
    assert journey.case.resolution is None
    assert journey.case.next_clock is not None


@pytest.mark.parametrize("start", WATCHED_BY, ids=lambda each: each.__name__)
def test_each_further_wait_has_its_own_clock(start: Lead, new_journey: Any) -> None:
    """No wait of the further modes is watched by the no-progress guard alone."""
    journey = new_journey()
    start(journey)
    assert journey.clock(WATCHED_BY[start]) is not None


def test_the_starts_leave_every_hop_open_once(new_journey: Any) -> None:
    """The theorem above stands for every row of the journey table."""
    hops = set()
    for start in STARTS:
        journey = new_journey()
        start(journey)
        hops.add(journey.case.hop)
    assert hops == set(Hop)


def test_silence_goes_on_for_years_without_growing(promised: Any) -> None:
    """A forgotten case keeps ringing, and its state stays small."""
    promised.after(days=200)
    size = len(promised.case.evidence)
    promised.after(days=1500)
    assert promised.case.next_clock is not None
    assert promised.case.break_point.mode is Mode.CROSSOVER_LOST or promised.case.break_point.mode is Mode.FILING_LIMIT
    assert len(promised.case.evidence) <= size + 5
    assert len(promised.case.asked) <= 300


# ---- vague and firm answers -----------------------------------------------------------------------------------------


def _answer(**fields: Any) -> dict[str, Any]:
    return {"sender": Party.SECONDARY, "says": Said.NOTHING_NEW, "note": "under review"} | fields


FIRM = {
    "holder": Party.SECONDARY,
    "pending_action": "finish the COB review",
    "person_name": "Kim",
    "call_reference": "4711",
}


@pytest.mark.parametrize("missing", ["holder", "pending_action", "promised_date", "person_name", "call_reference"])
@pytest.mark.parametrize("start", STARTS[:13], ids=lambda each: each.__name__)
def test_a_vague_answer_moves_no_deadline(start: Lead, missing: str, new_journey: Any) -> None:
    """I5: without holder, action, date, or somebody who stands for it, nothing moves; it is only counted."""
    journey = new_journey()
    start(journey)
    journey.after(days=1)
    before = journey.case
    date_ = journey.now.date() + timedelta(days=40)
    fields = {name: value for name, value in (FIRM | {"promised_date": date_}).items() if name != missing}
    decision = journey.hear(ContactLogged, **_answer(**fields))
    assert journey.case.clocks == before.clocks
    assert journey.case.proofs == before.proofs
    assert journey.case.vague_answers == {Party.SECONDARY: 1}
    assert decision.reasons[0].rule.startswith("I5")


def test_the_second_vague_answer_goes_to_the_lead(promised: Any) -> None:
    """I5: repeats escalate; a firm answer ends the count."""
    for _ in range(promised.plan.vague_limit):
        assert not promised.case.open_escalations
        promised.hear(ContactLogged, **_answer())
        promised.after(hours=1)
    assert [each.rung for each in promised.case.open_escalations] == [Rung.LEAD]
    promised.hear(ContactLogged, **_answer(**FIRM, promised_date=date(2026, 4, 1)))
    assert not promised.case.open_escalations


def test_the_same_promise_again_winds_no_clock_up(promised: Any) -> None:
    """'We forwarded it' said again is no new evidence, however good its form."""
    due = promised.clock("T1").hard
    promised.after(days=20)
    words: dict[str, Any] = {"says": Said.FORWARDED, "person_name": "Kim", "call_reference": "1"}
    promised.hear(ContactLogged, sender=Party.PRIMARY, **words)
    promised.hear(StatusAnswered, sender=Party.PRIMARY, category="F3F")
    assert promised.clock("T1").hard == due


def test_an_extension_counts_once_and_two_weeks_at_the_most(new_journey: Any) -> None:
    """2.3: one firm answer of the holder moves a wait, at most 14 days; the next one moves nothing."""
    journey = new_journey()
    starts.accepted(journey)
    due = journey.clock("T7").hard
    far = due.date() + timedelta(days=60)
    journey.hear(ContactLogged, **_answer(**FIRM, promised_date=far))
    moved = journey.clock("T7")
    assert moved.hard - due == timedelta(days=14)
    journey.after(days=1)
    journey.hear(ContactLogged, **_answer(**FIRM, promised_date=far))
    assert journey.clock("T7").hard == moved.hard


def test_an_early_date_does_not_use_the_extension_up(new_journey: Any) -> None:
    """A promised date before the deadline moves nothing, so the one extension is still there."""
    journey = new_journey()
    starts.accepted(journey)
    due = journey.clock("T7").hard
    journey.hear(ContactLogged, **_answer(**FIRM, promised_date=due.date() - timedelta(days=5)))
    assert journey.clock("T7").hard == due
    journey.after(hours=1)
    journey.hear(ContactLogged, **_answer(**FIRM, promised_date=due.date() + timedelta(days=5)))
    assert journey.clock("T7").hard.date() == due.date() + timedelta(days=5)


def test_an_answer_of_somebody_else_moves_nothing(new_journey: Any) -> None:
    """Only the party that a clock waits for can ask for more time."""
    journey = new_journey()
    starts.accepted(journey)
    due = journey.clock("T7").hard
    fields = _answer(**FIRM, promised_date=due.date() + timedelta(days=5)) | {"sender": Party.PATIENT}
    journey.hear(ContactLogged, **fields)
    assert journey.clock("T7").hard == due


@pytest.mark.parametrize("says", [Said.PROCESSED, Said.PAID])
@pytest.mark.parametrize("document", ["", "D1"])
def test_a_document_of_the_decision_closes_the_step_and_words_do_not(
    says: Said, document: str, new_journey: Any
) -> None:
    """1.12: a step is closed by a document at least; a representative's 'it is paid' starts no search for money."""
    journey = new_journey()
    starts.accepted(journey)
    journey.after(hours=1)
    fields: dict[str, Any] = {"says": says, "person_name": "Kim", "call_reference": "1", "document": document}
    journey.hear(ContactLogged, sender=Party.SECONDARY, **fields, amount=32000)
    assert journey.case.proof(Hop.ADJUDICATED).proven is bool(document)
    assert bool(journey.clock("T10")) is bool(document)


@pytest.mark.parametrize("rung_before", [False, True], ids=["in time", "after the alarm"])
@pytest.mark.parametrize("named", [False, True], ids=["all", "by its id"])
def test_an_extension_that_is_taken_back_leaves_no_trace_in_the_clocks(
    rung_before: bool, named: bool, new_journey: Any
) -> None:
    """A supervisor's extension can be undone: every clock has its own time again, and the same work is owed."""
    journey, untouched = new_journey(), new_journey()
    for each in (journey, untouched):
        starts.promised(each)
        each.after(days=35 if rung_before else 5)
    extended = journey.hear(
        SupervisorDecided, decision="extend", person="Lee", reason="outage", until=journey.now.date() + timedelta(40)
    )
    assert journey.case.clocks != untouched.case.clocks
    back = {"takes_back": extended.case.heard[-1]} if named else {}
    journey.hear(SupervisorDecided, decision="take_back", person="Lee", reason="it was none", **back)

    def times(case: Any) -> dict[str, Any]:
        watched = (each for each in case.clocks if each.name in journey.plan.clocks_by_name)
        return {each.name: (each.soft, each.hard, each.fired, each.moved_by) for each in watched}

    assert times(journey.case) == times(untouched.case)
    assert {each.cause for each in journey.case.open_escalations} == {
        each.cause for each in untouched.case.open_escalations
    }


def test_taking_one_extension_back_leaves_the_others(new_journey: Any) -> None:
    """An incident that is undone does not undo what was decided for another reason."""
    journey = new_journey()
    starts.promised(journey)
    order: dict[str, Any] = {"decision": "extend", "person": "Lee", "reason": "r"}
    own = journey.hear(SupervisorDecided, **order, until=journey.now.date() + timedelta(days=40)).case
    outage = journey.hear(SupervisorDecided, **order, until=journey.now.date() + timedelta(days=50)).case.heard[-1]
    journey.hear(SupervisorDecided, decision="take_back", person="Lee", reason="over", takes_back=outage)
    assert journey.clock("T1").hard == next(each.hard for each in own.clocks if each.name == "T1")
    assert "no such extension" in refusal(
        journey.case,
        SupervisorDecided(
            fact_id="x",
            happened_at=journey.now,
            learnt_at=journey.now,
            decision="take_back",
            person="Lee",
            reason="r",
            takes_back="somebody else's",
        ),
        journey.plan,
        journey.now,
    )


# ---- the filing clock over everything -------------------------------------------------------------------------------


@pytest.mark.parametrize("mover", ["answer", "supervisor", "snooze"])
def test_nothing_waits_past_the_filing_limit(mover: str, new_journey: Any) -> None:
    """I7: no wait passes the limit less the reserve, whoever asks for it."""
    journey = new_journey().after(days=130)
    starts.passed_on(journey)
    latest = journey.case.filing_limit - timedelta(days=journey.plan.filing_reserve_days)
    until = latest + timedelta(days=10)
    if mover == "answer":
        journey.hear(ContactLogged, **_answer(**FIRM, promised_date=until))
    elif mover == "supervisor":
        journey.hear(SupervisorDecided, decision="extend", person="Lee", reason="migration", until=until)
    else:
        journey.hear(PersonActed, act="snoozed", person="Dana", until=until)
    capped = [each for each in journey.case.clocks if each.name in journey.plan.clocks_by_name]
    assert all(
        each.hard.date() <= max(latest, each.started_at.date())
        for each in capped
        if journey.plan.clock(each.name).capped
    )


def test_a_capped_clock_says_that_the_limit_cut_it(new_journey: Any) -> None:
    """The reason of a short wait is visible."""
    journey = new_journey().after(days=140)
    starts.promised(journey)
    assert journey.clock("T1").cut_by == "TF"


def test_near_the_limit_the_claim_goes_out_with_what_exists(new_journey: Any) -> None:
    """2.2: protective filing at 14 days, although nobody confirmed anything."""
    journey = new_journey().after(days=130)
    starts.unpromised(journey)
    journey.at(journey.now + timedelta(days=40))
    submits = [each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY]
    assert [each.detail.get("protective") for each in submits] == ["yes"]


def test_the_order_of_insurers_is_settled_even_before_a_protective_filing(new_journey: Any, adjust: Adjust) -> None:
    """I6 holds against the limit too: a claim in the wrong order is no protection."""
    journey = new_journey().after(days=130)
    journey.remit(claim_status="1", paid=0, adjustments=adjust("OA22 1000"), remarks=(), corrected_payer="EXAMPLE")
    journey.after(days=60)
    assert not [each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY]


# ---- embargo, two sides, contradiction ------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "days"), [("NY", 30), ("LA", 31)])
def test_no_manual_claim_while_the_crossover_may_arrive(state: str, days: int, new_journey: Any) -> None:
    """I2: within the payer's embargo a manual claim would be a duplicate; on the day after, it goes."""
    journey = new_journey(plan=standard_plan().in_force("P2", PayerClass.BLUES, state))
    journey.after(days=16)
    journey.remit()
    journey.ledger(1, 32000)
    promised = journey.now.date()
    for offset, search in ((20, "member_and_date"), (25, "member_and_range")):
        journey.at(journey.now.replace(hour=14) + timedelta(days=offset - (journey.now.date() - promised).days))
        journey.hear(StatusAnswered, sender=Party.SECONDARY, category="D0", searched_by=search)
    journey.after(days=14)
    submits = [each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY]
    assert len(submits) == 1
    assert (submits[0].asked_at.date() - promised).days >= days


def test_a_break_point_needs_both_sides(journey: Any) -> None:
    """I4: the payer's word alone makes it suspected, with a question for each side; ours confirms it."""
    starts.declined(journey)
    point = journey.case.break_point
    assert point.state is BreakState.SUSPECTED
    assert point.ask_provider
    assert point.ask_payer
    assert not [each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY]
    journey.ledger(1, 32000)
    assert journey.case.break_point.state is BreakState.CONFIRMED


@pytest.mark.parametrize("named", [True, False])
def test_only_somebody_who_stands_for_it_can_confirm(journey: Any, named: bool) -> None:
    """I4: a word that nobody stands for is an assumption, not evidence of a side."""
    starts.declined(journey)
    who = {"person_name": "Pat", "call_reference": "D-17"} if named else {}
    journey.hear(ContactLogged, sender=Party.PROVIDER, says=Said.NOT_TRANSMITTED, **who)
    assert (journey.case.break_point.state is BreakState.CONFIRMED) is named


def test_sides_that_disagree_are_a_contradiction(journey: Any) -> None:
    """The desk says that it sent the claim, the payer knows of none: nobody is believed, both are asked."""
    starts.declined(journey)
    journey.ledger(1, 32000, secondary_billed_on=date(2026, 3, 1))
    point = journey.case.break_point
    assert point.state is BreakState.CONTRADICTED
    assert point.evidence_against
    assert point.ask_provider
    assert point.ask_payer
    assert not [each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY]


# ---- I6 -------------------------------------------------------------------------------------------------------------


def test_the_order_is_corrected_before_the_claim_goes_out_again(new_journey: Any) -> None:
    """I6: neither a claim correction nor a corrected record is enough; the record must be seen to be right."""
    journey = new_journey()
    starts.order_questioned(journey)

    def submits() -> int:
        return sum(each.kind is ActionKind.SUBMIT_SECONDARY for each in journey.actions)

    journey.after(hours=1)
    journey.hear(CorrectionMade, corrects="claim_data", field="member_id", after="W1")
    journey.hear(CorrectionMade, corrects="cob_record", reference="COB77")
    journey.after(days=8)
    assert submits() == 0
    journey.hear(CorrectionMade, corrects="cob_verified", reference="ELIG5")
    assert submits() == 1


# ---- the hold -------------------------------------------------------------------------------------------------------


def test_a_hold_counts_once_the_ledger_shows_all_six_switches(journey: Any) -> None:
    """2.4: what the ledger shows counts, switch by switch."""
    starts.promised(journey)
    assert journey.case.hold.state is HoldState.REQUESTED
    journey.ledger(1, 32000, switches_on=tuple(Switch)[:5])
    seen = [journey.case.hold.state]
    journey.ledger(2, 32000)
    assert [*seen, journey.case.hold.state] == [HoldState.REQUESTED, HoldState.VERIFIED]


def test_an_unverified_hold_escalates_within_a_business_day(journey: Any) -> None:
    """I3: before everything else."""
    starts.promised(journey)
    journey.after(days=4)
    assert [each.kind for each in journey.case.open_escalations] == [EscalationKind.COLLECTIONS_HOLD]


def test_a_lost_hold_is_asked_for_again(promised: Any) -> None:
    """A switch that goes off by itself starts the next round."""
    promised.after(days=3)
    promised.ledger(2, 32000, switches_on=())
    assert (promised.case.hold.state, promised.case.hold.round) == (HoldState.REQUESTED, 2)


@pytest.mark.parametrize("shows", [{"last_statement_on": date(2026, 3, 20)}, {"placed_with_agency": True}])
@pytest.mark.parametrize("switches", [tuple(Switch), tuple(Switch)[1:]])
def test_a_patient_billed_during_the_hold_is_a_breach(
    promised: Any, shows: dict[str, Any], switches: tuple[Switch, ...]
) -> None:
    """I3: at once with the supervisor, whether or not the hold was lost at the same time."""
    promised.after(days=14)
    promised.ledger(2, 32000, switches_on=switches, **shows)
    assert promised.case.hold.breaches
    assert [each.rung for each in promised.case.open_escalations] == [Rung.SUPERVISOR]


def test_a_hold_never_ends_by_itself(promised: Any) -> None:
    """2.4: expiry is never silent; after 60 days without a look it escalates, and it stands."""
    promised.after(days=65)
    kinds = [each.kind for each in promised.case.open_escalations]
    assert EscalationKind.COLLECTIONS_HOLD in kinds
    assert promised.case.hold.state is HoldState.VERIFIED


def test_a_person_can_ask_for_a_hold_without_a_balance(journey: Any) -> None:
    """A hold may be wanted before any payer has spoken."""
    before = journey.case.hold.state
    journey.hear(HoldAsked, person="Dana", reason="the patient called")
    assert (before, journey.case.hold.state) == (HoldState.NONE, HoldState.REQUESTED)


# ---- one claim at a time -------------------------------------------------------------------------------------------


def _submits(journey: Any) -> list[Any]:
    return [each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY]


@pytest.mark.parametrize("again", [starts.declined, starts.unpromised])
def test_word_of_the_primary_after_our_claim_sends_no_second_one(again: Lead, new_journey: Any) -> None:
    """I2: 'not forwarded' said once more, or another remittance, is no reason to send what is already sent."""
    journey = new_journey()
    starts.sent(journey)
    journey.ledger(1, 32000)
    journey.after(days=2)
    journey.hear(StatusAnswered, sender=Party.PRIMARY, category="F3N")
    again(journey)
    assert journey.clock("T2") is None
    journey.after(days=60)
    assert not _submits(journey)


def test_a_promise_after_our_claim_makes_no_protective_second_one(new_journey: Any) -> None:
    """I2 near the limit: the claim that we sent is alive, although a crossover was announced after it."""
    journey = new_journey().after(days=140)
    starts.sent(journey)
    journey.ledger(1, 32000)
    journey.after(days=2)
    journey.remit(payer_claim_number="ICN0002")
    journey.at(journey.now + timedelta(days=45))
    assert not _submits(journey)


def test_nothing_is_sent_while_something_is_on_its_way_out(journey: Any) -> None:
    """I2: an errand that has not ended yet counts as sent."""
    starts.declined(journey)
    journey.ledger(1, 32000)
    assert len(_submits(journey)) == 1
    order: dict[str, Any] = {"decision": "resubmit_now", "person": "Lee", "second_person": "Kim", "reason": "r"}
    journey.hear(SupervisorDecided, **order)
    assert len(_submits(journey)) == 1
    first = _submits(journey)[0]
    journey.hear(SecondarySubmitted, submission_id="S1")
    journey.ended(first)
    journey.after(hours=1)
    journey.hear(SupervisorDecided, **order)
    assert len(_submits(journey)) == 2


@pytest.mark.parametrize("second", ["", "Lee", "Lee "])
def test_one_person_alone_orders_no_resubmission(sent: Any, second: str) -> None:
    """The core does not rely on the refusal at the door."""
    sent.hear(SupervisorDecided, decision="resubmit_now", person="Lee", second_person=second, reason="r")
    assert not _submits(sent)


# ---- the rest -------------------------------------------------------------------------------------------------------


def test_a_repeated_fact_changes_nothing(promised: Any) -> None:
    """I8: a duplicate is recognised, and nothing follows from it."""
    fact = promised.case.evidence[0]
    before = promised.case
    decision = promised.take(fact)
    assert not decision.applied
    assert promised.case == before
    assert not decision.actions


def test_a_taken_task_falls_back(promised: Any) -> None:
    """Acknowledged is not done: taken and not finished, it is open again one rung higher."""
    promised.after(days=31)
    (first,) = promised.case.open_escalations
    promised.hear(PersonActed, act="taken", person="Dana", escalation=first.escalation_id)
    assert promised.case.open_escalations[0].state is EscalationState.TAKEN
    promised.after(days=6)
    assert (promised.case.open_escalations[0].state, promised.case.open_escalations[0].taken_by) == (
        EscalationState.OPEN,
        "",
    )
    assert promised.case.open_escalations[0].rung is not Rung.CASE_MANAGER


def test_an_action_that_failed_asks_for_a_person(promised: Any) -> None:
    """What could not be done does not vanish."""
    promised.ended(promised.actions[0], succeeded=False)
    assert promised.case.attention


def test_a_flood_of_unreadable_messages_does_not_grow_the_case(journey: Any) -> None:
    """They are kept in the casebook; the case remembers the newest."""
    for number in range(100):
        journey.hear(MessageSetAside, name="x", digest=str(number), problem="not a list of facts")
    assert 0 < len(journey.case.attention) <= 40


def test_an_alarm_is_remembered_however_many_follow(promised: Any) -> None:
    """What has rung has rung: other alarms never push it out, or it would ring again for ever."""
    promised.after(days=31)
    rang = promised.clock("T1").fired
    assert rang
    for number in range(60):
        due = promised.now + timedelta(minutes=number)
        promised.hear(ClockRanOut, clock=f"X{number}", level=Level.HARD, due=due)
    assert promised.clock("T1").fired == rang


def test_a_reversal_that_fits_nothing_still_opens_the_case(promised: Any, adjust: Adjust) -> None:
    """F9: a takeback is heard even when its number and amount fit no payment of ours."""
    promised.remit(Party.SECONDARY, claim_status="2", paid=32000, adjustments=adjust("OA23 680"), remarks=())
    promised.ledger(2, 0, secondary_posted=32000, switches_on=())
    assert promised.case.resolution
    promised.after(days=2)
    back: dict[str, Any] = {"claim_status": "22", "paid": -100, "adjustments": (), "remarks": ()}
    promised.remit(Party.SECONDARY, **back, payer_claim_number="OTHER")
    assert promised.case.resolution is None
    assert promised.case.break_point.mode is Mode.TAKEBACK
    assert promised.clock("T13")


def test_reasons_come_in_the_order_of_the_plan(new_journey: Any) -> None:
    """The same decision is always told in the same words: nothing depends on the order of a set."""
    journey = new_journey()
    starts.nothing(journey)
    decision = journey.remit()
    started = [each.says.split()[0] for each in decision.reasons if " starts" in each.says]
    order = [each.name for each in journey.plan.clocks]
    assert started == sorted(started, key=order.index)


def test_closing_is_remembered(promised: Any, adjust: Adjust) -> None:
    """A fact after the end is recorded, and does not move the moment of closing."""
    promised.remit(Party.SECONDARY, claim_status="2", paid=32000, adjustments=adjust("OA23 680"), remarks=())
    promised.ledger(2, 0, secondary_posted=32000, switches_on=())
    promised.after(days=91)
    closed = promised.case.closed_at
    assert closed is not None
    promised.after(days=5)
    promised.hear(ContactLogged, **_answer())
    assert promised.case.closed_at == closed


def test_every_plan_in_force_is_one_of_the_standard_plan(plan: PlanInForce) -> None:
    """These theorems are about the plan that ships."""
    assert plan.version == standard_plan().version
