"""What the insights are made of: all that the casebook adds up for one scope, read at one moment, kept for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Final

from casebook import insights, insights_speed
from casebook.insights import Holds, Load, NearLimit, Outcomes, Pile, Scope
from casebook.insights_speed import Crossovers, Took
from casebook.opening import Transaction
from dashboard.premises import Premises
from journey.words import Cents

KEPT_FOR: Final = 30.0
"""Seconds for which sums are shown again as they are; the page says as of when they are."""

MOST_KEPT: Final = 64
WEEKS: Final = 12
"""How many weeks of recovered money the trend shows."""


@dataclass(frozen=True)
class Sums:
    """Everything that one page of insights shows, as of `scope.now`."""

    scope: Scope
    names: Mapping[str, str]
    """Payers by id."""
    piles: tuple[Pile, ...]
    holds: Mapping[str, Holds]
    near_limit: NearLimit
    loads: tuple[Load, ...]
    outcomes: Mapping[str, Outcomes]
    crossovers: tuple[Crossovers, ...]
    found: tuple[Took, ...]
    resolved: tuple[Took, ...]
    resolved_before: tuple[Took, ...]
    recovered_before: Cents | None
    """In the period before; None without a period."""
    by_week: tuple[Cents, ...]
    """Recovered in each of the last twelve weeks."""

    @property
    def at_risk(self) -> Cents:
        """All that is stuck."""
        return sum(each.at_risk for each in self.piles)

    @property
    def cases(self) -> int:
        """All open cases."""
        return sum(each.cases for each in self.piles)

    @property
    def overdue(self) -> int:
        """Those that are overdue."""
        return sum(each.overdue for each in self.piles)

    @property
    def recovered(self) -> Cents:
        """What secondaries paid on cases that were resolved in the period."""
        return sum(each.recovered for each in self.outcomes.values())

    @property
    def old(self) -> Cents:
        """What has been stuck for more than 90 days."""
        return sum(sum(each.ages_at_risk[3:]) for each in self.piles)

    @property
    def daily(self) -> float:
        """What became due from secondaries on an average day of the last 90, in cents."""
        return sum(each.began for each in self.outcomes.values()) / insights.AR_DAYS


def read_sums(tx: Transaction, scope: Scope) -> Sums:
    """All sums of a scope; under half a second over 100,000 cases."""
    before = scope.before()
    weeks = [(scope.now - timedelta(weeks=n), scope.now - timedelta(weeks=n - 1)) for n in range(WEEKS, 0, -1)]
    spans = [*weeks, (before.since, before.now)] if before and before.since else weeks
    paid = insights.recovered(tx, scope, spans)
    return Sums(
        scope=scope,
        names=insights.payers(tx, scope.practice),
        piles=insights.piles(tx, scope),
        holds=insights.holds(tx, scope),
        near_limit=insights.near_limit(tx, scope),
        loads=insights.loads(tx, scope),
        outcomes=insights.outcomes(tx, scope),
        crossovers=insights_speed.crossovers(tx, scope),
        found=insights_speed.days_to_find(tx, scope),
        resolved=insights_speed.days_to_resolve(tx, scope),
        resolved_before=insights_speed.days_to_resolve(tx, before) if before else (),
        recovered_before=paid[WEEKS] if before else None,
        by_week=paid[:WEEKS],
    )


class KeptSums:
    """Sums that somebody looked at less than half a minute ago, so that a team meeting is one reading."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = Lock()
        self._kept: dict[tuple[str, str, int | None], tuple[float, Sums]] = {}

    def sums(self, at: Premises, practice: str, payer_id: str | None, days: int | None) -> Sums:
        """The sums of a practice, as of now or a moment less than 30 seconds ago.

        Args:
            at: the premises.
            practice: whose.
            payer_id: one secondary payer, or all.
            days: how long the period is; None for all time.
        """
        key = (practice, payer_id or "", days)
        with self._lock:
            known = self._kept.get(key)
        if known is not None and monotonic() - known[0] < KEPT_FOR:
            return known[1]
        now = at.now()
        since = now - timedelta(days=days) if days is not None else None
        with at.book.reading() as tx:
            made = read_sums(tx, Scope(practice=practice, now=now, since=since, payer_id=payer_id))
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = (monotonic(), made)
        return made
