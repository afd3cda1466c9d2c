"""The further modes as payers act them out: what they write, what they wait for, and what moves them on."""

from __future__ import annotations

from typing import Any

import pytest

from journey.facts import Said
from journey.words import Mode, Party
from sandbox.truth import Manner, Patient, RefusedBy, Return, Route, Wanted
from tests.sandbox.heard import answers, codes, deaf, played


def reasons(remittance: Any) -> set[str]:
    """The adjustment reasons of one remitted claim."""
    return {each.reason for each in remittance.all_adjustments}


def offsets(stage: Any, items: Any, reason: str) -> dict[str, int]:
    """What was moved at provider level under a reason, by reference."""
    found: dict[str, int] = {}
    for name, data in stage.files.items():
        if "-835-" in name:
            for each in items(data):
                if each.type == "remittance_totals":
                    for moved in (one for one in each.provider_adjustments if one.reason == reason):
                        found[moved.reference] = found.get(moved.reference, 0) + moved.cents
    return found


async def test_a_split_claim_is_accepted_once_and_decided_twice(make_stage: Any, items: Any) -> None:
    """F6: A5, then two claims under two numbers whose charges and payments are the claim's (field notes 4.3)."""
    stage = await make_stage(claims=120, only=Mode.POSTED_IN_PART).play()
    split = [each for each in played(stage) if each.manner is Manner.SPLIT]
    assert split
    for script in split:
        assert "A5:20" in codes(answers(stage, items, "277ca", script.claim_number))
        _, first, second = answers(stage, items, "835", script.claim_number)
        assert first.payer_claim_number != second.payer_claim_number
        assert first.charge_cents + second.charge_cents == script.bill.charge
        assert first.paid_cents + second.paid_cents == script.final.paid


async def test_a_payment_posted_in_part_shows_by_line(make_stage: Any) -> None:
    """F6: one line's payment is in the ledger, the others' is not, until a review posts it (field notes 3.4)."""
    stage = make_stage(claims=120, only=Mode.POSTED_IN_PART)
    stage.world.desk.notice = deaf
    await stage.play(days=60)
    for script in stage.world.scripts.values():
        shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        assert shown.deposits == script.final.paid
        assert 0 < shown.secondary_posted < script.final.paid
        posted = [each.secondary_posted for each in shown.lines]
        assert sum(posted) == shown.secondary_posted
        assert posted[0] > 0
        assert not any(posted[1:])
    assert not stage.world.tally.complete_at


async def test_a_payment_is_kept_for_an_old_debt(make_stage: Any, items: Any) -> None:
    """F7: decided and paid on paper, PLB WO of the same amount names another account, and no cent arrives."""
    stage = await make_stage(claims=120, only=Mode.OFFSET).play()
    kept = offsets(stage, items, "WO")
    scripts = played(stage)
    assert sorted(kept.values()) == sorted(each.final.paid for each in scripts)
    for script in scripts:
        shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        assert (shown.deposits, shown.secondary_posted) == (0, script.final.paid)
        numbers = {each.payer_claim_number for each in answers(stage, items, "835", script.claim_number)}
        assert not numbers & kept.keys()


async def test_a_recoupment_names_our_claim_and_is_given_back(make_stage: Any, items: Any) -> None:
    """F9 without a reversal: PLB WO names our claim by its payer's number, later the opposite (field notes 1.6)."""
    stage = await make_stage(claims=120, only=Mode.TAKEBACK).play()
    moved = offsets(stage, items, "WO")
    recouped = [each for each in played(stage) if each.taken_back_by is Return.RECOUPMENT]
    assert recouped
    for script in recouped:
        _, paid = answers(stage, items, "835", script.claim_number)
        assert moved[paid.payer_claim_number] == 0
        assert script.claim_number in stage.world.tally.broke_at


async def test_a_claim_without_the_primarys_data_is_refused_until_it_comes_with_it(make_stage: Any, items: Any) -> None:
    """F12: 252/16 by 835 or 286/171 by 277CA, then the same claim with the primary's decision is paid."""
    stage = await make_stage(claims=320, only=Mode.DOCUMENT_WANTED).play()
    bare = [each for each in played(stage) if each.bare]
    assert {each.refusal.by for each in bare if each.refusal} == {RefusedBy.PAYER, RefusedBy.REMITTANCE}
    for script in bare:
        assert script.refusal
        if script.refusal.by is RefusedBy.PAYER:
            assert script.refusal.code in codes(answers(stage, items, "277ca", script.claim_number))
        else:
            denial = answers(stage, items, "835", script.claim_number)[1]
            assert script.refusal.remark in denial.remarks
            assert denial.paid_cents == 0
    assert not stage.world.tally.first_time_after_denial
    assert not stage.world.tally.unclean_claims


