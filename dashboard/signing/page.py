"""Signing in and out: local users by name and password. People of an identity provider: `signing_in_elsewhere`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from casebook import people, sessions
from casebook.people import Credentials, User
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Role
from dashboard.signing import passwords
from dashboard.signing.limiting import SIGN_IN
from dashboard.signing.visiting import (
    COOKIE,
    At,
    ForeignFormError,
    Seen,
    Sent,
    TooOftenError,
    is_of_own_site,
    keep_signed_in,
)

HOME: Final = "/"

WRONG: Final = (
    "Name or password is not right. After five wrong passwords in a row a name is locked for fifteen minutes."
)
LOCKED: Final = "This name is locked for a while after five wrong passwords. Try again later, or ask a supervisor."

router = APIRouter()


@router.get("/sign-in")
def ask(request: Request, at: At, next: str = HOME, ended: bool = False) -> HTMLResponse:  # noqa: A002
    """The page on which people sign in."""
    return _asked(request, at, next, "", "Your session has ended. Sign in to go on where you were." if ended else "")


@router.post("/sign-in")
async def sign_in(
    request: Request,
    at: At,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,  # noqa: A002
) -> Response:
    """Check name and password, begin a session."""
    checked = await let_in(request, at, name, password)
    if isinstance(checked, str):
        return await asyncio.to_thread(_asked, request, at, next, checked, "", 401)
    return await asyncio.to_thread(signed_in, at, checked, next)


@router.post("/sign-out")
def sign_out(at: At, visitor: Sent) -> RedirectResponse:
    """End this session."""
    with at.book.writing() as tx:
        sessions.end(tx, visitor.session.digest, at.wall())
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@router.get("/password")
def ask_password(request: Request, visitor: Seen) -> HTMLResponse:  # noqa: ARG001
    """The page on which a local user changes the password."""
    return page(request, "password.html", problem="")


@router.post("/password")
def change_password(
    request: Request, at: At, visitor: Sent, before: Annotated[str, Form()] = "", after: Annotated[str, Form()] = ""
) -> Response:
    """Change the own password; every session ends, this one begins anew."""
    with at.book.reading() as tx:
        known = people.credentials(tx, visitor.user.name)
    if known is None or not passwords.fits(before, known.password_hash):
        return page(request, "password.html", 422, problem="The present password is not right.")
    try:
        hashed = passwords.hashed(after)
    except passwords.WeakPasswordError as rule:
        return page(request, "password.html", 422, problem=f"{rule}.".capitalize())
    with at.book.writing() as tx:
        people.set_password(tx, visitor.user.user_id, hashed, at.wall())
    return signed_in(at, visitor.user, HOME)


async def let_in(request: Request, at: Premises, name: str, password: str) -> User | str:
    """The user that name and password let in, or why they let nobody in.

    Raises:
        ForeignFormError: another site sends them.
        TooOftenError: somebody tries more often than a person mistypes.
    """
    if not is_of_own_site(request):
        raise ForeignFormError
    address = request.client.host if request.client else ""
    if not at.limits.allows(SIGN_IN, "sign-in", address, name.strip().lower()):
        raise TooOftenError
    return await asyncio.to_thread(_check, at, name, password)


def signed_in(at: Premises, user: User, target: str) -> RedirectResponse:
    """The answer that begins a session and leads on to where the person wanted to go."""
    with at.book.writing() as tx:
        begun = sessions.begin(tx, user, at.wall())
    answer = RedirectResponse(own_address(target), 303)
    keep_signed_in(answer, begun)
    return answer


def own_address(target: str) -> str:
    """An address within this application; anything else becomes the first page."""
    parts = urlsplit(target)
    own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if own else HOME


def sign_in_address(request: Request) -> str:
    """Where to sign in and come back to what was asked for."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = back if request.method == "GET" else HOME
    ended = "&ended=true" if COOKIE in request.cookies else ""
    return f"/sign-in?next={quote(wanted, safe='/')}{ended}"


def _asked(request: Request, at: Premises, target: str, problem: str, news: str, status: int = 200) -> HTMLResponse:
    with at.book.reading() as tx:
        nobody = not people.has_users(tx)
    provider = at.settings.oidc_name if at.settings.oidc_issuer else None
    known = {"next": own_address(target), "problem": problem, "news": news, "provider": provider, "nobody": nobody}
    return page(request, "sign_in.html", status, **known)


def _check(at: Premises, name: str, password: str) -> User | str:
    """The user, or why not. Takes as long for a name that nobody has."""
    with at.book.reading() as tx:
        known = people.credentials(tx, name)
    fits = passwords.fits(password, known.password_hash if known else None)
    if known is None or known.user.disabled_at or known.user.role == Role.SERVICE:
        return WRONG
    if known.user.locked_until and known.user.locked_until > at.wall():
        return LOCKED
    return _noted(at, known, fits)


def _noted(at: Premises, known: Credentials, fits: bool) -> User | str:
    with at.book.writing() as tx:
        if fits:
            people.note_success(tx, known.user.user_id)
            return known.user
        people.note_failure(tx, known.user.user_id, at.wall())
    return WRONG
