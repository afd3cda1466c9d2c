"""Every page for everybody: readable by all, in light and dark and on a phone, and nothing foreign on any of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi.routing import APIRoute
from playwright.async_api import Page, ViewportSize, expect

from dashboard.app import ROUTERS
from dashboard.roles import Role
from tests.browser.office_day import Day, open_case
from tests.workflows.partners import Partners

pytestmark = pytest.mark.timeout(600)

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 375, "height": 812}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
LOOKED_FOR = {"runOnly": RULES, "resultTypes": ["violations"]}

NO_PAGES = ("/live", "/session", "/sign-in", "/plan/text", "/worklist/search", "/outages/declare")
"""Streams, data, addresses of the identity provider, and answers to forms."""


def addresses() -> Iterator[str]:
    """The address of every page that needs nothing to be named."""
    for router in ROUTERS:
        for route in router.routes:
            if not isinstance(route, APIRoute) or "GET" not in route.methods or "{" in route.path:
                continue
            if not route.path.startswith(NO_PAGES) and not route.path.endswith(".csv"):
                yield route.path


async def faults_of(page: Page, what: str) -> list[str]:
    """What axe finds on a page as it is shown now."""
    found = await Axe().run(page, options=LOOKED_FOR)
    return [
        f"{what}: {each['id']} at {', '.join(str(node['target'][0]) for node in each['nodes'][:3])}"
        for each in found.response["violations"]
    ]


async def faults_everywhere(page: Page, what: str) -> list[str]:
    """What axe finds at a desk in light and on a phone in the dark, and whether it has to be moved sideways there."""
    faults = await faults_of(page, what)
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size(PHONE)
    faults += await faults_of(page, f"{what} on a phone in the dark")
    if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        faults.append(f"{what} on a phone: scrolls sideways")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(DESK)
    return faults


async def test_everybody_can_read_every_page(day: Day) -> None:
    """axe finds nothing on any page, at a desk or on a phone, in light or dark; none scrolls sideways on a phone."""
    faults: list[str] = []
    async with day.looking(Role.SUPERVISOR, viewport=DESK) as page:
        for address in addresses():
            answer = await page.goto(address)
            assert answer, address
            assert answer.status == 200, f"{address} answers {answer.status}"
            faults += await faults_everywhere(page, address)
        await page.goto("/outages")
        prepared = await page.locator('a[href^="/outages/declare"]').first.get_attribute("href")
        assert prepared
        await page.goto(prepared)
        await expect(page.get_by_role("heading", name="These cases would wait")).to_be_visible()
        faults += await faults_everywhere(page, "an outage that is prepared")
    assert faults == []


async def test_everybody_can_read_a_case(day: Day, partners: Partners) -> None:
    """The same for the page of a case, for the dialog of keys, and for a page that says that nothing is there."""
    journey = await day.office.journey()
    await journey.tell(partners.primary(journey.now()), partners.acknowledged(journey.now()))
    async with day.looking(Role.SUPERVISOR, viewport=DESK) as page:
        await open_case(page, journey)
        faults = await faults_everywhere(page, "the case")
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        faults += await faults_everywhere(page, "the keys")
        await page.goto("/cases/case-nowhere")
        faults += await faults_everywhere(page, "nothing here")
    async with day.looking(viewport=DESK) as page:
        await page.goto("/sign-in")
        faults += await faults_everywhere(page, "sign-in")
    assert faults == []


def test_no_page_complained_and_none_asked_elsewhere(day: Day) -> None:
    """On all of them: no breach of the content security policy, no script error, no request to another host."""
    assert day.complaints == []
    assert day.strayed == []
