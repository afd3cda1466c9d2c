"""Which service lines of a payment are posted: by their control numbers, else by the only sum that explains it."""

from __future__ import annotations

from collections.abc import Sequence

from journey.books.money import Books
from journey.facts import LedgerRead, RemitLine
from journey.words import Cents, Frozen

MOST_LINES = 50
MOST_SUMS = 20_000
"""Beyond this a search for the explaining sum is given up: nobody could check its answer by hand either."""


class LineShown(Frozen):
    """One paid line: what the payer paid and what the ledger shows of it, in cents."""

    number: str
    """Control number, or the line's place in the remittance where it has none."""
    procedure: str = ""
    paid: Cents
    posted: Cents

    @property
    def missing(self) -> Cents:
        """What is not posted yet; below zero where too much is."""
        return self.paid - self.posted


def shown(of: Books) -> tuple[LineShown, ...]:
    """Every line with a payment, with what the ledger shows of it; empty where that cannot be told."""
    if of.ledger is None:
        return ()
    paid = _paid_lines(of)
    return _by_number(paid, of.ledger) or _by_sum(paid, of)


def in_short(of: Books) -> str:
    """How many lines are not posted, without numbers or amounts; empty where that cannot be told."""
    lines = shown(of)
    missing = sum(each.missing > 0 for each in lines)
    return f"{missing} of {len(lines)} lines are not posted" if missing else ""


def _paid_lines(of: Books) -> list[tuple[str, RemitLine]]:
    """Lines with a payment, each by its control number or its place; empty when a decision names no lines."""
    if any(sum(line.paid for line in each.lines) != each.paid for each in of.secondary):
        return []
    lines = [line for each in of.secondary for line in each.lines]
    return [(line.number or str(place), line) for place, line in enumerate(lines, 1) if line.paid > 0]


def _by_number(paid: list[tuple[str, RemitLine]], ledger: LedgerRead) -> tuple[LineShown, ...]:
    """The ledger's own word, where it tells lines and their sum is what it shows in all."""
    posted = {each.number: each.secondary_posted for each in ledger.lines}
    told = bool(posted) and sum(posted.values()) == ledger.secondary_posted
    numbers = [number for number, _ in paid]
    if not told or len(set(numbers)) < len(numbers) or not set(numbers) & set(posted):
        return ()
    return tuple(_shown(number, line, posted.get(number, 0)) for number, line in paid)


def _by_sum(paid: list[tuple[str, RemitLine]], of: Books) -> tuple[LineShown, ...]:
    """The lines whose sum is what is posted, if only one set of lines explains it."""
    assert of.ledger is not None
    chosen = only_subset([line.paid for _, line in paid], of.ledger.secondary_posted)
    if chosen is None:
        return ()
    return tuple(_shown(number, line, line.paid if n in chosen else 0) for n, (number, line) in enumerate(paid))


def only_subset(amounts: Sequence[Cents], total: Cents) -> frozenset[int] | None:
    """The places of the amounts that add up to a total; None if no set of them does, or more than one.

    Args:
        amounts: positive cents.
        total: cents, at least 0.
    """
    if not amounts or len(amounts) > MOST_LINES:
        return None
    found: dict[Cents, frozenset[int] | None] = {0: frozenset()}  # None: several sets have this sum
    for place, amount in enumerate(amounts):
        for before, chosen in list(found.items()):
            if (sum_ := before + amount) <= total:
                with_it = None if chosen is None else chosen | {place}
                found[sum_] = None if sum_ in found else with_it
        if len(found) > MOST_SUMS:
            return None
    return found.get(total)


def _shown(number: str, line: RemitLine, posted: Cents) -> LineShown:
    return LineShown(number=number, procedure=line.procedure, paid=line.paid, posted=posted)
