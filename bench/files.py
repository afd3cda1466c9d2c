"""Files of synthetic claims, and of the remittance that answers them in balance; and how fast they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from time import process_time
from typing import BinaryIO
from zoneinfo import ZoneInfo

from edi.facts import sightings
from edi.findings import Finding, Quarantined
from edi.reader import read
from edi.sighting import Reception, Sighting
from sandbox.adjudication import primary_decision
from sandbox.people import COMMERCIAL, MEDICARE, Bill, Practice, diagnoses, lines, person, policy, practice
from sandbox.scene import CLEARINGHOUSE, payer_partner, provider
from sandbox.x12_claim import OutgoingClaim, claim_set
from sandbox.x12_remittance import Payment, RemittedClaim, remittance_set
from sandbox.x12_writer import Interchange, Partner, TransactionSet, write
from worker.keys import KeyRing

PAYER = MEDICARE[0]
SERVED_AGO, PAID_AGO = timedelta(days=24), timedelta(days=1)
MEGABYTE = 1_000_000


def bills(count: int, prefix: str) -> list[Bill]:
    """Claims of one practice, served some weeks ago, with Medicare first and another policy second."""
    rng = Random(prefix)
    office, served = practice(rng), (datetime.now(UTC) - SERVED_AGO).date()
    return [_bill(rng, f"{prefix}{place:06d}", office, served) for place in range(count)]


def _bill(rng: Random, number: str, office: Practice, served: date) -> Bill:
    patient = person(rng, 1934, 1958)
    return Bill(
        claim_number=number,
        form="837P",
        facility="11",
        patient=patient,
        practice=office,
        primary=policy(rng, PAYER, patient),
        secondary=policy(rng, rng.choice(COMMERCIAL), patient),
        lines=lines(rng, "837P", served),
        diagnoses=diagnoses(rng),
    )


def claims_file(claims: Sequence[Bill]) -> bytes:
    """The 837P by which they were billed to the primary."""
    at = datetime.now(UTC) - SERVED_AGO
    one = claim_set([OutgoingClaim(each) for each in claims], CLEARINGHOUSE, at, "BENCH")
    return _file(provider(claims[0].practice), CLEARINGHOUSE, at, one)


def remittance_file(claims: Sequence[Bill]) -> bytes:
    """The 835 in which the primary pays them and says that it forwarded them."""
    at, rng = datetime.now(UTC) - PAID_AGO, Random("remittance")
    decided = [
        RemittedClaim(
            bill=each,
            policy=each.primary,
            status="19",
            decision=primary_decision(rng, each.lines),
            payer_claim_number=f"P{each.claim_number}",
            remarks=("MA01", "MA18"),
            forwarded_to=each.other.payer,
        )
        for each in claims
    ]
    paid = Payment(PAYER, claims[0].practice, at.date(), claims[0].claim_number)
    sender = payer_partner(PAYER.payer_id, PAYER.name)
    return _file(sender, provider(claims[0].practice), at, remittance_set(decided, paid))


def _file(sender: Partner, receiver: Partner, at: datetime, content: TransactionSet) -> bytes:
    return write(Interchange(sender, receiver, at, 1, (content,)))


def informed(content: bytes, keys: KeyRing) -> list[Sighting]:
    """Every fact of a file."""
    reception = Reception(datetime.now(UTC), ZoneInfo("America/New_York"), "bench", keys.opaque)
    items = (each for each in read(BytesIO(content)) if not isinstance(each, Finding | Quarantined))
    return [sighting for item in items for sighting in sightings(item, reception)]


def megabytes_per_second(path: Path, keys: KeyRing, *, to_facts: bool) -> float:
    """How fast one core reads a file, to typed items or on to facts; a finding in it is an error of the bench.

    Raises:
        ValueError: the file is not clean.
    """
    reception = Reception(datetime.now(UTC), ZoneInfo("America/New_York"), "bench", keys.opaque)
    with path.open("rb") as stream:
        began = process_time()
        _read_all(stream, reception if to_facts else None)
        return path.stat().st_size / MEGABYTE / (process_time() - began)


def _read_all(stream: BinaryIO, reception: Reception | None) -> None:
    for item in read(stream):
        if isinstance(item, Finding | Quarantined):
            raise ValueError("the generated remittance is not clean")
        if reception:
            for _ in sightings(item, reception):
                pass
