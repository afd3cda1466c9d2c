"""Figures of a case: one narrow row each, plain dates and numbers, so that insights never read the sealed rows.

It names nobody and holds no free text. It is written with the case, in the same turn, from what the case knows then;
rows that an upgrade made have the dates of their case only from its next turn on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite

from casebook.desk_tables import CASE_FIGURES
from casebook.opening import Transaction
from journey.case import Case, HoldState
from journey.evidence.marking import forwarding, marks_of
from journey.evidence.marks import Mark
from journey.facts import (
    ClaimAcknowledged,
    ContactLogged,
    Fact,
    RemitAdjudicated,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Hop, Mode, Party, Resolution

SAVED_WITHIN: Final = timedelta(days=14)
"""A claim that the payer accepts in the last two weeks before its filing limit was saved (field notes 5.3)."""

AWAITS_OTHERS: Final = frozenset({"T1", "T3", "T4", "T5", "T7", "T8S", "T9R", "TA", "TQ", "T10", "TS", "T13", "T14"})
"""The plan's clocks that wait for the secondary or the clearinghouse: when one of them rings, they are late."""

_ON_FILE: Final = frozenset(
    {
        Mark.RECEIVED,
        Mark.ACCEPTED,
        Mark.DUPLICATE,
        Mark.DECIDED,
        Mark.DENIED,
        Mark.PENDED_PROVIDER,
        Mark.PENDED_PATIENT,
    }
)
_TAKEN: Final = frozenset({Mark.ACCEPTED, Mark.DECIDED, Mark.DENIED, Mark.PENDED_PROVIDER, Mark.PENDED_PATIENT})
_REFUSED: Final = frozenset({Mark.REJECTED, Mark.DUPLICATE, Mark.CLEARINGHOUSE_REJECTED, Mark.SYNTAX_REJECTED})
_SPEAKS: Final = (RemitAdjudicated, ClaimAcknowledged, StatusAnswered, ContactLogged, SyntaxAcknowledged)
_HOPS: Final = tuple(Hop)
_COPIED: Final = (
    "case_id", "practice", "payer_id", "payer_name", "hop", "break_mode", "owner", "at_risk", "owed_since", "late_at",
    "filing_limit", "resolution", "resolved_at",
)  # fmt: skip
"""What the figures have in common with the row of the worklist."""


@dataclass(slots=True)
class _Handoff:
    """What the evidence tells of the way to the secondary."""

    promised_at: datetime | None = None
    sent_at: datetime | None = None
    on_file_at: datetime | None = None
    first_answer: str | None = None


def put_figures(tx: Transaction, case: Case, row: Mapping[str, Any]) -> None:
    """Write the figures of a case beside its row.

    Args:
        tx: the turn's transaction.
        case: the case as it is now.
        row: the columns of its row (`rows.row_of`).
    """
    tx.connection.execute(_UPSERTS[tx.on_postgresql], figures_of(case, row))


