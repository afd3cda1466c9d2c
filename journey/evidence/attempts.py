"""Attempts: each try to get the claim decided, with what began it and which payer it is for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from journey.books.remits import takebacks
from journey.claim import Claim
from journey.evidence import verdicts
from journey.evidence.kept import contact_grade
from journey.evidence.marking import PAYERS, forwarding, hands_on
from journey.evidence.marks import Mark
from journey.evidence.verdicts import Verdict
from journey.facts import (
    ClaimAcknowledged,
    ContactLogged,
    Fact,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Grade, Party

_NOT_FINAL = frozenset({Verdict.REVERSED, Verdict.OPEN})
_DECISIONS = frozenset({Verdict.PAID, Verdict.ZERO})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to get the claim decided: a promise, a submission, or the round after a takeback."""

    number: int
    begun: datetime
    by: Mark
    fact_id: str
    submission_id: str = ""
    frequency: str = ""
    payer: Party = Party.SECONDARY
    """Which payer is to decide: the secondary, or after it the tertiary (F15)."""


def attempts(claim: Claim, evidence: Iterable[Fact]) -> list[Attempt]:
    """The attempts of a case, oldest first; evidence must be in order of happening."""
    begun: list[Attempt] = []
    evidence = tuple(evidence)
    taken_back = {each.fact_id for each in takebacks(evidence) if each.amount > 0}
    passed_on = False  # the secondary decided in the attempt in force and left a share: the next claim is for the third
    for fact in evidence:
        beginnings = _beginnings(claim, fact, passed_on)
        if fact.fact_id in taken_back:  # at provider level, by the payer that decided last (F9)
            beginnings = iter([(Mark.REVERSED, begun[-1].payer if begun else Party.SECONDARY)])
        for mark, payer in beginnings:
            if not _is_new(mark, payer, fact, begun):
                continue
            submission = fact if isinstance(fact, SecondarySubmitted) else None
            begun.append(
                Attempt(
                    len(begun) + 1,
                    fact.happened_at,
                    mark,
                    fact.fact_id,
                    submission.submission_id if submission else "",
                    submission.frequency if submission else "",
                    payer,
                )
            )
            passed_on = False
        passed_on = passed_on or (claim.coverage(3) is not None and _leaves_a_share(fact))
    return begun


def _leaves_a_share(fact: Fact) -> bool:
    if not isinstance(fact, RemitAdjudicated) or fact.payer is not Party.SECONDARY:
        return False
    share = sum(each.amount for each in fact.adjustments if each.group == "PR")
    return share > 0 and verdicts.of_remit(fact) in _DECISIONS


def _is_new(mark: Mark, payer: Party, fact: Fact, begun: list[Attempt]) -> bool:
    """The same promise again is no new attempt (I5); neither are mere words once a claim of ours is under way."""
    if mark is not Mark.PROMISED or not begun or begun[-1].payer is not payer:
        return True
    spoken = isinstance(fact, ContactLogged) and begun[-1].by is Mark.SUBMITTED
    return begun[-1].by is not Mark.PROMISED and not spoken


def _beginnings(claim: Claim, fact: Fact, passed_on: bool) -> Iterator[tuple[Mark, Party]]:
    """What a fact begins, and for which payer."""
    next_payer = Party.TERTIARY if passed_on else Party.SECONDARY
    if isinstance(fact, SecondarySubmitted):
        yield Mark.SUBMITTED, _addressee(claim, fact, next_payer)
    elif isinstance(fact, RemitAdjudicated):
        yield from _begun_by_remit(claim, fact)
    elif isinstance(fact, ContactLogged):
        stated = contact_grade(fact)
        if fact.says is Said.FORWARDED and fact.sender is Party.PRIMARY and stated >= Grade.STATED:
            yield Mark.PROMISED, Party.SECONDARY
        if fact.says is Said.TRANSMITTED and fact.sender is Party.PROVIDER and stated >= Grade.DOCUMENTED:
            yield Mark.SUBMITTED, next_payer
    elif isinstance(fact, StatusAnswered) and fact.sender is Party.PRIMARY and fact.category == "F3F":
        yield Mark.PROMISED, Party.SECONDARY


def _begun_by_remit(claim: Claim, remit: RemitAdjudicated) -> Iterator[tuple[Mark, Party]]:
    if remit.payer in PAYERS and remit.claim_status == verdicts.REVERSAL:
        yield Mark.REVERSED, remit.payer
    elif remit.payer is Party.PRIMARY and forwarding(remit) is Mark.PROMISED:
        if verdicts.of_remit(remit) not in _NOT_FINAL:
            yield Mark.PROMISED, Party.SECONDARY
    elif remit.payer is Party.SECONDARY and claim.coverage(3) is not None and hands_on(remit):
        yield Mark.PROMISED, Party.TERTIARY


def _addressee(claim: Claim, sent: SecondarySubmitted, otherwise: Party) -> Party:
    """Whom a claim was sent to: by the payer's id, and where that says nothing, by whose turn it was."""
    if claim.coverage(3) is None:
        return Party.SECONDARY
    if not sent.payer_id:
        return otherwise if sent.frequency == "1" else Party.SECONDARY
    party = claim.party_of((sent.payer_id,))
    return Party.TERTIARY if party is Party.TERTIARY else Party.SECONDARY


class Placing:
    """Which attempt a fact belongs to."""

    def __init__(self, begun: list[Attempt]) -> None:
        """Takes the attempts of the case."""
        self._attempts = begun
        self._begun = [each.begun for each in begun]
        self._by_submission = {each.submission_id: each.number for each in begun if each.submission_id}

    def at(self, moment: datetime) -> int:
        """The number of the attempt in force at a moment; 0 before the first."""
        return bisect_right(self._begun, moment)

    def of(self, fact: Fact, by: Party) -> int:
        """By the submission that an answer names, else by its time, among those for the payer that speaks."""
        number = self.at(fact.happened_at)
        if isinstance(fact, ClaimAcknowledged | SyntaxAcknowledged | SecondarySubmitted):
            number = self._by_submission.get(fact.submission_id, number)
        if by not in PAYERS or self.payer_of(number) is by:
            return number
        alike = [each.number for each in self._attempts[:number] if each.payer is by]
        # A third payer that nobody billed yet is heard in the attempt in force; the secondary never in the third's.
        return alike[-1] if alike else number if by is Party.TERTIARY else 0

    def payer_of(self, number: int) -> Party:
        """The payer that an attempt is for; the secondary before the first."""
        return self._attempts[number - 1].payer if number else Party.SECONDARY

    def is_submission(self, number: int) -> bool:
        """True when a claim of ours began this attempt."""
        return number > 0 and self._attempts[number - 1].by is Mark.SUBMITTED
