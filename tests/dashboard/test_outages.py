"""Outages: one decision for all cases of a payer at a hop, heard by each, and taken back from each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from casebook import incidents, outbox, reading
from casebook.incidents import Told
from dashboard.app import application
from dashboard.insights.declaring import tell_cases
from dashboard.premises import Premises
from dashboard.roles import Role
from journey.facts import SupervisorDecided
from tests.dashboard.conftest import PASSWORD, PEOPLE, Desk
from tests.dashboard.front_office import PRACTICE, admit_everybody, away, premises_of, visitor
from tests.dashboard.test_api_saying import somebody
from tests.dashboard.test_signing_in import token_in
from tests.office import Journey, Office

REASON = "Quillfeather confirmed that its gateway is down"


@dataclass(frozen=True)
class Pages:
    """A supervisor's browser before a working office with two cases at one hop of one payer."""

    at: Premises
    browser: AsyncClient
    token: str
    journeys: tuple[Journey, ...]
    payer: str
    hop: str

    async def declare(self, days: int = 14, reason: str = REASON) -> Response:
        """Declare the outage of these cases."""
        until = self.at.calendar.date(self.at.now()) + timedelta(days=days)
        fields = {"payer": self.payer, "hop": self.hop, "until": until.isoformat(), "reason": reason}
        return await self.post("/outages/declare", **fields)

    async def post(self, address: str, **fields: Any) -> Response:
        """A form of this session."""
        return await self.browser.post(address, data={"form_token": self.token, **fields})

    def decisions(self) -> list[list[SupervisorDecided]]:
        """What supervisors decided in each case, as its evidence has it."""
        with self.at.book.reading() as tx:
            heard = ([each.entry.fact for each in reading.history(tx, one.case_id)] for one in self.journeys)
            return [[each for each in facts if isinstance(each, SupervisorDecided)] for facts in heard]

    def incident(self) -> incidents.Incident:
        """The newest one."""
        with self.at.book.reading() as tx:
            return incidents.incidents(tx, PRACTICE)[0]


async def opened(at: Premises, office: Office) -> AsyncIterator[Pages]:
    """A supervisor, signed in, and two cases that wait at one hop."""
    admit_everybody(at)
    journeys = tuple([await office.journey() for _ in range(2)])
    for each in journeys:
        await each.settled()
    with at.book.reading() as tx:
        row = reading.case_row(tx, journeys[0].case_id)
    assert row.hop
    transport = ASGITransport(app=application(at))
    async with AsyncClient(transport=transport, base_url="https://testserver") as browser:
        await browser.post("/sign-in", data={"name": PEOPLE[Role.SUPERVISOR][0], "password": PASSWORD})
        token = token_in((await browser.get("/password")).text)
        yield Pages(at, browser, token, journeys, row.payer_id, row.hop.value)


@pytest.fixture
async def pages(working_office: Office, tmp_path: Path) -> AsyncIterator[Pages]:
    """With the engine at work."""
    async for each in opened(premises_of(working_office, tmp_path / "home"), working_office):
        yield each


@pytest.fixture
async def pages_alone(working_office: Office, tmp_path: Path) -> AsyncIterator[Pages]:
    """With the engine out of the pages' reach."""
    async for each in opened(premises_of(working_office, tmp_path / "home", away(working_office)), working_office):
        yield each


async def test_one_decision_is_heard_by_every_case_and_taken_back_from_every_case(pages: Pages) -> None:
    """Declared once, each case hears one extension with the reason; taken back, each hears that, and nothing twice."""
    answer = await pages.declare()
    assert answer.status_code == 303
    address = answer.headers["location"]
    shown = (await pages.browser.get(address)).text
    assert shown.count(">Heard<") == 2
    for (decided,) in pages.decisions():
        assert (decided.decision, decided.person) == ("extend", PEOPLE[Role.SUPERVISOR][0])
        assert REASON in decided.reason
    assert (await pages.declare()).status_code == 409

    assert (await pages.post(f"{address}/undo", reason="the gateway is up")).status_code == 303
    assert pages.incident().undone
    for extended, back in pages.decisions():
        assert (back.decision, back.takes_back) == ("take_back", extended.fact_id)
    await tell_cases(pages.at, visitor(Role.SUPERVISOR), pages.incident().incident_id)
    assert [len(each) for each in pages.decisions()] == [2, 2]
    assert {each.undo_state for each in pages.incident().cases} == {Told.HEARD}


