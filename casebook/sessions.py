"""Sessions: who is signed in. The browser holds a secret, the casebook its digest, and ends it on either side."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import select, update

from casebook.desk_tables import SESSIONS, USERS
from casebook.opening import Transaction
from casebook.people import User, digest_of
from journey.words import Frozen, Moment

IDLE: Final = timedelta(minutes=15)
"""A session that nobody used for so long is over."""

ABSOLUTE: Final = timedelta(hours=12)
"""No session lasts longer, however busy."""

TOUCH_AFTER: Final = timedelta(seconds=30)
"""How old the note of the last use may be before it is worth writing again."""


class Session(Frozen):
    """One signed-in browser."""

    digest: str
    user: User
    form_token: str
    """What every form of this session carries, so that no other site can send one."""
    made_at: Moment
    used_at: Moment


class Begun(NamedTuple):
    """A new session: what the browser must show again, and the session itself."""

    secret: str
    session: Session


def begin(tx: Transaction, user: User, at: Moment) -> Begun:
    """Sign a user in."""
    secret = secrets.token_urlsafe(32)
    session = Session(digest=digest_of(secret), user=user, form_token=secrets.token_urlsafe(24), made_at=at, used_at=at)
    row = {**session.model_dump(exclude={"user"}), "user_id": user.user_id}
    tx.connection.execute(SESSIONS.insert().values(row))
    return Begun(secret, session)


def find(tx: Transaction, secret: str, at: Moment) -> Session | None:
    """The session of a browser's secret; None when it is over or its user is kept out."""
    wanted = select(SESSIONS, *(USERS.c[name].label(f"u_{name}") for name in User.model_fields)).join(USERS)
    found = tx.connection.execute(wanted.where(SESSIONS.c.digest == digest_of(secret))).mappings().one_or_none()
    if found is None or found["ended_at"] or found["u_disabled_at"]:
        return None
    if at - found["used_at"] > IDLE or at - found["made_at"] > ABSOLUTE:
        return None
    user = User.model_validate({name: found[f"u_{name}"] for name in User.model_fields})
    return Session(
        digest=found["digest"],
        user=user,
        form_token=found["form_token"],
        made_at=found["made_at"],
        used_at=found["used_at"],
    )


def touch(tx: Transaction, digest: str, at: Moment) -> None:
    """Note that a session is in use."""
    tx.connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(used_at=at))


def end(tx: Transaction, digest: str, at: Moment) -> None:
    """Sign out; a copied secret is worth nothing from now on."""
    tx.connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(ended_at=at))
