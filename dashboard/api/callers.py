"""Callers: who asks, by a bearer token or by a signed-in browser, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from casebook import sessions, tokens
from casebook.people import User
from casebook.sessions import Session
from dashboard.api.problems import RefusalError
from dashboard.api.scopes import SCOPE_OF, Scope
from dashboard.premises import Premises
from dashboard.roles import Right
from dashboard.signing.limiting import API
from dashboard.signing.visiting import BY_ITSELF, COOKIE, Visitor, is_own_form, note_use, premises_of, session_of

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TOKEN: Final = "X-Form-Token"
"""Header in which a browser's script shows the form token of its session."""

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="`Authorization: Bearer baton_…`; an administrator makes tokens (`POST /tokens`).",
)
BROWSER = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="browser",
    description=f"A signed-in browser; requests that change something also carry the page's form token ({FORM_TOKEN}).",
)


@dataclass(frozen=True)
class Caller(Visitor):
    """Who asks; a visitor who may be held to the scopes of a token."""

    scopes: frozenset[Scope] | None = None
    """None for a signed-in browser, which may do all that its role allows."""

    def may(self, right: Right) -> bool:
        """Whether both role and scopes allow something."""
        return super().may(right) and (self.scopes is None or SCOPE_OF[right] in self.scopes)


def identify(request: Request) -> Caller:
    """Who asks; looked up once per request.

    Raises:
        RefusalError: nobody valid, a form token that is not this session's, or too many requests.
    """
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None:
        return known
    at = premises_of(request)
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    caller = _by_token(at, secret.strip()) if scheme.lower() == "bearer" else _by_session(at, request)
    _limit(at, caller)
    request.state.caller = caller
    return caller


def identify_again(request: Request) -> bool:
    """Whether a stream's caller would still be let in; asked now and then while it is open."""
    at = premises_of(request)
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    with at.book.reading() as tx:
        if scheme.lower() == "bearer":
            return tokens.find(tx, secret.strip(), at.wall()) is not None
        return sessions.find(tx, request.cookies.get(COOKIE, ""), at.wall()) is not None


def caller_of(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],  # noqa: ARG001  # for the document
    browser: Annotated[str | None, Security(BROWSER)],  # noqa: ARG001
) -> Caller:
    """The caller, as a route's dependency; the schemes stand here so that the OpenAPI document has them."""
    return identify(request)


Calling = Annotated[Caller, Depends(caller_of)]
"""Who asks, as a route's argument."""


def needs(*rights: Right) -> Callable[[Caller], None]:
    """A route's dependency that lets through only those who may; `dependencies=[Depends(needs(Right.WORK))]`."""

    def allowed(caller: Calling) -> None:
        for right in rights:
            insist(caller, right)

    return allowed


def insist(caller: Caller, right: Right) -> None:
    """Refuse who may not do something.

    Raises:
        RefusalError: names the scope, or the right that the role has not.
    """
    if caller.may(right):
        return
    if Visitor.may(caller, right):
        scope = SCOPE_OF[right].value
        raise RefusalError(403, "missing-scope", f"This token has not the scope '{scope}'.", missing=scope)
    words = right.value.replace("_", " ")
    raise RefusalError(
        403, "missing-right", f"A {caller.role_words.lower()} may not do this ({words}).", missing=right.value
    )


def _by_token(at: Premises, secret: str) -> Caller:
    now = at.wall()
    with at.book.reading() as tx:
        found = tokens.find(tx, secret, now)
    if found is None:
        raise _unknown("The token is unknown, expired or revoked.")
    token, user = found
    if token.used_at is None or now - token.used_at > tokens.TOUCH_AFTER:
        with at.book.writing() as tx:
            tokens.touch(tx, token.token_id, now)
    scopes = frozenset(Scope(each) for each in token.scopes if each in set(Scope))
    return Caller(user, _of_one_request(token.token_id, user, now), scopes)


def _of_one_request(token_id: str, user: User, now: datetime) -> Session:
    """What stands for a session where there is none: it is never written, and has no form token."""
    return Session(digest=f"token:{token_id}", user=user, form_token="", made_at=now, used_at=now)


def _by_session(at: Premises, request: Request) -> Caller:
    if not request.cookies.get(COOKIE):
        raise _unknown("Show a token (Authorization: Bearer), or sign in.")
    session = session_of(request)
    if session is None:
        raise _unknown("The session is over: sign in again.")
    if request.method not in SAFE:
        _refuse_foreign(request, session)
    if BY_ITSELF not in request.headers:
        note_use(at, session)
    return Caller(session.user, session)


def _refuse_foreign(request: Request, session: Session) -> None:
    if not is_own_form(request, session, request.headers.get(FORM_TOKEN, "")):
        detail = f"The request does not come from a page of this session: send its form token in {FORM_TOKEN}."
        raise RefusalError(403, "foreign-form", detail, missing=FORM_TOKEN)


def _limit(at: Premises, caller: Caller) -> None:
    wait = at.limits.seconds_until(API, "api", caller.session.digest)
    if wait:
        detail = f"More than {API.amount} requests a minute: go on in {wait} seconds."
        raise RefusalError(429, "too-many-requests", detail, headers={"Retry-After": str(wait)})


def _unknown(detail: str) -> RefusalError:
    return RefusalError(401, "not-signed-in", detail, headers={"WWW-Authenticate": 'Bearer realm="baton"'})
