"""The envelope of ISA, GS and ST with its trailers: does it close, and do its counts and numbers agree?"""

from collections.abc import Callable
from dataclasses import dataclass, field

from edi.assembly import Context
from edi.findings import Finding, finding
from edi.segments import Segment


@dataclass(slots=True)
class _Open:
    """An open level: its header and how many parts it held."""

    header: Segment
    control: str
    parts: int = 0
    controls: set[str] = field(default_factory=set)


class Envelope:
    """Audits the three levels while segments pass by."""

    def __init__(self) -> None:
        """Starts outside of any interchange."""
        self._isa: _Open | None = None
        self._gs: _Open | None = None
        self._st: _Open | None = None
        self._interchanges: set[tuple[str, str, str]] = set()

    def context(self) -> Context:
        """Returns what the open levels say about the transaction set."""
        isa, gs, st = self._isa, self._gs, self._st
        group = gs.header if gs else None
        return Context(
            interchange_control=isa.control if isa else "",
            group_control=gs.control if gs else "",
            transaction_control=st.control if st else "",
            sender=group[2] if group else isa.header[6].strip() if isa else "",
            receiver=group[3] if group else isa.header[8].strip() if isa else "",
            version=(st.header[3] if st else "") or (group[8] if group else ""),
            test=isa.header[15] == "T" if isa else False,
        )

    def isa(self, segment: Segment) -> list[Finding]:
        """Opens an interchange, closing what was left open."""
        found = self.end()
        self._isa = _Open(segment, segment[13].strip())
        name = (segment[6], segment[8], segment[13])
        if name in self._interchanges:
            found.append(_at("ISA13_REPEATED", segment, 13))
        self._interchanges.add(name)
        return found

    def gs(self, segment: Segment) -> list[Finding]:
        """Opens a functional group."""
        found = self._drop_group()
        self._gs = _Open(segment, segment[6])
        if self._isa:
            self._isa.parts += 1
        return found

    def st(self, segment: Segment) -> list[Finding]:
        """Opens a transaction set."""
        found = self._drop_transaction()
        self._st = _Open(segment, segment[2])
        if self._gs is None:
            found.append(_at("GS_MISSING", segment))
        else:
            self._gs.parts += 1
            if segment[2] in self._gs.controls:
                found.append(_at("ST02_REPEATED", segment, 2))
            self._gs.controls.add(segment[2])
        return found

    def se(self, segment: Segment) -> list[Finding]:
        """Closes a transaction set, whose parts are its segments from ST to SE."""
        opened, self._st = self._st, None
        if opened is not None:
            opened.parts = segment.ordinal - opened.header.ordinal + 1
        return _closing(opened, segment, "SE02_CONTROL", "SE01_COUNT")

    def ge(self, segment: Segment) -> list[Finding]:
        """Closes a functional group."""
        found = self._drop_transaction()
        opened, self._gs = self._gs, None
        return found + _closing(opened, segment, "GE02_CONTROL", "GE01_COUNT")

    def iea(self, segment: Segment) -> list[Finding]:
        """Closes an interchange."""
        found = self._drop_group()
        opened, self._isa = self._isa, None
        return found + _closing(opened, segment, "IEA02_CONTROL", "IEA01_COUNT")

    def end(self) -> list[Finding]:
        """Closes whatever is open at the end of the file or at the next ISA."""
        opened, found = self._isa, []
        if opened is not None:
            found = self._drop_group()
            found.append(_at("IEA_MISSING", opened.header))
            self._isa = None
        return found

    def _drop_group(self) -> list[Finding]:
        found = self._drop_transaction()
        if self._gs is not None:
            found.append(_at("GE_MISSING", self._gs.header))
            self._gs = None
        return found

    def _drop_transaction(self) -> list[Finding]:
        found = []
        if self._st is not None:
            found.append(_at("SE_MISSING", self._st.header))
            self._st = None
        return found


def _closing(opened: _Open | None, trailer: Segment, control: str, count: str) -> list[Finding]:
    """Compares a trailer with its header."""
    if opened is None:
        return [_at("TRAILER_STRAY", trailer)]
    found = []
    if trailer[2].strip() != opened.control:
        found.append(_at(control, trailer, 2))
    if not _says(trailer[1], opened.parts):
        found.append(_at(count, trailer, 1))
    return found


def _says(text: str, count: int) -> bool:
    return text.isascii() and text.isdigit() and text.lstrip("0") == (str(count) if count else "")


def _at(code: str, segment: Segment, position: int | None = None) -> Finding:
    place = segment.id if position is None else f"{segment.id}{position:02}"
    return finding(code, segment.ordinal, segment.offset, place)


AUDIT: dict[str, Callable[[Envelope, Segment], list[Finding]]] = {
    "ISA": Envelope.isa,
    "GS": Envelope.gs,
    "ST": Envelope.st,
    "SE": Envelope.se,
    "GE": Envelope.ge,
    "IEA": Envelope.iea,
}
