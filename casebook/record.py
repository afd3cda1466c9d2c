"""Writing what a case has become, and what it heard: safe to do twice, late, or out of order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Table, Update, bindparam, insert, select, update

from casebook import webhooks
from casebook.chain import BEGINNING, Content, EvidenceEntry, Link, body_place, plain_columns, state_place
from casebook.insights_figures import put_figures
from casebook.opening import Transaction
from casebook.rows import row_of
from casebook.search import digest_of, index_case
from casebook.tables import CASE_STATES, CASES, EVIDENCE
from journey.case import Case


@dataclass(frozen=True)
class Turn:
    """What one turn of a case adds to the casebook."""

    case: Case
    sentence: str
    """The case in one sentence, for people."""
    entries: Sequence[EvidenceEntry] = ()


@dataclass(frozen=True)
class _Standing:
    """How far the casebook is with a case: its revision, and the length and last hash of its evidence."""

    revision: int
    entries: int
    head: str
    found_by: str = ""
    """Digest of what the search index knows the case by."""


_UNKNOWN: Final = _Standing(-1, 0, BEGINNING)


def record(tx: Transaction, case: Case, sentence: str, entries: Sequence[EvidenceEntry] = ()) -> bool:
    """Write one turn of a case.

    A turn written before changes nothing. A turn older than the row adds the evidence that is missing and leaves the
    row as it is. An entry is known by (case, fact, revision, applied): a duplicate that was heard in the same turn as
    its original stands beside it.

    Returns:
        Whether anything was written.
    """
    tx.lock(case.case_id)
    before = _standing(tx, case.case_id)
    links = _links(case, _missing(tx, case, entries, before), before)
    if not links and case.revision <= before.revision:
        return False
    after = _Standing(
        max(case.revision, before.revision), before.entries + len(links), links[-1].hash if links else before.head
    )
    if case.revision > before.revision:
        webhooks.note_change(tx, case)
        _write_case(tx, case, sentence, before, after)
    else:
        _extend_chain(tx, case.case_id, before, after)
    if links:
        tx.connection.execute(_EVIDENCE, [_evidence_row(tx, each) for each in links])
    return True


def record_many(tx: Transaction, turns: Iterable[Turn]) -> int:
    """Write many turns in one transaction, those of one case in the order given; returns how many were new."""
    turns = tuple(turns)
    tx.lock(*{each.case.case_id for each in turns})
    return sum(record(tx, each.case, each.sentence, each.entries) for each in turns)


def _standing(tx: Transaction, case_id: str) -> _Standing:
    found = tx.connection.execute(_STANDING, {"wanted": case_id}).one_or_none()
    return _Standing(*found) if found else _UNKNOWN


def _missing(
    tx: Transaction, case: Case, entries: Sequence[EvidenceEntry], before: _Standing
) -> Sequence[EvidenceEntry]:
    once: dict[tuple[str, bool], EvidenceEntry] = {}
    for each in entries:
        once.setdefault((each.fact.fact_id, each.applied), each)
    # Evidence is written together with its revision or a later one, so a newer turn has none yet.
    written = _written(tx, case, entries) if case.revision <= before.revision else set()
    return [each for key, each in once.items() if key not in written]


def _written(tx: Transaction, case: Case, entries: Sequence[EvidenceEntry]) -> set[tuple[str, bool]]:
    found = tx.connection.execute(
        select(EVIDENCE.c.fact_id, EVIDENCE.c.applied).where(
            EVIDENCE.c.case_id == case.case_id,
            EVIDENCE.c.fact_id.in_([each.fact.fact_id for each in entries]),
            EVIDENCE.c.revision == case.revision,
        )
    )
    return {(fact_id, applied) for fact_id, applied in found}


def _links(case: Case, entries: Iterable[EvidenceEntry], before: _Standing) -> list[Link]:
    links: list[Link] = []
    previous = before.head
    for seq, entry in enumerate(entries, before.entries + 1):
        links.append(Link.forged(Content(case_id=case.case_id, seq=seq, revision=case.revision, entry=entry), previous))
        previous = links[-1].hash
    return links


def _evidence_row(tx: Transaction, link: Link) -> dict[str, Any]:
    body = tx.seal(link.text, body_place(link.content.case_id, link.content.seq))
    return {**plain_columns(link.content), "body": body, "previous_hash": link.previous_hash, "hash": link.hash}


def _write_case(tx: Transaction, case: Case, sentence: str, before: _Standing, after: _Standing) -> None:
    found_by = digest_of(tx, case.claim)
    columns = {
        **row_of(case, sentence, tx),
        "entries": after.entries,
        "head": after.head,
        "found_by": found_by,
        "changed_at": datetime.now(UTC),
    }
    state = tx.seal(case.model_dump_json(), state_place(case.case_id, after.revision, after.head))
    for table, values in ((CASES, columns), (CASE_STATES, {"case_id": case.case_id, "state": state})):
        _put(tx, table, values, new=before is _UNKNOWN)
    put_figures(tx, case, columns)
    if found_by != before.found_by:
        index_case(tx, case.case_id, case.claim)


def _extend_chain(tx: Transaction, case_id: str, before: _Standing, after: _Standing) -> None:
    """A late turn: the case stays as it is, but its state is sealed to the chain's new head."""
    found = tx.connection.execute(select(CASE_STATES.c.state).where(CASE_STATES.c.case_id == case_id)).scalar_one()
    state = tx.unseal(found, state_place(case_id, before.revision, before.head))
    sealed = tx.seal(state, state_place(case_id, after.revision, after.head))
    _put(tx, CASES, {"case_id": case_id, "entries": after.entries, "head": after.head}, new=False)
    _put(tx, CASE_STATES, {"case_id": case_id, "state": sealed}, new=False)


def _put(tx: Transaction, table: Table, values: dict[str, Any], *, new: bool) -> None:
    if new:
        tx.connection.execute(_INSERTS[table], values)
    else:
        tx.connection.execute(_update(table, frozenset(values)), {**values, "key": values["case_id"]})


_STANDING = select(CASES.c.revision, CASES.c.entries, CASES.c.head, CASES.c.found_by).where(
    CASES.c.case_id == bindparam("wanted")
)
_EVIDENCE = insert(EVIDENCE)
_INSERTS = {table: insert(table) for table in (CASES, CASE_STATES)}


@cache
def _update(table: Table, columns: frozenset[str]) -> Update:
    """A statement made once: SQLAlchemy takes longer to build one than the database to run it."""
    changed: dict[str, Any] = {name: bindparam(name) for name in columns - {"case_id"}}
    return update(table).where(table.c.case_id == bindparam("key")).values(changed)
