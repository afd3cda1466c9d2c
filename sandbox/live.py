"""The world against the running service: real engine, real worker, real files and HTTP; case time at a tempo."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from casebook import reading
from casebook.errors import NoSuchRowError
from casebook.opening import Casebook, Transaction
from casebook.reading import Filter
from journey.case import Case
from journey.facts import ContactLogged, CorrectionMade, PersonActed, SupervisorDecided
from journey.tempo import Tempo, Turn
from sandbox.casting import bystanders, population
from sandbox.crew import Crew
from sandbox.ledger import Ledger
from sandbox.ledger_http import ledger_app
from sandbox.post_office import Controls
from sandbox.score import CaseFound, Finding, Score, score
from sandbox.serving import serve
from sandbox.world import World
from worker.cases import Cases, RefusedError
from worker.connection import connected
from worker.keys import open_key_ring
from worker.search_attributes import register
from worker.service import Service, opened
from worker.settings import Settings

START = datetime(2026, 3, 2, 14, tzinfo=UTC)
"""The first case moment of a trial: a Monday morning."""

DAY_SECONDS, MAPS_SECONDS = 2.9, 0.9
"""Wall seconds of a working day that two cores can keep which read the guides' maps in so many processor seconds."""

LONGEST_DAY = 12.0
"""Wall seconds beyond which a slower machine gets no longer day by itself."""

HASTE = ((0, 2.5), (17, 1.0), (54, 1.6), (63, 5.0))
"""From which day of the season case time runs how much faster than in its busy weeks: before them claims come in, and
after them long waits are left."""

WEEKEND, WEEKEND_HASTE = (5, 6), 3.0
"""Python's numbers of the weekdays on which nearly nobody writes, and how much faster case time runs on them."""

STAY_CLAIMS = 60
"""Claims of the second season, for those who stay to work."""

STAY_FROM, STAY_HASTE = 112, 2.0
"""From which day they come in, and how much faster than in busy weeks time runs until the calm: a Monday."""

CALM_FROM, CALM_DAY_SECONDS = 147, 60.0
"""From which day a person can keep up, and the wall seconds of a day then: by that time claims stand at every hop."""

LONGEST = timedelta(days=150)
"""Case days after which a trial ends, whatever is still open."""

PAGE_WITHIN, LOOK_AGAIN = 60.0, 0.2
"""Wall seconds within which the page of a case must follow its notice, and between two looks for it."""

HEAD_START = timedelta(seconds=2)
"""Wall time for workers that are loaded to begin before the world's first moment."""


class CaseDoor:
    """How the provider's people reach their cases: the worker's client.

    Nobody in the world waits for an answer: what is said to one case arrives in order, cases beside each other.
    """

    def __init__(self, cases: Cases, casebook: Casebook) -> None:
        """Take the way to cases, and the casebook in which people look up whose case it is."""
        self._cases = cases
        self._casebook = casebook
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.saying: set[asyncio.Task[None]] = set()
        self.failed: list[BaseException] = []

    async def claim_number(self, case_id: str) -> str:
        """The provider's number of the claim that a case is about; a notice may be faster than its page."""
        until = asyncio.get_running_loop().time() + PAGE_WITHIN
        while True:
            try:
                return (await asyncio.to_thread(_state, self._casebook, case_id)).claim.claim_number
            except NoSuchRowError:
                if asyncio.get_running_loop().time() > until:
                    raise
                await asyncio.sleep(LOOK_AGAIN)

    async def contact(self, case_id: str, contact: ContactLogged) -> None:
        """Log a contact."""
        self._say(case_id, partial(self._cases.contact, case_id, contact))

    async def correction(self, case_id: str, correction: CorrectionMade) -> None:
        """Say that something was put right."""
        self._say(case_id, partial(self._cases.correction, case_id, correction))

    async def decide(self, case_id: str, decision: SupervisorDecided) -> None:
        """Record a supervisor's decision."""
        self._say(case_id, partial(self._cases.override, case_id, decision))

    async def act(self, case_id: str, act: PersonActed) -> None:
        """Take or finish a task; one that is answered already needs nobody."""
        self._say(case_id, partial(self._cases.act, case_id, act), may_be_late=True)

    def _say(self, case_id: str, say: Callable[[], Awaitable[object]], *, may_be_late: bool = False) -> None:
        task = asyncio.create_task(self._in_turn(case_id, say, may_be_late))
        self.saying.add(task)
        task.add_done_callback(self._said)

    async def _in_turn(self, case_id: str, say: Callable[[], Awaitable[object]], may_be_late: bool) -> None:
        async with self._turns[case_id]:
            try:
                await say()
            except RefusedError:
                if not may_be_late:
                    raise

    def _said(self, task: asyncio.Task[None]) -> None:
        self.saying.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            self.failed.append(problem)


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
    door: CaseDoor
    notices: asyncio.Queue[Mapping[str, object]]
    seed: int

    async def run(self) -> None:
        """Until every journey is over in the world; what goes wrong at the desk ends it too."""
        until = self.world.clock.now + LONGEST
        parts = [asyncio.create_task(self.world.run(until)), asyncio.create_task(self._read_notices())]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
            if self.door.failed:
                raise self.door.failed[0]
        finally:
            for each in parts:
                each.cancel()

    async def _read_notices(self) -> None:
        """The provider's people read what arrived over HTTP, one notice after the other."""
        while True:
            await self.world.desk.notice(await self.notices.get())

    def next_season(self) -> Trial:
        """The same office and partners, with new claims; the trial must be one that people stay in."""
        begins = max(self.service.now(), START + timedelta(days=STAY_FROM))
        seed, last = self.seed + 1, self.world
        world = _world(
            STAY_CLAIMS, seed, begins, last.tempo, self.settings, self.ledger, self.door, controls=last.controls
        )
        return replace(self, world=world, seed=seed)

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
    home: Path,
    claims: int,
    seed: int,
    day_seconds: float,
    workers: Crew,
    env: Mapping[str, str] | None = None,
    *,
    stay: bool = False,
) -> AsyncIterator[Trial]:
    """A world of its own in a fresh home: engine, casebook, partners, ledger, and workers who begin with it.

    Args:
        home: the folder of the crew.
        claims: claims with two policies.
        seed: the same seed, the same world.
        day_seconds: wall seconds of a working day in the busy weeks; other days are shorter.
        workers: who will work in it: loaded, and not told yet to begin.
        env: further settings, such as an engine that runs already.
        stay: somebody stays for a second season (`next_season`), in which time becomes calm.
    """
    season = _Season()
    ledger, notices = Ledger(), asyncio.Queue[Mapping[str, object]]()
    token = secrets.token_urlsafe(24)
    app = ledger_app(ledger, token, season.now, notices.put_nowait)
    async with serve(app) as address:
        variables = _variables(home, address, token, env or {})
        settings = Settings.load(variables, home)
        _make_folders(settings)
        keys = open_key_ring(settings)
        async with connected(settings, keys) as client:
            await register(client)
            tempo = season.begin(day_seconds, stay=stay)
            async with opened(settings, keys, client, tempo=tempo) as service:
                await workers.begin(variables, tempo)
                door = CaseDoor(service.cases, service.casebook)
                world = _world(claims, seed, START, tempo, settings, ledger, door)
                yield Trial(world, ledger, service, settings, door, notices, seed)


