"""Cases over the API: lists, search, one case, its sentence, where it stands, what it heard."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from casebook import reading, search, worklist
from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.rows import CaseRow
from casebook.worklist import Age, Grouping, Place, View
from dashboard.api import cursors
from dashboard.api.callers import Caller, Calling, insist, needs
from dashboard.api.problems import problems
from dashboard.api.shapes import (
    CaseId,
    CaseList,
    CaseWhole,
    Counts,
    Entry,
    Found,
    Groups,
    History,
    Sentence,
    Where,
)
from dashboard.case.file import CaseFile, open_file
from dashboard.premises import Premises
from dashboard.roles import Right
from dashboard.signing.visiting import At, note_access
from journey.case import Case, HoldState
from journey.claim import Claim
from journey.telling import told
from journey.words import BreakState, EscalationKind, Hop, Mode, Moment, Party
from workflows.messages import standing

router = APIRouter(
    prefix="/cases",
    tags=["Cases"],
    dependencies=[Depends(needs(Right.SEE_CASES))],
    responses=problems(401, 403, 422, 429),
)
NOT_FOUND: Final = problems(404)
AWAY: Final = "The running case did not answer in time; this is what was last written down."

log = structlog.get_logger("dashboard")


class Asked(BaseModel):
    """Which cases a list shows, as on the worklist; what is not named does not matter."""

    model_config = ConfigDict(extra="forbid")

    view: View = Field(
        View.EVERYONE,
        description="A saved list. `everyone` has every case that is being worked, `resolved` all others.",
    )
    hop: Hop | None = Field(None, description="The first hop that is not proven.")
    break_mode: Mode | None = Field(None, description="The break point in force.", examples=["V1b"])
    break_state: BreakState | None = None
    payer_id: str | None = Field(None, max_length=80, description="The secondary payer.")
    holder: Party | None = Field(None, description="Who has the file.")
    escalation: EscalationKind | None = Field(None, description="The most urgent open escalation.")
    hold_state: HoldState | None = None
    owner: str | None = Field(None, max_length=80, description="The sign-in name of who works it.")
    age: Age | None = Field(None, description="Days since the primary decided.")
    due_before: Moment | None = Field(None, description="The latest safe date lies before this moment.")

    def of(self, at: Premises, caller: Caller) -> worklist.Wanted:
        """The same as the casebook asks for it, for the caller's practice alone."""
        named = self.model_dump(exclude={"after", "limit", "by"})
        return worklist.Wanted(practice=caller.user.practice, now=at.now(), me=caller.user.name, **named)


class PageAsked(Asked):
    """The same, page by page."""

    after: str | None = Field(None, max_length=400, description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=500, description="Most cases in a page.")


class GroupsAsked(Asked):
    """The same, in groups."""

    by: Grouping


