"""Billing holds of a practice: whose bill is not held back, which holds were broken, which must be looked at."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from casebook import reading
from casebook.opening import Transaction
from casebook.rows import STANDING, CaseRow, read_row
from casebook.tables import CASES
from journey.case import Case, HoldState
from journey.evidence.kept import ledger_reads
from journey.words import Cents, Frozen, Moment, Switch

SOON: Final = timedelta(days=7)
"""How long before its review is due a hold is listed for it."""

_STANDING: Final = tuple(each.value for each in STANDING)
_UNSEEN: Final = (HoldState.NONE.value, HoldState.REQUESTED.value)


class HoldView(StrEnum):
    """Which holds a list shows."""

    ALL = "all"
    UNVERIFIED = "unverified"
    """No hold, or one that nobody has seen in the ledger: a bill may go out at any moment (I3)."""
    BREACHED = "breached"
    """A statement or a placement in spite of the hold, or an account that an agency has too soon."""
    REVIEW = "review"
    """Held for long: somebody must renew it or decide, within a week."""
    VERIFIED = "verified"
    RELEASING = "releasing"
    """The ledger was asked to release it and still shows it."""


class HeldCase(Frozen):
    """One case with its hold."""

    row: CaseRow
    is_permanent: bool
    """The patient may never be billed (QMB, Medicaid): it is not released."""
    switches: tuple[Switch, ...]
    """Those that the ledger shows."""
    last_statement_on: date | None
    last_statement_amount: Cents | None


class HoldCount(Frozen):
    """How many cases a view has, and what their patients are shown to owe; one patient's credit pays for no other."""

    cases: int
    balance: Cents


class HoldPage(Frozen):
    """One page of a view."""

    held: tuple[HeldCase, ...]
    counts: dict[HoldView, HoldCount]
    has_more: bool


def holds(tx: Transaction, practice: str, view: HoldView, now: Moment, *, page: int = 1, limit: int = 50) -> HoldPage:
    """Open cases that show a patient balance or a hold, the most dangerous first.

    Args:
        tx: the transaction.
        practice: whose cases.
        view: which of them.
        now: case time.
        page: which page, from 1.
        limit: rows of a page.
    """
    listed = select(CASES).where(_of(practice), _views(now)[view])
    ordered = listed.order_by(
        _danger(now),
        CASES.c.hold_review_by.is_(None),
        CASES.c.hold_review_by,
        CASES.c.patient_balance.desc(),
        CASES.c.case_id,
    )
    found = tx.connection.execute(ordered.offset((page - 1) * limit).limit(limit + 1)).mappings().all()
    held = tuple(_held(read_row(each, tx), reading.case_state(tx, each["case_id"])) for each in found[:limit])
    return HoldPage(held=held, counts=_counts(tx, practice, now), has_more=len(found) > limit)


def _held(row: CaseRow, state: Case) -> HeldCase:
    reads = ledger_reads(state.evidence)
    last = reads[-1] if reads else None
    return HeldCase(
        row=row,
        is_permanent=state.hold.permanent,
        switches=state.hold.verified,
        last_statement_on=last.last_statement_on if last else None,
        last_statement_amount=last.last_statement_amount if last else None,
    )


def _counts(tx: Transaction, practice: str, now: Moment) -> dict[HoldView, HoldCount]:
    """One pass for all views."""
    owed = case((CASES.c.patient_balance > 0, CASES.c.patient_balance), else_=0)
    sums: list[Any] = []
    for view, condition in _views(now).items():
        sums.append(func.count().filter(condition).label(f"{view}_cases"))
        sums.append(func.coalesce(func.sum(owed).filter(condition), 0).label(f"{view}_balance"))
    found = tx.connection.execute(select(*sums).where(_of(practice))).mappings().one()
    return {each: HoldCount(cases=found[f"{each}_cases"], balance=found[f"{each}_balance"]) for each in HoldView}


def _of(practice: str) -> ColumnElement[bool]:
    shown = or_(CASES.c.patient_balance > 0, CASES.c.hold_state.in_(_STANDING))
    return and_(CASES.c.practice == practice, CASES.c.closed_at.is_(None), shown)


def _views(now: Moment) -> dict[HoldView, ColumnElement[bool]]:
    """A resolved case without a hold shows what its patient truly owes; its bill is right."""
    return {
        HoldView.ALL: CASES.c.case_id.is_not(None),
        HoldView.UNVERIFIED: and_(CASES.c.hold_state.in_(_UNSEEN), CASES.c.resolution.is_(None)),
        HoldView.BREACHED: or_(CASES.c.hold_breaches > 0, _placed_too_soon()),
        HoldView.REVIEW: and_(CASES.c.hold_state == HoldState.VERIFIED.value, CASES.c.hold_review_by < now + SOON),
        HoldView.VERIFIED: CASES.c.hold_state == HoldState.VERIFIED.value,
        HoldView.RELEASING: CASES.c.hold_state == HoldState.RELEASE_REQUESTED.value,
    }


def _placed_too_soon() -> ColumnElement[bool]:
    """`CaseRow.placed_too_soon`, for the database."""
    return and_(CASES.c.placed, or_(CASES.c.resolution.is_(None), CASES.c.hold_state.in_(_STANDING)))


def _danger(now: Moment) -> ColumnElement[int]:
    views = _views(now)
    return case(
        (views[HoldView.UNVERIFIED], 0),
        (views[HoldView.BREACHED], 1),
        (views[HoldView.REVIEW], 2),
        (views[HoldView.RELEASING], 3),
        (views[HoldView.VERIFIED], 4),
        else_=5,
    )
