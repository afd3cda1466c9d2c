"""The floor: a bare workflow that hears the same messages, has the same effects and arms the same timers.

It knows nothing: no rules, no facts, no proof of what it did. A script, taken from the history of one Baton case, tells
it what to do after what. What Baton costs above this is the price of deciding, explaining, sealing evidence and
surviving every kind of message.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sqlite3
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.worker import Worker

from activities import exchange
from activities.folders import drop
from activities.ledger import LedgerClient
from activities.ledger_wire import IDEMPOTENCY_KEY
from journey.words import Switch
from worker.keys import KeyRing
from worker.plugin import data_converter, workflow_runner
from worker.registry import ACTIVITY_THREADS, CACHED_CASES
from worker.settings import Settings

QUEUE = "floor"
BOOK = "floor.sqlite"
LONG = timedelta(seconds=30)
QUESTION = "~".join(
    (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'FLOOR':15}*ZZ*{'RELAYPOINT':15}*260402*1200*^*00501*000000001*0*P*:",
        "GS*HR*FLOOR*RELAYPOINT*20260402*1200*1*X*005010X212",
        "ST*276*0001*005010X212",
        "BHT*0010*13*{key}*20260402*1200",
        "HL*1**20*1",
        "NM1*PR*2*LARKFIELD MUTUAL*****PI*72011",
        "HL*2*1*21*1",
        "NM1*41*2*FLOOR*****46*990000001",
        "HL*3*2*19*1",
        "NM1*1P*2*FLOOR*****XX*1999999984",
        "HL*4*3*22*0",
        "DMG*D8*19500501",
        "NM1*IL*1*BRAMBELOW*CALLA****MI*LFM771204",
        "TRN*1*{key}",
        "REF*EJ*{account}",
        "AMT*T3*1000",
        "DTP*472*D8*20260220",
        "SE*16*0001",
        "GE*1*1",
        "IEA*1*000000001~",
    )
)
"""A status question like Baton's, as fixed text with two holes."""


@dataclass
class Step:
    """One thing to do: hear, ring, arm (for `seconds`), do, done, at hand (a local activity), write.

    `what` names an activity and numbers it.
    """

    verb: str
    what: str = ""
    seconds: float = 0.0


@dataclass
class Begin:
    """The input of a floor case: the claim, as any case has it, and what to do."""

    case_id: str
    account: str
    claim: dict[str, Any]
    script: list[Step]


@dataclass
class Order:
    """The argument of every activity."""

    case_id: str
    account: str
    key: str


@dataclass
class Note:
    """One row for the floor's book."""

    case_id: str
    fact_id: str
    body: str


@workflow.defn(name="Floor")
class Floor:
    """Does what its script says, in order; then stays open like a case that is watched."""

    @workflow.init
    def __init__(self, begin: Begin) -> None:
        """Nothing heard yet."""
        self.begin = begin
        self.inbox: deque[list[Any]] = deque()
        self.heard: list[Any] = [{"fact_id": "opening"}]
        self.doing: dict[str, asyncio.Task[Any]] = {}
        self.timer: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, begin: Begin) -> None:
        """The script, step by step."""
        for step in begin.script:
            await self._take(step)
        await workflow.wait_condition(lambda: False)

    @workflow.signal(name="facts")
    def facts(self, message: list[Any]) -> None:
        """A message, kept until its turn."""
        self.inbox.append(message)

    async def _take(self, step: Step) -> None:
        if step.verb == "hear":
            await workflow.wait_condition(lambda: bool(self.inbox))
            self.heard = self.inbox.popleft()
        elif step.verb == "ring" and self.timer:
            await self.timer
        elif step.verb == "arm":
            self._arm(step.seconds)
        elif step.verb == "do":
            self.doing[step.what] = asyncio.create_task(self._do(step.what))
        elif step.verb == "done":
            await self.doing.pop(step.what)
        elif step.verb == "at hand":
            await self._do_at_hand(step.what)
        else:
            await self._write()

    def _arm(self, seconds: float) -> None:
        if self.timer:
            self.timer.cancel()
        self.timer = asyncio.create_task(workflow.sleep(seconds, summary="silence"))

    def _order(self, what: str) -> Order:
        return Order(self.begin.case_id, self.begin.account, f"{self.begin.case_id}/{what}")

    async def _do(self, what: str) -> Any:
        kind = what.partition("#")[0]
        return await workflow.execute_activity(kind, self._order(what), start_to_close_timeout=LONG, summary=what)

    async def _do_at_hand(self, what: str) -> Any:
        kind = what.partition("#")[0]
        return await workflow.execute_local_activity(kind, self._order(what), schedule_to_close_timeout=LONG)

    async def _write(self) -> None:
        note = Note(self.begin.case_id, self.heard[0]["fact_id"], json.dumps(self.heard))
        await workflow.execute_local_activity("record", note, schedule_to_close_timeout=LONG)


