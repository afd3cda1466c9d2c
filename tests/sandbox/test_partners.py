"""Each partner does what its script says, answers with the right numbers, and is reached by files and notices only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from journey.facts import Said
from journey.words import Mode, Resolution
from sandbox.truth import Manner, RefusedBy, Return
from tests.sandbox.heard import answers, codes, deaf, played

NO_MONEY = (Resolution.FILING_LIMIT_LOST, Resolution.COVERAGE_INVALID)
"""Ends in which the practice never sees the secondary's money; kept or sent to the patient, it does not either."""


async def test_every_journey_ends_with_the_true_balance(make_stage: Any) -> None:
    """Answered rightly and in time, each claim of a world ends within 115 days with what the patient truly owes."""
    stage = await make_stage(claims=60).play(days=115)
    for script in played(stage):
        shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        paid = stage.world.ledger.patient_paid(script.claim_number)
        assert shown.open_balance == shown.patient_balance == script.patient_owes - paid
        assert shown.unapplied == 0
        due = script.final.paid + (script.tertiary.paid if script.tertiary else 0)
        kept = script.resolution in NO_MONEY or script.manner is Manner.KEPT
        assert shown.deposits == (0 if kept else due)
    assert stage.world.finished


async def test_a_lost_crossover_is_nowhere_until_a_claim_is_sent(make_stage: Any, items: Any) -> None:
    """V1b: announced with 19 or a remark, two searches find nothing, the manual claim is accepted and paid."""
    stage = await make_stage(claims=30, only=Mode.CROSSOVER_LOST).play()
    for script in played(stage):
        first = answers(stage, items, "835", script.claim_number)[0]
        assert first.status == "19" or set(first.remarks) & {"MA18", "MA07", "N89"}
        assert (first.crossover_carrier is not None) == (first.status == "19")
        assert codes(answers(stage, items, "277", script.claim_number)) == ["D0:35", "D0:35"]
        assert "A2:20" in codes(answers(stage, items, "277ca", script.claim_number))


async def test_answers_carry_the_numbers_of_the_request(make_stage: Any, items: Any) -> None:
    """999 by group and set control, 277CA by our claim number and REF*D9, 277 by the number of the question."""
    stage = await make_stage(claims=30, only=Mode.CROSSOVER_LOST).play()
    script = played(stage)[0]
    syntax = [each for name, data in stage.files.items() if "-999-" in name for each in items(data)]
    ours = [each for each in syntax if each.type == "set_acknowledgement" and each.header.acknowledged_group == "77"]
    assert ours
    assert all(each.accepted and each.set_control == "00770001" for each in ours)
    acks = answers(stage, items, "277ca", script.claim_number)
    assert [each.header.source.entity for each in acks] == ["AY", "PR"]
    returned = {ref.value for each in acks for ref in each.references if ref.qualifier == "D9"}
    assert returned == {f"sub-{script.claim_number}-first"}
    status = answers(stage, items, "277", f"q-{script.claim_number}-1")
    assert len(status) == 1


async def test_a_declined_crossover_says_so(make_stage: Any, items: Any) -> None:
    """V1a: CLP02 = 1 with MA19, MA68 or MA08; nothing else moves before Baton sends the claim."""
    stage = await make_stage(claims=30, only=Mode.CROSSOVER_DECLINED).play()
    for script in played(stage):
        first = answers(stage, items, "835", script.claim_number)[0]
        assert first.status == "1"
        assert set(first.remarks) & {"MA19", "MA68", "MA08"}


async def test_nobody_sends_what_everybody_assumes(make_stage: Any) -> None:
    """V2: without a request of Baton nothing ever reaches the secondary."""
    stage = make_stage(claims=30, only=Mode.CROSSOVER_ASSUMED)
    stage.knowing.silent = True
    await stage.play(days=90)
    assert not stage.world.tally.complete_at
    assert not [name for name in stage.files if "-277ca-" in name]