async def test_a_document_sent_is_not_yet_received(make_stage: Any, items: Any) -> None:
    """F12: P3 or R4 by 277, 226 or 252 by 835; the fax moves the claim on, and one that went astray goes again."""
    stage = await make_stage(claims=320, only=Mode.DOCUMENT_WANTED).play()
    pended = [each for each in played(stage) if each.pend]
    assert {each.pend.by_remittance for each in pended if each.pend} == {True, False}
    documents = [each for each in stage.knowing.corrections if each.corrects == "document"]
    astray = [each for each in pended if each.pend and each.pend.goes_astray]
    assert astray
    assert len(documents) == len(pended) + len(astray)
    assert len({each.reference for each in documents}) == len(documents)
    for script in pended:
        assert script.pend
        said = codes(answers(stage, items, "277", script.claim_number))
        if not script.pend.by_remittance:
            assert script.pend.code in said
        else:
            asked, decided = answers(stage, items, "835", script.claim_number)[1:]
            assert script.pend.code.split(":")[1] in reasons(asked)
            assert decided.original_payer_claim_number == asked.payer_claim_number


@pytest.mark.parametrize(
    ("mode", "wants", "says"),
    [
        (Mode.PATIENT_SILENT, Wanted.QUESTIONNAIRE, Said.QUESTIONNAIRE_ANSWERED),
        (Mode.ACCIDENT_SUSPECTED, Wanted.ACCIDENT_FORM, Said.NO_ACCIDENT),
    ],
)
async def test_a_patient_answers_and_the_payer_must_be_asked(
    make_stage: Any, items: Any, mode: Mode, wants: Wanted, says: Said
) -> None:
    """F13, F21: three kinds of patients, each with a confirmation number; then the payer takes the claim up again."""
    stage = await make_stage(claims=120, only=mode).play()
    scripts = played(stage)
    assert {each.patient for each in scripts} == {Patient.AT_ONCE, Patient.LATER, Patient.SILENT}
    told = [each for each in stage.knowing.contacts if each.sender is Party.PATIENT]
    answered = [each for each in told if each.says is says]
    assert len(answered) == len(scripts)
    assert all(each.call_reference for each in answered)
    later = [each for each in scripts if each.patient is Patient.LATER]
    assert len([each for each in told if each.says is Said.QUESTIONNAIRE_OPEN]) == len(later)
    again = [each for each in stage.knowing.contacts if each.says is Said.ACCEPTED]
    assert len(again) == len(scripts)
    assert all(each.promised_date and each.call_reference for each in again)
    for script in scripts:
        assert script.pend
        assert script.pend.wants is wants
        if not script.pend.by_remittance:
            assert script.pend.code in codes(answers(stage, items, "277", script.claim_number))


async def test_a_silent_patient_is_reached_after_a_month_of_trying(make_stage: Any) -> None:
    """F13: letters and calls come to nothing; only the call of all three, from day 28 on, brings an answer."""
    stage = await make_stage(claims=120, only=Mode.PATIENT_SILENT).play()
    for script in (each for each in played(stage) if each.patient is Patient.SILENT):
        broke, over = stage.world.tally.broke_at, stage.world.tally.complete_at
        assert (over[script.claim_number] - broke[script.claim_number]).days >= 28


async def test_a_payer_that_nobody_asks_does_nothing(make_stage: Any) -> None:
    """F12, F13: without people who send and call, a claim that waits goes on waiting."""
    for mode in (Mode.DOCUMENT_WANTED, Mode.PATIENT_SILENT):
        stage = make_stage(claims=120, only=mode)
        stage.world.desk.notice = deaf
        await stage.play(days=100)
        waiting = [each for each in stage.world.scripts.values() if each.pend]
        assert waiting
        assert not stage.world.tally.complete_at.keys() & {each.claim_number for each in waiting}


