"""A key ring and a running engine, shared by the tests of the worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

from worker.engine import Engine, embedded_engine
from worker.keys import KeyRing
from worker.plugin import baton_plugin


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    """A ring of its own for each test run."""
    return KeyRing.new()


@pytest.fixture(scope="session")
def engine_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder of the shared engine."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
async def engine(engine_home: Path) -> AsyncIterator[Engine]:
    """One embedded engine for all tests that do not need to harm it."""
    async with embedded_engine(engine_home) as running:
        yield running


@pytest.fixture(scope="session")
async def client(engine: Engine, keys: KeyRing) -> Client:
    """A client of the shared engine that seals what it sends."""
    return await Client.connect(engine.address, plugins=[baton_plugin(keys)])
