"""What a reading of the evidence holds: the marks as facts made them, by attempt, and the books."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from journey.books.money import Books
from journey.claim import Claim, Coverage
from journey.evidence.attempts import Attempt
from journey.evidence.marking import FOUND
from journey.evidence.marks import Mark
from journey.facts import (
    ClaimHeldBack,
    ContactLogged,
    CorrectionMade,
    CoverageChecked,
    Fact,
    LedgerRead,
    PersonActed,
    RemitAdjudicated,
    Said,
    SupervisorDecided,
)
from journey.words import SIDE_OF, Grade, Party, Side


@dataclass(frozen=True, slots=True)
class Made:
    """One mark as a fact made it."""

    mark: Mark
    at: datetime
    attempt: int
    fact_id: str
    grade: Grade
    by: Party
    until: date | None = None
    """The date that the fact names, for answers that may move a clock."""

    @property
    def side(self) -> Side:
        """Whose word it is."""
        return SIDE_OF.get(self.by, Side.NEITHER)


@dataclass(slots=True)
class Reading:
    """All marks of a case, the attempts they belong to, and the books."""

    claim: Claim
    evidence: tuple[Fact, ...]
    attempts: list[Attempt]
    books: Books
    ledger: LedgerRead | None
    made: dict[Mark, list[Made]] = field(default_factory=lambda: defaultdict(list))

    @property
    def attempt(self) -> int:
        """The number of the current attempt; 0 before the first."""
        return self.attempts[-1].number if self.attempts else 0

    @property
    def payer(self) -> Party:
        """The payer that the attempt in force is for: the secondary, or after it the tertiary (F15)."""
        return self.payer_of(self.attempt)

    def payer_of(self, attempt: int) -> Party:
        """The payer that an attempt is for."""
        return self.attempts[attempt - 1].payer if attempt else Party.SECONDARY

    @property
    def coverage(self) -> Coverage:
        """The policy of the payer that the attempt in force is for."""
        third = self.claim.coverage(3) if self.payer is Party.TERTIARY else None
        return third or self.claim.secondary

    @property
    def still_owed(self) -> int:
        """The newest attempt for the secondary, whose money is still watched while the tertiary's runs."""
        of_secondary = [each.number for each in self.attempts if each.payer is Party.SECONDARY]
        return of_secondary[-1] if of_secondary else 0

    def newest(self, *marks: Mark, attempt: int | None = None) -> Made | None:
        """The newest of these marks, in one attempt or in all; ties are broken by fact id."""
        found = [
            each for mark in marks for each in self.made.get(mark, ()) if attempt is None or each.attempt == attempt
        ]
        return max(found, key=lambda each: (each.at, each.fact_id), default=None)

    def current(self, *marks: Mark) -> Made | None:
        """The newest of these marks in the current attempt."""
        return self.newest(*marks, attempt=self.attempt)

    def add(self, mark: Mark, fact: Fact, grade: Grade, by: Party, attempt: int, at: datetime | None = None) -> None:
        """Note that a fact made a mark."""
        until = fact.promised_date if isinstance(fact, ContactLogged) else None
        if isinstance(fact, PersonActed | SupervisorDecided):
            until = fact.until
        self.made[mark].append(Made(mark, at or fact.happened_at, attempt, fact.fact_id, grade, by, until))

    def repeat(self, mark: Mark, behind: Made, at: datetime | None = None) -> None:
        """Note a mark that follows from another one, on the word of the same fact."""
        when = at or behind.at
        self.made[mark].append(Made(mark, when, behind.attempt, behind.fact_id, behind.grade, behind.by))

    def fact(self, fact_id: str) -> Fact | None:
        """A fact of the evidence by its id; None if it is no longer kept."""
        return next((each for each in self.evidence if each.fact_id == fact_id), None)

    @property
    def primary_remit(self) -> RemitAdjudicated | None:
        """The newest standing decision of the primary, or its newest remittance of any kind."""
        if self.books.primary:
            return self.books.primary[-1]
        remits = [each for each in self.evidence if isinstance(each, RemitAdjudicated) and each.payer is Party.PRIMARY]
        return remits[-1] if remits else None

    @property
    def primary_open(self) -> bool:
        """True from a reversal by the primary, or its word that nothing is final, until it decides (F18)."""
        back, decided = self.newest(Mark.PRIMARY_REVERSED), self.newest(Mark.PRIMARY_ADJUDICATED)
        return back is not None and (decided is None or decided.at < back.at)

    @property
    def coverage_ended(self) -> Made | None:
        """The payer's word that the policy was not in force, until it takes the claim or another goes out (F14)."""
        said = [each for each in self.made.get(Mark.COVERAGE_ENDED, ()) if each.by is self.payer]
        ended = max(said, key=lambda each: (each.at, each.fact_id), default=None)
        if ended is None:
            return None
        # 'In process' does not take an adjudicated denial back.
        denied = any(each.fact_id == ended.fact_id for each in self.made.get(Mark.DENIED, ()))
        taken = self.newest(Mark.SUBMITTED, Mark.DECIDED, Mark.DUPLICATE, *(() if denied else (Mark.ACCEPTED,)))
        return None if taken and taken.at > ended.at else ended

    @property
    def coverage_closed(self) -> Made | None:
        """Our side's word that there is no other policy; what was found later takes it back (F14)."""
        closed = self.newest(Mark.COVERAGE_CLOSED)
        found = self.coverage_found
        return None if closed and found and found.happened_at > closed.at else closed

    @property
    def coverage_found(self) -> CorrectionMade | None:
        """Registration's newest word that there is another policy (F14)."""
        found = [
            each
            for each in self.evidence
            if isinstance(each, CorrectionMade) and (each.corrects, each.field) == ("coverage", FOUND)
        ]
        return found[-1] if found else None

    @property
    def coverage_active(self) -> tuple[str, ...]:
        """What the payer itself says against an end of the policy: its newest eligibility answer, or a caller."""
        checks = [
            each
            for each in self.evidence
            if isinstance(each, CoverageChecked) and each.payer is self.payer and each.active is not None
        ]
        answered = [each.fact_id for each in checks[-1:] if in_force(each, self.claim)]
        told = [
            each.fact_id
            for each in self.evidence
            if isinstance(each, ContactLogged) and each.sender is self.payer and each.says is Said.COVERAGE_ACTIVE
        ]
        return (*answered, *told, *self._dated_later())

    def _dated_later(self) -> tuple[str, ...]:
        """The payer's own remittance, where the end that it gives lies after the services."""
        ended = self.coverage_ended
        remit = self.fact(ended.fact_id) if ended else None
        given = remit.coverage_ended if isinstance(remit, RemitAdjudicated) else None
        return (remit.fact_id,) if remit and given and given >= self.claim.service_to else ()

    @property
    def coverage_invalid(self) -> bool:
        """True when payer and our side agree that the policy was not in force (F14); the patient owes the rest."""
        return bool(self.coverage_ended and self.coverage_closed) and not self.coverage_active

    @property
    def held_back(self) -> ClaimHeldBack | None:
        """The newest claim of ours that our own rules refused, while none has gone out since."""
        held = self.newest(Mark.HELD_BACK)
        sent = self.newest(Mark.SUBMITTED)
        if held is None or (sent and sent.at > held.at):
            return None
        fact = self.fact(held.fact_id)
        return fact if isinstance(fact, ClaimHeldBack) else None


def in_force(check: CoverageChecked, claim: Claim) -> bool:
    """True when an eligibility answer shows a policy in force on the days of service."""
    if check.active is False or (check.since and check.since > claim.service_from):
        return False
    return bool(check.active) and not (check.until and check.until < claim.service_to)