class Book:
    """A table of notes and one of numbers given out, with the pragmas of Baton's casebook."""

    def __init__(self, path: Path) -> None:
        """Open or make it."""
        self._turn = Lock()
        self._rows = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=NORMAL",
            "CREATE TABLE IF NOT EXISTS evidence (case_id TEXT, fact_id TEXT, body TEXT)",
            "CREATE TABLE IF NOT EXISTS cases (case_id TEXT PRIMARY KEY, fact_id TEXT)",
            "CREATE TABLE IF NOT EXISTS questions (key TEXT PRIMARY KEY)",
        ):
            self._rows.execute(statement)

    def write(self, *statements: tuple[str, tuple[str, ...]]) -> None:
        """One transaction."""
        with self._turn:
            self._rows.execute("BEGIN IMMEDIATE")
            for text, values in statements:
                self._rows.execute(text, values)
            self._rows.execute("COMMIT")


class Effects:
    """The same effects on the same partners, through the same clients, without Baton's types."""

    def __init__(self, book: Book, ledger: LedgerClient, webhook: str, out: Path) -> None:
        """Take the book and the partners."""
        self._book = book
        self._ledger = ledger
        self._webhook = webhook
        self._out = out
        self._hook = exchange.client(webhook)

    @activity.defn(name="record")
    def record(self, note: Note) -> None:
        """A row for what was heard, and one for where the case stands."""
        self._book.write(
            ("INSERT INTO evidence VALUES (?, ?, ?)", (note.case_id, note.fact_id, note.body)),
            ("INSERT OR REPLACE INTO cases VALUES (?, ?)", (note.case_id, note.fact_id)),
        )

    @activity.defn(name="request_hold")
    def request_hold(self, order: Order) -> dict[str, Any]:
        """Hold, and read back."""
        self._ledger.hold(order.account, tuple(Switch), "COB-PENDING", order.key)
        return self.read_ledger(order)

    @activity.defn(name="release_hold")
    def release_hold(self, order: Order) -> dict[str, Any]:
        """Release, and read back."""
        self._ledger.release(order.account, order.key)
        return self.read_ledger(order)

    @activity.defn(name="read_ledger")
    def read_ledger(self, order: Order) -> dict[str, Any]:
        """Read the account."""
        return self._ledger.balance(order.account).model_dump(mode="json")

    @activity.defn(name="ask_status")
    def ask_status(self, order: Order) -> str:
        """Note a number, drop a file."""
        self._book.write(("INSERT OR REPLACE INTO questions VALUES (?)", (order.key,)))
        asked = QUESTION.format(key=order.key, account=order.account)
        drop(self._out, f"{order.case_id}.276", asked.encode())
        return order.key

    @activity.defn(name="notify")
    def notify(self, order: Order) -> str:
        """Tell the desk."""
        exchange.post(self._hook, self._webhook, json.dumps({"key": order.key}).encode(), {IDEMPOTENCY_KEY: order.key})
        return order.key


def floor_plugin(keys: KeyRing) -> SimplePlugin:
    """Baton's own plugin, with the floor's module passed through the sandbox as Baton's modules are."""
    runner = workflow_runner()
    passing = dataclasses.replace(runner, restrictions=runner.restrictions.with_passthrough_modules("bench"))
    return SimplePlugin("floor", data_converter=data_converter(keys), workflow_runner=passing)


@asynccontextmanager
async def floor_at_work(settings: Settings, keys: KeyRing, client: Client) -> AsyncIterator[None]:
    """A floor worker for the length of a block, with as many threads and as large a cache as Baton's."""
    plain = await Client.connect(
        client.service_client.config.target_host, namespace=client.namespace, plugins=[floor_plugin(keys)]
    )
    token = settings.ledger_token_file.read_text(encoding="utf-8").strip() if settings.ledger_token_file else ""
    with exchange.client(settings.ledger_url or "") as http:
        ledger = LedgerClient(http, lambda: token)
        does = Effects(Book(settings.home / BOOK), ledger, settings.notices_webhook or "", settings.clearinghouse_out)
        async with Worker(
            plain,
            task_queue=QUEUE,
            workflows=[Floor],
            activities=[does.record, does.request_hold, does.release_hold, does.read_ledger, does.ask_status,
                        does.notify],
            activity_executor=ThreadPoolExecutor(ACTIVITY_THREADS),
            max_concurrent_activities=ACTIVITY_THREADS,
            max_cached_workflows=CACHED_CASES,
        ):  # fmt: skip
            yield
