"""The main figure: rounds of ordinary journeys, Baton's and the floor's in turn, on one engine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from uuid import uuid4

from temporalio.client import Client

from bench.doors import Door, history_of, live
from bench.ordinary import Ordinary
from bench.partners import Partners
from bench.process import at_rest, cpu_seconds
from worker.keys import KeyRing

HISTORIES = 5
"""Cases of each round whose histories are counted."""


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    name: str
    door: Door
    worker: int
    """Process id."""


@dataclass(frozen=True)
class Round:
    """What one round of one side came to; CPU in milliseconds per case."""

    cases_per_second: float
    worker_cpu: float
    server_cpu: float
    events: float
    """Median over some of its cases."""

    @property
    def cpu(self) -> float:
        """Server and worker."""
        return self.worker_cpu + self.server_cpu


def new_case(keys: KeyRing) -> Ordinary:
    """A case that nobody had before."""
    number = f"B{uuid4().hex[:12].upper()}"
    return Ordinary(number, keys.opaque("case", number))


async def run_round(side: Side, cases: int, server: int, client: Client, world: Partners, keys: KeyRing) -> Round:
    """Live some journeys at once, then wait until engine and worker are at rest, so that nothing is left out."""
    load = [new_case(keys) for _ in range(cases)]
    await at_rest(side.worker, server)
    before = cpu_seconds(side.worker), cpu_seconds(server)
    began = perf_counter()
    await asyncio.gather(*(live(each, side.door, world, keys) for each in load))
    took = perf_counter() - began
    await at_rest(side.worker, server)
    worker, server_cpu = cpu_seconds(side.worker) - before[0], cpu_seconds(server) - before[1]
    events = [len(await history_of(client, each.case_id)) for each in load[:HISTORIES]]
    return Round(cases / took, 1000 * worker / cases, 1000 * server_cpu / cases, median(events))


def spread(values: Sequence[float], form: str) -> str:
    """Median and range of some rounds."""
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"
