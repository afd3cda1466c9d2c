"""What a case is told: people hear at once what counts, refusals leave no trace, no message of a machine is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from journey.facts import FACT, ContactLogged, Fact, HoldAsked, PersonActed
from journey.words import Party
from tests.office import Journey, Office, eventually
from tests.workflows.partners import Partners
from worker.cases import NoSuchCaseError, RefusedError
from workflows.messages import Answer
from workflows.search_keys import ATTENTION


async def say(case: Journey, contact: ContactLogged, update_id: str) -> Answer:
    """Log a contact under an update id of its own, past the engine's own recognition of repeated updates."""
    answer: Answer = await case.handle.execute_update("contact", contact, id=update_id, result_type=Answer)
    return answer


async def test_a_vague_answer_is_told_what_it_lacks(office: Office, partners: Partners) -> None:
    """'Under review' does not count, and whoever logs it learns at once what would."""
    case = await office.journey()
    await case.tell(partners.primary(case.now()), partners.acknowledged(case.now()))
    answer = await case.cases.contact(case.case_id, partners.call(case.now()))
    assert answer.counts is False
    assert all(word in answer.would_count for word in ("holds the file", "action", "date", "name"))
    answer = await case.cases.contact(case.case_id, partners.firm_call(case.now(), timedelta(days=33)))
    assert answer.counts is True


async def test_a_refusal_says_why_and_leaves_no_event(office: Office, partners: Partners) -> None:
    """What a case cannot take costs the engine nothing and changes nothing."""
    case = await office.journey()
    await case.settled()
    before = len(await case.events())
    stamp: dict[str, Any] = {"happened_at": case.now(), "learnt_at": case.now(), "sender": Party.PROVIDER}
    with pytest.raises(RefusedError, match="a hold needs a reason"):
        await case.cases.hold(case.case_id, HoldAsked(fact_id="h1", person="dana", reason=" ", **stamp))
    with pytest.raises(RefusedError, match="future"):
        await case.cases.contact(case.case_id, partners.call(case.now() + timedelta(days=2)))
    act = PersonActed(fact_id="a1", act="taken", person="dana", escalation="none", **stamp)
    with pytest.raises(RefusedError, match="no such escalation"):
        await case.cases.act(case.case_id, act)
    assert len(await case.events()) == before


async def test_a_message_to_nobody_is_an_error_with_the_way_out(office: Office, partners: Partners) -> None:
    """An unknown case is a typed error for machines and people alike."""
    cases = office.cases()
    fact = partners.primary(office.now())
    with pytest.raises(NoSuchCaseError, match="case list"):
        await cases.tell("case-nobody", (fact,))
    with pytest.raises(NoSuchCaseError, match="case list"):
        await cases.contact("case-nobody", partners.call(office.now()))


async def test_the_same_fact_is_applied_once(office: Office, partners: Partners) -> None:
    """Told again by a machine it is recorded as a duplicate; by a person, it is answered and nothing changes."""
    case = await office.journey()
    fact, call = partners.primary(case.now()), partners.call(case.now())
    await case.tell(fact)
    await case.tell(fact)
    assert [applied for fact_id, applied in case.known() if fact_id == fact.fact_id] == [True, False]
    await say(case, call, "u1")
    again = await say(case, call, "u2")
    assert again.says == ("heard before; nothing changed",)
    written = case.case()
    assert written
    assert written.vague_answers == {Party.SECONDARY: 1}


async def test_two_tellings_of_one_call_in_one_moment_get_one_answer(own_office: Office, partners: Partners) -> None:
    """Both wait when the worker comes up; both hear that the call does not count, and it is counted once."""
    case = await own_office.journey()
    call = partners.call(case.now())
    both = [asyncio.create_task(say(case, call, name)) for name in ("u1", "u2")]
    async with own_office.working():
        first, second = await asyncio.gather(*both)
        await case.settled()
    assert [first.counts, second.counts].count(False) >= 1
    assert first == second or "heard before; nothing changed" in (*first.says, *second.says)
    written = case.case()
    assert written
    assert written.vague_answers == {Party.SECONDARY: 1}


