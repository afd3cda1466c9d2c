"""Typed values out of segments; what is wrong with them is kept as findings, never raised."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from edi.findings import Finding, finding
from edi.money import NumberError, cents, quantity
from edi.parts import Adjustment, Amount, Party, Period, Procedure, Quantity, Reference
from edi.segments import Segment
from edi.vocabulary import ADJUSTMENT_GROUPS, Sizes

Record = dict[str, Any]
_NONE = [""] * 9


class ImplausibleError(ValueError):
    """A date outside 1900 to 2100."""


class Fields:
    """Reads one loop.

    Attributes:
        loop: Name of the loop for the place of a finding.
        findings: What was noticed, in file order.
        unsafe: True once a finding is an error.
        foreign: True once a segment was met that does not belong here: something may have run together.
    """

    __slots__ = ("findings", "foreign", "loop", "unsafe")

    def __init__(self, loop: str) -> None:
        """Starts without findings."""
        self.loop = loop
        self.findings: list[Finding] = []
        self.unsafe = False
        self.foreign = False

    def note(self, code: str, segment: Segment, position: int | None = None) -> None:
        """Adds a finding about a segment, or about one element of it."""
        name = segment.id if segment.id.isalnum() and len(segment.id) <= 3 else "segment"
        place = f"{self.loop} {name}{'' if position is None else f'{position:02}'}"
        found = finding(code, segment.ordinal, segment.offset, place)
        self.findings.append(found)
        self.unsafe = self.unsafe or found.level == "error"

    def belongs(self, segment: Segment, sizes: Sizes, everywhere: Collection[str] = ()) -> bool:
        """Tells whether a segment may stand here; if not, or if it is too long, that is an error."""
        size = sizes.get(segment.id)
        if size is not None and len(segment.elements) <= size + 1:
            return True
        misplaced = segment.id in everywhere
        self.note(
            "SEGMENT_SHAPE" if size is not None else "SEGMENT_MISPLACED" if misplaced else "SEGMENT_UNKNOWN", segment
        )
        self.foreign = True
        return False

    def text(self, segment: Segment, position: int) -> str:
        """Returns a required text."""
        value = segment[position]
        if not value:
            self.note("VALUE_MISSING", segment, position)
        return value

    def code(self, segment: Segment, position: int, allowed: Collection[str]) -> str:
        """Returns a required code of a closed list."""
        value = segment[position]
        if value not in allowed:
            self.note("VALUE_BAD" if value else "VALUE_MISSING", segment, position)
        return value

    def cents(self, segment: Segment, position: int) -> int:
        """Returns a required amount in cents; 0 with a finding if it is not one."""
        try:
            return cents(segment.elements[position])
        except (NumberError, IndexError):
            self.note("AMOUNT_BAD", segment, position)
            return 0

    def cents_if_sent(self, segment: Segment, position: int) -> int | None:
        """Returns an optional amount in cents."""
        return self.cents(segment, position) if segment[position] else None

    def quantity(self, segment: Segment, position: int) -> Decimal | None:
        """Returns an optional quantity."""
        value = segment[position]
        if not value:
            return None
        try:
            return quantity(value)
        except NumberError:
            self.note("QUANTITY_BAD", segment, position)
            return None

    def number(self, segment: Segment, position: int) -> int:
        """Returns a required count; 0 with a finding if it is not one."""
        value = segment[position]
        if value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
        self.note("VALUE_BAD" if value else "VALUE_MISSING", segment, position)
        return 0

    def day(self, segment: Segment, position: int) -> date | None:
        """Returns an optional date in the form CCYYMMDD."""
        try:
            return _day(segment.elements[position])
        except (ValueError, IndexError):
            return self.calendar_day(segment[position], segment, position) if segment[position] else None

    def period(self, segment: Segment) -> Period | None:
        """Returns the date or span of days of a DTP; None for a time of day and with a finding for anything else."""
        kind, value = segment[2], segment[3]
        if kind == "TM":
            return None
        if kind not in ("D8", "RD8", "DT"):
            self.note("VALUE_BAD", segment, 2)
            return None
        first, dash, last = (
            (value, "", "") if kind == "D8" else (value[:8], "", "") if kind == "DT" else value.partition("-")
        )
        if kind == "RD8" and not dash:
            self.note("PERIOD_SINGLE", segment, 3)
        start = self.calendar_day(first, segment, 3)
        end = self.calendar_day(last, segment, 3) if dash else start
        return Period(qualifier=segment[1], start=start, end=end) if start and end else None

    def calendar_day(self, value: str, segment: Segment, position: int) -> date | None:
        """Returns a date given as CCYYMMDD, which is part of an element; None with a finding if it is none."""
        try:
            return _day(value)
        except ImplausibleError:
            self.note("DATE_IMPLAUSIBLE", segment, position)
        except ValueError:
            self.note("DATE_BAD", segment, position)
        return None

    def trios(self, segment: Segment) -> list[Record]:
        """Returns the up to six trios of a CAS as values for `Adjustment`."""
        elements = segment.elements
        group, last = self.code(segment, 1, ADJUSTMENT_GROUPS), len(elements) - 1
        trios = []
        for at in range(2, max(last, 2) + 1, 3):
            reason = elements[at] if at <= last else ""
            if not reason.isalnum() or len(reason) > 5:
                if at > 2 and not any(elements[at : at + 3]):
                    continue
                self.note("VALUE_BAD" if reason else "VALUE_MISSING", segment, at)
            units = self.quantity(segment, at + 2) if at + 2 <= last else None
            trios.append({"group": group, "reason": reason, "cents": self.cents(segment, at + 1), "quantity": units})
        return trios

    def adjustments(self, segment: Segment) -> tuple[Adjustment, ...]:
        """Returns the trios of a CAS."""
        return tuple(Adjustment(**trio) for trio in self.trios(segment))

    def named(self, segment: Segment) -> Record:
        """Returns an NM1 as values for `Party`; kind and length of the qualifier show whether elements have shifted."""
        _, entity, kind, name, first, middle, _, suffix, qualifier, identifier, *_ = segment.elements + _NONE
        if kind not in ("1", "2"):
            self.note("VALUE_BAD" if kind else "VALUE_MISSING", segment, 2)
        if len(qualifier) > 2:
            self.note("VALUE_BAD", segment, 8)
        elif bool(qualifier) != bool(identifier):
            self.note("NM109_PAIR", segment, 9)
        return {
            "entity": entity,
            "kind": kind,
            "name": name,
            "first": first,
            "middle": middle,
            "suffix": suffix,
            "qualifier": qualifier,
            "identifier": identifier,
        }

    def party(self, segment: Segment) -> Party:
        """Returns the party of an NM1."""
        return Party(**self.named(segment))

    def amount(self, segment: Segment) -> Amount:
        """Returns an AMT."""
        return Amount(qualifier=self.text(segment, 1), cents=self.cents(segment, 2))

    def quantities(self, segment: Segment) -> Quantity:
        """Returns a QTY."""
        return Quantity(qualifier=self.text(segment, 1), value=self.quantity(segment, 2) or Decimal(0))


def referred(segment: Segment) -> Reference:
    """Returns the number of a REF."""
    _, qualifier, value, *_ = segment.elements + _NONE
    return Reference(qualifier=qualifier, value=value)


@lru_cache(maxsize=4096)
def procedure(text: str, component: str) -> Procedure:
    """Returns a procedure from the composite SVC01, SV101, SV202 or SVD03 and the separator of its components."""
    qualifier, code, *modifiers = [*text.split(component), ""][:6]
    return Procedure(qualifier=qualifier, code=code, modifiers=tuple(filter(None, modifiers)))


@lru_cache(maxsize=4096)
def _day(value: str) -> date:
    if len(value) != 8 or not value.isascii() or not value.isdigit():
        raise ValueError("not CCYYMMDD")
    day = date(int(value[:4]), int(value[4:6]), int(value[6:]))
    if not 1900 <= day.year <= 2100:
        raise ImplausibleError
    return day
