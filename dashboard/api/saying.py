"""Telling a case what people say: contacts, corrections, work, holds, policies, decisions."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from fastapi import APIRouter, Depends, Response

from casebook import outbox, reading
from casebook.errors import NoSuchRowError
from dashboard import saying
from dashboard.api.callers import Caller, Calling, needs
from dashboard.api.cases import own_row
from dashboard.api.problems import RefusalError, problems
from dashboard.api.repeating import Key, Repeatable
from dashboard.api.said_shapes import (
    HEARD_BEFORE,
    Act,
    Contact,
    Correction,
    Decision,
    Hold,
    Outcome,
    Policy,
    Told,
    outcome_of,
)
from dashboard.api.shapes import CaseId
from dashboard.api.telling import Speaker, fact_of
from dashboard.premises import Premises
from dashboard.roles import Right
from dashboard.signing.visiting import At

WAITS: Final[dict[int | str, dict[str, Any]]] = {
    202: {"description": "The engine is away: it is kept, and told when the engine is back.", "model": Outcome}
}

router = APIRouter(
    prefix="/cases/{case_id}",
    tags=["Say"],
    route_class=Repeatable,
    dependencies=[Depends(needs(Right.SEE_CASES, Right.WORK))],
    responses={**problems(401, 403, 404, 409, 422, 429), **WAITS},
)
seen = APIRouter(
    prefix="/cases/{case_id}",
    tags=["Say"],
    dependencies=[Depends(needs(Right.SEE_CASES))],
    responses=problems(401, 403, 404, 422, 429),
)


@router.post("/contacts")
async def log_contact(at: At, caller: Calling, case_id: CaseId, key: Key, told: Contact, response: Response) -> Outcome:
    """Log a call, letter or portal visit; the answer says at once whether it counts, and why not."""
    return await _said(Speaker(at, caller, case_id, key), told, response)


@router.post("/corrections")
async def correct(at: At, caller: Calling, case_id: CaseId, key: Key, told: Correction, response: Response) -> Outcome:
    """Say that claim data, a COB record, a posting or a bill was put right."""
    return await _said(Speaker(at, caller, case_id, key), told, response)


@router.post("/acts")
async def act(at: At, caller: Calling, case_id: CaseId, key: Key, told: Act, response: Response) -> Outcome:
    """Take, finish or give back a task, assign the case, or put a reminder off."""
    return await _said(Speaker(at, caller, case_id, key), told, response)


@router.post("/holds")
async def ask_hold(at: At, caller: Calling, case_id: CaseId, key: Key, told: Hold, response: Response) -> Outcome:
    """Ask for a billing hold, or renew the review of one that stands."""
    return await _said(Speaker(at, caller, case_id, key), told, response)


@router.post("/policies")
async def tell_policy(at: At, caller: Calling, case_id: CaseId, key: Key, told: Policy, response: Response) -> Outcome:
    """Say what was learnt of one policy, on which the order of benefits depends."""
    return await _said(Speaker(at, caller, case_id, key), told, response)


@router.post("/decisions", dependencies=[Depends(needs(Right.DECIDE))])
async def decide(at: At, caller: Calling, case_id: CaseId, key: Key, told: Decision, response: Response) -> Outcome:
    """Record a supervisor's decision, with its reason."""
    return await _said(Speaker(at, caller, case_id, key), told, response)


@seen.get("/sayings/{fact_id}")
def what_became(at: At, caller: Calling, case_id: CaseId, fact_id: str) -> Outcome:
    """Look up what became of something that was said, such as one that had to wait."""
    with at.book.reading() as tx:
        own_row(tx, caller, case_id)
        kept = saying.kept(outbox.find(tx, case_id, fact_id))
        if kept is not None:
            return outcome_of(case_id, fact_id, kept)
        if reading.has_heard(tx, case_id, fact_id):
            return Outcome(case_id=case_id, fact_id=fact_id, state="heard", says=HEARD_BEFORE)
    raise NoSuchRowError("nothing of this id was said to the case")


async def outcome(by: Speaker, told: Told) -> Outcome:
    """Say something to a case, and what became of it.

    Raises:
        RefusalError: it cannot be said as it stands.
        NoSuchRowError: the caller's practice has no such case.
    """
    said = await asyncio.to_thread(fact_of, told, by)
    heard = await saying.say(by.at, by.caller, by.case_id, said.message, said.fact)
    return outcome_of(by.case_id, said.fact.fact_id, heard)


async def _said(by: Speaker, told: Told, response: Response) -> Outcome:
    await asyncio.to_thread(_refuse_unknown, by.at, by.caller, by.case_id)
    found = await outcome(by, told)
    if found.state == "refused":
        raise RefusalError(409, "refused-by-case", found.problem)
    if found.state == "waits":
        response.status_code = 202
        response.headers["Location"] = f"/api/v1/cases/{by.case_id}/sayings/{found.fact_id}"
    return found


def _refuse_unknown(at: Premises, caller: Caller, case_id: str) -> None:
    with at.book.reading() as tx:
        own_row(tx, caller, case_id)
