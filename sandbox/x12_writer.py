"""The sandbox's own X12: segments, transaction sets, envelopes. Knows nothing of how Baton reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from journey.words import Cents
from sandbox.adjudication import Adjustment
from sandbox.people import Address, Person

Element = str | tuple[str, ...]
"""A plain element, or the components of a composite."""
Segment = tuple[Element, ...]


@dataclass(frozen=True)
class Separators:
    """One partner's delimiters; the segment terminator may be followed by a line break."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"
    line_break: str = "\n"


@dataclass(frozen=True)
class Partner:
    """One end of an interchange: its id and how it writes."""

    id: str
    name: str
    separators: Separators = Separators()


@dataclass(frozen=True)
class TransactionSet:
    """One ST to SE, without both: what it is and its segments."""

    identifier: str
    """ST01."""
    version: str
    """GS08 and ST03."""
    functional_id: str
    """GS01; empty for what stands in no group (TA1)."""
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Interchange:
    """One file: one interchange with one functional group of transaction sets of one kind."""

    sender: Partner
    receiver: Partner
    at: datetime
    control: int
    """ISA13 and GS06."""
    sets: tuple[TransactionSet, ...]

    def set_control(self, place: int) -> str:
        """ST02 of the transaction set at a place, counted from 0."""
        return f"{self.control % 10000:04d}{place + 1:04d}"

    def renumbered(self, control: int, at: datetime) -> Interchange:
        """The same content sent once more under other control numbers."""
        return replace(self, control=control, at=at)


def write(interchange: Interchange) -> bytes:
    """The interchange as bytes, with counts and control numbers that agree."""
    first, separators = interchange.sets[0], interchange.sender.separators
    day, clock = d8(interchange.at.date()), interchange.at.strftime("%H%M")
    control = f"{interchange.control:09d}"
    group = str(interchange.control)
    ends = (interchange.sender.id, interchange.receiver.id)
    segments: list[Segment] = [("GS", first.functional_id, *ends, day, clock, group, "X", first.version)]
    for place, each in enumerate(interchange.sets):
        segments += _transaction(each, interchange.set_control(place))
    segments += [("GE", str(len(interchange.sets)), group), ("IEA", "1", control)]
    if not first.functional_id:
        segments = [segment for each in interchange.sets for segment in each.segments] + [("IEA", "0", control)]
    text = _isa(interchange, control) + "".join(_text(each, separators) for each in segments)
    return text.encode("ascii")


def _transaction(each: TransactionSet, control: str) -> list[Segment]:
    # Remittances carry no ST03: the guide of the 835 has none.
    start: Segment = ("ST", each.identifier, control)
    if each.identifier != "835":
        start = (*start, each.version)
    return [start, *each.segments, ("SE", str(len(each.segments) + 2), control)]


def _isa(interchange: Interchange, control: str) -> str:
    marks = interchange.sender.separators
    at = interchange.at
    elements = ("ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{interchange.sender.id:<15}", "ZZ",
                f"{interchange.receiver.id:<15}", at.strftime("%y%m%d"), at.strftime("%H%M"), marks.repetition, "00501",
                control, "0", "P", marks.component)  # fmt: skip
    return marks.element.join(elements) + marks.segment + marks.line_break


def _text(segment: Segment, marks: Separators) -> str:
    elements = [
        each if isinstance(each, str) else marks.component.join(each).rstrip(marks.component) for each in segment
    ]
    return marks.element.join(elements).rstrip(marks.element) + marks.segment + marks.line_break


def d8(day: date) -> str:
    """A date as CCYYMMDD."""
    return day.strftime("%Y%m%d")


def money(cents: Cents) -> str:
    """Cents as an X12 decimal without needless zeros: 1250 is 12.5, -30000 is -300."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if cents < 0 else text


def organisation(entity: str, name: str, qualifier: str = "", identifier: str = "") -> Segment:
    """NM1 of a company."""
    return ("NM1", entity, "2", name.upper(), "", "", "", "", qualifier, identifier)


def person(entity: str, who: Person, qualifier: str = "", identifier: str = "") -> Segment:
    """NM1 of a human being."""
    return ("NM1", entity, "1", who.last_name.upper(), who.first_name.upper(), "", "", "", qualifier, identifier)


def address(where: Address) -> tuple[Segment, Segment]:
    """N3 and N4."""
    return ("N3", where.street.upper()), ("N4", where.city.upper(), where.state, where.postal_code)


def birth(who: Person) -> Segment:
    """DMG: date of birth and gender."""
    return ("DMG", "D8", d8(who.birth), who.gender)


def on(qualifier: str, day: date) -> Segment:
    """DTP of a single day."""
    return ("DTP", qualifier, "D8", d8(day))


def during(qualifier: str, first: date, last: date) -> Segment:
    """DTP of a day or of a span of days."""
    if first == last:
        return on(qualifier, first)
    return ("DTP", qualifier, "RD8", f"{d8(first)}-{d8(last)}")


def adjustments(given: Sequence[Adjustment]) -> list[Segment]:
    """CAS: a segment for each group and six of its adjustments, in the order in which the groups come."""
    segments: list[Segment] = []
    for group in dict.fromkeys(each.group for each in given):
        members = [each for each in given if each.group == group]
        segments += [_cas(group, members[start : start + 6]) for start in range(0, len(members), 6)]
    return segments


def _cas(group: str, members: list[Adjustment]) -> Segment:
    elements: list[Element] = []
    for each in members:
        elements += [each.reason, money(each.cents), ""]
    return ("CAS", group, *elements)
