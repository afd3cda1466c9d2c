"""Intake: one X12 file to facts for cases. Once in effect, resumable, and nothing in the file is lost."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from zoneinfo import ZoneInfo

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import addressing
from activities.addressing import SentAs, Waited
from casebook import quarantine, register
from casebook.opening import Casebook, Transaction
from casebook.register import FactState, KeyKind
from edi.claim import BilledClaim
from edi.facts import sightings
from edi.findings import Finding, Quarantined
from edi.items import Item
from edi.opening import has_second_policy, opens_case, snapshot
from edi.reader import read
from edi.sighting import Reception, Sighting
from edi.wholeness import torn_sets, whole
from journey.case import Opening
from journey.facts import FACT, Fact
from workflows.ports import FileToRead, Intake, IntakeCounts

BATCH: Final = 100
"""Claims between two heartbeats: what is read again after a crash."""

AT_ONCE: Final = 16
"""Cases that are told at the same time."""


class Cases(Protocol):
    """The way to cases: the worker's client."""

    async def open(self, opening: Opening, facts: tuple[Fact, ...]) -> bool:
        """Start a case, or find it started; tell it facts that waited. True if it is new."""

    async def tell(self, case_id: str, facts: tuple[Fact, ...]) -> None:
        """Tell a case facts; a closed case is opened again for them."""


@dataclass(slots=True)
class Batch:
    """What one batch of a file amounts to, before anybody is told."""

    openings: list[tuple[Opening, list[Waited]]] = field(default_factory=list)
    telling: dict[str, list[Waited]] = field(default_factory=lambda: defaultdict(list))
    kinds: set[str] = field(default_factory=set)
    noted: set[SentAs] = field(default_factory=set)

    def told(self) -> Iterator[tuple[str, Waited]]:
        """Who is told what, in order."""
        yield from ((opening.case_id, each) for opening, waited in self.openings for each in waited)
        yield from ((case_id, each) for case_id, waited in self.telling.items() for each in waited)


