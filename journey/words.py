"""The words of the field, once: hops, grades, parties, break points, escalations, switches."""

from __future__ import annotations

from datetime import UTC
from enum import IntEnum, StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that never changes; unknown fields of a newer version are ignored, so old runs read new messages."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _utc(moment: AwareDatetime) -> AwareDatetime:
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An aware moment, kept in UTC."""

Cents = int
"""Money: integer US cents, never a float."""


class Hop(StrEnum):
    """A step of the hand-off that must be proven, in order."""

    TRANSMITTED = "transmitted"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    ADJUDICATED = "adjudicated"
    PAID = "paid"
    POSTED = "posted"


class Grade(IntEnum):
    """How good a proof is (field notes 1.12, E0..E4)."""

    ASSUMED = 0
    STATED = 1
    DOCUMENTED = 2
    TRANSACTED = 3
    SETTLED = 4


class Party(StrEnum):
    """Who can hold the file, act, or speak."""

    PROVIDER = "provider"
    POSTING = "posting"
    EDI = "edi"
    REGISTRATION = "registration"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    CROSSOVER_CARRIER = "crossover_carrier"
    CLEARINGHOUSE = "clearinghouse"
    PATIENT = "patient"
    EMPLOYER = "employer"
    COB_REGISTRY = "cob_registry"
    BANK = "bank"
    AGENCY = "agency"
    LEDGER = "ledger"
    SUPERVISOR = "supervisor"
    BATON = "baton"
    UNKNOWN = "unknown"


class Side(StrEnum):
    """The two sides that must both speak before a break point is confirmed (I4)."""

    PROVIDER = "provider"
    PAYER = "payer"
    NEITHER = "neither"


SIDE_OF: dict[Party, Side] = {
    Party.PROVIDER: Side.PROVIDER,
    Party.POSTING: Side.PROVIDER,
    Party.EDI: Side.PROVIDER,
    Party.REGISTRATION: Side.PROVIDER,
    Party.LEDGER: Side.PROVIDER,
    Party.SUPERVISOR: Side.PROVIDER,
    Party.CLEARINGHOUSE: Side.PROVIDER,
    Party.PATIENT: Side.PROVIDER,
    Party.PRIMARY: Side.PAYER,
    Party.SECONDARY: Side.PAYER,
    Party.TERTIARY: Side.PAYER,
    Party.CROSSOVER_CARRIER: Side.PAYER,
    Party.COB_REGISTRY: Side.PAYER,
}
"""Which side a party speaks for; a party not named here speaks for neither."""


class Mode(StrEnum):
    """Where and why a journey breaks (field notes 4.2 and 4.3)."""

    CROSSOVER_DECLINED = "V1a"
    CROSSOVER_LOST = "V1b"
    CROSSOVER_ASSUMED = "V2"
    REJECTED_FOR_MISMATCH = "V3"
    WRONG_ORDER = "V4"
    NOT_POSTED = "V5"
    POSTED_IN_PART = "F6"
    OFFSET = "F7"
    DUAL_BLAME = "F8"
    LOST_IN_TRANSIT = "F8a"
    TAKEBACK = "F9"
    FILING_LIMIT = "F10"
    DUPLICATE = "F11"
    DOCUMENT_WANTED = "F12"
    PATIENT_SILENT = "F13"
    COVERAGE_ENDED = "F14"
    TERTIARY_DUE = "F15"
    REPORTED_TWICE = "F16"
    PATIENT_PAID = "F17"
    PRIMARY_NOT_FINAL = "F18"
    BOTH_SECOND = "F19"
    PATIENT_OVERPAID = "F20"
    ACCIDENT_SUSPECTED = "F21"
    PATIENT_PROTECTED = "F22"
    UNRECOGNISED = "U"


MODE_WORDS: dict[Mode, str] = {
    Mode.CROSSOVER_DECLINED: "the primary did not forward the claim",
    Mode.CROSSOVER_LOST: "the crossover was announced and never arrived",
    Mode.CROSSOVER_ASSUMED: "crossover was assumed; nobody sent the claim",
    Mode.REJECTED_FOR_MISMATCH: "the secondary refused the claim for a mismatch",
    Mode.WRONG_ORDER: "a payer has another order of insurers on file",
    Mode.NOT_POSTED: "the secondary decided, and the ledger does not show it",
    Mode.DUAL_BLAME: "the payer accepted the claim and now has no record of it",
    Mode.LOST_IN_TRANSIT: "the clearinghouse accepted the claim and the payer has no record of it",
    Mode.TAKEBACK: "the payer took its payment back",
    Mode.FILING_LIMIT: "the filing limit has passed or was cited",
    Mode.DUPLICATE: "the payer already has this claim",
    Mode.POSTED_IN_PART: "the payment is posted in part",
    Mode.OFFSET: "the payment was kept to settle something else",
    Mode.DOCUMENT_WANTED: "the payer waits for a document or for the primary's data",
    Mode.PATIENT_SILENT: "the payer waits for the patient to answer its COB questionnaire",
    Mode.COVERAGE_ENDED: "the secondary policy was not in force on the day of service",
    Mode.TERTIARY_DUE: "the secondary left a share, and a third policy has not been billed",
    Mode.REPORTED_TWICE: "the secondary reports the primary's reductions again, and the account shows a false credit",
    Mode.PATIENT_PAID: "the secondary paid the patient or somebody else",
    Mode.PRIMARY_NOT_FINAL: "the primary took its decision back after the secondary was billed",
    Mode.BOTH_SECOND: "both payers say that the other comes first",
    Mode.PATIENT_OVERPAID: "the patient paid more than is owed",
    Mode.ACCIDENT_SUSPECTED: "the payer asks whether an accident or work injury is behind the claim",
    Mode.PATIENT_PROTECTED: "the patient may not be billed at all (QMB, Medicaid)",
    Mode.UNRECOGNISED: "an answer that no rule recognises",
}
"""Each break point in words that a biller would use."""


class BreakState(StrEnum):
    """How sure a break point is."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"


