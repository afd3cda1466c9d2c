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

from casebook import register, submissions
from casebook.opening import Casebook, Transaction
from casebook.register import FactState, KeyKind
from edi.claim import BilledClaim
from edi.facts import KeyKind as EdiKey
from edi.facts import Reception, Sighting, sightings
from edi.findings import Finding, Quarantined
from edi.items import Item
from edi.opening import has_second_policy, opens_case, snapshot
from edi.reader import read
from journey.case import Opening
from journey.claim import Claim
from journey.facts import FACT, Fact, RemitAdjudicated, StatusAnswered
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

    openings: list[tuple[Opening, list[Fact]]] = field(default_factory=list)
    telling: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    kinds: set[str] = field(default_factory=set)


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
            items = read(stream)
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
        register.quarantine(
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

    def _open(self, tx: Transaction, billed: BilledClaim, file: FileToRead, batch: Batch, counts: Counter[str]) -> None:
        claim = snapshot(billed, file.practice)
        if claim is None:
            reason = "the claim names no date of service (DTP*472 or DTP*434): no deadline can be counted"
            raw = "~".join(billed.segments).encode()
            self._set_aside(tx, file, f"byte {billed.where.offset}", reason, raw, counts)
            return
        case_id = self._opaque("case", claim.practice, claim.claim_number, claim.service_from.isoformat())
        register.index_claim(tx, file.practice, KeyKind.CLAIM_NUMBER, claim.claim_number, case_id)
        register.index_claim(tx, file.practice, KeyKind.CLAIM_NUMBER, _with_charge(claim), case_id)
        waiting = register.parked_for(tx, file.practice, KeyKind.CLAIM_NUMBER, claim.claim_number)
        facts = [FACT.validate_json(each.body) for each in waiting]
        opening = Opening(case_id=case_id, claim=claim, opened_at=self._now())
        batch.openings.append((opening, facts))

    def _address(
        self, tx: Transaction, sighting: Sighting, file: FileToRead, batch: Batch, counts: Counter[str]
    ) -> None:
        """Find whose fact it is; park it if nobody's yet."""
        fact = sighting.fact
        if register.fact_state(tx, fact.fact_id) is FactState.DELIVERED:
            counts["repeated"] += 1
            return
        if not sighting.keys:
            reason = f"a {fact.kind} that names neither a claim nor a submission: find out whose it is"
            self._set_aside(tx, file, fact.source, reason, FACT.dump_json(fact), counts)
            return
        found, fact = _find(tx, sighting, file.practice)
        case_id = found or self._park(tx, sighting, fact, file)
        if case_id:
            _learn_number(tx, fact, file.practice, case_id)
            counts["informed"] += 1
            batch.telling[case_id].append(fact)
        else:
            counts["parked"] += 1

    def _park(self, tx: Transaction, sighting: Sighting, fact: Fact, file: FileToRead) -> str | None:
        """Keep a fact until its case opens; the case's id if one opened in this very moment."""
        number = next((value for kind, value in sighting.keys if kind == "claim_number"), "")
        unfit = register.find_cases(tx, file.practice, KeyKind.CLAIM_NUMBER, number) if number else ()
        while True:
            opened = register.park(
                tx,
                fact.fact_id,
                kind=fact.kind,
                practice=file.practice,
                key=(KeyKind.CLAIM_NUMBER, number) if number else (KeyKind.TRACE, sighting.keys[0][1]),
                body=FACT.dump_json(fact),
                reason="several cases have this claim number" if unfit else "no case has this claim number yet",
                at=self._now(),
                digest=file.digest,
                unfit=unfit,
            )
            if len(opened) < 2:
                return opened[0] if opened else None
            unfit = (*unfit, *opened)

    def _note_delivered(self, batch: Batch, file: FileToRead) -> None:
        told = [(opening.case_id, fact) for opening, facts in batch.openings for fact in facts]
        told += [(case_id, fact) for case_id, facts in batch.telling.items() for fact in facts]
        with self._casebook.writing() as tx:
            for case_id, fact in told:
                register.deliver(
                    tx,
                    fact.fact_id,
                    kind=fact.kind,
                    practice=file.practice,
                    case_id=case_id,
                    at=self._now(),
                    digest=file.digest,
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

        async def open_one(opening: Opening, facts: list[Fact]) -> None:
            async with gate:
                counts["opened" if await self._cases.open(opening, tuple(facts)) else "repeated"] += 1

        async def tell_one(case_id: str, facts: list[Fact]) -> None:
            async with gate:
                await self._cases.tell(case_id, tuple(facts))

        await asyncio.gather(*(open_one(opening, facts) for opening, facts in batch.openings))
        await asyncio.gather(*(tell_one(case_id, facts) for case_id, facts in batch.telling.items()))


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


def _with_charge(claim: Claim) -> str:
    return f"{claim.claim_number}|{claim.charge}"


def _learn_number(tx: Transaction, fact: Fact, practice: str, case_id: str) -> None:
    """Provider-level adjustments name a claim by its payer's number (field notes 1.6)."""
    number = fact.payer_claim_number if isinstance(fact, RemitAdjudicated) else ""
    if number:
        register.index_claim(tx, practice, KeyKind.PAYER_CLAIM_NUMBER, number, case_id)


def _find(tx: Transaction, sighting: Sighting, practice: str) -> tuple[str | None, Fact]:
    """The case of a fact by its surest key, and the fact with what the key adds to it."""
    for kind, value in sighting.keys:
        fact, cases = _ask_register(tx, kind, value, sighting.fact, practice)
        if len(cases) > 1 and kind == "claim_number" and sighting.charge is not None:
            cases = register.find_cases(tx, practice, KeyKind.CLAIM_NUMBER, f"{value}|{sighting.charge}")
        if len(cases) == 1:
            return cases[0], fact
    return None, sighting.fact


def _ask_register(tx: Transaction, kind: EdiKey, value: str, fact: Fact, practice: str) -> tuple[Fact, tuple[str, ...]]:
    if kind == "question":
        asked = submissions.question(tx, value)
        if asked is None:
            return fact, ()
        known = {"searched_by": asked.searched_by} if isinstance(fact, StatusAnswered) else {}
        return fact.model_copy(update=known), (asked.case_id,)
    if kind == "claim_number":
        return fact, register.find_cases(tx, practice, KeyKind.CLAIM_NUMBER, value)
    if kind == "payer_claim_number":
        return fact, register.find_cases(tx, practice, KeyKind.PAYER_CLAIM_NUMBER, value)
    sent = _sent(tx, kind, value)
    if sent is None:
        return fact, ()
    return fact.model_copy(update={"submission_id": sent.submission_id}), (sent.case_id,)


def _sent(tx: Transaction, kind: EdiKey, value: str) -> submissions.Submission | None:
    """The submission that an acknowledgement speaks of."""
    if kind == "submission":
        return submissions.submission(tx, value)
    if kind == "interchange":
        found = submissions.submissions_for(tx, interchange=value)
    elif kind == "group":
        found = submissions.submissions_for(tx, group=value)
    else:
        group, _, transaction = value.partition("/")
        found = submissions.submissions_for(tx, group=group, transaction=transaction)
    return found[0] if found else None
