"""`baton up` and `baton worker`: the processes that stay."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from typing import Annotated

from cyclopts import Parameter
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from casebook.opening import open_casebook
from cli.failures import CommandError, message
from cli.home import Home, settings_at
from cli.output import heading, pairs, say
from cli.stopping import told_to_stop
from worker import logs
from worker.connection import connect, connected, engine_runtime
from worker.engine import find_engine
from worker.keys import KeyRing, open_key_ring
from worker.seal import CasebookSeal
from worker.search_attributes import register
from worker.service import Service, serving
from worker.settings import Settings

AT_ONCE = timedelta(seconds=3)
"""How long a health check looks for the engine."""

POLLED_WITHIN = timedelta(minutes=2)
"""A worker asks for work at least once a minute; one that has not for this long is gone."""


async def up(*, home: Home = None) -> None:
    """Run Baton on this machine: an engine of its own, a worker and the pages.

    Starts what is not running yet, says where everything is, and stays until Ctrl-C or SIGTERM;
    what has been begun is finished first. Cases go on where they were the next time. The first time
    it makes a person who may sign in to the pages, and shows the password once. Logs are JSON lines
    on standard error.

    Example: `baton up --home var/baton`
    """
    settings = settings_at(home)
    if settings.mode == "cluster":
        raise CommandError("TEMPORAL_ADDRESS names an engine: run `baton worker` for it, or unset it")
    # Here, so that a health check of a worker does not load the pages.
    from cli.pages import pages_of, whereabouts

    async with _running(settings) as (service, keys), pages_of(service, keys, settings.pages_address) as (at, where):
        _tell_where(service, whereabouts(at, where))
        await told_to_stop()
        say("Stopping: what has been begun is finished first.")


async def worker(
    *,
    check: bool = False,
    register_labels: Annotated[bool, Parameter(name="--register")] = False,
    home: Home = None,
) -> int:
    """Run a worker for the cases of an engine.

    The engine is the one that TEMPORAL_ADDRESS or temporal.toml names, else the one that `baton up`
    keeps running. Stays until SIGTERM or Ctrl-C and finishes first what it has begun. Several
    workers may run at once.

    Example: `TEMPORAL_ADDRESS=temporal.example.org:7233 BATON_KEY_FILE=keys.toml baton worker`

    Args:
        check: Tell whether a worker runs on this host and reaches engine and casebook; ends with 1 when not.
        register_labels: Make the search attributes of cases known to the engine and end; may be repeated.
    """
    settings = settings_at(home)
    if check:
        return await _check(settings)
    await _refuse_without_engine(settings)
    if register_labels:
        return await _register(settings)
    async with _running(settings) as (service, _):
        say(f"A worker takes up work from the queue '{settings.task_queue}' of {_address(service.client)}.")
        await told_to_stop()
    return 0


async def _refuse_without_engine(settings: Settings) -> None:
    """Before anything is made in a home where nothing runs."""
    if settings.mode == "embedded" and await find_engine(settings.home) is None:
        raise CommandError(f"no engine runs in {settings.home}: `baton up` starts one, or set TEMPORAL_ADDRESS")


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[tuple[Service, KeyRing]]:
    logs.configure(settings.log_level)
    keys = open_key_ring(settings)
    async with (
        connected(settings, keys, runtime=engine_runtime(settings)) as client,
        serving(settings, keys, client) as service,
    ):
        yield service, keys


def _address(client: Client) -> str:
    return client.service_client.config.target_host


def _tell_where(service: Service, pages: Iterable[tuple[str, str]]) -> None:
    settings = service.settings
    say(
        heading("Baton is up; Ctrl-C stops it."),
        pairs(
            (
                ("state", str(settings.home)),
                ("engine", f"{_address(service.client)}, its log in {settings.home / 'engine'}"),
                ("files to take in", str(settings.clearinghouse_in)),
                ("files to send", str(settings.clearinghouse_out)),
                ("ledger", settings.ledger_url or "none: set BATON_LEDGER_URL, or no hold can be verified"),
                *pages,
            )
        ),
        "In another terminal: `baton intake FILE`, `baton case list`.",
    )


async def _register(settings: Settings) -> int:
    logs.configure(settings.log_level)
    new = await register(await connect(settings, open_key_ring(settings)))
    say(f"New search attributes: {', '.join(new)}." if new else "All search attributes were known already.")
    return 0


async def _check(settings: Settings) -> int:
    """1 is what container engines and systemd take for unhealthy."""
    logs.configure("ERROR")
    try:
        await _refuse_without_engine(settings)
        keys = open_key_ring(settings)
        client = await connect(settings, keys, patience=AT_ONCE)
        with closing(open_casebook(settings.casebook_url, CasebookSeal(keys))):
            polls = await worker_polls(client, settings.task_queue, socket.gethostname())
    except Exception as error:
        told = message(error)
        if told is None:
            raise
        say(told)
        return 1
    say("A worker of this host takes up work." if polls else "No worker of this host takes up work: `baton worker`.")
    return 0 if polls else 1


async def worker_polls(client: Client, task_queue: str, host: str = "") -> bool:
    """Whether a worker takes up work from a queue right now.

    Args:
        client: of the engine.
        task_queue: the queue.
        host: count workers of this host only.
    """
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    since = datetime.now(UTC) - POLLED_WITHIN
    return any(
        each.identity.endswith(f"@{host}" if host else "") and each.last_access_time.ToDatetime(UTC) > since
        for each in answer.pollers
    )
