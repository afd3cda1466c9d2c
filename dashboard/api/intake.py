"""What reached us: files with their counts, and the claims and files that a person must look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from casebook import arrivals
from casebook.arrivals import Arrived, Place
from casebook.quarantine import ItemState, Quarantined
from casebook.register import IntakeFile
from dashboard.api import cursors
from dashboard.api.callers import Calling, needs
from dashboard.api.problems import problems
from dashboard.api.repeating import Key, Repeatable
from dashboard.roles import Right
from dashboard.signing.visiting import At, note_access
from journey.words import Frozen, Moment

router = APIRouter(
    tags=["Intake"],
    route_class=Repeatable,
    dependencies=[Depends(needs(Right.SEE_CASES))],
    responses=problems(401, 403, 422, 429),
)
After = Annotated[str | None, Query(max_length=400, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=500)]

Item = TypeVar("Item")


class FileList(Frozen):
    """One page of files, newest first. Counts hold numbers only."""

    items: tuple[IntakeFile, ...]
    next: str | None = Field(None, description="Give it as `after` to read on; absent on the last page.")


class QuarantineList(Frozen):
    """One page of quarantined items, oldest first, without their content."""

    items: tuple[Quarantined, ...]
    next: str | None = Field(None, description="Give it as `after` to read on; absent on the last page.")


@router.get("/intake")
def counts(at: At, caller: Calling) -> Arrived:
    """Count what arrived: files, facts that were delivered or wait for their case, items in quarantine."""
    with at.book.reading() as tx:
        return arrivals.arrived(tx, caller.user.practice)


@router.get("/intake/files")
def files(at: At, caller: Calling, after: After = None, limit: Limit = 100) -> FileList:
    """List the files that arrived, newest first, with what became of their claims."""
    with at.book.reading() as tx:
        found = arrivals.files_that_arrived(tx, caller.user.practice, after=_place(after), limit=limit + 1)
    return FileList(items=found[:limit], next=_next(found, limit, lambda each: (each.received_at, each.digest)))


@router.get("/quarantine")
def quarantine(
    at: At, caller: Calling, state: ItemState = ItemState.OPEN, after: After = None, limit: Limit = 100
) -> QuarantineList:
    """List claims and files that could not be read or placed: where, and why."""
    with at.book.reading() as tx:
        found = arrivals.lying_aside(tx, caller.user.practice, state=state, after=_place(after), limit=limit + 1)
    return QuarantineList(items=found[:limit], next=_next(found, limit, lambda each: (each.at, each.item_id)))


@router.post(
    "/quarantine/{item_id}/release",
    status_code=204,
    dependencies=[Depends(needs(Right.WORK))],
    responses=problems(404, 409),
)
def release(
    at: At,
    caller: Calling,
    key: Key,  # noqa: ARG001  # stands in the document
    item_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
) -> Response:
    """Note that a person has dealt with a quarantined item; its bytes are kept."""
    with at.book.writing() as tx:
        arrivals.release(tx, caller.user.practice, item_id)
    note_access(at, caller, "quarantine released", cases=0)
    return Response(status_code=204)


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    at, name = cursors.read(after, 2)
    try:
        return Place.model_validate({"at": at, "name": name})
    except ValueError:
        raise cursors.not_ours() from None


def _next(found: Sequence[Item], limit: int, place: Callable[[Item], tuple[Moment, str]]) -> str | None:
    """Where the list goes on after its page; one more item than the page was read."""
    if len(found) <= limit:
        return None
    at, name = place(found[limit - 1])
    return cursors.written((at.isoformat(), name))
