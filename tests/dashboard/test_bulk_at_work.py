"""Bulk work and holds with a real engine: every case hears it, once, whatever becomes of the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from casebook import outbox, people, reading
from casebook.record import record
from dashboard.app import application
from dashboard.premises import Premises
from dashboard.roles import Role
from dashboard.worklist.bulk import UNKNOWN, _noted
from journey.case import Opening
from journey.decide import open_case
from journey.plans.file import standard_plan
from journey.sentence import sentence
from tests.dashboard.conftest import PASSWORD, PASSWORD_HASH
from tests.dashboard.test_bulk import batch_in
from tests.dashboard.test_signing_in import token_in
from tests.office import Journey, Office, claim_of
from tests.workflows.partners import Partners
from worker.settings import Settings


@dataclass(frozen=True)
class Pages:
    """Pages over a working office, and a supervisor's browser before them."""

    office: Office
    browser: AsyncClient
    token: str

    async def post(self, address: str, **fields: Any) -> Response:
        """A form of this session."""
        return await self.browser.post(address, data={"form_token": self.token, **fields})


@pytest.fixture
async def pages(working_office: Office, tmp_path: Path) -> AsyncIterator[Pages]:
    """A supervisor, signed in before a working office."""
    office = working_office
    with office.book.writing() as tx:
        for name, role in (("sam", Role.SUPERVISOR), ("lee", Role.LEAD)):
            people.add_user(
                tx,
                practice="north",
                name=name,
                shown_name=name.title(),
                role=role,
                at=datetime.now(UTC),
                password_hash=PASSWORD_HASH,
            )
    premises = Premises(
        Settings.load({}, tmp_path), office.keys, office.book, office.cases(), standard_plan, office.now
    )
    transport = ASGITransport(app=application(premises))
    async with AsyncClient(transport=transport, base_url="https://testserver") as browser:
        await browser.post("/sign-in", data={"name": "sam", "password": PASSWORD})
        yield Pages(office, browser, token_in((await browser.get("/password")).text))


def forgotten_case(office: Office) -> str:
    """A case that the casebook has and the engine does not know."""
    case_id = office.keys.opaque("case", "forgotten")
    claim = claim_of("forgotten")
    plan = standard_plan().in_force(claim.secondary.payer_id, claim.secondary.payer_class)
    case = open_case(Opening(case_id=case_id, claim=claim, opened_at=office.now()), plan).case
    with office.book.writing() as tx:
        record(tx, case, sentence(case, plan))
    return case_id


def heard(journey: Journey, kind: str) -> int:
    """How many facts of a kind stand in the evidence of a case."""
    with journey.office.book.reading() as tx:
        return sum(each.entry.fact.kind == kind for each in reading.history(tx, journey.case_id))


async def test_every_case_hears_it_once_whatever_becomes_of_the_others(pages: Pages) -> None:
    """Two cases hear it, a third that the engine does not know waits; the same form again changes nothing."""
    journeys = [await pages.office.journey() for _ in range(2)]
    for each in journeys:
        await each.settled()
    lost = forgotten_case(pages.office)
    ids = [journeys[0].case_id, lost, journeys[1].case_id]
    seen = await pages.post("/bulk/preview", action="hold", case=ids, reason="patient called")
    assert seen.text.count('<span class="pill green">Yes</span>') == 3
    form = {"action": "hold", "case": ids, "reason": "patient called", "batch": batch_in(seen)}
    for _ in range(2):
        done = await pages.post("/bulk/do", **form)
        assert "2 of 3 cases heard" in done.text
        assert done.text.count("Will be sent") == 1
    assert [heard(each, "hold_asked") for each in journeys] == [1, 1]
    with pages.office.book.reading() as tx:
        assert len(outbox.of_case(tx, lost)) == 1


async def test_the_answer_of_each_case_is_shown(pages: Pages) -> None:
    """A vague word does not count, and the result says what would make it count (I5)."""
    journey = await pages.office.journey()
    await journey.settled()
    form = {"action": "contact", "case": [journey.case_id], "contact_with": "payer:SEC22"}
    seen = await pages.post("/bulk/preview", **form)
    assert "Would not count" in seen.text
    done = await pages.post("/bulk/do", **form, batch=batch_in(seen))
    assert '<span class="pill amber">Does not count</span>' in done.text
    assert "To make it count" in done.text


async def test_what_the_preview_says_of_sending_again_is_what_happens(pages: Pages) -> None:
    """Before the primary decided, our own rules would hold the claim back; after it, one claim goes out, as told."""
    journey = await pages.office.journey()
    await journey.settled()
    form = {"action": "resubmit", "case": [journey.case_id], "reason": "agreed with the payer", "second_person": "lee"}
    early = await pages.post("/bulk/preview", **form)
    assert "Our own rules would hold the claim back" in early.text
    await journey.tell(Partners().primary(journey.now()))
    seen = await pages.post("/bulk/preview", **form)
    assert "A new claim (frequency 1) goes to the secondary payer" in seen.text
    assert "ours may arrive as a duplicate" in seen.text
    assert journey.submissions() == []
    done = await pages.post("/bulk/do", **form, batch=batch_in(seen))
    assert "1 of 1 case heard" in done.text
    await journey.settled()
    assert len(journey.submissions()) == 1
    again = await pages.post("/bulk/preview", **form)
    assert "another one would be a duplicate" in again.text


async def test_a_hold_is_asked_for_and_refusals_are_told(pages: Pages) -> None:
    """The page says that the case has heard it; without a reason the case refuses, in words."""
    journey = await pages.office.journey()
    await journey.settled()
    asked = await pages.post("/holds/ask", case_id=journey.case_id, reason="insurer has not settled")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/holds?view=all&said=heard"
    assert "The case has heard it" in (await pages.browser.get(asked.headers["location"])).text
    refused = await pages.post("/holds/ask", case_id=journey.case_id, reason=" ")
    assert refused.status_code == 422
    assert "A hold needs a reason" in refused.text


def test_what_goes_wrong_with_one_case_is_no_others_trouble() -> None:
    """An error that nobody thought of becomes that case's result, and tells nothing of its content."""
    assert _noted(RuntimeError("member W123")) is UNKNOWN
    with pytest.raises(KeyboardInterrupt):
        _noted(KeyboardInterrupt())
