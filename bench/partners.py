"""The other side of every case: a ledger over HTTP, and eyes on what reached it, the drop folder and the book.

Cases are watched by their effects alone, so that watching costs the engine and the workers nothing.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from activities.ledger_wire import Balance
from journey.tempo import Tempo
from journey.words import Switch
from sandbox.drop_folder import read_mail
from sandbox.ledger import Ledger
from sandbox.ledger_http import DESK, ledger_app
from sandbox.requests import StatusRequest
from sandbox.serving import serve

LOOK_EVERY = 0.02  # seconds


class ManyClocks(Ledger):
    """A ledger in which each account lives at the tempo of its case."""

    def __init__(self) -> None:
        """No account yet."""
        super().__init__()
        self.tempos: dict[str, Tempo] = {}
        self.held: set[str] = set()
        self.released: set[str] = set()

    def now(self, account: str) -> datetime:
        """Case time of an account; wall time where no tempo was given."""
        wall, tempo = datetime.now(UTC), self.tempos.get(account)
        return tempo.case_time(wall) if tempo else wall

    def balance(self, account: str, as_of: datetime) -> Balance:  # noqa: ARG002  its own clock counts
        """The account as it stands."""
        return super().balance(account, self.now(account))

    def set_switches(self, account: str, switches: Iterable[Switch], at: datetime) -> None:  # noqa: ARG002
        """Remember that it is on hold."""
        super().set_switches(account, switches, self.now(account))
        self.held.add(account)

    def release_hold(self, account: str, at: datetime) -> None:  # noqa: ARG002
        """Remember that it was released."""
        super().release_hold(account, self.now(account))
        self.released.add(account)


@dataclass
class Eyes:
    """What can be seen from outside: the drop folder, and the facts that a book has."""

    out: Path
    asked: dict[str, str] = field(default_factory=dict)
    """Claim number → question id."""
    noted: set[str] = field(default_factory=set)
    """Ids of facts in any of the books."""
    _books: dict[Path, int] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def look(self, books: Iterable[Path]) -> None:
        """Take note of what is new."""
        for path in self.out.glob("*.276"):
            if path.name not in self._seen:
                self._seen.add(path.name)
                asked = read_mail(path.read_bytes()).requests
                self.asked |= {each.claim_number: each.question_id for each in asked if isinstance(each, StatusRequest)}
        for book in books:
            self._read(book)

    def _read(self, book: Path) -> None:
        with suppress(sqlite3.OperationalError):  # not made yet
            rows = sqlite3.connect(f"file:{book}?mode=ro", uri=True)
            try:
                last = self._books.get(book, 0)
                for place, fact_id in rows.execute("SELECT rowid, fact_id FROM evidence WHERE rowid > ?", (last,)):
                    self.noted.add(fact_id)
                    self._books[book] = place
            finally:
                rows.close()


@dataclass
class Partners:
    """Everything outside of engine and workers."""

    home: Path
    env: Mapping[str, str]
    ledger: ManyClocks
    eyes: Eyes
    books: tuple[Path, ...]

    async def see(self, true: Callable[[], bool], what: str, within: float = 60.0) -> None:
        """Wait until something can be seen.

        Raises:
            TimeoutError: it never happened.
        """
        until = asyncio.get_running_loop().time() + within
        while not true():
            if asyncio.get_running_loop().time() > until:
                raise TimeoutError(f"never happened: {what}")
            await asyncio.sleep(LOOK_EVERY)

    async def watch(self) -> None:
        """Look around for ever."""
        while True:
            self.eyes.look(self.books)
            await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def partners(home: Path, books: tuple[str, ...]) -> AsyncIterator[Partners]:
    """Partners for the length of a block, and the settings by which workers find them."""
    home.mkdir(parents=True, exist_ok=True)
    out = home / "clearinghouse" / "out"
    out.mkdir(parents=True, exist_ok=True)
    ledger, token = ManyClocks(), secrets.token_urlsafe(24)
    token_file = home / "ledger.token"
    token_file.write_text(token, encoding="utf-8")
    app = ledger_app(ledger, token, partial(datetime.now, UTC), lambda _: None)
    async with serve(app) as address:
        env = {
            "BATON_LEDGER_URL": address,
            "BATON_LEDGER_TOKEN_FILE": str(token_file),
            "BATON_NOTICES_WEBHOOK": f"{address}{DESK}",
            "BATON_LOG_LEVEL": "ERROR",
        }
        found = Partners(home, env, ledger, Eyes(out), tuple(home / each for each in books))
        watching = asyncio.create_task(found.watch())
        try:
            yield found
        finally:
            watching.cancel()
