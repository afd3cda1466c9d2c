"""Figures of each case for insights.

Rows of cases that are there already hold what the worklist knows; their dates come with the case's next turn.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)
KNOWN = (
    "practice", "case_id", "payer_id", "payer_name", "hop", "break_mode", "owner", "at_risk", "owed_since", "late_at",
    "filing_limit", "resolution", "resolved_at",
)  # fmt: skip

INDEXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("figures_open", ("practice", "is_open", "payer_id", "hop", "break_mode", "owed_since", "late_at", "at_risk")),
    ("figures_owned", ("practice", "is_open", "owner", "payer_id", "late_at", "at_risk")),
    ("figures_held", ("practice", "is_open", "payer_id", "patient_balance", "hold_verified", "vague")),
    ("figures_filing", ("practice", "is_open", "filing_limit", "payer_id", "hop", "at_risk")),
    ("figures_begun", ("practice", "payer_id", "owed_since", "share")),
)
FEW_INDEXES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("figures_promised", ("practice", "payer_id", "crossover_days", "sent_by_hand", "promised_on"), "promised_on"),
    ("figures_sent", ("practice", "payer_id", "sent_at", "first_answer"), "sent_at"),
    ("figures_found", ("practice", "first_found", "found_days", "found_at", "payer_id"), "found_at"),
    ("figures_took", ("practice", "first_found", "resolved_days", "resolved_at", "payer_id"), "resolved_at"),
    ("figures_resolved", ("practice", "payer_id", "resolved_at", "paid"), "resolved_at"),
    ("figures_breached", ("practice", "payer_id", "breached_at"), "breached_at"),
    ("figures_saved", ("practice", "payer_id", "filing_at", "filing", "share"), "filing_at"),
    ("figures_answered", ("practice", "answered_at", "payer_id", "owner"), "answered_at"),
)


def upgrade() -> None:
    """Create the table, and fill it as well as the worklist's rows allow."""
    _table()
    for name, columns in INDEXES:
        op.create_index(name, "case_figures", list(columns))
    for name, columns, there in FEW_INDEXES:
        some = sa.text(f"{there} IS NOT NULL")
        op.create_index(name, "case_figures", list(columns), postgresql_where=some, sqlite_where=some)
    known = ", ".join(KNOWN)
    op.execute(
        f"INSERT INTO case_figures ({known}, is_open, share, paid, patient_balance, hold_verified, hop_since, late, "
        f"sent_by_hand, breaches, vague) SELECT {known}, closed_at IS NULL AND resolution IS NULL, "
        "COALESCE(primary_share, 0), COALESCE(secondary_paid, 0), COALESCE(patient_balance, 0), "
        "hold_state = 'verified', owed_since, FALSE, FALSE, hold_breaches, 0 FROM cases"
    )


def _table() -> None:
    op.create_table(
        "case_figures",
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("payer_id", sa.Text, nullable=False),
        sa.Column("payer_name", sa.Text, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("hop", sa.Text),
        sa.Column("break_mode", sa.Text),
        sa.Column("owner", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("at_risk", "share", "paid", "patient_balance")),
        sa.Column("hold_verified", sa.Boolean, nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("owed_since", "late_at", "hop_since")),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("filing_limit", sa.Date),
        sa.Column("promised_on", sa.Date),
        sa.Column("crossover_days", sa.Integer),
        sa.Column("sent_by_hand", sa.Boolean, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("first_answer", sa.Text),
        sa.Column("first_found", sa.Text),
        sa.Column("found_at", MOMENT),
        sa.Column("found_days", sa.Integer),
        sa.Column("resolution", sa.Text),
        sa.Column("resolved_at", MOMENT),
        sa.Column("resolved_days", sa.Integer),
        sa.Column("breaches", sa.Integer, nullable=False),
        sa.Column("breached_at", MOMENT),
        sa.Column("filing", sa.Text),
        sa.Column("filing_at", MOMENT),
        sa.Column("vague", sa.Integer, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.PrimaryKeyConstraint("practice", "case_id"),
        sqlite_with_rowid=False,
    )
