"""How a case ends: only with the proof of both sides (field notes 4.4); a takeback opens it again."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from journey.books.money import Books, books_of
from journey.case import Case, HoldState
from journey.evidence.marks import Mark
from journey.evidence.reading import Reading
from journey.facts import Fact, MoneyArrived, PaymentOffset, SupervisorDecided
from journey.response import orders
from journey.words import Frozen, Mode, Moment, Resolution


class Point(StrEnum):
    """The five points of a closing proof, by their letters in field notes 4.4."""

    OUTCOME = "a"
    LEDGER = "b"
    HOLD = "c"
    LOOSE_ENDS = "d"
    MONEY = "e"


POINT_WORDS: dict[Point, str] = {
    Point.OUTCOME: "the payer's side documents the outcome",
    Point.LEDGER: "the ledger, read from another source, shows the expected balance",
    Point.HOLD: "the hold is released, or stands for good, and the statement is right",
    Point.LOOSE_ENDS: "no takeback, loose cash or credit is left on the claim",
    Point.MONEY: "the money was seen, where any was due",
}
"""Each point in words."""


class Shown(Frozen):
    """One point: whether it holds, by which facts, and what is still missing."""

    point: Point
    holds: bool
    facts: tuple[str, ...] = ()
    """Ids of the facts that show it; 'opening' never stands here."""
    missing: str = ""
    """In words, empty while it holds."""


class ClosingProof(Frozen):
    """The proof by which a case may end: each point, and whether all of them hold."""

    points: tuple[Shown, ...]
    resolution: Resolution | None = None
    """The code by which the case ends or has ended; None while a point is missing."""
    by_supervisor: bool = False
    """Closed by two persons (R7), whatever the points say."""

    @property
    def complete(self) -> bool:
        """True when every point holds."""
        return all(each.holds for each in self.points)

    def shown(self, point: Point) -> Shown:
        """One point of the proof."""
        return next(each for each in self.points if each.point is point)


def proof(case: Case) -> ClosingProof:
    """The closing proof of a case as it was decided last, point by point."""
    return ClosingProof(
        points=_points(case, books_of(case)),
        resolution=case.resolution,
        by_supervisor=case.resolution is Resolution.SUPERVISOR_CLOSED,
    )


def resolution(case: Case, reading: Reading, now: Moment) -> dict[str, object]:
    """What changes of a case's resolution: set, taken back, or nothing (4.4, F9)."""
    if orders.closed(reading):
        code: Resolution | None = Resolution.SUPERVISOR_CLOSED
    else:
        proven = all(each.holds for each in _points(case, reading.books))
        code = _code(reading.books) if proven and not _taken_back(reading) else None
    if code is case.resolution:
        return {}
    return {"resolution": code, "resolved_at": now if code else None}


def _taken_back(reading: Reading) -> bool:
    """A reversal opens the case, even one that no payment of ours fits, until the payer decides again."""
    return bool(reading.current(Mark.REVERSED)) and not (reading.current(Mark.DECIDED) or reading.books.given_up)


def _code(books: Books) -> Resolution:
    if books.given_up:
        return Resolution.FILING_LIMIT_LOST
    if books.cover_ended and not books.secondary:
        return Resolution.COVERAGE_INVALID
    if books.secondary_paid:
        return Resolution.PAID_PATIENT_OWES if books.expected else Resolution.PAID_IN_FULL
    return Resolution.ZERO_PATIENT_OWES if books.expected else Resolution.ZERO_WRITTEN_OFF


# ---- the points -----------------------------------------------------------------------------------------------------


def _points(case: Case, of: Books) -> tuple[Shown, ...]:
    return (_outcome(case, of), _ledger(of), _hold(case, of), _loose_ends(of), _money(case, of))


def _outcome(case: Case, of: Books) -> Shown:
    """(a): every payer has decided, cover has ended by both sides' word, or two persons gave the balance up."""
    facts: tuple[str, ...] = tuple(each.fact_id for each in of.secondary)
    if of.given_up:
        facts = _ids(each for each in case.evidence if isinstance(each, SupervisorDecided) and each.second_person)
    elif of.cover_ended and not of.secondary:
        facts = next((each.evidence_for for each in reversed(case.found) if each.mode is Mode.COVERAGE_ENDED), ())
    missing = "" if of.expected is not None else _undecided(of)
    return Shown(point=Point.OUTCOME, holds=not missing, facts=facts, missing=missing)


def _undecided(of: Books) -> str:
    if of.taken_back:
        return "the payer took its money back and has not decided again"
    if of.primary_open:
        return "the primary took its decision back and has not decided again"
    if of.primary_open:
        return "the primary took its decision back and has not decided again"
    if of.in_parts:
        return "parts of the claim are not decided"
    if of.waits_for_third:
        return "the third payer has not decided"
    return "the payer has not decided, or its remittance is not here"


def _ledger(of: Books) -> Shown:
    """(b): the ledger is a source of its own, and shows the balance and all that was paid.

    A state of the ledger that is as old as the decision is never enough by itself: before a case ends, the release of
    its hold, or the permanent hold, is read back from the ledger.
    """
    missing = "" if of.reconciled else "no read of the ledger" if of.ledger is None else "the ledger shows otherwise"
    return Shown(point=Point.LEDGER, holds=not missing, facts=_of_ledger(of), missing=missing)


def _hold(case: Case, of: Books) -> Shown:
    """(c)."""
    hold = case.hold
    free = hold.state in (HoldState.NONE, HoldState.RELEASED) or (hold.permanent and hold.state is HoldState.VERIFIED)
    missing = "" if free else "the hold is not seen in the ledger" if hold.permanent else "the hold is not released"
    if free and of.statement_wrong:
        missing = "the newest statement asked for another amount, and none has corrected it"
    return Shown(point=Point.HOLD, holds=not missing, facts=_of_ledger(of), missing=missing)


def _loose_ends(of: Books) -> Shown:
    """(d)."""
    ledger = of.ledger
    problems = (
        (of.taken_back, "a takeback at provider level"),
        (ledger is not None and ledger.unapplied != 0, "cash that is posted to nothing"),
        (ledger is not None and ledger.open_balance < 0, "a credit"),
        (of.overpaid > 0, "a refund that is owed to the patient"),
    )
    missing = "; ".join(words for found, words in problems if found)
    return Shown(point=Point.LOOSE_ENDS, holds=not missing, facts=_of_ledger(of), missing=missing)


def _money(case: Case, of: Books) -> Shown:
    """(e): a deposit, a payment that the ledger has, or an offset that says where the money went."""
    if not of.secondary_paid or of.given_up:
        return Shown(point=Point.MONEY, holds=True)
    traces = {each.trace for each in of.secondary if each.trace}
    arrived = _ids(each for each in case.evidence if isinstance(each, MoneyArrived))
    kept = _ids(
        each
        for each in case.evidence
        if isinstance(each, PaymentOffset) and not each.names_claim and each.trace in traces
    )
    ledger = of.ledger
    seen = ledger is not None and bool(ledger.deposits or ledger.secondary_posted)
    facts = (*arrived, *(kept if of.kept else ()), *(_of_ledger(of) if seen else ()))
    missing = "" if facts else "no deposit or cheque was seen"
    return Shown(point=Point.MONEY, holds=not missing, facts=facts, missing=missing)


def _of_ledger(of: Books) -> tuple[str, ...]:
    return (of.ledger.fact_id,) if of.ledger else ()


def _ids(facts: Iterable[Fact]) -> tuple[str, ...]:
    return tuple(each.fact_id for each in facts)
