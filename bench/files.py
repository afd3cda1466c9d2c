"""Files for the bench: claims and the remittance that answers them, written by the sandbox and in balance."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from random import Random
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

from bench.process import resident_bytes
from edi.facts import Reception, sightings
from edi.findings import Finding, Quarantined
from edi.reader import read
from journey.words import Mode
from sandbox.adjudication import primary_decision
from sandbox.people import (
    COMMERCIAL,
    MEDICARE,
    Bill,
    diagnoses,
    lines,
    person,
    policy,
    practice,
)
from sandbox.scene import CLEARINGHOUSE, payer_partner, provider
from sandbox.x12_claim import OutgoingClaim, claim_set
from sandbox.x12_remittance import Payment, RemittedClaim, remittance_set
from sandbox.x12_writer import Interchange, write
from worker.keys import KeyRing

PAYER = MEDICARE[0]
BILLED, SERVED = timedelta(days=20), timedelta(days=24)


def bills(count: int, prefix: str) -> list[Bill]:
    """Claims of one practice with Medicare first and another policy second, served some weeks ago."""
    rng = Random(prefix)
    office = practice(rng)
    served = (datetime.now(UTC) - SERVED).date()
    return [_bill(rng, f"{prefix}{place:06d}", office, served) for place in range(count)]


def _bill(rng: Random, number: str, office: object, served: object) -> Bill:
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
