"""Billing holds: whose bill may go out although an insurer has not settled, and what people do about it (I3)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casebook.holds import HoldView, holds
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.saying import Heard, say, stamp
from dashboard.signing.visiting import At, Seen, Sent, Visitor, needs, note_access
from journey.facts import HoldAsked, SupervisorDecided
from journey.words import Party, Switch

PAGE_SIZE: Final = 50

VIEW_WORDS: Final = {
    HoldView.UNVERIFIED: ("Not held or not verified", "A bill may go out at any moment"),
    HoldView.BREACHED: ("Broken", "Billed or placed in spite of a hold"),
    HoldView.REVIEW: ("Review within a week", "Renew it or decide"),
    HoldView.VERIFIED: ("Verified", "Seen in the ledger"),
    HoldView.RELEASING: ("Release asked", "The ledger still shows them"),
}

router = APIRouter()
Text = Annotated[str, Form()]


@router.get("/holds", dependencies=[Depends(needs(Right.SEE_CASES))])
def show(
    request: Request,
    at: At,
    visitor: Seen,
    view: HoldView = HoldView.ALL,
    part: Annotated[int, Query(ge=1, le=10_000)] = 1,
    said: Literal["", "heard", "waits"] = "",
) -> HTMLResponse:
    """The holds, the most dangerous first."""
    return _show(request, at, visitor, view, part, said=said)


@router.post("/holds/ask", dependencies=[Depends(needs(Right.WORK))])
async def ask(
    request: Request, at: At, visitor: Sent, case_id: Text, reason: Text = "", view: Text = HoldView.ALL.value
) -> Response:
    """Ask for a hold, or renew the one that stands."""
    asked = HoldAsked(**stamp(at, "hold", Party.PROVIDER), person=visitor.user.name, reason=reason.strip())
    return _answered(request, at, visitor, view, await say(at, visitor, case_id, "hold", asked))


@router.post("/holds/release", dependencies=[Depends(needs(Right.DECIDE))])
async def release(
    request: Request, at: At, visitor: Sent, case_id: Text, reason: Text = "", view: Text = HoldView.ALL.value
) -> Response:
    """Release a hold by a supervisor's decision, with a reason."""
    decided = SupervisorDecided(
        **stamp(at, "decision", Party.SUPERVISOR),
        decision="release_hold",
        person=visitor.user.name,
        reason=reason.strip(),
    )
    return _answered(request, at, visitor, view, await say(at, visitor, case_id, "override", decided))


def _answered(request: Request, at: Premises, visitor: Visitor, view: str, heard: Heard) -> Response:
    """Back to the list; a refusal is shown at once, for its reason must not stand in an address."""
    known = HoldView(view) if view in set(HoldView) else HoldView.ALL
    if heard.state == "refused":
        return _show(request, at, visitor, known, 1, problem=heard.problem, status=422)
    return RedirectResponse(f"/holds?view={known.value}&said={heard.state}", 303)


def _show(
    request: Request,
    at: Premises,
    visitor: Visitor,
    view: HoldView,
    part: int,
    *,
    said: str = "",
    problem: str = "",
    status: int = 200,
) -> HTMLResponse:
    now = at.now()
    with at.book.reading() as tx:
        found = holds(tx, visitor.user.practice, view, now, page=part, limit=PAGE_SIZE)
    note_access(at, visitor, "holds", cases=len(found.held))
    return page(
        request,
        "holds.html",
        status,
        found=found,
        view=view,
        views=VIEW_WORDS,
        part=part,
        said=said,
        problem=problem,
        now=now,
        switches=len(Switch),
    )
