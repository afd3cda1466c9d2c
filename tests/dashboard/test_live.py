"""Live updates: what changes is told to open pages of the same practice, and the stream ends when it should."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import update

from casebook import people, reading, sessions
from casebook.changes import Change
from casebook.tables import CASES
from dashboard import live
from dashboard.live import MOST_AT_ONCE, Listener
from dashboard.roles import Role
from dashboard.serving import serving_pages
from dashboard.signing.visiting import BY_ITSELF, COOKIE
from tests.dashboard.conftest import PEOPLE, Desk

NOW = datetime(2026, 3, 12, tzinfo=UTC)
ANY_PORT = "127.0.0.1:0"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and heartbeats come faster than in real use."""
    monkeypatch.setattr(live, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(live, "HEARTBEAT", 0.1)


def signed_in(desk: Desk, role: Role = Role.CASE_MANAGER) -> dict[str, str]:
    """The cookie of a new session, as a header."""
    with desk.premises.book.writing() as tx:
        known = people.credentials(tx, PEOPLE[role][0])
        assert known
        begun = sessions.begin(tx, known.user, desk.premises.wall())
    return {"Cookie": f"{COOKIE}={begun.secret}"}


@asynccontextmanager
async def streaming(desk: Desk, cookie: dict[str, str]) -> AsyncIterator[tuple[httpx2.Response, AsyncIterator[str]]]:
    """An open stream of a served desk, and its lines."""
    async with (
        serving_pages(desk.app, ANY_PORT) as address,
        httpx2.AsyncClient(base_url=address, headers=cookie) as client,
        client.stream("GET", "/live") as answer,
    ):
        yield answer, answer.aiter_lines()


async def told(lines: AsyncIterator[str]) -> dict[str, int]:
    """The next cases that a stream tells of."""
    async with asyncio.timeout(10):
        async for line in lines:
            if line.startswith("data:") and "cases" in line:
                found: dict[str, int] = json.loads(line.removeprefix("data:"))["cases"]
                return found
    raise AssertionError("the stream ended")


def let_rest(desk: Desk) -> None:
    """The casebook was not just written."""
    with desk.premises.book.writing() as tx:
        tx.connection.execute(update(CASES).values(changed_at=desk.premises.wall() - timedelta(hours=1)))


def touch(desk: Desk, case_id: str, **values: object) -> None:
    """A row that is written anew, as a worker elsewhere would."""
    with desk.premises.book.writing() as tx:
        changed = {"changed_at": desk.premises.wall(), "revision": CASES.c.revision + 1, **values}
        tx.connection.execute(update(CASES).where(CASES.c.case_id == case_id).values(changed))


async def test_a_change_is_told_to_its_practice_alone(desk: Desk) -> None:
    """Open pages hear which case moved, by id and revision only; those of another practice hear nothing of it."""
    with desk.premises.book.reading() as tx:
        mine, foreign = reading.list_cases(tx).rows[:2]
    let_rest(desk)
    async with streaming(desk, signed_in(desk)) as (answer, lines):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert (await anext(lines)).startswith(":"), "the stream opens before anything changes"
        touch(desk, foreign.case_id, practice="south")
        touch(desk, mine.case_id)
        assert await told(lines) == {mine.case_id: mine.revision + 1}


async def test_a_change_while_the_page_was_on_its_way_is_told(desk: Desk) -> None:
    """Between a page and its stream nothing is missed."""
    with desk.premises.book.reading() as tx:
        mine = reading.list_cases(tx).rows[0]
    let_rest(desk)
    touch(desk, mine.case_id)
    async with streaming(desk, signed_in(desk)) as (_, lines):
        assert await told(lines) == {mine.case_id: mine.revision + 1}


async def test_the_server_ends_under_an_open_stream(desk: Desk) -> None:
    """A stream that somebody holds open does not keep the process: it ends in less than two seconds."""
    async with streaming(desk, signed_in(desk)) as (_, lines):
        await anext(lines)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_stream_ends_with_its_session(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signed out, or was put out, hears nothing more; the stream says so and ends."""
    monkeypatch.setattr(live, "SESSION_CHECK", 0.0)
    cookie = signed_in(desk)
    async with streaming(desk, cookie) as (_, lines):
        await anext(lines)
        with desk.premises.book.writing() as tx:
            known = people.credentials(tx, PEOPLE[Role.CASE_MANAGER][0])
            assert known
            people.end_sessions(tx, known.user.user_id, desk.premises.wall())
        async with asyncio.timeout(10):
            assert "event: ended" in [line async for line in lines]


def test_nobody_listens_without_a_session(desk: Desk) -> None:
    """The stream is for those who are signed in."""
    assert desk.browser().get("/live", follow_redirects=False).status_code == 303


def test_an_open_page_does_not_keep_a_session_alive(desk: Desk) -> None:
    """What a page asks for by itself is no use of the session: a desk that was left is signed out in time."""
    browser = desk.browser(Role.CASE_MANAGER)
    long_ago = datetime.now(UTC) - timedelta(minutes=5)

    def last_use() -> datetime:
        with desk.premises.book.writing() as tx:
            found = sessions.find(tx, browser.cookies[COOKIE], desk.premises.wall())
            assert found
            return found.used_at

    with desk.premises.book.writing() as tx:
        found = sessions.find(tx, browser.cookies[COOKIE], desk.premises.wall())
        assert found
        sessions.touch(tx, found.digest, long_ago)
    browser.get("/outbox", headers={BY_ITSELF: "live"})
    assert last_use() == long_ago
    browser.get("/outbox")
    assert last_use() > long_ago


def test_a_listener_that_misses_much_looks_at_everything() -> None:
    """What waits for a slow browser is bounded: above the bound it is told to fetch the list again."""
    listener = Listener("north")
    for number in range(MOST_AT_ONCE + 1):
        listener.hear(Change(case_id=f"case-{number}", practice="north", revision=1, changed_at=NOW))
    assert listener.take() == {"all": True}
    listener.hear(Change(case_id="case-1", practice="north", revision=2, changed_at=NOW))
    listener.hear(Change(case_id="case-1", practice="north", revision=3, changed_at=NOW))
    assert listener.take() == {"cases": {"case-1": 3}}
    assert not listener.woken.is_set()


def test_a_page_can_ask_whether_its_session_goes_on(desk: Desk) -> None:
    """Before a form is sent its page asks, so that nothing typed is lost to a session that has ended."""
    assert desk.browser().get("/session").status_code == 401
    assert set(desk.browser(Role.VIEWER).get("/session").json()) == {"form_token"}
