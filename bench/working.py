"""A worker's process: `python -m bench.working baton` or `floor`; runs until standard input ends."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bench.floor import floor_at_work
from bench.process import READY
from worker import logs
from worker.connection import connect
from worker.keys import open_key_ring
from worker.service import Pace, serving
from worker.settings import Settings

NEVER = Pace(files=3600.0, ledger=3600.0)
"""Facts are signalled and files handed over by the bench; nothing is looked for."""


async def _work(kind: str, home: Path, env: dict[str, str]) -> None:
    settings = Settings.load(env, home)
    logs.configure(settings.log_level)
    keys = open_key_ring(settings)
    client = await connect(settings, keys)
    worker = serving(settings, keys, client, pace=NEVER) if kind == "baton" else floor_at_work(settings, keys, client)
    async with worker:
        sys.stdout.buffer.write(READY)
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    order = json.loads(sys.stdin.buffer.readline())
    asyncio.run(_work(sys.argv[1], Path(order["home"]), order["env"]))
