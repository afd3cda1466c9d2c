"""Insights: what is stuck, where, for how long, with whom; what became of cases in a period; who works on them.

Every sum reads `case_figures` alone, in the order of one of its indexes and no further than the period reaches: over
100,000 cases sorting would take longer than all the rest. Open means: neither resolved nor closed. Money is integer
cents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Label, Select, and_, func, select

from casebook.desk_tables import CASE_FIGURES
from casebook.opening import Transaction
from journey.words import Cents, Frozen, Hop, Moment

C = CASE_FIGURES.c

AGES: Final = (30, 60, 90, 120)
"""The last day of each age group but the last; 30 days each is what the field is used to (field notes 5.2)."""

AR_DAYS: Final = 90
"""Over how many days the average daily revenue is taken."""

SOON: Final = timedelta(days=7)
FILING_SOON: Final = timedelta(days=30)

UNFILED: Final = (Hop.TRANSMITTED.value, Hop.RECEIVED.value, Hop.ACCEPTED.value)
"""First hops not proven at which the filing limit can still be missed."""


class Scope(Frozen):
    """Whose figures, as of when, for which payer and since when."""

    practice: str
    now: Moment
    """Case time."""
    since: Moment | None = None
    """Events count from here on; None for all of them. What is stuck now is counted whatever the period."""
    payer_id: str | None = None

    def before(self) -> Scope | None:
        """The period of the same length before this one, which ends where this begins; None without a period."""
        if self.since is None:
            return None
        return self.model_copy(update={"now": self.since, "since": self.since - (self.now - self.since)})


@dataclass(frozen=True, slots=True)
class Pile:
    """Open cases that have hop, break point and payer in common.

    Attributes:
        payer_id: the secondary payer.
        hop: the first hop not proven.
        break_mode: the break point in force; empty when none is.
        cases: how many.
        at_risk: what waits for the secondary, in cents.
        ages_at_risk: the dollars of each age group, the youngest first, in cents.
        overdue: those that are overdue: their date is over, or their work went up a rung unfinished.
    """

    payer_id: str
    hop: str
    break_mode: str
    cases: int
    at_risk: Cents
    ages_at_risk: tuple[Cents, ...]
    overdue: int


@dataclass(frozen=True, slots=True)
class Holds:
    """Billing holds and vague answers in the open cases of one payer.

    Attributes:
        owing: cases whose ledger shows a balance of the patient.
        held: those of them whose hold was seen in the ledger.
        vague: vague answers in a row of the payer, added up.
        vague_cases: cases with two or more of them.
    """

    owing: int
    held: int
    vague: int
    vague_cases: int


@dataclass(frozen=True, slots=True)
class NearLimit:
    """Open cases whose filing limit is less than 30 days away and whose payer does not have the claim."""

    cases: int
    at_risk: Cents


@dataclass(frozen=True, slots=True)
class Load:
    """What one person owns: open cases by urgency, and the cases whose task was finished in the last seven days."""

    owner: str
    cases: int
    at_risk: Cents
    overdue: int
    soon: int
    """Due within seven days."""
    answered: int


@dataclass(slots=True)
class Outcomes:
    """What became of one payer's cases in a period; counts of cases, money in cents."""

    began: Cents = 0
    """Patient shares of the primaries' decisions of the last 90 days: what became due from secondaries."""
    resolved: int = 0
    recovered: Cents = 0
    """What the secondary paid on cases that were resolved."""
    sent: int = 0
    accepted: int = 0
    refused: int = 0
    lost: int = 0
    """Sent again before any answer came."""
    breached: int = 0
    saved: int = 0
    saved_share: Cents = 0
    missed: int = 0
    missed_share: Cents = 0


def piles(tx: Transaction, scope: Scope) -> tuple[Pile, ...]:
    """What is stuck now, in groups from which every sum is made."""
    grouped = (C.payer_id, C.hop, C.break_mode)
    sums = (func.count().label("cases"), func.sum(C.at_risk).label("at_risk"), *_younger(scope.now))
    overdue = _count("overdue", C.late_at < scope.now)
    wanted = select(*grouped, *sums, overdue).where(*_open(scope)).group_by(*grouped)
    return tuple(_pile(dict(each)) for each in tx.connection.execute(wanted).mappings())


