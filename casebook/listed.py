"""What the worklist shows of a case beyond where it stands: marks, the date, the last word, the patient's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from casebook.safe_date import BEFORE_ALL, is_unverified, review_date, safe_date
from journey.books.posting_review import MODES
from journey.case import Case, Proof
from journey.claim import Claim
from journey.facts import (
    ClaimAcknowledged,
    ContactLogged,
    CorrectionMade,
    CoverageChecked,
    Fact,
    LedgerRead,
    MoneyArrived,
    PaymentOffset,
    PolicyTold,
    RemitAdjudicated,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.telling import told
from journey.words import EscalationKind, Grade, Hop, Party, Rung

WORDS: Final = (
    ContactLogged,
    RemitAdjudicated,
    SyntaxAcknowledged,
    ClaimAcknowledged,
    StatusAnswered,
    CoverageChecked,
    PolicyTold,
    PaymentOffset,
    MoneyArrived,
    CorrectionMade,
)
"""Facts in which somebody said something of the claim. Our own clocks, notes and readings break no silence."""


class Mark(StrEnum):
    """How far one hop is proven, as one letter."""

    NOTHING = "-"
    ASSUMED = "a"
    STATED = "s"
    PROVEN = "p"
    REFUTED = "x"


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one pass over the evidence finds."""

    word: Fact | None
    ledger: LedgerRead | None
    primary_at: datetime | None


def listed(case: Case) -> dict[str, Any]:
    """The columns, those that are sealed apart."""
    heard = _heard(case.evidence)
    return {
        "marks": "".join(_mark(case.proof(hop)) for hop in Hop),
        **_dates(case),
        **_money(case, heard.ledger),
        "payer_name": case.claim.secondary.payer_name,
        "provider_state": case.claim.provider_state,
        "owed_since": heard.primary_at or case.opened_at,
        "silent_since": heard.word.happened_at if heard.word else case.opened_at,
        "last_word_by": heard.word.sender.value if heard.word else None,
    }


def last_word(case: Case) -> str:
    """What was last said of the claim, in one line; empty when nothing was."""
    word = _heard(case.evidence).word
    return told(word) if word else ""


def short_name(claim: Claim) -> str:
    """The patient as lists show them: initial and last name."""
    last = claim.patient_last_name or claim.secondary.member_last_name
    first = claim.patient_first_name or claim.secondary.member_first_name
    return f"{first[0]}. {last}" if first and last else last or first


def _heard(evidence: tuple[Fact, ...]) -> _Heard:
    word: Fact | None = None
    ledger: LedgerRead | None = None
    primary_at: datetime | None = None
    for each in evidence:
        if isinstance(each, LedgerRead):
            ledger = each if ledger is None or each.version >= ledger.version else ledger
        elif isinstance(each, WORDS):
            word = each
            if primary_at is None and isinstance(each, RemitAdjudicated) and each.payer is Party.PRIMARY:
                primary_at = each.happened_at
    return _Heard(word, ledger, primary_at)


def _mark(proof: Proof) -> Mark:
    if proof.proven:
        return Mark.PROVEN
    if proof.against:
        return Mark.REFUTED
    if proof.grade is None:
        return Mark.NOTHING
    return Mark.ASSUMED if proof.grade is Grade.ASSUMED else Mark.STATED


def _dates(case: Case) -> dict[str, Any]:
    safe = safe_date(case)
    return {
        "safe_by": BEFORE_ALL if is_unverified(case) else safe.by,
        "must_by": safe.by,
        "late_at": min(_climbed(case), default=safe.by),
        "must_why": safe.why.value,
        "must_clock": safe.clock,
        "must_since": safe.since,
        "must_moved": safe.moved,
        "hold_review_by": review_date(case),
        "hold_breaches": len(case.hold.breaches),
    }


def _climbed(case: Case) -> Iterator[datetime]:
    """When open work went up its ladder: whoever had it before did not finish in time."""
    return (each.rung_since for each in case.open_escalations if each.rung is not Rung.CASE_MANAGER)


def _money(case: Case, ledger: LedgerRead | None) -> dict[str, Any]:
    working = any(each.kind is EscalationKind.POSTING_REVIEW for each in case.open_escalations)
    broken = case.break_point
    return {
        "placed": bool(ledger and ledger.placed_with_agency),
        "posting_mismatch": case.closed_at is None and (working or bool(broken and broken.mode in MODES)),
        "secondary_paid": case.money.secondary_paid,
    }