class FileIntake(Intake):
    """Reads files from the pick-up folder."""

    def __init__(
        self,
        casebook: Casebook,
        cases: Cases,
        opaque: Callable[..., str],
        zone: ZoneInfo,
        now: Callable[[], datetime],
    ) -> None:
        """Take the casebook, the way to cases, the keyed digest, the provider's time zone and the case clock."""
        self._casebook = casebook
        self._cases = cases
        self._opaque = opaque
        self._zone = zone
        self._now = now

    @activity.defn(name="read_file")
    async def read_file(self, file: FileToRead) -> IntakeCounts:
        """Read a file from where the last heartbeat left it.

        Each batch is looked up, told to its cases, and only then noted as delivered: a crash in between tells a
        case twice, which it notices, and never not at all.
        """
        counts, start, kinds = _so_far()
        reception = Reception(self._now(), self._zone, file.digest[:12], self._opaque)
        with _opened(file) as stream:
            await asyncio.to_thread(self._begin, file)
            torn = await asyncio.to_thread(torn_sets, stream)
            stream.seek(0)
            items = whole(read(stream), torn)
            for _ in range(0, start, BATCH):
                await asyncio.to_thread(_take, items)
                activity.heartbeat(start, dict(counts), sorted(kinds))
            while taken := await asyncio.to_thread(_take, items):
                batch = await asyncio.to_thread(self._sort, taken, file, reception, counts)
                await self._inform(batch, counts)
                await asyncio.to_thread(self._note_delivered, batch, file)
                kinds |= batch.kinds
                start += len(taken)
                activity.heartbeat(start, dict(counts), sorted(kinds))
        result = _counts(counts)
        await asyncio.to_thread(self._finish, file, kinds, result)
        return result

    # ---- in the casebook, in a thread -------------------------------------------------------------------------------

    def _begin(self, file: FileToRead) -> None:
        with self._casebook.writing() as tx:
            size = Path(file.path).stat().st_size
            register.begin_file(tx, file.digest, file.practice, size=size, received_at=self._now())

    def _sort(self, taken: list[Item], file: FileToRead, reception: Reception, counts: Counter[str]) -> Batch:
        batch = Batch()
        with self._casebook.writing() as tx:
            for item in taken:
                if isinstance(item, Finding):
                    counts[f"finding.{item.code}"] += 1
                elif isinstance(item, Quarantined):
                    reason = "; ".join(f"{each.code} at {each.place}: {each.advice}" for each in item.reasons)
                    self._set_aside(tx, file, f"byte {item.where.offset}", reason, item.raw.encode(), counts)
                else:
                    batch.kinds.add(item.type)
                    counts["transactions"] += 1
                    self._place(tx, item, file, reception, batch, counts)
        return batch

    def _set_aside(
        self, tx: Transaction, file: FileToRead, place: str, reason: str, raw: bytes, counts: Counter[str]
    ) -> None:
        """Keep what cannot be used, for a person to look at; reasons hold no value of a claim."""
        counts["quarantined"] += 1
        quarantine.set_aside(
            tx,
            digest=file.digest,
            practice=file.practice,
            place=place,
            reasons=reason.split("; "),
            raw=raw,
            at=self._now(),
        )

    def _place(
        self,
        tx: Transaction,
        item: Item,
        file: FileToRead,
        reception: Reception,
        batch: Batch,
        counts: Counter[str],
    ) -> None:
        assert not isinstance(item, Finding | Quarantined)
        if isinstance(item, BilledClaim):
            self._note_sent(tx, item, file, batch)
        if isinstance(item, BilledClaim) and not has_second_policy(item):
            counts["ignored"] += 1
        elif isinstance(item, BilledClaim) and opens_case(item):
            self._open(tx, item, file, batch, counts)
        else:
            found = list(sightings(item, reception))
            for sighting in found:
                self._address(tx, sighting, file, batch, counts)
            if isinstance(item, BilledClaim) and not found:
                counts["ignored"] += 1

    def _note_sent(self, tx: Transaction, billed: BilledClaim, file: FileToRead, batch: Batch) -> None:
        """Note the numbers of a file once, and those of each claim to a further payer."""
        sent = addressing.sent_as(billed)
        if sent not in batch.noted:
            batch.noted.add(sent)
            addressing.note_sent(tx, sent, file.practice, file.digest, self._zone, self._now())

    def _open(self, tx: Transaction, billed: BilledClaim, file: FileToRead, batch: Batch, counts: Counter[str]) -> None:
        claim = snapshot(billed, file.practice)
        if claim is None:
            reason = "the claim names no date of service (DTP*472 or DTP*434): no deadline can be counted"
            raw = "~".join(billed.segments).encode()
            self._set_aside(tx, file, f"byte {billed.where.offset}", reason, raw, counts)
            return
        case_id = self._opaque("case", claim.practice, claim.claim_number, claim.service_from.isoformat())
        waited = addressing.waiting_for(tx, claim, case_id)
        batch.openings.append((Opening(case_id=case_id, claim=claim, opened_at=self._now()), waited))

    def _address(
        self, tx: Transaction, sighting: Sighting, file: FileToRead, batch: Batch, counts: Counter[str]
    ) -> None:
        """Find whose fact it is; park it if nobody's yet."""
        fact = sighting.fact
        state = register.fact_state(tx, fact.fact_id)
        if state is FactState.DELIVERED:
            counts["repeated"] += 1
            return
        if not sighting.keys:
            reason = f"a {fact.kind} that names neither a claim nor a submission: find out whose it is"
            self._set_aside(tx, file, fact.source, reason, FACT.dump_json(fact), counts)
            return
        found = addressing.find(tx, sighting, file.practice)
        if found.doubt:
            self._set_aside(tx, file, fact.source, found.doubt, FACT.dump_json(fact), counts)
            return
        if not found.told:
            self._park(tx, sighting, file)
            counts["parked"] += 1
            return
        fresh = [each for each in found.told if state is None or not register.has_been_told(tx, fact.fact_id, each[0])]
        kept = addressing.shared(tx, sighting, found.key, file.practice)
        for case_id, telling in fresh:
            batch.telling[case_id].append(Waited(telling, kept))
            batch.telling[case_id].extend(addressing.learnt(tx, telling, file.practice, case_id))
        counts["informed" if fresh else "repeated"] += 1

    def _park(self, tx: Transaction, sighting: Sighting, file: FileToRead) -> None:
        """Keep a fact until its case opens; the cases that its key leads to now are not its own."""
        fact, (kind, value) = sighting.fact, addressing.parking_key(sighting)
        unfit = register.find_cases(tx, file.practice, kind, value)
        register.park(
            tx,
            fact.fact_id,
            kind=fact.kind,
            practice=file.practice,
            key=(kind, value),
            body=FACT.dump_json(fact),
            reason=_why_parked(kind, bool(unfit)),
            at=self._now(),
            digest=file.digest,
            unfit=unfit,
        )

    def _note_delivered(self, batch: Batch, file: FileToRead) -> None:
        with self._casebook.writing() as tx:
            for case_id, told in batch.told():
                register.deliver(
                    tx,
                    told.fact.fact_id,
                    kind=told.fact.kind,
                    practice=file.practice,
                    case_id=case_id,
                    at=self._now(),
                    digest=file.digest,
                    shared=told.kept,
                )

    def _finish(self, file: FileToRead, kinds: set[str], result: IntakeCounts) -> None:
        with self._casebook.writing() as tx:
            register.finish_file(
                tx, file.digest, finished_at=self._now(), kinds=sorted(kinds), counts=result.model_dump()
            )

    # ---- to the cases -----------------------------------------------------------------------------------------------

    async def _inform(self, batch: Batch, counts: Counter[str]) -> None:
        """Open first, then tell; one message for a case and batch."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def open_one(opening: Opening, waited: list[Waited]) -> None:
            async with gate:
                new = await self._cases.open(opening, tuple(each.fact for each in waited))
                counts["opened" if new else "repeated"] += 1

        async def tell_one(case_id: str, waited: list[Waited]) -> None:
            async with gate:
                await self._cases.tell(case_id, tuple(each.fact for each in waited))

        await asyncio.gather(*(open_one(opening, waited) for opening, waited in batch.openings))
        await asyncio.gather(*(tell_one(case_id, waited) for case_id, waited in batch.telling.items()))


def _so_far() -> tuple[Counter[str], int, set[str]]:
    """Counts, number of items done and kinds seen, from the last heartbeat of an attempt that died."""
    details = activity.info().heartbeat_details
    return (Counter(details[1]), int(details[0]), set(details[2])) if len(details) == 3 else (Counter(), 0, set())


def _opened(file: FileToRead) -> BinaryIO:
    """The file; one that is gone ends this reading, and is read from its beginning where it turns up again."""
    try:
        return Path(file.path).open("rb")
    except FileNotFoundError:
        raise ApplicationError("the file is gone", type="FileGone", non_retryable=True) from None


def _take(items: Iterator[Item]) -> list[Item]:
    return list(islice(items, BATCH))


def _counts(counts: Counter[str]) -> IntakeCounts:
    plain = {name: number for name, number in counts.items() if not name.startswith("finding.")}
    findings = {name.removeprefix("finding."): n for name, n in counts.items() if name.startswith("finding.")}
    return IntakeCounts.model_validate({**plain, "findings": findings})


def _why_parked(kind: KeyKind, known: bool) -> str:
    """Why a fact waits, in words without a value of a claim."""
    if kind is KeyKind.CLAIM_NUMBER:
        return "several cases have this claim number" if known else "no case has this claim number yet"
    if kind is KeyKind.MEMBER:
        return "no open case is of this member" if known else "no case is of this member yet"
    if kind is KeyKind.TRACE:
        return "no case was paid by this payment yet"
    return "no claim is known to have left under this number yet"
