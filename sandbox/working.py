"""One worker of a crew: `python -m sandbox.working` loads, waits for its order, and works until standard input ends."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from pathlib import Path
from time import process_time
from typing import Any

from edi.guide_gate import read_maps
from journey.tempo import Tempo
from sandbox.crew import LOADED, READY
from worker import logs
from worker.connection import connect
from worker.keys import open_key_ring
from worker.service import Pace, serving
from worker.settings import Settings

PACE = Pace(files=0.2, ledger=0.8)
"""How often a trial's worker looks for files and for ledger changes: every few case hours."""

NEVER = Pace(files=1e9, ledger=1e9)


async def _work(order: dict[str, Any], told: int) -> None:
    """Run the worker until standard input ends; `told` is the pipe of whoever waits for it to be ready."""
    settings = Settings.load(order["env"], Path(order["home"]))
    logs.configure(settings.log_level)
    keys = open_key_ring(settings)
    client = await connect(settings, keys)
    tempo = Tempo.model_validate(order["tempo"])
    async with serving(settings, keys, client, tempo=tempo, pace=PACE if order["looks"] else NEVER):
        os.write(told, READY + b"\n")
        os.close(told)
        await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(1)  # the world keeps the time; the worker may be late, the world may not
    # The engine's client library writes its warnings to standard output. Nobody empties that pipe once the worker is
    # ready, and a full pipe stops a process for good: from here on they go where the errors go, into the log.
    told_pipe = os.dup(1)
    os.dup2(2, 1)
    # A thread that comes back from the database waits this long for its turn to compute; most of ours only come back.
    sys.setswitchinterval(0.0005)
    begun = process_time()
    read_maps()
    loaded = f"{process_time() - begun:.3f}"
    gc.set_threshold(100_000, 20, 100)  # what a worker keeps are its cases: looking through them frees nothing
    os.write(told_pipe, LOADED + f" {loaded}\n".encode())
    if told := sys.stdin.buffer.readline():
        asyncio.run(_work(json.loads(told), told_pipe))
