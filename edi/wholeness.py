"""Which transaction sets of a file arrived whole: their own count of segments says so (SE01)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from edi.claim import BilledClaim
from edi.findings import Quarantined, Scope, finding
from edi.items import Item
from edi.remittance import RemittanceTotals
from edi.segments import Segment, tokenise

_ENDS = frozenset({"ST", "GE", "GS", "IEA", "ISA"})


@dataclass(frozen=True, slots=True)
class Torn:
    """The segments of one transaction set that did not arrive whole, by their numbers in the file."""

    first: int
    last: int | None
    """None where the file ended before the set did."""

    def holds(self, segment: int) -> bool:
        """True for a segment of this set."""
        return self.first <= segment and (self.last is None or segment <= self.last)


def torn_sets(stream: BinaryIO) -> tuple[Torn, ...]:
    """The transaction sets whose segments are not as many as SE01 says, or that never end.

    A claim of such a set may lack a segment that nobody would miss in it, so it opens no case; a good copy does. The
    totals of such a remittance would count beside those of its good copy.
    """
    return tuple(_torn(token for token in tokenise(stream) if isinstance(token, Segment)))


def _torn(segments: Iterator[Segment]) -> Iterator[Torn]:
    opened = None
    for segment in segments:
        if opened is not None and segment.id == "SE":
            if segment[1].strip().lstrip("0") != str(segment.ordinal - opened + 1):
                yield Torn(opened, segment.ordinal)
            opened = None
        elif segment.id in _ENDS:
            if opened is not None:
                yield Torn(opened, segment.ordinal - 1)
            opened = segment.ordinal if segment.id == "ST" else None
    if opened is not None:
        yield Torn(opened, None)


def whole(items: Iterator[Item], torn: tuple[Torn, ...]) -> Iterator[Item]:
    """The items of a file, with billed claims and remittance totals of sets that did not arrive whole set aside."""
    for item in items:
        if isinstance(item, BilledClaim | RemittanceTotals) and any(each.holds(item.where.segment) for each in torn):
            yield _aside(item)
        else:
            yield item


def _aside(item: BilledClaim | RemittanceTotals) -> Quarantined:
    if isinstance(item, BilledClaim):
        return _kept(item, "claim", item.form, "~".join((*item.context_segments, *item.segments)), item.number)
    return _kept(item, "transaction", "835", item.model_dump_json(), "")


def _kept(item: BilledClaim | RemittanceTotals, kind: Scope, name: str, raw: str, number: str) -> Quarantined:
    return Quarantined(
        kind=kind,
        transaction_set=name,
        where=item.where,
        reasons=(finding("SE01_COUNT", item.where.segment, item.where.offset, "SE01"),),
        raw=raw,
        length=len(raw),
        claim_number=number,
        digest=item.digest,
    )
