"""Webhooks: every change is told once, signed, again until it is taken, and shown when it never was."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from casebook import reading, webhooks
from casebook.record import record
from casebook.webhooks import DeliveryState, Event
from dashboard.roles import Role
from dashboard.webhooks import GIVEN_UP_AFTER, Deliverer, delivering, outward, pause_after, problem_of
from journey.case import Case, HoldState
from journey.words import Resolution
from tests.dashboard.api_keys import caller
from tests.dashboard.conftest import Desk
from tests.office import eventually

EVERYTHING = tuple(Event)


@dataclass
class Receiver:
    """Another system's address: keeps what it was told, and answers as the test wants."""

    statuses: list[int] = field(default_factory=list)
    """Answers to come; 204 when none is left."""
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def taken(self) -> list[dict[str, Any]]:
        """The messages, as JSON."""
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with listening() as made:
        yield made


@contextmanager
def listening() -> Iterator[Receiver]:
    """A real HTTP server, for the length of a block."""
    receiver = Receiver()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.heard.append((dict(self.headers), body))
            status = receiver.statuses.pop(0) if receiver.statuses else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/in"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def subscribe(desk: Desk, url: str, *events: Event, practice: str = "practice") -> webhooks.MadeHook:
    """A webhook for these events, or for all."""
    with desk.premises.book.writing() as tx:
        return webhooks.add_hook(
            tx, practice=practice, url=url, events=events or EVERYTHING, made_by="test", at=datetime.now(UTC)
        )


def some_case(desk: Desk) -> Case:
    """A case that nothing has resolved."""
    with desk.premises.book.reading() as tx:
        row = next(
            each for each in reading.list_cases(tx, reading.Filter(practice="practice")).rows if not each.resolution
        )
        return reading.case_state(tx, row.case_id)


def turned(desk: Desk, case: Case, **changes: Any) -> Case:
    """The case one revision on, written down."""
    after = case.model_copy(update={"revision": case.revision + 1, **changes})
    with desk.premises.book.writing() as tx:
        record(tx, after, "As it stands now.")
    return after


def deliveries(desk: Desk, hook_id: str) -> list[webhooks.Delivery]:
    """What a webhook was told or is to be told, oldest first."""
    with desk.premises.book.reading() as tx:
        return sorted(
            webhooks.deliveries_of(tx, "practice", hook_id, limit=500), key=lambda each: (each.revision, each.event)
        )


async def test_a_change_is_told_signed(desk: Desk, receiver: Receiver) -> None:
    """The receiver can prove that a message is ours and fresh; it names a case and a revision, and nobody."""
    made = subscribe(desk, receiver.url, Event.CHANGED)
    case = turned(desk, some_case(desk))
    async with delivering(desk.premises):
        await eventually(lambda: receiver.heard, "the change is told")
    headers, body = receiver.heard[0]
    signed = hmac.digest(made.secret.encode(), headers["Baton-Timestamp"].encode() + b"." + body, sha256).hex()
    assert hmac.compare_digest(headers["Baton-Signature"], f"sha256={signed}")
    assert abs(int(headers["Baton-Timestamp"]) - datetime.now(UTC).timestamp()) < 60
    told = json.loads(body)
    assert (told["event"], told["case_id"], told["revision"]) == ("case.changed", case.case_id, case.revision)
    assert headers["Baton-Event"] == "case.changed"
    assert headers["Baton-Delivery"] == told["delivery_id"]
    assert set(told) == {"delivery_id", "event", "case_id", "revision", "noted_at"}


async def test_what_was_not_taken_is_told_again(desk: Desk, receiver: Receiver) -> None:
    """After a 500 and a redirect, which is not followed, the same message comes again, with pauses that grow."""
    made = subscribe(desk, receiver.url, Event.CHANGED)
    turned(desk, some_case(desk))
    receiver.statuses = [500, 302]
    now = datetime.now(UTC)
    async with outward() as http:
        for _ in range(3):
            assert await Deliverer(desk.premises, http, lambda now=now: now).deliver_due() == 1
            assert await Deliverer(desk.premises, http, lambda now=now: now).deliver_due() == 0, (
                "not before its pause is over"
            )
            now += pause_after(2)
    assert len({each["delivery_id"] for each in receiver.taken()}) == 1
    assert len(receiver.heard) == 3
    (only,) = deliveries(desk, made.hook.hook_id)
    assert (only.state, only.tries, only.last_problem) == (DeliveryState.DELIVERED, 3, "")


async def test_each_revision_and_event_is_told_once(desk: Desk, receiver: Receiver) -> None:
    """Written twice, and with two processes telling, every revision of a case is told once for each of its events."""
    subscribe(desk, receiver.url)
    case = turned(desk, some_case(desk), hold=some_case(desk).hold.model_copy(update={"state": HoldState.RELEASED}))
    with desk.premises.book.writing() as tx:
        record(tx, case, "The same turn once more.")
    resolved = turned(desk, case, resolution=Resolution.PAID_IN_FULL, resolved_at=case.as_of)
    closed = turned(desk, resolved, closed_at=case.as_of)
    turned(desk, closed, resolution=None, resolved_at=None, closed_at=None)
    async with delivering(desk.premises), delivering(desk.premises):
        await eventually(lambda: len(receiver.heard) >= 8, "all is told")
        await eventually(lambda: not waiting(desk), "nothing waits")
    told = sorted((each["revision"] - case.revision, each["event"]) for each in receiver.taken())
    assert told == [
        (0, "case.changed"),
        (0, "case.hold"),
        (1, "case.changed"),
        (1, "case.resolved"),
        (2, "case.changed"),
        (2, "case.closed"),
        (3, "case.changed"),
        (3, "case.reopened"),
    ]


