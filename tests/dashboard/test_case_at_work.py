"""The case page before an office that works: what is said is heard, refused, overtaken or kept, and told so at once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from casebook import reading, sessions
from dashboard.app import application
from dashboard.premises import Premises
from dashboard.roles import Role
from dashboard.signing.visiting import COOKIE
from journey.case import HoldState
from journey.facts import ContactLogged, Said
from journey.words import Hop, Party
from tests.dashboard.conftest import PASSWORD, PEOPLE
from tests.dashboard.front_office import admit_everybody, away, premises_of
from tests.dashboard.test_case_page import text_of
from tests.dashboard.test_signing_in import token_in
from tests.office import Journey, Office


@dataclass(frozen=True)
class CaseDesk:
    """A live case, and browsers before its page."""

    at: Premises
    journey: Journey

    @asynccontextmanager
    async def browser(self, role: Role = Role.CASE_MANAGER) -> AsyncIterator[AsyncClient]:
        """A browser, signed in as the person of a role; follows redirects."""
        transport = ASGITransport(app=application(self.at))
        async with AsyncClient(transport=transport, base_url="https://testserver", follow_redirects=True) as client:
            answer = await client.post(
                "/sign-in", data={"name": PEOPLE[role][0], "password": PASSWORD, "next": "/password"}
            )
            assert answer.status_code == 200
            yield client

    @property
    def address(self) -> str:
        """The page."""
        return f"/cases/{self.journey.case_id}"

    async def say(self, browser: AsyncClient, what: str, page: str = "", **typed: str) -> Response:
        """Fill in one of the page's forms, as it was shown, and send it."""
        shown = page or (await browser.get(self.address)).text
        return await browser.post(f"{self.address}/{what}", data={**hidden(shown, what), **typed})


def hidden(page: str, what: str) -> dict[str, str]:
    """The hidden fields of one form of a page."""
    form = page[page.index(f'action="{re.search(r"/cases/[a-z0-9-]+", page)[0]}/{what}') :]  # type: ignore[index]
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: unescape(value) for name, value in fields}


@pytest.fixture
async def live(own_office: Office, tmp_path: Path) -> AsyncIterator[CaseDesk]:
    """A case that has just been opened, in an office at work."""
    async with own_office.working():
        at = premises_of(own_office, tmp_path)
        admit_everybody(at)
        journey = await own_office.journey()
        await journey.settled()
        yield CaseDesk(at, journey)


def contact_in(journey: Journey) -> ContactLogged:
    """The newest contact that the case heard."""
    with journey.office.book.reading() as tx:
        heard = [each.entry.fact for each in reading.history(tx, journey.case_id)]
    return [each for each in heard if isinstance(each, ContactLogged)][-1]


async def test_the_page_is_live(live: CaseDesk) -> None:
    """With the engine there, the page says so and tells engineers the run."""
    async with live.browser() as browser:
        page = (await browser.get(live.address)).text
    assert ">live</span>" in page
    assert "not asked or away" not in page


async def test_a_vague_answer_moves_no_clock_and_says_so(live: CaseDesk) -> None:
    """'Under review' is kept, moves no deadline, and the page says at once why it does not count (I5)."""
    before = live.journey.case()
    async with live.browser() as browser:
        answer = await live.say(browser, "contact", **{"with": "primary", "says": "nothing_new", "note": "in review"})
    text = text_of(answer.text)
    assert "Noted, but it does not count." in text
    assert "To make it count: say which payer or desk holds the file" in text
    assert "No deadline moved: primary adjudication still rings" in text
    assert "in review" not in str(answer.url)
    after = live.journey.case()
    assert before
    assert after
    assert (after.clocks, after.proofs) == (before.clocks, before.proofs)
    assert after.vague_answers == {Party.PRIMARY: 1}


