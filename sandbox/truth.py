"""What truly happens to each claim: the script that the world plays and that nobody tells Baton.

Everything is drawn from the seed here, once: which break point a claim has, in which of its kinds, and every delay.
Partners only read scripts, so two runs with one seed differ in nothing but what Baton does.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from journey.words import Cents, Frozen, Mode, Moment, Resolution
from sandbox.adjudication import Adjudication
from sandbox.days import after_business_days
from sandbox.people import Bill


class Route(StrEnum):
    """How the claim is meant to get from the primary to the secondary."""

    CROSSOVER = "crossover"
    """The primary announces that it forwarded the claim."""
    BILLED = "billed"
    """The provider's billing system sends it by itself."""
    DECLINED = "declined"
    """The primary says that it did not forward the claim, and nobody sends it."""
    NOBODY = "nobody"
    """The primary says nothing, and everybody assumes that somebody sent it."""


class Arrival(StrEnum):
    """What becomes of an announced crossover."""

    PROMPT = "prompt"
    SLOW = "slow"
    """After the first status question, before the second."""
    LOST = "lost"
    AFTER_OURS = "after_ours"
    """Long after, when a claim was already sent in its place."""


class RefusedBy(StrEnum):
    """Which partner refuses, and in which transaction."""

    CLEARINGHOUSE = "clearinghouse"
    """277CA with NM101 = AY."""
    PAYER = "payer"
    """277CA with NM101 = PR."""
    REMITTANCE = "remittance"
    """835 with nothing paid."""


class Refusal(Frozen):
    """How the secondary says no."""

    by: RefusedBy
    code: str
    """Category:status:entity of a 277CA, or the adjustment group and reason of an 835 (CO:31)."""
    remark: str = ""
    claim_status: str = "2"
    """CLP02 of an 835."""


class Wanted(StrEnum):
    """What a payer asks for before it decides."""

    DOCUMENT = "document"
    QUESTIONNAIRE = "questionnaire"
    """The patient's own word on other coverage."""
    ACCIDENT_FORM = "accident_form"
    """The patient's own word on an accident or work injury."""

    @property
    def of_patient(self) -> bool:
        """True where only the patient can answer."""
        return self is not Wanted.DOCUMENT


class Pend(Frozen):
    """A payer has the claim and waits for something."""

    wants: Wanted
    code: str
    """Group and reason of an 835 with nothing paid (PI:227), or category and status of a 277 (P4:52)."""
    remark: str = ""
    goes_astray: bool = False
    """The first copy of the document never reaches the payer."""

    @property
    def by_remittance(self) -> bool:
        """True when an 835 says it; else only a status question brings it out."""
        return self.code.split(":")[0] in ("CO", "OA", "PI", "PR")


class Patient(StrEnum):
    """How a patient takes the payer's questions."""

    AT_ONCE = "at_once"
    """Answers the payer when first called."""
    LATER = "later"
    """Says that the form lies at home, and answers days later."""
    SILENT = "silent"
    """Is reached by nobody until everybody is on one line."""
    UNASKED = "unasked"
    """Answers the payer before anybody asks."""


class Manner(StrEnum):
    """How the secondary pays, and how it says so."""

    PLAIN = "plain"
    SPLIT = "split"
    """The claim is split on acceptance (A5) and decided in two parts, days apart."""
    KEPT = "kept"
    """The money settles an old debt of the practice (PLB WO) and never reaches the bank."""
    TO_PATIENT = "to_patient"
    """The patient got the money (OA100)."""
    TO_PATIENT_AS_SHARE = "to_patient_as_share"
    """Likewise, said as a patient's share (PR100)."""
    TWICE = "twice"
    """The primary's reductions are reported again as contractual, without OA23."""


class Return(StrEnum):
    """How a secondary takes money back."""

    REVERSAL = "reversal"
    """CLP02 = 22, then a corrected decision."""
    RECOUPMENT = "recoupment"
    """PLB WO with our claim's number, given back later."""


class Posting(StrEnum):
    """What the posting clerk does with the secondary's payment."""

    RIGHT = "right"
    FORGOTTEN = "forgotten"
    SUSPENSE = "suspense"
    WRONG_BUCKET = "wrong_bucket"
    IN_PART = "in_part"
    """The first line's payment only; of a split claim the first part only."""
    AS_READ = "as_read"
    """What the remittance says is booked without thinking: reductions twice, or money that the patient has."""
    SHARE_LEFT = "share_left"
    """A share that nobody may bill is left to the patient."""


class Second(Frozen):
    """The primary's second decision: after a reversal (F18), or once it knows its place (F19)."""

    decision: Adjudication
    status: str
    """CLP02."""
    remarks: tuple[str, ...] = ()


