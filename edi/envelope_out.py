"""Segments to one interchange: separators, control numbers and counts of everything that leaves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from edi.isa import WIDTHS, Delimiters
from edi.trading_partner import TradingPartner
from edi.where import Frozen

DELIMITERS: Final = Delimiters(element="*", component=":", repetition="^", terminator="~")
"""The separators of everything we send; no value may hold one."""

_FIRST_FREE: Final = 11
"""ISA11 and what follows it may hold separators; the elements before it may not."""

Element = str | tuple[str, ...]
"""One element of a segment; a tuple is a composite, its parts in order."""

ControlNumber = Annotated[int, Field(ge=1, le=999_999_999)]


class UnsendableError(ValueError):
    """A value that X12 cannot carry; names segment and element and never the value.

    Attributes:
        place: Segment and element, such as `NM103`.
    """

    def __init__(self, place: str, problem: str) -> None:
        """Takes the place and what is wrong there."""
        super().__init__(f"{place} {problem}")
        self.place = place


class Controls(Frozen):
    """The numbers that acknowledgements return: ISA13, GS06 and ST02."""

    interchange: ControlNumber
    group: ControlNumber
    transaction: ControlNumber


class Guide(NamedTuple):
    """What is sent: GS01, ST01, and the implementation guide of GS08 and ST03."""

    functional_id: str
    transaction_set: str
    version: str


def segment(name: str, *elements: Element) -> str:
    """Returns one segment without its terminator; empty elements and parts at an end are left out.

    Args:
        name: Segment id.
        elements: Values in order, empty where nothing is sent.

    Raises:
        UnsendableError: If a value holds a separator, a control character or anything beyond ASCII.
    """
    texts = [_element(f"{name}{at:02}", each) for at, each in enumerate(elements, 1)]
    return DELIMITERS.element.join([name, *texts]).rstrip(DELIMITERS.element)


def interchange(
    body: Iterable[str], guide: Guide, partner: TradingPartner, controls: Controls, written_at: datetime
) -> str:
    """Returns an interchange of one group with one transaction set.

    Args:
        body: Segments between ST and SE, each made by `segment`.
        guide: What is sent.
        partner: Who sends to whom.
        controls: The numbers of this interchange.
        written_at: Aware; ISA09 to GS05 state it in the time zone it is given in.

    Raises:
        UnsendableError: If an identity of the partner cannot be sent.
    """
    control = f"{controls.transaction:04d}"
    inner = [segment("ST", guide.transaction_set, control, guide.version), *body]
    segments = [
        _isa(partner, controls, written_at),
        _gs(guide, partner, controls, written_at),
        *inner,
        segment("SE", str(len(inner) + 1), control),
        segment("GE", "1", str(controls.group)),
        segment("IEA", "1", f"{controls.interchange:09d}"),
    ]
    return "".join(each + DELIMITERS.terminator for each in segments)


def _isa(partner: TradingPartner, controls: Controls, written_at: datetime) -> str:
    ends = (partner.sender, partner.receiver)
    values = [
        *("00", "", "00", ""),
        *(value for end in ends for value in (end.qualifier, end.identifier)),
        *(f"{written_at:%y%m%d}", f"{written_at:%H%M}", DELIMITERS.repetition, "00501"),
        *(f"{controls.interchange:09d}", "0", "T" if partner.test else "P"),
    ]
    for at, value in enumerate(values[: _FIRST_FREE - 1], 1):
        _element(f"ISA{at:02}", value)
    padded = [_padded(f"ISA{at:02}", *each) for at, each in enumerate(zip(values, WIDTHS, strict=True), 1)]
    return DELIMITERS.element.join(["ISA", *padded, DELIMITERS.component])


def _padded(place: str, value: str, width: int) -> str:
    if len(value) > width:
        raise UnsendableError(place, f"has more than {width} characters")
    return value.ljust(width)


def _gs(guide: Guide, partner: TradingPartner, controls: Controls, written_at: datetime) -> str:
    day, time = f"{written_at:%Y%m%d}", f"{written_at:%H%M}"
    ends = (partner.sender.group, partner.receiver.group)
    return segment("GS", guide.functional_id, *ends, day, time, str(controls.group), "X", guide.version)


def _element(place: str, value: Element) -> str:
    if isinstance(value, str):
        return _sendable(place, value)
    parts = [_sendable(f"{place}-{at}", part) for at, part in enumerate(value, 1)]
    return DELIMITERS.component.join(parts).rstrip(DELIMITERS.component)


def _sendable(place: str, value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise UnsendableError(place, "holds a character that cannot be sent")
    if any(mark in value for mark in DELIMITERS):
        raise UnsendableError(place, "holds a character that separates values in X12")
    return value
