"""A case outlives its runs: clocks stay where they were, repeats are known, work and messages go over."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.office import CONTRACTUAL, PAID, Journey, Office, eventually
from tests.workflows.partners import Partners


async def runs(case: Journey) -> int:
    """How many runs the case has had."""
    query = f"WorkflowId = '{case.case_id}'"

    async def listed() -> int:
        return (await case.office.client.count_workflows(query)).count

    return int(await eventually(listed, "the runs are listed"))


async def fill(case: Journey, partners: Partners) -> None:
    """Tell the case small things until a new run has begun."""
    before = (await case.handle.describe()).run_id
    for _ in range(40):
        await case.cases.contact(case.case_id, partners.call(case.now()))
        if (await case.handle.describe()).run_id != before:
            return
    raise AssertionError("no new run began")


async def test_clocks_are_absolute(office: Office, partners: Partners) -> None:
    """A new run changes no due time, and the alarm rings when it would have rung."""
    case = await office.journey(event_cap=40)
    before = await case.tell(partners.primary(case.now()))
    await fill(case, partners)
    after = await case.settled()
    due = {each.name: (each.soft, each.hard) for each in before.clocks if each.name != "T17"}
    assert due.items() <= {each.name: (each.soft, each.hard) for each in after.clocks}.items()
    t1 = next(each for each in after.clocks if each.name == "T1")
    assert t1.soft
    await case.until(t1.soft + timedelta(seconds=1))
    [rang] = [each for each in await case.turns() if each.fact_id.startswith("silence:T1:soft")]
    assert abs((rang.at - t1.soft).total_seconds()) < 5


async def test_repeats_are_known_in_a_new_run(office: Office, partners: Partners) -> None:
    """The engine forgets update ids with the run; the case does not forget facts."""
    case = await office.journey(event_cap=40)
    fact, call = partners.primary(case.now()), partners.call(case.now())
    await case.tell(fact)
    await case.cases.contact(case.case_id, call)
    await fill(case, partners)
    counted = await case.settled()
    answer = await case.cases.contact(case.case_id, call)
    assert answer.says == ("heard before; nothing changed",)
    await case.tell(fact)
    assert [applied for fact_id, applied in case.known() if fact_id == fact.fact_id] == [True, False]
    after = await case.cases.where(case.case_id)
    assert after.hold == counted.hold
    assert after.clocks == counted.clocks


async def test_unfinished_work_goes_on_under_the_same_key(working_office: Office, partners: Partners) -> None:
    """A hold that the ledger could not take yet is asked for by every run, and placed once."""
    working_office.faults.errors = 1_000
    case = await working_office.journey(event_cap=30)
    working_office.ledger.primary_posted(case.number, PAID, CONTRACTUAL, case.now())
    fact = partners.primary(case.now())
    await case.cases.tell(case.case_id, (fact,))
    await fill(case, partners)
    await fill(case, partners)
    working_office.faults.errors = 0
    await eventually(lambda: working_office.ledger.holds(case.number), "the hold is placed")
    await case.settled(fact.fact_id)
    assert len(working_office.ledger.holds(case.number)) == 1


async def test_nothing_is_lost_while_messages_stream_in(working_office: Office, partners: Partners) -> None:
    """Facts and calls keep coming while runs follow each other: each is heard once, each call is answered."""
    case = await working_office.journey(event_cap=25)
    facts = [partners.firm_call(case.now(), fact_id=f"stream-{n}") for n in range(120)]
    calls = [partners.call(case.now(), fact_id=f"call-{n}") for n in range(20)]
    gate = asyncio.Semaphore(8)

    async def tell(n: int) -> None:
        async with gate:
            await case.cases.tell(case.case_id, (facts[n],))

    async def call(n: int) -> bool:
        async with gate:
            return (await case.cases.contact(case.case_id, calls[n])).counts

    told = asyncio.gather(*(tell(n) for n in range(len(facts))))
    answers = await asyncio.gather(*(call(n) for n in range(len(calls))))
    await told
    assert answers == [False] * len(calls)
    await eventually(lambda: len(case.known()) >= len(facts) + len(calls), "all are written")
    await case.settled()
    written = [each for each, _ in case.known() if each.startswith(("stream-", "call-"))]
    assert sorted(written) == sorted([*(each.fact_id for each in facts), *(each.fact_id for each in calls)])
    assert await runs(case) > 2
