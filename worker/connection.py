"""The connection to Temporal: the embedded engine or the cluster that the environment names."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic

import structlog
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConnectConfig
from temporalio.runtime import LogForwardingConfig, LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from worker.engine import EngineOptions, embedded_engine, find_engine
from worker.keys import KeyRing
from worker.plugin import baton_plugin
from worker.settings import Settings

PATIENCE = timedelta(seconds=30)
AT_ONCE = timedelta()
FIRST_PAUSE = 0.2  # seconds; doubled after each attempt
LONGEST_PAUSE = 5.0  # seconds

log = structlog.get_logger("worker.connection")


class ConnectionFailedError(Exception):
    """Temporal cannot be reached or does not take us; says where it was looked for and the way out."""


async def connect(
    settings: Settings, keys: KeyRing, *, runtime: Runtime | None = None, patience: timedelta = PATIENCE
) -> Client:
    """A client that seals what it sends.

    In the embedded mode the engine must be running; `connected` starts it when it is not.

    Args:
        settings: where to connect.
        keys: the ring that seals and opens.
        runtime: the engine library's metrics and logs, see `engine_runtime`; its default when absent.
        patience: how long to try again before giving up.

    Raises:
        ConnectionFailedError: when nobody answers in time, or the namespace does not exist.
    """
    if settings.mode == "cluster":
        return await _reach(settings.temporal.to_client_connect_config(), keys, runtime, patience)
    engine = await find_engine(settings.home)
    if engine is None:
        raise ConnectionFailedError(
            f"no engine runs in {settings.home}: start it with `baton up`, or set TEMPORAL_ADDRESS"
        )
    return await _reach({"target_host": engine.address, "namespace": settings.namespace}, keys, runtime, patience)


@asynccontextmanager
async def connected(
    settings: Settings, keys: KeyRing, *, runtime: Runtime | None = None, patience: timedelta = PATIENCE
) -> AsyncIterator[Client]:
    """A client for the length of a block; the embedded engine is started for it, or shared when it runs already.

    Raises:
        ConnectionFailedError: as for `connect`.
        EngineError: when the embedded engine cannot be started.
    """
    if settings.mode == "cluster":
        yield await connect(settings, keys, runtime=runtime, patience=patience)
        return
    async with embedded_engine(settings.home, EngineOptions(settings.namespace, settings.retention)):
        yield await connect(settings, keys, runtime=runtime, patience=patience)


@asynccontextmanager
async def reached_later(settings: Settings, keys: KeyRing, reached: Callable[[Client], None]) -> AsyncIterator[None]:
    """Look for the engine beside a block, again and again until it is reached; once reached, its client finds it again.

    Args:
        settings: where to look.
        keys: the ring that seals and opens.
        reached: is given the client.
    """
    looking = asyncio.create_task(_look(settings, keys, reached))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def _look(settings: Settings, keys: KeyRing, reached: Callable[[Client], None]) -> None:
    while True:
        try:
            reached(await connect(settings, keys, patience=AT_ONCE))
        except ConnectionFailedError:
            await asyncio.sleep(LONGEST_PAUSE)
        else:
            return


def engine_runtime(settings: Settings) -> Runtime:
    """The engine library's runtime: its logs go through ours, and its metrics are offered where the settings say.

    Only the worker should use it: two processes cannot offer metrics on one address. One is made in a process.
    """
    metrics = PrometheusConfig(bind_address=settings.metrics_address) if settings.metrics_address else None
    forwarding = LogForwardingConfig(logging.getLogger("temporalio.core"), append_log_fields_to_message=False)
    return Runtime(
        telemetry=TelemetryConfig(logging=LoggingConfig(filter="warn", forwarding=forwarding), metrics=metrics)
    )


async def _reach(where: ClientConnectConfig, keys: KeyRing, runtime: Runtime | None, patience: timedelta) -> Client:
    until, pause = monotonic() + patience.total_seconds(), FIRST_PAUSE
    while True:
        try:
            client = await Client.connect(**where, plugins=[baton_plugin(keys)], runtime=runtime)
        except RuntimeError as error:  # what the engine's client raises when it cannot connect
            if monotonic() + pause > until:
                raise _failed(where, str(error)) from error
            log.warning("engine.unreachable", address=where.get("target_host"), seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            await _check_namespace(client, where)
            return client


async def _check_namespace(client: Client, where: ClientConnectConfig) -> None:
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            way_out = f"`temporal operator namespace create --namespace {client.namespace}`"
            raise _failed(where, f"it has no namespace {client.namespace}; make it with {way_out}") from error
        if error.status == RPCStatusCode.UNAUTHENTICATED:
            raise _failed(where, "it refuses our credentials; check TEMPORAL_API_KEY or the TLS files") from error
        # A key may be allowed to work in a namespace without being allowed to describe it.


def _failed(where: ClientConnectConfig, reason: str) -> ConnectionFailedError:
    return ConnectionFailedError(
        f"Temporal at {where.get('target_host', 'its default address')} cannot be used: {reason}. "
        "TEMPORAL_ADDRESS or the profile in temporal.toml names it."
    )
