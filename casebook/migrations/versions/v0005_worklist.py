"""What the worklist shows and sorts by.

Rows written before have a stand-in until their case's next turn: the date is that of the next clock, silence and age
count from what the row knows, the marks are empty, and the case is found by its id alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)
LONG_AGO = "1970-01-01 00:00:00+00:00"
WORKLIST_COLUMNS = (
    "practice", "safe_by", "case_id", "hop", "break_mode", "break_state", "holder", "payer_id", "escalation",
    "hold_state", "owner", "owed_since", "at_risk", "silent_since", "late_at", "filing_limit", "hold_review_by",
    "attention", "posting_mismatch", "closed_at", "resolution",
)  # fmt: skip
AT_WORK = "closed_at IS NULL AND resolution IS NULL"
SAFE = ("practice", "safe_by", "case_id")
DONE = ("closed_at", "resolution")
"""Empty in these indexes, but conditions name them: without them SQLite would read every row as well."""
INDEXES = (
    ("cases_safe", WORKLIST_COLUMNS, AT_WORK),
    ("cases_owner_safe", ("practice", "owner", "safe_by", "case_id", *DONE), AT_WORK),
    ("cases_payer_safe", ("practice", "payer_id", "safe_by", "case_id", "at_risk", *DONE), AT_WORK),
    ("cases_late", ("practice", "late_at", "at_risk", *DONE), AT_WORK),
    ("cases_silent", ("practice", "silent_since", "at_risk", *DONE), AT_WORK),
    ("cases_filing", ("practice", "filing_limit", "hop", *DONE), AT_WORK),
    ("cases_review", ("practice", "hold_review_by", "hold_state", *DONE), AT_WORK),
    ("cases_unverified", (*SAFE, "hold_state", *DONE), f"{AT_WORK} AND hold_state = 'requested'"),
    ("cases_contradicted", (*SAFE, "break_state", *DONE), f"{AT_WORK} AND break_state = 'contradicted'"),
    ("cases_mismatch", (*SAFE, "posting_mismatch", *DONE), f"{AT_WORK} AND posting_mismatch"),
    ("cases_attention", (*SAFE, "attention", *DONE), f"{AT_WORK} AND attention > 0"),
    (
        "cases_resolved",
        ("practice", "resolved_at", "case_id", "owner", "secondary_paid", "at_risk", "resolution"),
        "resolution IS NOT NULL",
    ),
    ("cases_changed", ("practice", "changed_at"), ""),
)
"""Name, columns and, for an index of some rows only, which."""


def upgrade() -> None:
    """Add the columns, fill them as well as the rows allow, then the indexes."""
    for column in _columns():
        op.add_column("cases", column)
    op.execute(
        "UPDATE cases SET must_by = COALESCE(closed_at, listed_due), late_at = COALESCE(closed_at, listed_due), "
        "owed_since = opened_at, silent_since = opened_at, changed_at = as_of"
    )
    op.execute("UPDATE cases SET safe_by = must_by WHERE closed_at IS NOT NULL OR hold_state <> 'requested'")
    for name, columns, where in INDEXES:
        few = sa.text(where) if where else None
        op.create_index(name, "cases", list(columns), postgresql_where=few, sqlite_where=few)


def _columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("marks", sa.Text, nullable=False, server_default="------"),
        sa.Column("safe_by", MOMENT, nullable=False, server_default=LONG_AGO),
        sa.Column("must_by", MOMENT, nullable=False, server_default=LONG_AGO),
        sa.Column("late_at", MOMENT, nullable=False, server_default=LONG_AGO),
        sa.Column("must_why", sa.Text, nullable=False, server_default="clock"),
        sa.Column("must_clock", sa.Text),
        sa.Column("must_since", MOMENT),
        sa.Column("must_moved", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("hold_review_by", MOMENT),
        sa.Column("hold_breaches", sa.Integer, nullable=False, server_default="0"),
        sa.Column("placed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("posting_mismatch", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("secondary_paid", sa.BigInteger),
        sa.Column("payer_name", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("provider_state", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("owed_since", MOMENT, nullable=False, server_default=LONG_AGO),
        sa.Column("silent_since", MOMENT, nullable=False, server_default=LONG_AGO),
        sa.Column("last_word", sa.LargeBinary),
        sa.Column("last_word_by", sa.Text),
        sa.Column("patient", sa.LargeBinary),
        sa.Column("found_by", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("changed_at", MOMENT, nullable=False, server_default=LONG_AGO),
    )