def waiting(desk: Desk) -> int:
    """How many messages are still to be told."""
    with desk.premises.book.reading() as tx:
        return sum(each.waiting for each in webhooks.hooks_of(tx, "practice"))


async def test_after_three_days_it_is_given_up_and_shown(desk: Desk, receiver: Receiver) -> None:
    """A receiver that takes nothing is asked ever more seldom, and not for ever; a person sees and sends it again."""
    made = subscribe(desk, receiver.url, Event.CHANGED)
    turned(desk, some_case(desk))
    receiver.statuses = [503] * 1000
    begun = now = datetime.now(UTC)
    async with outward() as http:
        while waiting(desk):
            assert now < begun + GIVEN_UP_AFTER + timedelta(hours=3)
            await Deliverer(desk.premises, http, lambda now=now: now).deliver_due()
            now = max(now, deliveries(desk, made.hook.hook_id)[0].next_at)
        assert 40 < len(receiver.heard) < 60
        supervisor = caller(desk, Role.SUPERVISOR)
        (shown,) = supervisor.get("/webhooks").json()["items"]
        assert (shown["waiting"], shown["given_up"]) == (0, 1)
        address = f"/webhooks/{made.hook.hook_id}"
        (only,) = supervisor.get(f"{address}/deliveries", params={"state": "given_up"}).json()["items"]
        assert only["last_problem"] == "the receiver answered with status 503"
        receiver.statuses = []
        assert supervisor.post(f"{address}/again").json() == {"messages": 1}
        assert await Deliverer(desk.premises, http, lambda: datetime.now(UTC)).deliver_due() == 1
    assert deliveries(desk, made.hook.hook_id)[0].state is DeliveryState.DELIVERED


async def test_a_receiver_that_is_away_holds_up_nobody(desk: Desk, receiver: Receiver) -> None:
    """One system's dead address does not keep another from being told; the problem names no address."""
    with listening() as gone:
        dead = subscribe(desk, gone.url, Event.CHANGED)
    subscribe(desk, receiver.url, Event.CHANGED)
    turned(desk, some_case(desk))
    async with outward() as http:
        await Deliverer(desk.premises, http, lambda: datetime.now(UTC)).deliver_due()
    assert len(receiver.heard) == 1
    (only,) = deliveries(desk, dead.hook.hook_id)
    assert only.state is DeliveryState.WAITING
    assert only.last_problem == "no answer (ConnectError)"


async def test_only_what_was_asked_for_is_told(desk: Desk, receiver: Receiver) -> None:
    """Another practice's webhook hears nothing of a case, nor does one for other events or one that was taken away."""
    subscribe(desk, receiver.url, practice="other")
    subscribe(desk, receiver.url, Event.CLOSED)
    gone = subscribe(desk, receiver.url)
    supervisor = caller(desk, Role.SUPERVISOR)
    assert supervisor.delete(f"/webhooks/{gone.hook.hook_id}").status_code == 204
    turned(desk, some_case(desk))
    async with outward() as http:
        assert await Deliverer(desk.premises, http, lambda: datetime.now(UTC)).deliver_due() == 0
    assert receiver.heard == []


async def test_what_ended_long_ago_is_let_go(desk: Desk, receiver: Receiver) -> None:
    """Deliveries are shown for a month; what waits is kept however old it is."""
    made = subscribe(desk, receiver.url, Event.CHANGED)
    case = turned(desk, some_case(desk))
    async with outward() as http:
        deliverer = Deliverer(desk.premises, http, lambda: datetime.now(UTC))
        await deliverer.deliver_due()
        turned(desk, case)
        await Deliverer(desk.premises, http, lambda: datetime.now(UTC) + webhooks.SHOWN_FOR * 2).tidy()
    assert [each.state for each in deliveries(desk, made.hook.hook_id)] == [DeliveryState.WAITING]


def test_address_and_secret_are_sealed(desk: Desk, receiver: Receiver) -> None:
    """Whoever copies the database can neither read where messages go nor sign one."""
    made = subscribe(desk, "https://hooks.example.org/credential-in-the-path")
    desk.premises.book.close()
    kept = b"".join(each.read_bytes() for each in desk.premises.settings.home.glob("casebook.sqlite*"))
    assert b"credential-in-the-path" not in kept
    assert made.secret.encode() not in kept


def test_a_secret_is_shown_once(desk: Desk) -> None:
    """Made over the API it stands in the first answer, and not in a repeated one nor in a list."""
    supervisor = caller(desk, Role.SUPERVISOR)
    asked = {"url": "https://bi.example.org/in", "events": ["case.resolved"]}
    first, again = (supervisor.post("/webhooks", json=asked, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json()["secret"].startswith("whsec_")
    assert again.json()["secret"] is None
    assert again.json()["webhook"] == first.json()["webhook"]
    assert first.json()["secret"] not in supervisor.get("/webhooks").text


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://bi.example.org/in", True),
        ("http://127.0.0.1:9000/in", True),
        ("http://bi.example.org/in", False),
        ("https://name:password@bi.example.org/in", False),
        ("ftp://bi.example.org", False),
        ("bi.example.org", False),
        ("https://[half", False),
        ("https://bi.example.org:port/", False),
        ("", False),
    ],
)
def test_messages_leave_the_machine_encrypted(url: str, usable: bool) -> None:
    """An address is https, or of this machine, and holds no password."""
    assert (problem_of(url) == "") is usable
