"""The office's people: who may sign in, as what, and until when. Every change is noted."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from casebook import office, people
from casebook.office import LastSupervisorError
from casebook.people import NameTakenError, User
from dashboard.office import shown_once
from dashboard.office.shown_once import Secret
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import ROLE_WORDS, Right, Role
from dashboard.signing import passwords
from dashboard.signing.visiting import At, Seen, Sent, Visitor, needs, note_access
from worker.settings import SETTINGS, Setting

TABS: Final = (
    ("/admin", "People"),
    ("/admin/tokens", "Tokens"),
    ("/admin/webhooks", "Webhooks"),
    ("/admin/files", "Files"),
    ("/admin/settings", "Settings"),
)
DID: Final = {
    "added": "They may sign in from now on.",
    "role": "The role is changed; it counts at once.",
    "out": "They are kept out, and signed out everywhere.",
    "in": "They may sign in again.",
    "ended": "They are signed out everywhere.",
}
PASSWORD_BYTES: Final = 15
"""Twenty characters: too many to guess, few enough to type."""

CHANGE_IT: Final = "Tell it to them in person. They change it under their name at the top of the page."

router = APIRouter(prefix="/admin", dependencies=[Depends(needs(Right.ADMINISTER))])
Text = Annotated[str, Form()]


@router.get("")
def show(request: Request, at: At, visitor: Seen, did: str = "") -> Response:
    """The people of the office."""
    return _people(request, at, visitor, did=DID.get(did, ""))


@router.post("/users")
def add(
    request: Request, at: At, visitor: Sent, name: Text = "", shown_name: Text = "", role: Text = Role.VIEWER.value
) -> Response:
    """Let somebody in: a person with a new password, or a service that has tokens only."""
    if not name.strip() or role not in set(Role):
        return _people(request, at, visitor, problem="A user needs a name and a role.", status=422)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    hashed = None if role == Role.SERVICE else passwords.hashed(password)
    try:
        with at.book.writing() as tx:
            user = people.add_user(
                tx,
                practice=visitor.user.practice,
                name=name,
                shown_name=shown_name,
                role=role,
                at=at.wall(),
                password_hash=hashed,
            )
    except NameTakenError as taken:
        return _people(request, at, visitor, problem=f"{taken}.".capitalize(), status=409)
    note_access(at, visitor, "user added", cases=0)
    return _to_password(at, visitor, user, password) if hashed else RedirectResponse("/admin?did=added", 303)


@router.post("/users/{user_id}/role")
def change_role(request: Request, at: At, visitor: Sent, user_id: str, role: Text = "") -> Response:
    """Make somebody something else; a service stays one, and nobody becomes one."""
    user = _user(at, visitor, user_id)
    if role not in set(Role) or (role == Role.SERVICE) != (user.role == Role.SERVICE):
        return _people(request, at, visitor, problem="People and services do not change places.", status=422)
    try:
        with at.book.writing() as tx:
            office.change_role(tx, office.member_of(tx, visitor.user.practice, user_id), role)
    except LastSupervisorError as last:
        return _people(request, at, visitor, problem=f"{last}.".capitalize(), status=409)
    return _done(at, visitor, "user role changed", "role")


@router.post("/users/{user_id}/out")
def keep_out(request: Request, at: At, visitor: Sent, user_id: str) -> Response:
    """Keep somebody out, at once."""
    try:
        with at.book.writing() as tx:
            office.keep_out(tx, office.member_of(tx, visitor.user.practice, user_id), at.wall())
    except LastSupervisorError as last:
        return _people(request, at, visitor, problem=f"{last}.".capitalize(), status=409)
    return _done(at, visitor, "user kept out", "out")


@router.post("/users/{user_id}/in")
def let_in(at: At, visitor: Sent, user_id: str) -> Response:
    """Let somebody in again."""
    with at.book.writing() as tx:
        user = office.member_of(tx, visitor.user.practice, user_id)
        people.set_disabled(tx, user.user_id, None, at.wall())
    return _done(at, visitor, "user let in", "in")


@router.post("/users/{user_id}/password")
def reset_password(request: Request, at: At, visitor: Sent, user_id: str) -> Response:
    """A new password for a local user, shown once; their sessions end."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    hashed = passwords.hashed(password)
    with at.book.writing() as tx:
        user = office.member_of(tx, visitor.user.practice, user_id)
        local = office.has_password(tx, user_id)
        if local:
            people.set_password(tx, user_id, hashed, at.wall())
    if not local:
        return _people(request, at, visitor, problem="This user signs in without a password.", status=422)
    note_access(at, visitor, "password reset", cases=0)
    return _to_password(at, visitor, user, password)


@router.post("/users/{user_id}/sessions")
def end_sessions(at: At, visitor: Sent, user_id: str) -> Response:
    """Sign somebody out everywhere."""
    user = _user(at, visitor, user_id)
    with at.book.writing() as tx:
        people.end_sessions(tx, user.user_id, at.wall())
    return _done(at, visitor, "sessions ended", "ended")


@router.get("/settings")
def settings(request: Request, at: At) -> Response:
    """The settings as they are; of secrets only whether they are set."""
    chosen = [(each, _value(at, each)) for each in SETTINGS]
    return page(request, "office_settings.html", tabs=TABS, chosen=chosen, mode=at.settings.mode)


def _value(at: Premises, setting: Setting) -> str:
    value: Any = getattr(at.settings, setting.name)
    if value in (None, "", {}):
        return "not set"
    if setting.secret:
        return "set"
    if isinstance(value, dict):
        return "; ".join(f"{key}={word}" for key, word in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ":".join(value) if isinstance(value, tuple) else str(value)


def _user(at: Premises, visitor: Visitor, user_id: str) -> User:
    with at.book.reading() as tx:
        return office.member_of(tx, visitor.user.practice, user_id)


def _done(at: Premises, visitor: Visitor, what: str, did: str) -> Response:
    note_access(at, visitor, what, cases=0)
    return RedirectResponse(f"/admin?did={did}", 303)


def _to_password(at: Premises, visitor: Visitor, user: User, password: str) -> Response:
    title = f"The password of {user.shown_name} ({user.name})"
    return shown_once.lead_on(at, visitor, "/admin", Secret(title=title, value=password, advice=CHANGE_IT))


def _people(
    request: Request, at: Premises, visitor: Visitor, *, problem: str = "", did: str = "", status: int = 200
) -> Response:
    with at.book.reading() as tx:
        members = office.members(tx, visitor.user.practice, at.wall())
    secret = shown_once.taken(at, visitor, request)
    known = {"members": members, "problem": problem, "did": did, "secret": secret}
    return shown_once.without(
        page(request, "office_people.html", status, tabs=TABS, roles=ROLE_WORDS, now=at.wall(), **known)
    )
