"""The office itself: its people as whoever administers them sees them, and the files that arrived."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import func, select

from casebook import people
from casebook.desk_tables import SESSIONS, USERS
from casebook.errors import CasebookError, NoSuchRowError
from casebook.opening import Transaction
from casebook.people import User
from casebook.register import IntakeFile
from casebook.sessions import ABSOLUTE, IDLE
from casebook.tables import INTAKE_FILES, QUARANTINE
from journey.words import Frozen, Moment

SUPERVISOR: Final = "supervisor"


class LastSupervisorError(CasebookError):
    """Without this user nobody could let people in, or decide."""


class Member(Frozen):
    """A user with what only the office's administration sees."""

    user: User
    has_password: bool
    is_elsewhere: bool
    """Signs in at the identity provider, which says name and role."""
    sessions: int
    """Browsers that are signed in now."""
    used_at: Moment | None
    """When one of their sessions was last used."""


def members(tx: Transaction, practice: str, now: Moment) -> tuple[Member, ...]:
    """Everybody who may sign in, or might again; those who are kept out last."""
    is_open = (
        SESSIONS.c.ended_at.is_(None) & (SESSIONS.c.used_at >= now - IDLE) & (SESSIONS.c.made_at >= now - ABSOLUTE)
    )
    wanted = (
        select(
            USERS,
            func.count().filter(is_open).label("sessions"),
            func.max(SESSIONS.c.used_at).label("used_at"),
        )
        .select_from(USERS.outerjoin(SESSIONS, SESSIONS.c.user_id == USERS.c.user_id))
        .where(USERS.c.practice == practice)
        .group_by(USERS.c.user_id)
        .order_by(USERS.c.disabled_at.is_not(None), USERS.c.shown_name, USERS.c.name)
    )
    return tuple(_member(each) for each in tx.connection.execute(wanted).mappings())


def member_of(tx: Transaction, practice: str, user_id: str) -> User:
    """One user of a practice; NoSuchRowError when it has none of this id."""
    user = people.user_of(tx, user_id)
    if user.practice != practice:
        raise NoSuchRowError("there is no such user")
    return user


def has_password(tx: Transaction, user_id: str) -> bool:
    """Whether a user signs in with a password here."""
    wanted = select(USERS.c.user_id).where(USERS.c.user_id == user_id, USERS.c.password_hash.is_not(None))
    return tx.connection.execute(wanted).first() is not None


def change_role(tx: Transaction, user: User, role: str) -> None:
    """Make a user something else; LastSupervisorError when nobody could decide any more."""
    if role != SUPERVISOR:
        _keep_one(tx, user)
    people.set_role(tx, user.user_id, role)


def keep_out(tx: Transaction, user: User, now: Moment) -> None:
    """End a user's access and sessions; LastSupervisorError likewise."""
    _keep_one(tx, user)
    people.set_disabled(tx, user.user_id, now, now)


def _keep_one(tx: Transaction, user: User) -> None:
    """Two supervisors who take each other's role at the same moment wait for each other here."""
    tx.lock(f"supervisors/{user.practice}")
    if user.role != SUPERVISOR or user.disabled_at is not None:
        return
    if people.count_users(tx, user.practice, SUPERVISOR) <= 1:
        raise LastSupervisorError("this is the last supervisor: make another one first")


def files_arrived(tx: Transaction, practice: str, *, limit: int = 100) -> tuple[IntakeFile, ...]:
    """The newest files of a practice, with what became of their claims."""
    wanted = select(INTAKE_FILES).where(INTAKE_FILES.c.practice == practice)
    ordered = wanted.order_by(INTAKE_FILES.c.received_at.desc(), INTAKE_FILES.c.digest).limit(limit)
    return tuple(
        IntakeFile.model_validate({**each, "size": each["bytes"], "kinds": tuple(each["kinds"].split())})
        for each in tx.connection.execute(ordered).mappings()
    )


def is_quarantined(tx: Transaction, practice: str, item_id: str) -> bool:
    """Whether a practice has this item in quarantine."""
    wanted = select(QUARANTINE.c.item_id).where(QUARANTINE.c.item_id == item_id, QUARANTINE.c.practice == practice)
    return tx.connection.execute(wanted).first() is not None


def _member(row: Any) -> Member:
    return Member(
        user=User.model_validate({name: row[name] for name in User.model_fields}),
        has_password=row["password_hash"] is not None,
        is_elsewhere=row["subject"] is not None,
        sessions=row["sessions"],
        used_at=row["used_at"],
    )
