"""The invariants, checked on what is really written: one line per breach, nothing when all holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select

from casebook.opening import Casebook, Transaction
from casebook.quarantine import ItemState
from casebook.reading import history, verify_chain
from casebook.register import FactState, FileState
from casebook.tables import CASES, EVIDENCE, INTAKE_FACTS, INTAKE_FILES, QUARANTINE
from journey.case import HoldState
from journey.facts import (
    ClaimAcknowledged,
    ContactLogged,
    CorrectionMade,
    Fact,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SupervisorDecided,
    SyntaxAcknowledged,
)
from journey.words import Frozen, Moment, Party


class Rule(StrEnum):
    """What must hold (I1, I2, I3, I8), and that the evidence is what was written."""

    NO_CLOCK = "no_clock"
    NO_HOLDER = "no_holder"
    NO_PENDING_ACTION = "no_pending_action"
    OVERDUE = "overdue"
    NO_HOLD = "no_hold"
    TWO_FIRST_CLAIMS = "two_first_claims"
    FILE_UNFINISHED = "file_unfinished"
    CHAIN_BROKEN = "chain_broken"


RULE_WORDS: dict[Rule, str] = {
    Rule.NO_CLOCK: "the case is open and no clock runs (I1)",
    Rule.NO_HOLDER: "the case is open and nobody holds the file (I1)",
    Rule.NO_PENDING_ACTION: "the case is open and no action is pending (I1)",
    Rule.OVERDUE: "the case's clock should have rung: is a worker running? (I1)",
    Rule.NO_HOLD: "a patient balance stands and no hold was requested (I3)",
    Rule.TWO_FIRST_CLAIMS: "two first-time claims are alive at the secondary (I2)",
    Rule.FILE_UNFINISHED: "the file was begun and never finished: take it in again (I8)",
    Rule.CHAIN_BROKEN: "the evidence is not what was written",
}
"""Each rule as a sentence about its breach."""


class Violation(Frozen):
    """One breach: the rule, the case id or file digest, since when (where known), and words."""

    rule: Rule
    subject: str
    since: Moment | None = None
    says: str


class Audit(Frozen):
    """What was looked at, and every breach found."""

    at: Moment
    looked_at: dict[str, int]
    """How many cases, entries, files and waiting facts there are."""
    violations: tuple[Violation, ...]

    @property
    def counts(self) -> dict[Rule, int]:
        """Breaches per rule, every rule named."""
        found = Counter(each.rule for each in self.violations)
        return {rule: found[rule] for rule in Rule}


def audit(book: Casebook, now: datetime, *, tolerance: timedelta = timedelta(hours=1), chains: bool = True) -> Audit:
    """Check the whole casebook at one moment.

    Args:
        book: the casebook.
        now: the present, on the clock that the cases run on.
        tolerance: how late an alarm or a file may be; a case due later than this before now is overdue.
        chains: whether to unseal and verify all evidence: half a minute for a hundred thousand cases.
    """
    with book.reading() as tx:
        checks = (_standing(tx, now - tolerance), _two_first_claims(tx), _unfinished_files(tx, now - tolerance))
        broken = _broken_chains(tx) if chains else ()
        violations = tuple(each for check in (*checks, broken) for each in check)
        return Audit(at=now, looked_at=_looked_at(tx), violations=violations)


def _standing(tx: Transaction, latest: datetime) -> Iterator[Violation]:
    """Breaches that a case's row shows."""
    is_open = CASES.c.closed_at.is_(None)
    unresolved = CASES.c.resolution.is_(None)
    owed = CASES.c.hold_wanted | (CASES.c.patient_balance > 0)
    breaches: dict[Rule, ColumnElement[bool]] = {
        Rule.NO_CLOCK: CASES.c.next_due.is_(None),
        Rule.NO_HOLDER: CASES.c.holder.is_(None),
        Rule.NO_PENDING_ACTION: CASES.c.holder.is_not(None) & CASES.c.pending_action.is_(None),
        Rule.OVERDUE: CASES.c.next_due < latest,
        Rule.NO_HOLD: unresolved & owed & (CASES.c.hold_state == HoldState.NONE.value),
    }
    for rule, breach in breaches.items():
        found = (
            select(CASES.c.case_id, CASES.c.next_due, CASES.c.as_of).where(is_open, breach).order_by(CASES.c.case_id)
        )
        for case_id, due, as_of in tx.connection.execute(found):
            yield _violation(rule, case_id, due if rule is Rule.OVERDUE else as_of)


