"""The intake register: which files and facts arrived, whose they are, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any

from pydantic import Field
from sqlalchemy import select, update

from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.tables import CLAIM_KEYS, CURSORS, INTAKE_FACTS, INTAKE_FILES, INTERCHANGES, QUARANTINE
from journey.words import Frozen, Moment


class KeyKind(StrEnum):
    """What a case can be found by (field notes 0.5: never by the claim number alone)."""

    CLAIM_NUMBER = "claim_number"
    """CLM01, returned as CLP01."""
    PAYER_CLAIM_NUMBER = "payer_claim_number"
    """CLP07."""
    SUBMISSION = "submission"
    TRACE = "trace"


class FileState(StrEnum):
    """How far a file is."""

    NEW = "new"
    """Never seen before; nothing of it was read."""
    READING = "reading"
    """Begun and not finished: to be resumed."""
    FINISHED = "finished"


class FactState(StrEnum):
    """What became of a fact that was read from a file."""

    DELIVERED = "delivered"
    PARKED = "parked"


class ItemState(StrEnum):
    """Whether a quarantined item still waits for a person."""

    OPEN = "open"
    RELEASED = "released"


class IntakeFile(Frozen):
    """A file that arrived, and what became of its claims."""

    digest: str
    practice: str
    state: FileState
    received_at: Moment
    finished_at: Moment | None = None
    size: int
    """Bytes."""
    kinds: tuple[str, ...] = ()
    """Transaction kinds found in it, such as 835."""
    counts: dict[str, Any] = Field(default_factory=dict)


class Parked(Frozen):
    """A fact that waits for its case to open."""

    fact_id: str
    digest: str | None
    practice: str
    kind: str
    body: bytes = Field(repr=False)
    """As given to `park`; names people."""
    reason: str
    at: Moment


class Quarantined(Frozen):
    """A claim or file that could not be read: where and why, without its content."""

    item_id: str
    digest: str
    practice: str
    place: str
    reasons: tuple[str, ...]
    state: ItemState
    at: Moment


def begin_file(tx: Transaction, digest: str, practice: str, *, size: int, received_at: Moment) -> FileState:
    """Note a file; its state before: NEW the first time, READING when it must be resumed, FINISHED when all is done."""
    row = tx.insert(INTAKE_FILES).values(
        digest=digest,
        practice=practice,
        state=FileState.READING.value,
        received_at=received_at,
        bytes=size,
        kinds="",
        counts={},
    )
    begun = tx.connection.execute(row.on_conflict_do_nothing().returning(INTAKE_FILES.c.digest)).one_or_none()
    return FileState.NEW if begun else intake_file(tx, digest).state


def note_interchange(tx: Transaction, digest: str, practice: str, *, sender: str, control: str) -> tuple[str, ...]:
    """Note that a file carries an interchange; the digests of other files that carried the same one.

    A file that was sent again with other bytes shows here (same ISA06 and ISA13).
    """
    blind = tx.keys.blind("interchange", practice, sender.strip(), control.strip())
    tx.connection.execute(
        tx.insert(INTERCHANGES).values(practice=practice, blind=blind, digest=digest).on_conflict_do_nothing()
    )
    same = INTERCHANGES.c.practice == practice, INTERCHANGES.c.blind == blind, INTERCHANGES.c.digest != digest
    return tuple(tx.connection.execute(select(INTERCHANGES.c.digest).where(*same)).scalars())


def finish_file(
    tx: Transaction, digest: str, *, finished_at: Moment, kinds: Sequence[str] = (), counts: Mapping[str, Any]
) -> None:
    """Note that every claim of a file is delivered, parked or in quarantine; counts hold numbers only."""
    done = update(INTAKE_FILES).where(INTAKE_FILES.c.digest == digest)
    tx.connection.execute(
        done.values(state=FileState.FINISHED.value, finished_at=finished_at, kinds=" ".join(kinds), counts=dict(counts))
    )


def intake_file(tx: Transaction, digest: str) -> IntakeFile:
    """A file that arrived; NoSuchRowError when none has this digest."""
    found = tx.connection.execute(select(INTAKE_FILES).where(INTAKE_FILES.c.digest == digest)).mappings().one_or_none()
    if found is None:
        raise NoSuchRowError("no file with this digest has arrived: begin it first")
    return IntakeFile.model_validate({**found, "size": found["bytes"], "kinds": tuple(found["kinds"].split())})


def fact_state(tx: Transaction, fact_id: str) -> FactState | None:
    """What became of a fact; None when it was never seen."""
    found = tx.connection.execute(select(INTAKE_FACTS.c.state).where(INTAKE_FACTS.c.fact_id == fact_id)).scalar()
    return FactState(found) if found else None


def seen_fact(tx: Transaction, fact_id: str) -> bool:
    """Whether a fact was delivered or parked before."""
    return fact_state(tx, fact_id) is not None


def deliver(
    tx: Transaction, fact_id: str, *, kind: str, practice: str, case_id: str, at: Moment, digest: str | None = None
) -> None:
    """Note that a case has a fact; also ends its parking, and its body is then gone from here.

    Tell the case first: told twice it notices, but a fact noted and not told would be lost.
    """
    new = {"fact_id": fact_id, "kind": kind, "practice": practice, "digest": digest}
    done = {"state": FactState.DELIVERED.value, "case_id": case_id, "at": at, "reason": "", "blind": None, "body": None}
    row = tx.insert(INTAKE_FACTS).values({**new, **done})
    tx.connection.execute(row.on_conflict_do_update(index_elements=["fact_id"], set_=done))


def park(
    tx: Transaction,
    fact_id: str,
    *,
    kind: str,
    practice: str,
    key: tuple[KeyKind, str],
    body: bytes,
    reason: str,
    at: Moment,
    digest: str | None = None,
    unfit: Collection[str] = (),
) -> tuple[str, ...]:
    """Keep a fact until a case with this key opens; a fact that was seen before is left alone.

    Args:
        key: what its case will be found by.
        body: the fact in whatever form the caller reads back; sealed.
        reason: why it waits, in words without a value of the claim.
        unfit: cases that have this key and that the fact does not belong to.

    Returns:
        Empty when it is parked. Else the cases with this key that opened meanwhile: the fact is not parked then, and
        the caller looks at those.
    """
    blind = _blind(tx, practice, *key)
    tx.lock(blind)
    opened = tuple(each for each in find_cases(tx, practice, *key) if each not in unfit)
    if not opened:
        about = {"fact_id": fact_id, "kind": kind, "practice": practice, "digest": digest, "at": at, "reason": reason}
        sealed = tx.keys.seal(body, _fact_place(fact_id))
        row = tx.insert(INTAKE_FACTS).values(**about, state=FactState.PARKED.value, blind=blind, body=sealed)
        tx.connection.execute(row.on_conflict_do_nothing())
    return opened


def parked_for(tx: Transaction, practice: str, kind: KeyKind, value: str) -> tuple[Parked, ...]:
    """The facts that wait for a case with this key, oldest first; `deliver` each once the case has it."""
    waiting = select(INTAKE_FACTS).where(
        INTAKE_FACTS.c.blind == _blind(tx, practice, kind, value), INTAKE_FACTS.c.state == FactState.PARKED.value
    )
    rows = tx.connection.execute(waiting.order_by(INTAKE_FACTS.c.at, INTAKE_FACTS.c.fact_id)).mappings()
    return tuple(
        Parked.model_validate({**each, "body": tx.keys.unseal(each["body"], _fact_place(each["fact_id"]))})
        for each in rows
    )


def index_claim(tx: Transaction, practice: str, kind: KeyKind, value: str, case_id: str) -> None:
    """Let a case be found by a key; several cases may share one. Ask `parked_for` next."""
    blind = _blind(tx, practice, kind, value)
    tx.lock(blind)
    row = tx.insert(CLAIM_KEYS).values(practice=practice, kind=kind.value, blind=blind, case_id=case_id)
    tx.connection.execute(row.on_conflict_do_nothing())


def find_cases(tx: Transaction, practice: str, kind: KeyKind, value: str) -> tuple[str, ...]:
    """Ids of the cases that have a key."""
    blind = _blind(tx, practice, kind, value)
    same = CLAIM_KEYS.c.practice == practice, CLAIM_KEYS.c.kind == kind.value, CLAIM_KEYS.c.blind == blind
    return tuple(
        tx.connection.execute(select(CLAIM_KEYS.c.case_id).where(*same).order_by(CLAIM_KEYS.c.case_id)).scalars()
    )


def quarantine(
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


def quarantined(tx: Transaction, practice: str | None = None, *, limit: int = 100) -> tuple[Quarantined, ...]:
    """What waits in quarantine, oldest first."""
    waiting = select(*(each for each in QUARANTINE.c if each.name != "raw")).where(
        QUARANTINE.c.state == ItemState.OPEN.value
    )
    if practice is not None:
        waiting = waiting.where(QUARANTINE.c.practice == practice)
    rows = tx.connection.execute(waiting.order_by(QUARANTINE.c.at, QUARANTINE.c.item_id).limit(limit)).mappings()
    return tuple(Quarantined.model_validate(dict(each)) for each in rows)


def quarantined_bytes(tx: Transaction, item_id: str) -> bytes:
    """The bytes that could not be read; NoSuchRowError when there is no such item."""
    found = tx.connection.execute(select(QUARANTINE.c.raw).where(QUARANTINE.c.item_id == item_id)).scalar()
    if found is None:
        raise NoSuchRowError("the quarantine has no such item")
    return tx.keys.unseal(found, _raw_place(item_id))


def release_quarantined(tx: Transaction, item_id: str) -> None:
    """Note that a person has dealt with an item; its bytes are kept."""
    done = update(QUARANTINE).where(QUARANTINE.c.item_id == item_id).values(state=ItemState.RELEASED.value)
    tx.connection.execute(done)


def cursor(tx: Transaction, name: str) -> str | None:
    """How far a reader has come; None when it never began."""
    return tx.connection.execute(select(CURSORS.c.value).where(CURSORS.c.name == name)).scalar()


def set_cursor(tx: Transaction, name: str, value: str) -> None:
    """Note how far a reader has come."""
    row = tx.insert(CURSORS).values(name=name, value=value)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _blind(tx: Transaction, practice: str, kind: KeyKind, value: str) -> str:
    return tx.keys.blind(f"claim_key.{kind.value}", practice, value)


def _fact_place(fact_id: str) -> bytes:
    return f"intake_facts.body/{fact_id}".encode()


def _raw_place(item_id: str) -> bytes:
    return f"quarantine.raw/{item_id}".encode()
