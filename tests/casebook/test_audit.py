from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from casebook.audit import Rule, audit
from casebook.chain import EvidenceEntry
from casebook.opening import Casebook
from casebook.quarantine import set_aside
from casebook.record import record
from casebook.register import KeyKind, begin_file, finish_file, park
from journey.case import Case, Hold, Holder, HoldState, Money
from journey.facts import (
    ClaimAcknowledged,
    ContactLogged,
    Fact,
    RemitAdjudicated,
    Said,
    SecondarySubmitted,
    StatusAnswered,
    SyntaxAcknowledged,
)
from journey.words import Party, Resolution, Switch

MakeCase = Callable[..., Case]
DAY = datetime(2026, 3, 1, tzinfo=UTC)
OWED = Money(charge=100_000, ledger_patient_balance=5_000)


def breaches(book: Casebook, now: datetime) -> list[tuple[Rule, str]]:
    """What an audit finds: rule and case."""
    return [(each.rule, each.subject) for each in audit(book, now).violations]


def write(book: Casebook, case: Case, *entries: EvidenceEntry) -> None:
    """Write one turn."""
    with book.writing() as tx:
        record(tx, case, "", entries)


def test_a_casebook_in_order_has_no_breaches(book: Casebook, a_case: MakeCase, an_entry: Any, noon: datetime) -> None:
    """Open, closed and resolved cases that keep the rules are not reported; what was looked at is."""
    write(book, a_case("open"), an_entry())
    write(book, a_case("closed", closed_at=noon, due=None, holder=None))
    held = Hold(state=HoldState.REQUESTED, wanted=(Switch.STATEMENTS,))
    write(book, a_case("held", hold=held, money=OWED))
    write(book, a_case("owing", money=OWED, resolution=Resolution.PAID_PATIENT_OWES))
    found = audit(book, noon)
    assert found.violations == ()
    assert set(found.counts.values()) == {0}
    assert (found.looked_at["cases"], found.looked_at["open_cases"], found.looked_at["entries"]) == (4, 3, 1)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (Rule.NO_CLOCK, {"due": None}),
        (Rule.NO_HOLDER, {"holder": None}),
        (Rule.NO_PENDING_ACTION, {"holder": Holder(party=Party.SECONDARY, pending_action="", since=DAY, by=DAY)}),
        (Rule.OVERDUE, {"due": DAY}),
        (Rule.NO_HOLD, {"money": OWED}),
        (Rule.NO_HOLD, {"hold": Hold(wanted=(Switch.STATEMENTS,))}),
    ],
)
def test_a_case_that_breaks_a_rule_is_named(
    book: Casebook, a_case: MakeCase, noon: datetime, rule: Rule, wrong: dict[str, Any]
) -> None:
    """I1 and I3, each on a case that is right in every other way."""
    write(book, a_case("right"))
    write(book, a_case("wrong", **wrong))
    assert breaches(book, noon) == [(rule, "wrong")]
    assert audit(book, noon).counts[rule] == 1


