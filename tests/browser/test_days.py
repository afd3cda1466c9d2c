"""Each role's day in a real browser, before an office whose engine and worker run."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from casebook import reading
from dashboard.roles import Role
from journey.case import HoldState
from journey.facts import ContactLogged
from tests.browser.office_day import Day, open_case, script_runs
from tests.office import Journey, eventually
from tests.workflows.partners import Partners

pytestmark = pytest.mark.timeout(240)


async def clock_shown(page: Page) -> str:
    """What the page shows of the clock that waits for the secondary's decision."""
    return await page.locator("details.clock > summary", has_text="T7").inner_text()


def clock_of(journey: Journey) -> datetime:
    """When that clock ends."""
    case = journey.case()
    assert case
    hard = next(each.hard for each in case.clocks if each.name == "T7")
    assert hard
    return hard


async def acknowledged(day: Day, partners: Partners) -> Journey:
    """A case that the secondary has taken in."""
    journey = await day.office.journey()
    await journey.tell(partners.primary(journey.now()), partners.acknowledged(journey.now()))
    return journey


async def test_a_case_manager_works_the_list_by_keyboard(day: Day) -> None:
    """Rows, choosing, opening, going back and help need no mouse; letters rest while somebody types."""
    async with day.looking(Role.CASE_MANAGER) as page:
        await page.goto("/worklist?view=everyone")
        await script_runs(page)
        rows = page.locator("tr[data-case]")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await expect(rows.nth(1)).to_have_class("here")
        await page.keyboard.press("k")
        await expect(rows.nth(0)).to_have_class("here")
        await page.keyboard.press("x")
        await expect(rows.nth(0).get_by_role("checkbox")).to_be_checked()
        await page.keyboard.press("/")
        await page.keyboard.type("jjx?")
        await expect(page.get_by_role("searchbox")).to_have_value("jjx?")
        await page.get_by_role("searchbox").blur()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_contain_text("log a contact")
        await page.keyboard.press("Escape")
        await rows.nth(0).get_by_role("link").first.focus()
        first = await rows.nth(0).get_attribute("data-case")
        await page.keyboard.press("Enter")
        await expect(page.locator("body")).to_have_attribute("data-case", first or "")
        await script_runs(page)
        await page.keyboard.press("g")
        await page.keyboard.press("w")
        await page.wait_for_url("**/worklist**")


async def test_a_vague_answer_moves_no_clock_and_a_real_one_does(day: Day, partners: Partners) -> None:
    """Whoever logs a call hears at once whether it counts, what is missing, and sees the clock stay or move."""
    journey = await acknowledged(day, partners)
    async with day.looking(Role.CASE_MANAGER) as page:
        await open_case(page, journey)
        before, shown = clock_of(journey), await clock_shown(page)
        await script_runs(page)
        await page.keyboard.press("l")
        await expect(page.get_by_label("Who did you reach?")).to_be_focused()
        await page.get_by_label("Who did you reach?").select_option("secondary")
        await page.locator("input[name=says][value=nothing_new]").check()
        await page.get_by_role("button", name="Save contact").click()
        await expect(page.get_by_text("it does not count")).to_be_visible()
        await expect(page.get_by_text("To make it count")).to_be_visible()
        assert (clock_of(journey), await clock_shown(page)) == (before, shown)
        await page.get_by_label("Who did you reach?").select_option("secondary")
        await page.locator("input[name=says][value=nothing_new]").check()
        await page.get_by_label("Name of the person").fill("Kim")
        await page.get_by_label("Call reference").fill("4711")
        await page.get_by_label("Who has the file").select_option("secondary")
        await page.get_by_label("What must be done there").fill("decide the claim")
        promised = (journey.now() + timedelta(days=33)).date()
        await page.get_by_label("They promised to act by").fill(promised.isoformat())
        await page.get_by_role("button", name="Save contact").click()
        await expect(page.get_by_text("Noted. It counts.")).to_be_visible()
        assert clock_of(journey) > before
        assert await clock_shown(page) != shown


async def test_a_hold_is_asked_for_and_verified_in_the_ledger(day: Day) -> None:
    """A hold counts when the ledger shows it; the page says by itself that the case has moved on."""
    journey = await day.office.journey()
    async with day.looking(Role.CASE_MANAGER) as page:
        await open_case(page, journey)
        await script_runs(page)
        await page.keyboard.press("h")
        await page.keyboard.type("the patient called about a bill")
        await page.keyboard.press("Enter")
        await expect(page.locator("#answer")).to_be_visible()

        def verified() -> bool:
            case = journey.case()
            return case is not None and case.hold.state is HoldState.VERIFIED

        await eventually(verified, "the ledger shows the hold")
        await open_case(page, journey)
        await expect(page.get_by_text("Renew the billing hold")).to_be_visible()


async def test_what_one_says_another_sees(day: Day, partners: Partners) -> None:
    """A row of an open list follows its case without a reload, and the page of the case says that it has moved."""
    journey = await acknowledged(day, partners)
    async with day.looking(Role.LEAD) as lead, day.looking(Role.CASE_MANAGER) as list_page:
        await list_page.goto("/worklist?view=everyone&payer=SEC22")
        await open_case(lead, journey)
        row = list_page.locator(f"tr[data-case='{journey.case_id}']")
        before = int(await row.get_attribute("data-revision") or 0)
        for page in (list_page, lead):
            await script_runs(page)
        await list_page.get_by_role("searchbox").fill("half a name")
        await journey.cases.contact(journey.case_id, partners.call(journey.now()))
        await expect(row).not_to_have_attribute("data-revision", str(before))
        await expect(list_page.get_by_role("searchbox")).to_have_value("half a name")
        await expect(lead.locator("#news")).to_contain_text("The case has moved")