def figures_of(case: Case, row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns; money in cents, moments UTC, spans in whole days from the primary's remittance."""
    owed_since: datetime = row["owed_since"]
    handoff = _handoff(case.evidence)
    return {
        **{name: row[name] for name in _COPIED},
        "is_open": case.resolution is None and case.closed_at is None,
        "share": case.money.primary_patient_share or 0,
        "paid": case.money.secondary_paid or 0,
        "patient_balance": case.money.ledger_patient_balance or 0,
        "hold_verified": case.hold.state is HoldState.VERIFIED,
        "hop_since": _hop_since(case) or owed_since,
        "late": any(each.fired and each.name in AWAITS_OTHERS for each in case.clocks),
        **_crossover(handoff),
        "sent_at": handoff.sent_at,
        "first_answer": handoff.first_answer,
        **_found(case, owed_since),
        "resolved_days": _days(owed_since, case.resolved_at),
        "breaches": len(case.hold.breaches),
        "breached_at": _newest(case, case.hold.breaches),
        **_filing(case),
        "vague": case.vague_answers.get(Party.SECONDARY, 0),
        "answered_at": max((each.answered_at for each in case.escalations if each.answered_at), default=None),
    }


def _handoff(evidence: tuple[Fact, ...]) -> _Handoff:
    """One pass over what was heard, in order of happening."""
    seen = _Handoff()
    for fact in evidence:
        if isinstance(fact, SecondarySubmitted):
            if seen.sent_at is None:
                seen.sent_at = fact.happened_at
            elif seen.first_answer is None:
                seen.first_answer = "lost"
        elif isinstance(fact, RemitAdjudicated) and fact.payer is Party.PRIMARY:
            if seen.promised_at is None and forwarding(fact) is Mark.PROMISED:
                seen.promised_at = fact.happened_at
        elif isinstance(fact, _SPEAKS):
            _note_answer(seen, fact)
    return seen


def _note_answer(seen: _Handoff, fact: Fact) -> None:
    """Whether the payer has the claim by now, and how the first claim of ours was taken."""
    waits_for_answer = seen.sent_at is not None and seen.first_answer is None
    if seen.on_file_at is not None and not waits_for_answer:
        return
    marks = {mark for mark, _ in marks_of(fact)}
    if seen.on_file_at is None and marks & _ON_FILE:
        seen.on_file_at = fact.happened_at
    if waits_for_answer and marks & _REFUSED:
        seen.first_answer = "refused"
    elif waits_for_answer and marks & _TAKEN:
        seen.first_answer = "accepted"


def _crossover(handoff: _Handoff) -> dict[str, Any]:
    """A crossover is kept when the secondary had the claim before anybody sent it by hand."""
    promised, sent, there = handoff.promised_at, handoff.sent_at, handoff.on_file_at
    by_hand = promised is not None and sent is not None and (there is None or sent < there)
    kept = there is not None and not by_hand
    return {
        "promised_on": promised.date() if promised else None,
        "crossover_days": _days(promised, there) if promised is not None and kept else None,
        "sent_by_hand": by_hand,
    }


def _found(case: Case, owed_since: datetime) -> dict[str, Any]:
    first = min(case.found, key=lambda each: each.found_at, default=None)
    return {
        "first_found": first.mode.value if first else None,
        "found_at": first.found_at if first else None,
        "found_days": _days(owed_since, first.found_at if first else None),
    }


def _filing(case: Case) -> dict[str, Any]:
    """Saved: accepted in the last two weeks. Lost: written off for the limit, or past it and not resolved."""
    lost = case.resolution is Resolution.FILING_LIMIT_LOST or (
        case.resolution is None and any(each.mode is Mode.FILING_LIMIT for each in case.break_points)
    )
    if lost:
        found = (each.found_at for each in case.found if each.mode is Mode.FILING_LIMIT)
        return {"filing": "lost", "filing_at": next(found, None) or case.resolved_at}
    accepted, limit = case.proof(Hop.ACCEPTED), case.filing_limit
    if accepted.proven and accepted.at and limit and limit - SAVED_WITHIN <= accepted.at.date() <= limit:
        return {"filing": "saved", "filing_at": accepted.at}
    return {"filing": None, "filing_at": None}


def _hop_since(case: Case) -> datetime | None:
    """When the hop before the one that is open was reached."""
    if case.hop in (None, Hop.TRANSMITTED):
        return None
    return case.proof(_HOPS[_HOPS.index(case.hop) - 1]).at


def _newest(case: Case, fact_ids: tuple[str, ...]) -> datetime | None:
    if not fact_ids:
        return None
    kept = (each.happened_at for each in case.evidence if each.fact_id in fact_ids)
    return max(kept, default=None)


def _days(since: datetime | None, until: datetime | None) -> int | None:
    return max(0, (until - since).days) if since is not None and until is not None else None


def _upserts() -> Iterator[tuple[bool, Insert]]:
    """A statement made once per database: SQLAlchemy takes longer to build one than the database to run it."""
    keys = ("practice", "case_id")
    for on_postgresql, row in ((True, postgresql.insert(CASE_FIGURES)), (False, sqlite.insert(CASE_FIGURES))):
        changed = {each.name: row.excluded[each.name] for each in CASE_FIGURES.c if each.name not in keys}
        yield on_postgresql, row.on_conflict_do_update(index_elements=list(keys), set_=changed)


_UPSERTS: Final = dict(_upserts())
