"""From a file to informed cases, against signalling as many bare workflows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from temporalio.client import Client

from bench.files import bills, claims_file, informed, remittance_file
from bench.floor import QUEUE, Begin, Floor, Step
from bench.partners import Partners
from bench.process import at_rest
from journey.facts import FACT
from sandbox.people import Bill
from worker.keys import KeyRing
from worker.service import Service, take_in

AT_ONCE = 16
"""Signals on their way at once, as many as intake has."""


async def file_to_cases(service: Service, world: Partners, count: int, pids: Sequence[int]) -> tuple[float, bytes]:
    """Cases informed in a second by one 835, from its arrival to its last signal; and the file.

    Raises:
        RuntimeError: not every claim of the file found its case.
    """
    claims = bills(count, f"I{uuid4().hex[:8].upper()}")
    for each in claims:
        _open_account(world, each)
    await take_in(service, _put(world.home, "claims.837", claims_file(claims)))
    await at_rest(*pids)
    content = remittance_file(claims)
    path = _put(world.home, "remittance.835", content)
    began = perf_counter()
    counts = await take_in(service, path)
    took = perf_counter() - began
    if counts.informed != count:
        raise RuntimeError(f"{counts.informed} of {count} claims found their case")
    await at_rest(*pids)
    return count / took, content


def _open_account(world: Partners, bill: Bill) -> None:
    now = datetime.now(UTC)
    world.ledger.open_account(bill.claim_number, bill.charge, now)
    world.ledger.primary_posted(bill.claim_number, 0, 0, now)


def _put(home: Path, name: str, content: bytes) -> Path:
    path = home / f"{uuid4().hex[:8]}-{name}"
    path.write_bytes(content)
    return path


async def signal_floor(client: Client, content: bytes, keys: KeyRing, pids: Sequence[int]) -> float:
    """Bare workflows signalled in a second with the same messages; they only hear and write down."""
    messages = [[FACT.dump_python(each.fact, mode="json")] for each in informed(content, keys)]
    ids = [f"floor-{uuid4().hex}" for _ in messages]
    script = [Step("hear"), Step("write")]
    gate = asyncio.Semaphore(AT_ONCE)

    async def signal(flow: str, message: list[object]) -> None:
        async with gate:
            await client.get_workflow_handle(flow).signal("facts", message)

    for flow in ids:
        await client.start_workflow(Floor.run, Begin(flow, flow, {}, script), id=flow, task_queue=QUEUE)
    await at_rest(*pids)
    began = perf_counter()
    await asyncio.gather(*map(signal, ids, messages))
    took = perf_counter() - began
    await at_rest(*pids)
    return len(ids) / took
