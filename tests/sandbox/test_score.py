"""The score: a perfect run passes, and each planted fault is seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journey.words import BreakState, Mode, Resolution
from sandbox.score import CaseFound, Finding, score
from sandbox.tally import Tally
from tests.sandbox.heard import deaf

START = datetime(2026, 3, 2, 5, tzinfo=UTC)


@pytest.fixture
async def run(make_stage: Any) -> Any:
    """A world played by a coordinator that knows everything."""
    return await make_stage(claims=30).play()


def scored(stage: Any, found: dict[str, CaseFound]) -> Any:
    """The score of a played stage."""
    return score(stage.world.scripts.values(), found, stage.world.ledger, stage.world)


def one(stage: Any, truth: Mode | None) -> str:
    """The number of one claim with a truth."""
    return str(next(each.claim_number for each in stage.world.scripts.values() if each.truth is truth))


async def test_a_perfect_run_passes(run: Any) -> None:
    """All found, nothing broken: the matrix is diagonal and the dollars are those that insurers paid after all."""
    result = scored(run, run.knowing.found())
    assert result.passed
    assert all(set(row) == {truth} for truth, row in result.matrix.items())
    scripts = run.world.scripts.values()
    assert result.patient_dollars_protected == sum(s.standing.patient_share - s.patient_owes for s in scripts)
    assert result.patient_dollars_protected > 0
    assert result.unfinished == result.unresolved == 0
    assert set(result.days_to_detection) == {each.truth.value for each in scripts if each.truth}


async def test_a_score_is_json(run: Any) -> None:
    """Machines read it: modes as their codes, and whether it passed."""
    result = scored(run, run.knowing.found())
    plain = json.loads(result.model_dump_json())
    assert plain["passed"] is True
    assert "V1b" in plain["matrix"]


async def test_a_missed_truth_fails(run: Any) -> None:
    """Nothing found where something broke."""
    number = one(run, Mode.CROSSOVER_LOST)
    found = run.knowing.found()
    found[number] = found[number].model_copy(update={"found": ()})
    result = scored(run, found)
    assert not result.passed
    assert result.missed == (number,)
    assert result.matrix["V1b"]["none"] == 1


@pytest.mark.parametrize("state", [BreakState.SUSPECTED, BreakState.CONTRADICTED])
async def test_a_suspicion_is_not_a_finding(run: Any, state: BreakState) -> None:
    """Only what both sides confirmed counts (I4)."""
    number = one(run, Mode.CROSSOVER_LOST)
    found = run.knowing.found()
    weak = tuple(each.model_copy(update={"state": state}) for each in found[number].found)
    found[number] = found[number].model_copy(update={"found": weak})
    assert scored(run, found).missed == (number,)


async def test_dual_blame_is_found_by_contradiction(run: Any) -> None:
    """F8 is two sides that contradict each other."""
    number = one(run, Mode.DUAL_BLAME)
    found = run.knowing.found()
    blamed = tuple(each.model_copy(update={"state": BreakState.CONTRADICTED}) for each in found[number].found)
    found[number] = found[number].model_copy(update={"found": blamed})
    assert scored(run, found).passed


async def test_a_false_alarm_fails(run: Any) -> None:
    """A confirmed break point on a claim that went well."""
    number = one(run, None)
    found = run.knowing.found()
    alarm = Finding(mode=Mode.NOT_POSTED, state=BreakState.CONFIRMED, found_at=run.world.clock.now)
    found[number] = found[number].model_copy(update={"found": (alarm,)})
    result = scored(run, found)
    assert not result.passed
    assert [(each.claim_number, each.found) for each in result.false_alarms] == [(number, Mode.NOT_POSTED)]
    assert result.matrix["none"]["V5"] == 1


async def test_steps_on_the_way_are_no_false_alarm(run: Any) -> None:
    """F11 is rightly V1b first."""
    found = run.knowing.found()
    assert found[one(run, Mode.DUPLICATE)].modes == (Mode.CROSSOVER_LOST, Mode.DUPLICATE)
    assert not scored(run, found).false_alarms


async def test_a_missing_case_fails(run: Any) -> None:
    """A claim without a case is the worst silence."""
    number = one(run, None)
    found = run.knowing.found()
    del found[number]
    result = scored(run, found)
    assert not result.passed
    assert result.missing_cases == (number,)


async def test_an_open_case_without_a_clock_fails(run: Any) -> None:
    """I1."""
    number = one(run, None)
    found = run.knowing.found()
    found[number] = found[number].model_copy(update={"is_open": True, "has_clock": False})
    result = scored(run, found)
    assert not result.passed
    assert result.open_without_clock == 1


async def test_a_wrong_resolution_fails(run: Any) -> None:
    """A case that says another end than the true one."""
    number = one(run, Mode.FILING_LIMIT)
    found = run.knowing.found()
    found[number] = found[number].model_copy(update={"resolution": Resolution.PAID_IN_FULL})
    result = scored(run, found)
    assert not result.passed
    assert result.wrong_resolutions == (number,)


async def test_a_duplicate_claim_fails(make_stage: Any) -> None:
    """I2, as the payer counts it."""
    stage = make_stage(claims=30)
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=45))
    stage.knowing.request(next(each for each in stage.world.scripts.values() if each.truth is None), "again")
    await stage.play()
    result = scored(stage, stage.knowing.found())
    assert result.duplicate_claims == 1
    assert not result.passed


async def test_a_wrong_statement_fails(make_stage: Any) -> None:
    """I3: without holds, statements reach patients for what insurers will pay, and no dollar counts as protected."""
    stage = make_stage(claims=30, holds=False)
    stage.knowing.silent = True
    await stage.play()
    result = scored(stage, stage.knowing.found())
    assert result.wrong_statements > 0
    assert result.wrong_placements > 0
    assert not result.passed
    perfect = sum(s.standing.patient_share - s.patient_owes for s in stage.world.scripts.values())
    assert result.patient_dollars_protected < perfect


async def test_a_rightful_statement_is_not_wrong(make_stage: Any) -> None:
    """What the patient truly owes may be asked for, once insurers are done."""
    stage = make_stage(claims=60)
    while stage.world.clock.now < max(each.remitted_at for each in stage.world.scripts.values()) + timedelta(days=120):
        await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=1))
    owing = [each.claim_number for each in stage.world.scripts.values() if each.patient_owes]
    assert any(stage.world.ledger.statements(number) for number in owing)
    assert scored(stage, stage.knowing.found()).wrong_statements == 0


async def test_what_the_secondary_left_is_owed_from_its_decision(make_stage: Any) -> None:
    """A statement of the right amount is right from the payer's decision on, even before the clerk has posted it."""
    stage = await make_stage(claims=60, only=None).play()
    tally = stage.world.tally
    script = next(each for each in stage.world.scripts.values() if not each.secondary.paid and each.patient_owes)
    decided, posted = tally.owed[script.claim_number][0][0], tally.complete_at[script.claim_number]
    assert decided < posted
    assert tally.owed_at(script.claim_number, decided - timedelta(seconds=1)) is None
    assert tally.owed_at(script.claim_number, decided) == script.patient_owes


