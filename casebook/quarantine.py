"""Quarantine: claims and files that could not be read or placed, kept for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import select, update

from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.tables import QUARANTINE
from journey.words import Frozen, Moment


class ItemState(StrEnum):
    """Whether a quarantined item still waits for a person."""

    OPEN = "open"
    RELEASED = "released"


class Quarantined(Frozen):
    """A claim or file that could not be read: where and why, without its content."""

    item_id: str
    digest: str
    practice: str
    place: str
    reasons: tuple[str, ...]
    state: ItemState
    at: Moment


def set_aside(
    tx: Transaction, *, digest: str, practice: str, place: str, reasons: Sequence[str], raw: bytes, at: Moment
) -> str:
    """Keep a claim or file that could not be read; returns its id, the same for the same file and place.

    Args:
        tx: the transaction.
        digest: the file.
        practice: whose it is.
        place: where in the file, such as a byte offset.
        reasons: what is wrong, naming fields and places and no values.
        raw: the bytes; sealed.
        at: when.
    """
    item_id = sha256(f"{digest}/{place}".encode()).hexdigest()[:32]
    row = tx.insert(QUARANTINE).values(
        item_id=item_id,
        digest=digest,
        practice=practice,
        place=place,
        reasons=list(reasons),
        raw=tx.keys.seal(raw, _raw_place(item_id)),
        state=ItemState.OPEN.value,
        at=at,
    )
    tx.connection.execute(row.on_conflict_do_nothing())
    return item_id


def waiting(tx: Transaction, practice: str | None = None, *, limit: int = 100) -> tuple[Quarantined, ...]:
    """What waits in quarantine, oldest first."""
    listed = select(*(each for each in QUARANTINE.c if each.name != "raw")).where(
        QUARANTINE.c.state == ItemState.OPEN.value
    )
    if practice is not None:
        listed = listed.where(QUARANTINE.c.practice == practice)
    rows = tx.connection.execute(listed.order_by(QUARANTINE.c.at, QUARANTINE.c.item_id).limit(limit)).mappings()
    return tuple(Quarantined.model_validate(dict(each)) for each in rows)


def content(tx: Transaction, item_id: str) -> bytes:
    """The bytes that could not be read; NoSuchRowError when there is no such item."""
    found = tx.connection.execute(select(QUARANTINE.c.raw).where(QUARANTINE.c.item_id == item_id)).scalar()
    if found is None:
        raise NoSuchRowError("the quarantine has no such item")
    return tx.keys.unseal(found, _raw_place(item_id))


def release(tx: Transaction, item_id: str) -> None:
    """Note that a person has dealt with an item; its bytes are kept."""
    done = update(QUARANTINE).where(QUARANTINE.c.item_id == item_id).values(state=ItemState.RELEASED.value)
    tx.connection.execute(done)


def _raw_place(item_id: str) -> bytes:
    return f"quarantine.raw/{item_id}".encode()
