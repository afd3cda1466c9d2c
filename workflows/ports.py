"""What a journey asks of the outside world: signatures only. `activities` implements them, the worker binds them."""

from __future__ import annotations

from pydantic import Field
from temporalio import activity

from journey.case import Action, Case, Reason
from journey.claim import Claim
from journey.facts import ActionEnded, Fact, RemitAdjudicated
from journey.words import Frozen, Moment, Party, Switch


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


# An errand is never broken off inside: an exception thrown into a thread may strike while it holds the casebook's
# lock, and would leave it held for ever.


class Clearinghouse:
    """Sends claims and questions out."""

    @activity.defn(name="submit_secondary", no_thread_cancel_exception=True)
    def submit_secondary(self, errand: Errand) -> Learnt:
        """Write the claim to the next payer; its facts say that it was submitted, or held back by a rule."""
        raise NotImplementedError

    @activity.defn(name="ask_status", no_thread_cancel_exception=True)
    def ask_status(self, errand: Errand) -> Learnt:
        """Write a status question to the drop folder."""
        raise NotImplementedError


class Ledger:
    """Reads and stops the provider's billing."""

    @activity.defn(name="read_ledger", no_thread_cancel_exception=True)
    def read_ledger(self, errand: Errand) -> Learnt:
        """The balance, statements, placements and switches of the claim's account as a fact."""
        raise NotImplementedError

    @activity.defn(name="request_hold", no_thread_cancel_exception=True)
    def request_hold(self, errand: Errand) -> Learnt:
        """Ask for the hold, then read it back; what is read back verifies it, not the answer."""
        raise NotImplementedError

    @activity.defn(name="release_hold", no_thread_cancel_exception=True)
    def release_hold(self, errand: Errand) -> Learnt:
        """Release the hold, then read it back."""
        raise NotImplementedError

    @activity.defn(name="recall_account", no_thread_cancel_exception=True)
    def recall_account(self, errand: Errand) -> Learnt:
        """Ask for the account back from its agency, then read back whether it lies there."""
        raise NotImplementedError


class Notices:
    """Tells people."""

    @activity.defn(name="notify", no_thread_cancel_exception=True)
    def notify(self, errand: Errand) -> Learnt:
        """Put a notice where the holder's people look: log, webhook."""
        raise NotImplementedError


class Casebook:
    """Writes the read model and the evidence log."""

    @activity.defn(name="record", no_thread_cancel_exception=True)
    def record(self, page: Page) -> None:
        """Write one turn; writing it again changes nothing."""
        raise NotImplementedError


class Intake:
    """Reads files into facts."""

    @activity.defn(name="read_file")
    async def read_file(self, file: FileToRead) -> IntakeCounts:
        """Read one X12 file, open and inform cases; resumes at the claim of its last heartbeat."""
        raise NotImplementedError
