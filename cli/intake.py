"""`baton intake`: files to facts, and what became of every claim in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic

from sqlalchemy import func, select
from temporalio.client import Client

from activities.folders import waiting
from casebook.opening import Casebook
from casebook.reading import count_cases
from casebook.register import FileState
from casebook.tables import EVIDENCE, INTAKE_DELIVERIES, INTAKE_FACTS, INTAKE_FILES
from cli.engine import worker_polls
from cli.failures import CommandError, readable
from cli.home import PATIENCE, Home, Json, settings_at
from cli.output import aside, put_json, say, table
from worker import logs
from worker.cases import Cases
from worker.connection import connect, connected
from worker.engine import find_engine
from worker.keys import KeyRing, open_key_ring
from worker.plan_in_force import PlanOfPractice
from worker.service import FILE_ENDINGS, Service, clock, open_book, serving, take_in
from worker.settings import Settings
from workflows.ports import IntakeCounts

COUNTED = ("transactions", "opened", "informed", "repeated", "parked", "quarantined", "ignored")
LOOK_AGAIN = 0.1  # seconds
WRITTEN_WITHIN = timedelta(seconds=60)
"""How long to wait until the cases have written down what they were told."""


async def intake(paths: list[Path], /, *, home: Home = None, json: Json = False) -> None:
    """Take in X12 files and A/R extracts, and tell cases what they say.

    Reads 837, 835, 277CA, 277, 271, 999, TA1, and CSV extracts (.csv); the same file twice changes
    nothing. Uses the worker that runs, or starts an engine and a worker for as long as it takes.
    Prints what became of every claim.

    Example: `baton intake claims.837 remittances/`

    Args:
        paths: Files, and folders whose files (.edi .x12 .txt .835 .837 .271 .277 .999 .csv) are taken in oldest first.
    """
    files = _files(paths)
    logs.configure("ERROR")
    async with _serving(settings_at(home)) as service:
        taken = [await _take(service, path) for path in files]
        late = not await _written(service, taken)
    if json:
        put_json([{"file": str(each.path), "before": each.before, **each.counts.model_dump()} for each in taken])
    else:
        _print(taken, late)


@dataclass(frozen=True)
class Taken:
    """A file and what became of its claims."""

    path: Path
    digest: str
    counts: IntakeCounts
    before: bool
    """Its content was taken in before: the counts are of then, and nothing changed now."""


async def _take(service: Service, path: Path) -> Taken:
    digest = sha256(path.read_bytes()).hexdigest()
    known = select(INTAKE_FILES.c.state).where(INTAKE_FILES.c.digest == digest)
    with service.casebook.reading() as tx:
        before = tx.connection.execute(known).scalar() == FileState.FINISHED.value
    return Taken(path, digest, await take_in(service, path), before)


def _files(paths: Iterable[Path]) -> list[Path]:
    files = [each for path in paths for each in (waiting(path, FILE_ENDINGS) if path.is_dir() else [readable(path)])]
    if not files:
        raise CommandError(f"no file to take in: a folder's files end in {', '.join(FILE_ENDINGS)}")
    return [each.absolute() for each in files]


@asynccontextmanager
async def _serving(settings: Settings) -> AsyncIterator[Service]:
    """The service that runs, or one of our own."""
    keys = open_key_ring(settings)
    client = await _served(settings, keys)
    if client:
        casebook = open_book(settings, keys)
        cases = Cases(client, casebook, PlanOfPractice(casebook, settings), settings.task_queue)
        yield Service(settings, client, casebook, cases, clock(None))
        casebook.close()
        return
    async with connected(settings, keys) as own, serving(settings, keys, own) as service:
        yield service


async def _served(settings: Settings, keys: KeyRing) -> Client | None:
    """A client of an engine whose cases a worker serves; None when we have to serve them ourselves."""
    if settings.mode == "embedded" and await find_engine(settings.home) is None:
        return None
    client = await connect(settings, keys, patience=PATIENCE)
    if await worker_polls(client, settings.task_queue):
        return client
    if settings.mode == "cluster":
        raise CommandError(f"no worker takes up work from the queue '{settings.task_queue}': start `baton worker`")
    return None


# ---- until it is written down ---------------------------------------------------------------------------------------


async def _written(service: Service, taken: Iterable[Taken]) -> bool:
    """Wait until the casebook shows what these files told: then a list that is asked for next is complete."""
    digests = [each.digest for each in taken]
    until = monotonic() + WRITTEN_WITHIN.total_seconds()
    while monotonic() < until:
        if await _running_cases(service) <= _open_cases(service) and not _unwritten(service.casebook, digests):
            return True
        await asyncio.sleep(LOOK_AGAIN)
    return False


async def _running_cases(service: Service) -> int:
    queue = f"TaskQueue = '{service.settings.task_queue}'"  # our own labels come only with a case's first turn
    kind = "WorkflowType = 'SecondaryCoordination' AND ExecutionStatus = 'Running'"
    return (await service.client.count_workflows(f"{kind} AND {queue}")).count


def _open_cases(service: Service) -> int:
    with service.casebook.reading() as tx:
        return count_cases(tx)


def _unwritten(casebook: Casebook, digests: list[str]) -> int:
    """How many facts of these files their cases have not written down yet."""
    told = select(func.count()).select_from(INTAKE_FACTS.join(INTAKE_DELIVERIES).outerjoin(EVIDENCE, _SAME_FACT))
    told = told.where(INTAKE_FACTS.c.digest.in_(digests))
    with casebook.reading() as tx:
        return tx.connection.execute(told.where(EVIDENCE.c.fact_id.is_(None))).scalar_one()


_SAME_FACT = (EVIDENCE.c.case_id == INTAKE_DELIVERIES.c.case_id) & (EVIDENCE.c.fact_id == INTAKE_DELIVERIES.c.fact_id)


# ---- for people -----------------------------------------------------------------------------------------------------


def _print(taken: list[Taken], late: bool) -> None:
    rows = [[each.path.name, *(str(getattr(each.counts, name)) for name in COUNTED)] for each in taken]
    say(table(["file", *COUNTED], rows, right=COUNTED))
    for each in taken:
        if each.before:
            say(f"{each.path.name}: taken in before; these are the counts of then, and nothing changed.")
        if each.counts.findings:
            found = ", ".join(f"{code} {number}" for code, number in sorted(each.counts.findings.items()))
            say(f"{each.path.name}: {found}; `baton x12 show` tells more.")
    if any(each.counts.parked for each in taken):
        say(aside("Parked: no case yet; told as soon as its 837 comes."))
    if any(each.counts.quarantined for each in taken):
        say(aside("Quarantined: could not be read safely; kept in the casebook for a person to look at."))
    if late:
        say(aside("The cases are still writing this down; lists will be complete in a while."))
    say(aside("`baton case list` shows the cases."))
