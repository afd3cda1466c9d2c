"""Telling other systems what changed: each message once, signed, tried again for three days, then given up and shown.

A message is `POST`ed as JSON with these headers:

- `Baton-Event`: what happened, such as `case.resolved`
- `Baton-Delivery`: the message's id; a repeated message has the same one
- `Baton-Timestamp`: when this attempt was sent, in seconds since 1970
- `Baton-Signature`: `sha256=` and the HMAC-SHA256, in hex, of the timestamp, a full stop and the body, keyed with the
  webhook's secret. Refuse what is older than five minutes: a copied message is then worth nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx2
import structlog
from pydantic import BaseModel

from activities.exchange import LOOPBACK
from activities.notices import SIGNATURE, signature
from casebook import webhooks
from casebook.webhooks import Delivery, Due
from dashboard.premises import Premises

EVENT: Final = "Baton-Event"
DELIVERY: Final = "Baton-Delivery"
TIMESTAMP: Final = "Baton-Timestamp"

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at what is due."""

TIDY_EVERY: Final = timedelta(hours=1)
TAKEN_FOR: Final = timedelta(minutes=1)
"""For how long a process has a message in hand before another may take it; longer than any attempt lasts."""

TIMEOUT: Final = httpx2.Timeout(10.0, connect=5.0)
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=2)
GIVEN_UP_AFTER: Final = timedelta(days=3)

log = structlog.get_logger("dashboard.webhooks")


class Message(BaseModel):
    """What another system is told: what happened to which case. It asks for the rest under its own rights."""

    delivery_id: str
    event: str
    case_id: str
    revision: int
    noted_at: datetime


class Deliverer:
    """Tells what is due; any number of processes may do so side by side."""

    def __init__(self, premises: Premises, http: httpx2.AsyncClient, now: Callable[[], datetime]) -> None:
        """Take the casebook, the client for other systems, and the wall clock."""
        self._at = premises
        self._http = http
        self._now = now

    async def deliver_due(self) -> int:
        """Tell everything that is due now, side by side; how many messages that were."""
        due = await asyncio.to_thread(self._take)
        await asyncio.gather(*(self._deliver(each) for each in due))
        return len(due)

    async def tidy(self) -> None:
        """Let go of what ended long ago."""
        await asyncio.to_thread(self._forget)

    async def _deliver(self, due: Due) -> None:
        problem = await self._send(due)
        await asyncio.to_thread(self._note, due.delivery, problem)

    async def _send(self, due: Due) -> str:
        """Tell it once; empty when the receiver took it, else why not, without address or answer."""
        body = _body(due.delivery)
        sent = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            EVENT: due.delivery.event.value,
            DELIVERY: due.delivery.delivery_id,
            TIMESTAMP: sent,
            SIGNATURE: signature(due.secret, f"{sent}.".encode() + body),
        }
        try:
            async with self._http.stream("POST", due.url, content=body, headers=headers) as answer:
                taken = 200 <= answer.status_code < 300
                return "" if taken else f"the receiver answered with status {answer.status_code}"
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return f"no answer ({type(error).__name__})"

    def _take(self) -> tuple[Due, ...]:
        now = self._now()
        with self._at.book.reading() as tx:
            if not webhooks.is_any_due(tx, now):
                return ()  # mostly: cases that want to write are not kept waiting for this look
        with self._at.book.writing() as tx:
            return webhooks.due(tx, now, now + TAKEN_FOR)

    def _note(self, delivery: Delivery, problem: str) -> None:
        now = self._now()
        with self._at.book.writing() as tx:
            if not problem:
                webhooks.note_delivered(tx, delivery.delivery_id)
                return
            again = now + pause_after(delivery.tries + 1)
            given_up = again > delivery.made_at + GIVEN_UP_AFTER
            webhooks.note_failed(tx, delivery.delivery_id, problem, None if given_up else again)
        if given_up:
            log.warning("webhook.given_up", delivery=delivery.delivery_id, problem=problem)

    def _forget(self) -> None:
        with self._at.book.writing() as tx:
            webhooks.forget_ended(tx, self._now())


@asynccontextmanager
async def delivering(premises: Premises) -> AsyncIterator[None]:
    """Tell other systems what changes, for the length of a block."""
    async with outward() as http:
        telling = asyncio.create_task(_go_on(Deliverer(premises, http, premises.wall)))
        try:
            yield
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling


def outward() -> httpx2.AsyncClient:
    """The client for other systems: it follows no redirect, which could lead anywhere."""
    return httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False)


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many attempts: 5 seconds, then twice as long each time, two hours at the most."""
    doubled: int = 2 ** min(tries - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def problem_of(url: str) -> str:
    """Why an address cannot be told anything; empty if it can.

    What is said leaves the machine encrypted; a system that runs beside us may be told plainly.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "Must be an address, such as https://bi.example.org/in"
    if not host or any(letter.isspace() or not letter.isprintable() for letter in url):
        return "Must be an address, such as https://bi.example.org/in"
    if parts.username or parts.password:
        return "Must not hold a name and password: messages are signed instead"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        return "Must be https, or http on this machine"
    return ""


async def _go_on(deliverer: Deliverer) -> None:
    """Look for what is due, for ever; a casebook that is away is looked for again."""
    tidied = None
    while True:
        now = asyncio.get_running_loop().time()
        try:
            while await deliverer.deliver_due():
                pass
            if tidied is None or now - tidied > TIDY_EVERY.total_seconds():
                await deliverer.tidy()
                tidied = now
        except Exception as error:
            log.warning("webhook.unreachable", problem=type(error).__name__)
        await asyncio.sleep(LOOK_EVERY)


def _body(delivery: Delivery) -> bytes:
    told = Message(
        delivery_id=delivery.delivery_id,
        event=delivery.event.value,
        case_id=delivery.case_id,
        revision=delivery.revision,
        noted_at=delivery.made_at,
    )
    return told.model_dump_json().encode()
