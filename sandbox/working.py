"""A worker in a process of its own, at a world's tempo: it shares nothing with the world but its wires."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from journey.tempo import Tempo
from worker import logs
from worker.connection import connect
from worker.keys import open_key_ring
from worker.service import Pace, serving
from worker.settings import Settings

PACE = Pace(files=0.2, ledger=0.5)
"""How often a trial's worker looks for files and for ledger changes: every few case hours."""

READY = b"ready\n"


class WorkerFailedError(Exception):
    """The worker's process ended before it was ready; its log says why."""


@asynccontextmanager
async def working(home: Path, env: Mapping[str, str], tempo: Tempo) -> AsyncIterator[None]:
    """A worker process for the length of a block; it ends when this process does.

    Args:
        home: the home folder, in which the worker's log is kept.
        env: its settings.
        tempo: case time.
    """
    order = json.dumps({"home": str(home), "env": dict(env), "tempo": tempo.model_dump(mode="json")})
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
        await process.wait()


async def _work(order: Mapping[str, object]) -> None:
    """Run the worker until standard input ends."""
    env, tempo = order["env"], Tempo.model_validate(order["tempo"])
    assert isinstance(env, dict)
    settings = Settings.load(env, Path(str(order["home"])))
    logs.configure(settings.log_level)
    keys = open_key_ring(settings)
    client = await connect(settings, keys)
    async with serving(settings, keys, client, tempo=tempo, pace=PACE):
        sys.stdout.buffer.write(READY)
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(1)  # the world keeps the time; the worker may be late, the world may not
    asyncio.run(_work(json.loads(sys.stdin.buffer.readline())))
