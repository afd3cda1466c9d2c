"""Who may come in: users of the practice, and the tokens of other systems; and who looked at what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from casebook import accesses, office, people, tokens
from casebook.accesses import Access
from casebook.office import LastSupervisorError
from casebook.opening import Transaction
from casebook.people import NameTakenError, User
from casebook.tokens import Token
from dashboard.api import cursors
from dashboard.api.callers import Caller, Calling, needs
from dashboard.api.problems import RefusalError, field_refused, problems
from dashboard.api.repeating import Key, Repeatable, keep_instead
from dashboard.api.scopes import Scope
from dashboard.roles import Right, Role
from dashboard.signing import passwords
from dashboard.signing.visiting import At, note_access
from journey.words import Frozen, Moment

router = APIRouter(
    tags=["Administration"],
    route_class=Repeatable,
    dependencies=[Depends(needs(Right.ADMINISTER))],
    responses=problems(401, 403, 409, 422, 429),
)
audit = APIRouter(
    tags=["Administration"], dependencies=[Depends(needs(Right.AUDIT))], responses=problems(401, 403, 422, 429)
)
OpaqueId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class NewUser(BaseModel):
    """A person or another system that shall come in."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$", description="What they sign in with.")
    shown_name: str = Field(min_length=1, max_length=120, examples=["Maria Reyes"])
    role: Role
    password: str | None = Field(
        None, max_length=500, description="For a local user; without one they cannot sign in with a password."
    )


class UserChange(BaseModel):
    """What changes of a user; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    shown_name: str | None = Field(None, min_length=1, max_length=120)
    disabled: bool | None = Field(None, description="True keeps them out at once; false lets them in again.")


class UserList(Frozen):
    """All users of the practice."""

    items: tuple[User, ...]


class NewToken(BaseModel):
    """A token for a service, or for oneself."""

    model_config = ConfigDict(extra="forbid")

    user_id: str | None = Field(None, pattern="^[0-9a-f]{32}$", description="The service; yourself when absent.")
    label: str = Field(min_length=1, max_length=120, description="What it is for.", examples=["BI export"])
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    days: int = Field(90, ge=1, le=tokens.LONGEST.days, description="For how many days it is valid.")


class MadeToken(Frozen):
    """A new token."""

    secret: str | None = Field(description="Shown once: null when the request is repeated.", examples=["baton_…"])
    token: Token


class TokenList(Frozen):
    """All tokens of the practice, newest first, without their secrets."""

    items: tuple[Token, ...]


class AccessList(Frozen):
    """One page of what was looked at, newest first."""

    items: tuple[Access, ...]
    next: str | None = Field(None, description="Give it as `after` to read on; absent on the last page.")


# ---- users ----------------------------------------------------------------------------------------------------------


@router.get("/users")
def users(at: At, caller: Calling) -> UserList:
    """List who may come in."""
    with at.book.reading() as tx:
        return UserList(items=people.users_of(tx, caller.user.practice))


@router.post("/users", status_code=201)
def add_user(at: At, caller: Calling, key: Key, new: NewUser) -> User:  # noqa: ARG001
    """Let somebody in: a person with a password, a person of the identity provider, or another system."""
    hashed = _hashed(new)
    try:
        with at.book.writing() as tx:
            added = people.add_user(
                tx,
                practice=caller.user.practice,
                name=new.name,
                shown_name=new.shown_name,
                role=new.role.value,
                at=at.wall(),
                password_hash=hashed,
            )
    except NameTakenError as error:
        raise RefusalError(409, "name-taken", f"{error}.".capitalize()) from None
    note_access(at, caller, "user added", cases=0)
    return added


@router.patch("/users/{user_id}", responses=problems(404))
def change_user(at: At, caller: Calling, key: Key, user_id: OpaqueId, change: UserChange) -> User:  # noqa: ARG001
    """Change a role or a shown name, keep somebody out, or let them in again. One supervisor always stays."""
    try:
        with at.book.writing() as tx:
            user = office.member_of(tx, caller.user.practice, user_id)
            done = _change(tx, user, change, at.wall())
            changed = people.user_of(tx, user_id)
    except LastSupervisorError as error:
        raise RefusalError(409, "last-supervisor", f"{error}.".capitalize()) from None
    for each in done:
        note_access(at, caller, each, cases=0)
    return changed


# ---- tokens ---------------------------------------------------------------------------------------------------------


@router.get("/tokens")
def list_tokens(at: At, caller: Calling) -> TokenList:
    """List the practice's tokens, with their last use; those that are over too."""
    with at.book.reading() as tx:
        return TokenList(items=tokens.tokens_of(tx, caller.user.practice))


