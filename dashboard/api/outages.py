"""Outages: many cases that one payer keeps waiting at one hop, decided on once; and taking such a decision back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from casebook import incidents
from casebook.incidents import Incident, Stuck
from dashboard.api.callers import Calling, needs
from dashboard.api.problems import problems
from dashboard.api.repeating import Key, Repeatable
from dashboard.insights.outages import tell_cases
from dashboard.roles import Right
from dashboard.signing.visiting import At, note_access
from journey.words import Frozen

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
