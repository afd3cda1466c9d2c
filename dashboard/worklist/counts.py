"""What stands around the list: views with their counts, tiles, filters; counted anew only when something changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

from casebook import changes, worklist
from casebook.opening import Transaction
from casebook.worklist import Sum, View, Wanted

MOST_KEPT: Final = 500
"""People whose counts are kept at a time."""


@dataclass(frozen=True)
class Tiles:
    """The four figures above the list."""

    overdue: Sum
    silent: Sum
    holds: int
    recovered: Sum


@dataclass(frozen=True)
class Counts:
    """Everything around the rows that does not depend on the filters."""

    views: dict[View, int]
    turning: int
    """The person's own cases that turn today."""
    tiles: Tiles
    payers: dict[str, str]
    """Secondary payers of its cases, by id."""
    owners: tuple[str, ...]
    """Who has cases, by what they sign in with."""


def count(tx: Transaction, wanted: Wanted, day_end: datetime) -> Counts:
    """Count for one person.

    Args:
        tx: the transaction.
        wanted: whose list, and when; its filters do not count.
        day_end: when today ends where the provider works.
    """
    views = worklist.view_counts(tx, wanted)
    return Counts(
        views=views,
        turning=worklist.count_until(tx, Wanted(practice=wanted.practice, now=wanted.now, me=wanted.me), day_end),
        tiles=Tiles(
            overdue=_sum(tx, wanted, views, View.OVERDUE),
            silent=_sum(tx, wanted, views, View.SILENT),
            holds=views[View.HOLDS],
            recovered=worklist.recovered(tx, wanted),
        ),
        payers=worklist.payers(tx, wanted.practice),
        owners=worklist.owners(tx, wanted.practice),
    )


def _sum(tx: Transaction, wanted: Wanted, views: dict[View, int], view: View) -> Sum:
    return Sum(cases=views[view], at_risk=worklist.at_risk_of(tx, wanted, view))


class KeptCounts:
    """Each person's counts, as long as no case of the practice was written and the minute is the same."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = Lock()
        self._kept: dict[tuple[str, str], tuple[tuple[object, ...], Counts]] = {}

    def counts(self, tx: Transaction, wanted: Wanted, day_end: datetime) -> Counts:
        """The counts of `wanted.me`, exact to the minute; arguments as for `count`."""
        key = (wanted.practice, wanted.me)
        state = (
            changes.newest(tx, wanted.practice),
            wanted.now.replace(second=0, microsecond=0),
            day_end,
        )
        with self._lock:
            known = self._kept.get(key)
        if known is not None and known[0] == state:
            return known[1]
        made = count(tx, wanted, day_end)
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = (state, made)
        return made