def _world(
    claims: int,
    seed: int,
    begins: datetime,
    tempo: Tempo,
    settings: Settings,
    ledger: Ledger,
    door: CaseDoor,
    *,
    controls: Controls | None = None,
) -> World:
    return World(
        population(claims, seed, begins),
        tempo,
        settings.clearinghouse_out,
        settings.clearinghouse_in,
        ledger,
        door,
        seed,
        begins=begins,
        controls=controls,
        bystanders=bystanders(claims, seed, begins),
    )


class _Season:
    """Case time stands at its first moment until everybody who works in the season is there."""

    def __init__(self) -> None:
        self._tempo: Tempo | None = None

    def begin(self, day_seconds: float, *, stay: bool) -> Tempo:
        self._tempo = season_tempo(datetime.now(UTC) + HEAD_START, day_seconds, stay=stay)
        return self._tempo

    def now(self) -> datetime:
        return max(self._tempo.case_time(datetime.now(UTC)), START) if self._tempo else START


def day_on(maps_seconds: float) -> float:
    """Wall seconds of a working day that a machine can keep.

    Args:
        maps_seconds: what reading the guides' maps took there (`Crew.loaded`).
    """
    return min(DAY_SECONDS * max(maps_seconds / MAPS_SECONDS, 1.0), LONGEST_DAY)


def season_tempo(wall_origin: datetime, day_seconds: float, *, stay: bool = False) -> Tempo:
    """Case time of a season: as slow as its busy days need it, faster where little happens.

    Args:
        wall_origin: when the season begins on the wall clock.
        day_seconds: wall seconds of a working day in the busy weeks.
        stay: a second season follows, and then time is calm.
    """
    busy = 86400 / day_seconds
    midnight = START.replace(hour=0, minute=0)
    bends = [START + timedelta(days=day) for day, _ in HASTE]
    nights = [midnight + timedelta(days=day) for day in range(1, HASTE[-1][0])]
    turns = tuple(Turn(at=each, rate=busy * _haste(each)) for each in sorted({*bends, *nights}))
    if stay:
        again = Turn(at=START + timedelta(days=STAY_FROM), rate=busy * STAY_HASTE)
        turns += again, Turn(at=START + timedelta(days=CALM_FROM), rate=86400 / CALM_DAY_SECONDS)
    return Tempo(wall_origin=wall_origin, case_origin=START, rate=turns[0].rate, turns=turns)


def _haste(moment: datetime) -> float:
    """How much faster than in the busy weeks time runs from a bend, or a midnight, on."""
    day = (moment - START) / timedelta(days=1)
    haste = [haste for since, haste in HASTE if since <= day][-1]
    return max(haste, WEEKEND_HASTE) if moment.weekday() in WEEKEND else haste


def _make_folders(settings: Settings) -> None:
    for folder in (settings.clearinghouse_out, settings.clearinghouse_in):
        folder.mkdir(parents=True, exist_ok=True)


def _variables(home: Path, address: str, token: str, env: Mapping[str, str]) -> dict[str, str]:
    """The settings of a trial, as the environment would give them."""
    home.mkdir(parents=True, exist_ok=True)
    token_file = home / "ledger.token"
    token_file.write_text(token, encoding="utf-8")
    token_file.chmod(0o600)
    return {
        "BATON_LEDGER_URL": address,
        "BATON_LEDGER_TOKEN_FILE": str(token_file),
        "BATON_NOTICES_WEBHOOK": f"{address}/desk/notices",
        "BATON_LOG_LEVEL": "ERROR",
        **env,
    }
