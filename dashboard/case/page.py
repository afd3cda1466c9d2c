"""The case page: where it stopped, who has it, what to do next, by when, how many dollars."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from casebook.errors import NoSuchRowError
from dashboard.case.file import open_file
from dashboard.case.forms import SAYINGS
from dashboard.case.timeline import Kind
from dashboard.case.view import answer_to, case_page, look_live
from dashboard.roles import Right
from dashboard.signing.visiting import At, Seen, Sent, needs, note_access

router = APIRouter()

FORMS: Final = frozenset({*SAYINGS, "member-id", "packet"})
"""The addresses to which this page's forms are sent."""


@router.get("/cases/{case_id}", dependencies=[Depends(needs(Right.SEE_CASES))])
async def show(
    request: Request,
    at: At,
    visitor: Seen,
    case_id: str,
    kind: Kind = Kind.ALL,
    before: int | None = None,
    said: str = "",
) -> HTMLResponse:
    """One case.

    Args:
        request: the request.
        at: the premises.
        visitor: who looks.
        case_id: the case.
        kind: which lines the timeline shows.
        before: go on in the timeline before this entry.
        said: the id of what the visitor said last; the page tells what became of it.
    """
    file = await asyncio.to_thread(open_file, at, visitor, case_id)
    live = await look_live(at, file)

    def shown() -> HTMLResponse:
        note_access(at, visitor, "case", case_id=case_id)
        answer = answer_to(at, visitor, file, said) if said else None
        return case_page(request, at, visitor, file, live=live, kind=kind, before=before, answer=answer)

    return await asyncio.to_thread(shown)


@router.get("/cases/{case_id}/{form}")
def back(case_id: str, form: str) -> RedirectResponse:
    """A form's address, opened again after it was sent: the case's page."""
    if form not in FORMS:
        raise NoSuchRowError("the page has no such form")
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.post("/cases/{case_id}/member-id", dependencies=[Depends(needs(Right.SEE_IDS))])
def show_member_id(
    request: Request, at: At, visitor: Sent, case_id: str, policy: Annotated[int, Form()] = 0
) -> HTMLResponse:
    """The case page with one member id whole; the showing is noted, and the next page has it masked again."""
    file = open_file(at, visitor, case_id)
    if file.claim.coverage(policy) is None:
        raise NoSuchRowError("the claim has no such policy")
    note_access(at, visitor, "member id", case_id=case_id)
    return case_page(request, at, visitor, file, live=None, shown_policy=policy)
