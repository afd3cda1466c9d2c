"""What truly happens to each claim: the script that the world plays and that nobody tells Baton.

Everything is drawn from the seed here, once: which break point a claim has, in which of its kinds, and every delay.
Partners only read scripts, so two runs with one seed differ in nothing but what Baton does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
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


class Posting(StrEnum):
    """What the posting clerk does with the secondary's payment."""

    RIGHT = "right"
    FORGOTTEN = "forgotten"
    SUSPENSE = "suspense"
    WRONG_BUCKET = "wrong_bucket"


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
    posting: Posting = Posting.RIGHT
    true_member_id: str
    """The id that the secondary knows; V3 claims are billed under another."""
    vague: bool = False
    """The first status answer and some of the desk's calls say nothing."""
    copy_late: bool = False
    """Baton sees the primary's remittance before the claim itself."""
    billed_at: Moment
    """When the billing system sends the claim to the primary."""
    remitted_at: Moment
    """When the primary's decision is due to leave with its next file."""
    primary: Adjudication
    primary_status: str
    """CLP02 of the primary's remittance."""
    primary_remarks: tuple[str, ...] = ()
    secondary: Adjudication
    """What the secondary decides once it decides on the merits."""
    corrected: Adjudication | None = None
    """F9: what it decides after taking the first decision back."""
    delays: Delays
    resolution: Resolution
    patient_owes: Cents
    """What the patient truly owes in the end."""

    @property
    def claim_number(self) -> str:
        """CLM01."""
        return self.bill.claim_number

    @property
    def final(self) -> Adjudication:
        """The secondary's last word."""
        return self.corrected or self.secondary

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


def resolution_of(decision: Adjudication, truth: Mode | None) -> tuple[Resolution, Cents]:
    """How a claim ends and what the patient owes then (field notes 4.4)."""
    if truth is Mode.FILING_LIMIT:
        return Resolution.FILING_LIMIT_LOST, 0
    share = decision.patient_share
    if decision.paid:
        return (Resolution.PAID_PATIENT_OWES if share else Resolution.PAID_IN_FULL), share
    return (Resolution.ZERO_PATIENT_OWES if share else Resolution.ZERO_WRITTEN_OFF), share
