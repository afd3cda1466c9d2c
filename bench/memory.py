"""What open cases cost a worker that only waits, and how soon it reacts after it was killed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

from bench.doors import BatonDoor, begin
from bench.ordinary import Ordinary
from bench.partners import Partners
from bench.process import at_rest, resident_bytes, start_worker
from bench.rounds import new_case
from worker.keys import KeyRing

KIB = 1024
FAR = timedelta(hours=1)
"""The reminder of a case that shall wait."""


@dataclass(frozen=True)
class Idle:
    """Cases that wait."""

    kib_per_case: float
    reaction: float
    """Seconds from a killed worker's successor being ready to the first thing it did for a case."""
    start: float
    """Seconds that the successor took to be ready: Python, imports, casebook, connection."""


async def idle(count: int, server: int, door: BatonDoor, world: Partners, keys: KeyRing) -> Idle:
    """Open cases on a fresh worker, kill it while one more message waits, start another."""
    worker = await start_worker("baton", world.home, world.env)
    await _open(5, door, world, keys)  # what every worker needs once is not a case's
    await at_rest(worker.pid, server)
    before = resident_bytes(worker.pid)
    cases = await _open(count, door, world, keys)
    await at_rest(worker.pid, server)
    grown = resident_bytes(worker.pid) - before
    await worker.kill()
    case = cases[count // 2]
    answer = case.answered(world.ledger.now(case.number))
    await door.tell(case.case_id, (answer,))
    worker = await start_worker("baton", world.home, world.env)
    await world.see(lambda: answer.fact_id in world.eyes.noted, "a reaction after the restart")
    reaction = perf_counter() - worker.ready
    await worker.stop()
    return Idle(grown / KIB / count, reaction, worker.ready - worker.started)


async def _open(count: int, door: BatonDoor, world: Partners, keys: KeyRing) -> list[Ordinary]:
    cases = [new_case(keys) for _ in range(count)]
    gate = asyncio.Semaphore(40)

    async def one(case: Ordinary) -> None:
        async with gate:
            await begin(case, door, world, case.tempo(datetime.now(UTC), FAR))

    await asyncio.gather(*map(one, cases))
    return cases
