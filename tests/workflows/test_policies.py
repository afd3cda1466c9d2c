"""People tell a running case what decides the order of insurers; the case answers at once, or refuses."""

from __future__ import annotations

from typing import Any

import pytest

from journey.facts import PolicyTold
from journey.words import Party
from tests.office import Office
from worker.cases import RefusedError


async def test_what_people_learn_of_a_policy_reaches_the_case(office: Office) -> None:
    """A wrong order is foreseen as soon as the last fact is told, and no longer when a newer word takes it back."""
    case = await office.journey()
    await case.settled()
    first = case.case()
    assert first is not None
    medicare = next(each.order for each in first.claim.coverages if each.payer_class == "medicare")
    plan = next(each.order for each in first.claim.coverages if each.payer_class != "medicare")
    stamp: dict[str, Any] = {"happened_at": case.now(), "learnt_at": case.now(), "sender": Party.REGISTRATION}
    why = PolicyTold(fact_id="p1", order=medicare, medicare_reason="age", **stamp)
    large = PolicyTold(
        fact_id="p2",
        order=plan,
        source_of_cover="group",
        holder_relation="self",
        holder_works=True,
        employees=50,
        **stamp,
    )
    assert (await case.cases.policy(case.case_id, why)).standing.break_point == ""
    answer = await case.cases.policy(case.case_id, large)
    assert (answer.standing.break_point, answer.standing.break_state) == ("V4", "suspected")
    again = await case.cases.policy(case.case_id, large)
    assert again.standing.revision >= answer.standing.revision
    stamp["happened_at"] = case.now()
    small = PolicyTold(fact_id="p3", order=plan, employees=12, **stamp)
    assert (await case.cases.policy(case.case_id, small)).standing.break_point != "V4"


async def test_what_is_impossible_of_a_policy_leaves_no_event(office: Office) -> None:
    """A policy that the claim does not name is refused in words, before anything is kept."""
    case = await office.journey()
    await case.settled()
    before = len(await case.events())
    stamp: dict[str, Any] = {"happened_at": case.now(), "learnt_at": case.now(), "sender": Party.REGISTRATION}
    with pytest.raises(RefusedError, match="the claim has no policy 9"):
        await case.cases.policy(case.case_id, PolicyTold(fact_id="p9", order=9, employees=5, **stamp))
    assert len(await case.events()) == before
