"""What speaks against sending a claim again: told before a supervisor orders it all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from journey.case import ActionKind
from journey.response.resending import objections
from journey.workdays import plan_workdays
from tests.journey import starts


def against(journey: Any) -> list[str]:
    """The rules behind the objections now."""
    return [each.rule for each in objections(journey.case, journey.plan, journey.now)]


def test_a_promised_crossover_speaks_against_it_until_its_embargo_ends(new_journey: Any) -> None:
    """I2: while the announced claim may still arrive, ours would be a duplicate; after that it would not."""
    journey = new_journey()
    starts.promised(journey)
    today = plan_workdays(journey.plan).local_date(journey.now)
    assert against(journey) == ["I2"]
    (objection,) = objections(journey.case, journey.plan, journey.now)
    ends = today + timedelta(days=journey.plan.embargo_days)
    assert str(ends) in objection.says
    later = journey.now + timedelta(days=journey.plan.embargo_days + 1)
    assert objections(journey.case, journey.plan, later) == ()


def test_where_nothing_was_promised_there_is_no_embargo(new_journey: Any) -> None:
    """A primary that says nothing of forwarding, or that it did not forward, is no reason to wait."""
    for start in (starts.unpromised, starts.declined):
        journey = new_journey()
        start(journey)
        assert "duplicate" not in " ".join(each.says for each in objections(journey.case, journey.plan, journey.now))


@pytest.mark.parametrize("start", [starts.sent, starts.passed_on])
def test_a_living_claim_speaks_against_another(start: Any, new_journey: Any) -> None:
    """I2: what was sent and not refused may still be decided."""
    journey = new_journey()
    start(journey)
    assert "I2" in against(journey)


def test_a_refused_claim_does_not(new_journey: Any) -> None:
    """A file that could not be read is no claim that lives."""
    journey = new_journey()
    starts.file_refused(journey)
    assert "I2" not in against(journey)


@pytest.mark.parametrize("start", starts.STARTS, ids=lambda each: each.__name__)
def test_nothing_goes_out_by_itself_against_an_embargo(start: Any, new_journey: Any) -> None:
    """The objections and the rule that holds claims back read the same date."""
    journey = new_journey()
    start(journey)
    said = " ".join(each.says for each in objections(journey.case, journey.plan, journey.now))
    if "ours may arrive as a duplicate" in said:
        assert not [each for each in journey.actions if each.kind is ActionKind.SUBMIT_SECONDARY]
