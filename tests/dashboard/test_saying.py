"""Saying something to a case from a page: heard at once, refused with the reason, or kept until the engine is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from casebook import outbox
from casebook.errors import NoSuchRowError
from casebook.outbox import SayingState
from dashboard import saying
from dashboard.outbox import send_waiting
from dashboard.premises import Premises
from dashboard.roles import Role
from dashboard.saying import say, stamp
from journey.facts import PersonActed
from journey.words import Party
from tests.dashboard.front_office import away, contact, premises_of, visitor
from tests.office import Office

MARIA = visitor()


def kept(at: Premises, case_id: str, fact_id: str) -> outbox.Saying | None:
    """A message of the outbox."""
    with at.book.reading() as tx:
        return outbox.find(tx, case_id, fact_id)


async def test_a_case_answers_at_once(office: Office, tmp_path: Path) -> None:
    """What is said is heard by the live case, and the casebook has it before the page is shown again."""
    at, journey = premises_of(office, tmp_path), await office.journey()
    await journey.settled()
    told = contact(journey)
    heard = await say(at, MARIA, journey.case_id, "contact", told)
    assert (heard.state, heard.problem) == ("heard", "")
    assert heard.answer is not None
    assert not heard.answer.counts
    assert (told.fact_id, True) in journey.known()


async def test_saying_it_twice_is_harmless(office: Office, tmp_path: Path) -> None:
    """A form that is sent twice is one fact: the same id changes nothing the second time."""
    at, journey = premises_of(office, tmp_path), await office.journey()
    await journey.settled()
    told = contact(journey)
    heard = [await say(at, MARIA, journey.case_id, "contact", told) for _ in range(2)]
    assert [each.state for each in heard] == ["heard", "heard"]
    assert [each for each, _ in journey.known()].count(told.fact_id) == 1


async def test_a_refusal_says_why(office: Office, tmp_path: Path) -> None:
    """What the case cannot take is refused in the core's words, and nothing is kept."""
    at, journey = premises_of(office, tmp_path), await office.journey()
    await journey.settled()
    snooze = PersonActed(**stamp(at, "act", Party.PROVIDER), act="snoozed", person="maria")
    heard = await say(at, MARIA, journey.case_id, "act", snooze)
    assert (heard.state, heard.problem) == ("refused", "A snooze needs a date after today.")
    assert kept(at, journey.case_id, snooze.fact_id) is None


async def test_the_case_of_another_practice_is_not_there(office: Office, tmp_path: Path) -> None:
    """Nobody says anything to a case of another practice, or learns that there is one."""
    at, journey = premises_of(office, tmp_path), await office.journey()
    await journey.settled()
    for stranger, case_id in ((visitor(practice="south"), journey.case_id), (MARIA, "case-unknown")):
        with pytest.raises(NoSuchRowError):
            await say(at, stranger, case_id, "contact", contact(journey))


async def test_what_is_said_while_the_engine_is_away_waits_and_is_told(office: Office, tmp_path: Path) -> None:
    """Nothing is lost while the engine is away: it waits sealed, and is told in order when the engine is back."""
    at, journey = premises_of(office, tmp_path, away(office)), await office.journey()
    await journey.settled()
    first, second = contact(journey, 1, note="spoke with Quentin Zebulon"), contact(journey, 2)
    for told in (first, second, first):
        assert (await say(at, MARIA, journey.case_id, "contact", told)).state == "waits"
    with at.book.reading() as tx:
        assert [each.fact_id for each in outbox.of_case(tx, journey.case_id)] == [first.fact_id, second.fact_id]
    written = Path(office.book.engine.url.database or "").parent.glob("casebook.sqlite*")
    assert b"Zebulon" not in b"".join(each.read_bytes() for each in written)
    assert await send_waiting(at), "nobody took anything"
    at.cases.reached(office.client)
    assert not await send_waiting(at)
    heard = [fact_id for fact_id, applied in journey.known() if applied]
    assert heard.index(first.fact_id) < heard.index(second.fact_id)
    once_more = await say(at, MARIA, journey.case_id, "contact", first)
    assert once_more.answer is not None, "the same message finds the answer that it got"


async def test_what_waits_is_not_overtaken(office: Office, tmp_path: Path) -> None:
    """While earlier messages to a case wait, a later one waits behind them even when the engine is back."""
    at, journey = premises_of(office, tmp_path, away(office)), await office.journey()
    await journey.settled()
    await say(at, MARIA, journey.case_id, "contact", contact(journey, 1))
    at.cases.reached(office.client)
    assert (await say(at, MARIA, journey.case_id, "contact", contact(journey, 2))).state == "waits"


async def test_a_case_that_does_not_answer_keeps_nobody_waiting(
    own_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Engine there and no worker: after the limit the message waits, and it is one fact when the worker is back."""
    at = premises_of(own_office, tmp_path)
    async with own_office.working():
        journey = await own_office.journey()
        await journey.settled()
    monkeypatch.setattr(saying, "ANSWERED_WITHIN", 0.3)
    told = contact(journey)
    assert (await say(at, MARIA, journey.case_id, "contact", told)).state == "waits"
    monkeypatch.undo()
    async with own_office.working():
        assert not await send_waiting(at)
        assert [each for each, _ in journey.known()].count(told.fact_id) == 1


async def test_what_is_refused_afterwards_reaches_its_author(office: Office, tmp_path: Path) -> None:
    """A message that waited and was then refused is told to who said it, until they have read why."""
    at, journey = premises_of(office, tmp_path, away(office)), await office.journey()
    await journey.settled()
    snooze = PersonActed(**stamp(at, "act", Party.PROVIDER), act="snoozed", person="maria")
    assert (await say(at, MARIA, journey.case_id, "act", snooze)).state == "waits"
    at.cases.reached(office.client)
    await send_waiting(at)
    with at.book.reading() as tx:
        (mine,) = outbox.of_user(tx, MARIA.user.practice, MARIA.user.user_id)
    assert (mine.state, mine.answer) == (SayingState.REFUSED, "A snooze needs a date after today.")
    sam = visitor(Role.SUPERVISOR).user
    with at.book.writing() as tx, pytest.raises(NoSuchRowError):
        outbox.dismiss(tx, sam.practice, sam.user_id, journey.case_id, snooze.fact_id)
    with at.book.writing() as tx:
        outbox.dismiss(tx, MARIA.user.practice, MARIA.user.user_id, journey.case_id, snooze.fact_id)
        assert outbox.of_user(tx, MARIA.user.practice, MARIA.user.user_id) == ()