async def test_a_policy_that_ended_says_so(make_stage: Any, items: Any) -> None:
    """F14: 26, 27 with DTM*036, 277CA 27 or 88, or an inactive 271; registration finds a newer policy or none."""
    stage = await make_stage(claims=200, only=Mode.COVERAGE_ENDED).play()
    ended = set()
    for script in played(stage):
        assert script.refusal
        if script.refusal.by is RefusedBy.REMITTANCE:
            denial = answers(stage, items, "835", script.claim_number)[1]
            assert denial.coverage_expired == script.coverage_ended
            ended.add(script.coverage_ended is None)
        else:
            said = ":".join(script.refusal.code.split(":")[:2])
            assert said in codes(answers(stage, items, "277ca", script.claim_number))
    assert ended == {True, False}
    checks = [each for name, data in stage.files.items() if "-271-" in name for each in items(data)]
    by_system = [each for each in stage.world.scripts.values() if each.told_by_271]
    assert len(checks) == len(by_system) > 0
    assert not any(each.active for each in checks)
    assert all(each.until for each in checks)
    closed = [each for each in stage.knowing.corrections if each.corrects == "coverage"]
    assert len(closed) == len(stage.world.scripts)
    assert all(each.reference for each in closed)
    found = [each for each in stage.world.scripts.values() if each.policy_found]
    assert len([each for each in closed if each.field == "found"]) == len(found) > 0
    for script in found:
        assert answers(stage, items, "835", script.claim_number)[-1].paid_cents == script.final.paid


async def test_the_tertiary_decides_on_what_the_secondary_left(make_stage: Any, items: Any) -> None:
    """F15: nobody forwards the claim; sent on with both decisions it is accepted, decided as third and posted."""
    stage = await make_stage(claims=120, only=Mode.TERTIARY_DUE).play()
    for script in played(stage):
        assert script.tertiary
        last = answers(stage, items, "835", script.claim_number)[-1]
        assert (last.status, last.paid_cents) == ("3", script.tertiary.paid)
        shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        assert shown.secondary_posted == script.final.paid + script.tertiary.paid
    assert not stage.world.tally.unclean_claims


async def test_a_careless_payer_leaves_out_the_prior_payers_part(make_stage: Any, items: Any) -> None:
    """F16: no OA23, the primary's reductions again in CO45; booked as read the account shows a credit (RFI 1696)."""
    stage = make_stage(claims=120, only=Mode.REPORTED_TWICE)
    stage.world.desk.notice = deaf
    await stage.play(days=60)
    for script in stage.world.scripts.values():
        said = answers(stage, items, "835", script.claim_number)[-1]
        assert "23" not in reasons(said)
        prior = script.bill.charge - script.standing.patient_share
        assert said.adjusted_cents("CO", "45") == script.final.written_off + prior
        shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        assert shown.open_balance == script.patient_owes - prior < 0


async def test_a_payment_to_the_patient_never_arrives(make_stage: Any, items: Any) -> None:
    """F17: nothing paid to us, the amount under 100; the patient owes it, and a clerk may have booked it as ours."""
    stage = await make_stage(claims=120, only=Mode.PATIENT_PAID).play()
    groups = set()
    for script in played(stage):
        said = answers(stage, items, "835", script.claim_number)[-1]
        assert said.paid_cents == 0
        groups |= {each.group for each in said.all_adjustments if each.reason == "100"}
        shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        assert (shown.deposits, shown.secondary_posted) == (0, 0)
        assert shown.patient_balance == script.patient_owes > 0
    assert groups == {"OA", "PR"}


async def test_a_primary_that_thinks_again_freezes_the_secondary(make_stage: Any, items: Any) -> None:
    """F18: reversed under the old number, decided anew under another; the secondary decides on the new numbers only."""
    stage = await make_stage(claims=120, only=Mode.PRIMARY_NOT_FINAL).play()
    for script in played(stage):
        first, back, again, last = answers(stage, items, "835", script.claim_number)
        assert back.reversal
        assert (back.paid_cents, back.payer_claim_number) == (-first.paid_cents, first.payer_claim_number)
        assert again.original_payer_claim_number == first.payer_claim_number
        assert last.adjusted_cents("OA", "23") == script.bill.charge - script.standing.patient_share
        if script.route is Route.CROSSOVER:
            assert again.status == "19"
    assert not stage.world.tally.on_old_numbers
    assert not stage.world.tally.duplicates