def _two_first_claims(tx: Transaction) -> Iterator[Violation]:
    several = select(EVIDENCE.c.case_id).where(EVIDENCE.c.kind == "secondary_submitted", EVIDENCE.c.applied)
    several = several.group_by(EVIDENCE.c.case_id).having(func.count() > 1).order_by(EVIDENCE.c.case_id)
    for case_id in tx.connection.execute(several).scalars().all():
        facts = [each.entry.fact for each in history(tx, case_id) if each.entry.applied]
        second = _second_alive(sorted(facts, key=lambda fact: fact.happened_at))
        if second:
            yield _violation(Rule.TWO_FIRST_CLAIMS, case_id, second.happened_at)


def _second_alive(facts: Iterable[Fact]) -> SecondarySubmitted | None:
    """The first-time claim that was sent while another one had met with nothing."""
    alive = ""
    for fact in facts:
        if isinstance(fact, SecondarySubmitted) and fact.frequency == "1":
            if alive and alive != fact.submission_id:
                return fact
            alive = fact.submission_id
        elif _ends_attempt(fact):
            alive = ""
    return None


_NOT_THERE = ("A3", "A4", "A6", "A7", "A8", "D0")
_SAID_TO_END = (
    Said.NOT_TRANSMITTED,
    Said.NOT_FORWARDED,
    Said.NO_RECORD,
    Said.REJECTED,
    Said.ORDER_WRONG,
    Said.PROCESSED,
    Said.DENIED,
    Said.PAID,
)


def _ends_attempt(fact: Fact) -> bool:
    """Whether a claim sent before this may rightly be followed by another first-time claim."""
    match fact:
        case SyntaxAcknowledged() | ClaimAcknowledged():
            return not fact.accepted
        case StatusAnswered():
            return fact.category in _NOT_THERE or fact.category.startswith("F")
        case RemitAdjudicated():
            return fact.payer is not Party.PRIMARY
        case ContactLogged():
            return fact.says in _SAID_TO_END
        case CorrectionMade() | SupervisorDecided():
            return True
        case _:
            return False


def _unfinished_files(tx: Transaction, latest: datetime) -> Iterator[Violation]:
    late = (INTAKE_FILES.c.state != FileState.FINISHED.value) & (INTAKE_FILES.c.received_at < latest)
    found = select(INTAKE_FILES.c.digest, INTAKE_FILES.c.received_at).where(late).order_by(INTAKE_FILES.c.digest)
    for digest, received_at in tx.connection.execute(found):
        yield _violation(Rule.FILE_UNFINISHED, digest, received_at)


def _broken_chains(tx: Transaction) -> Iterator[Violation]:
    for case_id in tx.connection.execute(select(CASES.c.case_id).order_by(CASES.c.case_id)).scalars().all():
        broken = verify_chain(tx, case_id)
        if broken:
            says = f"{RULE_WORDS[Rule.CHAIN_BROKEN]}: entry {broken.seq}, {broken.problem}"
            yield Violation(rule=Rule.CHAIN_BROKEN, subject=case_id, says=says)


def _looked_at(tx: Transaction) -> dict[str, int]:
    counted = {
        "cases": select(func.count()).select_from(CASES),
        "open_cases": select(func.count()).select_from(CASES).where(CASES.c.closed_at.is_(None)),
        "entries": select(func.count()).select_from(EVIDENCE),
        "files": select(func.count()).select_from(INTAKE_FILES),
        "parked_facts": select(func.count()).where(INTAKE_FACTS.c.state == FactState.PARKED.value),
        "quarantined": select(func.count()).where(QUARANTINE.c.state == ItemState.OPEN.value),
    }
    return {name: tx.connection.execute(count).scalar_one() for name, count in counted.items()}


def _violation(rule: Rule, subject: str, since: datetime | None) -> Violation:
    return Violation(rule=rule, subject=subject, since=since, says=RULE_WORDS[rule])
