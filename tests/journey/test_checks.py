"""What people may not tell a case: each refusal says why, and what to do instead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from journey.checks import refusal
from journey.facts import ContactLogged, CorrectionMade, HoldAsked, PersonActed, RemitAdjudicated, SupervisorDecided
from journey.words import Party


def said(journey: Any, kind: type[Any], **fields: Any) -> str:
    """Why the case refuses a fact, empty if it takes it."""
    base: dict[str, Any] = {"fact_id": "x", "happened_at": journey.now, "learnt_at": journey.now}
    return refusal(journey.case, kind(**(base | fields)), journey.plan, journey.now)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (ContactLogged, {"sender": Party.UNKNOWN}, "who was contacted"),
        (ContactLogged, {"sender": Party.BATON}, "who was contacted"),
        (PersonActed, {"act": "assigned", "person": " "}, "who acts"),
        (PersonActed, {"act": "taken", "person": "Dana", "escalation": "case:resubmission:9"}, "no such escalation"),
        (PersonActed, {"act": "done", "person": "Dana"}, "no such escalation"),
        (PersonActed, {"act": "snoozed", "person": "Dana"}, "a date after today"),
        (HoldAsked, {"person": "Dana", "reason": " "}, "a reason"),
        (SupervisorDecided, {"decision": "release_hold", "person": "Lee", "reason": ""}, "a reason"),
        (SupervisorDecided, {"decision": "extend", "person": "Lee", "reason": "r"}, "a date"),
        (SupervisorDecided, {"decision": "take_back", "person": "Lee", "reason": "r"}, "nothing to take back"),
        (CorrectionMade, {"corrects": "claim_data", "field": "member_id"}, "corrected value"),
        (CorrectionMade, {"corrects": "claim_data", "after": "W1"}, "name the claim field"),
        (CorrectionMade, {"corrects": "cob_record"}, "reference number"),
        (CorrectionMade, {"corrects": "cob_verified"}, "reference number"),
    ],
)
def test_what_is_incomplete_is_refused(promised: Any, kind: type[Any], fields: dict[str, Any], words: str) -> None:
    """A refusal names what is missing."""
    assert words in said(promised, kind, **fields)


@pytest.mark.parametrize("decision", ["close", "resubmit_now", "write_off"])
@pytest.mark.parametrize("second", ["", " ", "Lee"])
def test_some_decisions_need_a_second_person(promised: Any, decision: str, second: str) -> None:
    """R7: nobody closes, resubmits against the rules or gives money up alone."""
    fields = {"decision": decision, "person": "Lee", "second_person": second, "reason": "r"}
    assert "second person" in said(promised, SupervisorDecided, **fields)
    assert said(promised, SupervisorDecided, **(fields | {"second_person": "Kim"})) == ""


def test_the_second_person_is_another_person_however_the_name_is_written(promised: Any) -> None:
    """A name with a blank at its end is the same person."""
    fields = {"decision": "close", "person": "Lee", "second_person": "Lee ", "reason": "r"}
    assert "second person" in said(promised, SupervisorDecided, **fields)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_nothing_is_put_off_beyond_the_filing_reserve(promised: Any, days: int) -> None:
    """I7: snoozes and extensions end two weeks before the limit."""
    latest = promised.case.filing_limit - timedelta(days=promised.plan.filing_reserve_days)
    until = latest + timedelta(days=days)
    snoozed = said(promised, PersonActed, act="snoozed", person="Dana", until=until)
    extended = said(promised, SupervisorDecided, decision="extend", person="Lee", reason="r", until=until)
    assert bool(snoozed) is bool(extended) is (days > 0)


def test_a_contact_lies_in_the_past_and_its_promise_after_it(promised: Any) -> None:
    """A contact is logged after it happened."""
    future = {"sender": Party.SECONDARY, "happened_at": promised.now + timedelta(hours=1)}
    assert "in the future" in said(promised, ContactLogged, **future)
    early = {"sender": Party.SECONDARY, "promised_date": promised.now.date() - timedelta(days=1)}
    assert "before the contact" in said(promised, ContactLogged, **early)
    assert said(promised, ContactLogged, sender=Party.SECONDARY, promised_date=promised.now.date()) == ""


def test_an_open_escalation_can_be_taken(promised: Any) -> None:
    """What the list shows as open, people may take."""
    promised.after(days=31)
    (first,) = promised.case.open_escalations
    assert said(promised, PersonActed, act="taken", person="Dana", escalation=first.escalation_id) == ""


def test_machines_are_never_refused(promised: Any) -> None:
    """I8: what a payer sends is heard, whatever it says."""
    fields = {"payer": Party.SECONDARY, "claim_status": "2", "charge": 0, "paid": 0}
    assert said(promised, RemitAdjudicated, **fields) == ""


def test_a_closed_case_takes_nothing_from_people(promised: Any, adjust: Any) -> None:
    """After the end only a takeback opens the case again."""
    promised.remit(Party.SECONDARY, claim_status="2", paid=32000, adjustments=adjust("OA23 680"), remarks=())
    promised.ledger(2, 0, secondary_posted=32000, switches_on=())
    promised.after(days=91)
    assert promised.case.closed_at
    assert "closed" in said(promised, HoldAsked, person="Dana", reason="r")
