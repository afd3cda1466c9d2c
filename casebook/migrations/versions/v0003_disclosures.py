"""Which packets were made of which case, for whom; append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table, and the triggers that keep it append-only."""
    op.create_table(
        "disclosures",
        sa.Column("disclosure_id", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, nullable=False, index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        _append_only_on_postgresql()
    else:
        _append_only_on_sqlite()


def _append_only_on_sqlite() -> None:
    for when in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER disclosures_no_{when.lower()} BEFORE {when} ON disclosures "
            "BEGIN SELECT RAISE(ABORT, 'disclosures are append-only'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger above.
    op.execute(
        "CREATE TRIGGER disclosures_no_replace BEFORE INSERT ON disclosures "
        "WHEN EXISTS (SELECT 1 FROM disclosures WHERE disclosure_id = NEW.disclosure_id) "
        "BEGIN SELECT RAISE(ABORT, 'disclosures are append-only'); END"
    )


def _append_only_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION disclosures_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'disclosures are append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER disclosures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosures "
        "FOR EACH STATEMENT EXECUTE FUNCTION disclosures_are_append_only()"
    )
