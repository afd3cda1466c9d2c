"""Repeats: requests that carry an idempotency key are done once, and answered alike however often they come."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update

from casebook.desk_tables import REPEATS
from casebook.errors import CasebookError
from casebook.opening import Transaction
from journey.words import Frozen, Moment

KEPT: Final = timedelta(hours=48)
"""How long an answer is kept for whoever asks again."""

GIVEN_UP: Final = timedelta(minutes=2)
"""After so long without an answer the first request is taken for lost, and the next one does the work."""


class OtherRequestError(CasebookError):
    """The key was used for another request."""


class UnderWayError(CasebookError):
    """The first request with this key has no answer yet."""


class GivenAnswer(Frozen):
    """What the first request with a key was answered."""

    status: int
    body: bytes


def begin(tx: Transaction, user_id: str, key: str, request: str, at: Moment) -> GivenAnswer | None:
    """Note that a request is under way; its answer, when it was given one before.

    Args:
        tx: the transaction.
        user_id: who asks.
        key: the request's key; kept as a keyed digest only.
        request: all that makes up the request; likewise.
        at: now, by the wall clock.

    Raises:
        OtherRequestError: the key was used for another request.
        UnderWayError: the first request has no answer yet.
    """
    name, digest = _name(tx, user_id, key), tx.keys.blind("repeat", request)
    tx.lock(name)
    tx.connection.execute(delete(REPEATS).where(REPEATS.c.at < at - KEPT))
    same = (REPEATS.c.user_id == user_id, REPEATS.c.key == name)
    found = tx.connection.execute(select(REPEATS).where(*same)).mappings().one_or_none()
    if found is None:
        row = {"user_id": user_id, "key": name, "digest": digest, "at": at}
        tx.connection.execute(REPEATS.insert().values(row))
        return None
    if found["digest"] != digest:
        raise OtherRequestError("this key was used for another request: take a new one")
    if found["status"] is not None:
        return GivenAnswer(status=found["status"], body=tx.keys.unseal(found["body"], _place(user_id, name)))
    if found["at"] > at - GIVEN_UP:
        raise UnderWayError("the first request with this key has no answer yet: ask again in a moment")
    tx.connection.execute(update(REPEATS).where(*same).values(at=at))
    return None


def finish(tx: Transaction, user_id: str, key: str, status: int, body: bytes) -> None:
    """Keep the answer for whoever asks again; sealed, since it may name people."""
    name = _name(tx, user_id, key)
    sealed = tx.keys.seal(body, _place(user_id, name))
    same = (REPEATS.c.user_id == user_id, REPEATS.c.key == name)
    tx.connection.execute(update(REPEATS).where(*same).values(status=status, body=sealed))


def forget(tx: Transaction, user_id: str, key: str) -> None:
    """The request changed nothing: the next one with this key does the work."""
    name = _name(tx, user_id, key)
    unanswered = (REPEATS.c.user_id == user_id, REPEATS.c.key == name, REPEATS.c.status.is_(None))
    tx.connection.execute(delete(REPEATS).where(*unanswered))


def _name(tx: Transaction, user_id: str, key: str) -> str:
    return tx.keys.blind("repeat.key", user_id, key)


def _place(user_id: str, name: str) -> bytes:
    return f"repeats.body/{user_id}/{name}".encode()
