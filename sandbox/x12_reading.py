"""X12 as a trading partner reads it: envelopes, segments, and what TA1 and 999 say of them. Knows nothing of `edi`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import NamedTuple, NoReturn

from journey.words import Cents

ISA_LENGTH = 106
"""ISA is the one segment of fixed width: what follows it is announced in it."""

VERSIONS = {
    ("HC", "837", "005010X222A1"),
    ("HC", "837", "005010X223A2"),
    ("HR", "276", "005010X212"),
}
"""Group, transaction set and guide that the clearinghouse takes."""


class Complaint(NamedTuple):
    """IK3 of a 999, and IK4 when one element is meant; the value itself is never repeated."""

    segment: str
    place: int
    """IK302: the segment's number in its transaction set; ST is 1."""
    loop: str
    code: str
    """IK304: 3 a required segment is missing, 8 an element is wrong."""
    element: int = 0
    fault: str = ""
    """IK403: 1 missing, 6 an invalid character, 7 a code not known, 8 no date."""


class MisreadError(Exception):
    """A transaction set cannot be understood from one segment on."""

    def __init__(self, complaint: Complaint) -> None:
        """Take what the 999 will say."""
        super().__init__(f"{complaint.segment} at {complaint.place} in {complaint.loop}")
        self.complaint = complaint


@dataclass(frozen=True)
class ReadSegment:
    """One segment with its place."""

    id: str
    elements: tuple[str, ...]
    place: int
    component: str = ":"
    loop: str = ""

    def at(self, element: int) -> str:
        """An element by its number; empty if it was not sent."""
        return self.elements[element - 1] if element <= len(self.elements) else ""

    def parts(self, element: int) -> tuple[str, ...]:
        """The components of a composite; none of an empty one."""
        text = self.at(element)
        return tuple(text.split(self.component)) if text else ()

    def part(self, element: int, component: int) -> str:
        """One component by its number; empty if it was not sent."""
        found = self.parts(element)
        return found[component - 1] if component <= len(found) else ""

    def needed(self, element: int) -> str:
        """An element without which nothing can be done."""
        return self.at(element) or self.wrong(element, "1")

    def money(self, element: int) -> Cents:
        """An amount that must be there, in cents."""
        text = self.needed(element)
        return cents(text) if is_amount(text) else self.wrong(element, "6")

    def day(self, element: int) -> date:
        """A date that must be there; of a span its first day."""
        text = self.needed(element)[:8]
        try:
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  a calendar day has no zone
        except ValueError:
            self.wrong(element, "8")

    def complaint(self, code: str = "8", element: int = 0, fault: str = "") -> Complaint:
        """What a 999 says of this segment."""
        return Complaint(self.id, self.place, self.loop, code, element, fault)

    def wrong(self, element: int, fault: str) -> NoReturn:
        """Refuse the transaction set for one element of this segment."""
        raise MisreadError(self.complaint("8", element, fault)) from None


@dataclass(frozen=True)
class ReadSet:
    """One transaction set, ST and SE with it."""

    identifier: str
    control: str
    version: str
    segments: tuple[ReadSegment, ...]
    fault: str = ""
    """IK502: 1 not taken here, 2 no trailer, 3 another number in it, 4 another count in it, 5 a segment is wrong."""
    complaints: tuple[Complaint, ...] = ()

    @property
    def sound(self) -> bool:
        """True unless it is refused."""
        return not self.fault

    def misread(self, complaint: Complaint) -> ReadSet:
        """The same set, refused for one segment."""
        return replace(self, fault="5", complaints=(*self.complaints, complaint))


@dataclass(frozen=True)
class ReadGroup:
    """One functional group."""

    functional_id: str
    control: str
    version: str
    at: datetime
    sets: tuple[ReadSet, ...]
    fault: str = ""
    """AK905: 3 no trailer, 4 the trailer names another number, 5 the count is wrong."""


@dataclass(frozen=True)
class ReadFile:
    """One interchange as it came."""

    control: str
    day: str
    time: str
    sender: str
    groups: tuple[ReadGroup, ...] = ()
    fault: str = ""
    """TA105: 001 the trailer names another number, 021 the count is wrong, 022 the structure is, 023 it just ends."""


@dataclass
class _Envelope:
    """What was read so far of the envelope that is open."""

    head: ReadSegment
    inside: list[ReadSegment] = field(default_factory=list)