async def test_a_mismatch_is_refused_until_the_member_id_is_right(make_stage: Any, items: Any) -> None:
    """V3: refused by clearinghouse, payer or remittance; the same id again is refused again; the right one is paid."""
    stage = await make_stage(claims=120, only=Mode.REJECTED_FOR_MISMATCH).play()
    senders = set()
    for script in played(stage):
        assert script.refusal
        senders.add(script.refusal.by)
        if script.refusal.by is RefusedBy.REMITTANCE:
            denial = answers(stage, items, "835", script.claim_number)[1]
            assert denial.paid_cents == 0
            assert script.refusal.code.split(":")[1] in {each.reason for each in denial.all_adjustments}
        else:
            said = ":".join(script.refusal.code.split(":")[:2])
            assert said in codes(answers(stage, items, "277ca", script.claim_number))
    assert senders == set(RefusedBy)
    assert not stage.world.tally.first_time_after_denial
    fixed = {each.after for each in stage.knowing.corrections}
    assert fixed == {each.true_member_id for each in stage.world.scripts.values()}


async def test_an_uncorrected_claim_is_refused_again(make_stage: Any, items: Any) -> None:
    """V3: sending the same claim once more changes nothing."""
    stage = make_stage(claims=30, only=Mode.REJECTED_FOR_MISMATCH)
    stage.knowing.stubborn = True
    await stage.play(days=90)
    script = next(iter(stage.world.scripts.values()))
    assert script.refusal
    assert script.refusal.by is RefusedBy.PAYER
    said = ":".join(script.refusal.code.split(":")[:2])
    assert codes(answers(stage, items, "277ca", script.claim_number)).count(said) == 2
    assert not stage.world.tally.complete_at


async def test_a_wrong_order_names_who_should_come_first(make_stage: Any, items: Any) -> None:
    """V4: OA22 with NM1*PR and NM1*GB, or A7:85; corrected and verified before the claim is taken."""
    stage = await make_stage(claims=120, only=Mode.WRONG_ORDER).play()
    for script in played(stage):
        assert script.refusal
        if script.refusal.by is RefusedBy.PAYER:
            assert "A7:85" in codes(answers(stage, items, "277ca", script.claim_number))
        else:
            denial = answers(stage, items, "835", script.claim_number)[1]
            assert denial.priority_payer.identifier not in (script.bill.other.payer.payer_id, "")
            assert denial.other_subscriber is not None
    steps = [each.corrects for each in stage.knowing.corrections]
    by_phone = [each for each in stage.world.scripts.values() if not each.told_by_271]
    assert steps.count("cob_record") == len(stage.world.scripts) > len(by_phone)
    assert steps.count("cob_verified") == len(by_phone)
    assert all(each.reference and each.effective_date for each in stage.knowing.corrections)
    assert not stage.world.tally.before_cob_verified


async def test_a_claim_before_the_order_is_verified_is_counted_and_refused(make_stage: Any) -> None:
    """I6: resubmission never precedes the correction; the world counts each that does."""
    stage = make_stage(claims=30, only=Mode.WRONG_ORDER)
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=24))
    script = next(iter(stage.world.scripts.values()))
    stage.knowing.request(script, "too-early")
    stage.world.desk.notice = deaf
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=5))
    assert stage.world.tally.before_cob_verified[script.claim_number] == 1


async def test_three_ways_not_to_post(make_stage: Any) -> None:
    """V5: forgotten, in suspense, in the wrong bucket; each stays wrong in the ledger until a review."""
    stage = make_stage(claims=120, only=Mode.NOT_POSTED)
    stage.world.desk.notice = deaf
    await stage.play(days=60)
    shown = set()
    for script in stage.world.scripts.values():
        now = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        assert now.deposits == script.final.paid
        assert now.patient_balance == script.primary.patient_share
        shown.add((now.secondary_posted > 0, now.unapplied > 0))
    assert shown == {(False, False), (False, True), (True, False)}
    assert not stage.world.tally.complete_at


async def test_a_posting_review_puts_the_ledger_right(make_stage: Any) -> None:
    """V5: one business day after the notice the balance is the patient's share, and the clerk says so."""
    stage = await make_stage(claims=60, only=Mode.NOT_POSTED).play()
    scripts = played(stage)
    assert [each.corrects for each in stage.knowing.corrections] == ["posting"] * len(scripts)


async def test_dual_blame_ends_with_a_call(make_stage: Any, items: Any) -> None:
    """F8: the payer accepted, then finds nothing twice; a three-way call with names and a date makes it decide."""
    stage = await make_stage(claims=60, only=Mode.DUAL_BLAME).play()
    for script in played(stage):
        assert "A2:20" in codes(answers(stage, items, "277ca", script.claim_number))
        assert codes(answers(stage, items, "277", script.claim_number)) == ["D0:35", "D0:35"]
    calls = [each for each in stage.knowing.contacts if each.says is Said.RECEIVED]
    assert len(calls) == len(stage.world.scripts)
    assert all(each.person_name and each.call_reference and each.promised_date for each in calls)


