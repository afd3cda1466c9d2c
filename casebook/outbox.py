"""The outbox: what people said while the engine was away, kept until their case has heard it, once in effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, delete, select, update

from casebook.desk_tables import OUTBOX
from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from journey.words import Frozen, Moment

KEPT_FOR: Final = timedelta(days=7)
"""How long a message is kept after it was heard or put away; its fact stands in the case's evidence."""


class SayingState(StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    HEARD = "heard"
    REFUSED = "refused"
    """The case could not take it; its author is to read why."""
    DISMISSED = "dismissed"
    """Refused, and its author has read why."""


class Saying(Frozen):
    """One message of a person to a case."""

    fact_id: str
    case_id: str
    practice: str
    user_id: str
    message: str
    """Which of a case's messages it is, such as `contact`."""
    body: str
    """The fact as JSON."""
    state: SayingState
    said_at: Moment
    """By the wall clock."""
    tried_at: Moment | None = None
    tries: int = 0
    answered_at: Moment | None = None
    answer: str = ""
    """What the case answered, as JSON, or why it refused, in words."""


def put(
    tx: Transaction, *, fact_id: str, case_id: str, practice: str, user_id: str, message: str, body: str, at: Moment
) -> None:
    """Keep a message until its case has heard it; one that is here already stays as it is.

    Args:
        tx: the transaction.
        fact_id: the fact's id, by which telling it twice is harmless.
        case_id: the case.
        practice: whose case it is.
        user_id: who says it.
        message: which of a case's messages it is.
        body: the fact as JSON; sealed.
        at: now, by the wall clock.
    """
    row = {
        "fact_id": fact_id,
        "case_id": case_id,
        "practice": practice,
        "user_id": user_id,
        "message": message,
        "body": tx.seal(body, _place("body", case_id, fact_id)),
        "state": SayingState.WAITING.value,
        "said_at": at,
        "tries": 0,
    }
    tx.connection.execute(tx.insert(OUTBOX).values(row).on_conflict_do_nothing())


def find(tx: Transaction, case_id: str, fact_id: str) -> Saying | None:
    """One message; None when it never lay here."""
    found = _all(tx, OUTBOX.c.case_id == case_id, OUTBOX.c.fact_id == fact_id)
    return found[0] if found else None


def waiting(tx: Transaction, limit: int = 500) -> tuple[Saying, ...]:
    """What waits to be told, of all practices, oldest first."""
    return _all(tx, OUTBOX.c.state == SayingState.WAITING, limit=limit)


def of_case(tx: Transaction, case_id: str) -> tuple[Saying, ...]:
    """What waits to be told to one case, oldest first."""
    return _all(tx, OUTBOX.c.case_id == case_id, OUTBOX.c.state == SayingState.WAITING)


def of_user(tx: Transaction, practice: str, user_id: str) -> tuple[Saying, ...]:
    """What one person said that waits, or was refused and not read yet, oldest first."""
    unread = OUTBOX.c.state.in_([SayingState.WAITING.value, SayingState.REFUSED.value])
    return _all(tx, OUTBOX.c.practice == practice, OUTBOX.c.user_id == user_id, unread)


def note_try(tx: Transaction, case_id: str, fact_id: str, at: Moment) -> None:
    """It could not be told: the engine was still away."""
    _set(tx, case_id, fact_id, SayingState.WAITING, tried_at=at, tries=OUTBOX.c.tries + 1)


def answered(tx: Transaction, case_id: str, fact_id: str, state: SayingState, answer: str, at: Moment) -> None:
    """The case has heard it or refused it; what is answered already keeps its first answer.

    Args:
        tx: the transaction.
        case_id: the case.
        fact_id: the message's fact.
        state: HEARD or REFUSED.
        answer: the answer as JSON, or the words of the refusal; sealed.
        at: now, by the wall clock.
    """
    sealed = tx.seal(answer, _place("answer", case_id, fact_id))
    _set(tx, case_id, fact_id, SayingState.WAITING, state=state.value, answered_at=at, answer=sealed)


def dismiss(tx: Transaction, practice: str, user_id: str, case_id: str, fact_id: str) -> None:
    """The author has read why it was refused; NoSuchRowError when it is not theirs, or was not refused."""
    saying = find(tx, case_id, fact_id)
    if saying is None or (saying.practice, saying.user_id) != (practice, user_id):
        raise NoSuchRowError("there is no such message of yours")
    _set(tx, case_id, fact_id, SayingState.REFUSED, state=SayingState.DISMISSED.value)


def clear(tx: Transaction, now: Moment) -> None:
    """Forget what was heard or put away long ago."""
    over = OUTBOX.c.state.in_([SayingState.HEARD.value, SayingState.DISMISSED.value])
    tx.connection.execute(delete(OUTBOX).where(over, OUTBOX.c.answered_at < now - KEPT_FOR))


def _all(tx: Transaction, *where: ColumnElement[bool], limit: int | None = None) -> tuple[Saying, ...]:
    wanted = select(OUTBOX).where(*where).order_by(OUTBOX.c.said_at, OUTBOX.c.fact_id).limit(limit)
    rows: Sequence[RowMapping] = tx.connection.execute(wanted).mappings().all()
    return tuple(_read(tx, each) for each in rows)


def _read(tx: Transaction, row: RowMapping) -> Saying:
    at = (row["case_id"], row["fact_id"])
    body = tx.unseal(row["body"], _place("body", *at))
    answer = tx.unseal(row["answer"], _place("answer", *at)) if row["answer"] else ""
    return Saying.model_validate({**row, "body": body, "answer": answer})


def _set(tx: Transaction, case_id: str, fact_id: str, before: SayingState, **values: Any) -> None:
    one = (OUTBOX.c.case_id == case_id, OUTBOX.c.fact_id == fact_id, OUTBOX.c.state == before.value)
    tx.connection.execute(update(OUTBOX).where(*one).values(values))


def _place(column: str, case_id: str, fact_id: str) -> str:
    return f"outbox.{column}/{case_id}/{fact_id}"
