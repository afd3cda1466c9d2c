"""When something is away: the engine stops and comes back, the server ends under open pages."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from temporalio.client import Client

from casebook import outbox, reading
from dashboard.roles import Role
from journey.facts import ContactLogged
from tests.browser.office_day import Day, open_case, served
from tests.office import Journey, an_office, eventually
from tests.workflows.partners import Partners
from worker.connection import connect
from worker.engine import embedded_engine
from worker.keys import KeyRing
from worker.settings import Settings

pytestmark = pytest.mark.timeout(240)


async def log_contact(page: Page, note: str) -> None:
    """Log a call that brought nothing, which the page says waits."""
    await page.get_by_label("Who did you reach?").select_option("secondary")
    await page.locator("input[name=says][value=nothing_new]").check()
    await page.get_by_label("In their words").fill(note)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Save contact").click()
    await expect(page.locator("#answer")).to_contain_text("It will be sent")


def notes_of(day: Day, journey: Journey) -> list[str]:
    """What was noted of the calls of a case, in the order in which it heard them."""
    with day.premises.book.reading() as tx:
        heard = [each.entry.fact for each in reading.history(tx, journey.case_id)]
    return [each.note for each in heard if isinstance(each, ContactLogged)]


def waiting(day: Day) -> bool:
    """Whether anything still lies in the outbox."""
    with day.premises.book.reading() as tx:
        return bool(outbox.waiting(tx))


async def reached(home: Path, keys: KeyRing) -> Client:
    """A client of the engine that runs in a home."""
    return await connect(Settings.load({}, home), keys)


async def test_the_engine_stops_and_comes_back(
    browser: Browser, keys: KeyRing, tmp_path: Path, partners: Partners
) -> None:
    """While the engine is away people read on, and what they say waits, says so, and is told when it is back."""
    home = tmp_path / "engine"
    async with AsyncExitStack() as engine, AsyncExitStack() as stack:
        first = await engine.enter_async_context(AsyncExitStack())
        await first.enter_async_context(embedded_engine(home))
        office = await stack.enter_async_context(an_office(await reached(home, keys), keys, tmp_path))
        await stack.enter_async_context(office.working())
        journey = await office.journey()
        await journey.tell(partners.primary(journey.now()), partners.acknowledged(journey.now()))
        day = await stack.enter_async_context(served(browser, office, tmp_path))
        page = await stack.enter_async_context(day.looking(Role.CASE_MANAGER))
        await first.aclose()

        await open_case(page, journey)
        await expect(page.get_by_text("the engine does not answer")).to_be_visible()
        await log_contact(page, "first")
        await log_contact(page, "second")
        await page.goto("/outbox")
        await expect(page.get_by_text("● Will be sent")).to_have_count(2)

        await engine.enter_async_context(embedded_engine(home))
        await eventually(lambda: len(notes_of(day, journey)) == 2, "what waited is heard", within=60)
        assert notes_of(day, journey) == ["first", "second"]
        await eventually(lambda: not waiting(day), "the answers are noted")
        await page.goto("/outbox")
        await expect(page.get_by_text("Nothing waits")).to_be_visible()


async def test_the_server_ends_under_open_pages(day: Day, browser: Browser, tmp_path: Path) -> None:
    """Open pages hold no server back, and say that they are not live any more."""
    async with AsyncExitStack() as stack:
        serving = await stack.enter_async_context(AsyncExitStack())
        own = await serving.enter_async_context(served(browser, day.office, tmp_path, admit=False))
        page = await stack.enter_async_context(own.looking(Role.CASE_MANAGER))
        await expect(page.locator("#live")).to_have_attribute("data-state", "live")
        began = asyncio.get_running_loop().time()
        await serving.aclose()
        assert asyncio.get_running_loop().time() - began < 2
        await expect(page.locator("#news")).to_contain_text("Updates stopped at")
