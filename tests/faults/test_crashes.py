"""Processes killed in the middle of journeys: nothing is lost, and nothing is doubled at the receiver."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from casebook import reading
from casebook.audit import audit
from casebook.errors import NoSuchRowError
from journey.case import Opening
from journey.words import Switch
from tests.office import CHARGE, CONTRACTUAL, PAID, claim_of, eventually
from tests.workflows.partners import Partners
from worker.engine import server_pid

if TYPE_CHECKING:
    from tests.faults.conftest import Site

PARTNERS = Partners()
CASES = 4
KILLS = 4


async def opened(site: Site, count: int) -> dict[str, str]:
    """Cases with accounts in the ledger whose primary has paid; claim number → case id."""
    found = {}
    for n in range(count):
        number = f"CRASH{n:03d}"
        found[number] = site.keys.opaque("case", number)
        site.ledger.open_account(number, CHARGE, site.now())
        site.ledger.primary_posted(number, PAID, CONTRACTUAL, site.now())
        claim = claim_of(number)
        await site.cases.open(Opening(case_id=found[number], claim=claim, opened_at=site.now()), ())
    return found


def written(site: Site, case_id: str) -> list[tuple[str, bool]]:
    """The facts of a case in the casebook; the chain must hold."""
    with site.book.reading() as tx:
        try:
            assert reading.verify_chain(tx, case_id) is None
        except NoSuchRowError:  # nothing is written yet
            return []
        return [(each.entry.fact.fact_id, each.entry.applied) for each in reading.history(tx, case_id)]


def is_known(site: Site, case_id: str, beginning: str) -> bool:
    """Whether a fact whose id begins so stands in the casebook."""
    return any(fact_id.startswith(beginning) for fact_id, _ in written(site, case_id))


def submissions(site: Site, number: str) -> list[Path]:
    """The secondary claims in the drop folder."""
    return [each for each in site.settings.clearinghouse_out.glob("*.837") if number in each.read_text()]


def is_done(site: Site, number: str, case_id: str, told: set[str]) -> bool:
    """Whether a case heard all it was told, has its hold verified and its claim sent."""
    known = {fact_id for fact_id, _ in written(site, case_id)}
    with site.book.reading() as tx:
        try:
            case = reading.case_state(tx, case_id)
        except NoSuchRowError:  # nothing is written yet
            return False
    ended = all(each.ended_at for each in case.asked if each.kind != "notify")
    return told <= known and ended and bool(submissions(site, number))


@pytest.mark.timeout(150)
async def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(site: Site) -> None:
    """Four kills at random moments of four journeys: every fact once, one hold and one claim for each account."""
    rng = Random(20260312)
    cases = await opened(site, CASES)
    told: dict[str, set[str]] = {number: set() for number in cases}
    for trial in range(KILLS):
        worker = await site.worker()
        for number, case_id in cases.items():
            at = site.now()
            fact = PARTNERS.firm_call(at, fact_id=f"{number}-{trial}")
            facts = (PARTNERS.primary(at, "1", ("MA19",), fact_id=f"{number}-remit"),) if trial == 0 else ()
            await site.cases.tell(case_id, (*facts, fact))
            told[number] |= {each.fact_id for each in (*facts, fact)}
        await asyncio.sleep(rng.uniform(0.0, 0.5))  # the moment of the kill is what is tried
        worker.kill()
    await site.worker()
    for number, case_id in cases.items():
        await eventually(partial(is_done, site, number, case_id, told[number]), "all is done", 90)
    for number, case_id in cases.items():
        applied = Counter(fact_id for fact_id, was in written(site, case_id) if was)
        assert told[number] <= applied.keys()
        assert set(applied.values()) == {1}
        assert len(submissions(site, number)) == 1
        assert len(site.ledger.holds(number)) == 1
        assert set(site.ledger.balance(number, site.now()).switches_on) == set(Switch)
    keys = Counter(each["key"] for each in site.notices)
    assert set(keys.values()) <= {1}
    assert audit(site.book, site.now()).violations == ()


@pytest.mark.timeout(120)
async def test_an_engine_killed_and_restarted_rings_every_clock_once(hasty_site: Site) -> None:
    """SIGKILL of the engine while clocks run: its cases are there again, each alarm rings once, one claim leaves."""
    site = hasty_site
    await site.worker()
    cases = await opened(site, 3)
    for number, case_id in cases.items():
        await site.cases.tell(case_id, (PARTNERS.primary(site.now(), "1", (), fact_id=f"{number}-remit"),))
    for number, case_id in cases.items():
        await eventually(partial(is_known, site, case_id, f"{number}-remit"), "they hear")
    os.kill(server_pid(site.home), signal.SIGKILL)
    for number in cases:
        await eventually(partial(submissions, site, number), "silence sends the claim", 60)
    for number, case_id in cases.items():
        await eventually(partial(is_known, site, case_id, "silence:T2:hard"), "the alarm is written", 30)
        alarms = [fact_id for fact_id, was in written(site, case_id) if fact_id.startswith("silence:") and was]
        assert len(alarms) == len(set(alarms))
        assert len(submissions(site, number)) == 1
        # An errand that was on its way when the engine died is tried again after its own time limit.
        await eventually(partial(site.ledger.holds, number), "the hold is placed", 60)
        assert len(site.ledger.holds(number)) == 1