class EscalationKind(StrEnum):
    """The four ways out of silence."""

    RESUBMISSION = "resubmission"
    COB_CORRECTION = "cob_correction"
    POSTING_REVIEW = "posting_review"
    COLLECTIONS_HOLD = "collections_hold"


class Rung(StrEnum):
    """The rungs of an escalation ladder."""

    CASE_MANAGER = "case_manager"
    LEAD = "lead"
    SUPERVISOR = "supervisor"


class Switch(StrEnum):
    """The six billing switches of a hold (field notes 2.4)."""

    STATEMENTS = "statements"
    DUNNING = "dunning"
    PLACEMENT = "placement"
    RECALL = "recall"
    BUREAU_DELETION = "bureau_deletion"
    AUTOPAY = "autopay"


class Resolution(StrEnum):
    """How a case ends (field notes 4.4)."""

    PAID_IN_FULL = "R1"
    PAID_PATIENT_OWES = "R2"
    ZERO_PATIENT_OWES = "R3"
    ZERO_WRITTEN_OFF = "R4"
    COVERAGE_INVALID = "R5"
    FILING_LIMIT_LOST = "R6"
    SUPERVISOR_CLOSED = "R7"


class Level(StrEnum):
    """A clock's two alarms: soft makes a task, hard escalates."""

    SOFT = "soft"
    HARD = "hard"


class PayerClass(StrEnum):
    """What kind of payer, as far as deadlines differ (field notes 2.2)."""

    MEDICARE = "medicare"
    MEDICAID = "medicaid"
    TRICARE = "tricare"
    MEDIGAP = "medigap"
    BLUES = "blues"
    COMMERCIAL = "commercial"
    UNKNOWN = "unknown"
