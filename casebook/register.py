"""The intake register: which files and facts arrived, whose they are, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import Field
from sqlalchemy import select, update

from casebook.errors import NoSuchRowError
from casebook.opening import Transaction
from casebook.tables import (
    CLAIM_KEYS,
    CURSORS,
    EVIDENCE,
    INTAKE_DELIVERIES,
    INTAKE_FACTS,
    INTAKE_FILES,
    INTERCHANGES,
)
from journey.words import Frozen, Moment


class KeyKind(StrEnum):
    """What a case can be found by (field notes 0.5: never by the claim number alone)."""

    CLAIM_NUMBER = "claim_number"
    """CLM01, returned as CLP01."""
    PAYER_CLAIM_NUMBER = "payer_claim_number"
    """CLP07."""
    SUBMISSION = "submission"
    TRACE = "trace"
    """TRN02 of a payment, with the payer that gave it out."""
    MEMBER = "member"
    """A person as one payer knows it."""
    INTERCHANGE = "interchange"
    """ISA13 of what was sent."""
    GROUP = "group"
    """GS06."""
    SET = "set"
    """GS06 and ST02."""
    BATCH = "batch"
    """BHT03."""


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
    SHARED = "shared"
    """Delivered, and kept for cases that open later: it may concern them too."""


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
    blind: str
    """Digest of the key that it waits under."""
    body: bytes = Field(repr=False)
    """As given to `park`; names people."""
    reason: str
    at: Moment


class Shared(Frozen):
    """How a fact that concerns several cases is kept for those that open later."""

    blind: str
    """Digest of the key that such a case will be found by (`lock_key`)."""
    body: bytes = Field(repr=False)
    """As given to `park`; names people."""


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


def files_of(tx: Transaction, case_id: str) -> tuple[tuple[IntakeFile, frozenset[str]], ...]:
    """The files that a case heard from, oldest first, each with the ids of the facts read from it."""
    read: dict[str, set[str]] = {}
    heard = select(EVIDENCE.c.fact_id).where(EVIDENCE.c.case_id == case_id)
    told = select(INTAKE_FACTS.c.digest, INTAKE_FACTS.c.fact_id).where(
        INTAKE_FACTS.c.fact_id.in_(heard), INTAKE_FACTS.c.digest.is_not(None)
    )
    for digest, fact_id in tx.connection.execute(told):
        read.setdefault(digest, set()).add(fact_id)
    found = ((intake_file(tx, digest), frozenset(ids)) for digest, ids in read.items())
    return tuple(sorted(found, key=lambda each: (each[0].received_at, each[0].digest)))


def fact_state(tx: Transaction, fact_id: str) -> FactState | None:
    """What became of a fact; None when it was never seen."""
    found = tx.connection.execute(select(INTAKE_FACTS.c.state).where(INTAKE_FACTS.c.fact_id == fact_id)).scalar()
    return FactState(found) if found else None


def seen_fact(tx: Transaction, fact_id: str) -> bool:
    """Whether a fact was delivered or parked before."""
    return fact_state(tx, fact_id) is not None


def has_been_told(tx: Transaction, fact_id: str, case_id: str) -> bool:
    """Whether this case has the fact."""
    same = INTAKE_DELIVERIES.c.fact_id == fact_id, INTAKE_DELIVERIES.c.case_id == case_id
    return tx.connection.execute(select(INTAKE_DELIVERIES.c.at).where(*same)).first() is not None


def deliver(
    tx: Transaction,
    fact_id: str,
    *,
    kind: str,
    practice: str,
    case_id: str,
    at: Moment,
    digest: str | None = None,
    shared: Shared | None = None,
) -> None:
    """Note that a case has a fact; also ends its parking, and its body is then gone from here unless it is shared.

    Tell the case first: told twice it notices, but a fact noted and not told would be lost.

    Args:
        tx: the transaction.
        fact_id: the fact.
        kind: what it is.
        practice: whose it is.
        case_id: the case that was told.
        at: when.
        digest: the file it was read from.
        shared: how cases that open later find it, for a fact that may concern several.
    """
    new = {"fact_id": fact_id, "kind": kind, "practice": practice, "digest": digest}
    done: dict[str, Any] = {"state": FactState.DELIVERED.value, "blind": None, "body": None, "at": at, "reason": ""}
    if shared:
        sealed = tx.keys.seal(shared.body, _fact_place(fact_id))
        done |= {"state": FactState.SHARED.value, "blind": shared.blind, "body": sealed}
    row = tx.insert(INTAKE_FACTS).values({**new, **done})
    unshared = INTAKE_FACTS.c.state != FactState.SHARED.value
    tx.connection.execute(row.on_conflict_do_update(index_elements=["fact_id"], set_=done, where=unshared))
    told = tx.insert(INTAKE_DELIVERIES).values(fact_id=fact_id, case_id=case_id, at=at)
    tx.connection.execute(told.on_conflict_do_nothing())


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


def parked_for(
    tx: Transaction, practice: str, kind: KeyKind, value: str, *, case_id: str | None = None
) -> tuple[Parked, ...]:
    """The facts that wait for a case with this key, oldest first; `deliver` each once the case has it.

    With a case, those that others have and share with it come too, unless it has them already.
    """
    return waiting_under(tx, [_blind(tx, practice, kind, value)], case_id)


def waiting_under(tx: Transaction, blinds: Sequence[str], case_id: str | None) -> tuple[Parked, ...]:
    """The same for several keys, known by their digests."""
    waiting = select(INTAKE_FACTS).where(INTAKE_FACTS.c.blind.in_(blinds))
    if case_id is None:
        waiting = waiting.where(INTAKE_FACTS.c.state == FactState.PARKED.value)
    else:
        told = select(INTAKE_DELIVERIES.c.fact_id).where(INTAKE_DELIVERIES.c.case_id == case_id)
        waiting = waiting.where(INTAKE_FACTS.c.fact_id.not_in(told))
    rows = tx.connection.execute(waiting.order_by(INTAKE_FACTS.c.at, INTAKE_FACTS.c.fact_id)).mappings()
    return tuple(
        Parked.model_validate({**each, "body": tx.keys.unseal(each["body"], _fact_place(each["fact_id"]))})
        for each in rows
    )


def index_claim(tx: Transaction, practice: str, kind: KeyKind, value: str, case_id: str) -> None:
    """Let a case be found by a key; several cases may share one. Ask `parked_for` next."""
    index_keys(tx, practice, [(kind, value)], case_id)


def index_keys(tx: Transaction, practice: str, keys: Sequence[tuple[KeyKind, str]], case_id: str) -> tuple[str, ...]:
    """The same for several keys; their digests, in order. Ask `waiting_under` these next."""
    blinds = lock_keys(tx, practice, keys)
    rows = [
        {"practice": practice, "kind": kind.value, "blind": blind, "case_id": case_id}
        for (kind, _), blind in zip(keys, blinds, strict=True)
    ]
    if rows:
        tx.connection.execute(tx.insert(CLAIM_KEYS).on_conflict_do_nothing(), rows)
    return blinds


def find_cases(tx: Transaction, practice: str, kind: KeyKind, value: str) -> tuple[str, ...]:
    """Ids of the cases that have a key."""
    blind = _blind(tx, practice, kind, value)
    same = CLAIM_KEYS.c.practice == practice, CLAIM_KEYS.c.kind == kind.value, CLAIM_KEYS.c.blind == blind
    return tuple(
        tx.connection.execute(select(CLAIM_KEYS.c.case_id).where(*same).order_by(CLAIM_KEYS.c.case_id)).scalars()
    )


def lock_key(tx: Transaction, practice: str, kind: KeyKind, value: str) -> str:
    """Wait until nobody else parks or places facts under this key; its digest, as the tables know it."""
    return lock_keys(tx, practice, [(kind, value)])[0]


def lock_keys(tx: Transaction, practice: str, keys: Sequence[tuple[KeyKind, str]]) -> tuple[str, ...]:
    """The same for several keys at once, which never wait for each other."""
    blinds = tuple(_blind(tx, practice, kind, value) for kind, value in keys)
    tx.lock(*blinds)
    return blinds


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
