"""How a packet tells what passed between us and the payers: contacts, corrections, claims, answers, decisions."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from journey.words import Cents, Frozen, Moment, Party
from packet.readers import Datum, Holds


class ContactPart(Frozen):
    """One call, letter or portal visit."""

    about: Party = Party.UNKNOWN
    """The payer that was contacted, or nobody's own."""
    entry: Annotated[int | None, Holds(Datum.CONTACT)] = None
    at: Annotated[Moment | None, Holds(Datum.CONTACT)] = None
    channel: Annotated[str, Holds(Datum.CONTACT)] = ""
    party: Annotated[str, Holds(Datum.CONTACT)] = ""
    said: Annotated[str, Holds(Datum.CONTACT)] = ""
    promised: Annotated[date | None, Holds(Datum.CONTACT)] = None
    has_file: Annotated[str, Holds(Datum.CONTACT)] = ""
    action: Annotated[str, Holds(Datum.CONTACT_WORDS)] = ""
    person: Annotated[str, Holds(Datum.CONTACT_PERSON)] = ""
    reference: Annotated[str, Holds(Datum.REFERENCE)] = ""
    document: Annotated[str, Holds(Datum.REFERENCE)] = ""
    payer_claim_number: Annotated[str, Holds(Datum.PAYER_CLAIM_NUMBER)] = ""
    note: Annotated[str, Holds(Datum.NOTE)] = ""
    logged_by: Annotated[str, Holds(Datum.STAFF)] = ""


class CorrectionPart(Frozen):
    """Something that a person put right."""

    about: Party = Party.UNKNOWN
    entry: Annotated[int | None, Holds(Datum.CORRECTION)] = None
    at: Annotated[Moment | None, Holds(Datum.CORRECTION)] = None
    corrects: Annotated[str, Holds(Datum.CORRECTION)] = ""
    field: Annotated[str, Holds(Datum.CORRECTION)] = ""
    with_payer: Annotated[str, Holds(Datum.CORRECTION)] = ""
    effective: Annotated[date | None, Holds(Datum.CORRECTION)] = None
    before: Annotated[str, Holds(Datum.CORRECTION_VALUE)] = ""
    after: Annotated[str, Holds(Datum.CORRECTION_VALUE)] = ""
    reference: Annotated[str, Holds(Datum.REFERENCE)] = ""
    made_by: Annotated[str, Holds(Datum.STAFF)] = ""


class AnswerPart(Frozen):
    """What came back to a claim of ours: TA1, 999, 277CA."""

    about: Party = Party.UNKNOWN
    entry: Annotated[int | None, Holds(Datum.ACKNOWLEDGEMENT)] = None
    at: Annotated[Moment | None, Holds(Datum.ACKNOWLEDGEMENT)] = None
    layer: Annotated[str, Holds(Datum.ACKNOWLEDGEMENT)] = ""
    by: Annotated[str, Holds(Datum.ACKNOWLEDGEMENT)] = ""
    accepted: Annotated[bool | None, Holds(Datum.ACKNOWLEDGEMENT)] = None
    says: Annotated[str, Holds(Datum.ACKNOWLEDGEMENT)] = ""
    payer_claim_number: Annotated[str, Holds(Datum.PAYER_CLAIM_NUMBER)] = ""


class SubmissionPart(Frozen):
    """A claim that left for a later payer, its control numbers, and what came back."""

    about: Party = Party.UNKNOWN
    entry: Annotated[int | None, Holds(Datum.SUBMISSION)] = None
    at: Annotated[Moment | None, Holds(Datum.SUBMISSION)] = None
    to: Annotated[str, Holds(Datum.SUBMISSION)] = ""
    sent_by: Annotated[str, Holds(Datum.SUBMISSION)] = ""
    frequency: Annotated[str, Holds(Datum.SUBMISSION)] = ""
    submission_id: Annotated[str, Holds(Datum.SUBMISSION)] = ""
    interchange: Annotated[str, Holds(Datum.SUBMISSION)] = ""
    """ISA13."""
    group: Annotated[str, Holds(Datum.SUBMISSION)] = ""
    """GS06."""
    transaction: Annotated[str, Holds(Datum.SUBMISSION)] = ""
    """ST02."""
    answers: tuple[AnswerPart, ...] = ()


class DecisionPart(Frozen):
    """One remittance of one payer."""

    about: Party = Party.UNKNOWN
    order: Annotated[int | None, Holds(Datum.PAID)] = None
    paid: Annotated[Cents | None, Holds(Datum.PAID)] = None
    patient_share: Annotated[Cents | None, Holds(Datum.PAID)] = None
    at: Annotated[Moment | None, Holds(Datum.PAID)] = None
    entry: Annotated[int | None, Holds(Datum.DECIDED)] = None
    payer: Annotated[str, Holds(Datum.DECIDED)] = ""
    status: Annotated[str, Holds(Datum.DECIDED)] = ""
    adjustments: Annotated[tuple[str, ...], Holds(Datum.DECIDED)] = ()
    remarks: Annotated[tuple[str, ...], Holds(Datum.DECIDED)] = ()
    received_by_payer: Annotated[date | None, Holds(Datum.DECIDED)] = None
    payment_date: Annotated[date | None, Holds(Datum.DECIDED)] = None
    trace: Annotated[str, Holds(Datum.TRACE)] = ""
    payer_claim_number: Annotated[str, Holds(Datum.PAYER_CLAIM_NUMBER)] = ""
