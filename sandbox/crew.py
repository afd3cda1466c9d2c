"""A world's workers, each in a process of its own: they load early, and begin when they are told where and when."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from journey.tempo import Tempo

WORKERS = 2
"""A worker computes on one core; two keep up with the busy weeks of a season."""

LOADED, READY = b"loaded", b"ready"
"""What a worker says once it is loaded, with the processor seconds of a part of that, and once it works."""

DRAINED_WITHIN = 60.0
"""Wall seconds after which a worker that does not end by itself is ended."""


class WorkerFailedError(Exception):
    """A worker's process ended before it was ready; its log says why."""


class Crew:
    """Worker processes that share nothing with the world but its wires."""

    def __init__(self, home: Path, processes: list[Process]) -> None:
        """Take the processes, which are loading."""
        self._home = home
        self._processes = processes

    async def loaded(self) -> float:
        """Wait until everyone could begin at once; tells how fast this machine is.

        Returns:
            The processor seconds that the slowest needed to read the guides' maps.

        Raises:
            WorkerFailedError: one cannot; its log says why.
        """
        return max([float(each) for each in await self._all_say(LOADED)])

    async def begin(self, env: Mapping[str, str], tempo: Tempo) -> None:
        """Let everyone work, once they are loaded; returns when they do.

        Args:
            env: their settings.
            tempo: case time.

        Raises:
            WorkerFailedError: one does not; its log says why.
        """
        order = {"home": str(self._home), "env": dict(env), "tempo": tempo.model_dump(mode="json")}
        for number, process in enumerate(self._processes):
            assert process.stdin is not None
            looks = number == 0  # one of them looks for files and ledger changes
            process.stdin.write(json.dumps({**order, "looks": looks}).encode() + b"\n")
        await self._all_say(READY)

    async def _all_say(self, word: bytes) -> list[bytes]:
        """What each of them says after a word."""
        said = []
        for process in self._processes:
            assert process.stdout is not None
            line = await process.stdout.readline()
            if not line.startswith(word):
                raise WorkerFailedError(f"a worker did not start; its log is {self._home / 'worker.log'}")
            said.append(line.removeprefix(word))
        return said


@asynccontextmanager
async def crew(home: Path, workers: int = WORKERS) -> AsyncIterator[Crew]:
    """Worker processes for the length of a block; they end when this process does.

    Args:
        home: the home folder, in which their log is kept.
        workers: how many.
    """
    home.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        yield Crew(home, [await stack.enter_async_context(_process(home)) for _ in range(workers)])


@asynccontextmanager
async def _process(home: Path) -> AsyncIterator[Process]:
    with (home / "worker.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox.working", stdin=PIPE, stdout=PIPE, stderr=log
        )
    assert process.stdin is not None
    try:
        yield process
    finally:
        process.stdin.close()
        await _ended(process)


async def _ended(process: Process) -> None:
    """Until the worker has drained; one that hangs must not keep the trial from telling what it saw."""
    try:
        await asyncio.wait_for(process.wait(), DRAINED_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()
