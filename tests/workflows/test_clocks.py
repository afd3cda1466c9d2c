"""Deadlines as they behave: alarms at their exact due times, one timer whose summary is its reason."""

from __future__ import annotations

from datetime import date, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from journey.case import Clock
from tests.office import Journey, Office
from tests.workflows.partners import Partners

MOMENT = timedelta(seconds=10)
"""How near to its due time an alarm is looked for; between the two looks nothing but the timer may act."""


async def rung(case: Journey) -> list[str]:
    """The alarms that rang, as `clock:level`."""
    return [":".join(each.fact_id.split(":")[1:3]) for each in await case.turns() if each.kind == "clock_ran_out"]


async def clock(case: Journey, name: str) -> Clock:
    """A clock that runs."""
    return next(each for each in (await case.cases.where(case.case_id)).clocks if each.name == name)


async def reason(office: Office, event: HistoryEvent) -> str:
    """The summary of an event, opened with the office's keys."""
    [said] = await office.client.data_converter.decode([event.user_metadata.summary], [str])
    return str(said)


async def test_alarms_ring_when_due_and_not_before(office: Office, partners: Partners) -> None:
    """Soft and hard alarm of the crossover clock: the day of the rule, to the second of the plan, not earlier."""
    case = await office.journey()
    await case.tell(partners.primary(case.now()))
    t1 = await clock(case, "T1")
    assert t1.soft
    assert t1.hard
    assert (t1.soft.date(), t1.hard.date()) == (date(2026, 4, 2), date(2026, 4, 11))
    for level, due in (("soft", t1.soft), ("hard", t1.hard)):
        await case.until(due - MOMENT)
        assert f"T1:{level}" not in await rung(case)
        await case.until(due + MOMENT)
        assert (await rung(case)).count(f"T1:{level}") == 1
        [turn] = [each for each in await case.turns() if each.fact_id.startswith(f"silence:T1:{level}")]
        assert timedelta() <= turn.at - due < MOMENT


async def test_every_alarm_of_three_months_of_silence_rings_once(office: Office, partners: Partners) -> None:
    """One leap over many due times: each alarm rings once and is in the order in which they fall due."""
    case = await office.journey()
    await case.tell(partners.primary(case.now()))
    await case.until(case.now() + timedelta(days=60))
    alarms = [each.fact_id for each in await case.turns() if each.kind == "clock_ran_out"]
    assert len(alarms) > 10
    assert len(alarms) == len(set(alarms))
    # T17 begins to count when every other wait has run out, so it alone may find its time already past.
    due = [each.rsplit(":", 1)[1] for each in alarms if ":T17:" not in each]
    assert due == sorted(due)


async def test_one_timer_is_armed_and_says_why(office: Office, partners: Partners) -> None:
    """Many clocks, one timer: the earliest, and its summary names the silence that it stands for."""
    case = await office.journey()
    standing = await case.tell(partners.primary(case.now()))
    assert len(standing.clocks) > 2
    started = await case.events(EventType.EVENT_TYPE_TIMER_STARTED)
    ended = await case.events(EventType.EVENT_TYPE_TIMER_CANCELED) + await case.events(EventType.EVENT_TYPE_TIMER_FIRED)
    assert len(started) - len(ended) == 1
    first = min((each for each in standing.clocks if each.next_due), key=lambda each: each.next_due or case.now())
    assert await reason(office, started[-1]) == f"silence on {first.name}"
    armed = started[-1].timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
    assert first.next_due
    assert abs(case.now() + armed - first.next_due) < MOMENT


async def test_the_timer_is_left_alone_while_the_earliest_clock_stands(office: Office, partners: Partners) -> None:
    """Facts that move no earliest clock cost no timer events."""
    case = await office.journey()
    fact = partners.primary(case.now())
    await case.tell(fact)
    before = len(await case.events(EventType.EVENT_TYPE_TIMER_STARTED))
    await case.tell(fact)
    await case.cases.contact(case.case_id, partners.call(case.now()))
    await case.settled()
    assert len(await case.events(EventType.EVENT_TYPE_TIMER_STARTED)) == before


async def test_a_vague_answer_moves_no_deadline_and_a_firm_one_does(office: Office, partners: Partners) -> None:
    """I5: 'under review' leaves the clock where it is; holder, action, date and name move it, once."""
    case = await office.journey()
    await case.tell(partners.primary(case.now()), partners.acknowledged(case.now()))
    hard = (await clock(case, "T7")).hard
    assert hard
    await case.cases.contact(case.case_id, partners.call(case.now()))
    assert (await clock(case, "T7")).hard == hard
    await case.cases.contact(case.case_id, partners.firm_call(case.now(), timedelta(days=33)))
    moved = (await clock(case, "T7")).hard
    assert moved
    assert moved > hard
    await case.until(hard + MOMENT)
    assert "T7:hard" not in await rung(case)
    await case.until(moved + MOMENT)
    assert (await rung(case)).count("T7:hard") == 1
