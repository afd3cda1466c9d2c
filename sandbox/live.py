"""The world against the running service: real engine, real worker, real files and HTTP; case time at a tempo."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from casebook import reading
from casebook.opening import Casebook, Transaction
from casebook.reading import Filter
from journey.case import Case
from journey.facts import ContactLogged, CorrectionMade, PersonActed, SupervisorDecided
from journey.tempo import Tempo
from sandbox.casting import bystanders, population
from sandbox.ledger import Ledger
from sandbox.ledger_http import ledger_app
from sandbox.score import CaseFound, Finding, Score, score
from sandbox.serving import serve
from sandbox.world import World
from worker.cases import Cases, RefusedError
from worker.connection import connected
from worker.keys import open_key_ring
from worker.search_attributes import register
from worker.service import Pace, Service, serving
from worker.settings import Settings

START = datetime(2026, 3, 2, 14, tzinfo=UTC)
"""The first case moment of a trial: a Monday morning."""

LONGEST = timedelta(days=150)
"""Case days after which a trial ends, whatever is still open."""

PACE = Pace(files=0.1, ledger=0.25)
"""How often a trial's worker looks for files and ledger changes: every few case hours."""

HEAD_START = timedelta(seconds=0.5)
"""Wall time between building the world and its first moment."""


class CaseDoor:
    """How the provider's people reach their cases: the worker's client."""

    def __init__(self, cases: Cases, casebook: Casebook) -> None:
        """Take the way to cases, and the casebook in which people look up whose case it is."""
        self._cases = cases
        self._casebook = casebook

    async def claim_number(self, case_id: str) -> str:
        """The provider's number of the claim that a case is about."""
        return (await asyncio.to_thread(_state, self._casebook, case_id)).claim.claim_number

    async def contact(self, case_id: str, contact: ContactLogged) -> None:
        """Log a contact."""
        await self._cases.contact(case_id, contact)

    async def correction(self, case_id: str, correction: CorrectionMade) -> None:
        """Say that something was put right."""
        await self._cases.correction(case_id, correction)

    async def decide(self, case_id: str, decision: SupervisorDecided) -> None:
        """Record a supervisor's decision."""
        await self._cases.override(case_id, decision)

    async def act(self, case_id: str, act: PersonActed) -> None:
        """Take or finish a task; one that is answered already needs nobody."""
        try:
            await self._cases.act(case_id, act)
        except RefusedError:
            return


def _state(casebook: Casebook, case_id: str) -> Case:
    with casebook.reading() as tx:
        return reading.case_state(tx, case_id)


@dataclass(frozen=True)
class Trial:
    """A world and the service that works in it."""

    world: World
    ledger: Ledger
    service: Service
    settings: Settings

    async def run(self) -> None:
        """Until every journey is over in the world."""
        await self.world.run(START + LONGEST)

    def states(self) -> list[Case]:
        """Every case as the casebook has it."""
        with self.service.casebook.reading() as tx:
            return [reading.case_state(tx, each) for each in _case_ids(tx)]

    def score(self) -> Score:
        """Truth against found."""
        return score(self.world.scripts.values(), found_in(self.states()), self.ledger, self.world)


def _case_ids(tx: Transaction) -> list[str]:
    found: list[str] = []
    page = reading.list_cases(tx, Filter(is_open=None), limit=500)
    while page.rows:
        found += [each.case_id for each in page.rows]
        if page.next is None:
            break
        page = reading.list_cases(tx, Filter(is_open=None), after=page.next, limit=500)
    return found


def found_in(cases: list[Case]) -> dict[str, CaseFound]:
    """What the scorer needs of each case, by claim number."""
    return {each.claim.claim_number: _found(each) for each in cases}


def _found(case: Case) -> CaseFound:
    return CaseFound(
        claim_number=case.claim.claim_number,
        found=tuple(Finding(mode=each.mode, state=each.state, found_at=each.found_at) for each in case.found),
        resolution=case.resolution,
        escalations=tuple(each.kind.value for each in case.escalations),
        has_clock=case.next_clock is not None,
        is_open=case.closed_at is None,
        opened_at=case.opened_at,
    )


@asynccontextmanager
async def trial(
    home: Path, claims: int, seed: int, day_seconds: float, env: Mapping[str, str] | None = None
) -> AsyncIterator[Trial]:
    """A world of its own in a fresh home: engine, worker, casebook, partners, ledger.

    Args:
        home: an empty folder.
        claims: claims with two policies.
        seed: the same seed, the same world.
        day_seconds: wall seconds of a case day.
        env: further settings, such as an engine that runs already.
    """
    origin = datetime.now(UTC) + HEAD_START
    ledger, desk = Ledger(), _Desk()
    token = secrets.token_urlsafe(24)
    pending = Tempo(wall_origin=origin, case_origin=START, rate=86400 / day_seconds)
    tempo = [pending]
    app = ledger_app(ledger, token, lambda: _case_now(tempo[0]), desk.take)
    async with serve(app) as address:
        settings = _settings(home, address, token, env or {})
        keys = open_key_ring(settings)
        async with connected(settings, keys) as client:
            await register(client)
            # The engine is up: case time begins now, not while it was starting.
            tempo[0] = pending.model_copy(update={"wall_origin": datetime.now(UTC) + HEAD_START})
            async with serving(settings, keys, client, tempo=tempo[0], pace=PACE) as service:
                world = World(
                    population(claims, seed, START),
                    tempo[0],
                    settings.clearinghouse_out,
                    settings.clearinghouse_in,
                    ledger,
                    CaseDoor(service.cases, service.casebook),
                    seed,
                    bystanders=bystanders(claims, seed, START),
                )
                async with desk.working(world):
                    yield Trial(world, ledger, service, settings)


def _case_now(tempo: Tempo) -> datetime:
    return max(tempo.case_time(datetime.now(UTC)), tempo.case_origin)


class _Desk:
    """Hands the notices that arrive over HTTP to the people of the world, one after the other."""

    def __init__(self) -> None:
        self._notices: asyncio.Queue[dict[str, object]] = asyncio.Queue()

    def take(self, notice: Mapping[str, object]) -> None:
        """Take one notice; the desk reads it when it gets to it."""
        self._notices.put_nowait(dict(notice))

    @asynccontextmanager
    async def working(self, world: World) -> AsyncIterator[None]:
        """Read notices for the length of a block; what goes wrong at the desk ends it."""
        task = asyncio.create_task(self._read(world))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _read(self, world: World) -> None:
        while True:
            await world.desk.notice(await self._notices.get())


def _settings(home: Path, address: str, token: str, env: Mapping[str, str]) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    token_file = home / "ledger.token"
    token_file.write_text(token, encoding="utf-8")
    token_file.chmod(0o600)
    return Settings.load(
        {
            "BATON_LEDGER_URL": address,
            "BATON_LEDGER_TOKEN_FILE": str(token_file),
            "BATON_NOTICES_WEBHOOK": f"{address}/desk/notices",
            "BATON_LOG_LEVEL": "ERROR",
            **env,
        },
        home,
    )