async def test_one_call_is_logged_on_several_cases(day: Day, partners: Partners) -> None:
    """A lead ticks rows, says once what the payer said, looks at what would happen, and sees the result per case."""
    journeys = [await acknowledged(day, partners) for _ in range(2)]
    async with day.looking(Role.LEAD) as page:
        await page.goto("/worklist?view=everyone&payer=SEC22")
        for journey in journeys:
            await page.locator(f"tr[data-case='{journey.case_id}']").get_by_role("checkbox").check()
        await page.get_by_label("With the chosen cases").select_option("contact")
        await page.get_by_role("button", name="Go on").click()
        await page.get_by_label("Name of the person").fill("Kim")
        await page.get_by_label("Call reference").fill("4712")
        await page.get_by_role("button", name="See what would happen").click()
        await expect(page.get_by_text("Nothing has happened yet")).to_be_visible()
        await page.get_by_role("button", name="Log one call").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("2 of 2 cases heard")
    for journey in journeys:
        assert any(fact_id.startswith("contact") for fact_id, _ in journey.known())


async def test_a_change_of_the_plan_needs_two_people(day: Day) -> None:
    """A lead proposes a clock, sees what it would have done, and only a supervisor puts it in force."""
    async with day.looking(Role.LEAD) as lead, day.looking(Role.SUPERVISOR) as supervisor:
        await lead.goto("/plan/propose?what=clock")
        await lead.get_by_label("Clock").select_option("T7")
        await lead.get_by_label("Hard: escalates after").fill("40d")
        await lead.get_by_label("Source").fill("contract of 2026")
        await lead.get_by_label("Version of the new plan").fill("ours-1")
        await lead.get_by_label("Why should the plan change?").fill("this payer decides late")
        await lead.get_by_role("button", name="Propose it").click()
        await expect(lead.get_by_text("another person has to decide")).to_be_visible()
        await supervisor.goto(lead.url)
        await expect(supervisor.get_by_role("heading", name="What this would have done")).to_be_visible()
        await supervisor.get_by_role("button", name="Approve and put in force").click()
        await expect(supervisor.get_by_role("heading", name="In force", exact=True)).to_be_visible()
        await supervisor.goto("/plan")
        await expect(supervisor.locator("main")).to_contain_text("ours-1")


async def test_who_only_looks_cannot_work(day: Day, partners: Partners) -> None:
    """A viewer reads the case and finds no form on it; nor does an auditor."""
    journey = await acknowledged(day, partners)
    for role in (Role.VIEWER, Role.AUDITOR):
        async with day.looking(role) as page:
            await open_case(page, journey)
            await expect(page.get_by_role("button", name="Save contact")).to_have_count(0)
            await expect(page.get_by_role("link", name="Office")).to_have_count(0)


async def test_typed_words_outlive_the_session(day: Day, partners: Partners) -> None:
    """When the session ends over a half written contact, signing in on the spot sends it as it was typed."""
    journey = await acknowledged(day, partners)
    async with day.looking(Role.CASE_MANAGER) as page:
        await open_case(page, journey)
        await page.get_by_label("Who did you reach?").select_option("secondary")
        await page.locator("input[name=says][value=nothing_new]").check()
        await page.get_by_label("In their words").fill("they will look into it")
        await page.context.clear_cookies()
        await page.get_by_role("button", name="Save contact").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Nothing that you typed is lost")
        await dialog.get_by_label("Name").fill("maria")
        await dialog.get_by_label("Password").fill("a long enough password")
        await dialog.get_by_role("button").click()
        await expect(page.get_by_text("it does not count")).to_be_visible()
    with day.premises.book.reading() as tx:
        last = reading.history(tx, journey.case_id)[-1].entry.fact
    assert isinstance(last, ContactLogged)
    assert (last.note, last.logged_by) == ("they will look into it", "maria")


async def test_it_works_without_script(day: Day, partners: Partners) -> None:
    """With JavaScript off people sign in, filter the list, open a case and log a contact."""
    journey = await acknowledged(day, partners)
    async with day.looking(Role.CASE_MANAGER, java_script_enabled=False) as page:
        await page.goto("/worklist?view=everyone")
        await page.get_by_label("Secondary payer").select_option("SEC22")
        await page.get_by_role("button", name="Filter").click()
        await page.locator(f"tr[data-case='{journey.case_id}']").get_by_role("link").first.click()
        await page.get_by_label("Who did you reach?").select_option("secondary")
        await page.locator("input[name=says][value=nothing_new]").check()
        await page.get_by_role("button", name="Save contact").click()
        await expect(page.get_by_text("it does not count")).to_be_visible()


async def test_twelve_tabs_are_live_over_one_stream(day: Day, partners: Partners) -> None:
    """A browser holds one stream for all its tabs: browsers open only six connections to a server."""
    journey = await acknowledged(day, partners)
    async with day.looking(Role.CASE_MANAGER) as first:
        tabs = [first, *[await day.tab(first.context) for _ in range(11)]]
        for tab in tabs:
            await tab.goto(f"/cases/{journey.case_id}")
        for tab in tabs:
            await script_runs(tab)
        assert day.app.state.changes.count == 1
        await journey.cases.contact(journey.case_id, partners.call(journey.now()))
        for tab in tabs:
            await expect(tab.locator("#news")).to_contain_text("The case has moved")


def test_nothing_was_complained_of_and_nothing_left_the_machine(day: Day) -> None:
    """After all that: no breach of the content security policy, no script error, no request to another host."""
    assert day.complaints == []
    assert day.strayed == []
