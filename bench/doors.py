"""Ways to a case: Baton's own, and the floor's; the same journey is driven through either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from activities.ledger import as_fact
from bench.floor import QUEUE, Begin, Floor, Step
from bench.ordinary import CHARGE, CONTRACTUAL, PAID, SHARE, Ordinary
from bench.partners import Partners
from casebook.opening import Casebook
from journey.facts import FACT, Fact
from journey.plans.file import standard_plan
from journey.tempo import Tempo
from worker.cases import Cases
from worker.keys import KeyRing

REMINDER_IN = timedelta(seconds=1)
"""From the opening of a case to its first clock that rings."""


class Door(Protocol):
    """How to open a case and tell it facts."""

    async def open(self, case: Ordinary, tempo: Tempo) -> None:
        """Begin."""

    async def tell(self, case_id: str, facts: tuple[Fact, ...]) -> None:
        """One message."""


class BatonDoor:
    """`worker.cases`, each case at a tempo of its own."""

    def __init__(self, client: Client, book: Casebook) -> None:
        """Take what `Cases` needs."""
        self._client = client
        self._book = book
        self._cases = self._at(None)

    def _at(self, tempo: Tempo | None) -> Cases:
        return Cases(self._client, self._book, standard_plan, "baton", tempo)

    async def open(self, case: Ordinary, tempo: Tempo) -> None:
        """Begin."""
        await self._at(tempo).open(case.opening(), ())

    async def tell(self, case_id: str, facts: tuple[Fact, ...]) -> None:
        """One message."""
        await self._cases.tell(case_id, facts)


class FloorDoor:
    """The floor's workflow on its own queue, with messages of the same form."""

    def __init__(self, client: Client, script: Sequence[Step]) -> None:
        """Take the client and what every case does."""
        self._client = client
        self._script = list(script)

    async def open(self, case: Ordinary, tempo: Tempo) -> None:  # noqa: ARG002  the floor knows no case time
        """Begin."""
        begin = Begin(case.case_id, case.number, case.claim.model_dump(mode="json"), self._script)
        await self._client.start_workflow(Floor.run, begin, id=case.case_id, task_queue=QUEUE)

    async def tell(self, case_id: str, facts: tuple[Fact, ...]) -> None:
        """One message."""
        handle = self._client.get_workflow_handle(case_id)
        await handle.signal("facts", [FACT.dump_python(each, mode="json") for each in facts])


async def begin(case: Ordinary, door: Door, world: Partners, tempo: Tempo | None = None) -> None:
    """Open a case with its account, tell it what the primary paid, and see the hold in the ledger."""
    ledger = world.ledger
    tempo = tempo or case.tempo(datetime.now(UTC), REMINDER_IN)
    ledger.tempos[case.number] = tempo
    ledger.open_account(case.number, CHARGE, ledger.now(case.number))
    ledger.primary_posted(case.number, PAID, CONTRACTUAL, ledger.now(case.number))
    await door.open(case, tempo)
    await _tell(case, door, world, case.announced())
    await world.see(lambda: case.number in ledger.held, "the hold")


async def live(case: Ordinary, door: Door, world: Partners, keys: KeyRing, tempo: Tempo | None = None) -> None:
    """One ordinary journey: each message is sent when the one before is in the book; ends with the hold released."""
    ledger, number = world.ledger, case.number
    await begin(case, door, world, tempo)
    await world.see(lambda: number in world.eyes.asked, "the status question")
    await _tell(case, door, world, case.answered(ledger.now(number)))
    await _tell(case, door, world, case.decided(ledger.now(number)))
    ledger.deposit(number, SHARE, ledger.now(number))
    await _tell(case, door, world, _ledger_read(case, world, keys))
    ledger.post_secondary(number, SHARE, 0, 0, ledger.now(number))
    await _tell(case, door, world, _ledger_read(case, world, keys))
    await world.see(lambda: number in ledger.released, "the release of the hold")


async def _tell(case: Ordinary, door: Door, world: Partners, fact: Fact) -> None:
    await door.tell(case.case_id, (fact,))
    await world.see(lambda: fact.fact_id in world.eyes.noted, f"{fact.kind} in the book")


def _ledger_read(case: Ordinary, world: Partners, keys: KeyRing) -> Fact:
    now = world.ledger.now(case.number)
    return as_fact(world.ledger.balance(case.number, now), now, keys.opaque)


async def history_of(client: Client, case_id: str) -> list[HistoryEvent]:
    """Every event of a case's present run, payloads as the engine keeps them."""
    return [each async for each in client.get_workflow_handle(case_id).fetch_history_events()]
