"""What our own side says and sees: contacts, claims sent, policies, ledger and money, corrections, work, decisions."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from journey.facts.base import FactBase
from journey.words import Cents, Frozen, Party, Switch


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
    PAID_TO_PATIENT = "paid_to_patient"
    POSTED = "posted"
    NOT_POSTED = "not_posted"
    DOCUMENT_WANTED = "document_wanted"
    DOCUMENT_RECEIVED = "document_received"
    QUESTIONNAIRE_ANSWERED = "questionnaire_answered"
    QUESTIONNAIRE_OPEN = "questionnaire_open"
    COVERAGE_ACTIVE = "coverage_active"
    COVERAGE_ENDED = "coverage_ended"
    ACCIDENT = "accident"
    NO_ACCIDENT = "no_accident"


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


class ClaimHeldBack(FactBase):
    """A claim of ours that our own rules or the guide's refused before it went out; nothing was sent."""

    kind: Literal["claim_held_back"] = "claim_held_back"
    key: str
    """The action that asked for it."""
    problems: tuple[str, ...]
    """Each names a field and its fix, and no value."""


class PolicyTold(FactBase):
    """What was learnt of one policy that decides the order of benefits (field notes 3.1); only what was said is set."""

    kind: Literal["policy_told"] = "policy_told"
    order: int = Field(ge=1)
    """The policy's place as billed."""
    told_by: str = ""
    source_of_cover: (
        Literal[
            "group", "retiree", "cobra", "individual", "medicare", "medigap", "medicaid", "tricare", "champva",
            "workers_comp", "no_fault", "liability", "veterans", "black_lung", "ihs",
        ]
        | None
    ) = None  # fmt: skip
    holder_is_patient: bool | None = None
    holder_relation: Literal["self", "spouse", "parent", "other"] | None = None
    holder_works: bool | None = None
    """The policy comes with present employment, as against a former one."""
    employees: int | None = Field(default=None, ge=0)
    """Size of the employer behind a group plan."""
    medicare_reason: Literal["age", "disability", "esrd"] | None = None
    esrd_since: date | None = None
    """First month of Medicare entitlement or eligibility because of kidney failure."""
    since: date | None = None
    until: date | None = None
    has_cob_clause: bool | None = None
    holder_birthday: str = ""
    """Month and day of a parent's birth, MM-DD."""
    custody: Literal["custodial", "custodial_spouse", "non_custodial", "non_custodial_spouse", "joint"] | None = None
    decree_names_holder: bool | None = None
    """A court decree makes this parent responsible for health care."""
    parents_together: bool | None = None
    related_to_injury: bool | None = None
    """The services belong to the injury that this insurer covers."""


class MoneyArrived(FactBase):
    """A deposit that carries the secondary's trace number, or its amount on this account."""

    kind: Literal["money_arrived"] = "money_arrived"
    amount: Cents
    trace: str = ""


class PostedLine(Frozen):
    """One service line as the ledger shows it; cents."""

    number: str
    """The line's control number (REF*6R)."""
    charge: Cents = 0
    secondary_posted: Cents = 0
    patient_balance: Cents = 0


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
    first_statement_on: date | None = None
    last_statement_on: date | None = None
    last_statement_amount: Cents | None = None
    """What the newest statement asked the patient for."""
    placed_with_agency: bool = False
    patient_paid: Cents = 0
    """What the patient paid, less what was refunded."""
    lines: tuple[PostedLine, ...] = ()
    """What is posted of later payers by service line, where the billing system tells."""


class CorrectionMade(FactBase):
    """A person put something right: claim data, or the COB record at a payer."""

    kind: Literal["correction_made"] = "correction_made"
    corrects: Literal[
        "claim_data", "cob_record", "cob_verified", "posting", "document", "coverage", "statement", "refund"
    ]  # fmt: skip
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
    decision: Literal["release_hold", "close", "extend", "take_back", "resubmit_now", "write_off"]
    person: str
    second_person: str = ""
    reason: str
    until: date | None = None
    takes_back: str = ""
    """With `take_back`: the fact id of the extension that ends; every earlier extension when empty."""
