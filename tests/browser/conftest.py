"""One Chromium, and pages before an office that really works; both for all tests of a file's process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser, async_playwright
from temporalio.testing import WorkflowEnvironment

from sandbox.showroom import furnish
from tests.browser import chromium
from tests.browser.office_day import Day, served
from tests.dashboard.front_office import PRACTICE
from tests.office import ORIGIN, an_office, plan
from tests.workflows.partners import Partners
from worker.keys import KeyRing

CLAIMS, DAYS = 20, 42
"""The other cases of the office: a season that has reached the morning on which the journeys begin."""


@pytest.fixture(scope="session")
def partners() -> Partners:
    """Where facts come from."""
    return Partners()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one Chromium of this process; its absence is a failure, with the way out."""
    async with async_playwright() as playwright:
        found = chromium.find(playwright.chromium.executable_path)
        if found is None:
            pytest.fail(chromium.WAY_OUT, pytrace=False)
        launched = await playwright.chromium.launch(executable_path=found, args=list(chromium.SWITCHES))
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
async def day(
    browser: Browser,
    time_machine: WorkflowEnvironment,
    keys: KeyRing,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Day]:
    """Pages before an office at work, shared by all tests that harm nothing."""
    home = tmp_path_factory.mktemp("day")
    async with an_office(time_machine.client, keys, home, time_machine) as office, office.working():
        start = ORIGIN - timedelta(days=DAYS)
        await furnish(office.book, plan(), claims=CLAIMS, seed=7, start=start, days=DAYS, practice=PRACTICE)
        async with served(browser, office, home) as day:
            yield day
