"""Orders for a claim to the next payer, from files: the claim as billed, the 835 of each payer before it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from edi.claim import BilledClaim, OtherCoverage
from edi.claim_order import ClaimOrder
from edi.envelope_out import Controls
from edi.facts import sightings
from edi.money import amount_text
from edi.opening import snapshot
from edi.parts import Adjustment
from edi.reader import read
from edi.remittance import RemittanceClaim
from edi.sighting import Reception
from journey.claim import Claim
from journey.evidence.roles import placed
from journey.facts import RemitAdjudicated

WRITTEN = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
SUBMISSION = "SUB-ABCDEFGH234567JK"


def opaque(kind: str, *parts: str) -> str:
    """Stands in for the keyed digest."""
    return f"{kind}-{'-'.join(parts)[:12]}"


RECEPTION = Reception(WRITTEN, ZoneInfo("America/New_York"), "doc", opaque)


def billed_in(text: str | bytes) -> list[BilledClaim]:
    """The claims of an 837."""
    return [each for each in items(text) if isinstance(each, BilledClaim)]


def items(text: str | bytes) -> list[Any]:
    """Everything that a file says."""
    return list(read(io.BytesIO(text.encode("latin-1") if isinstance(text, str) else text)))


def claim_in(text: str | bytes, number: str = "") -> Claim:
    """The first claim of an 837, or the one of a number, as a case is opened with it."""
    billed = next(each for each in billed_in(text) if number in ("", each.number))
    claim = snapshot(billed, "north")
    assert claim is not None
    return claim


def remits_in(text: str | bytes, claim: Claim) -> tuple[RemitAdjudicated, ...]:
    """What the 835s of a file say of a claim, each with the place of its payer."""
    told = [each for each in items(text) if isinstance(each, RemittanceClaim) and each.number == claim.claim_number]
    facts = (placed(claim, seen.fact) for each in told for seen in sightings(each, RECEPTION))
    return tuple(each for each in facts if isinstance(each, RemitAdjudicated))


def order_of(claim: Claim, remits: Iterable[RemitAdjudicated], **more: Any) -> ClaimOrder:
    """An order with everything that a test does not care about."""
    given = {"submission_id": SUBMISSION, "written_at": WRITTEN, **more}
    controls = Controls(interchange=17, group=17, transaction=17)
    return ClaimOrder(claim=claim, remits=tuple(remits), controls=controls, **given)


def segments_of(text: str) -> list[str]:
    """The segments of a file."""
    return [each.strip() for each in text.replace("\n", "").split("~") if each.strip()]


def remittance_of(told: BilledClaim, other: OtherCoverage, on: date, number: str = "ICN1") -> str:
    """The 835 by which another payer must have said what a published claim repeats of its decision."""
    assert other.payer is not None
    share = sum(each.cents for each in _all(told, other) if each.group == "PR")
    status = {"P": "1", "S": "2", "T": "3"}[other.coverage.sequence]
    filing = other.coverage.filing_indicator
    paid = other.paid_cents or 0
    body = [
        f"BPR*I*{amount_text(paid)}*C*CHK************{on:%Y%m%d}",
        "TRN*1*TRACE1*1999999992",
        f"N1*PR*{other.payer.name}",
        f"REF*2U*{other.payer.identifier}",
        "N1*PE*CLINIC*XX*1999999984",
        "LX*1",
        f"CLP*{told.number}*{status}*{amount_text(told.charge_cents)}*{amount_text(paid)}*{amount_text(share)}"
        f"*{filing}*{number}",
        *_cas(other.adjustments),
        f"NM1*QC*1*{told.subscriber.party.name}",
        *_services(told, other),
    ]
    segments = ["ST*835*0001", *body, f"SE*{len(body) + 2}*0001"]
    isa = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*OFFICE         *260302*1200*^*00501*000000001*0*T*:"
    envelope = [isa, "GS*HP*PAYER*OFFICE*20260302*1200*1*X*005010X221A1", *segments, "GE*1*1", "IEA*1*000000001"]
    return "".join(f"{each}~" for each in envelope)


def _all(told: BilledClaim, other: OtherCoverage) -> Iterator[Adjustment]:
    yield from other.adjustments
    for line in told.lines:
        for made in line.adjudications:
            if other.payer and made.payer_id == other.payer.identifier:
                yield from made.adjustments


def _services(told: BilledClaim, other: OtherCoverage) -> Iterator[str]:
    for line in told.lines:
        for made in line.adjudications:
            if other.payer and made.payer_id == other.payer.identifier and made.procedure:
                code = ":".join((made.procedure.qualifier, made.procedure.code, *made.procedure.modifiers))
                charge, paid = amount_text(line.charge_cents), amount_text(made.paid_cents)
                yield f"SVC*{code}*{charge}*{paid}*{made.revenue_code}*{made.units or 1}"
                yield from _cas(made.adjustments)
                if line.control_number:
                    yield f"REF*6R*{line.control_number}"


def _cas(given: Iterable[Adjustment]) -> Iterator[str]:
    for each in given:
        quantity = "" if each.quantity is None else f"*{each.quantity}"
        yield f"CAS*{each.group}*{each.reason}*{amount_text(each.cents)}{quantity}"
