"""Facts that concern several cases, the provider's own claims by control number, and numbers for questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
SERIES = ("interchange", "functional_group", "transaction_set")


def upgrade() -> None:
    """Add tables and columns; who has which fact moves into a table of its own."""
    _deliveries()
    _sent_claims()
    _numbered_questions()


def _deliveries() -> None:
    op.create_table(
        "intake_deliveries",
        sa.Column("fact_id", sa.Text, sa.ForeignKey("intake_facts.fact_id"), primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.execute(
        "INSERT INTO intake_deliveries (fact_id, case_id, at) "
        "SELECT fact_id, case_id, at FROM intake_facts WHERE case_id IS NOT NULL"
    )
    op.drop_column("intake_facts", "case_id")


def _sent_claims() -> None:
    op.create_table(
        "sent_claims",
        sa.Column("practice", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("blind", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, sa.ForeignKey("intake_files.digest"), primary_key=True),
        sa.Column("submission_id", sa.Text, primary_key=True, index=True),
        sa.Column("case_id", sa.Text),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
    )


def _numbered_questions() -> None:
    """Questions get numbers of the same series as claims, those that were asked before among them."""
    for name in SERIES:
        op.add_column("questions", sa.Column(name, sa.BigInteger))
    op.create_index("ix_questions_interchange", "questions", ["interchange"])
    database = op.get_bind()
    asked = (
        database.execute(sa.text("SELECT question_id FROM questions ORDER BY asked_at, question_id")).scalars().all()
    )
    for name in SERIES if asked else ():
        told = database.execute(sa.text("SELECT last FROM control_numbers WHERE name = :name"), {"name": name})
        last = told.scalar() or 0
        database.execute(
            sa.text(f"UPDATE questions SET {name} = :number WHERE question_id = :id"),
            [{"number": number, "id": each} for number, each in enumerate(asked, last + 1)],
        )
        _count_on(database, name, last + len(asked))


def _count_on(database: sa.Connection, name: str, last: int) -> None:
    values = {"name": name, "last": last}
    counted = database.execute(sa.text("UPDATE control_numbers SET last = :last WHERE name = :name"), values)
    if not counted.rowcount:
        database.execute(sa.text("INSERT INTO control_numbers (name, last) VALUES (:name, :last)"), values)
