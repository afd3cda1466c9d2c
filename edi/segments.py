"""Bytes to segments: any separators, any terminator, several interchanges, in chunks, with byte offsets.

Text is handled as Latin-1, one character a byte, so that offsets stay true; names in UTF-8 are repaired a segment at
a time. Nothing is dropped silently: what is not a segment comes out as `Junk`.
"""

import re
from collections.abc import Generator, Iterator
from typing import BinaryIO, NamedTuple

from edi.findings import Finding, finding
from edi.isa import ISA_ANYWHERE, ISA_CANDIDATE, Delimiters, Header, read_isa

CHUNK = 1 << 16
SEGMENT_LIMIT = 1 << 16
RAW_LIMIT = 1 << 18
TOO_LONG = "(too long)"
_ISA_SPAN = 512
_PADDING = " \t\r\n\x00\x1a"
_BOM = "\xef\xbb\xbf"


class Segment:
    """One segment; `segment[n]` is element n or an empty string.

    Attributes:
        id: Segment id; `TOO_LONG` if the segment was longer than `SEGMENT_LIMIT`.
        elements: Id and elements.
        raw: The segment as it came, without terminator; the beginning only if it was too long.
        ordinal: Number within the file, counted from 1.
        offset: First byte.
        end: Byte after the terminator.
        delimiters: Those of its interchange.
    """

    __slots__ = ("delimiters", "elements", "end", "id", "offset", "ordinal", "raw")

    def __init__(self, raw: str, ordinal: int, offset: int, end: int, delimiters: Delimiters) -> None:
        """Splits the raw text into elements."""
        self.raw = raw
        self.elements = raw.split(delimiters.element)
        self.id = self.elements[0]
        self.ordinal = ordinal
        self.offset = offset
        self.end = end
        self.delimiters = delimiters

    def __getitem__(self, position: int) -> str:
        """Returns the element at a position, empty if it was not sent."""
        elements = self.elements
        return elements[position] if position < len(elements) else ""

    def components(self, position: int) -> list[str]:
        """Returns the components of a composite element."""
        return self[position].split(self.delimiters.component)


class Junk(NamedTuple):
    """Text outside any interchange; `raw` is cut at `RAW_LIMIT`, `length` is not; `last` if the file ends with it."""

    raw: str
    ordinal: int
    offset: int
    length: int
    last: bool


Token = Segment | Junk | Finding


def tokenise(stream: BinaryIO) -> Iterator[Token]:
    """Yields segments, junk and findings in file order; memory does not grow with the file.

    Args:
        stream: A binary file, read forward only.
    """
    return _Tokeniser(stream).tokens()


