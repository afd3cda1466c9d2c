"""Signing in at the office's identity provider: OpenID Connect, code flow with PKCE and nonce.

What was begun travels in a sealed cookie of ten minutes, so an answer that this browser did not ask for is refused.
People sign in by the provider's word alone: name and role are brought up to date each time.
"""

from __future__ import annotations

import asyncio
import hmac
from datetime import timedelta
from typing import Final

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from casebook import people
from casebook.opening import Transaction
from casebook.people import User
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Role
from dashboard.signing import sealed_cookies
from dashboard.signing.identity import IdentityError, IdentityProvider, Person, ProviderAwayError
from dashboard.signing.page import HOME, own_address, signed_in
from dashboard.signing.visiting import At

BEGUN: Final = "elsewhere"
WITHIN: Final = timedelta(minutes=10)
"""How long somebody may take at the identity provider."""

MOST_FIRST: Final = (Role.SUPERVISOR, Role.LEAD, Role.CASE_MANAGER, Role.AUDITOR, Role.VIEWER)
"""Which role counts for a person of several groups."""

router = APIRouter()
log = structlog.get_logger("dashboard")


class Begun(BaseModel):
    """A sign-in that was begun here: what the answer must fit, and where the person wanted to go."""

    state: str
    nonce: str
    verifier: str
    target: str


@router.get("/sign-in/elsewhere")
async def begin(request: Request, at: At, next: str = HOME) -> Response:  # noqa: A002
    """Send the browser to the identity provider."""
    provider = provider_of(request, at)
    try:
        asked = await provider.ask(_back(request, at))
    except ProviderAwayError:
        return _told(request, at, 503)
    answer = RedirectResponse(asked.address, 303)
    begun = Begun(state=asked.state, nonce=asked.nonce, verifier=asked.verifier, target=own_address(next))
    sealed_cookies.keep(at, answer, BEGUN, begun, WITHIN)
    return answer


@router.get("/sign-in/back")
async def come_back(
    request: Request, at: At, state: str = "", code: str = "", error: str = "", iss: str = ""
) -> Response:
    """Hear what the identity provider says, and begin a session if it vouches for a person of a known group."""
    provider = provider_of(request, at)
    answer = await _heard(request, at, provider, state, code, error, iss)
    sealed_cookies.forget(answer, BEGUN)
    return answer


def provider_of(request: Request, at: Premises) -> IdentityProvider:
    """The office's identity provider; 404 when it has none."""
    if not at.settings.oidc_issuer or not at.settings.oidc_client_id:
        raise HTTPException(404)
    known: IdentityProvider | None = getattr(request.app.state, "identity_provider", None)
    if known is None:
        settings = at.settings
        known = IdentityProvider(at.settings.oidc_issuer, at.settings.oidc_client_id, settings.oidc_client_secret)
        request.app.state.identity_provider = known
    return known


async def _heard(
    request: Request, at: Premises, provider: IdentityProvider, state: str, code: str, error: str, issuer: str
) -> Response:
    begun = sealed_cookies.kept(at, request, BEGUN, Begun)
    if begun is None or not hmac.compare_digest(begun.state.encode(), state.encode()):
        return _told(request, at, 400)
    if error or not code or issuer.rstrip("/") not in ("", provider.issuer):
        return _told(request, at, 401)
    try:
        person = await provider.person(_back(request, at), code, begun.nonce, begun.verifier)
    except ProviderAwayError:
        return _told(request, at, 503)
    except IdentityError as refused:
        log.warning("sign_in.refused", problem=str(refused))
        return _told(request, at, 401)
    user = await asyncio.to_thread(_known, at, provider, person)
    if user is None:
        return _told(request, at, 403)
    return await asyncio.to_thread(signed_in, at, user, begun.target)


def _known(at: Premises, provider: IdentityProvider, person: Person) -> User | None:
    """The user of a person, new or brought up to date; None when no group gives a role or the user is kept out."""
    role = role_of(person.groups, at.settings.oidc_roles or {})
    if role is None:
        return None
    subject = at.keys.opaque("subject", provider.issuer, person.subject)
    with at.book.writing() as tx:
        user = people.by_subject(tx, subject)
        if user is None:
            return _added(at, tx, person, role, subject)
        if user.disabled_at:
            return None
        people.set_role(tx, user.user_id, role.value, person.shown_name)
        return people.user_of(tx, user.user_id)


def _added(at: Premises, tx: Transaction, person: Person, role: Role, subject: str) -> User:
    """A new user. A local user of the same name stays who they are: a provider's name opens no other's account."""
    taken = people.credentials(tx, person.name) is not None
    return people.add_user(
        tx,
        practice=at.settings.practice,
        name=f"{person.name}-{subject[-6:]}" if taken else person.name,
        shown_name=person.shown_name,
        role=role.value,
        at=at.wall(),
        subject=subject,
    )


def role_of(groups: frozenset[str], roles: dict[str, str]) -> Role | None:
    """The role that a person's groups give; the one with the most to decide of several, None of none."""
    given = {Role(role) for group, role in roles.items() if group in groups}
    return next((each for each in MOST_FIRST if each in given), None)


def _back(request: Request, at: Premises) -> str:
    """Where the provider sends people back to; it must know this address."""
    base = at.settings.pages_url or str(request.base_url).rstrip("/")
    return f"{base}/sign-in/back"


def _told(request: Request, at: Premises, status: int) -> Response:
    name = at.settings.oidc_name
    title, advice = {
        400: (
            "This sign-in was not begun here",
            "It took longer than ten minutes, or began in another window. Go back to the sign-in page and try again.",
        ),
        401: (
            "You are not signed in",
            f"{name} did not vouch for you in a way that can be trusted. Try again; if it stays, tell whoever runs it.",
        ),
        403: (
            "You may not use Baton yet",
            f"{name} knows you, but none of your groups has a role here, or a supervisor has closed your access. "
            "Ask a supervisor which group you need.",
        ),
        503: (
            "Sign-in does not answer",
            f"{name} cannot be reached right now. Try again in a minute, or sign in with a name and password.",
        ),
    }[status]
    title = title if status != 503 else f"{name[:1].upper()}{name[1:]} does not answer"
    return page(request, "sign_in_refused.html", status, title=title, advice=advice[:1].upper() + advice[1:])
