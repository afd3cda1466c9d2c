"""The pages of outages: what is suspected, what a declaration would do, what was declared and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from casebook import incidents, insights
from casebook.errors import NoSuchRowError
from casebook.incidents import Told
from dashboard.insights import declaring
from dashboard.insights.declaring import ROOM, USUAL_WAIT, CannotDeclareError, chosen, objection, tell_cases
from dashboard.insights.tables import HOP_WORDS
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right
from dashboard.signing.visiting import At, Seen, Sent, Visitor, needs, note_access
from journey.words import Hop

router = APIRouter(dependencies=[Depends(needs(Right.SEE_INSIGHTS))])
Words = Annotated[str, Form(max_length=500)]


@router.get("/outages")
def show_outages(request: Request, at: At, visitor: Seen) -> HTMLResponse:
    """Suspected and declared outages, and every other place where cases wait."""
    with at.book.reading() as tx:
        piles = incidents.stuck(tx, visitor.user.practice)
        declared = incidents.incidents(tx, visitor.user.practice)
        names = insights.payers(tx, visitor.user.practice)
    in_force = {(each.payer_id, each.hop) for each in declared if not each.undone}
    return page(
        request,
        "outages.html",
        suspected=[each for each in piles if each.suspected],
        others=[each for each in piles if not each.suspected],
        in_force=in_force,
        declared=declared,
        names=names,
        hop_words=HOP_WORDS,
        rule=incidents,
        at=at.now(),
    )


@router.get("/outages/declare")
def prepare(request: Request, at: At, visitor: Seen, payer: str, hop: Hop, until: date | None = None) -> HTMLResponse:
    """What declaring an outage would do, case by case; nothing is done yet."""
    day = until or at.calendar.date(at.now() + USUAL_WAIT)
    return _prepared(request, at, visitor, payer, hop, day)


def _prepared(
    request: Request, at: Premises, visitor: Visitor, payer: str, hop: Hop, day: date, problem: str = ""
) -> HTMLResponse:
    with at.book.reading() as tx:
        found = chosen(tx, at, visitor, payer, hop, day)
        name = insights.payers(tx, visitor.user.practice).get(payer)
    if name is None or not (found.told or found.left_out):
        raise NoSuchRowError("no open case of this payer is at this hop")
    note_access(at, visitor, "outage prepared", cases=len(found.told) + len(found.left_out))
    known = {"payer": payer, "payer_name": name, "hop": hop, "hop_words": HOP_WORDS, "until": day, "chosen": found}
    return page(request, "outages_declare.html", 422 if problem else 200, **known, problem=problem, room=ROOM.days)


@router.post("/outages/declare", dependencies=[Depends(needs(Right.DECIDE))])
def declare(
    request: Request,
    at: At,
    visitor: Sent,
    payer: Annotated[str, Form()],
    hop: Annotated[Hop, Form()],
    until: Annotated[date, Form()],
    reason: Words = "",
) -> Response:
    """Declare it: the incident is written at once, and its cases are told one after the other behind the answer."""
    problem = objection(at, until, reason)
    if problem:
        return _prepared(request, at, visitor, payer, hop, until, problem)
    try:
        incident = declaring.declare(at, visitor, payer, hop, until, reason)
    except CannotDeclareError as error:
        raise HTTPException(409, str(error)) from None
    return _followed(at, visitor, incident.incident_id)


@router.get("/outages/{incident_id}")
def show_outage(request: Request, at: At, visitor: Seen, incident_id: str) -> HTMLResponse:
    """One incident: the decision, and what became of it in each case."""
    with at.book.reading() as tx:
        incident = incidents.find(tx, visitor.user.practice, incident_id)
        name = insights.payers(tx, visitor.user.practice).get(incident.payer_id, incident.payer_id)
    note_access(at, visitor, "outage", cases=len(incident.cases))
    return page(request, "outages_one.html", incident=incident, payer_name=name, hop_words=HOP_WORDS, Told=Told)


@router.post("/outages/{incident_id}/undo", dependencies=[Depends(needs(Right.DECIDE))])
def undo(at: At, visitor: Sent, incident_id: str, reason: Words = "") -> Response:
    """Take the decision back in every case that heard it."""
    if not reason.strip():
        raise HTTPException(422, "Taking an outage back needs a reason")
    with at.book.writing() as tx:
        incident = incidents.find(tx, visitor.user.practice, incident_id)
        incidents.undo(tx, incident, person=visitor.user.name, at=at.now(), reason=reason.strip())
    return _followed(at, visitor, incident_id)


@router.post("/outages/{incident_id}/go-on", dependencies=[Depends(needs(Right.DECIDE))])
def go_on(at: At, visitor: Sent, incident_id: str) -> Response:
    """Tell the cases that are still to be told, after a server that was stopped meanwhile."""
    with at.book.reading() as tx:
        incidents.find(tx, visitor.user.practice, incident_id)
    return _followed(at, visitor, incident_id)


def _followed(at: Premises, visitor: Visitor, incident_id: str) -> Response:
    telling = BackgroundTask(tell_cases, at, visitor, incident_id)
    return RedirectResponse(f"/outages/{incident_id}", 303, background=telling)
