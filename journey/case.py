"""One case: what was proven, who holds the file, which clocks run, where it broke, what is being done about it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from journey.claim import Claim
from journey.facts import Fact
from journey.words import (
    BreakState,
    Cents,
    EscalationKind,
    Frozen,
    Grade,
    Hop,
    Level,
    Mode,
    Moment,
    Party,
    Resolution,
    Rung,
    Switch,
)


class Proof(Frozen):
    """What shows that one hop happened: the best support, what speaks against it, and whether that is enough."""

    hop: Hop
    grade: Grade | None = None
    """Grade of the best support; None when nothing supports the hop."""
    at: Moment | None = None
    by: Party = Party.UNKNOWN
    supports: tuple[str, ...] = ()
    """Ids of the facts for it, best first."""
    against: tuple[str, ...] = ()
    """Ids of the facts that refute it."""
    proven: bool = False


class Holder(Frozen):
    """Who has the file, what they must do, since when and by when: the three answers."""

    party: Party
    pending_action: str
    since: Moment
    by: Moment
    """The earliest hard time of the clocks that watch this holder."""


class Clock(Frozen):
    """A running deadline: what started it, its soft and hard time, what moved it, what did not count."""

    name: str
    started_by: str
    """Id of the fact that started it; 'opening' for the case itself."""
    started_at: Moment
    soft: Moment | None = None
    hard: Moment | None = None
    moved_by: tuple[str, ...] = ()
    """Ids of the answers that moved it (once, field notes 2.3)."""
    cut_by: str = ""
    """'filing_limit' when the limit overrules the wait (I7)."""
    fired: tuple[Level, ...] = ()

    @property
    def next_due(self) -> Moment | None:
        """The next alarm that has not rung, None when both have."""
        waiting = [
            due for level, due in ((Level.SOFT, self.soft), (Level.HARD, self.hard)) if due and level not in self.fired
        ]
        return min(waiting, default=None)


class BreakPoint(Frozen):
    """Where and why the journey broke, with the facts for and against (I4)."""

    mode: Mode
    state: BreakState
    rule: str
    """The diagnosis rule that found it."""
    found_at: Moment
    evidence_for: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()
    reason: str = ""
    """One line in words."""
    ask_provider: str = ""
    """The next sequence question for our side, when it is not confirmed."""
    ask_payer: str = ""
    """The next sequence question for the payer, when it is not confirmed."""


class EscalationState(StrEnum):
    """Acknowledged is not done: a taken task falls back."""

    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"


class Escalation(Frozen):
    """A way out of silence that somebody owns, with a ladder of its own."""

    escalation_id: str
    kind: EscalationKind
    cause: str
    """A break mode, clock or breach; one escalation per kind and cause."""
    reason: str
    raised_at: Moment
    rung: Rung = Rung.CASE_MANAGER
    rung_since: Moment
    state: EscalationState = EscalationState.OPEN
    taken_by: str = ""
    answered_at: Moment | None = None
    answered_by: str = ""
    """Id of the fact that answered it."""


class HoldState(StrEnum):
    """A hold never ends by itself."""

    NONE = "none"
    REQUESTED = "requested"
    VERIFIED = "verified"
    RELEASE_REQUESTED = "release_requested"
    RELEASED = "released"


class Hold(Frozen):
    """The billing hold: what was asked for, what the ledger shows, when it was last reviewed."""

    state: HoldState = HoldState.NONE
    wanted: tuple[Switch, ...] = ()
    verified: tuple[Switch, ...] = ()
    requested_at: Moment | None = None
    verified_at: Moment | None = None
    reviewed_at: Moment | None = None
    released_at: Moment | None = None
    round: int = 0
    """Counts holds of this case: a takeback arms the next one."""
    breaches: tuple[str, ...] = ()
    """Ids of ledger facts that show a statement or placement during the hold."""
    permanent: bool = False
    """True where the patient may never be billed (QMB, Medicaid): the hold is not released, whatever the balance."""


class ActionKind(StrEnum):
    """What a case can ask of the world."""

    SUBMIT_SECONDARY = "submit_secondary"
    ASK_STATUS = "ask_status"
    READ_LEDGER = "read_ledger"
    REQUEST_HOLD = "request_hold"
    RELEASE_HOLD = "release_hold"
    RECALL_ACCOUNT = "recall_account"
    """Take the account back from the agency, and its report from the bureaus."""
    NOTIFY = "notify"


class Action(Frozen):
    """A side effect that the case asks for; the key makes it happen once in effect."""

    key: str
    kind: ActionKind
    asked_at: Moment
    reason: str
    to: Party = Party.UNKNOWN
    detail: dict[str, str] = Field(default_factory=dict)


class Asked(Frozen):
    """An action already asked for and how it ended; keys are never asked twice."""

    key: str
    kind: ActionKind
    asked_at: Moment
    ended_at: Moment | None = None
    succeeded: bool | None = None


class Money(Frozen):
    """The claim's money in cents, from remittances and ledger; None where nobody has said."""

    charge: Cents
    primary_paid: Cents | None = None
    primary_patient_share: Cents | None = None
    secondary_paid: Cents | None = None
    secondary_patient_share: Cents | None = None
    expected_balance: Cents | None = None
    """What the patient truly owes once every payer has decided."""
    rolled_balance: Cents | None = None
    """The same, rolled forward from the primary's patient share; differs when OA23 is missing."""
    ledger_balance: Cents | None = None
    ledger_patient_balance: Cents | None = None
    unapplied: Cents = 0
    offset: Cents = 0
    at_risk: Cents = 0
    """Dollars that wait for the secondary: the primary's patient share less what the secondary settled."""
    kept: Cents = 0
    """What was taken from this claim's payment to settle something else."""
    patient_paid: Cents = 0
    """What the patient has paid, by the ledger."""
    contract_paid: Cents | None = None
    """What the secondary should have paid by its contract; None where the plan does not name the method."""
    contract_share: Cents | None = None
    """What the contract leaves to the patient."""
    underpaid: Cents = 0
    """By how much the payment is short of the contract, beyond the tolerance."""


