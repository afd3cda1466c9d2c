"""The embedded engine: one for all processes of a home, gone with its last user, and never forgetting a case."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import psutil  # type: ignore[import-untyped]
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from worker.connection import ConnectionFailedError, connect, connected, engine_runtime
from worker.engine import TIME_SKIPPING, Engine, EngineError, EngineOptions, embedded_engine, find_engine, find_temporal
from worker.engine import server_pid as engine_process
from worker.keys import KeyRing
from worker.settings import Settings

OTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from worker.engine import embedded_engine

async def use() -> None:
    async with embedded_engine(Path(sys.argv[1])) as engine:
        print(engine.address, engine.keeper_pid, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(use())
"""


class OtherProcess:
    """Another Baton process that uses the engine of a home."""

    def __init__(self, home: Path) -> None:
        """Start it."""
        command = [sys.executable, "-c", OTHER_PROCESS, str(home)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    async def engine(self) -> tuple[str, int]:
        """Address and keeper of the engine that it uses."""
        assert self.process.stdout
        address, keeper = (await asyncio.to_thread(self.process.stdout.readline)).split()
        return address, int(keeper)

    def end(self) -> None:
        """End it the hard way, if it still runs."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[OtherProcess]:
    """A second process on the test's home."""
    process = OtherProcess(tmp_path)
    yield process
    process.end()


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds that another process brings about; the test's time limit ends it otherwise."""
    async with asyncio.timeout(30):
        while not await holds():
            await asyncio.sleep(0.02)


async def open_cases(address: str) -> set[str]:
    """Ids of the workflows that the engine knows."""
    client = await Client.connect(address)
    return {each.id async for each in client.list_workflows()}


async def start_case(address: str, case_id: str) -> None:
    """A workflow that nobody works on."""
    client = await Client.connect(address)
    await client.start_workflow("Any", id=case_id, task_queue="nobody")


def knows(address: str, case_id: str) -> Callable[[], Awaitable[bool]]:
    """Whether the engine answers and has the case."""

    async def ask() -> bool:
        try:
            return case_id in await open_cases(address)
        except (RuntimeError, RPCError):
            return False

    return ask


async def test_a_killed_engine_is_back_at_its_address_with_every_case(tmp_path: Path) -> None:
    """SIGKILL of the engine loses nothing: its keeper starts it again on the same database and address."""
    async with embedded_engine(tmp_path) as engine:
        await start_case(engine.address, "case-kept")
        killed = engine_process(tmp_path)
        os.kill(killed, signal.SIGKILL)
        await eventually(knows(engine.address, "case-kept"))
        assert engine_process(tmp_path) != killed


async def test_a_home_used_again_goes_on_where_it_was(tmp_path: Path) -> None:
    """Stopped and started, the engine is at the same address with the same cases."""
    async with embedded_engine(tmp_path) as first:
        await start_case(first.address, "case-kept")
    assert await find_engine(tmp_path) is None
    async with embedded_engine(tmp_path) as second:
        assert second.address == first.address
        await eventually(knows(second.address, "case-kept"))


async def test_the_engine_does_not_outlive_its_users(tmp_path: Path) -> None:
    """A finished command leaves no process behind."""
    async with embedded_engine(tmp_path) as engine:
        server = engine_process(tmp_path)
        assert psutil.pid_exists(server)
    assert not psutil.pid_exists(server)
    assert not psutil.pid_exists(engine.keeper_pid)


async def test_a_second_process_shares_the_running_engine(tmp_path: Path, other: OtherProcess) -> None:
    """Two engines on one database would destroy it, so the second process takes the first one's."""
    async with embedded_engine(tmp_path) as engine:
        assert await other.engine() == (engine.address, engine.keeper_pid)
        other.end()
        assert await find_engine(tmp_path) == engine


async def test_two_processes_that_start_at_once_share_one_engine(tmp_path: Path, other: OtherProcess) -> None:
    """Finding and starting is one step: whoever comes second waits and finds."""
    async with embedded_engine(tmp_path) as engine:
        assert await other.engine() == (engine.address, engine.keeper_pid)


async def test_the_engine_stays_while_the_second_process_uses_it(tmp_path: Path, other: OtherProcess) -> None:
    """The process that started the engine may go first; the engine ends with the last user, even a killed one."""
    async with embedded_engine(tmp_path) as engine:
        await other.engine()
    assert await find_engine(tmp_path) == engine
    other.end()

    async def gone() -> bool:
        return not psutil.pid_exists(engine.keeper_pid) or _is_zombie(engine.keeper_pid)

    await eventually(gone)
    assert await find_engine(tmp_path) is None


def _is_zombie(pid: int) -> bool:
    """Ended, and a child of this process that was not asked about yet."""
    return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
async def test_the_engine_ends_with_its_keeper(tmp_path: Path) -> None:
    """Even when everything of ours is killed at once, no engine is left running on the database."""
    async with embedded_engine(tmp_path) as engine:
        server = psutil.Process(engine_process(tmp_path))
        os.kill(engine.keeper_pid, signal.SIGKILL)
        await asyncio.to_thread(server.wait, 20)
        assert not server.is_running()


async def test_a_stranger_on_the_recorded_port_is_not_taken_for_ours(tmp_path: Path, engine: Engine) -> None:
    """A stale record never leads to somebody else's engine: ours has a keeper that holds a lock in the home."""
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "address").write_text(engine.address, encoding="ascii")
    (tmp_path / "engine" / "keeper.pid").write_text(str(engine.keeper_pid), encoding="ascii")
    assert await find_engine(tmp_path) is None
    async with embedded_engine(tmp_path) as own:
        assert own.address != engine.address


