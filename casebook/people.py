"""Who may sign in: users of a practice, what they are, and how often they failed to say who they are."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, select, update

from casebook.desk_tables import SESSIONS, USERS
from casebook.errors import CasebookError, NoSuchRowError
from casebook.opening import Transaction
from journey.words import Frozen, Moment

TRIES: Final = 5
"""Wrong passwords in a row before a name is locked."""

LOCKED_FOR: Final = timedelta(minutes=15)


class NameTakenError(CasebookError):
    """Another user signs in under this name."""


class User(Frozen):
    """A person, or another system, that may sign in."""

    user_id: str
    practice: str
    name: str
    """What they sign in with; lower case."""
    shown_name: str
    role: str
    created_at: Moment
    locked_until: Moment | None = None
    disabled_at: Moment | None = None


class Credentials(Frozen):
    """A user with what a sign-in is checked against."""

    user: User
    password_hash: str | None


def digest_of(secret: str) -> str:
    """What is kept of a long random secret: enough to know it again, worthless to whoever reads it."""
    return sha256(secret.encode()).hexdigest()


def add_user(
    tx: Transaction,
    *,
    practice: str,
    name: str,
    shown_name: str,
    role: str,
    at: Moment,
    password_hash: str | None = None,
    subject: str | None = None,
) -> User:
    """A new user; NameTakenError when the name is another's.

    Args:
        tx: the transaction.
        practice: whose cases the user sees.
        name: what they sign in with.
        shown_name: what others see beside what they did.
        role: a word of `dashboard.roles.Role`.
        at: now.
        password_hash: an argon2 hash; None for people of an identity provider and for services.
        subject: the identity provider's name of the person, blind.
    """
    user = User(
        user_id=uuid4().hex,
        practice=practice,
        name=name.strip().lower(),
        shown_name=shown_name.strip() or name,
        role=role,
        created_at=at,
    )
    if tx.connection.execute(select(USERS.c.user_id).where(USERS.c.name == user.name)).first():
        raise NameTakenError("another user signs in under this name: choose a different one")
    row = {**user.model_dump(), "password_hash": password_hash, "subject": subject, "failures": 0}
    tx.connection.execute(USERS.insert().values(row))
    return user


def user_of(tx: Transaction, user_id: str) -> User:
    """One user; NoSuchRowError when there is none."""
    found = tx.connection.execute(select(USERS).where(USERS.c.user_id == user_id)).mappings().one_or_none()
    if found is None:
        raise NoSuchRowError("there is no such user")
    return _user(found)


def users_of(tx: Transaction, practice: str) -> tuple[User, ...]:
    """All users of a practice, by name."""
    wanted = select(USERS).where(USERS.c.practice == practice).order_by(USERS.c.shown_name, USERS.c.name)
    return tuple(_user(each) for each in tx.connection.execute(wanted).mappings())


def has_users(tx: Transaction) -> bool:
    """Whether anybody may sign in yet."""
    return tx.connection.execute(select(USERS.c.user_id).limit(1)).first() is not None


def credentials(tx: Transaction, name: str) -> Credentials | None:
    """The user of a sign-in name; None when there is none."""
    found = tx.connection.execute(select(USERS).where(USERS.c.name == name.strip().lower())).mappings().one_or_none()
    return Credentials(user=_user(found), password_hash=found["password_hash"]) if found else None


def by_subject(tx: Transaction, subject: str) -> User | None:
    """The user whom the identity provider calls so (blind); None when there is none."""
    found = tx.connection.execute(select(USERS).where(USERS.c.subject == subject)).mappings().one_or_none()
    return _user(found) if found else None


def note_failure(tx: Transaction, user_id: str, at: Moment) -> None:
    """A wrong password; the fifth in a row locks the name for a while."""
    failures = tx.connection.execute(select(USERS.c.failures).where(USERS.c.user_id == user_id)).scalar_one() + 1
    locked = at + LOCKED_FOR if failures >= TRIES else None
    _set(tx, user_id, failures=0 if locked else failures, locked_until=locked)


def note_success(tx: Transaction, user_id: str) -> None:
    """A right password ends the count of wrong ones."""
    _set(tx, user_id, failures=0, locked_until=None)


def set_role(tx: Transaction, user_id: str, role: str, shown_name: str | None = None) -> None:
    """Make a user something else; sessions go on and have the new rights at once."""
    _set(tx, user_id, role=role, **({"shown_name": shown_name} if shown_name else {}))


def set_password(tx: Transaction, user_id: str, password_hash: str, at: Moment) -> None:
    """A new password ends every session."""
    _set(tx, user_id, password_hash=password_hash, failures=0, locked_until=None)
    end_sessions(tx, user_id, at)


def set_disabled(tx: Transaction, user_id: str, at: Moment | None, now: Moment) -> None:
    """Keep a user out (`at` is a moment) or let them in again (None)."""
    _set(tx, user_id, disabled_at=at)
    if at is not None:
        end_sessions(tx, user_id, now)


def end_sessions(tx: Transaction, user_id: str, at: Moment) -> None:
    """Sign a user out everywhere."""
    open_ones = update(SESSIONS).where(SESSIONS.c.user_id == user_id, SESSIONS.c.ended_at.is_(None))
    tx.connection.execute(open_ones.values(ended_at=at))


def count_users(tx: Transaction, practice: str, role: str) -> int:
    """How many users of a role may sign in."""
    wanted = select(func.count()).where(
        USERS.c.practice == practice, USERS.c.role == role, USERS.c.disabled_at.is_(None)
    )
    return tx.connection.execute(wanted).scalar_one()


def _set(tx: Transaction, user_id: str, **values: Any) -> None:
    tx.connection.execute(update(USERS).where(USERS.c.user_id == user_id).values(values))


def _user(row: Any) -> User:
    return User.model_validate({name: row[name] for name in User.model_fields})