class Case(Frozen):
    """One claim's journey through secondary coordination; frozen, replaced whole by each decision."""

    case_id: str
    claim: Claim
    opened_at: Moment
    as_of: Moment
    revision: int = 0
    plan_version: str = ""
    evidence: tuple[Fact, ...] = ()
    """The facts that still matter, in order of happening, bounded per kind."""
    heard: tuple[str, ...] = ()
    """Ids of facts already applied (bounded), newest last."""
    hop: Hop | None = Hop.TRANSMITTED
    """The first hop not proven well enough; None when all are."""
    proofs: tuple[Proof, ...] = ()
    holder: Holder | None = None
    clocks: tuple[Clock, ...] = ()
    break_points: tuple[BreakPoint, ...] = ()
    """The one in force first, then other matches of the diagnosis."""
    found: tuple[BreakPoint, ...] = ()
    """Every break point that was ever in force, in the order found, in its strongest state."""
    escalations: tuple[Escalation, ...] = ()
    hold: Hold = Hold()
    hold_asked: bool = False
    """A person wants the hold, whatever the balance."""
    asked: tuple[Asked, ...] = ()
    money: Money
    vague_answers: dict[Party, int] = Field(default_factory=dict)
    attention: tuple[str, ...] = ()
    """Why a person must look: set-aside messages, unrecognised answers, contradictions in money."""
    owner: str = ""
    filing_limit: date | None = None
    filing_rule: str = ""
    filing_assumed: bool = True
    resolution: Resolution | None = None
    resolved_at: Moment | None = None
    closed_at: Moment | None = None

    @property
    def break_point(self) -> BreakPoint | None:
        """The break point in force."""
        return self.break_points[0] if self.break_points else None

    @property
    def next_clock(self) -> Clock | None:
        """The clock that rings next."""
        return min((each for each in self.clocks if each.next_due), key=_due, default=None)

    @property
    def open_escalations(self) -> tuple[Escalation, ...]:
        """Escalations that nothing has answered."""
        return tuple(each for each in self.escalations if each.state is not EscalationState.ANSWERED)

    def proof(self, hop: Hop) -> Proof:
        """The proof of a hop; an empty one where nothing was heard."""
        return next((each for each in self.proofs if each.hop is hop), Proof(hop=hop))


def _due(clock: Clock) -> Moment:
    assert clock.next_due is not None
    return clock.next_due


class Reason(Frozen):
    """Why a decision came out as it did: the rule, the facts, what would change it."""

    rule: str
    facts: tuple[str, ...] = ()
    says: str
    would_change: str = ""


class Decision(Frozen):
    """The pure result of one fact."""

    case: Case
    actions: tuple[Action, ...] = ()
    reasons: tuple[Reason, ...] = ()
    applied: bool = True
    """False for a duplicate: recorded as such, nothing changed (I8)."""


class Opening(Frozen):
    """How a case begins: its opaque id, the claim, and the moment it was first seen."""

    case_id: str
    claim: Claim
    opened_at: Moment
