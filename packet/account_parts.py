"""How a packet tells money, hold, escalations, orders, timely filing and the ending."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from journey.words import Cents, Frozen, Moment, Party
from packet.journey_parts import Evidence
from packet.readers import Datum, Holds


class BalancePart(Frozen):
    """What the patient truly owes, and what the provider's ledger shows; cents."""

    expected: Annotated[Cents | None, Holds(Datum.BALANCE)] = None
    at_risk: Annotated[Cents | None, Holds(Datum.BALANCE)] = None
    offset: Annotated[Cents | None, Holds(Datum.BALANCE)] = None
    ledger_at: Annotated[Moment | None, Holds(Datum.LEDGER)] = None
    open_balance: Annotated[Cents | None, Holds(Datum.LEDGER)] = None
    patient_balance: Annotated[Cents | None, Holds(Datum.LEDGER)] = None
    unapplied: Annotated[Cents | None, Holds(Datum.LEDGER)] = None
    patient_paid: Annotated[Cents | None, Holds(Datum.LEDGER)] = None
    last_statement_on: Annotated[date | None, Holds(Datum.LEDGER)] = None
    last_statement_amount: Annotated[Cents | None, Holds(Datum.LEDGER)] = None


class HoldEvent(Frozen):
    """Something that happened to the billing hold."""

    at: Annotated[Moment | None, Holds(Datum.HOLD)] = None
    entry: Annotated[int | None, Holds(Datum.HOLD)] = None
    says: Annotated[str, Holds(Datum.HOLD)] = ""
    by: Annotated[str, Holds(Datum.STAFF)] = ""
    reason: Annotated[str, Holds(Datum.HOLD_WORDS)] = ""


class HoldPart(Frozen):
    """The billing hold: its state, switches seen of those wanted, and its history."""

    state: Annotated[str, Holds(Datum.HOLD)] = ""
    permanent: Annotated[bool | None, Holds(Datum.HOLD)] = None
    wanted: Annotated[tuple[str, ...], Holds(Datum.HOLD)] = ()
    verified: Annotated[tuple[str, ...], Holds(Datum.HOLD)] = ()
    requested_at: Annotated[Moment | None, Holds(Datum.HOLD)] = None
    verified_at: Annotated[Moment | None, Holds(Datum.HOLD)] = None
    reviewed_at: Annotated[Moment | None, Holds(Datum.HOLD)] = None
    released_at: Annotated[Moment | None, Holds(Datum.HOLD)] = None
    breaches: Annotated[int | None, Holds(Datum.HOLD)] = None
    events: tuple[HoldEvent, ...] = ()


class EscalationPart(Frozen):
    """A way out of silence that somebody owned."""

    kind: Annotated[str, Holds(Datum.ESCALATION)] = ""
    state: Annotated[str, Holds(Datum.ESCALATION)] = ""
    rung: Annotated[str, Holds(Datum.ESCALATION)] = ""
    raised_at: Annotated[Moment | None, Holds(Datum.ESCALATION)] = None
    rung_since: Annotated[Moment | None, Holds(Datum.ESCALATION)] = None
    answered_at: Annotated[Moment | None, Holds(Datum.ESCALATION)] = None
    taken_by: Annotated[str, Holds(Datum.STAFF)] = ""
    reason: Annotated[str, Holds(Datum.ESCALATION_WORDS)] = ""


class OrderPart(Frozen):
    """A supervisor's decision."""

    entry: Annotated[int | None, Holds(Datum.ORDER)] = None
    at: Annotated[Moment | None, Holds(Datum.ORDER)] = None
    decision: Annotated[str, Holds(Datum.ORDER)] = ""
    until: Annotated[date | None, Holds(Datum.ORDER)] = None
    person: Annotated[str, Holds(Datum.STAFF)] = ""
    second_person: Annotated[str, Holds(Datum.STAFF)] = ""
    reason: Annotated[str, Holds(Datum.ORDER_WORDS)] = ""


class Verdict(StrEnum):
    """What the proofs of timely filing show together."""

    RECEIVED_IN_TIME = "received_in_time"
    SENT_IN_TIME = "sent_in_time"
    TOO_LATE = "too_late"
    NOT_SHOWN = "not_shown"


class FilingProof(Frozen):
    """One thing that shows when the claim was filed, and whether that lies within the limit."""

    entry: Annotated[int | None, Holds(Datum.FILING)] = None
    on: Annotated[date | None, Holds(Datum.FILING)] = None
    """The provider's day, or the day that the payer itself states."""
    kind: Annotated[str, Holds(Datum.FILING)] = ""
    shows: Annotated[str, Holds(Datum.FILING)] = ""
    """`receipt` by the payer, or `sending`."""
    by: Annotated[str, Holds(Datum.FILING)] = ""
    in_time: Annotated[bool | None, Holds(Datum.FILING)] = None
    control: Annotated[str, Holds(Datum.FILING)] = ""
    """Control numbers of our file."""
    reference: Annotated[str, Holds(Datum.REFERENCE)] = ""
    payer_claim_number: Annotated[str, Holds(Datum.PAYER_CLAIM_NUMBER)] = ""
    about: Party = Party.UNKNOWN


class FilingPart(Frozen):
    """The filing limit, where it comes from, and each proof against it."""

    about: Party = Party.UNKNOWN
    limit: Annotated[date | None, Holds(Datum.FILING)] = None
    """The last day on which the payer accepts the claim."""
    rule: Annotated[str, Holds(Datum.FILING)] = ""
    source: Annotated[str, Holds(Datum.FILING)] = ""
    assumed: Annotated[bool | None, Holds(Datum.FILING)] = None
    verdict: Annotated[Verdict | None, Holds(Datum.FILING)] = None
    proofs: tuple[FilingProof, ...] = ()


class ClosingPoint(Frozen):
    """One of the five points that must hold before a case may end (field notes 4.4), and whether it does."""

    point: Annotated[str, Holds(Datum.CLOSING)] = ""
    """Its letter, a to e."""
    says: Annotated[str, Holds(Datum.CLOSING)] = ""
    holds: Annotated[bool | None, Holds(Datum.CLOSING)] = None
    missing: Annotated[str, Holds(Datum.CLOSING)] = ""
    rests_on: tuple[Evidence, ...] = ()
