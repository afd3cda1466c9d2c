"""The worklist: which cases a view shows, how many there are, what they sum to, and which comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    Text,
    TextClause,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from casebook.opening import Transaction
from casebook.rows import BEFORE_ALL, CaseRow, read_row
from casebook.tables import CASES, Utc
from journey.case import HoldState
from journey.words import BreakState, Cents, EscalationKind, Frozen, Hop, Mode, Moment, Party

SILENT_AFTER: Final = timedelta(days=7)
FILING_WITHIN: Final = timedelta(days=30)
RECOVERED_WITHIN: Final = timedelta(days=30)
REVIEW_WITHIN: Final = timedelta(days=7)
PAGE: Final = 50
"""Rows of one page: what a person works through before the list has changed anyway."""

_LISTED: Final = tuple(each for each in CASES.c if each.name != "sentence")
"""A list does not show the sentence of a case, the longest of its sealed words."""

NOT_FILED: Final = (Hop.TRANSMITTED, Hop.RECEIVED, Hop.ACCEPTED)
"""First hops not proven while the payer does not have the claim: the filing limit counts."""

NONE: Final = "none"
"""In place of a hop: all are proven; of a break point: there is none; of an owner: nobody."""


class View(StrEnum):
    """A saved list. All but the last show cases that are being worked: open, and not resolved."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    SILENT = "silent"
    FILING = "filing"
    UNVERIFIED = "unverified"
    """A hold was asked for, and nobody has seen it in the ledger."""
    HOLDS = "holds"
    """The same, and holds that are due for review within the week."""
    CONTRADICTED = "contradicted"
    MISMATCH = "mismatch"
    ATTENTION = "attention"
    EVERYONE = "everyone"
    RESOLVED = "resolved"
    """Resolved, whether still watched for a takeback or closed; newest first."""


class Age(StrEnum):
    """Days since the primary decided, as aging reports cut them (field notes 5.2)."""

    D30 = "0-30"
    D60 = "31-60"
    D90 = "61-90"
    D120 = "91-120"
    OVER = "over-120"


_SPANS: Final = ((Age.D30, 0, 30), (Age.D60, 31, 60), (Age.D90, 61, 90), (Age.D120, 91, 120), (Age.OVER, 121, None))


class Grouping(StrEnum):
    """What a list may be grouped by."""

    PAYER = "payer"
    HOP = "hop"
    BREAK = "break"
    AGE = "age"


class Wanted(Frozen):
    """Which cases a list shows; what is not named does not matter."""

    practice: str
    now: Moment
    """Case time."""
    view: View = View.EVERYONE
    me: str = ""
    """Who asks, for 'mine'."""
    hop: Hop | None = None
    all_proven: bool = False
    """Instead of a hop."""
    break_mode: Mode | None = None
    unbroken: bool = False
    """Instead of a break point."""
    break_state: BreakState | None = None
    payer_id: str | None = None
    holder: Party | None = None
    escalation: EscalationKind | None = None
    hold_state: HoldState | None = None
    owner: str | None = None
    age: Age | None = None
    due_before: Moment | None = None


class Place(Frozen):
    """Where a row stands in its list; the next page, or the next case, is what comes after it."""

    at: Moment
    case_id: str


class Page(Frozen):
    """One page of a list, and where the next one begins (None at the end)."""

    rows: tuple[CaseRow, ...]
    next: Place | None = None


class Sum(Frozen):
    """How many cases, and their dollars at risk in cents."""

    cases: int = 0
    at_risk: Cents = 0


class Group(Frozen):
    """The cases of a list that have one thing in common, and what they sum to."""

    key: str
    """A payer id, a hop, a break mode or an age; NONE where there is none."""
    name: str = ""
    """The payer's."""
    cases: int
    at_risk: Cents


