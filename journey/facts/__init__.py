"""What can be learnt about a case, one class per kind; immutable, tolerant of fields that newer senders add."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from journey.facts.base import FactBase
from journey.facts.office import (
    ClaimHeldBack,
    ContactLogged,
    CorrectionMade,
    HoldAsked,
    LedgerRead,
    MoneyArrived,
    PersonActed,
    PolicyTold,
    PostedLine,
    Said,
    SecondarySubmitted,
    SupervisorDecided,
)
from journey.facts.payers import (
    Adjustment,
    ClaimAcknowledged,
    CoverageChecked,
    OtherPolicy,
    PaymentOffset,
    RemitAdjudicated,
    RemitLine,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Level, Moment


class ActionEnded(FactBase):
    """The outcome of something the case asked for."""

    kind: Literal["action_ended"] = "action_ended"
    key: str
    succeeded: bool
    reference: str = ""
    problem: str = ""


class ClockRanOut(FactBase):
    """Silence: a clock reached its soft or hard time with nothing heard."""

    kind: Literal["clock_ran_out"] = "clock_ran_out"
    clock: str
    level: Level
    due: Moment


class MessageSetAside(FactBase):
    """A message to the case that could not be read; kept, and shown as 'needs attention'."""

    kind: Literal["message_set_aside"] = "message_set_aside"
    name: str
    digest: str
    problem: str


class PlanChanged(FactBase):
    """The plan in force for this open case was replaced on purpose."""

    kind: Literal["plan_changed"] = "plan_changed"
    from_version: str
    to_version: str
    approved_by: str


Fact = Annotated[
    RemitAdjudicated
    | SyntaxAcknowledged
    | ClaimAcknowledged
    | StatusAnswered
    | ContactLogged
    | SecondarySubmitted
    | ClaimHeldBack
    | CoverageChecked
    | PolicyTold
    | PaymentOffset
    | MoneyArrived
    | LedgerRead
    | CorrectionMade
    | PersonActed
    | HoldAsked
    | SupervisorDecided
    | ActionEnded
    | ClockRanOut
    | MessageSetAside
    | PlanChanged,
    Field(discriminator="kind"),
]
"""Anything that reached us about a case."""

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
"""Reads and writes any fact."""

__all__ = [
    "FACT",
    "ActionEnded",
    "Adjustment",
    "ClaimAcknowledged",
    "ClaimHeldBack",
    "ClockRanOut",
    "ContactLogged",
    "CorrectionMade",
    "CoverageChecked",
    "Fact",
    "FactBase",
    "HoldAsked",
    "LedgerRead",
    "MessageSetAside",
    "MoneyArrived",
    "OtherPolicy",
    "PaymentOffset",
    "PersonActed",
    "PlanChanged",
    "PolicyTold",
    "PostedLine",
    "RemitAdjudicated",
    "RemitLine",
    "Said",
    "SecondarySubmitted",
    "StatusAnswered",
    "SupervisorDecided",
    "SyntaxAcknowledged",
]
