"""What open cases cost a worker that only waits, and how soon its successor reacts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

from bench.doors import BatonDoor, begin
from bench.ordinary import Ordinary
from bench.partners import Partners
from bench.process import Running, at_rest, resident_bytes, start_worker
from bench.rounds import new_case
from worker.keys import KeyRing

KIB = 1024
FAR = timedelta(hours=1)
"""The reminder of a case that shall wait."""


@dataclass(frozen=True)
class Idle:
    """Cases that wait; times in seconds."""

    kib_per_case: float
    start: float
    """From the start of a worker's process to its first poll: Python, imports, casebook, connection."""
    restarted: float
    """From there to the first fact in the casebook, after the former worker was stopped."""
    killed: float
    """The same after it was killed."""


async def idle(count: int, server: int, door: BatonDoor, world: Partners, keys: KeyRing) -> Idle:
    """Open cases on a fresh worker; then twice take it away, send a message, and start another."""
    worker = await start_worker("baton", world.home, world.env)
    await _open(5, door, world, keys)  # what every worker needs once is not a case's
    await at_rest(worker.pid, server)
    before = resident_bytes(worker.pid)
    cases = await _open(count, door, world, keys)
    await at_rest(worker.pid, server)
    grown = resident_bytes(worker.pid) - before
    await worker.stop()
    worker, restarted = await _react(cases[0], door, world)
    await at_rest(worker.pid, server)
    await worker.kill()
    worker, killed = await _react(cases[1], door, world)
    await worker.stop()
    return Idle(grown / KIB / count, worker.ready - worker.started, restarted, killed)


async def _react(case: Ordinary, door: BatonDoor, world: Partners) -> tuple[Running, float]:
    """A message to a case, then a new worker, and how long it takes from being ready to having heard it."""
    answer = case.answered(world.ledger.now(case.number))
    await door.tell(case.case_id, (answer,))
    worker = await start_worker("baton", world.home, world.env)
    await world.see(lambda: answer.fact_id in world.eyes.noted, "a reaction after the restart")
    return worker, perf_counter() - worker.ready


async def _open(count: int, door: BatonDoor, world: Partners, keys: KeyRing) -> list[Ordinary]:
    cases = [new_case(keys) for _ in range(count)]
    gate = asyncio.Semaphore(40)

    async def one(case: Ordinary) -> None:
        async with gate:
            await begin(case, door, world, case.tempo(datetime.now(UTC), FAR))

    await asyncio.gather(*map(one, cases))
    return cases