def page(tx: Transaction, wanted: Wanted, *, after: Place | None = None, limit: int = PAGE) -> Page:
    """One page: most urgent first, resolved ones newest first."""
    # The ids first: one index holds all that this asks for, and only the rows of the page are read.
    ordered = _ordered(wanted, after, limit + 1)
    ids = tuple(tx.connection.execute(ordered, _moments(wanted)).scalars())
    found = rows_of(tx, wanted.practice, ids[:limit])
    return Page(rows=found, next=place_of(wanted, found[-1]) if len(ids) > limit else None)


def rows(tx: Transaction, wanted: Wanted, chunk: int = 500) -> Iterator[CaseRow]:
    """All rows of a list, read in chunks."""
    after: Place | None = None
    while True:
        found = page(tx, wanted, after=after, limit=chunk)
        yield from found.rows
        after = found.next
        if after is None:
            return


def rows_of(tx: Transaction, practice: str, case_ids: Sequence[str]) -> tuple[CaseRow, ...]:
    """The rows of these cases without their sentence, in the order given; those of another practice are left out."""
    if not case_ids:
        return ()
    # By id alone: asked for the practice as well, SQLite would walk through all of its cases.
    wanted = tx.connection.execute(select(*_LISTED).where(CASES.c.case_id.in_(case_ids))).mappings()
    found = {each["case_id"]: read_row(each, tx) for each in wanted if each["practice"] == practice}
    return tuple(found[each] for each in case_ids if each in found)


def place_of(wanted: Wanted, row: CaseRow) -> Place:
    """Where a row stands in a list."""
    at = row.resolved_at if wanted.view is View.RESOLVED else row.safe_by
    return Place(at=at or BEFORE_ALL, case_id=row.case_id)


def next_after(tx: Transaction, where: Wanted, case_id: str, place: Place | None = None) -> str | None:
    """The case that comes after another in a list; see `next_place`."""
    found = next_place(tx, where, case_id, place)
    return found.case_id if found else None


def next_place(tx: Transaction, where: Wanted, case_id: str, place: Place | None = None) -> Place | None:
    """What comes after a case in a list; from its end, the top. None when no other case is left.

    Args:
        tx: the transaction.
        where: the list.
        case_id: the case that somebody has just worked.
        place: where it stood when they came to it; without it, where it stands now.
    """
    at = CASES.c.resolved_at if where.view is View.RESOLVED else CASES.c.safe_by
    if place is None:
        standing = select(at).where(CASES.c.practice == where.practice, CASES.c.case_id == case_id)
        place = Place(at=tx.connection.execute(standing).scalar() or BEFORE_ALL, case_id=case_id)
    for after in (place, None):
        ordered = _ordered(where, after, 2).add_columns(at)
        for other, moment in tx.connection.execute(ordered, _moments(where)):
            if other != case_id:
                return Place(at=moment or BEFORE_ALL, case_id=other)
    return None


def total(tx: Transaction, wanted: Wanted) -> Sum:
    """What a whole list sums to."""
    sums = select(func.count(), func.coalesce(func.sum(CASES.c.at_risk), 0)).where(*_conditions(wanted))
    cases, at_risk = tx.connection.execute(sums, _moments(wanted)).one()
    return Sum(cases=cases, at_risk=int(at_risk))


@cache
def _count_of_each() -> Select[Any]:
    """A statement made once: to build it takes longer than to run it."""
    one_each = [
        select(func.count()).where(CASES.c.practice == bindparam("of_practice"), *_of_view(view)).scalar_subquery()
        for view in View
    ]
    return select(*(each.label(view.name) for view, each in zip(View, one_each, strict=True)))


def view_counts(tx: Transaction, wanted: Wanted) -> dict[View, int]:
    """How many cases each view has for this person; filters do not count."""
    given = {"of_practice": wanted.practice, **_moments(wanted)}
    found = tx.connection.execute(_count_of_each(), given).mappings().one()
    return {view: found[view.name] for view in View}


