"""The running worker: its ports, its pick-up of files, its feed from the ledger; drained at the end."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import structlog
from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities import exchange
from activities import ledger_extract as extract
from activities.bookkeeping import Bookkeeper, SentRegister
from activities.clearinghouse import ClearinghouseDrop
from activities.extract_intake import ExtractIntake
from activities.folders import FolderError, set_aside, waiting
from activities.intake import FileIntake
from activities.ledger import LedgerClient, LedgerOverHttp, NoLedger
from activities.ledger_feed import LedgerChange, read_changes
from activities.notices import Noticeboard
from casebook import reading, register
from casebook.opening import Casebook, migrate, open_casebook
from casebook.register import KeyKind
from edi.trading_partner import TradingPartner
from journey.facts import Fact, LedgerRead
from journey.tempo import Tempo
from worker.cases import Cases
from worker.keys import KeyRing
from worker.partner import trading_partner
from worker.plan_in_force import PlanOfPractice
from worker.registry import Ports, make_worker
from worker.replanning import Replanner
from worker.seal import CasebookSeal
from worker.settings import Settings
from workflows.intake import IntakeFile
from workflows.ports import FileToRead, IntakeCounts

FILE_ENDINGS = (".edi", ".x12", ".txt", ".835", ".837", ".271", ".277", ".999", ".csv")
DONE = "done"
FILES_AT_ONCE = 8
"""More at once only wait for the casebook, and one that waits too long begins anew: a backlog would grow by itself."""

FIRST = Priority(priority_key=1)
"""Files go before turns of cases: while an answer lies unread, its case notices silence and makes more work."""

LEDGER_CURSOR = "ledger.changes"

log = structlog.get_logger("worker.service")


@dataclass(frozen=True)
class Pace:
    """How often the worker looks for files, approved plans and ledger changes, in wall seconds."""

    files: float = 2.0
    ledger: float = 15.0


@dataclass(frozen=True)
class Service:
    """A running worker and the ways to what it runs."""

    settings: Settings
    client: Client
    casebook: Casebook
    cases: Cases
    now: Callable[[], datetime]
    """Case time."""


def open_book(settings: Settings, keys: KeyRing) -> Casebook:
    """The casebook of these settings, brought to the present schema."""
    migrate(settings.casebook_url)
    return open_casebook(settings.casebook_url, CasebookSeal(keys))


def clock(tempo: Tempo | None) -> Callable[[], datetime]:
    """What tells case time: the wall clock, or the tempo's view of it."""

    def now() -> datetime:
        wall = datetime.now(UTC)
        return tempo.case_time(wall) if tempo else wall

    return now


@asynccontextmanager
async def opened(
    settings: Settings, keys: KeyRing, client: Client, *, tempo: Tempo | None = None
) -> AsyncIterator[Service]:
    """Casebook and cases for the length of a block, without a worker: for commands, pages and people."""
    casebook = await asyncio.to_thread(open_book, settings, keys)
    try:
        cases = Cases(client, casebook, PlanOfPractice(casebook, settings), settings.task_queue, tempo)
        yield Service(settings, client, casebook, cases, clock(tempo))
    finally:
        casebook.close()


@asynccontextmanager
async def serving(
    settings: Settings, keys: KeyRing, client: Client, *, tempo: Tempo | None = None, pace: Pace | None = None
) -> AsyncIterator[Service]:
    """Run a worker for the length of a block; at its end running work is drained.

    Args:
        settings: where everything is.
        keys: seals payloads and columns, makes opaque ids.
        client: connected with Baton's plugin.
        tempo: None in real use; a sandbox runs time faster, for cases and partners alike.
        pace: how often folders and ledger are looked at.

    Raises:
        SettingsError: on a cluster, when the settings do not say who sends claims to whom.
    """
    partner = trading_partner(settings)  # what keeps claims from leaving is told before anything is opened
    for folder in (settings.clearinghouse_out, settings.clearinghouse_in):
        folder.mkdir(parents=True, exist_ok=True)
    http = exchange.client(settings.ledger_url or "")
    hook = exchange.client(settings.notices_webhook or "")
    ledger = LedgerClient(http, _token(settings))
    try:
        async with (
            opened(settings, keys, client, tempo=tempo) as service,
            make_worker(client, settings.task_queue, _ports(service, keys, ledger, hook, partner)),
            _polling(service, keys, ledger, pace or Pace()),
        ):
            yield service
    finally:
        http.close()
        hook.close()


