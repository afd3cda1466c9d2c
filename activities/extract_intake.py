"""Taking in A/R extracts: each account that is a case's tells it what changed; the same file twice changes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol, TextIO
from zoneinfo import ZoneInfo

from activities.ledger_extract import BadRow, GoodRow, Layout, read_rows
from casebook import quarantine, register
from casebook.opening import Casebook, Transaction
from casebook.register import FileState, KeyKind
from journey.facts import Fact, LedgerRead
from workflows.ports import FileToRead, IntakeCounts

BATCH = 200
"""Rows between two looks into the casebook."""

AT_ONCE = 16
"""Cases that are told at the same time."""

KIND = "A/R extract"
SHOWN = "extract."
"""Begins the name under which the register keeps what was last shown of a case's account."""


class Cases(Protocol):
    """The way to cases: the worker's client."""

    async def tell(self, case_id: str, facts: tuple[Fact, ...]) -> None:
        """Tell a case facts; a closed case is opened again for them."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the newest extract has shown of an account: its moment, how many of that moment, and what."""

    age: int = 0
    number: int = 0
    digest: str = ""

    @classmethod
    def read(cls, text: str | None) -> _Shown:
        """From the register; nothing was shown yet where there is no text."""
        if text is None:
            return cls()
        age, number, digest = text.split("/")
        return cls(int(age), int(number), digest)

    def __str__(self) -> str:
        """As the register keeps it."""
        return f"{self.age}/{self.number}/{self.digest}"

    @property
    def version(self) -> int:
        """The running number of this state: higher for a later moment, and for the next file of the same one."""
        return self.age + self.number

    def then(self, row: GoodRow) -> _Shown | None:
        """What stands after a row; None where it is older, or shows the same moment alike."""
        if row.age < self.age or (row.age == self.age and row.digest == self.digest):
            return None
        return _Shown(row.age, self.number + 1 if row.age == self.age else 0, row.digest)


@dataclass(slots=True)
class _Batch:
    """What a few rows amount to, before anybody is told."""

    telling: dict[str, list[LedgerRead]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[str, _Shown] = field(default_factory=dict)
    """Case → what the newest extract shows of its account."""


class ExtractIntake:
    """Reads extracts; safe to begin again after a crash, because nothing is noted before its case was told."""

    def __init__(
        self, casebook: Casebook, cases: Cases, layout: Layout, zone: ZoneInfo, now: Callable[[], datetime]
    ) -> None:
        """Take the casebook, the way to cases, how extracts are written, the provider's zone and the case clock."""
        self._casebook = casebook
        self._cases = cases
        self._layout = layout
        self._zone = zone
        self._now = now

    async def take_in(self, file: FileToRead) -> IntakeCounts:
        """Read an extract to its end; one whose content was taken in before is not read again.

        Counted are: rows (`transactions`), accounts that told their cases something (`informed`), accounts that show
        what an extract of this date or a later one has shown before (`repeated`), accounts of no case (`ignored`), and
        rows that cannot be used (`quarantined`).

        Raises:
            FileNotFoundError: somebody took the file meanwhile.
        """
        known = await asyncio.to_thread(self._begin, file)
        if known is not None:
            return known
        counts: Counter[str] = Counter()
        with _opened(Path(file.path)) as stream:
            dated = datetime.fromtimestamp(Path(file.path).stat().st_mtime, UTC)
            rows = read_rows(stream, self._layout, self._zone, dated)
            while taken := await asyncio.to_thread(_take, rows):
                batch = await asyncio.to_thread(self._sort, taken, file, counts)
                await self._inform(batch)
                await asyncio.to_thread(self._note, batch, file)
        result = _counts(counts)
        await asyncio.to_thread(self._finish, file, result)
        return result

    # ---- in the casebook, in a thread -------------------------------------------------------------------------------

    def _begin(self, file: FileToRead) -> IntakeCounts | None:
        """Note the file; its counts if it was finished before."""
        size = Path(file.path).stat().st_size
        with self._casebook.writing() as tx:
            state = register.begin_file(tx, file.digest, file.practice, size=size, received_at=self._now())
            if state is FileState.FINISHED:
                return IntakeCounts.model_validate(register.intake_file(tx, file.digest).counts)
        return None

    def _sort(self, taken: list[GoodRow | BadRow], file: FileToRead, counts: Counter[str]) -> _Batch:
        batch = _Batch()
        with self._casebook.writing() as tx:
            for row in taken:
                counts["transactions"] += 1
                if isinstance(row, BadRow):
                    counts["quarantined"] += 1
                    self._set_aside(tx, row, file)
                else:
                    counts[self._place(tx, row, file, batch)] += 1
        return batch

    def _set_aside(self, tx: Transaction, row: BadRow, file: FileToRead) -> None:
        quarantine.set_aside(
            tx,
            digest=file.digest,
            practice=file.practice,
            place=f"line {row.line}",
            reasons=row.reasons,
            raw=row.raw.encode(),
            at=self._now(),
        )

    def _place(self, tx: Transaction, row: GoodRow, file: FileToRead, batch: _Batch) -> str:
        """What becomes of one account: ignored, repeated or informed."""
        found = register.find_cases(tx, file.practice, KeyKind.CLAIM_NUMBER, row.account)
        for case_id in found:
            before = _Shown.read(register.cursor(tx, f"{SHOWN}{case_id}"))
            after = before.then(row)
            if after is None:
                continue
            batch.shown[case_id] = after
            if after.digest != before.digest:
                fact_id = f"ledger-{tx.keys.blind('ledger_extract', row.account, str(after.version), row.digest)[:26]}"
                batch.telling[case_id].append(row.as_fact(fact_id, after.version, self._now()))
        if not found:
            return "ignored"
        return "informed" if any(case_id in batch.telling for case_id in found) else "repeated"

    def _note(self, batch: _Batch, file: FileToRead) -> None:
        with self._casebook.writing() as tx:
            for case_id, facts in batch.telling.items():
                for fact in facts:
                    register.deliver(
                        tx,
                        fact.fact_id,
                        kind=fact.kind,
                        practice=file.practice,
                        case_id=case_id,
                        at=self._now(),
                        digest=file.digest,
                    )
            for case_id, shown in batch.shown.items():
                register.set_cursor(tx, f"{SHOWN}{case_id}", str(shown))

    def _finish(self, file: FileToRead, counts: IntakeCounts) -> None:
        with self._casebook.writing() as tx:
            register.finish_file(tx, file.digest, finished_at=self._now(), kinds=(KIND,), counts=counts.model_dump())

    # ---- to the cases -----------------------------------------------------------------------------------------------

    async def _inform(self, batch: _Batch) -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def tell(case_id: str, facts: list[LedgerRead]) -> None:
            async with limit:
                await self._cases.tell(case_id, tuple(facts))

        await asyncio.gather(*(tell(case_id, facts) for case_id, facts in batch.telling.items()))


def _opened(path: Path) -> TextIO:
    """UTF-8, or what older systems write: every byte has a meaning there, so that no row is lost."""
    try:
        with path.open(encoding="utf-8") as trial:
            while trial.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return path.open(encoding="latin-1", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _take(rows: Iterator[GoodRow | BadRow]) -> list[GoodRow | BadRow]:
    return list(islice(rows, BATCH))


def _counts(counts: Counter[str]) -> IntakeCounts:
    return IntakeCounts.model_validate(dict(counts))