def test_an_alarm_may_be_as_late_as_tolerated(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """A clock that just rang is being dealt with."""
    write(book, a_case(due=noon - timedelta(minutes=59)))
    assert breaches(book, noon) == []
    assert breaches(book, noon + timedelta(minutes=2)) == [(Rule.OVERDUE, "case-1")]


def sent(noon: datetime, hours: int, submission_id: str, frequency: Any = "1") -> Fact:
    """A secondary claim that went out."""
    at = noon + timedelta(hours=hours)
    name = f"sent-{submission_id}-{hours}"
    return SecondarySubmitted(
        fact_id=name, happened_at=at, learnt_at=at, submission_id=submission_id, frequency=frequency
    )


def answer(kind: type[Any], noon: datetime, hours: int, **said: Any) -> Fact:
    """What somebody answered."""
    at = noon + timedelta(hours=hours)
    fact: Fact = kind(fact_id=f"answer-{hours}", happened_at=at, learnt_at=at, **said)
    return fact


def heard(book: Casebook, a_case: MakeCase, an_entry: Any, *facts: Fact) -> None:
    """Write a case that heard these facts."""
    write(book, a_case(), *(an_entry(fact=each) for each in facts))


def test_two_first_claims_alive_are_found(book: Casebook, a_case: MakeCase, an_entry: Any, noon: datetime) -> None:
    """A second first-time claim while nothing was heard of the first is a duplicate (I2)."""
    accepted = answer(ClaimAcknowledged, noon, 2, category="A2", accepted=True)
    heard(book, a_case, an_entry, sent(noon, 1, "one"), accepted, sent(noon, 3, "two"))
    assert breaches(book, noon) == [(Rule.TWO_FIRST_CLAIMS, "case-1")]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (SyntaxAcknowledged, {"layer": "999", "accepted": False}),
        (ClaimAcknowledged, {"category": "A7", "accepted": False}),
        (StatusAnswered, {"category": "D0"}),
        (StatusAnswered, {"category": "F2"}),
        (ContactLogged, {"says": Said.NO_RECORD}),
        (RemitAdjudicated, {"payer": Party.SECONDARY, "claim_status": "4", "charge": 1, "paid": 0}),
    ],
)
def test_a_claim_that_met_its_end_may_be_followed(
    book: Casebook, a_case: MakeCase, an_entry: Any, noon: datetime, kind: type[Any], said: dict[str, Any]
) -> None:
    """Rejected, not found or decided: the next first-time claim is no duplicate, however late we learnt of it."""
    heard(book, a_case, an_entry, sent(noon, 1, "one"), sent(noon, 3, "two"), answer(kind, noon, 2, **said))
    assert breaches(book, noon) == []


def test_replacements_and_repeats_are_no_second_claim(
    book: Casebook, a_case: MakeCase, an_entry: Any, noon: datetime
) -> None:
    """A frequency 7, and the same submission heard twice, are not first-time claims."""
    heard(book, a_case, an_entry, sent(noon, 1, "one"), sent(noon, 2, "one"), sent(noon, 3, "two", "7"))
    assert breaches(book, noon) == []


def test_a_file_that_was_never_finished_is_named(book: Casebook, noon: datetime) -> None:
    """A claim could be lost in it (I8); one that is being read is given its time."""
    with book.writing() as tx:
        for digest, hours in (("stuck", -2), ("reading", 0), ("done", -2)):
            begin_file(tx, digest, "lakeside", size=1, received_at=noon + timedelta(hours=hours))
        finish_file(tx, "done", finished_at=noon, counts={})
    assert breaches(book, noon) == [(Rule.FILE_UNFINISHED, "stuck")]


def test_broken_evidence_is_named(book: Casebook, a_case: MakeCase, an_entry: Any, noon: datetime) -> None:
    """Evidence that is not what was written is reported with the place, unless chains are left out."""
    write(book, a_case(), an_entry())
    write(book, a_case("case-2"), an_entry())
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET entries = 2 WHERE case_id = 'case-2'"))
    [found] = audit(book, noon).violations
    assert (found.rule, found.subject) == (Rule.CHAIN_BROKEN, "case-2")
    assert "entry 2" in found.says
    assert audit(book, noon, chains=False).violations == ()


def test_what_waits_is_counted(book: Casebook, noon: datetime) -> None:
    """Parked facts and quarantined items are no breach, and are not forgotten either."""
    key = (KeyKind.CLAIM_NUMBER, "7")
    with book.writing() as tx:
        begin_file(tx, "d1", "lakeside", size=1, received_at=noon)
        park(tx, "fact-1", kind="835", practice="lakeside", key=key, body=b"", reason="no case", at=noon)
        set_aside(tx, digest="d1", practice="lakeside", place="1", reasons=[], raw=b"", at=noon)
    found = audit(book, noon)
    assert (found.looked_at["files"], found.looked_at["parked_facts"], found.looked_at["quarantined"]) == (1, 1, 1)
