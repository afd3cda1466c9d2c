"""One status loop of a 277 or 277CA: TRN with its STC, references and service lines."""

from collections.abc import Callable
from datetime import date

from edi.acknowledgement import Status, StatusCode, StatusLine
from edi.assembly import Loop
from edi.fields import Fields, procedure, referred
from edi.parts import Amount, Period, Quantity, Reference, reference
from edi.segments import Segment
from edi.vocabulary import ACKNOWLEDGEMENT_CATEGORIES, STATUS_CATEGORIES, STATUS_LEVEL, STATUS_LOOP


class _Line:
    """A service line while it is read."""

    __slots__ = ("first", "references", "service", "statuses")

    def __init__(self, first: Segment) -> None:
        self.first = first
        self.references: list[Reference] = []
        self.service: Period | None = None
        self.statuses: list[Status] = []


class StatusReading:
    """The reading of one loop.

    Attributes:
        fields: Findings about it.
        trace: TRN02.
        statuses: STC above the lines.
        references: REF above the lines.
        service: DTP*472 above the lines.
        dates: All DTP above the lines by qualifier.
        quantities: QTY.
        amounts: AMT.
    """

    def __init__(self, loop: Loop, transaction_set: str) -> None:
        """Reads all segments of the loop."""
        self.fields = Fields("2200")
        self.trace = ""
        self.statuses: list[Status] = []
        self.references: list[Reference] = []
        self.service: Period | None = None
        self.dates: dict[str, date] = {}
        self.quantities: list[Quantity] = []
        self.amounts: list[Amount] = []
        self._lines: list[_Line] = []
        self._acknowledges = transaction_set == "277CA"
        for segment in loop.segments:
            if self.fields.belongs(segment, STATUS_LOOP, STATUS_LEVEL):
                _READERS[segment.id](self, segment)
        if loop.overflow:
            self.fields.note("LOOP_TOO_LONG", loop.segments[0])

    def lines(self) -> tuple[StatusLine, ...]:
        """Returns the service lines."""
        return tuple(self._line(line) for line in self._lines)

    def _line(self, line: _Line) -> StatusLine:
        first, references = line.first, tuple(line.references)
        return StatusLine(
            procedure=procedure(first[1], first.delimiters.component),
            charge_cents=self.fields.cents_if_sent(first, 2),
            paid_cents=self.fields.cents_if_sent(first, 3),
            revenue_code=first[4],
            units=first[7] or first[5],
            control_number=reference(references, "FJ"),
            service=line.service,
            statuses=tuple(line.statuses),
            references=references,
        )

    def _trn(self, segment: Segment) -> None:
        if self.trace:
            self.fields.note("SEGMENT_REPEATED", segment)
        self.trace = self.fields.text(segment, 2)

    def _stc(self, segment: Segment) -> None:
        fields = self.fields
        codes = [self._code(segment, at) for at in (1, 10, 11) if at == 1 or segment[at]]
        if self._acknowledges and segment[3]:
            fields.code(segment, 3, ("WQ", "U"))
        status = Status(
            codes=tuple(codes),
            effective=fields.day(segment, 2),
            action=segment[3],
            charge_cents=fields.cents_if_sent(segment, 4),
            paid_cents=fields.cents_if_sent(segment, 5),
            adjudicated=fields.day(segment, 6),
            paid_on=fields.day(segment, 8),
            payment_number=segment[9],
        )
        (self._lines[-1].statuses if self._lines else self.statuses).append(status)

    def _code(self, segment: Segment, position: int) -> StatusCode:
        category, code, entity, *_ = [*segment.components(position), "", "", ""]
        if category not in STATUS_CATEGORIES or not (code + entity + "0").isalnum():
            self.fields.note("VALUE_BAD" if category else "VALUE_MISSING", segment, position)
        elif self._acknowledges and category not in ACKNOWLEDGEMENT_CATEGORIES:
            self.fields.note("STC_CATEGORY", segment, position)
        return StatusCode(category=category, code=code, entity=entity)

    def _ref(self, segment: Segment) -> None:
        self.fields.text(segment, 1)
        (self._lines[-1].references if self._lines else self.references).append(referred(segment))

    def _dtp(self, segment: Segment) -> None:
        period = self.fields.period(segment)
        if period is None:
            return
        if self._lines:
            self._lines[-1].service = period
        elif period.qualifier == "472":
            self.service = period
        else:
            self.dates[period.qualifier] = period.start

    def _svc(self, segment: Segment) -> None:
        self.fields.text(segment, 1)
        self.fields.cents_if_sent(segment, 2)
        self.fields.cents_if_sent(segment, 3)
        self._lines.append(_Line(segment))

    def _qty(self, segment: Segment) -> None:
        self.quantities.append(self.fields.quantities(segment))

    def _amt(self, segment: Segment) -> None:
        self.amounts.append(self.fields.amount(segment))


_READERS: dict[str, Callable[[StatusReading, Segment], None]] = {
    "TRN": StatusReading._trn,
    "STC": StatusReading._stc,
    "REF": StatusReading._ref,
    "DTP": StatusReading._dtp,
    "SVC": StatusReading._svc,
    "QTY": StatusReading._qty,
    "AMT": StatusReading._amt,
}
