"""Who asks: the session behind a request, what it may do, and the form token that its posts carry."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Form, Request, Response

from casebook import accesses, sessions
from casebook.people import User
from casebook.sessions import Session
from dashboard.premises import Premises
from dashboard.roles import RIGHTS, ROLE_WORDS, Right, Role
from dashboard.signing.limiting import PAGES

COOKIE: Final = "__Host-baton"

BY_ITSELF: Final = "Baton-By-Itself"
"""Header of what an open page asks for by itself; nobody may be there, so it does not keep the session alive."""


class SignInNeededError(Exception):
    """Nobody is signed in, or not any more."""


class NotAllowedError(Exception):
    """Somebody is signed in who may not do this; says what would be needed."""


class ForeignFormError(Exception):
    """A form that did not come from this session's own page."""


class TooOftenError(Exception):
    """Somebody asks more often than a person can."""


@dataclass(frozen=True)
class Visitor:
    """Who asks."""

    user: User
    session: Session

    @property
    def role(self) -> Role:
        """What they are."""
        return Role(self.user.role)

    @property
    def role_words(self) -> str:
        """The same, for people."""
        return ROLE_WORDS[self.role]

    def may(self, right: Right) -> bool:
        """Whether they are allowed to do something."""
        return right in RIGHTS[self.role]


def premises_of(request: Request) -> Premises:
    """What this application works with."""
    premises: Premises = request.app.state.premises
    return premises


def visitor_of(request: Request) -> Visitor:
    """Who asks, by the session's cookie.

    Raises:
        SignInNeededError: the session is over, or there was none.
        TooOftenError: more requests than a person makes.
    """
    return _visitor(request, in_use=BY_ITSELF not in request.headers)


def listener_of(request: Request) -> Visitor:
    """Whose browser opens a stream, which it does by itself; errors as for `visitor_of`."""
    return _visitor(request, in_use=False)


def _visitor(request: Request, *, in_use: bool) -> Visitor:
    premises, session = premises_of(request), session_of(request)
    if session is None:
        raise SignInNeededError
    if not premises.limits.allows(PAGES, "pages", session.user.user_id):
        raise TooOftenError
    if in_use:
        note_use(premises, session)
    visitor = Visitor(session.user, session)
    request.state.visitor = visitor
    return visitor


def session_of(request: Request) -> Session | None:
    """The session of the browser that asks; None when it is over, or there was none."""
    premises, secret = premises_of(request), request.cookies.get(COOKIE)
    if not secret:
        return None
    with premises.book.reading() as tx:
        return sessions.find(tx, secret, premises.wall())


def note_use(premises: Premises, session: Session) -> None:
    """Note that a person uses a session, if the last note is old enough to be worth it."""
    now = premises.wall()
    if now - session.used_at > sessions.TOUCH_AFTER:
        with premises.book.writing() as tx:
            sessions.touch(tx, session.digest, now)


def keep_signed_in(answer: Response, begun: sessions.Begun) -> None:
    """Let the browser hold the secret of a session, where no script and no other site can reach it."""
    answer.set_cookie(COOKIE, begun.secret, path="/", secure=True, httponly=True, samesite="lax")


def is_of_own_site(request: Request) -> bool:
    """Whether a browser says that one of our own pages, or the person alone, sends this."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def is_own_form(request: Request, session: Session, form_token: str) -> bool:
    """Whether a form comes from one of a session's own pages."""
    return is_of_own_site(request) and hmac.compare_digest(form_token.encode(), session.form_token.encode())


def form_sent_by(
    visitor: Annotated[Visitor, Depends(visitor_of)], request: Request, form_token: FormToken = ""
) -> Visitor:
    """Who sends a form, which must come from one of this session's own pages.

    Raises:
        ForeignFormError: another site, or an old page of another session.
    """
    if not is_own_form(request, visitor.session, form_token):
        raise ForeignFormError
    return visitor


FormToken = Annotated[str, Form()]
At = Annotated[Premises, Depends(premises_of)]
"""The premises, as a route's argument."""

Seen = Annotated[Visitor, Depends(visitor_of)]
"""Who looks at a page, as a route's argument."""

Sent = Annotated[Visitor, Depends(form_sent_by)]
"""Who sends a form, as a route's argument."""


def needs(right: Right) -> Callable[[Visitor], None]:
    """A route's dependency that lets through only those who may; `dependencies=[Depends(needs(Right.WORK))]`."""

    def allowed(visitor: Seen) -> None:
        if not visitor.may(right):
            raise NotAllowedError(right)

    return allowed


def note_access(premises: Premises, visitor: Visitor, what: str, *, case_id: str | None = None, cases: int = 1) -> None:
    """Note that the visitor is shown people's data; call it for every page, list, export and showing that does."""
    with premises.book.writing() as tx:
        accesses.note_access(
            tx,
            at=premises.wall(),
            user_id=visitor.user.user_id,
            practice=visitor.user.practice,
            what=what,
            case_id=case_id,
            cases=cases,
        )
