"""Serving the pages: a web server in this process that ends when it is told, whoever still listens to a stream."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from dashboard.outbox import sending
from dashboard.premises import Premises
from dashboard.webhooks import delivering

LAST_ANSWERS = 3
"""Seconds that requests under way may take once the server was told to end."""


class CannotServeError(Exception):
    """The pages cannot be served; says where and why."""


class Guest(uvicorn.Server):
    """A server that leaves the process's signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def serving_pages(app: FastAPI, address: str) -> AsyncIterator[str]:
    """Serve an application for the length of a block; gives the address to open.

    While it is served, changes of the casebook are followed, the outbox is told to the engine, and webhooks are sent.

    Args:
        app: the application; its streams end with `app.state.ending`.
        address: host:port; port 0 takes a free one.

    Raises:
        CannotServeError: the port is taken, or not ours to take.
    """
    host, _, port = address.rpartition(":")
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=LAST_ANSWERS
    )
    with _listening(host.strip("[]"), int(port)) as listening:
        server = Guest(config)
        at: Premises = app.state.premises
        async with sending(at), delivering(at), app.state.changes.followed(at):
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield f"http://{host}:{listening.getsockname()[1]}"
            finally:
                # An open stream would keep the server waiting for as long as it may.
                app.state.ending.set()
                app.state.changes.wake()
                server.should_exit = True
                await serving


def is_free(address: str) -> bool:
    """Whether pages could be served at an address (host:port) right now."""
    host, _, port = address.rpartition(":")
    try:
        _listening(host.strip("[]"), int(port)).close()
    except CannotServeError:
        return False
    return True


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise CannotServeError(
            f"the pages cannot be served at {host}:{port} ({error.strerror}): set BATON_PAGES_ADDRESS to another one"
        ) from None
