"""What can be learnt about a case, one class per kind; immutable, tolerant of fields that newer senders add."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from journey.words import Cents, Frozen, Grade, Hop, Level, Moment, Party, Resolution, Switch


class FactBase(Frozen):
    """What every fact carries: a stable id, when it happened, when we learnt it, who said it and how good it is."""

    fact_id: str
    happened_at: Moment
    learnt_at: Moment
    source: str = ""
    """Where it stands: an opaque document reference and place, or a call reference."""
    sender: Party = Party.UNKNOWN
    grade: Grade = Grade.ASSUMED


class Adjustment(Frozen):
    """One CAS trio: group PR, CO, PI or OA, reason code, cents (positive reduces the payment)."""

    group: str
    reason: str
    amount: Cents


class RemitLine(Frozen):
    """One service line of a remittance (835 loop 2110)."""

    number: str = ""
    procedure: str = ""
    charge: Cents
    paid: Cents
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()


class RemitAdjudicated(FactBase):
    """A payer decided, reversed or forwarded the claim (835 CLP; field notes 1.1 to 1.7)."""

    kind: Literal["remit_adjudicated"] = "remit_adjudicated"
    payer: Party = Party.UNKNOWN
    """UNKNOWN until the claim's policies have placed it (`journey.roles`)."""
    payer_ids: tuple[str, ...] = ()
    """Every id by which the payer names itself, the most specific first."""
    payer_name: str = ""
    claim_status: str
    """CLP02."""
    charge: Cents
    paid: Cents
    adjustments: tuple[Adjustment, ...] = ()
    """All CAS of the claim and of its lines."""
    remarks: tuple[str, ...] = ()
    """MIA, MOA and LQ remark codes."""
    payer_claim_number: str = ""
    original_claim_number: str = ""
    """REF*F8 on a correction."""
    crossover_carrier: str = ""
    corrected_payer: str = ""
    """NM1*PR in 2100: the payer that should have come first."""
    corrected_payer_id: str = ""
    other_subscriber: bool = False
    corrected_member_id: str = ""
    corrected_member_name: str = ""
    coverage_ended: date | None = None
    received_by_payer: date | None = None
    trace: str = ""
    """TRN02 of the payment."""
    payment_date: date | None = None
    lines: tuple[RemitLine, ...] = ()


class SyntaxAcknowledged(FactBase):
    """TA1 or 999: the file or transaction was read, or could not be."""

    kind: Literal["syntax_acknowledged"] = "syntax_acknowledged"
    layer: Literal["TA1", "999"]
    accepted: bool
    submission_id: str = ""
    errors: tuple[str, ...] = ()


class ClaimAcknowledged(FactBase):
    """277CA: a clearinghouse or payer took the claim or refused it before adjudication (field notes 1.8)."""

    kind: Literal["claim_acknowledged"] = "claim_acknowledged"
    payer_ids: tuple[str, ...] = ()
    payer_name: str = ""
    category: str
    status_code: str = ""
    entity: str = ""
    accepted: bool
    submission_id: str = ""
    payer_claim_number: str = ""
    statuses: tuple[str, ...] = ()
    """All STC composites as category:status:entity."""


class StatusAnswered(FactBase):
    """277: a payer's answer to a status question (field notes 1.9)."""

    kind: Literal["status_answered"] = "status_answered"
    payer_ids: tuple[str, ...] = ()
    payer_name: str = ""
    category: str
    status_code: str = ""
    entity: str = ""
    searched_by: str = ""
    """The search strategy of our question, empty when unknown; two different ones make 'no record'."""
    payer_claim_number: str = ""
    paid: Cents | None = None
    statuses: tuple[str, ...] = ()


class Said(StrEnum):
    """What a person on the other end said, reduced to what the journey can use."""

    NOTHING_NEW = "nothing_new"
    TRANSMITTED = "transmitted"
    NOT_TRANSMITTED = "not_transmitted"
    FORWARDED = "forwarded"
    NOT_FORWARDED = "not_forwarded"
    RECEIVED = "received"
    NO_RECORD = "no_record"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    PENDED_PROVIDER = "pended_provider"
    PENDED_PATIENT = "pended_patient"
    ORDER_WRONG = "order_wrong"
    ORDER_CONFIRMED = "order_confirmed"
    PROCESSED = "processed"
    DENIED = "denied"
    PAID = "paid"
    POSTED = "posted"
    NOT_POSTED = "not_posted"


class ContactLogged(FactBase):
    """A call, letter, portal visit or conversation (field notes 5.1)."""

    kind: Literal["contact_logged"] = "contact_logged"
    channel: Literal["phone", "portal", "ivr", "fax", "letter", "chat", "edi", "in_person"] = "phone"
    logged_by: str = ""
    person_name: str = ""
    call_reference: str = ""
    document: str = ""
    """Opaque reference of a print, letter or screenshot."""
    says: Said = Said.NOTHING_NEW
    holder: Party | None = None
    """Who has the file, by their word."""
    pending_action: str = ""
    promised_date: date | None = None
    payer_claim_number: str = ""
    amount: Cents | None = None
    trace: str = ""
    note: str = Field(default="", max_length=500)


