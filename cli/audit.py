"""`baton audit`: the invariants on all that is written, and casebook against engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter
from sqlalchemy import select
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from casebook.audit import Audit
from casebook.audit import audit as audit_casebook
from casebook.tables import CASES
from cli.home import PATIENCE, Home, Json, Office, office
from cli.output import heading, put_json, say, table
from journey.writing import Calendar, plainly
from worker import logs
from worker.connection import connect

NOT_RUNNING = "the case is open in the casebook and does not run in the engine: its history was deleted or terminated"
NOT_WRITTEN = "the case runs in the engine and is not open in the casebook: is the casebook behind, or another one?"


async def audit(
    *,
    casebook_only: bool = False,
    chains: Annotated[bool, Parameter(negative="--no-chains", show_default=True)] = True,
    at: datetime | None = None,
    home: Home = None,
    json: Json = False,
) -> int:
    """Check the invariants on everything that is written down.

    Every open case has a running clock, a holder and a pending action; no patient balance is
    without a hold; no two first-time claims are alive; no file was left half read; the evidence is
    what was written; and casebook and engine know the same open cases. Ends with 1 when one of them
    is broken.

    Example: `baton audit --json`

    Args:
        casebook_only: Do not ask the engine which cases run.
        chains: Verify all evidence as well: half a minute for a hundred thousand cases.
        at: The present moment on the cases' own clock, for a casebook of a demo; now when absent.
    """
    with office(home) as here:
        now = here.calendar.moment(at) if at else datetime.now(UTC)
        found = audit_casebook(here.book, now, chains=chains)
        apart = [] if casebook_only else await _apart(here)
    if json:
        put_json({**found.model_dump(mode="json"), "engine": [{"subject": each, "says": says} for each, says in apart]})
    else:
        _print(found, apart, here.calendar, asked=not casebook_only)
    return 1 if found.violations or apart else 0


async def _apart(at: Office) -> list[tuple[str, str]]:
    """The cases that only one of casebook and engine takes for open."""
    logs.configure("ERROR")
    client = await connect(at.settings, at.keys, patience=PATIENCE)
    running = {each async for each in _running(client, at.settings.task_queue)}
    written = _open_cases(at)
    lost = [each for each in sorted(written - running) if not await _runs(client, each) and each in _open_cases(at)]
    unknown = [each for each in sorted(running - written) if await _runs(client, each) and each not in _open_cases(at)]
    return [*((each, NOT_RUNNING) for each in lost), *((each, NOT_WRITTEN) for each in unknown)]


async def _running(client: Client, task_queue: str) -> AsyncIterator[str]:
    query = f"WorkflowType = 'SecondaryCoordination' AND ExecutionStatus = 'Running' AND TaskQueue = '{task_queue}'"
    async for each in client.list_workflows(query):
        yield each.id


async def _runs(client: Client, case_id: str) -> bool:
    """Whether a case runs right now; the engine's lists may be a moment behind."""
    try:
        found = await client.get_workflow_handle(case_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return found.status is WorkflowExecutionStatus.RUNNING


def _open_cases(at: Office) -> set[str]:
    with at.book.reading() as tx:
        return set(tx.connection.execute(select(CASES.c.case_id).where(CASES.c.closed_at.is_(None))).scalars())


def _print(found: Audit, apart: list[tuple[str, str]], calendar: Calendar, *, asked: bool) -> None:
    say(heading(f"Audit of {calendar.minute(found.at)}"))
    say(", ".join(f"{number} {plainly(name)}" for name, number in found.looked_at.items()))
    rows = [
        (each.rule.value, each.subject, calendar.day(each.since) if each.since else "", each.says)
        for each in found.violations
    ]
    rows += [("engine", case_id, "", says) for case_id, says in apart]
    if rows:
        say("", table(("rule", "where", "since", "what is wrong"), rows), f"{len(rows)} violations.")
    else:
        say(f"All invariants hold{'' if asked else '; the engine was not asked'}.")
