"""Files as a coordinator would drop them: an 837 to the next payer and a 276, made by hand for the sandbox's reader."""

from __future__ import annotations

from datetime import date, datetime

from sandbox.adjudication import Adjudication
from sandbox.people import Bill, Policy
from sandbox.scene import CLEARINGHOUSE
from sandbox.truth import Script
from sandbox.x12_claim import OutgoingClaim, claim_set
from sandbox.x12_writer import (
    Interchange,
    Partner,
    Segment,
    TransactionSet,
    d8,
    during,
    money,
    organisation,
    person,
    write,
)

COORDINATOR = Partner("BATON", "Baton")
CONTROL = 77


def secondary_claim(
    bill: Bill,
    prior: Adjudication,
    decided_on: date,
    at: datetime,
    *,
    submission: str = "sub-1",
    member_id: str = "",
    frequency: str = "1",
    original: str = "",
    control: int = CONTROL,
) -> bytes:
    """An 837 to the secondary that says what the primary decided."""
    return write(Interchange(COORDINATOR, CLEARINGHOUSE, at, control, (
        claim_transaction(bill, prior, decided_on, at, submission, member_id, frequency, original),
    )))  # fmt: skip


def third_claim(script: Script, at: datetime, submission: str, control: int = CONTROL) -> bytes:
    """An 837 to the tertiary that says what both payers before it decided."""
    day = script.remitted_at.date()
    claim = OutgoingClaim(script.bill, "T", script.standing, day, script.final, at.date())
    made = claim_set([claim], CLEARINGHOUSE, at, submission)
    place = next(at for at, each in enumerate(made.segments) if each[0] == "HI")
    segments = (*made.segments[:place], ("REF", "D9", submission), *made.segments[place:])
    told = TransactionSet(made.identifier, made.version, made.functional_id, segments)
    return write(Interchange(COORDINATOR, CLEARINGHOUSE, at, control, (told,)))


def claim_transaction(
    bill: Bill,
    prior: Adjudication,
    decided_on: date,
    at: datetime,
    submission: str = "sub-1",
    member_id: str = "",
    frequency: str = "1",
    original: str = "",
) -> TransactionSet:
    """Its transaction set alone."""
    policy = bill.other.model_copy(update={"member_id": member_id or bill.other.member_id})
    claim = OutgoingClaim(bill.model_copy(update={"secondary": policy}), "S", prior, decided_on)
    made = claim_set([claim], CLEARINGHOUSE, at, submission)
    references: list[Segment] = [("REF", "F8", original)] if original else []
    segments: list[Segment] = []
    for each in made.segments:
        if each[0] == "HI" and not any(one[0] == "HI" for one in segments):
            segments += [*references, ("REF", "D9", submission)]
        segments.append(_of_frequency(each, frequency) if each[0] == "CLM" else each)
    return TransactionSet(made.identifier, made.version, made.functional_id, tuple(segments))


def _of_frequency(head: Segment, frequency: str) -> Segment:
    place = head[5]
    return (*head[:5], (*place[:2], frequency), *head[6:])


def question(bill: Bill, policy: Policy, question_id: str, at: datetime, control: int = CONTROL) -> bytes:
    """A 276 by member and dates."""
    practice = bill.practice
    own = policy.relationship == "18"
    segments: list[Segment] = [
        ("BHT", "0010", "13", question_id, d8(at.date()), at.strftime("%H%M")),
        ("HL", "1", "", "20", "1"),
        organisation("PR", policy.payer.name, "PI", policy.payer.payer_id),
        ("HL", "2", "1", "21", "1"),
        organisation("41", practice.name, "46", practice.tin),
        ("HL", "3", "2", "19", "1"),
        organisation("1P", practice.name, "XX", practice.npi),
        ("HL", "4", "3", "22", "0" if own else "1"),
        person("IL", policy.holder, "MI", policy.member_id),
    ]
    if not own:
        segments += [("HL", "5", "4", "23"), person("QC", bill.patient)]
    segments += [
        ("TRN", "1", question_id),
        ("REF", "EJ", bill.claim_number),
        ("AMT", "T3", money(bill.charge)),
        during("472", bill.service_from, bill.service_to),
    ]
    asked = TransactionSet("276", "005010X212", "HR", tuple(segments))
    return write(Interchange(COORDINATOR, CLEARINGHOUSE, at, control, (asked,)))