class SecondarySubmitted(FactBase):
    """The secondary claim left us, or the provider's own system (an outbound 837 with SBR01 = S)."""

    kind: Literal["secondary_submitted"] = "secondary_submitted"
    submission_id: str
    frequency: Literal["1", "7", "8"] = "1"
    payer_id: str = ""
    ours: bool = True
    """True when Baton wrote it, False when the billing system did."""
    member_id: str = ""


class PaymentOffset(FactBase):
    """Money moved at provider level that names this claim (835 PLB; field notes 1.6); positive lowers the payment."""

    kind: Literal["payment_offset"] = "payment_offset"
    reason: str
    """PLB03-1, such as WO or FB."""
    amount: Cents
    trace: str = ""


class MoneyArrived(FactBase):
    """A deposit that carries the secondary's trace number, or its amount on this account."""

    kind: Literal["money_arrived"] = "money_arrived"
    amount: Cents
    trace: str = ""


class LedgerRead(FactBase):
    """The provider's ledger for this claim, as of a moment; cents."""

    kind: Literal["ledger_read"] = "ledger_read"
    version: int
    """The ledger's own running number for this account; a higher one is later."""
    open_balance: Cents
    """Charge less payments and adjustments, whoever owes it."""
    patient_balance: Cents
    """The part that stands to the patient."""
    primary_posted: Cents = 0
    secondary_posted: Cents = 0
    unapplied: Cents = 0
    deposits: Cents = 0
    """Money of the secondary payer seen in the bank for this claim."""
    secondary_billed_on: date | None = None
    """When the billing system sent the secondary claim, by its own record."""
    switches_on: tuple[Switch, ...] = ()
    statements_sent: int = 0
    last_statement_on: date | None = None
    placed_with_agency: bool = False


class CorrectionMade(FactBase):
    """A person put something right: claim data, or the COB record at a payer."""

    kind: Literal["correction_made"] = "correction_made"
    corrects: Literal["claim_data", "cob_record", "cob_verified", "posting"]
    field: str = ""
    before: str = ""
    after: str = ""
    reference: str = ""
    effective_date: date | None = None
    made_by: str = ""
    with_payer: Party = Party.SECONDARY


class PersonActed(FactBase):
    """Someone on our side worked the case: took a task, finished it, was assigned, or snoozed it."""

    kind: Literal["person_acted"] = "person_acted"
    act: Literal["assigned", "taken", "done", "given_back", "snoozed"]
    person: str
    escalation: str = ""
    until: date | None = None
    reason: str = ""


class HoldAsked(FactBase):
    """A person asked for a billing hold."""

    kind: Literal["hold_asked"] = "hold_asked"
    person: str
    reason: str


class SupervisorDecided(FactBase):
    """A supervisor overrode the journey, with a reason; closing needs a second person (R7)."""

    kind: Literal["supervisor_decided"] = "supervisor_decided"
    decision: Literal["release_hold", "close", "extend", "resubmit_now", "write_off"]
    person: str
    second_person: str = ""
    reason: str
    until: date | None = None


class ActionEnded(FactBase):
    """The outcome of something the case asked for."""

    kind: Literal["action_ended"] = "action_ended"
    key: str
    succeeded: bool
    reference: str = ""
    problem: str = ""


class ClockRanOut(FactBase):
    """Silence: a clock reached its soft or hard time with nothing heard."""

    kind: Literal["clock_ran_out"] = "clock_ran_out"
    clock: str
    level: Level
    due: Moment


class MessageSetAside(FactBase):
    """A message to the case that could not be read; kept, and shown as 'needs attention'."""

    kind: Literal["message_set_aside"] = "message_set_aside"
    name: str
    digest: str
    problem: str


class PlanChanged(FactBase):
    """The plan in force for this open case was replaced on purpose."""

    kind: Literal["plan_changed"] = "plan_changed"
    from_version: str
    to_version: str
    approved_by: str


Fact = Annotated[
    RemitAdjudicated
    | SyntaxAcknowledged
    | ClaimAcknowledged
    | StatusAnswered
    | ContactLogged
    | SecondarySubmitted
    | PaymentOffset
    | MoneyArrived
    | LedgerRead
    | CorrectionMade
    | PersonActed
    | HoldAsked
    | SupervisorDecided
    | ActionEnded
    | ClockRanOut
    | MessageSetAside
    | PlanChanged,
    Field(discriminator="kind"),
]
"""Anything that reached us about a case."""

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
"""Reads and writes any fact."""

__all__ = [
    "FACT",
    "ActionEnded",
    "Adjustment",
    "ClaimAcknowledged",
    "ClockRanOut",
    "ContactLogged",
    "CorrectionMade",
    "Fact",
    "FactBase",
    "Grade",
    "HoldAsked",
    "Hop",
    "LedgerRead",
    "MessageSetAside",
    "MoneyArrived",
    "PaymentOffset",
    "PersonActed",
    "PlanChanged",
    "RemitAdjudicated",
    "RemitLine",
    "Resolution",
    "Said",
    "SecondarySubmitted",
    "StatusAnswered",
    "SupervisorDecided",
    "SyntaxAcknowledged",
]
