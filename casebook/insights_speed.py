"""How long things take: a promised crossover to arrive, a break to be found, a case to be resolved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final

from sqlalchemy import Row, func, select

from casebook.desk_tables import CASE_FIGURES
from casebook.insights import Scope, whose, within
from casebook.opening import Transaction

C = CASE_FIGURES.c

LAST_DAY: Final = 60
"""How far the curve of a crossover goes, in days."""

JUDGED_AFTER: Final = 30
"""Days after which an announced crossover must have arrived (the hard time of T1, field notes 2.3)."""

Tally = Mapping[int, int]
"""How many cases took how many days."""


@dataclass(frozen=True, slots=True)
class Crossovers:
    """What became of a payer's announced crossovers.

    Attributes:
        payer_id: the secondary payer; empty for all of them together.
        promised: how many were announced.
        arrived: how many the payer had on file before anybody sent the claim by hand.
        waiting: how many are still awaited.
        by_hand: how many had to be sent by hand.
        judged: those announced at least 30 days ago, and those that arrived or were sent by hand before.
        false: those of them that did not arrive within 30 days by themselves.
        curve: share that has arrived by day 0 to 60. A crossover that is still awaited counts only up to its age
            (product-limit estimate), so that young ones make the curve neither better nor worse.
    """

    payer_id: str
    promised: int
    arrived: int
    waiting: int
    by_hand: int
    judged: int
    false: int
    curve: tuple[float, ...]

    @property
    def false_rate(self) -> float | None:
        """False ones of those judged."""
        return self.false / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Took:
    """How many days something took in the cases of one break point: how often, the middle, and nine of ten."""

    mode: str
    cases: int
    median: int
    nine_of_ten: int


def crossovers(tx: Transaction, scope: Scope) -> tuple[Crossovers, ...]:
    """Announced crossovers by payer, the most first, all together before them; nothing when none was announced."""
    begun = C.promised_on >= scope.since.date() if scope.since is not None else C.promised_on.is_not(None)
    known = (*whose(scope), begun)
    made: dict[str, _Made] = defaultdict(_Made)

    def note(payer_id: str, days: int | None, by_hand: bool, since: date | None, cases: int) -> None:
        for each in ("", payer_id):
            made[each].note(days, by_hand, (scope.now.date() - since).days if since else None, cases)

    # Two queries, each in the order of the index; one for both would have to sort.
    grouped = (C.payer_id, C.crossover_days)
    arrived = select(*grouped, func.count()).where(*known, C.crossover_days.is_not(None)).group_by(*grouped)
    for payer_id, days, cases in tx.connection.execute(arrived):
        note(payer_id, days, False, None, cases)
    apart = (C.payer_id, C.sent_by_hand, C.promised_on)
    awaited = select(*apart, func.count()).where(*known, C.crossover_days.is_(None)).group_by(*apart)
    for payer_id, by_hand, since, cases in tx.connection.execute(awaited):
        note(payer_id, None, bool(by_hand), since, cases)
    found = [each.counted(payer_id) for payer_id, each in made.items()]
    return tuple(sorted(found, key=lambda each: (-each.promised, each.payer_id)))


class _Made:
    """Crossovers of one payer, as they are counted."""

    def __init__(self) -> None:
        self.arrived: dict[int, int] = defaultdict(int)
        self.waiting: dict[int, int] = defaultdict(int)
        self.by_hand = 0

    def note(self, days: int | None, by_hand: bool, age: int | None, cases: int) -> None:
        if days is not None:
            self.arrived[days] += cases
        elif by_hand:
            self.by_hand += cases
        else:
            self.waiting[max(0, age or 0)] += cases

    def counted(self, payer_id: str) -> Crossovers:
        arrived, waiting = sum(self.arrived.values()), sum(self.waiting.values())
        overdue = sum(cases for age, cases in self.waiting.items() if age >= JUDGED_AFTER)
        late = sum(cases for days, cases in self.arrived.items() if days > JUDGED_AFTER)
        return Crossovers(
            payer_id=payer_id,
            promised=arrived + waiting + self.by_hand,
            arrived=arrived,
            waiting=waiting,
            by_hand=self.by_hand,
            judged=arrived + self.by_hand + overdue,
            false=late + self.by_hand + overdue,
            curve=curve(self.arrived, self.waiting, self.by_hand),
        )


def curve(arrived: Tally, waiting: Tally, never: int) -> tuple[float, ...]:
    """The share that has arrived by each day from 0 to 60: the product-limit estimate of Kaplan and Meier.

    Args:
        arrived: how many arrived after how many days.
        waiting: how many still wait, by their age in days.
        never: how many can no longer arrive; they count against every day.
    """
    at_risk = sum(arrived.values()) + sum(waiting.values()) + never
    stays, shares = 1.0, []
    for day in range(LAST_DAY + 1):
        came = arrived.get(day, 0)
        if came and at_risk:
            stays *= 1 - came / at_risk
        at_risk -= came + waiting.get(day, 0)
        shares.append(1 - stays)
    return tuple(shares)


def days_to_find(tx: Transaction, scope: Scope) -> tuple[Took, ...]:
    """Days from the primary's decision to the first break point of a case, by break point; all together first."""
    wanted = select(C.first_found, C.found_days, func.count()).where(*whose(scope), within(scope, C.found_at))
    return _took(tx.connection.execute(wanted.group_by(C.first_found, C.found_days)))


def days_to_resolve(tx: Transaction, scope: Scope) -> tuple[Took, ...]:
    """Days from the primary's decision to the end of a case, by its first break point; all together first."""
    wanted = select(C.first_found, C.resolved_days, func.count()).where(*whose(scope), within(scope, C.resolved_at))
    return _took(tx.connection.execute(wanted.group_by(C.first_found, C.resolved_days)))


def _took(found: Iterable[Row[str | None, int | None, int]]) -> tuple[Took, ...]:
    tallies: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for mode, days, cases in found:
        if days is not None:
            tallies["all"][days] += cases
            tallies[mode or ""][days] += cases
    made = [
        Took(mode, sum(tally.values()), at_share(tally, 0.5), at_share(tally, 0.9)) for mode, tally in tallies.items()
    ]
    return tuple(sorted(made, key=lambda each: (each.mode != "all", -each.cases, each.mode)))


def at_share(tally: Tally, share: float) -> int:
    """The days within which this share of the cases was done; the tally must not be empty."""
    days = sorted(tally)
    reached = accumulate(tally[each] for each in days)
    needed = share * sum(tally.values())
    return next(day for day, cases in zip(days, reached, strict=True) if cases >= needed)
