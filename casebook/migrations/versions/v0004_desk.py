"""The people's side: users, sessions, tokens, who looked at what, search, outbox, plans, incidents, webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, and the triggers that keep the log of accesses append-only."""
    _people()
    _accesses()
    _search()
    _outbox()
    _plans()
    _incidents()
    _interfaces()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("shown_name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("subject", sa.Text, unique=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id"), nullable=False, index=True),
        sa.Column("form_token", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_table(
        "api_tokens",
        sa.Column("token_id", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id"), nullable=False, index=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
    )


def _accesses() -> None:
    op.create_table(
        "accesses",
        sa.Column("access_id", sa.Text, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False, index=True),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text, index=True),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Index("accesses_at", "practice", "at"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION accesses_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'accesses are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER accesses_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accesses "
            "FOR EACH STATEMENT EXECUTE FUNCTION accesses_are_append_only()"
        )
        return
    for when in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER accesses_no_{when.lower()} BEFORE {when} ON accesses "
            "BEGIN SELECT RAISE(ABORT, 'accesses are append-only'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger above.
    op.execute(
        "CREATE TRIGGER accesses_no_replace BEFORE INSERT ON accesses "
        "WHEN EXISTS (SELECT 1 FROM accesses WHERE access_id = NEW.access_id) "
        "BEGIN SELECT RAISE(ABORT, 'accesses are append-only'); END"
    )


def _search() -> None:
    op.create_table(
        "search_keys",
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("blind", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False, index=True),
        sa.PrimaryKeyConstraint("practice", "blind", "case_id"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("fact_id", sa.Text, nullable=False),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False, index=True),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("tried_at", MOMENT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("answer", sa.LargeBinary),
        sa.PrimaryKeyConstraint("case_id", "fact_id"),
        sa.Index("outbox_state", "state", "said_at"),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.Text, primary_key=True),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("based_on", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("preview", sa.JSON),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", MOMENT),
        sa.Column("decision_reason", sa.Text),
        sa.Column("replanned", sa.Integer, nullable=False),
        sa.Column("replan_problem", sa.Text, nullable=False),
        sa.Index("plans_state", "practice", "state", "decided_at"),
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.Text, primary_key=True),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("payer_id", sa.Text, nullable=False),
        sa.Column("hop", sa.Text, nullable=False),
        sa.Column("declared_by", sa.Text, nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("undone_by", sa.Text),
        sa.Column("undone_at", MOMENT),
        sa.Column("undone_reason", sa.Text),
        sa.Index("incidents_practice", "practice", "declared_at"),
    )
    op.create_table(
        "incident_cases",
        sa.Column("incident_id", sa.Text, sa.ForeignKey("incidents.incident_id"), nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("at_risk", sa.BigInteger, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("fact_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("problem", sa.LargeBinary),
        sa.Column("undo_id", sa.Text, nullable=False),
        sa.Column("undo_state", sa.Text, nullable=False),
        sa.Column("undo_problem", sa.LargeBinary),
        sa.PrimaryKeyConstraint("incident_id", "case_id"),
        sa.Index("incident_cases_case", "case_id"),
    )


def _interfaces() -> None:
    op.create_table(
        "repeats",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.LargeBinary),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    op.create_table(
        "webhooks",
        sa.Column("hook_id", sa.Text, primary_key=True),
        sa.Column("practice", sa.Text, nullable=False),
        sa.Column("url", sa.LargeBinary, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery_id", sa.Text, primary_key=True),
        sa.Column("hook_id", sa.Text, sa.ForeignKey("webhooks.hook_id"), nullable=False, index=True),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("last_problem", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.UniqueConstraint("hook_id", "case_id", "revision", "event", name="delivered_once"),
        sa.Index("webhook_deliveries_due", "state", "next_at"),
    )
