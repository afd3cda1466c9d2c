"""API tokens: keys of other systems, shown once when they are made; the casebook keeps their digest."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlalchemy import select, update

from casebook.desk_tables import TOKENS, USERS
from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.people import User, digest_of
from journey.words import Frozen, Moment

PREFIX: Final = "baton_"
"""How every token begins, so that scanners for lost secrets know one."""

LONGEST: Final = timedelta(days=366)
"""No token is valid for longer: a key that nobody renews is a key that nobody remembers."""

TOUCH_AFTER: Final = timedelta(minutes=1)
"""How old the note of the last use may be before it is worth writing again."""


class Token(Frozen):
    """One token, without its secret."""

    token_id: str
    user_id: str
    """As whom its bearer acts."""
    label: str
    scopes: tuple[str, ...]
    made_by: str
    """Id of the user who made it."""
    made_at: Moment
    expires_at: Moment
    used_at: Moment | None = None
    revoked_at: Moment | None = None


class Made(NamedTuple):
    """A new token: what its bearer must show, which nobody can read again, and the token itself."""

    secret: str
    token: Token


class Bearer(NamedTuple):
    """Whom a token lets in."""

    token: Token
    user: User


def make(
    tx: Transaction,
    *,
    user_id: str,
    label: str,
    scopes: Iterable[str],
    made_by: str,
    at: Moment,
    expires_at: Moment,
) -> Made:
    """A new token.

    Args:
        tx: the transaction.
        user_id: as whom its bearer acts.
        label: what it is for, in words of whoever made it.
        scopes: what it is good for.
        made_by: id of the user who made it.
        at: now, by the wall clock.
        expires_at: from when on it is worth nothing.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        token_id=uuid4().hex,
        user_id=user_id,
        label=label,
        scopes=tuple(scopes),
        made_by=made_by,
        made_at=at,
        expires_at=expires_at,
    )
    row = {**token.model_dump(), "scopes": " ".join(token.scopes), "digest": digest_of(secret)}
    tx.connection.execute(TOKENS.insert().values(row))
    return Made(secret, token)


def find(tx: Transaction, secret: str, at: Moment) -> Bearer | None:
    """Whom a secret lets in; None when it is unknown, expired or revoked, or its user is kept out."""
    wanted = select(TOKENS, *(USERS.c[name].label(f"u_{name}") for name in User.model_fields)).join(
        USERS, USERS.c.user_id == TOKENS.c.user_id
    )
    found = tx.connection.execute(wanted.where(TOKENS.c.digest == digest_of(secret))).mappings().one_or_none()
    if found is None or found["revoked_at"] or found["u_disabled_at"] or found["expires_at"] <= at:
        return None
    return Bearer(_token(found), User.model_validate({name: found[f"u_{name}"] for name in User.model_fields}))


def touch(tx: Transaction, token_id: str, at: Moment) -> None:
    """Note that a token is in use."""
    tx.connection.execute(update(TOKENS).where(TOKENS.c.token_id == token_id).values(used_at=at))


def revoke(tx: Transaction, practice: str, token_id: str, at: Moment) -> None:
    """Make a token worth nothing from now on; NoSuchRowError when the practice has no such token."""
    token_of(tx, practice, token_id)
    standing = (TOKENS.c.token_id == token_id, TOKENS.c.revoked_at.is_(None))
    tx.connection.execute(update(TOKENS).where(*standing).values(revoked_at=at))


def token_of(tx: Transaction, practice: str, token_id: str) -> Token:
    """One token of a practice; NoSuchRowError when there is none."""
    found = tx.connection.execute(_of(practice).where(TOKENS.c.token_id == token_id)).mappings().one_or_none()
    if found is None:
        raise NoSuchRowError("there is no such token")
    return _token(found)


def tokens_of(tx: Transaction, practice: str) -> tuple[Token, ...]:
    """All tokens of a practice, newest first; those that are worth nothing any more too."""
    ordered = _of(practice).order_by(TOKENS.c.made_at.desc(), TOKENS.c.token_id)
    return tuple(_token(each) for each in tx.connection.execute(ordered).mappings())


def _of(practice: str) -> Any:
    return select(TOKENS).join(USERS, USERS.c.user_id == TOKENS.c.user_id).where(USERS.c.practice == practice)


def _token(row: Any) -> Token:
    known = {name: row[name] for name in Token.model_fields}
    return Token.model_validate({**known, "scopes": tuple(row["scopes"].split())})
