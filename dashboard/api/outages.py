"""Outages: many cases that one payer keeps waiting at one hop, decided on once; and taking such a decision back."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from casebook import incidents
from casebook.incidents import Incident, Stuck
from dashboard.api.callers import Calling, needs
from dashboard.api.problems import RefusalError, field_refused, problems
from dashboard.api.repeating import Key, Repeatable
from dashboard.insights import declaring
from dashboard.insights.declaring import USUAL_WAIT, CannotDeclareError, Chosen, tell_cases
from dashboard.roles import Right
from dashboard.signing.visiting import At, note_access
from journey.words import Frozen, Hop

router = APIRouter(
    prefix="/outages",
    tags=["Outages"],
    route_class=Repeatable,
    dependencies=[Depends(needs(Right.SEE_INSIGHTS))],
    responses=problems(401, 403, 422, 429),
)
IncidentId = Annotated[str, Path(pattern="^incident-[0-9a-f]{16}$")]


class Outages(Frozen):
    """Where cases wait, and which outages were declared."""

    stuck: tuple[Stuck, ...] = Field(description="By payer and hop; what looks like an outage first.")
    declared: tuple[Incident, ...] = Field(description="Newest first, with what became of the decision in each case.")


class Declaration(BaseModel):
    """A payer that keeps cases waiting at one hop, and until when they wait for it."""

    model_config = ConfigDict(extra="forbid")

    payer: str = Field(min_length=1, max_length=80, description="The payer's id.", alias="payer_id")
    hop: Hop
    until: date = Field(description="The day that the deadlines move to; none passes a case's filing limit.")
    reason: str = Field(min_length=1, max_length=300, pattern=r"\S", description="It stands in every case that waits.")


class Undoing(BaseModel):
    """Why a decision is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=300, pattern=r"\S")


@router.get("")
def outages(at: At, caller: Calling) -> Outages:
    """List where cases wait for one payer at one hop, and the outages that were declared."""
    with at.book.reading() as tx:
        practice = caller.user.practice
        found = Outages(stuck=incidents.stuck(tx, practice), declared=incidents.incidents(tx, practice))
    note_access(at, caller, "outages", cases=0)
    return found


@router.get("/preview")
def preview_outage(
    at: At,
    caller: Calling,
    payer_id: Annotated[str, Query(max_length=80)],
    hop: Hop,
    until: Annotated[date | None, Query(description="The day that deadlines would move to; in two weeks.")] = None,
) -> Chosen:
    """Read what declaring an outage would do: which cases would wait until when, and which are left out."""
    day = until or at.calendar.date(at.now() + USUAL_WAIT)
    with at.book.reading() as tx:
        found = declaring.chosen(tx, at, caller, payer_id, hop, day)
    note_access(at, caller, "outage prepared", cases=len(found.told) + len(found.left_out))
    return found


@router.post("", status_code=201, dependencies=[Depends(needs(Right.DECIDE))], responses=problems(409))
def declare_outage(
    at: At,
    caller: Calling,
    key: Key,  # noqa: ARG001
    declaration: Declaration,
    behind: BackgroundTasks,
) -> Incident:
    """Declare an outage: the deadlines of its cases move to a day. Its cases are told behind the answer."""
    problem = declaring.objection(at, declaration.until, declaration.reason)
    if problem:
        raise field_refused("body.until", problem)
    try:
        made = declaring.declare(at, caller, **declaration.model_dump())
    except CannotDeclareError as error:
        raise RefusalError(409, "cannot-declare", f"{error}.") from None
    behind.add_task(tell_cases, at, caller, made.incident_id)
    return made


@router.get("/{incident_id}", responses=problems(404))
def outage(at: At, caller: Calling, incident_id: IncidentId) -> Incident:
    """Read one outage: the decision, and what became of it in each case."""
    with at.book.reading() as tx:
        found = incidents.find(tx, caller.user.practice, incident_id)
    note_access(at, caller, "outage", cases=len(found.cases))
    return found


@router.post("/{incident_id}/undo", dependencies=[Depends(needs(Right.DECIDE))], responses=problems(404, 409))
def undo(
    at: At,
    caller: Calling,
    key: Key,  # noqa: ARG001
    incident_id: IncidentId,
    undoing: Undoing,
    behind: BackgroundTasks,
) -> Incident:
    """Take an outage back: the deadlines that it moved are as they were. Its cases are told behind the answer."""
    with at.book.writing() as tx:
        incident = incidents.find(tx, caller.user.practice, incident_id)
        incidents.undo(tx, incident, person=caller.user.name, at=at.now(), reason=undoing.reason.strip())
        after = incidents.find(tx, caller.user.practice, incident_id)
    behind.add_task(tell_cases, at, caller, incident_id)
    return after


@router.post("/{incident_id}/go-on", dependencies=[Depends(needs(Right.DECIDE))], responses=problems(404, 409))
def go_on_with_outage(
    at: At,
    caller: Calling,
    key: Key,  # noqa: ARG001
    incident_id: IncidentId,
    behind: BackgroundTasks,
) -> Incident:
    """Tell the cases that are still to be told, after a server that was stopped meanwhile."""
    with at.book.reading() as tx:
        found = incidents.find(tx, caller.user.practice, incident_id)
    behind.add_task(tell_cases, at, caller, incident_id)
    return found
