"""A claim that is about to leave, read back with the reader of inbound files, which knows nothing of the builder."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from edi.claim import BilledClaim, LineAdjudication, OtherCoverage
from edi.claim_order import LETTERS, Problem
from edi.findings import Finding, Quarantined
from edi.reader import read

_FIX = "Correct the claim data or the remittance that it comes from"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment as it stands in the file, and the loop it belongs to as far as it can be told from what is above."""

    loop: str
    elements: tuple[str, ...]

    @property
    def id(self) -> str:
        """Segment id."""
        return self.elements[0]

    def __getitem__(self, position: int) -> str:
        """Returns an element, empty if it was not sent."""
        return self.elements[position] if position < len(self.elements) else ""


@dataclass(frozen=True, slots=True)
class OutboundClaim:
    """One claim as its receiver reads it.

    Attributes:
        claim: The claim.
        segments: Every segment of the file in order.
    """

    claim: BilledClaim
    segments: tuple[Segment, ...]

    @property
    def rank(self) -> int:
        """The destination's place in the billing order, counted from 0; -1 if SBR01 is none."""
        return rank(self.claim.coverage.sequence)

    @property
    def earlier(self) -> tuple[OtherCoverage, ...]:
        """The other policies that come before the destination."""
        return tuple(each for each in self.claim.other_coverages if 0 <= rank(each.coverage.sequence) < self.rank)

    def decisions(self, other: OtherCoverage) -> tuple[tuple[int, LineAdjudication], ...]:
        """What the payer of another policy decided by line, each with the line's place counted from 0."""
        payer = payer_id(other)
        return tuple(
            (at, made)
            for at, line in enumerate(self.claim.lines)
            for made in line.adjudications
            if payer and made.payer_id == payer
        )

    def of(self, *names: str) -> Iterator[Segment]:
        """Yields the segments of these ids."""
        return (each for each in self.segments if each.id in names)


def rank(letter: str) -> int:
    """Returns the place of an SBR01 in the billing order, counted from 0; -1 if it is none."""
    return LETTERS.find(letter) if len(letter) == 1 else -1


def payer_id(other: OtherCoverage) -> str:
    """Returns NM109 of 2330B, empty if the payer is not named."""
    return other.payer.identifier if other.payer else ""


def read_back(text: str) -> OutboundClaim | tuple[Problem, ...]:
    """Returns the claim of a file, or why no receiver could read it: exactly one sound claim must stand in it."""
    items = list(read(io.BytesIO(text.encode("utf-8")), name="claim"))
    findings = [each for each in items if isinstance(each, Finding)]
    aside = [each for each in items if isinstance(each, Quarantined)]
    findings += [reason for each in aside for reason in each.reasons]
    problems = tuple(dict.fromkeys(_unread(each) for each in findings if each.level == "error"))
    claims = [each for each in items if isinstance(each, BilledClaim)]
    other = [each for each in items if not isinstance(each, BilledClaim | Finding | Quarantined)]
    if problems or aside or other or len(claims) != 1:
        fault = "the file does not hold exactly one claim that can be read"
        return problems or (Problem(place="file", field="CLM", fault=fault, fix=_FIX),)
    return OutboundClaim(claims[0], tuple(_placed(text)))


def _unread(found: Finding) -> Problem:
    place, _, field = found.place.rpartition(" ")
    fault = found.advice.partition(".")[0]
    return Problem(place=place or "file", field=field or found.code, fault=f"{found.code}: {fault}", fix=_FIX)


_PARTY_LOOPS = {"85": "2010AA", "87": "2010AB", "PE": "2010AC", "IL": "2010BA", "PR": "2010BB", "QC": "2010CA"}
_OTHER_LOOPS = {"IL": "2330A", "PR": "2330B"}
_BEGINS = {"ISA": "envelope", "BHT": "header", "CLM": "2300", "SBR": "2320", "LX": "2400", "SVD": "2430"}
_LEVELS = {"20": "2000A", "22": "2000B", "23": "2000C"}


def _placed(text: str) -> Iterator[Segment]:
    """The segments with their loops; those of providers are named after the claim or line they belong to."""
    loop = "envelope"
    for raw in text.rstrip("~\n").split("~"):
        elements = tuple(raw.strip("\r\n").split("*"))
        loop = _next_loop(loop, elements)
        yield Segment(loop, elements)


def _next_loop(loop: str, elements: tuple[str, ...]) -> str:
    name, first, third = elements[0], "".join(elements[1:2]), "".join(elements[3:4])
    if name == "HL":
        return _LEVELS.get(third, loop)
    if name == "SBR" and loop.startswith("2000B"):
        return loop
    if name == "NM1":
        if loop[:4] in ("2000", "2010"):
            return _PARTY_LOOPS.get(first, loop)
        return _OTHER_LOOPS.get(first, loop) if loop[:4] in ("2320", "2330") else loop
    return _BEGINS.get(name, loop)
