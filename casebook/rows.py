"""A case as a row of the worklist."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import RowMapping

from casebook.errors import SealBrokenError
from casebook.listed import last_word, listed, short_name
from casebook.opening import Transaction
from casebook.safe_date import BEFORE_ALL as BEFORE_ALL
from casebook.safe_date import Why
from journey.case import Case, HoldState
from journey.words import (
    BreakState,
    Cents,
    EscalationKind,
    Frozen,
    Hop,
    Mode,
    Moment,
    Party,
    PayerClass,
    Resolution,
    Rung,
)

URGENCY: Final = (
    EscalationKind.COLLECTIONS_HOLD,
    EscalationKind.COB_CORRECTION,
    EscalationKind.RESUBMISSION,
    EscalationKind.POSTING_REVIEW,
)
"""Which open escalation a row shows: an unverified hold before everything (I3), order before resubmission (I6)."""

STANDING: Final = (HoldState.REQUESTED, HoldState.VERIFIED, HoldState.RELEASE_REQUESTED)
"""Holds that the ledger shows, or was asked for."""

SEALED: Final = ("sentence", "pending_action", "break_reason", "last_word", "patient")
"""Columns whose words may name a person."""

ALTERED: Final = "(altered: cannot be read)"
"""Stands where a sealed word was changed behind Baton's back; the row stays in its list."""


class CaseRow(Frozen):
    """One case as lists show it; money in cents, moments in UTC."""

    case_id: str
    practice: str
    revision: int
    opened_at: Moment
    as_of: Moment
    plan_version: str
    payer_id: str
    """The secondary payer."""
    payer_class: PayerClass
    hop: Hop | None
    """The first hop not proven; None when all are."""
    break_mode: Mode | None
    break_state: BreakState | None
    break_reason: str
    found: tuple[Mode, ...]
    """Every break point that was ever in force, in the order found."""
    holder: Party | None
    pending_action: str
    holder_since: Moment | None
    holder_by: Moment | None
    next_clock: str | None
    next_due: Moment | None
    filing_limit: date | None
    filing_assumed: bool
    hold_state: HoldState
    hold_wanted: bool
    hold_verified_at: Moment | None
    at_risk: Cents
    primary_share: Cents | None
    expected_balance: Cents | None
    ledger_balance: Cents | None
    patient_balance: Cents | None
    """What the ledger shows as owed by the patient."""
    vague_answers: int
    attention: int
    owner: str
    escalation: EscalationKind | None
    """The most urgent open one."""
    rung: Rung | None
    """The highest rung of any open one."""
    resolution: Resolution | None
    resolved_at: Moment | None
    closed_at: Moment | None
    sentence: str
    """Empty in rows of the worklist."""
    entries: int
    """How many entries the evidence has."""
    marks: str
    """One letter per hop (`listed.Mark`)."""
    safe_by: Moment
    """Until when somebody must act so that nothing is lost (`safe_date`)."""
    must_by: Moment
    """The same, whatever the hold."""
    late_at: Moment
    """From when on it is late: `must_by`, or when the work first went up a rung because nobody finished it."""
    must_why: Why
    must_clock: str | None
    must_since: Moment | None
    must_moved: bool
    hold_review_by: Moment | None
    hold_breaches: int
    placed: bool
    """The account lies with a collections agency."""
    posting_mismatch: bool
    secondary_paid: Cents | None
    payer_name: str
    provider_state: str
    owed_since: Moment
    """When the primary decided: the age of a case counts from here, never from the service (field notes 5.3)."""
    silent_since: Moment
    """When somebody last said something of the claim; the opening when nobody did."""
    last_word: str
    last_word_by: Party | None
    patient: str
    """Initial and last name."""
    changed_at: Moment
    """When the row was written, by the wall clock."""

    @property
    def placed_too_soon(self) -> bool:
        """An agency has the account while insurers are not done; afterwards it may be there for what is truly owed."""
        return self.placed and (self.resolution is None or self.hold_state in STANDING)


