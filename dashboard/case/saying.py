"""Saying something on the case page: six forms, one way. Refused, overtaken or signed out: nothing typed is lost."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casebook import sessions
from casebook.errors import NoSuchRowError
from casebook.people import User
from dashboard.case.file import CaseFile, open_file
from dashboard.case.forms import NOT_TYPED, SAYINGS, FormProblemError, Saying, Typed, typed_in
from dashboard.case.view import FormShown, case_page, kept_query, moved_since
from dashboard.case.words import LABELS, SAID_WORDS
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.saying import say
from dashboard.signing.page import let_in
from dashboard.signing.visiting import (
    At,
    ForeignFormError,
    NotAllowedError,
    SignInNeededError,
    Visitor,
    form_sent_by,
    is_of_own_site,
    keep_signed_in,
    visitor_of,
)
from journey.facts import Said
from journey.writing import plainly

router = APIRouter()


@router.post("/cases/{case_id}/contact")
async def contact(request: Request, at: At, case_id: str) -> Response:
    """Log a contact; the next page says at once whether it counts, and why not."""
    return await _sent(request, at, case_id, SAYINGS["contact"])


@router.post("/cases/{case_id}/correction")
async def correction(request: Request, at: At, case_id: str) -> Response:
    """Say that something was put right."""
    return await _sent(request, at, case_id, SAYINGS["correction"])


@router.post("/cases/{case_id}/act")
async def act(request: Request, at: At, case_id: str) -> Response:
    """Take a task, finish it, give it back, assign the case, put a reminder off."""
    return await _sent(request, at, case_id, SAYINGS["act"])


@router.post("/cases/{case_id}/hold")
async def hold(request: Request, at: At, case_id: str) -> Response:
    """Ask for the billing hold, or renew its review."""
    return await _sent(request, at, case_id, SAYINGS["hold"])


@router.post("/cases/{case_id}/policy")
async def policy(request: Request, at: At, case_id: str) -> Response:
    """Tell what was learnt of a policy."""
    return await _sent(request, at, case_id, SAYINGS["policy"])


@router.post("/cases/{case_id}/decision")
async def decision(request: Request, at: At, case_id: str) -> Response:
    """Record a supervisor's decision."""
    return await _sent(request, at, case_id, SAYINGS["decision"])


@router.post("/cases/{case_id}/again/{name}")
async def again(
    request: Request,
    at: At,
    case_id: str,
    name: str,
    sign_in_name: Annotated[str, Form()] = "",
    sign_in_password: Annotated[str, Form()] = "",
) -> Response:
    """Sign in on the page that kept what was typed when the session ended, and say it."""
    saying, typed = SAYINGS.get(name), typed_in(await request.form())
    if saying is None:
        raise NoSuchRowError("the page has no such form")
    user = await let_in(request, at, sign_in_name, sign_in_password)
    if isinstance(user, str):
        return _kept(request, case_id, saying, typed, 401, problem=user)
    begun = await asyncio.to_thread(_begin, at, user)
    visitor = Visitor(user, begun.session)
    request.state.visitor = visitor
    answer = await _say(request, at, visitor, case_id, saying, typed)
    keep_signed_in(answer, begun)
    return answer


def _begin(at: Premises, user: User) -> sessions.Begun:
    with at.book.writing() as tx:
        return sessions.begin(tx, user, at.wall())


async def _sent(request: Request, at: Premises, case_id: str, saying: Saying) -> Response:
    """A form arrives: from whom, and may they; then say it.

    Raises:
        ForeignFormError: it comes from another site.
        NotAllowedError: the visitor's role may not say such things.
    """
    if not is_of_own_site(request):
        raise ForeignFormError
    form = await request.form()
    typed = typed_in(form)
    try:
        visitor = await asyncio.to_thread(visitor_of, request)
    except SignInNeededError:
        return _kept(request, case_id, saying, typed, 401)
    try:
        form_sent_by(visitor, request, str(form.get("form_token", "")))
    except ForeignFormError:  # a page of an earlier session: asked once more, nothing is done yet
        return _kept(request, case_id, saying, typed, 409)
    return await _say(request, at, visitor, case_id, saying, typed)


async def _say(
    request: Request, at: Premises, visitor: Visitor, case_id: str, saying: Saying, typed: Typed
) -> Response:
    """Say it, or give it back: refused, or overtaken by what somebody else did."""
    if not visitor.may(saying.right):
        raise NotAllowedError(saying.right)
    file = await asyncio.to_thread(open_file, at, visitor, case_id)
    try:
        fact = saying.read(at, visitor, file, typed)
    except FormProblemError as problem:
        return await _back(request, at, visitor, file, FormShown(saying.name, typed, str(problem)), 422)
    overtaken = () if fact.fact_id in file.by_id else moved_since(file, _revision(typed), visitor)
    if overtaken:
        return await _back(request, at, visitor, file, FormShown(saying.name, typed, clash=overtaken), 409)
    heard = await say(at, visitor, case_id, saying.message, fact)
    if heard.state == "refused":
        return await _back(request, at, visitor, file, FormShown(saying.name, typed, heard.problem), 422)
    from_list = kept_query(request)
    return RedirectResponse(f"/cases/{case_id}?said={fact.fact_id}{f'&{from_list}' if from_list else ''}#answer", 303)


def _revision(typed: Typed) -> int:
    """The revision that its page showed; a form that does not say so showed nothing."""
    given = typed.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() else 0


async def _back(
    request: Request, at: Premises, visitor: Visitor, file: CaseFile, form: FormShown, status: int
) -> HTMLResponse:
    """The case page as it is now, with everything that was typed, and why it was not taken."""

    def shown() -> HTMLResponse:
        return case_page(request, at, visitor, file, live=None, form=form, status=status)

    return await asyncio.to_thread(shown)


def _kept(request: Request, case_id: str, saying: Saying, typed: Typed, status: int, problem: str = "") -> HTMLResponse:
    """The page that keeps what was typed by somebody who is not signed in, or signed in anew.

    It shows what this browser has just sent, and nothing of the case.
    """
    told = {name: value for name, value in typed.items() if name not in NOT_TYPED and value}
    return page(
        request,
        "case_again.html",
        status,
        case_id=case_id,
        kept=kept_query(request),
        saying=saying,
        typed={name: value for name, value in typed.items() if name not in ("sign_in_name", "sign_in_password")},
        shown=tuple(
            (LABELS.get(name, plainly(name).capitalize()), _words(name, value)) for name, value in told.items()
        ),
        signed_in=status == 409,
        problem=problem,
    )


def _words(name: str, value: str) -> str:
    if name == "says" and value in set(Said):
        return SAID_WORDS[Said(value)]
    return plainly(value) if name in ("with", "holder", "corrects", "act", "decision") else value