async def test_a_real_answer_counts_and_moves_the_case(live: CaseDesk) -> None:
    """A document of the payer that it has the claim proves the hop; the page says that it counts, and what follows."""
    typed = {"with": "secondary", "says": "received", "person_name": "Kim", "document": "portal print 12"}
    async with live.browser() as browser:
        answer = await live.say(browser, "contact", **typed, payer_claim_number="PCN77", note="seen on the portal")
    text = text_of(answer.text)
    assert "Noted. It counts." in text
    assert "received is proven" in text
    after = live.journey.case()
    assert after
    assert after.proof(Hop.RECEIVED).proven
    told = contact_in(live.journey)
    assert (told.says, told.logged_by, told.payer_claim_number) == (Said.RECEIVED, "maria", "PCN77")


async def test_a_form_sent_twice_is_heard_once(live: CaseDesk) -> None:
    """Two clicks on one button are one contact."""
    async with live.browser() as browser:
        page = (await browser.get(live.address)).text
        typed = {"with": "primary", "says": "nothing_new"}
        answers = [await live.say(browser, "contact", page, **typed) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].url == answers[1].url
    assert sum(fact_id.startswith("contact:") for fact_id, _ in live.journey.known()) == 1


async def test_a_clash_loses_nothing(live: CaseDesk) -> None:
    """Who was overtaken reads what the other did, finds every typed word, and sends it again with one click."""
    typed = {"with": "primary", "says": "forwarded", "person_name": "Lou", "call_reference": "R-9", "note": "said so"}
    async with live.browser() as maria, live.browser(Role.LEAD) as lee:
        page = (await maria.get(live.address)).text
        await live.say(lee, "contact", **{"with": "primary", "says": "nothing_new"})
        clash = await live.say(maria, "contact", page, **typed)
        assert clash.status_code == 409
        text = text_of(clash.text)
        assert "Lee Ford: Phone with the primary: nothing new" in text
        assert "Nothing you typed is lost" in text
        for value in ("Lou", "R-9"):
            assert f'value="{value}"' in clash.text
        assert ">said so</textarea>" in clash.text
        assert re.search(r'value="forwarded" checked', clash.text)
        again = await live.say(maria, "contact", clash.text, **typed)
    assert "Noted." in text_of(again.text)
    assert contact_in(live.journey).note == "said so"


async def test_own_words_and_the_outcomes_of_actions_are_no_clash(live: CaseDesk) -> None:
    """Nobody is overtaken by themselves: two forms of one page can be sent one after the other."""
    async with live.browser() as browser:
        page = (await browser.get(live.address)).text
        await live.say(browser, "contact", page, **{"with": "primary", "says": "nothing_new"})
        answer = await live.say(browser, "hold", page, reason="a bill arrived")
    assert answer.status_code == 200


async def test_a_hold_is_asked_for_and_verified(live: CaseDesk) -> None:
    """A hold that a person asks for is set in the ledger, read back, and shown switch by switch."""
    async with live.browser() as browser:
        answer = await live.say(browser, "hold", reason="the patient called about a bill")
        assert "Noted." in text_of(answer.text)
        await live.journey.settled()
        page = text_of((await browser.get(live.address)).text)
    case = live.journey.case()
    assert case
    assert case.hold.state is HoldState.VERIFIED
    assert page.count("✓ seen") == len(case.hold.wanted) == 6
    assert "Billing hold in force" in page


async def test_a_refusal_says_why_and_keeps_the_form(live: CaseDesk) -> None:
    """A snooze without a date is refused in the core's words on the page itself, and nothing is written."""
    before = len(live.journey.known())
    async with live.browser() as browser:
        answer = await live.say(browser, "act", act="snoozed", reason="payer is closed this week")
    assert answer.status_code == 422
    assert "A snooze needs a date after today." in text_of(answer.text)
    assert 'value="payer is closed this week"' in answer.text
    assert len(live.journey.known()) == before