def at_risk_of(tx: Transaction, wanted: Wanted, view: View) -> Cents:
    """What the cases of one view have at risk, in cents."""
    return total(tx, Wanted(practice=wanted.practice, now=wanted.now, me=wanted.me, view=view)).at_risk


def count_until(tx: Transaction, wanted: Wanted, until: datetime) -> int:
    """How many of the person's own cases turn by a moment: their date comes, or they cannot wait at all."""
    return total(tx, wanted.model_copy(update={"view": View.MINE, "due_before": until})).cases


def recovered(tx: Transaction, wanted: Wanted) -> Sum:
    """What the secondaries paid on the person's cases that were resolved lately, in cents."""
    sums = select(func.count(), func.coalesce(func.sum(CASES.c.secondary_paid), 0)).where(
        CASES.c.practice == wanted.practice,
        CASES.c.resolution.is_not(None),
        CASES.c.resolved_at >= wanted.now - RECOVERED_WITHIN,
        CASES.c.owner == wanted.me,
    )
    cases, paid = tx.connection.execute(sums).one()
    return Sum(cases=cases, at_risk=int(paid))


def groups(tx: Transaction, wanted: Wanted, by: Grouping) -> tuple[Group, ...]:
    """The list in groups, those with the most dollars first; ages youngest first."""
    key = _key(wanted, by).label("key")
    sums = select(key, func.count().label("cases"), func.coalesce(func.sum(CASES.c.at_risk), 0).label("at_risk")).where(
        *_conditions(wanted)
    )
    found = tx.connection.execute(sums.group_by(key), _moments(wanted)).mappings().all()
    names = payers(tx, wanted.practice) if by is Grouping.PAYER else {}
    made = [
        Group(
            key=each["key"] or NONE,
            name=names.get(each["key"], ""),
            cases=each["cases"],
            at_risk=int(each["at_risk"]),
        )
        for each in found
    ]
    if by is Grouping.AGE:
        return tuple(sorted(made, key=lambda each: list(Age).index(Age(each.key))))
    return tuple(sorted(made, key=lambda each: (-each.at_risk, each.key)))


def payers(tx: Transaction, practice: str) -> dict[str, str]:
    """The secondary payers of a practice's cases that are being worked: id and name, by name."""
    ids = _distinct(practice, CASES.c.payer_id)
    named = (
        select(CASES.c.payer_name)
        .where(CASES.c.practice == practice, CASES.c.payer_id == ids.c.value, *_at_work())
        .limit(1)
        .scalar_subquery()
    )
    found = [(each[0], each[1] or each[0]) for each in tx.connection.execute(select(ids.c.value, named)) if each[0]]
    return dict(sorted(found, key=lambda pair: pair[1].casefold()))


def owners(tx: Transaction, practice: str) -> tuple[str, ...]:
    """Who has cases that are being worked."""
    found = tx.connection.execute(select(_distinct(practice, CASES.c.owner).c.value)).scalars()
    return tuple(sorted(each for each in found if each))


def _distinct(practice: str, column: ColumnElement[str]) -> CTE:
    """The different values of an indexed column, found by leaps: reading all rows for them would take longer."""
    mine = (CASES.c.practice == practice, *_at_work())
    found = select(func.min(column).label("value")).where(*mine).cte(recursive=True)
    further = select(func.min(column)).where(*mine, column > found.c.value).scalar_subquery()
    return found.union_all(select(further).where(found.c.value.is_not(None)))


