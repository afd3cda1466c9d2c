"""Takes the pictures of the pages that the documentation shows, from a season of synthetic claims.

    python -m docs.screenshots            writes docs/pictures/*.png

Needs the environment of the tests (`make test` makes it, with the browser). Every person, number and amount is made up.
No engine runs: what is shown is what the casebook holds.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from casebook import people, reading
from casebook.opening import Casebook
from dashboard.app import application
from dashboard.premises import Premises
from dashboard.roles import Role
from dashboard.serving import serving_pages
from dashboard.signing import passwords
from journey.case import HoldState
from sandbox.live import START
from sandbox.showroom import furnish
from tests.browser import chromium
from worker.cases import Cases
from worker.keys import KeyRing
from worker.plan_in_force import PlanOfPractice
from worker.service import open_book
from worker.settings import Settings

PICTURES: Final = Path(__file__).with_name("pictures")
CLAIMS, SEED, DAYS = 120, 4, 52
"""A season of which much is still open."""

WIDE: Final[Mapping[str, Any]] = {"viewport": {"width": 1360, "height": 900}}
DARK: Final[Mapping[str, Any]] = {**WIDE, "color_scheme": "dark"}
PHONE: Final[Mapping[str, Any]] = {"viewport": {"width": 390, "height": 844}}

NAME: Final = "case-manager-3"
"""Who works the cases of the sandbox's practice."""


async def main() -> int:
    """Take all pictures; returns the exit code."""
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        async with furnished(Path(folder)) as (address, password, case_id), a_browser() as browser:
            shots = {
                "worklist": ("/worklist?view=everyone", WIDE),
                "worklist-dark": ("/worklist?view=everyone", DARK),
                "worklist-phone": ("/worklist?view=everyone", PHONE),
                "case": (f"/cases/{case_id}", WIDE),
                "holds": ("/holds", WIDE),
                "insights": ("/insights", WIDE),
                "plan": ("/plan", WIDE),
            }
            for name, (path, how) in shots.items():
                context = await browser.new_context(base_url=address, **how)
                await take(await context.new_page(), path, password, PICTURES / f"{name}.png")
                await context.close()
                sys.stdout.write(f"docs/pictures/{name}.png\n")
    return 0


@asynccontextmanager
async def furnished(home: Path) -> AsyncIterator[tuple[str, str, str]]:
    """Served pages over a season: their address, the password of `NAME`, and a case worth a picture."""
    settings, keys, password = Settings.load({}, home), KeyRing.new(), secrets.token_urlsafe(15)
    book = open_book(settings, keys)
    try:
        plan = PlanOfPractice(book, settings)
        left_at = await furnish(book, plan(), claims=CLAIMS, seed=SEED, start=START, days=DAYS)
        _admit(book, settings.practice, password)
        cases = Cases(None, book, plan, settings.task_queue)
        at = Premises(settings, keys, book, cases, plan, lambda: left_at)
        async with serving_pages(application(at), "127.0.0.1:0") as address:
            yield address, password, _worth_a_picture(book)
    finally:
        book.close()


def _admit(book: Casebook, practice: str, password: str) -> None:
    with book.writing() as tx:
        people.add_user(
            tx,
            practice=practice,
            name=NAME,
            shown_name="Maria Reyes",
            role=Role.SUPERVISOR,
            at=datetime.now(UTC),
            password_hash=passwords.hashed(password),
        )


def _worth_a_picture(book: Casebook) -> str:
    """The open case with a confirmed break point, a verified hold and the most dollars at risk."""
    with book.reading() as tx:
        rows = reading.list_cases(tx, limit=500).rows
    broken = [each for each in rows if each.break_mode and each.hold_state is HoldState.VERIFIED]
    return max(broken or rows, key=lambda each: (each.break_state == "confirmed", each.at_risk)).case_id


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """A Chromium; SystemExit with the way out when there is none."""
    async with async_playwright() as playwright:
        found = chromium.find(playwright.chromium.executable_path)
        if found is None:
            raise SystemExit(chromium.WAY_OUT)
        browser = await playwright.chromium.launch(executable_path=found, args=list(chromium.SWITCHES))
        yield browser
        await browser.close()


async def take(page: Page, path: str, password: str, picture: Path) -> None:
    """Sign in, open a page, and keep what fits on the screen."""
    await page.goto("/sign-in")
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Sign out").wait_for()
    await page.goto(path)
    await page.locator("#live[data-state=live]").wait_for()
    await page.screenshot(path=picture)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
