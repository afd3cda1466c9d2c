"""The plugin: one form of payload and one sandbox for client, worker and replayer."""

from __future__ import annotations

import asyncio
import importlib
from datetime import UTC, date, datetime
from types import ModuleType
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import UnintentionalPassthroughError

from worker.keys import KeyRing
from worker.plugin import baton_plugin

# A year and a zone that nothing else asks for, so that both are looked up inside the sandbox. 4 July 2043 is a
# Saturday, observed on Friday the 3rd; at this moment it is already the 3rd in Apia.
INDEPENDENCE_DAY = datetime(2043, 7, 2, 20, tzinfo=UTC)


def probe(name: str) -> ModuleType:
    """A module with workflows, loaded under the name by which the sandbox finds it again."""
    return importlib.import_module(f"tests.worker.{name}")


async def test_a_workflow_runs_and_replays_on_what_is_passed_through(client: Client, keys: KeyRing) -> None:
    """Models, the core, holidays and time zones work inside the sandbox, and sealed history replays with the plugin."""
    probes = probe("sandbox_probes")
    queue = f"sandbox-{uuid4()}"
    async with Worker(client, task_queue=queue, workflows=[probes.Calendar]):
        ask = probes.Ask(moment=INDEPENDENCE_DAY, zone="Pacific/Apia")
        handle = await client.start_workflow(probes.Calendar.run, ask, id=queue, task_queue=queue)
        assert await asyncio.wait_for(handle.result(), 20) == date(2043, 7, 6)
    history = await handle.fetch_history()
    await Replayer(workflows=[probes.Calendar], plugins=[baton_plugin(keys)]).replay_workflow(history)


async def test_a_replayer_without_the_key_refuses(client: Client) -> None:
    """History is readable with its key only, also for the replayer."""
    probes = probe("sandbox_probes")
    queue = f"sandbox-{uuid4()}"
    async with Worker(client, task_queue=queue, workflows=[probes.Calendar]):
        ask = probes.Ask(moment=INDEPENDENCE_DAY, zone="Pacific/Apia")
        handle = await client.start_workflow(probes.Calendar.run, ask, id=queue, task_queue=queue)
        await asyncio.wait_for(handle.result(), 20)
    stranger = Replayer(workflows=[probes.Calendar], plugins=[baton_plugin(KeyRing.new())])
    refused = await stranger.replay_workflow(await handle.fetch_history(), raise_on_replay_failure=False)
    assert refused.replay_failure is not None


async def test_a_workflow_that_imports_anything_else_stops_the_worker(client: Client) -> None:
    """A heavy or impure import is noticed when the worker starts, not as a slow memory leak in production."""
    with pytest.raises(RuntimeError) as refused:
        Worker(client, task_queue="stray", workflows=[probe("stray_probe").Stray])
    assert isinstance(refused.value.__cause__, UnintentionalPassthroughError)
    assert "structlog" in str(refused.value.__cause__)