async def test_a_person_speaks_while_the_clock_rings(office: Office, partners: Partners) -> None:
    """Every trial gets a definite answer, and the alarm rings once, before or after."""
    for lead in (0, 5, 20, 60):
        case = await office.journey()
        await case.tell(partners.primary(case.now()))
        [t1] = [each for each in (await case.cases.where(case.case_id)).clocks if each.name == "T1"]
        assert t1.soft
        await case.until(t1.soft - timedelta(milliseconds=700))
        await asyncio.sleep(0.6 + lead / 1000)  # the moment itself is what is tried
        answer = await case.cases.contact(case.case_id, partners.call(case.now()))
        assert answer.counts is False

        async def rang(case: Journey = case) -> bool:
            return sum(each.fact_id.startswith("silence:T1:soft") for each in await case.turns()) == 1

        await eventually(rang, "the alarm rings once")


async def test_what_comes_before_the_first_task_is_heard(own_office: Office, partners: Partners) -> None:
    """Facts that arrive while no worker is up are all there when the case first runs."""
    case = await own_office.journey()
    facts: list[Fact] = [partners.primary(case.now()), partners.acknowledged(case.now()), partners.call(case.now())]
    for each in facts:
        await case.cases.tell(case.case_id, (each,))
    async with own_office.working():
        await case.settled(*(each.fact_id for each in facts))
    assert {each.fact_id for each in facts} <= {fact_id for fact_id, _ in case.known()}


async def test_what_cannot_be_read_is_set_aside_and_shown(office: Office, partners: Partners) -> None:
    """No list, an unknown kind, an unknown signal, a payload in the clear: kept, shown, and the case goes on."""
    case = await office.journey()
    stranger = await Client.connect(office.client.service_client.config.target_host)
    good = partners.primary(case.now())
    await case.handle.signal("facts", "not a list")
    await case.handle.signal("facts", [FACT.dump_python(good, mode="json"), {"kind": "horoscope", "fact_id": "x"}])
    await case.handle.signal("somersault", {"high": True})
    await case.handle.signal("replan", {"plan": "better"})
    await stranger.get_workflow_handle(case.case_id).signal("facts", ["in the clear"])
    standing = await case.settled(good.fact_id)

    async def all_shown() -> bool:
        return len((await case.cases.where(case.case_id)).attention) == 5

    await eventually(all_shown, "five messages need attention")
    standing = await case.settled()
    assert all(each.startswith("message set aside: ") for each in standing.attention)
    assert (await case.handle.describe()).typed_search_attributes[ATTENTION] is True
    assert standing.hold.round == 1


async def test_a_thousand_signals_are_all_heard(own_office: Office, partners: Partners) -> None:
    """A flood at one case, most of it before the first task, is heard whole and blocks nothing."""
    case = await own_office.journey()
    calls = [partners.firm_call(case.now(), fact_id=f"flood-{n}") for n in range(1000)]
    gate = asyncio.Semaphore(50)

    async def tell(call: ContactLogged) -> None:
        async with gate:
            await case.cases.tell(case.case_id, (call,))

    await asyncio.gather(*(tell(each) for each in calls[:900]))
    async with own_office.working():
        await asyncio.gather(*(tell(each) for each in calls[900:]))

        async def all_written() -> bool:
            return sum(fact_id.startswith("flood-") for fact_id, _ in case.known()) >= 1000

        await eventually(all_written, "all are in the casebook", within=60)
        await case.settled()
    told = [fact_id for fact_id, _ in case.known() if fact_id.startswith("flood-")]
    assert len(told) == len(set(told)) == 1000
    failed = await case.events(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
    assert all("deadlock" not in each.workflow_task_failed_event_attributes.failure.message for each in failed)
