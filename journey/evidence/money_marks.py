"""Marks that the books make: a takeback at provider level, a decision that comes in parts, a statement that errs."""

from __future__ import annotations

from journey.books.remits import takebacks
from journey.evidence.attempts import Placing
from journey.evidence.made import Reading
from journey.evidence.marks import Mark
from journey.words import Grade


def find_takeback(reading: Reading, placing: Placing) -> None:
    """Money taken back at provider level (PLB WO, FB) is a reversal; given back, the decision stands again (F9).

    It is due anew from that day: no clock of the first payment may ring for the second.
    """
    due = Mark.MONEY_DUE if reading.books.secondary_paid else Mark.NO_MONEY_DUE
    for turn in takebacks(reading.evidence):
        attempt = placing.at(turn.happened_at)
        for mark in (Mark.REVERSED,) if turn.amount > 0 else (Mark.DECIDED, due):
            reading.add(mark, turn, Grade.SETTLED, placing.payer_of(attempt), attempt)


def find_parts(reading: Reading) -> None:
    """A payer that split the claim has decided a part: the wait for the others begins with the first (F6).

    The mark is made twice: at the first part, where that wait starts, and at the newest news of money, so that no
    clock asks for a balance that nobody can know yet.
    """
    if not reading.books.in_parts:
        return
    decided = [each for each in reading.made.get(Mark.DECIDED, ()) if each.attempt == reading.attempt]
    if not decided:
        return
    reading.repeat(Mark.SPLIT, min(decided, key=lambda each: (each.at, each.fact_id)))
    newest = reading.current(Mark.DECIDED, Mark.NO_MONEY_DUE, Mark.MONEY_ARRIVED, Mark.POSTED)
    if newest is not None:
        reading.repeat(Mark.SPLIT, newest)


def find_wrong_statement(reading: Reading) -> None:
    """The balance is right, and the newest statement asked for another one (field notes 3.4, 4.4 (c))."""
    reconciled = reading.newest(Mark.RECONCILED)
    if reconciled is not None and reading.books.statement_wrong:
        reading.repeat(Mark.STATEMENT_WRONG, reconciled)
