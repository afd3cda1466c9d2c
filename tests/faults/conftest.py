"""A service of real processes: an engine on its database file, a worker that can be killed, and a ledger over HTTP."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from casebook.opening import Casebook
from journey.tempo import Tempo
from sandbox.crew import LOADED, READY
from sandbox.ledger import Ledger
from sandbox.ledger_http import DESK, ledger_app
from sandbox.serving import serve
from tests.office import ORIGIN, TOKEN, plan
from worker.cases import Cases
from worker.connection import connect
from worker.engine import embedded_engine
from worker.keys import KeyRing, open_key_ring
from worker.service import open_book
from worker.settings import Settings


class WorkerProcess:
    """`sandbox.working` in a process that a test may kill."""

    def __init__(self, order: dict[str, Any], log: Path) -> None:
        """Start it."""
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sandbox.working"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    async def ready(self) -> None:
        """Wait until it works."""
        assert self.process.stdout
        for word in (LOADED, READY):
            said = await asyncio.to_thread(self.process.stdout.readline)
            assert said.startswith(word), "the worker did not start"

    def kill(self) -> None:
        """SIGKILL: nothing is drained, nothing is said."""
        self.process.send_signal(signal.SIGKILL)
        self._gone()

    def stop(self) -> None:
        """End it in order, if it still runs."""
        if self.process.poll() is None:
            assert self.process.stdin
            self.process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            self.process.kill()
        self._gone()

    def _gone(self) -> None:
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream and not stream.closed:
                with suppress(BrokenPipeError):
                    stream.close()


@dataclass
class Site:
    """One home folder with everything that runs on it."""

    home: Path
    env: dict[str, str]
    tempo: Tempo
    settings: Settings
    keys: KeyRing
    client: Client
    book: Casebook
    cases: Cases
    ledger: Ledger
    notices: list[dict[str, Any]] = field(default_factory=list)
    workers: list[WorkerProcess] = field(default_factory=list)

    def now(self) -> datetime:
        """Case time."""
        return self.tempo.case_time(datetime.now(UTC))

    async def worker(self) -> WorkerProcess:
        """A worker that is up."""
        tempo = self.tempo.model_dump(mode="json")
        order = {"home": str(self.home), "env": self.env, "tempo": tempo, "looks": True}
        started = WorkerProcess(order, self.home / "worker.log")
        self.workers.append(started)
        await started.ready()
        return started


@asynccontextmanager
async def a_site(home: Path, rate: float) -> AsyncIterator[Site]:
    """A site whose case time runs `rate` times as fast as the wall clock."""
    tempo = Tempo(wall_origin=datetime.now(UTC), case_origin=ORIGIN, rate=rate)
    ledger, notices = Ledger(), list[dict[str, Any]]()
    token = home / "token"
    token.write_text(TOKEN, encoding="utf-8")
    app = ledger_app(ledger, TOKEN, lambda: tempo.case_time(datetime.now(UTC)), notices.append)
    async with serve(app) as url, embedded_engine(home):
        env = {
            "BATON_HOME": str(home),
            "BATON_PRACTICE": "north",
            "BATON_LEDGER_URL": url,
            "BATON_LEDGER_TOKEN_FILE": str(token),
            "BATON_NOTICES_WEBHOOK": f"{url}{DESK}",
        }
        settings = Settings.load(env, home)
        keys = open_key_ring(settings)
        client = await connect(settings, keys)
        book = await asyncio.to_thread(open_book, settings, keys)
        cases = Cases(client, book, plan, settings.task_queue, tempo)
        site = Site(home, env, tempo, settings, keys, client, book, cases, ledger, notices)
        try:
            yield site
        finally:
            for each in site.workers:
                each.stop()
            book.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A site at the pace of the wall clock."""
    async with a_site(tmp_path, rate=1) as running:
        yield running


@pytest.fixture
async def hasty_site(tmp_path: Path) -> AsyncIterator[Site]:
    """A site where a case day passes in a second."""
    async with a_site(tmp_path, rate=86_400) as running:
        yield running
