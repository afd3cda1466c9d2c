"""The tables. What names a person is sealed or blind; what lists, sums and alarms need is plain.

Money is integer cents, moments are UTC, no text has a length that could refuse a fact. `migrations` creates the same
tables; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """A moment in UTC on databases with and without time zones; comes back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware in, UTC out; a naive moment is refused, since nobody can say what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


METADATA = MetaData()

_LONG_AGO = "1970-01-01 00:00:00+00:00"
"""Stands in rows that were written before a column was there, until the case's next turn."""

WORKLIST_COLUMNS = (
    "practice", "safe_by", "case_id", "hop", "break_mode", "break_state", "holder", "payer_id", "escalation",
    "hold_state", "owner", "owed_since", "at_risk", "silent_since", "late_at", "filing_limit", "hold_review_by",
    "attention", "posting_mismatch", "closed_at", "resolution",
)  # fmt: skip
"""What lists are filtered and grouped by: in one index, so that 100,000 rows are not read for it."""

CASES = Table(
    "cases",
    METADATA,
    Column("case_id", Text, primary_key=True),
    Column("practice", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("as_of", Utc, nullable=False),
    Column("plan_version", Text, nullable=False),
    Column("payer_id", Text, nullable=False),
    Column("payer_class", Text, nullable=False),
    Column("hop", Text),
    Column("break_mode", Text),
    Column("break_state", Text),
    Column("break_reason", LargeBinary),
    Column("found_modes", Text, nullable=False),
    Column("holder", Text),
    Column("pending_action", LargeBinary),
    Column("holder_since", Utc),
    Column("holder_by", Utc),
    Column("next_clock", Text),
    Column("next_due", Utc),
    Column("listed_due", Utc, nullable=False),
    Column("filing_limit", Date),
    Column("filing_assumed", Boolean, nullable=False),
    Column("hold_state", Text, nullable=False),
    Column("hold_wanted", Boolean, nullable=False),
    Column("hold_verified_at", Utc),
    Column("at_risk", BigInteger, nullable=False),
    Column("primary_share", BigInteger),
    Column("expected_balance", BigInteger),
    Column("ledger_balance", BigInteger),
    Column("patient_balance", BigInteger),
    Column("vague_answers", Integer, nullable=False),
    Column("attention", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("escalation", Text),
    Column("rung", Text),
    Column("resolution", Text),
    Column("resolved_at", Utc),
    Column("closed_at", Utc),
    Column("sentence", LargeBinary, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("head", Text, nullable=False),
    Column("marks", Text, nullable=False, server_default="------"),
    Column("safe_by", Utc, nullable=False, server_default=_LONG_AGO),
    Column("must_by", Utc, nullable=False, server_default=_LONG_AGO),
    Column("late_at", Utc, nullable=False, server_default=_LONG_AGO),
    Column("must_why", Text, nullable=False, server_default="clock"),
    Column("must_clock", Text),
    Column("must_since", Utc),
    Column("must_moved", Boolean, nullable=False, server_default=false()),
    Column("hold_review_by", Utc),
    Column("hold_breaches", Integer, nullable=False, server_default="0"),
    Column("placed", Boolean, nullable=False, server_default=false()),
    Column("posting_mismatch", Boolean, nullable=False, server_default=false()),
    Column("secondary_paid", BigInteger),
    Column("payer_name", Text, nullable=False, server_default=text("''")),
    Column("provider_state", Text, nullable=False, server_default=text("''")),
    Column("owed_since", Utc, nullable=False, server_default=_LONG_AGO),
    Column("silent_since", Utc, nullable=False, server_default=_LONG_AGO),
    Column("last_word", LargeBinary),
    Column("last_word_by", Text),
    Column("patient", LargeBinary),
    Column("found_by", Text, nullable=False, server_default=text("''")),
    Column("changed_at", Utc, nullable=False, server_default=_LONG_AGO),
)
"""The worklist: one row per case.

`entries` and `head` are the length and last hash of its evidence chain. `listed_due` is `next_due`, or a moment
before all others: a case without a clock is an alarm and heads the list, and databases differ on where NULL sorts.
`safe_by` and `must_by` are explained in `safe_date`, the other columns of the pages in `listed`. `found_by` is the
blind digest of what the search index knows the case by; `changed_at` is the wall clock's, whatever the tempo.
"""

_OPEN = text("closed_at IS NULL")
for _name, _columns in (
    ("cases_due", ("listed_due", "case_id")),
    ("cases_practice_due", ("practice", "listed_due", "case_id")),
    ("cases_owner_due", ("owner", "listed_due", "case_id")),
):
    Index(_name, *(CASES.c[each] for each in _columns), postgresql_where=_OPEN, sqlite_where=_OPEN)

_AT_WORK = "closed_at IS NULL AND resolution IS NULL"
_SAFE = ("practice", "safe_by", "case_id")
_DONE = ("closed_at", "resolution")
"""Empty in these indexes, but conditions name them: without them SQLite would read every row as well."""
_INDEXES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("cases_safe", WORKLIST_COLUMNS, _AT_WORK),
    ("cases_owner_safe", ("practice", "owner", "safe_by", "case_id", *_DONE), _AT_WORK),
    ("cases_payer_safe", ("practice", "payer_id", "safe_by", "case_id", "at_risk", *_DONE), _AT_WORK),
    ("cases_late", ("practice", "late_at", "at_risk", *_DONE), _AT_WORK),
    ("cases_silent", ("practice", "silent_since", "at_risk", *_DONE), _AT_WORK),
    ("cases_filing", ("practice", "filing_limit", "hop", *_DONE), _AT_WORK),
    ("cases_review", ("practice", "hold_review_by", "hold_state", *_DONE), _AT_WORK),
    ("cases_unverified", (*_SAFE, "hold_state", *_DONE), f"{_AT_WORK} AND hold_state = 'requested'"),
    ("cases_contradicted", (*_SAFE, "break_state", *_DONE), f"{_AT_WORK} AND break_state = 'contradicted'"),
    ("cases_mismatch", (*_SAFE, "posting_mismatch", *_DONE), f"{_AT_WORK} AND posting_mismatch"),
    ("cases_attention", (*_SAFE, "attention", *_DONE), f"{_AT_WORK} AND attention > 0"),
    (
        "cases_resolved",
        ("practice", "resolved_at", "case_id", "owner", "secondary_paid", "at_risk", "resolution"),
        "resolution IS NOT NULL",
    ),
    ("cases_changed", ("practice", "changed_at"), ""),
)
for _name, _among, _where in _INDEXES:
    _few = text(_where) if _where else None
    Index(_name, *(CASES.c[each] for each in _among), postgresql_where=_few, sqlite_where=_few)

CASE_STATES = Table(
    "case_states",
    METADATA,
    Column("case_id", ForeignKey("cases.case_id"), primary_key=True),
    Column("state", LargeBinary, nullable=False),
)
"""The whole case, sealed; beside the worklist so that lists and sums do not read it."""

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("case_id", ForeignKey("cases.case_id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fact_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("happened_at", Utc, nullable=False),
    Column("learnt_at", Utc, nullable=False),
    Column("sender", Text, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("applied", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "seq"),
    UniqueConstraint("case_id", "fact_id", "revision", "applied", name="evidence_once"),
    Index("evidence_kind", "kind", "case_id"),
)
"""What was heard and why it counted: append-only by trigger, hash-chained per case."""

CLAIM_KEYS = Table(
    "claim_keys",
    METADATA,
    Column("practice", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("blind", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    PrimaryKeyConstraint("practice", "kind", "blind", "case_id"),
)
"""Which cases a claim number, payer claim number or trace belongs to."""

SUBMISSIONS = Table(
    "submissions",
    METADATA,
    Column("submission_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("action_key", Text, nullable=False, unique=True),
    Column("interchange", BigInteger, nullable=False, index=True),
    Column("functional_group", BigInteger, nullable=False, index=True),
    Column("transaction_set", BigInteger, nullable=False),
    Column("frequency", Text, nullable=False),
    Column("written_at", Utc, nullable=False),
)
"""Secondary claims that we wrote, with the control numbers that their acknowledgements return."""

QUESTIONS = Table(
    "questions",
    METADATA,
    Column("question_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("action_key", Text, nullable=False, unique=True),
    Column("searched_by", Text, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("interchange", BigInteger, index=True),
    Column("functional_group", BigInteger),
    Column("transaction_set", BigInteger),
)
"""Status questions that we asked, numbered in the same series as claims; the id returns as the trace of the answer."""

SENT_CLAIMS = Table(
    "sent_claims",
    METADATA,
    Column("practice", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("blind", Text, nullable=False),
    Column("digest", ForeignKey("intake_files.digest"), nullable=False),
    Column("submission_id", Text, nullable=False, index=True),
    Column("case_id", Text),
    Column("sender", Text, nullable=False),
    Column("written_at", Utc, nullable=False),
    PrimaryKeyConstraint("practice", "kind", "blind", "digest", "submission_id"),
)
"""Which of the provider's own claims left under an interchange, group, set or batch number, as read from its 837.

`submission_id` is empty on the row that says only that a file bore the number; `case_id` comes with the claim's case.
"""

CONTROL_NUMBERS = Table(
    "control_numbers",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
"""The last number given out per series."""

INTAKE_FILES = Table(
    "intake_files",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("practice", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("bytes", BigInteger, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("counts", JSON, nullable=False),
)
"""Every file that arrived, by the digest of its content, and what became of its claims."""

INTERCHANGES = Table(
    "interchanges",
    METADATA,
    Column("practice", Text, nullable=False),
    Column("blind", Text, nullable=False),
    Column("digest", ForeignKey("intake_files.digest"), nullable=False),
    PrimaryKeyConstraint("practice", "blind", "digest"),
)
"""Which files carried an interchange (sender and control number, blind)."""

INTAKE_FACTS = Table(
    "intake_facts",
    METADATA,
    Column("fact_id", Text, primary_key=True),
    Column("digest", ForeignKey("intake_files.digest")),
    Column("practice", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("blind", Text),
    Column("body", LargeBinary),
    Column("reason", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Index(
        "intake_facts_parked",
        "blind",
        postgresql_where=text("blind IS NOT NULL"),
        sqlite_where=text("blind IS NOT NULL"),
    ),
)
"""What became of each fact read from a file.

The body is kept, sealed, only while no case has the fact, or while cases that open later may share it.
"""

INTAKE_DELIVERIES = Table(
    "intake_deliveries",
    METADATA,
    Column("fact_id", ForeignKey("intake_facts.fact_id"), nullable=False),
    Column("case_id", Text, nullable=False),
    Column("at", Utc, nullable=False),
    PrimaryKeyConstraint("fact_id", "case_id"),
)
"""Which cases have a fact: most facts concern one, a refused batch or an eligibility answer concerns several."""

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("item_id", Text, primary_key=True),
    Column("digest", ForeignKey("intake_files.digest"), nullable=False),
    Column("practice", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
"""Claims and files that could not be read: where, why, and the bytes, sealed."""

CURSORS = Table(
    "cursors",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""How far a reader of an outside feed has come."""

DISCLOSURES = Table(
    "disclosures",
    METADATA,
    Column("disclosure_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("at", Utc, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("reader", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""Which packets were made of which case, by whom and for whom: append-only by trigger."""
