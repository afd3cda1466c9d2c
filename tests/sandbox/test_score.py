"""The score: a perfect run passes, and each planted fault is seen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from journey.words import BreakState, Mode, Resolution
from sandbox.score import CaseFound, Finding, score


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
    assert result.patient_dollars_protected == sum(s.primary.patient_share - s.patient_owes for s in scripts)
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
    perfect = sum(s.primary.patient_share - s.patient_owes for s in stage.world.scripts.values())
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
