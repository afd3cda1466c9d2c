"""A reading of the evidence: facts become marks, marks belong to attempts. The same facts, the same reading."""

from __future__ import annotations

from journey.books.money import books
from journey.claim import Claim
from journey.evidence import combined, money_marks
from journey.evidence.attempts import Attempt as Attempt
from journey.evidence.attempts import Placing, attempts
from journey.evidence.kept import ledger_reads
from journey.evidence.made import Made as Made
from journey.evidence.made import Reading as Reading
from journey.evidence.marking import forwarding as forwarding
from journey.evidence.marking import marks_of
from journey.evidence.marks import Mark
from journey.facts import CoverageChecked, Fact, RemitAdjudicated
from journey.plans.plan import PlanInForce
from journey.words import Party


def read(claim: Claim, evidence: tuple[Fact, ...], plan: PlanInForce) -> Reading:
    """Read the evidence of one case; evidence must be in order of happening."""
    reads = ledger_reads(evidence)
    ledger = reads[-1] if reads else None
    begun = attempts(claim, evidence)
    reading = Reading(claim, evidence, begun, books(claim, evidence, ledger, plan.benefit), ledger)
    placing = Placing(begun)
    for fact in evidence:
        _mark(reading, placing, fact)
    combined.accept_before_pending(reading)
    combined.find_no_record(reading, plan)
    money_marks.find_takeback(reading, placing)
    _combine(reading, placing)
    if reading.coverage_invalid:
        reading.books = books(claim, evidence, ledger, plan.benefit, cover_ended=True)
    combined.read_ledger(reading, reads)
    money_marks.find_parts(reading)
    money_marks.find_wrong_statement(reading)
    combined.find_tertiary_due(reading)
    return reading


def _mark(reading: Reading, placing: Placing, fact: Fact) -> None:
    by = fact.payer if isinstance(fact, RemitAdjudicated) else fact.sender
    attempt = placing.of(fact, by)
    if by is Party.CLEARINGHOUSE and not placing.is_submission(attempt):
        return  # the clearinghouse speaks of the claim to the primary
    for mark, grade in marks_of(fact):
        if mark is Mark.PROMISED and by is Party.SECONDARY:
            if reading.claim.coverage(3) is None:
                continue  # it was passed on to nobody that this claim names
            reading.add(mark, fact, grade, by, placing.at(fact.happened_at))
        else:
            reading.add(mark, fact, grade, by, attempt)


def _combine(reading: Reading, placing: Placing) -> None:
    def attempt_of(check: CoverageChecked) -> int:
        return placing.of(check, check.payer)

    combined.find_coverage(reading, attempt_of)
    combined.find_order(reading, attempt_of)
    combined.find_both_second(reading)
    combined.find_primary_correction(reading)
    combined.find_nothing_due(reading)