class Sought(BaseModel):
    """What a case is looked for by."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        min_length=2,
        max_length=200,
        description="A claim number, a member id, a name, or the beginning of a case id. Whole words; all must fit.",
        examples=["Quillfeather"],
    )


@router.get("")
def list_cases(at: At, caller: Calling, asked: Annotated[PageAsked, Query()]) -> CaseList:
    """List cases by their latest safe date, most urgent first; resolved ones newest first."""
    after = _place(asked.after) if asked.after else None
    with at.book.reading() as tx:
        found = worklist.page(tx, asked.of(at, caller), after=after, limit=asked.limit)
    note_access(at, caller, "list", cases=len(found.rows))
    more = cursors.written((found.next.at.isoformat(), found.next.case_id)) if found.next else None
    return CaseList(items=found.rows, next=more)


@router.get("/counts")
def count_cases(at: At, caller: Calling) -> Counts:
    """Count the cases of each saved list, with the dollars at risk of all that are being worked."""
    wanted = Asked().of(at, caller)
    with at.book.reading() as tx:
        counts = {view.value: count for view, count in worklist.view_counts(tx, wanted).items()}
        return Counts(views=counts, at_risk=worklist.total(tx, wanted).at_risk)


@router.get("/groups")
def group_cases(at: At, caller: Calling, asked: Annotated[GroupsAsked, Query()]) -> Groups:
    """Sum a list by payer, hop, break point or age; those with the most dollars first."""
    with at.book.reading() as tx:
        return Groups(items=worklist.groups(tx, asked.of(at, caller), asked.by))


@router.post("/search")
def search_cases(at: At, caller: Calling, sought: Sought) -> Found:
    """Search cases by claim number, member id or name. What is sought stands in the body, never in an address."""
    with at.book.reading() as tx:
        ids = search.search(tx, caller.user.practice, sought.text)
        rows = worklist.rows_of(tx, caller.user.practice, ids[: search.MOST])
    note_access(at, caller, "search", cases=len(rows))
    return Found(items=rows, more=len(ids) > search.MOST)


@router.get("/{case_id}", responses=NOT_FOUND)
def one_case(at: At, caller: Calling, case_id: CaseId, ids: bool = False) -> CaseWhole:
    """Read one case whole, as last written.

    Member and group numbers are masked wherever they stand. `ids=true` shows them to those who may, and is noted.
    """
    if ids:
        insist(caller, Right.SEE_IDS)
    file = open_file(at, caller, case_id)
    note_access(at, caller, "member id" if ids else "case", case_id=case_id)
    return CaseWhole(row=_row(file, ids), case=_whole(file, ids), ids="shown" if ids else "masked")


@router.get("/{case_id}/sentence", responses=NOT_FOUND)
def sentence(at: At, caller: Calling, case_id: CaseId) -> Sentence:
    """Read one case in one sentence: who holds the file, what must they do, by when."""
    file = open_file(at, caller, case_id)
    note_access(at, caller, "sentence", case_id=case_id)
    row = file.row
    return Sentence(case_id=case_id, revision=row.revision, as_of=row.as_of, sentence=file.veiled(row.sentence))


@router.get("/{case_id}/where", responses=NOT_FOUND)
async def where(at: At, caller: Calling, case_id: CaseId) -> Where:
    """Ask the running case where it stands; without an answer in time, tell what was last written down."""
    file = await asyncio.to_thread(open_file, at, caller, case_id)
    await asyncio.to_thread(note_access, at, caller, "where", case_id=case_id)
    try:
        found, why_not = await at.cases.where(case_id), ""
    except Exception as error:  # whatever keeps the engine from answering, people go on reading
        log.info("api.engine_away", problem=type(error).__name__)
        found, why_not = standing(file.case, file.rules), AWAY
    return Where(live=not why_not, why_not=why_not, standing=found.model_validate(_veiled(file, found.model_dump())))


@router.get("/{case_id}/history", responses=NOT_FOUND)
def history(
    at: At,
    caller: Calling,
    case_id: CaseId,
    after: Annotated[int, Query(ge=0, le=10**9, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> History:
    """Read what one case heard, oldest first, with the reasons of each decision, and verify that none was altered."""
    file = open_file(at, caller, case_id)
    with at.book.reading() as tx:
        broken = reading.verify_chain(tx, case_id)
    note_access(at, caller, "history", case_id=case_id)
    rest = [each for each in file.heard if each.seq > after]
    items = tuple(_entry(file, each) for each in rest[:limit])
    verdict = f"broken at entry {broken.seq}: {broken.problem}" if broken else "verified"
    return History(case_id=case_id, chain=verdict, items=items, next=items[-1].seq if len(rest) > limit else None)


def own_row(tx: Transaction, caller: Caller, case_id: str) -> CaseRow:
    """A case's row; NoSuchRowError when the caller's practice has no such case."""
    row = reading.case_row(tx, case_id)
    if row.practice != caller.user.practice:
        raise NoSuchRowError("the casebook has no such case")
    return row


def _place(cursor: str) -> Place:
    moment, case_id = cursors.read(cursor, 2)
    try:
        return Place.model_validate({"at": moment, "case_id": case_id})
    except ValueError:
        raise cursors.not_ours() from None


def _whole(file: CaseFile, ids: bool) -> Case:
    """The case without the claim's segments, which repeat everything about the patient; ids masked unless shown."""
    plain: dict[str, Any] = file.case.model_dump()
    plain["claim"] = Claim.model_validate({**plain["claim"], "segments": ()}).model_dump()
    return Case.model_validate(plain if ids else _veiled(file, plain))


def _row(file: CaseFile, ids: bool) -> CaseRow:
    return file.row if ids else CaseRow.model_validate(_veiled(file, file.row.model_dump()))


def _entry(file: CaseFile, each: reading.HistoryEntry) -> Entry:
    reasons = tuple(
        reason.model_copy(update={"says": file.veiled(reason.says), "would_change": file.veiled(reason.would_change)})
        for reason in each.entry.reasons
    )
    return Entry.of(each, file.veiled(told(each.entry.fact)), reasons)


def _veiled(file: CaseFile, value: Any) -> Any:
    """The same with every member and group number masked, wherever in a text it stands."""
    if isinstance(value, str) and not hasattr(value, "value"):
        return file.veiled(value)
    if isinstance(value, dict):
        return {name: _veiled(file, each) for name, each in value.items()}
    return [_veiled(file, each) for each in value] if isinstance(value, list | tuple) else value
