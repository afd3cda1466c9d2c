"""One thing said to many cases: each answers for itself, and one that refuses stops no other."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from casebook.chosen import MOST, Chosen, chosen
from casebook.errors import NoSuchRowError, SealBrokenError
from casebook.rows import ALTERED
from dashboard.api.callers import Calling, insist, needs
from dashboard.api.problems import RefusalError, problems
from dashboard.api.repeating import Key, Repeatable
from dashboard.api.said_shapes import Act, Contact, Decision, Hold, Outcome, Told
from dashboard.api.saying import outcome
from dashboard.api.telling import Speaker, fact_of
from dashboard.roles import Right
from dashboard.signing.visiting import At, note_access
from dashboard.worklist.bulk_work import foreseen_of
from journey.words import Frozen

AT_ONCE: Final = 8
"""Cases that are told at the same time."""

OneCase = Annotated[str, Field(pattern=r"^case-[a-z2-7]{26}$")]


class BulkContact(Contact):
    """One call about many cases."""

    kind: Literal["contact"]


class BulkAct(Act):
    """Assign, take, finish, give back or snooze many cases."""

    kind: Literal["act"]


class BulkHold(Hold):
    """Ask for a hold on many accounts."""

    kind: Literal["hold"]


class BulkDecision(Decision):
    """One decision for many cases; needs the right to decide."""

    kind: Literal["decision"]


Thing = Annotated[BulkContact | BulkAct | BulkHold | BulkDecision, Field(discriminator="kind")]


class Bulk(BaseModel):
    """Many cases, and what is said to each of them."""

    model_config = ConfigDict(extra="forbid")

    case_ids: list[OneCase] = Field(min_length=1, max_length=MOST, description="Each is told once.")
    say: Thing


class BulkDone(Frozen):
    """What became of it, case by case, in the order given."""

    heard: int
    waits: int = Field(description="Kept until the engine is back.")
    refused: int
    unknown: int = Field(description="The practice has no such case.")
    items: tuple[Outcome, ...]


class Foreseen(Frozen):
    """What one case would make of it."""

    case_id: str
    will: bool = Field(description="Whether the case would take it.")
    says: tuple[str, ...] = Field(description="What would happen, or why not.")
    counts: bool = Field(True, description="False for an answer that would be logged and move no deadline.")
    objections: tuple[str, ...] = Field(
        (),
        description="What speaks against it although it would happen: embargo, "
        "a claim that is under way, an order of insurers that is not corrected.",
    )


class Preview(Frozen):
    """What would become of it, case by case; cases that cannot be found or read are left out."""

    able: int
    unknown: int = Field(description="The practice has no such case, or what is kept of it was altered.")
    items: tuple[Foreseen, ...]


looking = APIRouter(
    prefix="/bulk",
    tags=["Say"],
    dependencies=[Depends(needs(Right.SEE_CASES, Right.WORK, Right.LEAD))],
    responses=problems(401, 403, 422, 429),
)
router = APIRouter(
    prefix="/bulk",
    tags=["Say"],
    route_class=Repeatable,
    dependencies=[Depends(needs(Right.SEE_CASES, Right.WORK, Right.LEAD))],
    responses=problems(401, 403, 409, 422, 429),
)


@router.post("")
async def say_to_many(at: At, caller: Calling, key: Key, bulk: Bulk) -> BulkDone:
    """Say one thing to many cases. Repeated with the same key, no case hears it twice."""
    if isinstance(bulk.say, BulkDecision):
        insist(caller, Right.DECIDE)
    wanted = tuple(dict.fromkeys(bulk.case_ids))
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case_id: str) -> Outcome:
        async with gate:
            return await _told(Speaker(at, caller, case_id, key), bulk.say)

    items = tuple(await asyncio.gather(*(one(each) for each in wanted)))
    await asyncio.to_thread(note_access, at, caller, "bulk", cases=len(items))
    counts = {state: sum(each.state == state for each in items) for state in ("heard", "waits", "refused", "unknown")}
    return BulkDone(items=items, **counts)


@looking.post("/preview")
def preview_for_many(at: At, caller: Calling, bulk: Bulk) -> Preview:
    """Read what each case would make of it, and what speaks against it; nothing is told to any case."""
    if isinstance(bulk.say, BulkDecision):
        insist(caller, Right.DECIDE)
    with at.book.reading() as tx:
        found = chosen(tx, caller.user.practice, bulk.case_ids)
    items = tuple(_foreseen(Speaker(at, caller, each.row.case_id, "preview"), bulk.say, each) for each in found)
    note_access(at, caller, "bulk", cases=len(items))
    unknown = len(set(bulk.case_ids)) - len(items)
    return Preview(able=sum(each.will for each in items), unknown=unknown, items=items)


def _foreseen(by: Speaker, told: Told, each: Chosen) -> Foreseen:
    try:
        line = foreseen_of(by.at, fact_of(told, by).fact, each)
    except RefusalError as error:
        return Foreseen(case_id=by.case_id, will=False, says=(error.detail,))
    return Foreseen(case_id=by.case_id, **line.model_dump(exclude={"row"}))


async def _told(by: Speaker, told: Told) -> Outcome:
    """What became of it at one case; a refusal is told beside the others' answers."""
    try:
        return await outcome(by, told)
    except RefusalError as error:
        return Outcome(case_id=by.case_id, fact_id="", state="refused", problem=error.detail)
    except SealBrokenError:
        return Outcome(case_id=by.case_id, fact_id="", state="refused", problem=ALTERED)
    except NoSuchRowError:
        return Outcome(case_id=by.case_id, fact_id="", state="unknown", problem="The practice has no such case.")
