"""A day at an office: pages before a working engine, a season of other cases beside it, and browsers that look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from dashboard.app import application
from dashboard.premises import Premises
from dashboard.roles import Role
from dashboard.serving import serving_pages
from tests.dashboard.conftest import PASSWORD, PEOPLE
from tests.dashboard.front_office import admit_everybody, premises_of
from tests.office import Journey, Office

WITHIN: Final = 20_000
"""Milliseconds that anything on a page may take on a busy machine; nothing waits for them to pass."""

expect.set_options(timeout=WITHIN)


@dataclass
class Day:
    """Pages that are served, the office behind them, and what the browsers reported."""

    office: Office
    premises: Premises
    app: FastAPI
    address: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    """What the browser's console said that it should not, such as a breach of the content security policy."""
    strayed: list[str] = field(default_factory=list)
    """Requests that would have left the machine."""

    @asynccontextmanager
    async def looking(self, role: Role | None = None, **how: object) -> AsyncIterator[Page]:
        """A browser of its own, signed in as the person of a role.

        Args:
            role: whose; nobody's when absent.
            how: further settings of the browser, such as a colour scheme or a phone's size.
        """
        # Without motion a colour is what it is at once, not on its way from another.
        settings: dict[str, Any] = {"base_url": self.address, "reduced_motion": "reduce", **how}
        context = await self.browser.new_context(**settings)
        context.set_default_timeout(WITHIN)
        try:
            page = await self.tab(context)
            if role is not None:
                await sign_in(page, role)
            yield page
        finally:
            await context.close()

    async def tab(self, context: BrowserContext) -> Page:
        """Another tab of a browser; what it complains of and where it asks is noted."""
        page = await context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)
        return page

    def _said(self, message: ConsoleMessage) -> None:
        # That the server is away is told to people by the page, and by the browser in its console.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.strayed.append(request.url)


@asynccontextmanager
async def served(browser: Browser, office: Office, home: Path, *, admit: bool = True) -> AsyncIterator[Day]:
    """Serve an office's pages for the length of a block; one person of each role may sign in.

    Args:
        browser: the browser that looks.
        office: the office.
        home: its folder.
        admit: make these people; not where the office's pages are served a second time.
    """
    at = premises_of(office, home)
    if admit:
        admit_everybody(at)
    app = application(at)
    async with serving_pages(app, "127.0.0.1:0") as address:
        yield Day(office, at, app, address, browser)


async def sign_in(page: Page, role: Role) -> None:
    """Sign in as a person would."""
    await page.goto("/sign-in")
    await page.get_by_label("Name").fill(PEOPLE[role][0])
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def open_case(page: Page, journey: Journey) -> None:
    """The page of a case."""
    await page.goto(f"/cases/{journey.case_id}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def script_runs(page: Page) -> None:
    """Wait until the page's script runs and its stream is open: before, a key is only a key."""
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
