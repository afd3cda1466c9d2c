"""Files as partners send them, about invented claims; written by the sandbox's writers, which know no reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count as numbers_from
from itertools import islice
from random import Random
from typing import Literal

from sandbox import people
from sandbox.adjudication import Adjudication, primary_decision
from sandbox.people import Bill
from sandbox.x12_answers import ClaimState, acknowledgement_set, status_set
from sandbox.x12_claim import VERSION, OutgoingClaim, claim_set
from sandbox.x12_reading import ReadGroup, ReadSet
from sandbox.x12_remittance import Payment, ProviderAdjustment, RemittedClaim, remittance_set
from sandbox.x12_syntax import syntax_set
from sandbox.x12_writer import Interchange, Partner, TransactionSet, write

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SERVED = date(2026, 2, 20)
OFFICE = Partner("990654321", "Quarry Walk")
RELAY = Partner("RELAY", "Relay Clearing")

Status = tuple[str, ...]


def bills(count: int, seed: int = 1, prefix: str = "A") -> tuple[Bill, ...]:
    """Professional claims of one practice, each with Medicare before a commercial policy; Medicare pays a part."""
    rng = Random(seed)
    practice = people.practice(rng)
    made = (_bill(rng, practice, f"{prefix}{seed:03d}{number:06d}") for number in numbers_from(0))
    return tuple(islice((each for each in made if _decision(each).paid), count))


def _bill(rng: Random, practice: people.Practice, number: str) -> Bill:
    patient = people.person(rng)
    return Bill(
        claim_number=number,
        form="837P",
        facility="11",
        patient=patient,
        practice=practice,
        primary=people.policy(rng, people.MEDICARE[0], patient),
        secondary=people.policy(rng, people.COMMERCIAL[0], patient),
        lines=people.lines(rng, "837P", SERVED),
        diagnoses=people.diagnoses(rng),
    )


def alone(bill: Bill) -> Bill:
    """The same claim without a second policy."""
    return bill.model_copy(update={"secondary": None})


def billed(claims: Sequence[Bill], control: int = 1) -> bytes:
    """An 837P to the primary."""
    return _file(claim_set([OutgoingClaim(each) for each in claims], RELAY, AT, f"B{control}"), control)


def remitted(
    claims: Sequence[Bill],
    status: str = "19",
    remarks: tuple[str, ...] = ("MA18",),
    control: int = 1,
    plb: tuple[ProviderAdjustment, ...] = (),
) -> bytes:
    """An 835 of the primary."""
    decided = [_decided(each, status, remarks) for each in claims]
    first = claims[0]
    payment = Payment(first.primary.payer, first.practice, AT.date() - timedelta(days=1), f"T{control}", plb)
    return _file(remittance_set(decided, payment), control)


def _decided(bill: Bill, status: str, remarks: tuple[str, ...]) -> RemittedClaim:
    return RemittedClaim(bill, bill.primary, status, _decision(bill), f"ICN{bill.claim_number}", remarks)


def _decision(bill: Bill) -> Adjudication:
    return primary_decision(Random(bill.claim_number), bill.lines)


def acknowledged(
    claims: Sequence[Bill], speaker: Literal["AY", "PR"] = "PR", status: Status = ("A2", "20"), control: int = 1
) -> bytes:
    """A 277CA about secondary claims, found by our claim number."""
    states = [ClaimState(each, each.other, status, each.claim_number, f"S{each.claim_number}") for each in claims]
    sender = RELAY if speaker == "AY" else Partner(claims[0].other.payer.payer_id, claims[0].other.payer.name)
    return _file(acknowledgement_set(sender, speaker, states, AT, f"K{control}"), control, sender)


def answered(claim: Bill, question: str, status: Status = ("D0", "35"), control: int = 1) -> bytes:
    """A 277 that answers one of our questions."""
    payer = claim.other.payer
    sender = Partner(payer.payer_id, payer.name)
    return _file(status_set(sender, [ClaimState(claim, claim.other, status, question)], AT, "Q1"), control, sender)


def syntax_accepted(group: str, transaction: str, control: int = 1) -> bytes:
    """A 999 for one transaction set of ours."""
    read = ReadSet("837", transaction, VERSION["837P"], ())
    return _file(syntax_set(ReadGroup("HC", group, VERSION["837P"], AT, (read,))), control)


def _file(content: TransactionSet, control: int, sender: Partner = RELAY) -> bytes:
    return write(Interchange(sender, OFFICE, AT, control, (content,)))
