"""271 as payers write it: whether a policy is in force on a day, and which other payers the payer knows of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sandbox.people import Bill, Policy
from sandbox.x12_writer import Partner, Segment, TransactionSet, address, birth, d8, on, organisation, person

VERSION = "005010X279A1"
PLACES = {1: "PRP", 2: "SEP", 3: "TTP"}
"""NM101 in 2120: the place that a payer has in the order."""


@dataclass(frozen=True)
class Known:
    """Another payer that the answering one has on its COB record.

    Attributes:
        policy: The other policy.
        place: 1 primary, 2 secondary, 3 tertiary.
        since: DTP*290, from when this order holds.
        verified: DTP*636, when the record was last updated.
    """

    policy: Policy
    place: int
    since: date
    verified: date


@dataclass(frozen=True)
class Eligibility:
    """What a payer says of one policy and one claim's day of service.

    Attributes:
        bill: The claim for which the provider's registration asked.
        policy: The policy that was asked about.
        active: In force on the day of service.
        since: First day of the policy.
        until: Last day of the policy, where it ended.
        others: The other payers on the COB record.
    """

    bill: Bill
    policy: Policy
    active: bool
    since: date
    until: date | None = None
    others: tuple[Known, ...] = ()


def coverage_set(sender: Partner, answers: Sequence[Eligibility], at: datetime, batch: str) -> TransactionSet:
    """One 271 with a payer's answers to one provider."""
    practice = answers[0].bill.practice
    segments: list[Segment] = [
        ("BHT", "0022", "11", batch, d8(at.date()), at.strftime("%H%M")),
        ("HL", "1", "", "20", "1"),
        organisation("PR", sender.name, "PI", sender.id),
        ("HL", "2", "1", "21", "1"),
        organisation("1P", practice.name, "XX", practice.npi),
    ]
    level = 3
    for each in answers:
        own = each.policy.relationship == "18"
        segments += _asked_about(each, level, own, practice.tin)
        level += 1 if own else 2
    return TransactionSet("271", VERSION, "HB", tuple(segments))


def _asked_about(said: Eligibility, level: int, own: bool, origin: str) -> list[Segment]:
    """The subscriber, or the subscriber with the dependent below; the answer stands at the patient's level."""
    policy, bill = said.policy, said.bill
    trace: Segment = ("TRN", "2", bill.claim_number, f"9{origin}")
    account: Segment = ("REF", "EJ", bill.claim_number)
    segments: list[Segment] = [("HL", str(level), "2", "22", "0" if own else "1")]
    segments += [trace] if own else []
    segments.append(person("IL", policy.holder, "MI", policy.member_id))
    segments += [account] if own else []
    segments += [*address(policy.holder.address), birth(policy.holder)]
    if not own:
        segments += [
            ("HL", str(level + 1), str(level), "23", "0"),
            trace,
            person("03", bill.patient),
            account,
            *address(bill.patient.address),
            birth(bill.patient),
            ("INS", "N", policy.relationship),
        ]
    segments.append(on("346", said.since))
    segments += [on("347", said.until)] if said.until else []
    return [*segments, *_benefits(said)]


def _benefits(said: Eligibility) -> list[Segment]:
    segments: list[Segment] = [("EB", "1" if said.active else "6", "", "30")]
    for each in said.others:
        segments += [
            ("EB", "R", "", "30"),
            on("290", each.since),
            on("636", each.verified),
            ("LS", "2120"),
            organisation(PLACES[each.place], each.policy.payer.name, "PI", each.policy.payer.payer_id),
            ("LE", "2120"),
        ]
    return segments