class _Tokeniser:
    """The window over the file: `text` starts at byte `offset`."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.text = ""
        self.offset = 0
        self.ordinal = 0
        self.noted: set[str] = set()
        self.terminator = ""

    def tokens(self) -> Iterator[Token]:
        self._fill()
        if self.text.startswith(_BOM):
            self._drop(len(_BOM))
            yield finding("BOM", 0, 0)
        while self.text or self._fill():
            header = None
            yield from self._junk()
            if self.text:
                header = read_isa(self.text)
            if header is not None:
                yield from self._interchange(header)
            elif self.text:
                yield finding("ISA_UNREADABLE", self.ordinal + 1, self.offset, "ISA")
                yield from self._junk(skip=3)

    def _fill(self) -> bool:
        chunk = self.stream.read(CHUNK)
        self.text += chunk.decode("latin-1")
        return bool(chunk)

    def _drop(self, length: int) -> None:
        self.text = self.text[length:]
        self.offset += length

    def _junk(self, skip: int = 0) -> Iterator[Token]:
        """Moves to the next ISA with room to read it; what was passed over comes out, unless it is padding."""
        kept, start, length = "", self.offset, 0
        while (match := ISA_CANDIDATE.search(self.text, skip)) is None:
            passed = len(self.text) if not (more := self._peek()) else max(len(self.text) - 3, 0)
            kept, length = (kept + self.text[:passed])[:RAW_LIMIT], length + passed
            self._drop(passed)
            self.text += more
            skip = max(skip - passed, 0)
            if not more:
                break
        if match is not None:
            kept, length = (kept + self.text[: match.start()])[:RAW_LIMIT], length + match.start()
            self._drop(match.start())
        while match is not None and len(self.text) < _ISA_SPAN and self._fill():
            pass
        if kept.strip(_PADDING + self.terminator):
            yield Junk(kept, self.ordinal + 1, start, length, last=match is None)

    def _peek(self) -> str:
        return self.stream.read(CHUNK).decode("latin-1")

    def _interchange(self, header: Header) -> Iterator[Token]:
        """Yields the segments of one interchange, up to its IEA, the next ISA or the end of the file."""
        self.noted = set()
        self.terminator = header.delimiters.terminator
        self.ordinal += 1
        for code in header.findings:
            yield finding(code, self.ordinal, self.offset, "ISA")
        isa = Segment(header.raw, self.ordinal, self.offset, self.offset + header.length, header.delimiters)
        isa.elements = header.elements
        yield isa
        self._drop(header.length)
        padding = _PADDING.translate({ord(mark): "" for mark in header.delimiters if mark})
        while True:
            following = ISA_ANYWHERE.search(self.text)
            pieces = self.text[: following.start() if following else None].split(header.delimiters.terminator)
            tail = pieces.pop()
            if (yield from self._segments(pieces, header.delimiters, padding)):
                return
            if following or (len(tail) <= SEGMENT_LIMIT and not self._fill()):
                yield from self._tail(tail, header.delimiters, padding)
                return
            if len(tail) > SEGMENT_LIMIT:
                yield from self._too_long(header.delimiters)

    def _segments(self, pieces: list[str], delimiters: Delimiters, padding: str) -> Generator[Token, None, bool]:
        """Yields segments; returns True if the interchange ended here. The window is moved past what was yielded."""
        start = offset = self.offset
        ordinal = self.ordinal
        ended = False
        plain = self.text.isascii() and not re.search(r"[\r\n]", self.text)
        for piece in pieces:
            begin, offset = offset, offset + len(piece) + 1
            raw = piece.strip(padding)
            if piece is not raw:
                begin += len(piece) - len(piece.lstrip(padding))
            if not raw:
                if not piece and "EMPTY_SEGMENT" not in self.noted:
                    yield self._note("EMPTY_SEGMENT", ordinal + 1, begin)
                continue
            if not plain and (not raw.isascii() or "\n" in raw or "\r" in raw):
                code = "LINE_BREAK" if re.search(r"[\r\n]", raw) else "ENCODING"
                if code not in self.noted:
                    yield self._note(code, ordinal + 1, begin)
                raw = _repaired(raw, delimiters)
            ordinal += 1
            if raw[0] == "I":
                if ISA_CANDIDATE.match(raw):
                    offset, ordinal, ended = begin, ordinal - 1, True
                    break
                ended = raw.startswith("IEA" + delimiters.element)
            yield Segment(raw, ordinal, begin, offset, delimiters)
            if ended:
                break
        self.ordinal = ordinal
        self._drop(offset - start)
        return ended

    def _tail(self, tail: str, delimiters: Delimiters, padding: str) -> Iterator[Token]:
        """Yields what stands behind the last terminator, if anything."""
        raw = _repaired(tail.strip(padding), delimiters)
        begin = self.offset + len(tail) - len(tail.lstrip(padding))
        self._drop(len(tail))
        if raw:
            self.ordinal += 1
            yield finding("SEGMENT_CUT", self.ordinal, begin)
            yield Segment(raw, self.ordinal, begin, self.offset, delimiters)

    def _too_long(self, delimiters: Delimiters) -> Iterator[Token]:
        """Passes over a segment that is too long, keeping its beginning and its place."""
        start, kept = self.offset, self.text[:SEGMENT_LIMIT]
        self.ordinal += 1
        yield finding("SEGMENT_TOO_LONG", self.ordinal, start)
        while (end := self.text.find(delimiters.terminator)) < 0:
            self._drop(len(self.text))
            if not self._fill():
                break
        self._drop(end + 1 if end >= 0 else 0)
        segment = Segment(kept, self.ordinal, start, self.offset, delimiters)
        segment.id = TOO_LONG
        yield segment

    def _note(self, code: str, ordinal: int, offset: int) -> Finding:
        """Returns the finding for an oddity of the text, which is to be reported once an interchange."""
        self.noted.add(code)
        return finding(code, ordinal, offset)


def _repaired(raw: str, delimiters: Delimiters) -> str:
    """Returns the segment without line breaks, read as UTF-8 where it is UTF-8."""
    if "\n" not in delimiters and "\r" not in delimiters:
        raw = raw.replace("\r", "").replace("\n", "")
    if raw.isascii():
        return raw
    try:
        return raw.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return raw
