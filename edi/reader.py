"""The entry point: a binary file in, typed items and findings out, in file order."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from edi.acknowledgement_reader import AcknowledgementAssembler
from edi.assembly import Assembler
from edi.beside import BetweenAssembler, UnreadAssembler
from edi.claim_reader import BillAssembler
from edi.eligibility_reader import EligibilityAssembler
from edi.envelope import AUDIT, Envelope
from edi.findings import Finding, Quarantined, finding
from edi.items import Item, Transaction
from edi.remittance_reader import RemittanceAssembler
from edi.segments import Junk, Segment, tokenise
from edi.status_reader import StatusAssembler
from edi.vocabulary import ENVELOPE
from edi.where import Where

__all__ = ["Item", "Transaction", "read"]

_ASSEMBLERS: dict[str, type[Assembler]] = {
    "835": RemittanceAssembler,
    "277": StatusAssembler,
    "271": EligibilityAssembler,
    "837": BillAssembler,
    "999": AcknowledgementAssembler,
    "997": AcknowledgementAssembler,
}
_GUIDES = {
    "835": ("005010X221",),
    "277": ("005010X212", "005010X214"),
    "271": ("005010X279",),
    "837": ("005010X222", "005010X223"),
    "999": ("005010X231",),
    "997": ("005010",),
}
_DENTAL = "X224"


def read(stream: BinaryIO, *, name: str = "") -> Iterator[Item]:
    """Reads an X12 file: 835, 277CA, 277, 271, 999, 997, TA1, 837P, 837I, in any mixture.

    Each claim-level item is yielded as soon as it is complete; memory does not grow with the file (by about 100 bytes
    for each claim of one transaction set, for digests). Nothing that the file holds is dropped without a finding or a
    `Quarantined`, and nothing in a file raises.

    Args:
        stream: A binary file, read forward only; errors of reading it are not caught.
        name: Where findings about the whole file say they belong; must hold no patient data.

    Yields:
        Items and findings in file order.
    """
    return _Reader(name).items(stream)


class _Reader:
    """Leads segments to the reader of their transaction set."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._envelope = Envelope()
        self._open: Assembler | None = None
        self._understood = False

    def items(self, stream: BinaryIO) -> Iterator[Item]:
        """Yields everything of a file."""
        for token in tokenise(stream):
            if not isinstance(token, Segment):
                yield from self._beside(token)
            elif token.id in AUDIT:
                yield from self._enveloped(token)
            else:
                assembler = self._open or self._between()
                assembler.take(token)
                if assembler.out:
                    yield from assembler.out
                    assembler.out.clear()
        yield from self._close()
        yield from self._envelope.end()
        if not self._understood:
            yield self._junk(Junk("", 0, 0, 0, last=True))

    def _enveloped(self, segment: Segment) -> Iterator[Item]:
        """Passes one segment of the envelope, which ends whatever was open."""
        self._understood = True
        yield from self._close()
        yield from AUDIT[segment.id](self._envelope, segment)
        if len(segment.elements) > ENVELOPE[segment.id] + 1:
            between = self._between()
            between.alone(segment, ENVELOPE, "Envelope")
            yield from self._close()
        if segment.id == "ST":
            yield from self._begin(segment)

    def _begin(self, segment: Segment) -> Iterator[Finding]:
        """Opens the reader of a transaction set."""
        context, name = self._envelope.context(), segment[1]
        made = _ASSEMBLERS.get(name)
        if made is None or (name == "837" and _DENTAL in context.version):
            self._open = UnreadAssembler(context, name)
            self._open.take(segment)
        else:
            self._open = made(context)
            if not context.version.startswith(_GUIDES[name]):
                code = "VERSION_OLD" if context.version.startswith("004010") else "VERSION_UNKNOWN"
                yield finding(code, segment.ordinal, segment.offset, "ST03")

    def _between(self) -> Assembler:
        """Opens the reader of what stands outside a transaction set."""
        self._open = BetweenAssembler(self._envelope.context())
        return self._open

    def _beside(self, token: Junk | Finding) -> Iterator[Item]:
        """Passes on what is not a segment."""
        if isinstance(token, Finding):
            yield token
            return
        yield from self._close()
        yield self._junk(token)

    def _close(self) -> Iterator[Item]:
        """Ends what is open."""
        assembler, self._open = self._open, None
        if assembler is not None:
            assembler.close()
            yield from assembler.out

    def _junk(self, junk: Junk) -> Quarantined:
        """Sets aside text outside interchanges; the whole file if nothing in it could be read."""
        whole = junk.last and not self._understood
        self._understood = self._understood or junk.last
        place = self._name if whole else "Interchange"
        return Quarantined(
            kind="file" if whole else "interchange",
            where=Where(segment=junk.ordinal, offset=junk.offset),
            reasons=(finding("NOT_X12" if whole else "JUNK", junk.ordinal, junk.offset, place),),
            raw=junk.raw,
            length=junk.length,
            truncated=junk.length > len(junk.raw),
            digest=hashlib.sha256(junk.raw.encode("utf-8")).hexdigest(),
        )