@router.post("/tokens", status_code=201, responses=problems(404))
def make_token(request: Request, at: At, caller: Calling, key: Key, new: NewToken) -> MadeToken:  # noqa: ARG001
    """Make a token for a service, or for yourself. Its secret is shown once, and only its digest is kept.

    Its bearer may do what both its scopes and its user's role allow.
    """
    if caller.scopes is not None and not set(new.scopes) <= caller.scopes:
        raise RefusalError(
            403, "missing-scope", "A token can only make tokens of scopes that it has.", missing="scopes"
        )
    with at.book.writing() as tx:
        user = _bearer(tx, caller, new.user_id)
        made = tokens.make(
            tx,
            user_id=user.user_id,
            label=new.label,
            scopes=[each.value for each in dict.fromkeys(new.scopes)],
            made_by=caller.user.user_id,
            at=at.wall(),
            expires_at=at.wall() + timedelta(days=new.days),
        )
    note_access(at, caller, "token made", cases=0)
    keep_instead(request, MadeToken(secret=None, token=made.token).model_dump_json().encode())
    return MadeToken(secret=made.secret, token=made.token)


@router.delete("/tokens/{token_id}", status_code=204, responses=problems(404))
def revoke_token(at: At, caller: Calling, key: Key, token_id: OpaqueId) -> Response:  # noqa: ARG001
    """Revoke a token: it is worth nothing from now on."""
    with at.book.writing() as tx:
        tokens.revoke(tx, caller.user.practice, token_id, at.wall())
    note_access(at, caller, "token revoked", cases=0)
    return Response(status_code=204)


# ---- who looked at what ---------------------------------------------------------------------------------------------


@audit.get("/accesses")
def list_accesses(
    at: At,
    caller: Calling,
    user_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None,
    case_id: Annotated[str | None, Query(pattern=r"^case-[a-z2-7]{26}$")] = None,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AccessList:
    """List who looked at whose data, newest first; every page, list, export and showing is noted."""
    before = _moment(after) if after else None
    with at.book.reading() as tx:
        found = accesses.accesses(
            tx, caller.user.practice, user_id=user_id, case_id=case_id, before=before, limit=limit
        )
    note_access(at, caller, "accesses", cases=0)
    more = cursors.written((found[-1].at.isoformat(),)) if len(found) == limit else None
    return AccessList(items=found, next=more)


def _moment(cursor: str) -> Moment:
    try:
        return datetime.fromisoformat(cursors.read(cursor, 1)[0])
    except ValueError:
        raise cursors.not_ours() from None


def _hashed(new: NewUser) -> str | None:
    if new.password is None:
        return None
    if new.role is Role.SERVICE:
        raise field_refused("body.password", "A service signs in with tokens only")
    try:
        return passwords.hashed(new.password)
    except passwords.WeakPasswordError as rule:
        raise field_refused("body.password", f"{rule}".capitalize()) from None


def _change(tx: Transaction, user: User, change: UserChange, now: Moment) -> list[str]:
    """Make the changes; what was done, as the access log says it."""
    done = []
    if change.role is not None:
        if Role.SERVICE in (change.role, user.role) and change.role != user.role:
            raise RefusalError(409, "not-a-service", "People and services do not change places.")
        office.change_role(tx, user, change.role.value)
        done.append("user role changed")
    if change.shown_name is not None:
        people.set_role(tx, user.user_id, (change.role or Role(user.role)).value, change.shown_name)
        done.append("user renamed")
    if change.disabled:
        office.keep_out(tx, user, now)
        done.append("user kept out")
    elif change.disabled is not None:
        people.set_disabled(tx, user.user_id, None, now)
        done.append("user let in")
    return done


def _bearer(tx: Transaction, caller: Caller, user_id: str | None) -> User:
    """As whom the bearer of a new token acts; nobody makes a token for another person."""
    user = office.member_of(tx, caller.user.practice, user_id) if user_id else caller.user
    if user.user_id != caller.user.user_id and user.role != Role.SERVICE:
        raise RefusalError(409, "not-a-service", "A token is for a service or for yourself, not for another person.")
    return user
