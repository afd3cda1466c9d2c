"""What the rules of diagnosis look at, and what a rule that matches says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from journey.case import Clock
from journey.evidence import verdicts
from journey.evidence.marks import Mark
from journey.evidence.reading import Made, Reading
from journey.evidence.verdicts import Verdict
from journey.facts import ClaimAcknowledged, ContactLogged, Fact, RemitAdjudicated, Said, StatusAnswered
from journey.words import Level, Mode


@dataclass(frozen=True, slots=True)
class Ground:
    """A match of one rule: what speaks for the break point and from which side, and what speaks against it."""

    mode: Mode
    rule: str
    at: datetime
    payer: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    detail: str = ""
    says: str = ""
    """What is the case, where the words of the mode do not fit."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rules look at."""

    reading: Reading
    clocks: dict[str, Clock]
    now: datetime
    limit_passed: bool

    def hard(self, *names: str) -> Clock | None:
        """The first of these clocks whose hard alarm has rung."""
        return next((self.clocks[name] for name in names if _rang_hard(self.clocks.get(name))), None)


Rule = Callable[[Scene], Iterator[Ground]]
"""A rule of field notes 4.1: its matches in this scene, none while it does not hold."""


def _rang_hard(clock: Clock | None) -> bool:
    return clock is not None and Level.HARD in clock.fired


def contacts(reading: Reading, says: Said) -> list[ContactLogged]:
    """What people were told of one kind, oldest first."""
    return [each for each in reading.evidence if isinstance(each, ContactLogged) and each.says is says]


def fact_of(reading: Reading, made: Made) -> Fact | None:
    """The fact behind a mark; None if it is no longer kept."""
    return reading.fact(made.fact_id)


def cause_of(fact: Fact | None) -> str:
    """A payer's own codes for what it said; empty where it gave none."""
    if isinstance(fact, RemitAdjudicated):
        codes = ", ".join(sorted({each.reason for each in fact.adjustments}))
        return f"CARC {codes}" if codes else ""
    if isinstance(fact, ClaimAcknowledged | StatusAnswered):
        return ":".join(part for part in (fact.category, fact.status_code, fact.entity) if part)
    return ""


def moved_on(reading: Reading, since: Made) -> bool:
    """True once the payer took the claim after all; 'in process' does not take an adjudicated denial back."""
    taken = () if since.mark is Mark.DENIED else (Mark.ACCEPTED,)
    newer = reading.current(Mark.DECIDED, Mark.DUPLICATE, *taken)
    return newer is not None and newer.at > since.at


def refusals(scene: Scene) -> Iterator[tuple[Made, Fact, Verdict]]:
    """The refusal in force, from a remittance or an acknowledgement, with what it amounts to."""
    reading = scene.reading
    refused = reading.current(Mark.DENIED, Mark.REJECTED, Mark.CLEARINGHOUSE_REJECTED)
    if refused is None or moved_on(reading, refused) or _outranked(reading, refused):
        return
    fact = fact_of(reading, refused)
    if isinstance(fact, RemitAdjudicated):
        yield refused, fact, verdicts.of_remit(fact)
    elif isinstance(fact, ClaimAcknowledged):
        yield refused, fact, verdicts.of_acknowledgement(fact)
    elif isinstance(fact, StatusAnswered):
        yield refused, fact, verdicts.of_status(fact)
    elif isinstance(fact, ContactLogged):
        yield refused, fact, Verdict.MISMATCH


def _outranked(reading: Reading, refused: Made) -> bool:
    """A payer's word outranks the clearinghouse's (field notes 1.8)."""
    taken = reading.current(Mark.ACCEPTED, Mark.DECIDED, Mark.DUPLICATE)
    return refused.mark is Mark.CLEARINGHOUSE_REJECTED and taken is not None


def submission_of(scene: Scene) -> tuple[str, ...]:
    """The provider's document of what was sent: a submission of ours, else the claim as billed."""
    sent = scene.reading.current(Mark.SUBMITTED)
    return (sent.fact_id,) if sent else ("opening",)
