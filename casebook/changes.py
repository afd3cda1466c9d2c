"""Changes: which cases were written down anew since a moment, for whoever follows them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from casebook.opening import Transaction
from casebook.tables import CASES
from journey.words import Frozen, Moment


class Change(Frozen):
    """A case that has moved; nothing that names anybody."""

    case_id: str
    practice: str
    revision: int
    changed_at: Moment
    """When the row was written, by the writer's wall clock."""


def changes(tx: Transaction, practices: Collection[str], since: Moment) -> tuple[Change, ...]:
    """Every case of these practices whose row was written at this moment or later, oldest change first."""
    columns = (CASES.c.case_id, CASES.c.practice, CASES.c.revision, CASES.c.changed_at)
    recent = (CASES.c.practice.in_(sorted(practices)), CASES.c.changed_at >= since)
    wanted = select(*columns).where(*recent).order_by(CASES.c.changed_at)
    return tuple(Change.model_validate(dict(each)) for each in tx.connection.execute(wanted).mappings())


def newest(tx: Transaction, practice: str) -> Moment | None:
    """When a case of a practice was last written down, by the writer's wall clock; None where there is none."""
    wanted = select(CASES.c.changed_at).where(CASES.c.practice == practice)
    return tx.connection.execute(wanted.order_by(CASES.c.changed_at.desc()).limit(1)).scalar()
