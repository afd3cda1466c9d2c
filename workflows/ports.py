"""What a journey asks of the outside world: signatures only. `activities` implements them, the worker binds them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field
from temporalio import activity

from journey.case import Action, Case, Reason
from journey.claim import Claim
from journey.facts import ActionEnded, Fact, RemitAdjudicated
from journey.words import Cents, Frozen, Moment, Party, Switch


class SubmissionRequest(Frozen):
    """Everything that is needed to write one secondary claim, and the numbers that will come back in its answers."""

    kind: Literal["secondary_claim"] = "secondary_claim"
    submission_id: str
    """Opaque; returned in acknowledgements through the control numbers below."""
    interchange_control: str = ""
    group_control: str = ""
    transaction_control: str = ""
    frequency: Literal["1", "7", "8"] = "1"
    original_payer_claim_number: str = ""
    payer_id: str
    payer_name: str
    sequence: Literal["S", "T"] = "S"
    claim: Claim
    prior_remittances: tuple[RemitAdjudicated, ...]
    protective: bool = False
    """Sent to keep the filing limit, although COB is not settled."""
    written_at: Moment


class StatusQuestion(Frozen):
    """One claim status question (what a 276 carries)."""

    kind: Literal["status_question"] = "status_question"
    question_id: str
    """Opaque trace number; returned in TRN02 of the 277."""
    payer_id: str
    payer_name: str
    search: Literal["member_and_date", "member_and_range", "payer_claim_number"]
    claim_number: str
    payer_claim_number: str = ""
    member_id: str
    member_last_name: str
    member_first_name: str
    member_birth_date: date | None = None
    service_from: date
    service_to: date
    charge: Cents | None = None
    provider_npi: str = ""
    asked_at: Moment


class HoldOrder(Frozen):
    """A hold to be set in, or released from, the provider's ledger."""

    account: str
    """The provider's own claim number; travels in the body, never in a URL."""
    switches: tuple[Switch, ...]
    reason_code: str
    key: str


class Notice(Frozen):
    """A message to people: which case, what, how urgent. Nothing that names a patient."""

    key: str
    case_id: str
    to: Party
    escalation_id: str = ""
    kind: str = ""
    rung: str = ""
    reason: str
    at: Moment


class Errand(Frozen):
    """One action together with the case facts that it needs; what a port receives."""

    case_id: str
    practice: str
    action: Action
    claim: Claim
    now: Moment
    """Case time when the errand left."""
    prior_remittances: tuple[RemitAdjudicated, ...] = ()


class Learnt(Frozen):
    """What an errand brings back: its outcome, and further facts that it found."""

    outcome: ActionEnded
    facts: tuple[Fact, ...] = ()


class Entry(Frozen):
    """One decision for the casebook: the fact, what it changed, why."""

    fact: Fact
    applied: bool
    reasons: tuple[Reason, ...] = ()
    actions: tuple[str, ...] = ()
    """Keys of the actions it asked for."""


class Page(Frozen):
    """What one turn of a case adds to the casebook; keyed (case, revision), safe to write twice."""

    case: Case
    sentence: str
    entries: tuple[Entry, ...]


class FileToRead(Frozen):
    """A file that arrived: where it lies, and the digest of its content."""

    path: str
    digest: str
    practice: str


class IntakeCounts(Frozen):
    """What became of a file: every claim in it is in exactly one of these."""

    transactions: int = 0
    opened: int = 0
    informed: int = 0
    repeated: int = 0
    parked: int = 0
    quarantined: int = 0
    ignored: int = 0
    """Claims with one policy only, and voids of claims: nothing to coordinate."""
    findings: dict[str, int] = Field(default_factory=dict)


class Clearinghouse:
    """Sends claims and questions out."""

    @activity.defn(name="submit_secondary")
    def submit_secondary(self, errand: Errand) -> Learnt:
        """Write the secondary claim to the drop folder; its facts say that it was submitted."""
        raise NotImplementedError

    @activity.defn(name="ask_status")
    def ask_status(self, errand: Errand) -> Learnt:
        """Write a status question to the drop folder."""
        raise NotImplementedError


class Ledger:
    """Reads and stops the provider's billing."""

    @activity.defn(name="read_ledger")
    def read_ledger(self, errand: Errand) -> Learnt:
        """The balance, statements, placements and switches of the claim's account as a fact."""
        raise NotImplementedError

    @activity.defn(name="request_hold")
    def request_hold(self, errand: Errand) -> Learnt:
        """Ask for the hold, then read it back; what is read back verifies it, not the answer."""
        raise NotImplementedError

    @activity.defn(name="release_hold")
    def release_hold(self, errand: Errand) -> Learnt:
        """Release the hold, then read it back."""
        raise NotImplementedError


class Notices:
    """Tells people."""

    @activity.defn(name="notify")
    def notify(self, errand: Errand) -> Learnt:
        """Put a notice where the holder's people look: log, webhook."""
        raise NotImplementedError


class Casebook:
    """Writes the read model and the evidence log."""

    @activity.defn(name="record")
    def record(self, page: Page) -> None:
        """Write one turn; writing it again changes nothing."""
        raise NotImplementedError


class Intake:
    """Reads files into facts."""

    @activity.defn(name="read_file")
    async def read_file(self, file: FileToRead) -> IntakeCounts:
        """Read one X12 file, open and inform cases; resumes at the claim of its last heartbeat."""
        raise NotImplementedError
