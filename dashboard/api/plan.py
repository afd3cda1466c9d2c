"""The plan: the journey table and all deadlines in force, and changes that two persons propose and decide on."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from casebook import plans
from casebook.plans import DecidedError, OutdatedError, PlanChange, SecondPersonError, VersionTakenError
from dashboard.api.callers import Calling, needs
from dashboard.api.problems import RefusalError, field_refused, problems
from dashboard.api.repeating import Key, Repeatable
from dashboard.plan import preview as plan_preview
from dashboard.roles import Right
from dashboard.signing.visiting import At
from journey.plans.file import PlanError, parse_plan
from journey.plans.rows import PlanRow, describe_plan
from journey.words import Frozen
from worker.plan_in_force import PlanOfPractice, plan_in, plan_of

router = APIRouter(
    prefix="/plan",
    tags=["Plan"],
    route_class=Repeatable,
    dependencies=[Depends(needs(Right.SEE_CASES))],
    responses=problems(401, 403, 422, 429),
)
PlanId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class PlanInForce(Frozen):
    """The plan in force, row by row."""

    version: str
    rows: tuple[PlanRow, ...] = Field(description="Each with its source; `assumed` where nobody fixed the value.")


class PlanChanges(Frozen):
    """Changes of the plan, newest first."""

    items: tuple[PlanChange, ...]


class Proposal(BaseModel):
    """Another plan, and why."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=500_000, description="The whole plan as TOML, under a version of its own.")
    reason: str = Field(min_length=1, max_length=1000, description="Why; no data of a person.")


class PlanDecision(BaseModel):
    """What a second person decided about a proposed change."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["approved", "rejected", "withdrawn"] = Field(description="Only who proposed it can withdraw it.")
    reason: str = Field("", max_length=500, description="Needed to reject.")


@router.get("")
def plan(
    at: At,
    caller: Calling,  # noqa: ARG001
    section: Annotated[
        str | None, Query(max_length=40, description="Only this part, such as `hops` or `clocks`.", examples=["clocks"])
    ] = None,
) -> PlanInForce:
    """Read the plan in force: the journey table, clocks, filing limits, ladders, each with its source."""
    present = at.plan()
    rows = tuple(each for each in describe_plan(present) if section in (None, each.section))
    return PlanInForce(version=present.version, rows=rows)


@router.get("/changes")
def changes(at: At, caller: Calling) -> PlanChanges:
    """List the changes that were proposed, newest first, with what each would have done in the last 30 days."""
    with at.book.reading() as tx:
        return PlanChanges(items=plans.changes_of(tx, caller.user.practice))


@router.get("/changes/{plan_id}", responses=problems(404))
def change(at: At, caller: Calling, plan_id: PlanId) -> PlanChange:
    """Read one change: its text, what it would have done, what was decided."""
    with at.book.reading() as tx:
        return plans.change_of(tx, caller.user.practice, plan_id)


@router.post("/changes", status_code=201, dependencies=[Depends(needs(Right.PROPOSE_PLAN))], responses=problems(409))
def propose(
    request: Request,
    tasks: BackgroundTasks,
    at: At,
    caller: Calling,
    key: Key,  # noqa: ARG001
    proposal: Proposal,
) -> PlanChange:
    """Propose another plan. What it would have done in the last 30 days is counted at once: read the change then."""
    try:
        wanted = parse_plan(proposal.text)
    except PlanError as error:
        told = tuple({"field": "body.text", "rule": each} for each in error.problems)
        raise RefusalError(422, "unusable-plan", "The plan cannot be used.", errors=told) from None
    try:
        with at.book.writing() as tx:
            plan_id = plans.propose(
                tx,
                practice=caller.user.practice,
                version=wanted.version,
                based_on=plan_in(plans.in_force(tx, caller.user.practice), at.settings).version,
                text=proposal.text,
                reason=proposal.reason,
                by=caller.user.name,
                at=at.wall(),
            )
            made = plans.change_of(tx, caller.user.practice, plan_id)
    except VersionTakenError as error:
        raise RefusalError(409, "version-taken", f"{error}.".capitalize()) from None
    plan_preview.begin(tasks, request, at, made)
    return made


@router.post("/changes/{plan_id}/decision", responses=problems(404, 409))
def decide_change(at: At, caller: Calling, key: Key, plan_id: PlanId, decision: PlanDecision) -> PlanChange:  # noqa: ARG001
    """Approve or reject a change as the second person, or withdraw your own. An approved one is in force at once."""
    needs(Right.PROPOSE_PLAN if decision.state == "withdrawn" else Right.APPROVE_PLAN)(caller)
    practice, by, reason = caller.user.practice, caller.user.name, decision.reason.strip()
    if decision.state == "rejected" and not reason:
        raise field_refused("body.reason", "Say why the change is rejected")
    try:
        with at.book.writing() as tx:
            if decision.state == "approved":
                plans.approve(tx, practice, plan_id, by, at.wall(), reason, plan_of(at.settings).version)
            elif decision.state == "rejected":
                plans.reject(tx, practice, plan_id, by, at.wall(), reason)
            else:
                plans.withdraw(tx, practice, plan_id, by, at.wall())
            decided = plans.change_of(tx, practice, plan_id)
    except (SecondPersonError, DecidedError, OutdatedError) as error:
        raise RefusalError(409, "not-to-be-decided", f"{error}.".capitalize()) from None
    if isinstance(at.plan, PlanOfPractice):
        at.plan.look_again()
    return decided