async def test_a_claim_on_old_numbers_is_counted(make_stage: Any) -> None:
    """F18: whoever sends a claim while the primary has no decision that stands has sent it too early."""
    stage = make_stage(claims=120, only=Mode.PRIMARY_NOT_FINAL)
    while not stage.world.tally.unsettled:
        await stage.world.clock.run_until(stage.world.clock.now + stage.step)
    number = next(iter(stage.world.tally.unsettled))
    stage.knowing.request(stage.world.scripts[number], "too-early")
    stage.knowing.sent.add(number)
    await stage.world.clock.run_until(stage.world.clock.now + 30 * stage.step)
    assert stage.world.tally.on_old_numbers[number] == 1


async def test_two_payers_name_each_other(make_stage: Any, items: Any) -> None:
    """F19: both deny with 22 and NM1*PR naming the other; both records are put right before the primary pays."""
    stage = await make_stage(claims=120, only=Mode.BOTH_SECOND).play()
    scripts = played(stage)
    for script in scripts:
        first, second, again, last = answers(stage, items, "835", script.claim_number)
        assert first.priority_payer.identifier == script.bill.other.payer.payer_id
        assert second.priority_payer.identifier == script.bill.primary.payer.payer_id
        assert (first.paid_cents, second.paid_cents) == (0, 0)
        assert (again.paid_cents, last.paid_cents) == (script.standing.paid, script.final.paid)
    records = [each for each in stage.knowing.corrections if each.corrects == "cob_record"]
    assert len([each for each in records if each.with_payer is Party.PRIMARY]) == len(scripts)
    assert len([each for each in records if each.with_payer is Party.SECONDARY]) == len(scripts)
    answered = [each for name, data in stage.files.items() if "-271-" in name for each in items(data)]
    by_system = [each for each in scripts if each.told_by_271]
    assert len(answered) == 2 * len(by_system) > 0
    assert {each.others[0].order for each in answered} == {1, 2}
    assert not stage.world.tally.before_cob_verified


async def test_a_patient_who_paid_too_much_gets_it_back(make_stage: Any) -> None:
    """F20: paid unasked after the primary, more than is owed in the end; the refund waits for a review."""
    stage = make_stage(claims=120, only=Mode.PATIENT_OVERPAID)
    listening, stage.world.desk.notice = stage.world.desk.notice, deaf
    await stage.play(days=60)
    for script in stage.world.scripts.values():
        shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        assert shown.patient_balance == script.patient_owes - script.patient_pays < 0
    stage.world.desk.notice = listening
    await stage.play()
    for script in played(stage):
        assert stage.world.ledger.patient_paid(script.claim_number) == script.patient_owes


async def test_a_protected_patient_owes_nothing_whatever_is_left(make_stage: Any, items: Any) -> None:
    """F22: N781 or N782 at the primary, 209, 303 or a copay at Medicaid, and nothing for the patient (QMB)."""
    stage = await make_stage(claims=120, only=Mode.PATIENT_PROTECTED).play()
    seen: set[str] = set()
    for script in played(stage):
        first, last = answers(stage, items, "835", script.claim_number)
        assert set(first.remarks) & {"N781", "N782"}
        seen |= reasons(last) & {"209", "303", "3"}
        shown = stage.world.ledger.balance(script.claim_number, stage.world.clock.now)
        assert shown.open_balance == 0
        assert not stage.world.ledger.statements(script.claim_number)
    assert seen == {"209", "303", "3"}


async def test_what_goes_well_looks_much_like_what_breaks(make_stage: Any, items: Any) -> None:
    """No break: split and posted whole, reported badly and posted well, forwarded to the third, answered unasked."""
    stage = await make_stage(claims=200, only=None).play()
    scripts = played(stage)
    said = {code for each in scripts for code in codes(answers(stage, items, "277", each.claim_number))}
    assert {"P4:52", "P2:46"} <= said
    assert {each.manner for each in scripts} >= {Manner.SPLIT, Manner.TWICE}
    onward = [each for each in scripts if each.forwards_on]
    assert onward
    for script in onward:
        last = answers(stage, items, "835", script.claim_number)
        assert [each.status for each in last[1:]] == ["20", "3"]
        assert last[1].crossover_carrier.identifier == script.bill.policies[2].payer.payer_id
    assert not stage.world.tally.broke_at