async def test_a_payer_takes_back_and_corrects(make_stage: Any, items: Any) -> None:
    """F9: CLP02 = 22 with the old number, then a correction with a new one that names the old (REF*F8)."""
    stage = await make_stage(claims=120, only=Mode.TAKEBACK).play()
    for script in played(stage):
        if script.taken_back_by is Return.RECOUPMENT:
            continue
        _, paid, back, corrected = answers(stage, items, "835", script.claim_number)
        assert back.reversal
        assert back.paid_cents == -paid.paid_cents
        assert back.payer_claim_number == paid.payer_claim_number != corrected.payer_claim_number
        assert corrected.original_payer_claim_number == paid.payer_claim_number
        assert corrected.paid_cents == script.final.paid


async def test_a_lost_filing_limit_is_written_off_by_two_people(make_stage: Any, items: Any) -> None:
    """F10: CO29, nothing paid; only a supervisor with a second person lets go, and the patient is never billed."""
    stage = await make_stage(claims=60, only=Mode.FILING_LIMIT).play()
    for script in played(stage):
        last = answers(stage, items, "835", script.claim_number)[-1]
        assert last.paid_cents == 0
        assert last.adjusted_cents("CO", "29") == script.primary.patient_share
        assert script.resolution is Resolution.FILING_LIMIT_LOST
        assert not stage.world.ledger.statements(script.claim_number)
    assert all(each.second_person and each.reason for each in stage.knowing.decisions)


async def test_ours_is_the_duplicate_of_a_late_crossover(make_stage: Any, items: Any) -> None:
    """F11: refused as a duplicate by 277CA or 835, the crossover is paid, and neither counts as our mistake."""
    stage = await make_stage(claims=60, only=Mode.DUPLICATE).play()
    for script in played(stage):
        assert script.refusal
        if script.refusal.by is RefusedBy.PAYER:
            assert "A3:54" in codes(answers(stage, items, "277ca", script.claim_number))
        else:
            reasons = [each.all_adjustments for each in answers(stage, items, "835", script.claim_number)]
            assert any(adjusted.reason == "18" for adjusted_all in reasons for adjusted in adjusted_all)
    assert not stage.world.tally.duplicates


@pytest.mark.parametrize("mode", [None, Mode.DUAL_BLAME])
async def test_a_second_first_time_claim_is_a_duplicate(make_stage: Any, items: Any, mode: Mode | None) -> None:
    """I2: whoever sends a first-time claim while the payer has one has sent a duplicate."""
    stage = make_stage(claims=30, only=mode)
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=40))
    script = next(iter(stage.world.scripts.values()))
    stage.knowing.request(script, "again")
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=6))
    assert stage.world.tally.duplicates == {script.claim_number: 1}
    assert codes(answers(stage, items, "277ca", script.claim_number))[-1] == "A3:54"


async def test_duplicates_are_counted_and_never_paid(make_stage: Any) -> None:
    """However many claims Baton sends too many, the payer decides once and the world plays on to its end."""
    stage = make_stage(claims=30)
    for script in stage.world.scripts.values():
        for day in (20, 30, 40, 50):
            at = stage.world.clock.now + timedelta(days=day)
            stage.world.clock.at(at, stage.knowing.step(stage.knowing.request, script, f"more-{day}"))
    await stage.play()
    assert stage.world.tally.duplicates.total() > len(stage.world.scripts)
    for script in stage.world.scripts.values():
        if script.truth is None:
            shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
            assert shown.deposits == script.final.paid


async def test_a_replacement_is_no_duplicate(make_stage: Any) -> None:
    """Frequency 7 replaces; only first-time claims can be duplicates."""
    stage = make_stage(claims=30, only=None)
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=40))
    stage.knowing.request(next(iter(stage.world.scripts.values())), "again", frequency="7")
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=6))
    assert not stage.world.tally.duplicates


async def test_status_answers_tell_what_is_on_file(make_stage: Any, items: Any) -> None:
    """In process, paid, decided with nothing due, or a system that is down: what a question about a good claim gets."""
    stage = await make_stage(claims=120, only=None).play()
    said = set()
    for script in played(stage):
        said |= set(codes(answers(stage, items, "277", script.claim_number)))
    assert {"P1:20", "F1:65", "F0:65", "E1:0"} <= said


