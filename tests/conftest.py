"""What tests of several parts share: keys, a real engine whose time can be moved, and an office that works on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import hypothesis
import pytest
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from tests.office import Office, an_office
from worker.engine import TIME_SKIPPING, find_temporal
from worker.keys import KeyRing
from worker.plugin import baton_plugin
from workflows.search_keys import SENTENCES

# How long one example takes says something about the machine, nothing about the rule.
hypothesis.settings.register_profile("baton", deadline=None)
hypothesis.settings.load_profile("baton")


LONG = (
    "tests/test_demo.py",
    "tests/browser/test_pages.py",
    "tests/activities/test_intake.py",
    "tests/faults/test_crashes.py",
    "tests/sandbox/test_season.py",
    "tests/browser/test_days.py",
)
"""Files whose tests take longest; they begin first, so that nobody waits for one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, the others as they stand."""

    def place(item: pytest.Item) -> int:
        file = item.nodeid.partition("::")[0]
        return LONG.index(file) if file in LONG else len(LONG)

    items.sort(key=place)


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    """A ring of its own for each test run."""
    return KeyRing.new()


@pytest.fixture(scope="session")
async def time_machine(keys: KeyRing) -> AsyncIterator[WorkflowEnvironment]:
    """The ordinary development server, with leave to move the clock of each case; it moves only when told to."""
    settings = [part for name, value in TIME_SKIPPING.items() for part in ("--dynamic-config-value", f"{name}={value}")]
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(find_temporal()),
        dev_server_startup_timeout=timedelta(seconds=60),
        dev_server_extra_args=settings,
        plugins=[baton_plugin(keys)],
        search_attributes=list(SENTENCES),
        ts_config=TimeSkippingConfig(enabled=False),
    ) as env:
        yield env


@pytest.fixture(scope="session")
async def office(
    time_machine: WorkflowEnvironment, keys: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """An office shared by all tests that harm nothing."""
    home = tmp_path_factory.mktemp("office")
    async with an_office(time_machine.client, keys, home, time_machine) as shared, shared.working():
        yield shared


@pytest.fixture
async def own_office(time_machine: WorkflowEnvironment, keys: KeyRing, tmp_path: Path) -> AsyncIterator[Office]:
    """An office of one test alone, which may break things; it does nothing until it is told to work."""
    async with an_office(time_machine.client, keys, tmp_path, time_machine) as own:
        yield own


@pytest.fixture
async def working_office(own_office: Office) -> AsyncIterator[Office]:
    """The same, at work."""
    async with own_office.working():
        yield own_office
