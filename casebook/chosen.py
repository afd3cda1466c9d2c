"""Cases that somebody chose to work on together, and those that one call to their payer could be about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select

from casebook import reading
from casebook.errors import SealBrokenError
from casebook.opening import Transaction
from casebook.rows import CaseRow, read_row
from casebook.tables import CASES
from journey.case import Case
from journey.words import Cents, Frozen, Moment, Party

MOST: Final = 200
"""How many cases one piece of work may be about; more than that nobody looks through before saying yes."""

PAYERS: Final = (Party.SECONDARY.value, Party.TERTIARY.value)


class Chosen(Frozen):
    """A case as its list shows it, and whole."""

    row: CaseRow
    case: Case


class ToCall(Frozen):
    """A payer that has files of ours, as of a moment."""

    payer_id: str
    payer_name: str
    cases: int
    overdue: int
    """Those whose latest safe date is past."""
    silent: int
    """Those of which nobody has said anything for a week."""
    at_risk: Cents
    first_by: Moment
    """When the first of them must have been acted on."""


def chosen(tx: Transaction, practice: str, case_ids: Sequence[str]) -> tuple[Chosen, ...]:
    """The cases of a practice among these ids, in the order given.

    Ids of nothing or of another practice are left out, and so is a case whose state was altered: one such case does
    not keep people from working on the others.

    Args:
        tx: the transaction.
        practice: whose cases they are.
        case_ids: at most `MOST` of them are looked at.
    """
    wanted = tuple(dict.fromkeys(case_ids))[:MOST]
    found = select(CASES).where(CASES.c.practice == practice, CASES.c.case_id.in_(wanted))
    rows = {each["case_id"]: read_row(each, tx) for each in tx.connection.execute(found).mappings()}
    whole = (_whole(tx, rows[each]) for each in wanted if each in rows)
    return tuple(each for each in whole if each)


def payers_to_call(tx: Transaction, practice: str, now: Moment, silent_before: Moment) -> tuple[ToCall, ...]:
    """Payers that have open files of a practice, the one with the most at risk first.

    Args:
        tx: the transaction.
        practice: whose cases.
        now: case time.
        silent_before: a case of which nothing was said since then is silent.
    """
    wanted = (
        select(
            CASES.c.payer_id,
            func.max(CASES.c.payer_name).label("payer_name"),
            func.count().label("cases"),
            func.count().filter(CASES.c.must_by < now).label("overdue"),
            func.count().filter(CASES.c.silent_since < silent_before).label("silent"),
            func.sum(CASES.c.at_risk).label("at_risk"),
            func.min(CASES.c.must_by).label("first_by"),
        )
        .where(_with_payer(practice))
        .group_by(CASES.c.payer_id)
        .order_by(func.sum(CASES.c.at_risk).desc(), CASES.c.payer_id)
    )
    return tuple(ToCall.model_validate(dict(each)) for each in tx.connection.execute(wanted).mappings())


def cases_to_call(tx: Transaction, practice: str, payer_id: str) -> tuple[CaseRow, ...]:
    """The open cases whose file a payer has, most pressing first; at most `MOST`."""
    wanted = select(CASES).where(_with_payer(practice), CASES.c.payer_id == payer_id)
    ordered = wanted.order_by(CASES.c.must_by, CASES.c.case_id).limit(MOST)
    return tuple(read_row(each, tx) for each in tx.connection.execute(ordered).mappings())


def _whole(tx: Transaction, row: CaseRow) -> Chosen | None:
    try:
        return Chosen(row=row, case=reading.case_state(tx, row.case_id))
    except SealBrokenError:
        return None


def _with_payer(practice: str) -> ColumnElement[bool]:
    return and_(CASES.c.practice == practice, CASES.c.closed_at.is_(None), CASES.c.holder.in_(PAYERS))
