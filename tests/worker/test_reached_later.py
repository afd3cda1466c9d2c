"""Reaching the engine later: what must run while the engine is away gets its client when there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import Client

from tests.office import eventually
from worker import connection
from worker.connection import reached_later
from worker.engine import embedded_engine
from worker.keys import KeyRing
from worker.settings import Settings


async def test_the_engine_is_found_when_it_comes(
    tmp_path: Path, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits for the engine: its client arrives once it runs, and nobody looks on after that."""
    monkeypatch.setattr(connection, "LONGEST_PAUSE", 0.05)
    found: list[Client] = []
    async with reached_later(Settings.load({}, tmp_path), keys, found.append):
        assert found == []
        async with embedded_engine(tmp_path):
            await eventually(lambda: found, "the engine is reached")
    assert len(found) == 1


async def test_whoever_ends_first_does_not_wait(tmp_path: Path, keys: KeyRing) -> None:
    """A process that ends before the engine came ends at once."""
    found: list[Client] = []
    async with reached_later(Settings.load({}, tmp_path), keys, found.append):
        pass
    assert found == []
