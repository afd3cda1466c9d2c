"""What a later payer has of one claim: its turn as the script tells it, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from journey.words import Cents, Mode
from sandbox.adjudication import Adjudication
from sandbox.people import Policy
from sandbox.scene import Incoming, opaque
from sandbox.truth import Manner, Pend, Refusal, Script

SECOND = 2
THIRD = 3


@dataclass(frozen=True)
class Turn:
    """One payer's part in a script; whatever goes wrong at a payer goes wrong at the secondary.

    Attributes:
        script: The claim's story.
        rank: 2 for the secondary, 3 for the tertiary.
    """

    script: Script
    rank: int = SECOND

    @property
    def policy(self) -> Policy:
        """The policy under which this payer decides."""
        return self.script.bill.policies[self.rank - 1]

    @property
    def mode(self) -> Mode | None:
        """What breaks at this payer."""
        return self.script.truth if self.rank == SECOND else None

    @property
    def refusal(self) -> Refusal | None:
        """How this payer says no."""
        return self.script.refusal if self.rank == SECOND else None

    @property
    def pend(self) -> Pend | None:
        """What this payer asks for."""
        return self.script.pend if self.rank == SECOND else None

    @property
    def manner(self) -> Manner:
        """How this payer pays."""
        return self.script.manner if self.rank == SECOND else Manner.PLAIN

    @property
    def member_id(self) -> str:
        """The id that this payer knows."""
        return self.script.true_member_id if self.rank == SECOND else self.policy.member_id

    @property
    def decision(self) -> Adjudication:
        """What it decides first; only for a payer that has something to decide."""
        found = self.script.secondary if self.rank == SECOND else self.script.tertiary
        assert found is not None
        return found

    @property
    def status(self) -> str:
        """CLP02 of its decision; 20 demands that another payer is named."""
        if self.rank == THIRD:
            return "3"
        return "20" if self.script.forwards_on else "2"

    @property
    def days(self) -> int:
        """Calendar days from the arrival of a claim to its decision."""
        return self.script.delays.adjudication if self.rank == SECOND else self.script.delays.third


@dataclass(frozen=True)
class Decided:
    """A decision on its way to the provider's posting clerks.

    Attributes:
        turn: Whose decision.
        decision: What was decided, in truth; the remittance may say it badly.
        run: When the remittance left.
        part: 0 for the whole claim, 1 and 2 for the two parts of a split one.
    """

    turn: Turn
    decision: Adjudication
    run: datetime
    part: int = 0


@dataclass
class OnFile:
    """What a payer has of one claim."""

    turn: Turn
    held: Incoming | None = None
    """The claim in hand; None before it arrives and after a refusal."""
    accepted: bool = False
    """The claim in hand passed the payer's own edits, and the provider could know it."""
    denied: bool = False
    """By an 835, so that the next one must be a replacement."""
    refused: bool = False
    lost: bool = False
    """F8: acknowledged, then nowhere to be found."""
    order_right: bool = True
    waits: bool = False
    """For a document or for the patient."""
    aside: bool = False
    """An 835 with nothing paid asked for it, so that the decision has to replace that 835."""
    times_asked_for: int = 0
    """How often the provider was told of it."""
    renewed: bool = False
    """F18: the claim with the primary's new numbers is here."""
    plans: int = 0
    """How often a day for the decision was set; only the last one holds."""
    decided: Adjudication | None = None
    decided_at: datetime | None = None
    decisions: int = 0
    no_record_said: int = 0
    questions: int = 0

    @property
    def script(self) -> Script:
        """The claim's story."""
        return self.turn.script

    @property
    def number(self) -> str:
        """CLP07 of the present decision; a corrected decision gets a new one."""
        return self._number(self.decisions)

    @property
    def numbers(self) -> frozenset[str]:
        """Every number that the payer has given to this claim: of decisions, of a denial (X), of parts (A, B)."""
        given = [self._number(each) for each in range(self.decisions + 1)]
        return frozenset(f"{number}{end}" for number in given for end in ("", "X", "A", "B"))

    def _number(self, decisions: int) -> str:
        place = {SECOND: "secondary", THIRD: "tertiary"}[self.turn.rank]
        return f"{place[0].upper()}{opaque(self.script.claim_number, place, decisions).upper()}"

    @property
    def decided_on(self) -> date | None:
        """The day of the standing decision."""
        return self.decided_at.date() if self.decided and self.decided_at else None

    @property
    def paid(self) -> Cents | None:
        """What a status answer gives as paid, to whomever."""
        return self.decided.paid + self.decided.paid_to_patient if self.decided else None


class Files:
    """All claims of all later payers."""

    def __init__(self) -> None:
        """Nothing is on file."""
        self._files: dict[tuple[str, int], OnFile] = {}

    def of(self, script: Script, rank: int = SECOND) -> OnFile:
        """What the payer of a rank has of a claim."""
        turn = Turn(script, rank)
        wrong = turn.mode in (Mode.WRONG_ORDER, Mode.BOTH_SECOND)
        return self._files.setdefault((script.claim_number, rank), OnFile(turn, order_right=not wrong))

    def numbered(self, number: str) -> OnFile | None:
        """The claim to which a payer once gave a number; None if no payer did."""
        return next((each for each in self._files.values() if number in each.numbers), None)