async def test_two_persons_decide_where_the_core_asks_for_two(live: CaseDesk) -> None:
    """A case is closed by a supervisor and a second person of the practice, never by one alone or an invented name."""
    async with live.browser(Role.SUPERVISOR) as sam:
        decided = {"decision": "close", "reason": "the claim was billed twice"}
        alone = await live.say(sam, "decision", **decided)
        assert alone.status_code == 422
        assert "'close' needs a second person" in text_of(alone.text)
        invented = await live.say(sam, "decision", **decided, second_person="nobody")
        assert "choose another lead or supervisor" in text_of(invented.text)
        both = await live.say(sam, "decision", **decided, second_person="lee")
    assert both.status_code == 200
    case = live.journey.case()
    assert case
    assert case.resolution == "R7"


async def test_case_managers_take_work_and_leads_hand_it_out(live: CaseDesk) -> None:
    """Everybody can make a case their own; giving it to another is a lead's."""
    async with live.browser() as maria, live.browser(Role.LEAD) as lee:
        refused = await live.say(maria, "act", act="assigned", person="lee")
        assert refused.status_code == 422
        await live.say(maria, "act", act="assigned")
        first = live.journey.case()
        given = await live.say(lee, "act", act="assigned", person="lee")
    second = live.journey.case()
    assert first
    assert second
    assert (first.owner, second.owner) == ("maria", "lee")
    assert "Lee Ford" in given.text


async def test_a_policy_is_told_and_the_order_follows(live: CaseDesk) -> None:
    """What is told of a policy is held against the rules, and an empty form is sent back."""
    async with live.browser() as browser:
        empty = await live.say(browser, "policy", order="2")
        assert "Say at least one thing about the policy" in text_of(empty.text)
        told: dict[str, Any] = {"source_of_cover": "group", "holder_works": "yes", "employees": "50"}
        answer = await live.say(browser, "policy", order="2", **told)
    assert answer.status_code == 200
    assert "Order of benefits" in text_of(answer.text)


async def test_a_correction_without_its_reference_is_refused(live: CaseDesk) -> None:
    """A COB record counts as put right only with the payer's reference number."""
    async with live.browser() as browser:
        refused = await live.say(browser, "correction", corrects="cob_record", with_payer="secondary")
        assert "needs the payer's reference number" in text_of(refused.text)
        answer = await live.say(
            browser, "correction", corrects="claim_data", field="member_id", before="OLD99881", after="NEW77123"
        )
    text = text_of(answer.text)
    assert answer.status_code == 200
    assert "NEW77123" not in text
    assert "…23" in text


async def test_what_is_said_while_the_engine_is_away_waits_and_says_so(live: CaseDesk) -> None:
    """With the engine away people read on, and the page tells that their words are kept and will be sent."""
    desk = CaseDesk(premises_of(live.journey.office, live.at.settings.home, away(live.journey.office)), live.journey)
    async with desk.browser() as browser:
        answer = await desk.say(browser, "contact", **{"with": "primary", "says": "nothing_new"})
        assert "Kept. It will be sent." in text_of(answer.text)
        page = text_of((await browser.get(desk.address)).text)
    assert "1 message waits in the outbox" in page
    assert "the engine does not answer" in page


async def test_a_session_that_ended_while_typing_loses_nothing(live: CaseDesk) -> None:
    """Sign in on the page that kept the text, and it is said: in place, with nothing typed twice."""
    typed = {"with": "primary", "says": "not_forwarded", "person_name": "Ada", "call_reference": "77"}
    async with live.browser() as browser:
        page = (await browser.get(live.address)).text
        with live.at.book.writing() as tx:
            found = sessions.find(tx, browser.cookies[COOKIE], live.at.wall())
            assert found
            sessions.touch(tx, found.digest, live.at.wall() - sessions.IDLE - timedelta(minutes=1))
        ended = await live.say(browser, "contact", page, **typed)
        assert ended.status_code == 401
        again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', ended.text))
        assert typed.items() <= again.items()
        again |= {"sign_in_name": "maria", "sign_in_password": PASSWORD}
        answer = await browser.post(f"{live.address}/again/contact", data=again)
    assert answer.status_code == 200
    assert "Noted." in text_of(answer.text)
    assert contact_in(live.journey).person_name == "Ada"
    assert token_in(answer.text) != hidden(page, "contact")["form_token"]
