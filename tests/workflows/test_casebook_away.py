"""The casebook is near, and may be away: the journey goes on, and every page is written when it is back."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import date, timedelta

import pytest

from casebook.audit import audit
from journey.facts import Fact
from tests.office import CONTRACTUAL, PAID, SHARE, Journey, Office, eventually
from tests.workflows.partners import Partners


def written(case: Journey) -> list[str]:
    """The ids of the facts in the casebook, in their order."""
    return [fact_id for fact_id, _ in case.known()]


async def heard(case: Journey, *facts: Fact) -> None:
    """Tell facts and wait until the case has decided them, written down or not."""
    await case.cases.tell(case.case_id, facts)
    wanted = {each.fact_id for each in facts}

    async def known() -> bool:
        return wanted <= {each.fact_id for each in await case.turns()}

    await eventually(known, "the case hears")


async def test_the_journey_goes_on_without_the_casebook(working_office: Office, partners: Partners) -> None:
    """Facts are decided and the hold is placed while pages wait; then they are written once each, in order."""
    case = await working_office.journey()
    working_office.ledger.primary_posted(case.number, PAID, CONTRACTUAL, case.now())
    await case.settled()
    working_office.gate.away = True
    first, second = partners.primary(case.now()), partners.acknowledged(case.now())
    await heard(case, first)
    await eventually(lambda: working_office.ledger.holds(case.number), "the hold is placed")
    await heard(case, second)
    assert written(case) == []
    working_office.gate.away = False
    await case.settled(first.fact_id, second.fact_id)
    ids = written(case)
    assert [each for each in ids if each in (first.fact_id, second.fact_id)] == [first.fact_id, second.fact_id]
    assert len(ids) == len(set(ids))


async def test_a_locked_casebook_delays_pages_only(working_office: Office, partners: Partners) -> None:
    """Another process holds the database's write lock for a while: nothing is lost and nobody sees an error."""
    case = await working_office.journey()
    await case.settled()
    path = working_office.out.parent / "casebook.sqlite"
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    fact = partners.primary(case.now())
    await heard(case, fact)
    assert fact.fact_id not in written(case)
    lock.rollback()
    lock.close()
    await case.settled(fact.fact_id)
    assert written(case).count(fact.fact_id) == 1


async def test_a_long_case_moves_on_although_its_pages_wait(working_office: Office, partners: Partners) -> None:
    """A new run begins while the casebook is away, and takes the unwritten pages along."""
    case = await working_office.journey(event_cap=25)
    await case.settled()
    first_run = (await case.handle.describe()).run_id
    working_office.gate.away = True
    facts = [partners.firm_call(case.now(), fact_id=f"call-{n}-{case.number}") for n in range(8)]
    for each in facts:
        await heard(case, each)
    assert (await case.handle.describe()).run_id != first_run
    assert written(case) == []
    working_office.gate.away = False
    await case.settled(*(each.fact_id for each in facts))
    told = {each.fact_id for each in facts}
    assert [each for each in written(case) if each in told] == [each.fact_id for each in facts]


@pytest.mark.filterwarnings("ignore:Cannot find activity to cancel")  # of the engine's library, at a shutdown
async def test_a_worker_drains_although_the_casebook_is_away(own_office: Office, partners: Partners) -> None:
    """A worker that is told to stop does not wait for the casebook; the next one writes what is missing."""
    async with own_office.working():
        case = await own_office.journey()
        await case.settled()
        own_office.gate.away = True
        fact = partners.primary(case.now())
        await heard(case, fact)
        stopping = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - stopping < 10
    own_office.gate.away = False
    async with own_office.working():
        await case.settled(fact.fact_id)
    assert written(case).count(fact.fact_id) == 1


async def test_a_fact_in_the_moment_of_closing_is_not_lost(working_office: Office, partners: Partners) -> None:
    """The case is closed and its last page is not written yet: what comes now opens it again instead of vanishing."""
    case = await working_office.journey()
    working_office.ledger.primary_posted(case.number, PAID, CONTRACTUAL, case.now())
    await case.tell(partners.primary(case.now()))
    await case.until(case.day(date(2026, 4, 2)))
    await case.tell(partners.secondary(case.now()))
    working_office.ledger.deposit(case.number, SHARE, case.now())
    working_office.ledger.post_secondary(case.number, SHARE, 0, 0, case.now())
    standing = await case.tell(case.ledger_read())
    [monitoring] = [each for each in standing.clocks if each.name == "T16"]
    assert monitoring.hard
    await case.until(monitoring.hard - timedelta(seconds=2))
    working_office.gate.away = True

    async def rang() -> bool:
        return any(each.fact_id.startswith("silence:T16") for each in await case.turns())

    await eventually(rang, "the monitoring ends")
    await case.cases.tell(case.case_id, (partners.takeback(case.now()),))
    working_office.gate.away = False
    standing = await case.settled()
    assert standing.resolution is None
    assert "F9" in case.found()


async def test_the_audit_finds_nothing_after_all_that(working_office: Office, partners: Partners) -> None:
    """What the casebook holds after an outage passes the same audit as any other day."""
    case = await working_office.journey()
    working_office.gate.away = True
    await heard(case, partners.primary(case.now()), partners.firm_call(case.now()))
    working_office.gate.away = False
    await case.settled()
    assert audit(working_office.book, case.now()).violations == ()
