"""Webhooks: where other systems want to be told of changes, and what each was told."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from casebook import webhooks
from casebook.webhooks import Delivery, DeliveryState, Event, Hook
from dashboard.api.callers import Calling, needs
from dashboard.api.problems import field_refused, problems
from dashboard.api.repeating import Key, Repeatable, keep_instead
from dashboard.roles import Right
from dashboard.signing.visiting import At, note_access
from dashboard.webhooks import problem_of
from journey.words import Frozen

router = APIRouter(
    prefix="/webhooks",
    tags=["Webhooks"],
    route_class=Repeatable,
    dependencies=[Depends(needs(Right.ADMINISTER))],
    responses=problems(401, 403, 409, 422, 429),
)
HookId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class NewHook(BaseModel):
    """Where another system wants to be told, and of what."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        max_length=2000, description="https, or http on this machine.", examples=["https://bi.example.org/in"]
    )
    events: list[Event] = Field(min_length=1, max_length=len(Event), examples=[["case.escalated", "case.resolved"]])


class MadeHook(Frozen):
    """A new webhook."""

    secret: str | None = Field(
        description="What messages are signed with. Shown once: null when the request is repeated.",
        examples=["whsec_…"],
    )
    webhook: Hook


class HookList(Frozen):
    """All webhooks of the practice, with how much waits and how much was given up."""

    items: tuple[Hook, ...]


class DeliveryList(Frozen):
    """What a system was told, or is still to be told; newest first."""

    items: tuple[Delivery, ...]


class SentAgain(Frozen):
    """How many messages are sent once more."""

    messages: int


@router.get("")
def list_hooks(at: At, caller: Calling) -> HookList:
    """List the practice's webhooks."""
    with at.book.reading() as tx:
        return HookList(items=webhooks.hooks_of(tx, caller.user.practice))


@router.post("", status_code=201)
def add_hook(request: Request, at: At, caller: Calling, key: Key, new: NewHook) -> MadeHook:  # noqa: ARG001
    """Have another system told of changes, from now on. Messages name cases and revisions only, and are signed."""
    wrong = problem_of(new.url)
    if wrong:
        raise field_refused("body.url", wrong)
    with at.book.writing() as tx:
        made = webhooks.add_hook(
            tx,
            practice=caller.user.practice,
            url=new.url,
            events=new.events,
            made_by=caller.user.user_id,
            at=at.wall(),
        )
    note_access(at, caller, "webhook made", cases=0)
    keep_instead(request, MadeHook(secret=None, webhook=made.hook).model_dump_json().encode())
    return MadeHook(secret=made.secret, webhook=made.hook)


@router.delete("/{hook_id}", status_code=204, responses=problems(404))
def remove_hook(at: At, caller: Calling, key: Key, hook_id: HookId) -> Response:  # noqa: ARG001
    """Tell a system nothing any more; what still waits for it is given up."""
    with at.book.writing() as tx:
        webhooks.disable_hook(tx, caller.user.practice, hook_id, at.wall())
    note_access(at, caller, "webhook stopped", cases=0)
    return Response(status_code=204)


@router.get("/{hook_id}/deliveries", responses=problems(404))
def deliveries(
    at: At,
    caller: Calling,
    hook_id: HookId,
    state: DeliveryState | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DeliveryList:
    """List what a system was told or is to be told, with the last problem of each."""
    with at.book.reading() as tx:
        found = webhooks.deliveries_of(tx, caller.user.practice, hook_id, state=state, limit=limit)
    return DeliveryList(items=found)


@router.post("/{hook_id}/again", responses=problems(404))
def again(at: At, caller: Calling, key: Key, hook_id: HookId) -> SentAgain:  # noqa: ARG001
    """Send everything that was given up once more, as after a receiver was put right."""
    with at.book.writing() as tx:
        messages = webhooks.deliver_again(tx, caller.user.practice, hook_id, at.wall())
    note_access(at, caller, "webhook sent again", cases=0)
    return SentAgain(messages=messages)
