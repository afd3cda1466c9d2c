"""Facts, money and identifiers as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from cli.case_page import NOTHING, PARTLY, PROVEN, mark
from journey.case import Proof
from journey.facts import Fact
from journey.telling import told
from journey.words import Grade, Hop, Party
from journey.writing import Calendar, dollars, masked

KINDS = get_args(get_args(Fact)[0])
NOW = datetime(2026, 3, 12, 3, 30, tzinfo=UTC)
SECRET = "X900077"
NEEDED: dict[str, Any] = {
    "claim_status": "1",
    "charge": 100,
    "paid": 50,
    "layer": "999",
    "accepted": True,
    "category": "A2",
    "submission_id": "s",
    "reason": "WO",
    "amount": 100,
    "problems": ("subscriber date of birth: add it",),
    "order": 2,
    "version": 3,
    "open_balance": 1,
    "patient_balance": 1,
    "corrects": "claim_data",
    "act": "taken",
    "person": "Dana",
    "decision": "close",
    "key": "k",
    "succeeded": False,
    "clock": "T1",
    "level": "soft",
    "due": NOW,
    "name": "facts",
    "digest": "d",
    "problem": "p",
    "from_version": "1",
    "to_version": "2",
    "approved_by": "Dana",
}
CONFIDENTIAL = (
    *("before", "after", "corrected_member_id", "corrected_member_name", "payer_claim_number", "original_claim_number"),
    *("member_id", "note", "trace", "reference"),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_fact_has_words_that_name_no_patient(kind: Any) -> None:
    """A new kind of fact cannot be forgotten, and no line tells what may name a patient."""
    given = {name: value for name, value in NEEDED.items() if name in kind.model_fields}
    given |= {name: SECRET for name in CONFIDENTIAL if name in kind.model_fields}
    fact = kind(fact_id="f", happened_at=NOW, learnt_at=NOW, sender=Party.SECONDARY, **given)
    words = told(fact)
    assert words
    assert words != fact.kind.replace("_", " ")
    assert SECRET not in words


@pytest.mark.parametrize(
    ("proof", "shown"),
    [
        (Proof(hop=Hop.RECEIVED), NOTHING),
        (Proof(hop=Hop.RECEIVED, grade=Grade.STATED, supports=("f",)), PARTLY),
        (Proof(hop=Hop.RECEIVED, grade=Grade.TRANSACTED, supports=("f",), proven=True), PROVEN),
    ],
)
def test_the_mark_of_a_proof(proof: Proof, shown: str) -> None:
    """Three marks: nothing heard, not enough, proven."""
    assert mark(proof) == shown


def test_days_are_the_providers() -> None:
    """An early morning in UTC is the evening before in New York; what is written without a zone is meant there."""
    calendar = Calendar(ZoneInfo("America/New_York"))
    assert calendar.day(NOW) == "11 Mar 2026"
    assert calendar.minute(NOW) == "11 Mar 2026 23:30"
    assert calendar.day(date(2026, 3, 12)) == "12 Mar 2026"
    assert calendar.moment(datetime(2026, 3, 11, 23, 30)) == NOW  # noqa: DTZ001  a person writes no zone


def test_money_and_masks() -> None:
    """Cents become dollars; an identifier keeps a third at the most, and four characters."""
    assert dollars(-123456) == "-$1,234.56"
    assert dollars(None) == "–"
    assert masked("CT10000177") == "…177"
    assert masked("AB") == "…"
    assert masked("X" * 30) == "…XXXX"
