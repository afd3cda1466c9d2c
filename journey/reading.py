"""A reading of the evidence: facts become marks, marks belong to attempts. The same facts, the same reading."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile

from journey import verdicts
from journey.claim import Claim
from journey.evidence import contact_grade, ledger_reads
from journey.facts import (
    ClaimAcknowledged,
    ContactLogged,
    Fact,
    LedgerRead,
    PersonActed,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.marking import PAYERS, marks_of
from journey.marking import forwarding as forwarding
from journey.marks import Mark
from journey.money import Books, books
from journey.plan import PlanInForce
from journey.words import SIDE_OF, Grade, Party, Side
from journey.workdays import plan_workdays


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


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to get the claim decided: a promise, a submission, or the round after a takeback."""

    number: int
    begun: datetime
    by: Mark
    fact_id: str
    submission_id: str = ""
    frequency: str = ""


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

    @property
    def primary_remit(self) -> RemitAdjudicated | None:
        """The newest standing decision of the primary, or its newest remittance of any kind."""
        if self.books.primary:
            return self.books.primary[-1]
        remits = [each for each in self.evidence if isinstance(each, RemitAdjudicated) and each.payer is Party.PRIMARY]
        return remits[-1] if remits else None


def read(claim: Claim, evidence: tuple[Fact, ...], plan: PlanInForce) -> Reading:
    """Read the evidence of one case; evidence must be in order of happening."""
    reads = ledger_reads(evidence)
    ledger = reads[-1] if reads else None
    reading = Reading(claim, evidence, _attempts(evidence), books(claim, evidence, ledger), ledger)
    begun = [each.begun for each in reading.attempts]
    by_submission = {each.submission_id: each.number for each in reading.attempts if each.submission_id}
    for fact in evidence:
        attempt = bisect_right(begun, fact.happened_at)
        if isinstance(fact, ClaimAcknowledged | SyntaxAcknowledged | SecondarySubmitted):
            attempt = by_submission.get(fact.submission_id, attempt)
        by = fact.payer if isinstance(fact, RemitAdjudicated) else fact.sender
        if by is Party.CLEARINGHOUSE and not _is_submission(reading.attempts, attempt):
            continue  # the clearinghouse speaks of the claim to the primary
        for mark, grade in marks_of(fact):
            reading.add(mark, fact, grade, by, attempt)
    _find_no_record(reading, plan)
    _read_ledger(reading, reads)
    return reading


def _is_submission(attempts: list[Attempt], number: int) -> bool:
    return number > 0 and attempts[number - 1].by is Mark.SUBMITTED


def _attempts(evidence: tuple[Fact, ...]) -> list[Attempt]:
    begun: list[Attempt] = []
    for fact in evidence:
        for mark in _beginnings(fact):
            if not _is_new(mark, fact, begun):
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
                )
            )
    return begun


def _is_new(mark: Mark, fact: Fact, begun: list[Attempt]) -> bool:
    """The same promise again is no new attempt (I5); neither are mere words once a claim of ours is under way."""
    if mark is not Mark.PROMISED or not begun:
        return True
    spoken = isinstance(fact, ContactLogged) and begun[-1].by is Mark.SUBMITTED
    return begun[-1].by is not Mark.PROMISED and not spoken


def _beginnings(fact: Fact) -> Iterator[Mark]:
    if isinstance(fact, SecondarySubmitted):
        yield Mark.SUBMITTED
    elif isinstance(fact, RemitAdjudicated):
        if fact.payer in PAYERS and fact.claim_status == verdicts.REVERSAL:
            yield Mark.REVERSED
        elif fact.payer is Party.PRIMARY and forwarding(fact) is Mark.PROMISED:
            yield Mark.PROMISED
    elif isinstance(fact, ContactLogged):
        stated = contact_grade(fact)
        if fact.says is Said.FORWARDED and fact.sender is Party.PRIMARY and stated >= Grade.STATED:
            yield Mark.PROMISED
        if fact.says is Said.TRANSMITTED and fact.sender is Party.PROVIDER and stated >= Grade.DOCUMENTED:
            yield Mark.SUBMITTED
    elif isinstance(fact, StatusAnswered) and fact.sender is Party.PRIMARY and fact.category == "F3F":
        yield Mark.PROMISED


def _find_no_record(reading: Reading, plan: PlanInForce) -> None:
    """'No record' needs two answers far enough apart by different searches, or one and a named person (1.9)."""
    absent = [each for each in reading.made.get(Mark.NOT_FOUND_ONCE, ()) if each.attempt == reading.attempt]
    seen = reading.current(Mark.RECEIVED, Mark.ACCEPTED, Mark.DUPLICATE)
    # An acceptance before the answers does not cancel them: that is dual blame (F8), not an error of ours.
    absent = [each for each in absent if seen is None or each.at > seen.at]
    searches = {each.fact_id: each.searched_by for each in reading.evidence if isinstance(each, StatusAnswered)}
    for index, second in enumerate(absent):
        for first in absent[:index]:
            keys = [searches.get(each.fact_id) for each in (first, second)]
            answered_and_told = keys.count(None) == 1
            apart = (keys == [None, None] or keys[0] != keys[1]) and _apart(first, second, plan)
            if answered_and_told or apart:
                reading.made[Mark.NOT_FOUND].append(
                    Made(Mark.NOT_FOUND, second.at, second.attempt, second.fact_id, second.grade, second.by)
                )
                return


def _apart(first: Made, second: Made, plan: PlanInForce) -> bool:
    """True when the second answer came at least the plan's gap after the first, in days of the provider."""
    calendar = plan_workdays(plan)
    return calendar.local_date(calendar.add(first.at, plan.not_found_gap)) <= calendar.local_date(second.at)


def _read_ledger(reading: Reading, reads: list[LedgerRead]) -> None:
    ledger, of = reading.ledger, reading.books
    decided = reading.current(Mark.DECIDED)
    if ledger is None:
        return
    if decided and of.secondary_paid and _money_seen(ledger) and not reading.current(Mark.MONEY_ARRIVED):
        first = _oldest_of_run(reads, _money_seen)
        at = max(first.happened_at, decided.at)
        reading.add(Mark.MONEY_ARRIVED, first, Grade.SETTLED, Party.LEDGER, reading.attempt, at)
    since = _first_alike(reads)
    begun = decided.at if decided else since.happened_at
    if decided and of.secondary_paid and ledger.secondary_posted == of.secondary_paid:
        at = max(since.happened_at, begun)
        reading.add(Mark.POSTED, since, Grade.SETTLED, Party.LEDGER, reading.attempt, at)
    if of.reconciled:
        reading.add(Mark.RECONCILED, since, Grade.SETTLED, Party.LEDGER, reading.attempt, max(since.happened_at, begun))


def _money_seen(ledger: LedgerRead) -> bool:
    return bool(ledger.deposits or ledger.unapplied or ledger.secondary_posted)


def _first_alike(reads: list[LedgerRead]) -> LedgerRead:
    """The oldest read of the run that ends in the newest and shows the same money."""

    def shown(each: LedgerRead) -> tuple[int, ...]:
        return each.open_balance, each.patient_balance, each.secondary_posted, each.unapplied

    return _oldest_of_run(reads, lambda each: shown(each) == shown(reads[-1]))


def _oldest_of_run(reads: list[LedgerRead], holds: Callable[[LedgerRead], bool]) -> LedgerRead:
    """The oldest read of the unbroken run, up to the newest, for which something holds."""
    return list(takewhile(holds, reversed(reads)))[-1]
