"""Processes of a run: a worker on an order of its own, and what a process cost so far (Linux: read from /proc)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

READY = b"ready\n"
TICKS = os.sysconf("SC_CLK_TCK")
LOOK = 0.3  # seconds between two looks at a process that is to come to rest
RESTS_AT = 0.1  # of one core
RESTED = 2  # looks in a row


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far; its children are not in it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_bytes(pid: int) -> int:
    """Memory of a process that is in RAM now."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def at_rest(*pids: int, within: float = 30.0) -> None:
    """Wait until these processes do next to nothing; gives up after `within` seconds."""
    until, quiet, before = perf_counter() + within, 0, sum(map(cpu_seconds, pids))
    while quiet < RESTED and perf_counter() < until:
        await asyncio.sleep(LOOK)
        now = sum(map(cpu_seconds, pids))
        quiet = quiet + 1 if now - before <= RESTS_AT * LOOK * len(pids) else 0
        before = now


@dataclass(frozen=True)
class Running:
    """A worker's process; `started` and `ready` are readings of `perf_counter`."""

    process: asyncio.subprocess.Process
    started: float
    ready: float

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    async def stop(self) -> None:
        """Let it drain and end."""
        if self.process.stdin:
            self.process.stdin.close()
        await self.process.wait()

    async def kill(self) -> None:
        """End it as a power cut would."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


async def start_worker(kind: str, home: Path, env: Mapping[str, str]) -> Running:
    """Start a worker of one kind, `baton` or `floor`, and wait until it polls.

    Raises:
        RuntimeError: it ended before it was ready.
    """
    started = perf_counter()
    with (home / f"{kind}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.working", kind,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"home": str(home), "env": dict(env)}).encode() + b"\n")
    if await process.stdout.readline() != READY:
        raise RuntimeError(f"the {kind} worker did not start; its log is {home / f'{kind}.log'}")
    return Running(process, started, perf_counter())


@asynccontextmanager
async def working(kind: str, home: Path, env: Mapping[str, str]) -> AsyncIterator[Running]:
    """A worker for the length of a block."""
    running = await start_worker(kind, home, env)
    try:
        yield running
    finally:
        await running.stop()
