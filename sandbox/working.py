"""Workers in processes of their own, at a world's tempo: they share nothing with the world but its wires."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from edi.guide_gate import read_maps
from journey.tempo import Tempo
from worker import logs
from worker.connection import connect
from worker.keys import open_key_ring
from worker.service import Pace, serving
from worker.settings import Settings

PACE = Pace(files=0.2, ledger=0.8)
"""How often a trial's worker looks for files and for ledger changes: every few case hours."""

NEVER = Pace(files=1e9, ledger=1e9)

WORKERS = 2
"""A worker computes on one core; two keep up with the busy weeks of a season."""

READY = b"ready\n"

DRAINED_WITHIN = 60.0
"""Wall seconds after which a worker that does not end by itself is ended."""


class WorkerFailedError(Exception):
    """The worker's process ended before it was ready; its log says why."""


@asynccontextmanager
async def working(home: Path, env: Mapping[str, str], tempo: Tempo, workers: int = WORKERS) -> AsyncIterator[None]:
    """Worker processes for the length of a block; they end when this process does.

    Args:
        home: the home folder, in which their log is kept.
        env: their settings.
        tempo: case time.
        workers: how many; the first also looks for files and ledger changes.

    Raises:
        WorkerFailedError: one did not start; its log says why.
    """
    async with AsyncExitStack() as stack:
        for paces in [True, *[False] * (workers - 1)]:
            order = {"home": str(home), "env": dict(env), "tempo": tempo.model_dump(mode="json"), "paces": paces}
            await stack.enter_async_context(_process(home, json.dumps(order)))
        yield


@asynccontextmanager
async def _process(home: Path, order: str) -> AsyncIterator[None]:
    with (home / "worker.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sandbox.working",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(order.encode() + b"\n")
    try:
        if await process.stdout.readline() != READY:
            raise WorkerFailedError(f"the worker did not start; its log is {home / 'worker.log'}")
        yield
    finally:
        process.stdin.close()
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Until the worker has drained; one that hangs must not keep the trial from telling what it saw."""
    try:
        await asyncio.wait_for(process.wait(), DRAINED_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _work(order: Mapping[str, object], waiting: int) -> None:
    """Run the worker until standard input ends; `waiting` is the pipe of whoever waits for it to be ready."""
    env, tempo = order["env"], Tempo.model_validate(order["tempo"])
    assert isinstance(env, dict)
    settings = Settings.load(env, Path(str(order["home"])))
    logs.configure(settings.log_level)
    keys = open_key_ring(settings)
    client = await connect(settings, keys)
    read_maps()
    async with serving(settings, keys, client, tempo=tempo, pace=PACE if order["paces"] else NEVER):
        os.write(waiting, READY)
        os.close(waiting)
        await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(1)  # the world keeps the time; the worker may be late, the world may not
    # The engine's client library writes its warnings to standard output. Nobody empties that pipe once the worker is
    # ready, and a full pipe stops a process for good: from here on they go where the errors go, into the log.
    ready_pipe = os.dup(1)
    os.dup2(2, 1)
    # A thread that comes back from the database waits this long for its turn to compute; most of ours only come back.
    sys.setswitchinterval(0.0005)
    gc.set_threshold(100_000, 20, 100)  # what a worker keeps are its cases: looking through them frees nothing
    asyncio.run(_work(json.loads(sys.stdin.buffer.readline()), ready_pipe))
