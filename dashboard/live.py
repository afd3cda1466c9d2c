"""Live updates: one look a second at the casebook per process, told to every open page of the same practice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, StreamingResponse

from casebook import sessions
from casebook.changes import Change, changes
from dashboard.premises import Premises
from dashboard.signing.visiting import COOKIE, At, SignInNeededError, Visitor, listener_of, visitor_of

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at the casebook; none are taken while no page listens."""

LOOK_BACK: Final = timedelta(seconds=10)
"""How far a look goes back behind the one before: what took long to be written, or came by a slow clock, is seen."""

HEARTBEAT: Final = 10.0
"""Seconds after which a silent stream says that it lives; proxies close what is silent for longer."""

SESSION_CHECK: Final = 20.0
"""Seconds within which a stream ends after its session did. A stream does not keep a session alive."""

MOST_AT_ONCE: Final = 200
"""A listener that missed more cases than this is told to look at everything again instead."""

COME_BACK: Final = 2000
"""Milliseconds after which a browser that lost its stream asks for another."""

log = structlog.get_logger("dashboard.live")

router = APIRouter()


class Listener:
    """One open stream: what changed since it was last told, newest revision of each case; bounded."""

    def __init__(self, practice: str) -> None:
        """Listen to the cases of a practice."""
        self.woken = asyncio.Event()
        self.practice = practice
        self._revisions: dict[str, int] = {}
        self._too_many = False

    def hear(self, change: Change) -> None:
        """Note a change; in the event loop's thread only."""
        if change.practice != self.practice:
            return
        self._revisions[change.case_id] = change.revision
        if len(self._revisions) > MOST_AT_ONCE:
            self._revisions.clear()
            self._too_many = True
        self.woken.set()

    def take(self) -> dict[str, object]:
        """What there is to tell, which is then forgotten: changed cases, or that everything is to be looked at."""
        told: dict[str, object] = {"all": True} if self._too_many else {"cases": dict(self._revisions)}
        self._revisions.clear()
        self._too_many = False
        self.woken.clear()
        return told


class Changes:
    """What changes in the casebook, for all who listen in this process."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._listeners: set[Listener] = set()
        self._anybody = asyncio.Event()
        self._recent: Mapping[str, Change] = {}
        self._looked_at: datetime | None = None

    @property
    def count(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    @contextmanager
    def listening(self, practice: str) -> Iterator[Listener]:
        """Hear of a practice's changes for the length of a block, and of those while the page was on its way."""
        listener = Listener(practice)
        for change in self._recent.values():
            listener.hear(change)
        self._listeners.add(listener)
        self._anybody.set()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._anybody.clear()

    @asynccontextmanager
    async def followed(self, at: Premises) -> AsyncIterator[None]:
        """Look for changes for the length of a block, while anybody listens."""
        following = asyncio.create_task(self._follow(at))
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    def wake(self) -> None:
        """Wake all who listen, so that they see that the server ends."""
        for listener in self._listeners:
            listener.woken.set()

    async def look(self, at: Premises) -> None:
        """One look: what is new is told to all who listen."""
        now = at.wall()
        since = (self._looked_at or now) - LOOK_BACK
        practices = {each.practice for each in self._listeners}
        found = await asyncio.to_thread(_read, at, practices, since)
        known, self._recent, self._looked_at = self._recent, {each.case_id: each for each in found}, now
        for change in found:
            if change.case_id not in known or known[change.case_id].revision < change.revision:
                for listener in self._listeners:
                    listener.hear(change)

    async def _follow(self, at: Premises) -> None:
        while True:
            if not self._anybody.is_set():
                self._looked_at, self._recent = None, {}
                await self._anybody.wait()
            try:
                await self.look(at)
            except Exception as error:  # the casebook is away: this must go on when it is back
                log.warning("live.unreachable", problem=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)


@router.get("/live")
async def listen(request: Request, at: At, visitor: Annotated[Visitor, Depends(listener_of)]) -> StreamingResponse:
    """A stream of what changes: ids and revisions of cases only. Pages fetch what they show under their own session."""
    changed: Changes = request.app.state.changes
    ending: asyncio.Event = request.app.state.ending
    secret = request.cookies[COOKIE]

    async def stream() -> AsyncIterator[str]:
        with changed.listening(visitor.user.practice) as listener:
            # The first words open the stream in the browser, however long nothing changes.
            yield f": Baton\nretry: {COME_BACK}\n\n"
            async for told in news(listener, ending, lambda: _goes_on(at, secret)):
                yield told

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/session")
def session(request: Request) -> JSONResponse:
    """Whether a session goes on, asked before a form is sent: what was typed stays on the page when it does not."""
    try:
        visitor = visitor_of(request)
    except SignInNeededError:
        return JSONResponse({"ended": True}, 401)
    return JSONResponse({"form_token": visitor.session.form_token})


async def news(listener: Listener, ending: asyncio.Event, goes_on: Callable[[], bool]) -> AsyncIterator[str]:
    """The events of one stream; it holds no connection to the database.

    Args:
        listener: what there is to tell.
        ending: set when the server ends, and the stream with it.
        goes_on: whether the listener's session still does; asked now and then, in a thread of its own.
    """
    checked = monotonic()
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(listener.woken.wait(), HEARTBEAT)
        if ending.is_set():
            return
        if monotonic() - checked > SESSION_CHECK:
            checked = monotonic()
            if not await asyncio.to_thread(goes_on):
                yield event("ended", {})
                return
        yield event("cases", listener.take()) if listener.woken.is_set() else event("alive", {})


def event(name: str, body: Mapping[str, Any]) -> str:
    """One event in the form that browsers read."""
    return f"event: {name}\ndata: {json.dumps(body)}\n\n"


def _goes_on(at: Premises, secret: str) -> bool:
    with at.book.reading() as tx:
        return sessions.find(tx, secret, at.wall()) is not None


def _read(at: Premises, practices: Collection[str], since: datetime) -> tuple[Change, ...]:
    with at.book.reading() as tx:
        return changes(tx, practices, since)
