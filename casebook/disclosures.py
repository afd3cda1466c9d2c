"""Disclosures: who was given which packet of which case, and when; written before it leaves, never changed."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import RowMapping, select

from casebook.opening import Transaction
from casebook.tables import CASES, DISCLOSURES
from journey.words import Frozen, Moment


class Disclosure(Frozen):
    """One packet that was made."""

    disclosure_id: str
    case_id: str
    at: Moment
    made_by: str
    reader: str
    """For whom, such as `full` or `payer secondary`."""
    digest: str
    """The packet's own digest, by which it is known again."""


def note_disclosure(tx: Transaction, *, case_id: str, at: Moment, made_by: str, reader: str, digest: str) -> Disclosure:
    """Note that a packet is made; do so before it leaves."""
    made = Disclosure(disclosure_id=uuid4().hex, case_id=case_id, at=at, made_by=made_by, reader=reader, digest=digest)
    sealed = tx.seal(digest, _place(made.disclosure_id))
    tx.connection.execute(DISCLOSURES.insert().values({**made.model_dump(), "digest": sealed}))
    return made


def disclosures(tx: Transaction, case_id: str) -> tuple[Disclosure, ...]:
    """The packets that were made of a case, oldest first."""
    wanted = select(DISCLOSURES).where(DISCLOSURES.c.case_id == case_id)
    rows = tx.connection.execute(wanted.order_by(DISCLOSURES.c.at, DISCLOSURES.c.disclosure_id)).mappings()
    return tuple(_read(tx, each) for each in rows)


def given_out(
    tx: Transaction,
    practice: str,
    *,
    case_id: str | None = None,
    since: Moment | None = None,
    before: Moment | None = None,
    limit: int = 100,
) -> tuple[Disclosure, ...]:
    """The packets that were made of a practice's cases, newest first; of one case, or of a span of time, if named."""
    wanted = select(DISCLOSURES).join(CASES, CASES.c.case_id == DISCLOSURES.c.case_id)
    wanted = wanted.where(CASES.c.practice == practice)
    if case_id is not None:
        wanted = wanted.where(DISCLOSURES.c.case_id == case_id)
    if since is not None:
        wanted = wanted.where(DISCLOSURES.c.at >= since)
    if before is not None:
        wanted = wanted.where(DISCLOSURES.c.at < before)
    newest = wanted.order_by(DISCLOSURES.c.at.desc(), DISCLOSURES.c.disclosure_id).limit(limit)
    return tuple(_read(tx, each) for each in tx.connection.execute(newest).mappings())


def _read(tx: Transaction, row: RowMapping) -> Disclosure:
    return Disclosure.model_validate({**row, "digest": tx.unseal(row["digest"], _place(row["disclosure_id"]))})


def _place(disclosure_id: str) -> str:
    """Sealed: the digest of a text with few unknown words could be found by trying them out."""
    return f"disclosures.digest/{disclosure_id}"