def _younger(now: Moment) -> Iterator[Label[int]]:
    """Dollars not older than each age group: counted from the primary's decision, never from the service (5.3)."""
    for last in AGES:
        yield _sum(f"until{last}", C.at_risk, C.owed_since > now - timedelta(days=last + 1))


def _pile(row: dict[str, Any]) -> Pile:
    younger = [0, *(int(row.pop(f"until{last}")) for last in AGES), int(row["at_risk"])]
    numbers: dict[str, Any] = _whole(row, "payer_id", "hop", "break_mode")
    return Pile(
        payer_id=row["payer_id"],
        hop=row["hop"] or "",
        break_mode=row["break_mode"] or "",
        ages_at_risk=tuple(more - fewer for fewer, more in pairwise(younger)),
        **numbers,
    )


def holds(tx: Transaction, scope: Scope) -> dict[str, Holds]:
    """Holds and vague answers now, by payer."""
    owes = C.patient_balance > 0
    sums = (
        _count("owing", owes),
        _count("held", and_(owes, C.hold_verified)),
        func.sum(C.vague).label("vague"),
        _count("vague_cases", C.vague > 1),
    )
    wanted = select(C.payer_id, *sums).where(*_open(scope)).group_by(C.payer_id)
    found = tx.connection.execute(wanted).mappings()
    return {each["payer_id"]: Holds(**_whole(dict(each), "payer_id")) for each in found}


def near_limit(tx: Transaction, scope: Scope) -> NearLimit:
    """What will be lost within 30 days unless the payer gets the claim."""
    soon = (C.filing_limit < (scope.now + FILING_SOON).date(), C.hop.in_(UNFILED))
    wanted = select(func.count(), func.coalesce(func.sum(C.at_risk), 0)).where(*_open(scope), *soon)
    cases, at_risk = tx.connection.execute(wanted).one()
    return NearLimit(cases=cases, at_risk=int(at_risk))


def loads(tx: Transaction, scope: Scope) -> tuple[Load, ...]:
    """Who owns what, the most overdue first; cases without an owner have an empty name."""
    week_ago = scope.now - SOON
    done = select(C.owner, func.count()).where(*whose(scope), C.answered_at >= week_ago).group_by(C.owner)
    answered = {each[0]: int(each[1]) for each in tx.connection.execute(done)}
    sums = (
        func.count().label("cases"),
        func.sum(C.at_risk).label("at_risk"),
        _count("overdue", C.late_at < scope.now),
        _count("soon", and_(C.late_at >= scope.now, C.late_at < scope.now + SOON)),
    )
    wanted = select(C.owner, *sums).where(*_open(scope)).group_by(C.owner)
    found = {each["owner"]: dict(each) for each in tx.connection.execute(wanted).mappings()}
    nothing = {"cases": 0, "at_risk": 0, "overdue": 0, "soon": 0}
    made = (
        Load(owner=owner, answered=answered.get(owner, 0), **_whole({**nothing, **found.get(owner, {})}, "owner"))
        for owner in {*found, *answered}
    )
    return tuple(sorted(made, key=lambda each: (-each.overdue, -each.cases, each.owner)))


def outcomes(tx: Transaction, scope: Scope) -> dict[str, Outcomes]:
    """What became of the cases of each payer, by its id."""
    made: dict[str, Outcomes] = defaultdict(Outcomes)
    for wanted in _outcome_queries(scope):
        for row in tx.connection.execute(wanted).mappings():
            of_payer = made[row["payer_id"]]
            for name, value in _whole(dict(row), "payer_id").items():
                setattr(of_payer, name, value)
    return dict(made)


