"""Accesses: every view of a person's data, by whom and when; written when it is shown, never changed."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import and_, false, or_, select

from casebook.desk_tables import ACCESSES, USERS
from casebook.opening import Transaction
from journey.words import Frozen, Moment


class Access(Frozen):
    """One view of people's data."""

    access_id: str
    at: Moment
    user_id: str
    shown_name: str = ""
    practice: str
    case_id: str | None = None
    what: str
    """Such as `case`, `list`, `member id`, `packet`, `export`, `search`."""
    cases: int = 1
    """How many cases were shown."""


def note_access(
    tx: Transaction, *, at: Moment, user_id: str, practice: str, what: str, case_id: str | None = None, cases: int = 1
) -> None:
    """Note that somebody was shown something."""
    row = {
        "access_id": uuid4().hex,
        "at": at,
        "user_id": user_id,
        "practice": practice,
        "case_id": case_id,
        "what": what,
        "cases": cases,
    }
    tx.connection.execute(ACCESSES.insert().values(row))


def accesses(
    tx: Transaction,
    practice: str,
    *,
    user_id: str | None = None,
    case_id: str | None = None,
    since: Moment | None = None,
    before: Moment | None = None,
    before_id: str = "",
    limit: int = 100,
) -> tuple[Access, ...]:
    """What was looked at, newest first.

    Args:
        tx: the transaction.
        practice: whose people looked.
        user_id: only what this user was shown.
        case_id: only this case; lists that showed it among others do not name it.
        since: only from this moment on.
        before: only before this moment.
        before_id: with `before`, also what was noted at that very moment under a later id: where a page goes on.
        limit: how many.
    """
    wanted = select(ACCESSES, USERS.c.shown_name).join(USERS, USERS.c.user_id == ACCESSES.c.user_id)
    wanted = wanted.where(ACCESSES.c.practice == practice)
    for column, value in ((ACCESSES.c.user_id, user_id), (ACCESSES.c.case_id, case_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    if since is not None:
        wanted = wanted.where(ACCESSES.c.at >= since)
    if before is not None:
        later = and_(ACCESSES.c.at == before, ACCESSES.c.access_id > before_id) if before_id else false()
        wanted = wanted.where(or_(ACCESSES.c.at < before, later))
    rows = tx.connection.execute(wanted.order_by(ACCESSES.c.at.desc(), ACCESSES.c.access_id).limit(limit)).mappings()
    return tuple(Access.model_validate(dict(each)) for each in rows)