class Delays(Frozen):
    """How long everybody takes; `bd` are business days, the rest calendar days."""

    primary_posting_bd: int
    own_bill_bd: int
    """Primary remittance to the billing system's own secondary claim."""
    crossover: int
    """Primary remittance to the crossover's arrival at the secondary."""
    payer_answer_bd: int
    """Arrival to the payer's 277CA."""
    adjudication: int
    """Arrival to the secondary's 835."""
    deposit_bd: int
    posting_bd: int
    desk_bd: int
    """A task to the desk's first move."""
    cob_verification_bd: int
    found_again: int
    """F8: the three-way call to the 835."""
    takeback: int
    """F9: correct posting to the reversal."""
    correction: int
    """F9: reversal to the corrected decision."""
    document_bd: int
    """F12: a document leaves us until it arrives."""
    patient_answers: int
    """F13, F21: the first call to the patient's answer."""
    reprocessing: int
    """What was wanted is there until the 835."""
    second_part: int
    """F6: the first part of a split claim to the second."""
    patient_pays: int
    """F20: the primary's posting to the patient's own payment."""
    primary_reversal: int
    """F18: the primary's remittance to its reversal."""
    primary_again_bd: int
    """F18: reversal to the new decision; F19: the last COB record put right to it."""
    third: int
    """F15: arrival at the tertiary to its 835."""


class Script(Frozen):
    """One claim's true story."""

    bill: Bill
    truth: Mode | None
    """The break point that must be found; None for a claim that goes well."""
    also: tuple[Mode, ...] = ()
    """Break points that are rightly confirmed on the way."""
    route: Route
    arrival: Arrival = Arrival.PROMPT
    refusal: Refusal | None = None
    pend: Pend | None = None
    patient: Patient = Patient.AT_ONCE
    manner: Manner = Manner.PLAIN
    posting: Posting = Posting.RIGHT
    taken_back_by: Return = Return.REVERSAL
    true_member_id: str
    """The id that the secondary knows; V3 claims and those with a newer policy are billed under another."""
    coverage_ended: date | None = None
    """F14: the last day of the secondary policy; None with it for a policy that began later."""
    policy_found: bool = False
    """F14: registration finds a newer policy with the same payer, in force under another member id."""
    told_by_271: bool = False
    """An eligibility answer shows what else a person would have to ask for."""
    bare: bool = False
    """F12: the billing system's secondary claim leaves the primary's decision out."""
    forwards_on: bool = False
    """The secondary announces that it forwarded the claim to the tertiary."""
    protected: bool = False
    """A QMB: whatever a payer leaves, the patient owes nothing."""
    patient_pays: Cents = 0
    """What the patient pays without being asked, after the primary's posting."""
    vague: bool = False
    """The first status answer and some of the desk's calls say nothing."""
    copy_late: bool = False
    """Baton sees the primary's remittance before the claim itself."""
    billed_at: Moment
    """When the billing system sends the claim to the primary."""
    remitted_at: Moment
    """When the primary's decision is due to leave with its next file."""
    primary: Adjudication
    """The primary's first decision."""
    primary_status: str
    """CLP02 of the primary's remittance."""
    primary_remarks: tuple[str, ...] = ()
    second: Second | None = None
    secondary: Adjudication
    """What the secondary decides once it decides on the merits."""
    corrected: Adjudication | None = None
    """F9: what it decides after taking the first decision back."""
    tertiary: Adjudication | None = None
    """What the tertiary decides of what the secondary left."""
    delays: Delays
    resolution: Resolution
    patient_owes: Cents
    """What the patient truly owes in the end, before anything that the patient paid."""

    @property
    def claim_number(self) -> str:
        """CLM01."""
        return self.bill.claim_number

    @property
    def standing(self) -> Adjudication:
        """The primary's last word."""
        return self.second.decision if self.second else self.primary

    @property
    def final(self) -> Adjudication:
        """The secondary's last word."""
        return self.corrected or self.secondary

    @property
    def last(self) -> Adjudication:
        """The last payer's last word."""
        return self.tertiary or self.final

    @property
    def reversed_by_primary(self) -> bool:
        """F18: the primary takes its first decision back."""
        return self.second is not None and self.truth is not Mode.BOTH_SECOND

    @property
    def label(self) -> str:
        """The truth for tables: a mode's code, or 'none'."""
        return self.truth.value if self.truth else "none"

    def bd(self, moment: datetime, name: str) -> datetime:
        """The moment a delay in business days later."""
        return after_business_days(moment, getattr(self.delays, name))

    def days(self, moment: datetime, name: str) -> datetime:
        """The moment a delay in calendar days later."""
        return moment + timedelta(days=getattr(self.delays, name))


class Bystander(Frozen):
    """A claim with one policy: billed and remitted like the others, and nothing to coordinate."""

    bill: Bill
    billed_at: Moment
    remitted_at: Moment
    primary: Adjudication


def resolution_of(
    decisions: tuple[Adjudication, ...], truth: Mode | None, policy_found: bool = False
) -> tuple[Resolution, Cents]:
    """How a claim ends and what the patient owes then (field notes 4.4).

    Args:
        decisions: of the primary and every later payer that has a last word, in order.
        truth: what breaks on the way.
        policy_found: another policy takes the place of one that ended.
    """
    if truth is Mode.FILING_LIMIT:
        return Resolution.FILING_LIMIT_LOST, 0
    if truth is Mode.COVERAGE_ENDED and not policy_found:
        return Resolution.COVERAGE_INVALID, decisions[0].patient_share
    owed = 0 if truth is Mode.PATIENT_PROTECTED else decisions[-1].owed
    if any(each.paid for each in decisions[1:]):
        return (Resolution.PAID_PATIENT_OWES if owed else Resolution.PAID_IN_FULL), owed
    return (Resolution.ZERO_PATIENT_OWES if owed else Resolution.ZERO_WRITTEN_OFF), owed
