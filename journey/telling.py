"""Facts in words, one line each, without anything that names a patient."""

from __future__ import annotations

from functools import singledispatch

from journey.facts import (
    ActionEnded,
    ClaimAcknowledged,
    ClaimHeldBack,
    ClockRanOut,
    ContactLogged,
    CorrectionMade,
    CoverageChecked,
    Fact,
    HoldAsked,
    LedgerRead,
    MessageSetAside,
    MoneyArrived,
    PaymentOffset,
    PersonActed,
    PlanChanged,
    PolicyTold,
    RemitAdjudicated,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.writing import dollars, plainly


@singledispatch
def told(fact: Fact) -> str:
    """A fact in one line: what it is and what it says."""
    return plainly(fact.kind)


@told.register
def _remit(fact: RemitAdjudicated) -> str:
    codes = f" ({', '.join(fact.remarks)})" if fact.remarks else ""
    return f"remittance of the {plainly(fact.payer)}: status {fact.claim_status}, paid {dollars(fact.paid)}{codes}"


@told.register
def _syntax(fact: SyntaxAcknowledged) -> str:
    return f"{fact.layer}: the file was {'read' if fact.accepted else 'refused'}"


@told.register
def _acknowledged(fact: ClaimAcknowledged) -> str:
    verdict = "taken" if fact.accepted else "refused"
    return f"277CA of the {plainly(fact.sender)}: {verdict} ({_status(fact.category, fact.status_code)})"


@told.register
def _answered(fact: StatusAnswered) -> str:
    return f"277 of the {plainly(fact.sender)}: {_status(fact.category, fact.status_code)}"


@told.register
def _contact(fact: ContactLogged) -> str:
    parts = [f"{plainly(fact.channel)} with the {plainly(fact.sender)}: {plainly(fact.says)}"]
    if fact.holder:
        parts.append(f"{plainly(fact.holder)} has the file")
    if fact.promised_date:
        parts.append(f"promised by {fact.promised_date}")
    return ", ".join(parts)


@told.register
def _submitted(fact: SecondarySubmitted) -> str:
    return f"secondary claim sent by {'Baton' if fact.ours else 'the billing system'}, frequency {fact.frequency}"


@told.register
def _held_back(fact: ClaimHeldBack) -> str:
    return f"our claim was held back before it went out: {'; '.join(fact.problems)}"


@told.register
def _coverage(fact: CoverageChecked) -> str:
    found = (
        "the search failed" if fact.refusals else {True: "active", False: "not active", None: "no word"}[fact.active]
    )
    return f"eligibility answer of the {plainly(fact.payer)}: {found}"


@told.register
def _policy(fact: PolicyTold) -> str:
    return f"what decides the order of policy {fact.order} was told"


@told.register
def _offset(fact: PaymentOffset) -> str:
    return f"offset {fact.reason} of {dollars(fact.amount)} at provider level"


@told.register
def _money(fact: MoneyArrived) -> str:
    return f"{dollars(fact.amount)} arrived"


@told.register
def _ledger(fact: LedgerRead) -> str:
    owed = f"open {dollars(fact.open_balance)}, patient {dollars(fact.patient_balance)}"
    return f"ledger version {fact.version}: {owed}, {len(fact.switches_on)} of 6 switches on"


@told.register
def _correction(fact: CorrectionMade) -> str:
    return f"{plainly(fact.corrects)} put right{f': {fact.field}' if fact.field else ''}"


@told.register
def _act(fact: PersonActed) -> str:
    until = f" until {fact.until}" if fact.until else ""
    return f"{plainly(fact.act)} by {fact.person}{until}" if fact.act != "assigned" else f"assigned to {fact.person}"


@told.register
def _hold(fact: HoldAsked) -> str:
    return f"hold asked for by {fact.person}"


@told.register
def _decision(fact: SupervisorDecided) -> str:
    second = f" and {fact.second_person}" if fact.second_person else ""
    return f"{fact.person}{second} decided: {plainly(fact.decision)}"


@told.register
def _ended(fact: ActionEnded) -> str:
    return "what was asked for is done" if fact.succeeded else f"what was asked for failed: {fact.problem}"


@told.register
def _silence(fact: ClockRanOut) -> str:
    return f"silence: {fact.clock} rang ({fact.level})"


@told.register
def _set_aside(fact: MessageSetAside) -> str:
    return f"a message '{fact.name}' was set aside: {fact.problem}"


@told.register
def _plan(fact: PlanChanged) -> str:
    return f"plan {fact.from_version} replaced by {fact.to_version}"


def _status(category: str, code: str) -> str:
    return f"{category}:{code}" if code else category
