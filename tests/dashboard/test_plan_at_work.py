"""An approved plan at work: open cases go by it, told by a fact of their own; new cases open under it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from casebook import people, reading
from dashboard.app import application
from dashboard.premises import Premises
from dashboard.roles import Role
from journey.facts import PlanChanged
from tests.dashboard.conftest import PASSWORD_HASH, PEOPLE, Desk
from tests.dashboard.test_plan_page import act, propose
from tests.office import Journey, Office, eventually
from worker.cases import Cases
from worker.plan_in_force import PlanOfPractice
from worker.replanning import Replanner
from worker.settings import Settings
from workflows.messages import Standing

PRACTICE = "north"
T0 = {"name": "T0", "soft": "10d", "hard": "20d", "payer": ""}
"""The primary's patience, for every case."""


@pytest.fixture
def at_work(working_office: Office, tmp_path: Path) -> Desk:
    """Pages over the casebook of an office at work, whose cases they reach."""
    office = working_office
    settings = Settings.load({"BATON_PRACTICE": PRACTICE}, tmp_path)
    plan = PlanOfPractice(office.book, settings)
    cases = Cases(office.client, office.book, plan, office.queue, office.tempo)
    with office.book.writing() as tx:
        for role, (name, shown_name) in PEOPLE.items():
            people.add_user(
                tx,
                practice=PRACTICE,
                name=name,
                shown_name=shown_name,
                role=role,
                at=datetime.now(UTC),
                password_hash=PASSWORD_HASH,
            )
    premises = Premises(settings, office.keys, office.book, cases, plan, office.now)
    return Desk(premises, application(premises))


async def approve(desk: Desk, **change: str) -> str:
    """Lee proposes, Sam approves; the change's address."""
    address = (await asyncio.to_thread(propose, desk.browser(Role.LEAD), **{**T0, **change})).url.path
    answer = await asyncio.to_thread(act, desk.browser(Role.SUPERVISOR), address, "approve")
    assert answer.status_code == 200
    return str(address)


async def written(journey: Journey, version: str) -> Standing:
    """The standing of a case once the casebook knows it under a plan."""
    await eventually(lambda: (case := journey.case()) and case.plan_version == version, f"re-planned to {version}")
    return await journey.settled()


def changes_heard(journey: Journey) -> list[PlanChanged]:
    """The changes of plan that counted for a case, by its evidence."""
    with journey.office.book.reading() as tx:
        entries = reading.history(tx, journey.case_id)
    heard = [each.entry.fact for each in entries if each.entry.applied]
    return [each for each in heard if isinstance(each, PlanChanged)]


async def test_approving_moves_the_clocks_of_open_cases(working_office: Office, at_work: Desk) -> None:
    """What a supervisor approves counts for open cases too: the clock moves, and the evidence says by whose word."""
    journey = await working_office.journey()
    before = await journey.settled()
    await approve(at_work)
    replanner = Replanner(working_office.book, at_work.premises.cases, PRACTICE)
    assert await replanner.go_on() == 1
    after = await written(journey, "ours-1")
    hard = [next(each.hard for each in standing.clocks if each.name == "T0") for standing in (before, after)]
    assert hard[1] < hard[0]
    (change,) = changes_heard(journey)
    assert (change.from_version, change.to_version, change.approved_by) == ("standard-2", "ours-1", "sam")


async def test_another_process_goes_on_and_tells_nobody_twice(working_office: Office, at_work: Desk) -> None:
    """Re-planning that was broken off is taken up from the casebook; a case that was told already hears it once."""
    journeys = [await working_office.journey() for _ in range(2)]
    for each in journeys:
        await each.settled()
    address = await approve(at_work)
    for _ in range(2):  # two processes that begin at the same time
        await Replanner(working_office.book, at_work.premises.cases, PRACTICE).go_on()
    for each in journeys:
        await written(each, "ours-1")
    assert await Replanner(working_office.book, at_work.premises.cases, PRACTICE).go_on() == 0
    assert [len(changes_heard(each)) for each in journeys] == [1, 1]
    page = await asyncio.to_thread(lambda: at_work.browser(Role.VIEWER).get(address).text)
    assert "2 of 2 open cases are under it" in page


async def test_a_new_case_opens_under_the_approved_plan(working_office: Office, at_work: Desk) -> None:
    """From the approval on, no case begins under the old plan, and nothing has to be restarted."""
    await approve(at_work)
    number = f"C{uuid4().hex[:16]}"
    journey = Journey(
        working_office, number, working_office.keys.opaque("case", number), working_office.tempo, at_work.premises.cases
    )
    working_office.traveller = journey
    await journey.open()
    standing = await journey.settled()
    clock = next(each for each in standing.clocks if each.name == "T0")
    assert clock.hard
    assert (clock.hard - clock.started_at).days <= 21
    assert changes_heard(journey) == []


async def test_an_override_is_for_its_payer_alone(working_office: Office, at_work: Desk) -> None:
    """Each case gets the plan that is in force for its own payer, class and state."""
    journey = await working_office.journey()
    before = await journey.settled()
    await approve(at_work, payer="SOMEBODY-ELSE")
    await Replanner(working_office.book, at_work.premises.cases, PRACTICE).go_on()
    after = await written(journey, "ours-1")
    assert [each.hard for each in before.clocks] == [each.hard for each in after.clocks]