async def test_an_unfinished_world_is_told(make_stage: Any) -> None:
    """A run that stopped early does not look like a success of everything."""
    stage = make_stage(claims=30)
    await stage.world.clock.run_until(stage.world.clock.now + timedelta(days=20))
    result = scored(stage, stage.knowing.found())
    assert result.unfinished > 0
    assert result.patient_dollars_protected == 0


async def test_patients_money_that_is_kept_fails(make_stage: Any) -> None:
    """F20: who paid more than was owed gets it back, or the run has not passed."""
    stage = make_stage(claims=120, only=Mode.PATIENT_OVERPAID)
    stage.world.desk.notice = deaf
    await stage.play(days=60)
    result = scored(stage, stage.knowing.found())
    assert result.unreturned == len(stage.world.scripts)
    assert not result.passed


async def test_a_claim_that_does_not_add_up_fails(make_stage: Any) -> None:
    """The payers' own check counts: a claim with the numbers of another decision goes back and is seen in the score."""
    stage = make_stage(claims=60, only=Mode.CROSSOVER_ASSUMED)
    script = next(iter(stage.world.scripts.values()))
    wrong = script.model_copy(update={"primary": script.secondary})
    await stage.world.clock.run_until(script.remitted_at + timedelta(days=3))
    stage.knowing.request(wrong, "wrong")
    await stage.play()
    result = scored(stage, stage.knowing.found())
    assert (result.unclean_claims, result.passed) == (1, False)
    assert result.unfinished == 0


async def test_a_claim_on_numbers_that_were_taken_back_fails(make_stage: Any) -> None:
    """F18: while the primary has no decision that stands, nothing goes out."""
    stage = make_stage(claims=120, only=Mode.PRIMARY_NOT_FINAL)
    while not stage.world.tally.unsettled:
        await stage.world.clock.run_until(stage.world.clock.now + stage.step)
    stage.knowing.request(stage.world.scripts[next(iter(stage.world.tally.unsettled))], "too-early")
    await stage.play()
    result = scored(stage, stage.knowing.found())
    assert (result.on_old_numbers, result.passed) == (1, False)


def test_what_is_owed_is_less_what_was_paid() -> None:
    """A statement to a patient who has paid in part may ask for the rest only, and a refund does not raise it."""
    tally, day = Tally(), timedelta(days=1)
    tally.owes("A", START, None)
    tally.owes("A", START + 2 * day, 8_000)
    tally.has_paid("A", START + day, 3_000)
    tally.has_paid("A", START + 3 * day, 9_000)
    tally.has_paid("A", START + 4 * day, 8_000)
    asked = [tally.owed_at("A", START + number * day) for number in range(5)]
    assert asked == [None, None, 5_000, 0, 0]
