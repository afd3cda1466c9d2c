"""What all readers of a transaction set share: loops, digests, and setting aside what cannot be read."""

import hashlib
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache

from edi.fields import Fields
from edi.findings import Finding, Quarantined, Scope
from edi.isa import Delimiters
from edi.items import Item
from edi.segments import RAW_LIMIT, TOO_LONG, Segment
from edi.vocabulary import Sizes
from edi.where import Where

LOOP_LIMIT = 1 << 20
LOOP_SEGMENTS = 20_000
_STANDARD = ("*", ":", "^", "~")
_EMPTY_END = re.compile(r"\*+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Context:
    """What the envelope says about one transaction set."""

    interchange_control: str
    group_control: str
    transaction_control: str
    sender: str
    receiver: str
    version: str
    test: bool


class Loop:
    """The segments of one loop, up to a megabyte and 20,000 segments; what comes after is counted, not kept."""

    __slots__ = ("end", "limit", "overflow", "segments")

    def __init__(self, first: Segment) -> None:
        """Starts with the first segment."""
        self.segments = [first]
        self.end = first.end
        self.limit = first.offset + LOOP_LIMIT
        self.overflow = first.id == TOO_LONG

    def add(self, segment: Segment) -> None:
        """Adds a segment."""
        self.end = end = segment.end
        segments = self.segments
        if end > self.limit or segment.id == TOO_LONG or len(segments) >= LOOP_SEGMENTS:
            self.overflow = True
        else:
            segments.append(segment)


class Assembler(ABC):
    """Turns the segments of one transaction set into items, each as soon as it is complete.

    Attributes:
        transaction_set: Name of the set, such as `277CA`.
        context: Its envelope.
        out: Items and findings ready to be taken.
    """

    transaction_set = ""

    def __init__(self, context: Context) -> None:
        """Starts with nothing read."""
        self.context = context
        self.out: list[Item] = []
        self._ordinal = 0
        self._seen: dict[int, int] = {}

    @abstractmethod
    def take(self, segment: Segment) -> None:
        """Takes the next segment between ST and SE."""

    @abstractmethod
    def close(self) -> None:
        """Ends the transaction set, whether by its trailer or not."""

    @abstractmethod
    def identity(self) -> str:
        """Returns what names this transaction apart from control numbers; part of every digest."""

    def place(self, segment: Segment) -> Where:
        """Returns the place of the next item, which starts at this segment."""
        self._ordinal += 1
        context = self.context
        return Where(
            interchange_control=context.interchange_control,
            group_control=context.group_control,
            transaction_control=context.transaction_control,
            ordinal=self._ordinal,
            segment=segment.ordinal,
            offset=segment.offset,
        )

    def digest(self, segments: list[Segment], extra: str = "") -> str:
        """Returns the digest of content; the second and later occurrence of the same content differ from the first."""
        text = f"{self.transaction_set}\n{self.identity()}\n{extra}\n{_content(segments)}"
        found = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
        key = int.from_bytes(found.digest()[:8])
        occurrence = self._seen[key] = self._seen.get(key, 0) + 1
        if occurrence > 1:
            found.update(b"\n%d" % occurrence)
        return found.hexdigest()

    def set_aside(self, loop: Loop, findings: list[Finding], kind: Scope = "claim", number: str = "") -> None:
        """Puts a loop into quarantine with the reasons."""
        content = raw(loop.segments)
        self.out.append(
            Quarantined(
                kind=kind,
                transaction_set=self.transaction_set,
                where=self.place(loop.segments[0]),
                reasons=tuple(findings),
                raw=content[:RAW_LIMIT],
                length=loop.end - loop.segments[0].offset,
                truncated=loop.overflow or len(content) > RAW_LIMIT,
                claim_number=number,
                digest=self.digest(loop.segments),
            )
        )

    def alone(self, segment: Segment, sizes: Sizes, place: str) -> Fields:
        """Returns a reading of a segment outside of claims; one that does not belong is set aside (`foreign`)."""
        fields = Fields(place)
        if not fields.belongs(segment, sizes):
            self.set_aside(Loop(segment), fields.findings, kind="loop")
        return fields

    def orphan(self, loop: Loop, sizes: Sizes, place: str) -> None:
        """Sets aside segments that belong to no loop that was begun: they are unknown, or their beginning is lost."""
        fields = Fields(place)
        if fields.belongs(loop.segments[0], sizes):
            fields.note("LOOP_ORPHAN", loop.segments[0])
        self.set_aside(loop, fields.findings, kind="loop")


def raw(segments: list[Segment]) -> str:
    """Returns segments as they came."""
    return "".join(segment.raw + segment.delimiters.terminator for segment in segments)


def canonical(segment: Segment) -> str:
    """Returns a segment with the separators `*`, `:` and `^` and without empty elements at its end."""
    return _content([segment])


def _content(segments: list[Segment]) -> str:
    """Returns the canonical form of segments, one a line; all must be of one interchange."""
    text = "\n".join([segment.raw for segment in segments])
    table = _translation(segments[0].delimiters) if segments else None
    if table is not None:
        text = text.translate(table)
    return _EMPTY_END.sub("", text) if "*\n" in text or text.endswith("*") else text


@lru_cache(maxsize=64)
def _translation(delimiters: Delimiters) -> dict[int, str] | None:
    """Returns the table to standard separators; data characters that would become separators turn to spaces."""
    if delimiters[:3] == _STANDARD[:3]:
        return None
    table = dict.fromkeys(map(ord, _STANDARD), " ")
    for mark, standard in zip(delimiters[:3], _STANDARD, strict=False):
        if mark:
            table[ord(mark)] = standard
    return table