def _ordered(wanted: Wanted, after: Place | None, limit: int) -> Select[Any]:
    found = select(CASES.c.case_id).where(*_conditions(wanted)).limit(limit)
    if wanted.view is View.RESOLVED:
        key = tuple_(CASES.c.resolved_at, CASES.c.case_id)
        found = found.order_by(CASES.c.resolved_at.desc(), CASES.c.case_id.desc())
        return found.where(key < tuple_(after.at, after.case_id)) if after else found
    key = tuple_(CASES.c.safe_by, CASES.c.case_id)
    found = found.order_by(CASES.c.safe_by, CASES.c.case_id)
    return found.where(key > tuple_(after.at, after.case_id)) if after else found


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool] | TextClause]:
    yield CASES.c.practice == wanted.practice
    yield from _of_view(wanted.view)
    for name in ("hop", "break_mode", "break_state", "payer_id", "holder", "escalation", "hold_state", "owner"):
        value = getattr(wanted, name)
        if value is not None:
            yield CASES.c[name] == str(value)
    if wanted.all_proven:
        yield CASES.c.hop.is_(None)
    if wanted.unbroken:
        yield CASES.c.break_mode.is_(None)
    if wanted.due_before is not None:
        yield CASES.c.safe_by < wanted.due_before
    if wanted.age is not None:
        yield from _of_age(wanted.now, wanted.age)


def _of_view(view: View) -> Iterator[ColumnElement[bool] | TextClause]:
    if view is View.RESOLVED:
        yield CASES.c.resolution.is_not(None)
        return
    yield from _at_work()
    if view in _NARROWER:
        yield _NARROWER[view]


def _at_work() -> Iterator[ColumnElement[bool]]:
    yield CASES.c.closed_at.is_(None)
    yield CASES.c.resolution.is_(None)


# Constants are written out: a partial index serves only conditions that repeat its own.
_IS_UNVERIFIED: Final = CASES.c.hold_state == literal_column(f"'{HoldState.REQUESTED.value}'")
_IS_CONTRADICTED: Final = CASES.c.break_state == literal_column(f"'{BreakState.CONTRADICTED.value}'")

_NARROWER: Final[Mapping[View, ColumnElement[bool] | TextClause]] = {
    View.MINE: CASES.c.owner == bindparam("of_me", type_=Text),
    View.UNASSIGNED: CASES.c.owner == literal_column("''"),
    View.OVERDUE: CASES.c.late_at < bindparam("of_now", type_=Utc),
    View.SILENT: CASES.c.silent_since < bindparam("of_silence", type_=Utc),
    View.FILING: and_(
        CASES.c.filing_limit < bindparam("of_filing", type_=Date), CASES.c.hop.in_([each.value for each in NOT_FILED])
    ),
    View.UNVERIFIED: _IS_UNVERIFIED,
    View.HOLDS: or_(_IS_UNVERIFIED, CASES.c.hold_review_by < bindparam("of_review", type_=Utc)),
    View.CONTRADICTED: _IS_CONTRADICTED,
    View.MISMATCH: text("cases.posting_mismatch"),
    View.ATTENTION: CASES.c.attention > literal_column("0"),
}
"""What a view asks beyond being worked."""


def _moments(wanted: Wanted) -> dict[str, Any]:
    """What the views' conditions are held against."""
    return {
        "of_me": wanted.me,
        "of_now": wanted.now,
        "of_silence": wanted.now - SILENT_AFTER,
        "of_filing": (wanted.now + FILING_WITHIN).date(),
        "of_review": wanted.now + REVIEW_WITHIN,
    }


def _of_age(now: datetime, age: Age) -> Iterator[ColumnElement[bool]]:
    _, youngest, oldest = next(each for each in _SPANS if each[0] is age)
    if youngest:
        yield CASES.c.owed_since <= now - timedelta(days=youngest)
    if oldest is not None:
        yield CASES.c.owed_since > now - timedelta(days=oldest + 1)


def _key(wanted: Wanted, by: Grouping) -> ColumnElement[Any]:
    if by is Grouping.AGE:
        younger = [
            (CASES.c.owed_since > wanted.now - timedelta(days=oldest + 1), literal(age.value))
            for age, _, oldest in _SPANS
            if oldest is not None
        ]
        return case(*younger, else_=literal(Age.OVER.value))
    return {Grouping.PAYER: CASES.c.payer_id, Grouping.HOP: CASES.c.hop, Grouping.BREAK: CASES.c.break_mode}[by]
