"""What goes in and comes out of a case's workflow, besides facts: its start, its answers, what queries tell."""

from __future__ import annotations

from hashlib import sha256

from pydantic import Field
from temporalio.common import RawValue

from journey.case import Action, Case, Clock, Decision, Escalation, Hold, Holder, Opening, Reason
from journey.facts import Fact
from journey.plans.plan import PlanInForce
from journey.sentence import sentence
from journey.tempo import Tempo
from journey.words import Frozen, Hop, Moment, Resolution
from workflows.ports import Entry


class CaseStart(Frozen):
    """The input of SecondaryCoordination: the opening and the plan in force, pinned for this case.

    The further fields carry a long case over into a new run.
    """

    opening: Opening
    plan: PlanInForce
    tempo: Tempo | None = None
    """None in real use: case time is wall time."""
    event_cap: int = 0
    """Continue as new at this many events; 0 leaves it to the engine's own advice."""
    so_far: Case | None = None
    waiting: tuple[Fact, ...] = ()
    unwritten: tuple[Entry, ...] = ()
    written: int = 0
    unfinished: tuple[Action, ...] = ()
    turns: tuple[Turn, ...] = ()


class Ending(Frozen):
    """What a closed case leaves with the engine; the casebook has the rest."""

    case_id: str
    resolution: Resolution | None


class Replan(Frozen):
    """An approved order to put another plan in force for an open case."""

    plan: PlanInForce
    approved_by: str
    order_id: str = ""
    """What makes the same order harmless when it comes twice; without one every order is another."""


class Standing(Frozen):
    """Where a case stands: who holds the file, what must they do, by when."""

    case_id: str
    revision: int
    sentence: str
    holder: Holder | None
    hop: Hop | None
    clocks: tuple[Clock, ...]
    break_point: str = ""
    break_state: str = ""
    escalations: tuple[Escalation, ...] = ()
    hold: Hold
    attention: tuple[str, ...] = ()
    resolution: Resolution | None = None
    as_of: Moment


class Turn(Frozen):
    """One fact and what came of it."""

    revision: int
    at: Moment
    fact_id: str
    kind: str
    applied: bool = True
    reasons: tuple[Reason, ...] = ()
    actions: tuple[str, ...] = ()

    @classmethod
    def of(cls, decision: Decision, kind: str, fact_id: str) -> Turn:
        """The turn that a decision made."""
        return cls.model_construct(
            revision=decision.case.revision,
            at=decision.case.as_of,
            fact_id=fact_id,
            kind=kind,
            applied=decision.applied,
            reasons=decision.reasons,
            actions=tuple(each.key for each in decision.actions),
        )


class Answer(Frozen):
    """What a person hears back: whether it counted, why, and where the case stands now."""

    counts: bool
    says: tuple[str, ...] = Field(default_factory=tuple)
    would_count: str = ""
    """What would make it count, when it did not."""
    standing: Standing

    @classmethod
    def of(cls, decision: Decision, plan: PlanInForce) -> Answer:
        """The answer to the fact that led to a decision."""
        vague = next((each for each in decision.reasons if each.rule.startswith(("I5", "2.3"))), None)
        return cls(
            counts=vague is None,
            says=tuple(each.says for each in decision.reasons),
            would_count=vague.would_change if vague else "",
            standing=standing(decision.case, plan),
        )

    @classmethod
    def repeated(cls, case: Case, plan: PlanInForce) -> Answer:
        """The answer to a message that was heard before: it stands, and changes nothing."""
        return cls(counts=True, says=("heard before; nothing changed",), standing=standing(case, plan))


def standing(case: Case, plan: PlanInForce) -> Standing:
    """The slim view of a case that queries and answers give."""
    point = case.break_point
    return Standing(
        case_id=case.case_id,
        revision=case.revision,
        sentence=sentence(case, plan),
        holder=case.holder,
        hop=case.hop,
        clocks=case.clocks,
        break_point=point.mode.value if point else "",
        break_state=point.state.value if point else "",
        escalations=case.open_escalations,
        hold=case.hold,
        attention=case.attention,
        resolution=case.resolution,
        as_of=case.as_of,
    )


def digest_of(message: RawValue | None) -> str:
    """A digest of an unreadable message, by which the same one is recognised."""
    data = message.payload.SerializeToString() if message else b""
    return sha256(data).hexdigest()[:16]