def read_file(data: bytes) -> ReadFile | None:
    """One file with one interchange; None where there is no ISA to answer to."""
    text = data.decode("ascii", "replace")
    if not text.startswith("ISA") or len(text) < ISA_LENGTH:
        return None
    head = text[:ISA_LENGTH].split(text[3])
    if len(head) != 17:
        return None
    file = ReadFile(control=head[13], day=head[9], time=head[10], sender=head[6].strip())
    segments = _split(text[ISA_LENGTH:], text[3], text[104], text[105])
    if not segments or segments[-1].id != "IEA":
        return replace(file, fault="023")
    *body, trailer = segments
    return _check(replace(file, groups=tuple(_groups(body))), body, trailer)


def _check(file: ReadFile, body: list[ReadSegment], trailer: ReadSegment) -> ReadFile:
    if trailer.at(2) != file.control:
        return replace(file, fault="001", groups=())
    if body and body[0].id != "GS":
        return replace(file, fault="022", groups=())
    if trailer.at(1) != str(len(file.groups)):
        return replace(file, fault="021", groups=())
    return file


def _split(text: str, element: str, component: str, terminator: str) -> list[ReadSegment]:
    segments = []
    for each in text.split(terminator):
        name, *elements = each.strip("\r\n").split(element)
        if name:
            segments.append(ReadSegment(name, tuple(elements), 0, component))
    return segments


def _groups(segments: list[ReadSegment]) -> list[ReadGroup]:
    groups: list[ReadGroup] = []
    open_: _Envelope | None = None
    for each in segments:
        if each.id == "GS":
            groups += [_group(open_, None)] if open_ else []
            open_ = _Envelope(each)
        elif open_ and each.id == "GE":
            groups.append(_group(open_, each))
            open_ = None
        elif open_:
            open_.inside.append(each)
    return groups + ([_group(open_, None)] if open_ else [])


def _group(read: _Envelope, trailer: ReadSegment | None) -> ReadGroup:
    head, sets = read.head, _sets(read)
    fault = "3" if trailer is None else ""
    if trailer and trailer.at(2) != head.at(6):
        fault = "4"
    elif trailer and trailer.at(1) != str(len(sets)):
        fault = "5"
    return ReadGroup(head.at(1), head.at(6), head.at(8), _moment(head.at(4), head.at(5)), tuple(sets), fault)


def _sets(group: _Envelope) -> list[ReadSet]:
    sets: list[ReadSet] = []
    inside: list[ReadSegment] = []
    for each in group.inside:
        if each.id == "ST" and inside:
            sets.append(_set(inside, group.head))
            inside = []
        inside.append(replace(each, place=len(inside) + 1))
        if each.id == "SE":
            sets.append(_set(inside, group.head))
            inside = []
    return sets + ([_set(inside, group.head)] if inside else [])


def _set(segments: list[ReadSegment], group: ReadSegment) -> ReadSet:
    first, last = segments[0], segments[-1]
    version = first.at(3) or group.at(8)
    made = ReadSet(first.at(1), first.at(2), version, tuple(segments))
    return replace(made, fault=_set_fault(made, first, last, group.at(1)))


def _set_fault(made: ReadSet, first: ReadSegment, last: ReadSegment, functional_id: str) -> str:
    if first.id != "ST" or (functional_id, made.identifier, made.version) not in VERSIONS:
        return "1"
    if last.id != "SE":
        return "2"
    if last.at(2) != made.control:
        return "3"
    return "" if last.at(1) == str(len(made.segments)) else "4"


def _moment(day: str, clock: str) -> datetime:
    """CCYYMMDD and HHMM[SS] in UTC; the beginning of time where they are none, so that nothing waits for it."""
    try:
        return datetime.strptime(day + clock[:4], "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def is_amount(text: str) -> bool:
    """True for a decimal with at most two places, as money is written."""
    whole, point, rest = text.removeprefix("-").partition(".")
    return (whole + rest).isascii() and (whole + rest).isdigit() and len(rest) <= 2 and bool(rest or not point)


def cents(text: str) -> Cents:
    """An amount in cents: 12.5 is 1250."""
    whole, _, rest = text.removeprefix("-").partition(".")
    value = int(whole or "0") * 100 + int(rest.ljust(2, "0"))
    return -value if text.startswith("-") else value
