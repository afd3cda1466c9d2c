"""Keys of other systems: API tokens, and webhooks with what each was told. Secrets are shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from casebook import office, tokens, webhooks
from casebook.webhooks import Event
from dashboard.api.scopes import Scope
from dashboard.office import shown_once
from dashboard.office.page import TABS
from dashboard.office.shown_once import Secret
from dashboard.premises import Premises
from dashboard.rendering import page
from dashboard.roles import Right, Role
from dashboard.signing.visiting import At, Seen, Sent, Visitor, needs, note_access
from dashboard.webhooks import problem_of

RECENT: Final = 5
"""How many messages of each webhook are shown."""

DAYS: Final = (30, 90, 180, 365)
DID: Final = {
    "revoked": "The token is worth nothing any more.",
    "stopped": "The system is told nothing any more.",
    "again": "What was given up is sent once more.",
}

router = APIRouter(prefix="/admin", dependencies=[Depends(needs(Right.ADMINISTER))])
Text = Annotated[str, Form()]


@router.get("/tokens")
def show_tokens(request: Request, at: At, visitor: Seen, did: str = "") -> Response:
    """The tokens of the office."""
    return _tokens(request, at, visitor, did=DID.get(did, ""))


@router.post("/tokens")
def make_token(
    request: Request,
    at: At,
    visitor: Sent,
    user_id: Text = "",
    label: Text = "",
    scope: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form()] = 90,
) -> Response:
    """A new token, of a service or one's own; its secret is shown once."""
    wanted = [each for each in Scope if each.value in (scope or ())]
    if not label.strip() or not wanted or days not in DAYS:
        return _tokens(request, at, visitor, problem="Say what it is for, what it may do and how long.", status=422)
    now = at.wall()
    with at.book.writing() as tx:
        user = office.member_of(tx, visitor.user.practice, user_id or visitor.user.user_id)
        if user.role == Role.SERVICE or user.user_id == visitor.user.user_id:
            made = tokens.make(
                tx,
                user_id=user.user_id,
                label=label.strip(),
                scopes=[each.value for each in wanted],
                made_by=visitor.user.user_id,
                at=now,
                expires_at=now + timedelta(days=days),
            )
        else:
            made = None
    if made is None:
        return _tokens(request, at, visitor, problem="A token is for a service or for yourself.", status=422)
    note_access(at, visitor, "token made", cases=0)
    advice = "Put it where the other system keeps its secrets. Nobody can read it here again."
    secret = Secret(title=f"The token “{made.token.label}”", value=made.secret, advice=advice)
    return shown_once.lead_on(at, visitor, "/admin/tokens", secret)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(at: At, visitor: Sent, token_id: str) -> Response:
    """Make a token worth nothing."""
    with at.book.writing() as tx:
        tokens.revoke(tx, visitor.user.practice, token_id, at.wall())
    note_access(at, visitor, "token revoked", cases=0)
    return RedirectResponse("/admin/tokens?did=revoked", 303)


@router.get("/webhooks")
def show_webhooks(request: Request, at: At, visitor: Seen, did: str = "") -> Response:
    """Where other systems are told of changes."""
    return _webhooks(request, at, visitor, did=DID.get(did, ""))


@router.post("/webhooks")
def add_webhook(
    request: Request, at: At, visitor: Sent, url: Text = "", event: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Tell another system of changes from now on; what signs its messages is shown once."""
    events = [each for each in Event if each.value in (event or ())]
    problem = problem_of(url.strip()) or ("" if events else "Choose what it is told")
    if problem:
        return _webhooks(request, at, visitor, problem=f"{problem}.", status=422)
    with at.book.writing() as tx:
        made = webhooks.add_hook(
            tx,
            practice=visitor.user.practice,
            url=url.strip(),
            events=events,
            made_by=visitor.user.user_id,
            at=at.wall(),
        )
    note_access(at, visitor, "webhook made", cases=0)
    advice = "The other system checks with it that a message is ours. Nobody can read it here again."
    secret = Secret(title="What signs its messages", value=made.secret, advice=advice)
    return shown_once.lead_on(at, visitor, "/admin/webhooks", secret)


@router.post("/webhooks/{hook_id}/stop")
def stop_webhook(at: At, visitor: Sent, hook_id: str) -> Response:
    """Tell a system nothing any more."""
    with at.book.writing() as tx:
        webhooks.disable_hook(tx, visitor.user.practice, hook_id, at.wall())
    note_access(at, visitor, "webhook stopped", cases=0)
    return RedirectResponse("/admin/webhooks?did=stopped", 303)


@router.post("/webhooks/{hook_id}/again")
def send_again(at: At, visitor: Sent, hook_id: str) -> Response:
    """Send what the system never took once more."""
    with at.book.writing() as tx:
        webhooks.deliver_again(tx, visitor.user.practice, hook_id, at.wall())
    note_access(at, visitor, "webhook sent again", cases=0)
    return RedirectResponse("/admin/webhooks?did=again", 303)


def _tokens(
    request: Request, at: Premises, visitor: Visitor, *, problem: str = "", did: str = "", status: int = 200
) -> Response:
    with at.book.reading() as tx:
        found = tokens.tokens_of(tx, visitor.user.practice)
        members = [each.user for each in office.members(tx, visitor.user.practice, at.wall())]
    secret = shown_once.taken(at, visitor, request)
    answer = page(
        request,
        "office_tokens.html",
        status,
        tabs=TABS,
        tokens=found,
        names={each.user_id: each.shown_name for each in members},
        services=[each for each in members if each.role == Role.SERVICE and not each.disabled_at],
        scopes=tuple(Scope),
        days=DAYS,
        now=at.wall(),
        problem=problem,
        did=did,
        secret=secret,
    )
    return shown_once.without(answer)


def _webhooks(
    request: Request, at: Premises, visitor: Visitor, *, problem: str = "", did: str = "", status: int = 200
) -> Response:
    with at.book.reading() as tx:
        hooks = webhooks.hooks_of(tx, visitor.user.practice)
        recent = {
            each.hook_id: webhooks.deliveries_of(tx, visitor.user.practice, each.hook_id, limit=RECENT)
            for each in hooks
        }
    secret = shown_once.taken(at, visitor, request)
    known = {"hooks": hooks, "recent": recent, "problem": problem, "did": did, "secret": secret}
    return shown_once.without(page(request, "office_webhooks.html", status, tabs=TABS, events=tuple(Event), **known))