async def test_whoever_comes_while_the_engine_is_being_healed_waits_for_it(tmp_path: Path) -> None:
    """A dead engine whose keeper lives is not replaced by a second one on the same database."""
    async with embedded_engine(tmp_path) as engine:
        os.kill(engine_process(tmp_path), signal.SIGKILL)
        async with embedded_engine(tmp_path) as same:
            assert same == engine


async def test_namespace_retention_and_server_settings_are_as_asked(tmp_path: Path) -> None:
    """Closed cases stay for the chosen time instead of the engine's single day; tests may skip time."""
    options = EngineOptions("office", timedelta(days=40), TIME_SKIPPING)
    async with embedded_engine(tmp_path, options) as engine:
        client = await Client.connect(engine.address, namespace="office")
        answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="office"))
        assert answer.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=40)
        command = psutil.Process(engine_process(tmp_path)).cmdline()
    assert "frontend.WorkflowTimeSkippingEnabled=true" in command
    assert "--headless" in command
    assert {"journal_mode=WAL", "synchronous=normal"} <= set(command)


async def test_an_engine_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    """A damaged database ends in one typed error with the log's place, not in endless waiting."""
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "temporal.sqlite").write_bytes(b"this is not a database" * 400)
    with pytest.raises(EngineError, match=r"server\.log"):
        async with embedded_engine(tmp_path):
            pass
    assert (tmp_path / "engine" / "server.log").stat().st_size > 0


async def test_the_server_is_found_without_a_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Called by its full path, `baton` finds the engine although the environment is not activated."""
    monkeypatch.setenv("PATH", "")
    assert find_temporal().name == "temporal"


async def test_a_connection_starts_and_shares_the_embedded_engine(tmp_path: Path, keys: KeyRing) -> None:
    """Commands need no engine to be running; those that only look say how to start one."""
    settings = Settings.load({}, tmp_path / "home")
    with pytest.raises(ConnectionFailedError, match="baton up"):
        await connect(settings, keys)
    assert not settings.home.exists(), "looking leaves nothing behind"
    async with connected(settings, keys) as client:
        again = await connect(settings, keys)
        assert again.service_client.config.target_host == client.service_client.config.target_host


async def test_a_cluster_is_reached_by_its_address(engine: Engine, keys: KeyRing, tmp_path: Path) -> None:
    """TEMPORAL_ADDRESS is enough to use an engine that somebody else runs; a missing namespace is told."""
    async with connected(Settings.load({"TEMPORAL_ADDRESS": engine.address}, tmp_path), keys) as client:
        assert client.namespace == "default"
    nowhere = Settings.load({"TEMPORAL_ADDRESS": engine.address, "TEMPORAL_NAMESPACE": "nobody-made"}, tmp_path)
    with pytest.raises(ConnectionFailedError, match="namespace create"):
        await connect(nowhere, keys)


async def test_an_unreachable_cluster_is_told_after_trying_again(keys: KeyRing, tmp_path: Path) -> None:
    """A wrong address ends in one sentence that names it and the setting, after the patience one asked for."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    settings = Settings.load({"TEMPORAL_ADDRESS": address}, tmp_path)
    with pytest.raises(ConnectionFailedError, match=f"{address}.*TEMPORAL_ADDRESS"):
        await connect(settings, keys, patience=timedelta(seconds=0.5))


async def test_metrics_are_offered_where_the_settings_say(engine: Engine, keys: KeyRing, tmp_path: Path) -> None:
    """The worker's figures can be collected; without an address nothing listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    env = {"TEMPORAL_ADDRESS": engine.address, "BATON_METRICS_ADDRESS": address}
    settings = Settings.load(env, tmp_path)
    client = await connect(settings, keys, runtime=engine_runtime(settings))
    assert client.namespace == "default"
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"http://{address}/metrics")
    assert "temporal_request" in answer.text