async def test_another_system_declares_one_and_takes_it_back(pages: Pages) -> None:
    """What the pages can do the API can: look first, declare once, and undo; each case hears it once."""
    until = (pages.at.calendar.date(pages.at.now()) + timedelta(days=14)).isoformat()
    which = {"payer_id": pages.payer, "hop": pages.hop}
    shown = {"Authorization": f"Bearer {somebody(pages.at, 'api-supervisor', Role.SUPERVISOR)}"}
    transport = ASGITransport(app=application(pages.at))
    async with AsyncClient(transport=transport, base_url="https://testserver/api/v1", headers=shown) as client:
        ahead = (await client.get("/outages/preview", params=which)).json()
        assert {each["case_id"] for each in ahead["told"]} == {each.case_id for each in pages.journeys}
        never = await client.post("/outages", json={**which, "until": "2020-01-01", "reason": REASON})
        assert never.status_code == 422
        key = {"Idempotency-Key": "outage-1"}
        declaration = {**which, "until": until, "reason": REASON}
        first, repeated = [await client.post("/outages", json=declaration, headers=key) for _ in range(2)]
        assert (first.status_code, first.json()) == (201, repeated.json())
        assert (await client.post("/outages", json=declaration)).json()["type"].endswith("cannot-declare")
        assert [len(each) for each in pages.decisions()] == [1, 1]
        address = f"/outages/{first.json()['incident_id']}"
        assert (await client.post(f"{address}/undo", json={"reason": "it is up"})).status_code == 200
        assert (await client.post(f"{address}/go-on")).status_code == 200
    assert [len(each) for each in pages.decisions()] == [2, 2]


async def test_a_server_that_was_stopped_half_way_goes_on_where_it_was(pages: Pages) -> None:
    """A decision that was said but not yet noted is said again under its own id, which changes nothing."""
    await pages.declare()
    incident = pages.incident()
    with pages.at.book.writing() as tx:
        incidents.note_told(tx, incident.incident_id, incident.cases[0].case_id, Told.PENDING, "", undo=False)
    assert "1 still to tell" in (await pages.browser.get(f"/outages/{incident.incident_id}")).text
    assert (await pages.post(f"/outages/{incident.incident_id}/go-on")).status_code == 303
    assert [len(each) for each in pages.decisions()] == [1, 1]
    assert pages.incident().to_say == ()


async def test_while_the_engine_is_away_the_decision_waits_in_the_outbox(pages_alone: Pages) -> None:
    """Nothing is lost, and the page says that it will be sent."""
    answer = await pages_alone.declare()
    assert (await pages_alone.browser.get(answer.headers["location"])).text.count("Will be sent") == 2
    with pages_alone.at.book.reading() as tx:
        assert all(len(outbox.of_case(tx, each.case_id)) == 1 for each in pages_alone.journeys)


async def test_a_case_near_its_filing_limit_is_left_out_and_named(pages: Pages) -> None:
    """I7: no outage makes a case wait into its filing limit; whoever decides sees which must be worked now."""
    near, later = (each.case_id for each in pages.journeys)
    today = pages.at.calendar.date(pages.at.now())
    with pages.at.book.writing() as tx:
        for case_id, days in ((near, 15), (later, 24)):
            limit = today + timedelta(days=days)
            changed = incidents.CASE_FIGURES.update().where(incidents.C.case_id == case_id)
            tx.connection.execute(changed.values(filing_limit=limit))
    text = (await pages.browser.get("/outages/declare", params={"payer": pages.payer, "hop": pages.hop})).text
    assert near in text.split("Left out: the filing limit is near")[1]
    assert "its filing limit allows no more" in text
    await pages.declare()
    states = {each.case_id: (each.state, each.until) for each in pages.incident().cases}
    assert states[near] == (Told.LEFT_OUT, None)
    assert states[later] == (Told.HEARD, today + timedelta(days=10))


@pytest.mark.parametrize(
    ("days", "reason", "words"), [(14, " ", "Say why"), (0, "r", "after today"), (400, "r", "Not further")]
)
async def test_a_declaration_needs_a_reason_and_a_day_in_reach(
    pages: Pages, days: int, reason: str, words: str
) -> None:
    """What is refused is said on the page, and nothing is decided."""
    answer = await pages.declare(days, reason)
    assert answer.status_code == 422
    assert words in answer.text
    assert pages.decisions() == [[], []]


def test_leads_see_outages_and_supervisors_decide_them(desk: Desk) -> None:
    """Looking is for those who lead; the decision is a supervisor's."""
    assert desk.browser(Role.CASE_MANAGER).get("/outages").status_code == 403
    lead = desk.browser(Role.LEAD)
    page = lead.get("/outages")
    assert page.status_code == 200
    form = {"payer": "x", "hop": "accepted", "until": "2026-06-01", "reason": "r", "form_token": token_in(page.text)}
    assert lead.post("/outages/declare", data=form).status_code == 403


def test_an_outage_of_nobody_is_not_found(desk: Desk) -> None:
    """Another practice's incident, an unknown payer and a hop where nothing waits are not there."""
    browser = desk.browser(Role.SUPERVISOR)
    assert browser.get("/outages/incident-unknown").status_code == 404
    assert browser.get("/outages/declare", params={"payer": "nobody", "hop": "accepted"}).status_code == 404