@asynccontextmanager
async def _polling(service: Service, keys: KeyRing, ledger: LedgerClient, pace: Pace) -> AsyncIterator[None]:
    """Look for files and ledger changes for the length of a block."""
    replanner = Replanner(service.casebook, service.cases, service.settings.practice)
    pollers = [_pick_up(service, pace), replanner.follow(pace.files)]
    if service.settings.ledger_url:
        pollers.append(_follow_ledger(service, ledger, keys, pace))
    tasks = [asyncio.create_task(each) for each in pollers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _token(settings: Settings) -> Callable[[], str]:
    def token() -> str:
        return settings.ledger_token_file.read_text(encoding="utf-8").strip() if settings.ledger_token_file else ""

    return token


def _ports(
    service: Service, keys: KeyRing, ledger: LedgerClient, hook: httpx2.Client, partner: TradingPartner
) -> Ports:
    settings, casebook = service.settings, service.casebook
    zone = ZoneInfo(PlanOfPractice(casebook, settings)().time_zone)
    return Ports(
        clearinghouse=ClearinghouseDrop(
            settings.clearinghouse_out,
            SentRegister(casebook, keys.opaque, service.now),
            partner,
            zone,
        ),
        ledger=LedgerOverHttp(ledger, keys.opaque) if settings.ledger_url else NoLedger(),
        notices=Noticeboard(hook, settings.notices_webhook or "", (settings.notices_secret or "").encode()),
        casebook=Bookkeeper(casebook),
        intake=FileIntake(casebook, service.cases, keys.opaque, zone, service.now),
    )


# ---- files ----------------------------------------------------------------------------------------------------------


async def take_in(service: Service, path: Path) -> IntakeCounts:
    """Read one file to its end and return the counts; the same content is read once, whatever its name."""
    digest = await asyncio.to_thread(_digest, path)
    file = FileToRead(path=str(path), digest=digest, practice=service.settings.practice)
    if path.suffix.lower() == extract.ENDING:
        return await _extracts(service).take_in(file)
    flow = f"intake-{service.settings.practice}-{digest[:32]}"
    try:
        handle = await service.client.start_workflow(
            IntakeFile.run,
            file,
            id=flow,
            task_queue=service.settings.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            priority=FIRST,
        )
        return await handle.result()
    except WorkflowAlreadyStartedError:
        return await service.client.get_workflow_handle_for(IntakeFile.run, flow).result()


def _extracts(service: Service) -> ExtractIntake:
    """What reads A/R extracts: rows that the register finds the cases of, with no history of their own to keep."""
    settings = service.settings
    layout = extract.Layout(settings.extract_columns or {}, settings.extract_dates, settings.extract_money)
    zone = ZoneInfo(PlanOfPractice(service.casebook, settings)().time_zone)
    return ExtractIntake(service.casebook, service.cases, layout, zone, service.now)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


async def _pick_up(service: Service, pace: Pace) -> None:
    """Take in every file that arrives, oldest first and a few at a time; a file that is done moves to `done`."""
    folder = service.settings.clearinghouse_in
    (folder / DONE).mkdir(exist_ok=True)
    running: dict[Path, asyncio.Task[None]] = {}
    tries: dict[Path, int] = {}
    try:
        while True:
            if len(running) < FILES_AT_ONCE:
                tries = {path: tries.get(path, 0) for path in await _waiting(folder)}
                for path in next_files(tries, running, FILES_AT_ONCE - len(running)):
                    tries[path] += 1
                    running[path] = asyncio.create_task(_take_and_move(service, path))
            await _some_done(running, pace.files)
            running = {path: task for path, task in running.items() if not task.done()}
    finally:
        for task in running.values():
            task.cancel()


def next_files(tries: Mapping[Path, int], running: Container[Path], places: int) -> list[Path]:
    """Which of the waiting files are read next.

    A file that failed goes behind those that were tried less: it must not keep the others waiting.

    Args:
        tries: the waiting files, oldest first, and how often each was tried.
        running: those that are being read.
        places: how many more can be read.
    """
    ready = (path for path in tries if path not in running)
    return sorted(ready, key=tries.__getitem__)[:places]


async def _some_done(running: dict[Path, asyncio.Task[None]], seconds: float) -> None:
    """Until one of several files is done while others wait for its place, else for a while."""
    if len(running) < FILES_AT_ONCE:
        await asyncio.sleep(seconds)
    else:
        await asyncio.wait(running.values(), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


async def _waiting(folder: Path) -> list[Path]:
    """The files that wait; none while the folder cannot be read, which is looked at again."""
    try:
        return await asyncio.to_thread(waiting, folder, FILE_ENDINGS)
    except FolderError as error:
        log.error("intake.folder", problem=type(error).__name__)
        return []


async def _take_and_move(service: Service, path: Path) -> None:
    try:
        counts = await take_in(service, path)
    except FileNotFoundError:
        return  # another worker took it
    except Exception as error:
        # The file stays where it is and is tried again; the engine keeps the reason.
        log.error("intake.failed", problem=type(error).__name__)
        return
    log.info("intake.done", **{name: n for name, n in counts.model_dump().items() if isinstance(n, int)})
    try:
        await asyncio.to_thread(set_aside, path, DONE)
    except FolderError as error:
        log.error("intake.not_moved", problem=type(error).__name__)


# ---- ledger ---------------------------------------------------------------------------------------------------------


async def _follow_ledger(service: Service, ledger: LedgerClient, keys: KeyRing, pace: Pace) -> None:
    """Tell cases what changed in the ledger; the place is kept only after they were told."""
    while True:
        try:
            while await _follow_page(service, ledger, keys):
                pass
        except Exception as error:  # ledger, casebook or engine are away: this must go on when they are back
            log.warning("ledger.unreachable", problem=type(error).__name__)
        await asyncio.sleep(pace.ledger)


async def _follow_page(service: Service, ledger: LedgerClient, keys: KeyRing) -> bool:
    """One page of changes; True if there may be more."""
    after = await asyncio.to_thread(_place, service.casebook)
    changes, last = await asyncio.to_thread(
        lambda: read_changes(ledger, after, learnt_at=service.now(), opaque=keys.opaque)
    )
    by_case = await asyncio.to_thread(_news, service, changes)
    for case_id, facts in by_case.items():
        await service.cases.tell(case_id, tuple(facts))
    await asyncio.to_thread(_keep_place, service.casebook, last)
    return last > after


def _untouched(read: LedgerRead) -> bool:
    """An account that was opened and nothing more: no news for anybody."""
    booked = read.primary_posted or read.secondary_posted or read.patient_balance or read.deposits or read.unapplied
    return not (booked or read.switches_on or read.statements_sent or read.secondary_billed_on)


def _place(casebook: Casebook) -> int:
    with casebook.reading() as tx:
        return int(register.cursor(tx, LEDGER_CURSOR) or 0)


def _keep_place(casebook: Casebook, last: int) -> None:
    with casebook.writing() as tx:
        register.set_cursor(tx, LEDGER_CURSOR, str(last))


def _news(service: Service, changes: list[LedgerChange]) -> dict[str, list[Fact]]:
    """How each changed account stands now, for its cases; less what an errand of their own has brought already."""
    told: dict[str, list[Fact]] = defaultdict(list)
    newest = {change.account: change for change in changes if not _untouched(change.read)}
    with service.casebook.reading() as tx:
        for change in newest.values():
            for case_id in register.find_cases(tx, service.settings.practice, KeyKind.CLAIM_NUMBER, change.account):
                if not reading.has_heard(tx, case_id, change.read.fact_id):
                    told[case_id].append(change.read)
    return told