async def test_a_claim_in_the_payers_edits_is_received_not_accepted(make_stage: Any, items: Any) -> None:
    """Before its own 277CA a payer says A1, and gives no claim number; a refusal may still follow."""
    stage = make_stage(claims=30, only=Mode.REJECTED_FOR_MISMATCH)
    script = min(stage.world.scripts.values(), key=lambda each: each.delays.payer_answer_bd)
    clock = stage.world.clock
    while not stage.world.secondaries.on_file(script).held:
        await clock.run_until(clock.now + timedelta(hours=1))
    stage.knowing.ask(script)
    await stage.play()
    answer = answers(stage, items, "277", f"q-{script.claim_number}-1")[0]
    assert codes([answer]) == ["A1:20"]
    assert not answer.payer_claim_number


async def test_requests_are_taken_once_and_strangers_counted(make_stage: Any) -> None:
    """A request moves to `taken/` before it is handled; one about an unknown claim answers nobody."""
    stage = make_stage(claims=16)
    script = next(iter(stage.world.scripts.values()))
    stage.knowing.ask(script)
    stage.knowing.ask(script.model_copy(update={"bill": script.bill.model_copy(update={"claim_number": "NOBODY"})}))
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(hours=3))
    assert not list(stage.world.drop.glob("*.*"))
    assert len(list((stage.world.drop / "taken").iterdir())) == 2
    assert stage.world.tally.questions == 1
    assert stage.world.tally.unknown == 1


async def test_nobody_answers_before_the_question_was_sent(make_stage: Any) -> None:
    """A partner that looks late still answers by the time the request itself carries."""
    stage = make_stage(claims=16)
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(hours=30))
    script = next(iter(stage.world.scripts.values()))
    stage.knowing.ask(script)
    stage.world.take_requests(stage.world.clock.now - timedelta(hours=5))
    before = stage.world.tally.questions
    await stage.world.clock.run_until(stage.world.clock.now)
    assert (before, stage.world.tally.questions) == (0, 1)


async def test_people_do_nothing_where_nothing_is_to_be_done(make_stage: Any) -> None:
    """The desk looks first: a notice about a claim that goes well moves nothing."""
    stage = make_stage(claims=30, only=None)
    script = next(iter(stage.world.scripts.values()))
    for kind in ("resubmission", "cob_correction", "posting_review", "collections_hold", ""):
        await stage.knowing.notify(script, kind, "supervisor")
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=10))
    assert not stage.knowing.acts
    assert not stage.knowing.corrections
    assert stage.world.tally.notices.total() == 5


async def test_people_take_and_finish_each_task_once(make_stage: Any) -> None:
    """Repeated notices begin one piece of work; it is taken at once and done after its delay."""
    stage = await make_stage(claims=60, only=Mode.REJECTED_FOR_MISMATCH).play()
    acts = [each.act for each in stage.knowing.acts]
    assert acts.count("taken") == acts.count("done") == len(stage.world.scripts)


async def test_some_calls_end_in_nothing(make_stage: Any) -> None:
    """Some workers log a vague answer first: no holder, no action, no date."""
    stage = await make_stage(claims=120, only=Mode.REJECTED_FOR_MISMATCH).play()
    vague = [each for each in stage.knowing.contacts if each.says is Said.NOTHING_NEW]
    assert vague
    assert not any(each.holder or each.pending_action or each.promised_date for each in vague)


async def test_facts_from_people_name_nobody(make_stage: Any) -> None:
    """I11: ids and sources of the desk's facts carry no claim number."""
    stage = await make_stage(claims=60).play()
    facts = [*stage.knowing.contacts, *stage.knowing.corrections, *stage.knowing.decisions]
    for fact in facts:
        assert not any(number in f"{fact.fact_id} {fact.source}" for number in stage.world.scripts)
    assert len({each.fact_id for each in facts}) == len(facts)


async def test_without_holds_the_ledger_bills_patients(make_stage: Any) -> None:
    """The world is dangerous: its dunning runs by itself and reaches patients unless switches stop it."""
    stage = await make_stage(claims=30, holds=False).play(days=80)
    ledger = stage.world.ledger
    assert any(ledger.statements(number) for number in stage.world.scripts)
    assert any(ledger.placements(number) for number in stage.world.scripts)