def _outcome_queries(scope: Scope) -> Iterator[Select[Any]]:
    """One per kind of event: each reads no more than its own index holds of the period."""
    lately = scope.model_copy(update={"since": scope.now - timedelta(days=AR_DAYS)})
    yield _per_payer(lately, C.owed_since, func.sum(C.share).label("began"))
    yield _per_payer(
        scope, C.resolved_at, func.count().label("resolved"), func.coalesce(func.sum(C.paid), 0).label("recovered")
    )
    answers = (_count(name, C.first_answer == name) for name in ("accepted", "refused", "lost"))
    yield _per_payer(scope, C.sent_at, func.count().label("sent"), *answers)
    yield _per_payer(scope, C.breached_at, func.count().label("breached"))
    saved, missed = C.filing == "saved", C.filing == "lost"
    yield _per_payer(
        scope,
        C.filing_at,
        _count("saved", saved),
        _sum("saved_share", C.share, saved),
        _count("missed", missed),
        _sum("missed_share", C.share, missed),
    )


def _per_payer(scope: Scope, moment: ColumnElement[Any], *sums: Label[int]) -> Select[Any]:
    return select(C.payer_id, *sums).where(*whose(scope), within(scope, moment)).group_by(C.payer_id)


def added(outcomes: Iterable[Outcomes]) -> Outcomes:
    """Outcomes of several payers as one."""
    total = Outcomes()
    for each in outcomes:
        for name in Outcomes.__slots__:
            setattr(total, name, getattr(total, name) + getattr(each, name))
    return total


def recovered(tx: Transaction, scope: Scope, spans: Sequence[tuple[Moment, Moment]]) -> tuple[Cents, ...]:
    """What secondaries paid on cases that were resolved in each of several spans of time, in cents.

    Args:
        tx: the transaction.
        scope: whose cases; its period does not matter.
        spans: beginnings and ends; the end does not belong to the span.
    """
    # One range of the index for each payer and span: read once, every row would be held against every span.
    ids = (scope.payer_id,) if scope.payer_id is not None else tuple(payers(tx, scope.practice))
    return tuple(_paid_within(tx, scope.practice, ids, begin, end) for begin, end in spans)


def _paid_within(tx: Transaction, practice: str, payer_ids: Sequence[str], begin: Moment, end: Moment) -> Cents:
    during = (C.resolved_at >= begin, C.resolved_at < end)
    wanted = select(func.coalesce(func.sum(C.paid), 0)).where(
        C.practice == practice, C.payer_id.in_(payer_ids), *during
    )
    return int(tx.connection.execute(wanted).scalar_one())


def payers(tx: Transaction, practice: str) -> dict[str, str]:
    """The name of every secondary payer of a practice by its id, ordered by name."""
    found: dict[str, str] = {}
    # From one payer to the next: reading every case for its payer would take as long as all the other sums.
    payer_id: str | None = ""
    while payer_id is not None:
        further = (C.practice == practice, C.payer_id > payer_id)
        after = select(C.payer_id, C.payer_name).where(*further).order_by(C.payer_id).limit(1)
        row = tx.connection.execute(after).one_or_none()
        payer_id = row[0] if row else None
        if row:
            found[row[0]] = row[1] or row[0]
    return dict(sorted(found.items(), key=lambda each: (each[1], each[0])))


def whose(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """The conditions of practice and payer."""
    yield C.practice == scope.practice
    if scope.payer_id is not None:
        yield C.payer_id == scope.payer_id


def _open(scope: Scope) -> Iterator[ColumnElement[bool]]:
    yield from whose(scope)
    yield C.is_open.is_(True)


def within(scope: Scope, moment: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether something happened in the period."""
    if scope.since is None:
        return moment.is_not(None)
    return and_(moment >= scope.since, moment <= scope.now)


def _count(name: str, which: ColumnElement[bool]) -> Label[int]:
    return func.count().filter(which).label(name)


def _sum(name: str, of: ColumnElement[int], which: ColumnElement[bool]) -> Label[int]:
    return func.coalesce(func.sum(of).filter(which), 0).label(name)


def _whole(row: dict[str, Any], *but: str) -> dict[str, int]:
    """Counts and sums as integers: PostgreSQL adds big integers up to decimals."""
    return {name: int(value or 0) for name, value in row.items() if name not in but}