def row_of(case: Case, sentence: str, tx: Transaction) -> dict[str, Any]:
    """The columns of a case, without those of its chain; what may name a person is sealed."""
    return {
        **_identity(case),
        **_standing(case),
        **_clocks(case),
        **_money(case),
        **_work(case),
        **listed(case),
        **_sealed_words(case, sentence, tx),
    }


def read_row(columns: RowMapping, tx: Transaction) -> CaseRow:
    """The row of a case, its words unsealed: empty where the column was not read, `ALTERED` where it was changed."""
    words = {name: _word(columns, name, tx) for name in SEALED}
    return CaseRow.model_validate({**columns, **words, "found": columns["found_modes"].split()})


def _word(columns: RowMapping, name: str, tx: Transaction) -> str:
    sealed = columns.get(name)
    if not sealed:
        return ""
    try:
        return tx.unseal(sealed, sealed_place(name, columns["case_id"]))
    except SealBrokenError:
        return ALTERED


def _identity(case: Case) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "practice": case.claim.practice,
        "revision": case.revision,
        "opened_at": case.opened_at,
        "as_of": case.as_of,
        "plan_version": case.plan_version,
        "payer_id": case.claim.secondary.payer_id,
        "payer_class": case.claim.secondary.payer_class.value,
    }


def _standing(case: Case) -> dict[str, Any]:
    broken, holder = case.break_point, case.holder
    return {
        "hop": _value(case.hop),
        "break_mode": broken.mode.value if broken else None,
        "break_state": broken.state.value if broken else None,
        "found_modes": " ".join(each.mode.value for each in case.found),
        "holder": holder.party.value if holder else None,
        "holder_since": holder.since if holder else None,
        "holder_by": holder.by if holder else None,
    }


def _clocks(case: Case) -> dict[str, Any]:
    clock = case.next_clock
    due = clock.next_due if clock else None
    return {
        "next_clock": clock.name if clock else None,
        "next_due": due,
        "listed_due": due or BEFORE_ALL,
        "filing_limit": case.filing_limit,
        "filing_assumed": case.filing_assumed,
        "hold_state": case.hold.state.value,
        "hold_wanted": bool(case.hold.wanted),
        "hold_verified_at": case.hold.verified_at,
    }


def _money(case: Case) -> dict[str, Any]:
    return {
        "at_risk": case.money.at_risk,
        "primary_share": case.money.primary_patient_share,
        "expected_balance": case.money.expected_balance,
        "ledger_balance": case.money.ledger_balance,
        "patient_balance": case.money.ledger_patient_balance,
    }


def _work(case: Case) -> dict[str, Any]:
    waiting = case.open_escalations
    return {
        "vague_answers": sum(case.vague_answers.values()),
        "attention": len(case.attention),
        "owner": case.owner,
        "escalation": _value(min((each.kind for each in waiting), key=URGENCY.index, default=None)),
        "rung": _value(max((each.rung for each in waiting), key=tuple(Rung).index, default=None)),
        "resolution": _value(case.resolution),
        "resolved_at": case.resolved_at,
        "closed_at": case.closed_at,
    }


def _sealed_words(case: Case, sentence: str, tx: Transaction) -> dict[str, bytes | None]:
    words = {
        "sentence": sentence,
        "pending_action": case.holder.pending_action if case.holder else "",
        "break_reason": case.break_point.reason if case.break_point else "",
        "last_word": last_word(case),
        "patient": short_name(case.claim),
    }
    return {
        name: tx.seal(said, sealed_place(name, case.case_id)) if said or name == "sentence" else None
        for name, said in words.items()
    }


def sealed_place(name: str, case_id: str) -> str:
    """Where the words of a column are sealed for: moved to another row they do not open."""
    return f"cases.{name}/{case_id}"


def _value(word: StrEnum | None) -> str | None:
    return word.value if word is not None else None
