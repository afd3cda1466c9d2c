"""The tables behind the pages: who may sign in, who looked at what, what waits to be said, which plan was approved.

Of secrets only digests are kept: whoever copies the database can use none of them.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from casebook.tables import METADATA, Utc

__all__ = (
    "ACCESSES",
    "CASE_FIGURES",
    "DELIVERIES",
    "HOOKS",
    "INCIDENTS",
    "INCIDENT_CASES",
    "METADATA",
    "OUTBOX",
    "PLANS",
    "REPEATS",
    "SEARCH_KEYS",
    "SESSIONS",
    "TOKENS",
    "USERS",
)

USERS = Table(
    "users",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("practice", Text, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("shown_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("subject", Text, unique=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Utc),
    Column("created_at", Utc, nullable=False),
    Column("disabled_at", Utc),
)
"""People and services that may sign in. `subject` is the identity provider's name of a person, blind."""

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False, index=True),
    Column("form_token", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("used_at", Utc, nullable=False),
    Column("ended_at", Utc),
)
"""Who is signed in, by the digest of what the browser holds."""

TOKENS = Table(
    "api_tokens",
    METADATA,
    Column("token_id", Text, primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False, index=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Column("revoked_at", Utc),
)
"""Keys of other systems, shown once when they are made."""

ACCESSES = Table(
    "accesses",
    METADATA,
    Column("access_id", Text, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("user_id", Text, nullable=False, index=True),
    Column("practice", Text, nullable=False),
    Column("case_id", Text, index=True),
    Column("what", Text, nullable=False),
    Column("cases", Integer, nullable=False),
    Index("accesses_at", "practice", "at"),
)
"""Every view of a person's data: append-only by trigger. `cases` is how many a list or an export showed."""

SEARCH_KEYS = Table(
    "search_keys",
    METADATA,
    Column("practice", Text, nullable=False),
    Column("blind", Text, nullable=False),
    Column("case_id", Text, nullable=False, index=True),
    PrimaryKeyConstraint("practice", "blind", "case_id"),
)
"""By which names, numbers and ids people find a case: keyed digests, nothing readable."""

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("fact_id", Text, nullable=False),
    Column("practice", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("user_id", Text, nullable=False, index=True),
    Column("message", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("said_at", Utc, nullable=False),
    Column("tried_at", Utc),
    Column("tries", Integer, nullable=False),
    Column("answered_at", Utc),
    Column("answer", LargeBinary),
    PrimaryKeyConstraint("case_id", "fact_id"),
    Index("outbox_state", "state", "said_at"),
)
"""What people said while the engine was away: it is told when the engine is back, once in effect."""

PLANS = Table(
    "plans",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    Column("practice", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("based_on", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Utc, nullable=False),
    Column("preview", JSON),
    Column("decided_by", Text),
    Column("decided_at", Utc),
    Column("decision_reason", Text),
    Column("replanned", Integer, nullable=False),
    Column("replan_problem", Text, nullable=False),
    Index("plans_state", "practice", "state", "decided_at"),
)
"""Plan changes: proposed, shown on the last 30 days, approved by a second person, put in force.

`based_on` is the version that a change was made on. `replanned` counts the open cases that were told of it so far, and
`replan_problem` says why that does not go on, while it does not."""

INCIDENTS = Table(
    "incidents",
    METADATA,
    Column("incident_id", Text, primary_key=True),
    Column("practice", Text, nullable=False),
    Column("payer_id", Text, nullable=False),
    Column("hop", Text, nullable=False),
    Column("declared_by", Text, nullable=False),
    Column("declared_at", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    Column("undone_by", Text),
    Column("undone_at", Utc),
    Column("undone_reason", Text),
    Index("incidents_practice", "practice", "declared_at"),
)
"""Outages of a payer at a hop, decided on once for all cases that are stuck there; the decision can be undone."""

INCIDENT_CASES = Table(
    "incident_cases",
    METADATA,
    Column("incident_id", ForeignKey("incidents.incident_id"), nullable=False),
    Column("case_id", Text, nullable=False),
    Column("at_risk", BigInteger, nullable=False),
    Column("until", Date),
    Column("fact_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("problem", LargeBinary),
    Column("undo_id", Text, nullable=False),
    Column("undo_state", Text, nullable=False),
    Column("undo_problem", LargeBinary),
    PrimaryKeyConstraint("incident_id", "case_id"),
    Index("incident_cases_case", "case_id"),
)
"""What became of an incident's decision in each of its cases, and of taking it back.

The ids of both decisions are fixed beforehand, so that saying one twice changes nothing.
"""

CASE_FIGURES = Table(
    "case_figures",
    METADATA,
    Column("practice", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("payer_id", Text, nullable=False),
    Column("payer_name", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("hop", Text),
    Column("break_mode", Text),
    Column("owner", Text, nullable=False),
    Column("at_risk", BigInteger, nullable=False),
    Column("share", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("patient_balance", BigInteger, nullable=False),
    Column("hold_verified", Boolean, nullable=False),
    Column("owed_since", Utc, nullable=False),
    Column("late_at", Utc, nullable=False),
    Column("hop_since", Utc, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("filing_limit", Date),
    Column("promised_on", Date),
    Column("crossover_days", Integer),
    Column("sent_by_hand", Boolean, nullable=False),
    Column("sent_at", Utc),
    Column("first_answer", Text),
    Column("first_found", Text),
    Column("found_at", Utc),
    Column("found_days", Integer),
    Column("resolution", Text),
    Column("resolved_at", Utc),
    Column("resolved_days", Integer),
    Column("breaches", Integer, nullable=False),
    Column("breached_at", Utc),
    Column("filing", Text),
    Column("filing_at", Utc),
    Column("vague", Integer, nullable=False),
    Column("answered_at", Utc),
    PrimaryKeyConstraint("practice", "case_id"),
    sqlite_with_rowid=False,
)
"""One narrow row per case for sums over all of them (`insights_figures`): plain dates and numbers, nothing readable."""

_FIGURES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("figures_open", ("practice", "is_open", "payer_id", "hop", "break_mode", "owed_since", "late_at", "at_risk")),
    ("figures_owned", ("practice", "is_open", "owner", "payer_id", "late_at", "at_risk")),
    ("figures_held", ("practice", "is_open", "payer_id", "patient_balance", "hold_verified", "vague")),
    ("figures_filing", ("practice", "is_open", "filing_limit", "payer_id", "hop", "at_risk")),
    ("figures_begun", ("practice", "payer_id", "owed_since", "share")),
)
_FEW_FIGURES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("figures_promised", ("practice", "payer_id", "crossover_days", "sent_by_hand", "promised_on"), "promised_on"),
    ("figures_sent", ("practice", "payer_id", "sent_at", "first_answer"), "sent_at"),
    ("figures_found", ("practice", "first_found", "found_days", "found_at", "payer_id"), "found_at"),
    ("figures_took", ("practice", "first_found", "resolved_days", "resolved_at", "payer_id"), "resolved_at"),
    ("figures_resolved", ("practice", "payer_id", "resolved_at", "paid"), "resolved_at"),
    ("figures_breached", ("practice", "payer_id", "breached_at"), "breached_at"),
    ("figures_saved", ("practice", "payer_id", "filing_at", "filing", "share"), "filing_at"),
    ("figures_answered", ("practice", "answered_at", "payer_id", "owner"), "answered_at"),
)
for _name, _of in _FIGURES:
    Index(_name, *(CASE_FIGURES.c[each] for each in _of))
for _name, _of, _there in _FEW_FIGURES:
    _some = text(f"{_there} IS NOT NULL")
    Index(_name, *(CASE_FIGURES.c[each] for each in _of), postgresql_where=_some, sqlite_where=_some)

REPEATS = Table(
    "repeats",
    METADATA,
    Column("user_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    Column("at", Utc, nullable=False),
    PrimaryKeyConstraint("user_id", "key"),
)
"""What a request with an idempotency key was answered: a repeated one gets the same answer and does nothing."""

HOOKS = Table(
    "webhooks",
    METADATA,
    Column("hook_id", Text, primary_key=True),
    Column("practice", Text, nullable=False),
    Column("url", LargeBinary, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("events", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("disabled_at", Utc),
)
"""Where other systems want to be told of changes."""

DELIVERIES = Table(
    "webhook_deliveries",
    METADATA,
    Column("delivery_id", Text, primary_key=True),
    Column("hook_id", ForeignKey("webhooks.hook_id"), nullable=False, index=True),
    Column("case_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Utc, nullable=False),
    Column("last_problem", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    UniqueConstraint("hook_id", "case_id", "revision", "event", name="delivered_once"),
    Index("webhook_deliveries_due", "state", "next_at"),
)
"""What each of them was told, or is still to be told."""
