"""The first tables, and the triggers that keep evidence append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("closed_at IS NULL")
PARKED = sa.text("blind IS NOT NULL")


def upgrade() -> None:
    """Create everything."""
    _cases()
    _evidence()
    _claim_register()
    _intake()
    _parked_and_quarantined()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_on_postgresql()
    else:
        _append_only_on_sqlite()


def _cases() -> None:
    op.create_table("cases", *_identity(), *_standing(), *_money(), *_work(), *_chain())
    for name, first in (("cases_due", []), ("cases_practice_due", ["practice"]), ("cases_owner_due", ["owner"])):
        columns = [*first, "listed_due", "case_id"]
        op.create_index(name, "cases", columns, postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_table(
        "case_states",
        sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )


def _identity() -> list[sa.Column[object]]:
    return [
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("plan_version", sa.Text, nullable=False),
        sa.Column("payer_id", sa.Text, nullable=False),
        sa.Column("payer_class", sa.Text, nullable=False),
    ]


def _standing() -> list[sa.Column[object]]:
    return [
        sa.Column("hop", sa.Text),
        sa.Column("break_mode", sa.Text),
        sa.Column("break_state", sa.Text),
        sa.Column("break_reason", sa.LargeBinary),
        sa.Column("found_modes", sa.Text, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("pending_action", sa.LargeBinary),
        sa.Column("holder_since", MOMENT),
        sa.Column("holder_by", MOMENT),
        sa.Column("next_clock", sa.Text),
        sa.Column("next_due", MOMENT),
        sa.Column("listed_due", MOMENT, nullable=False),
        sa.Column("filing_limit", sa.Date),
        sa.Column("filing_assumed", sa.Boolean, nullable=False),
        sa.Column("hold_state", sa.Text, nullable=False),
        sa.Column("hold_wanted", sa.Boolean, nullable=False),
        sa.Column("hold_verified_at", MOMENT),
    ]


def _money() -> list[sa.Column[object]]:
    return [
        sa.Column("at_risk", sa.BigInteger, nullable=False),
        sa.Column("primary_share", sa.BigInteger),
        sa.Column("expected_balance", sa.BigInteger),
        sa.Column("ledger_balance", sa.BigInteger),
        sa.Column("patient_balance", sa.BigInteger),
    ]


def _work() -> list[sa.Column[object]]:
    return [
        sa.Column("vague_answers", sa.Integer, nullable=False),
        sa.Column("attention", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("escalation", sa.Text),
        sa.Column("rung", sa.Text),
        sa.Column("resolution", sa.Text),
        sa.Column("resolved_at", MOMENT),
        sa.Column("closed_at", MOMENT),
    ]


def _chain() -> list[sa.Column[object]]:
    return [
        sa.Column("sentence", sa.LargeBinary, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
    ]


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("fact_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("learnt_at", MOMENT, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("grade", sa.Integer, nullable=False),
        sa.Column("applied", sa.Boolean, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq"),
        sa.UniqueConstraint("case_id", "fact_id", "revision", "applied", name="evidence_once"),
    )
    op.create_index("evidence_kind", "evidence", ["kind", "case_id"])


def _claim_register() -> None:
    op.create_table(
        "claim_keys",
        sa.Column("practice", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("blind", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
    )
    op.create_table(
        "submissions",
        sa.Column("submission_id", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, nullable=False, index=True),
        sa.Column("action_key", sa.Text, nullable=False, unique=True),
        sa.Column("interchange", sa.BigInteger, nullable=False, index=True),
        sa.Column("functional_group", sa.BigInteger, nullable=False, index=True),
        sa.Column("transaction_set", sa.BigInteger, nullable=False),
        sa.Column("frequency", sa.Text, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
    )
    op.create_table(
        "questions",
        sa.Column("question_id", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, nullable=False, index=True),
        sa.Column("action_key", sa.Text, nullable=False, unique=True),
        sa.Column("searched_by", sa.Text, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
    )
    op.create_table(
        "control_numbers",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _intake() -> None:
    op.create_table(
        "intake_files",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("kinds", sa.Text, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_table(
        "interchanges",
        sa.Column("practice", sa.Text, primary_key=True),
        sa.Column("blind", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, sa.ForeignKey("intake_files.digest"), primary_key=True),
    )


def _parked_and_quarantined() -> None:
    op.create_table(
        "intake_facts",
        sa.Column("fact_id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, sa.ForeignKey("intake_files.digest")),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("blind", sa.Text),
        sa.Column("body", sa.LargeBinary),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("intake_facts_parked", "intake_facts", ["blind"], postgresql_where=PARKED, sqlite_where=PARKED)
    op.create_table(
        "quarantine",
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, sa.ForeignKey("intake_files.digest"), nullable=False),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def _append_only_on_sqlite() -> None:
    for when in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER evidence_no_{when.lower()} BEFORE {when} ON evidence "
            "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger above.
    op.execute(
        "CREATE TRIGGER evidence_no_replace BEFORE INSERT ON evidence "
        "WHEN EXISTS (SELECT 1 FROM evidence WHERE case_id = NEW.case_id AND (seq = NEW.seq OR "
        "fact_id = NEW.fact_id AND revision = NEW.revision AND applied = NEW.applied)) "
        "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
    )


def _append_only_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION evidence_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence "
        "FOR EACH STATEMENT EXECUTE FUNCTION evidence_is_append_only()"
    )
