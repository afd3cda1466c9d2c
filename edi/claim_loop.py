"""One claim of an 837 (loop 2300 with 2310 to 2430) from its segments."""

from collections.abc import Callable
from typing import Literal, TypeVar

from edi.assembly import Loop
from edi.bill_context import coverage
from edi.claim import BilledLine, Diagnosis, LineAdjudication, OtherCoverage
from edi.fields import Fields, procedure, referred
from edi.parts import Amount, Party, Period, Reference, reference
from edi.segments import Segment
from edi.vocabulary import BILL_CLAIM, BILL_SUBSCRIBER, FREQUENCIES
from edi.where import Frozen

Scope = Literal["claim", "provider", "other", "other party", "line", "line party", "decision"]
_Part = TypeVar("_Part", bound=Frozen)

_ABOVE_CLAIM = frozenset({"40", "41", "87", "QC"})
_NOT_IN_CLAIM = _ABOVE_CLAIM | {"IL", "PR", "85"}
_REPLACES = ("7", "8")


class BillReading:
    """The reading of one CLM loop.

    Attributes:
        fields: Findings about it.
        charge: CLM02 in cents.
        facility: CLM05-1.
        frequency: CLM05-3.
        references, dates, diagnoses, providers, amounts, others: As on `edi.claim.BilledClaim`.
    """

    def __init__(self, loop: Loop, form: str) -> None:
        """Reads all segments of the loop and checks the sums."""
        self.fields = Fields("2300")
        self.form = form
        self.first = first = loop.segments[0]
        self.facility, _, self.frequency, *_ = [*first.components(5), "", "", ""]
        self.charge = self.fields.cents(first, 2)
        self.references: list[Reference] = []
        self.dates: list[Period] = []
        self.diagnoses: list[Diagnosis] = []
        self.providers: list[Party] = []
        self.amounts: list[Amount] = []
        self.others: list[OtherCoverage] = []
        self._lines: list[BilledLine] = []
        self._decisions: list[list[LineAdjudication]] = []
        self._scope: Scope = "claim"
        for segment in loop.segments:
            if self.fields.belongs(segment, BILL_CLAIM, BILL_SUBSCRIBER) and segment.id in _READERS:
                _READERS[segment.id](self, segment)
        if loop.overflow:
            self.fields.note("LOOP_TOO_LONG", first)
        if not self.fields.unsafe:
            self._check()

    @property
    def lines(self) -> tuple[BilledLine, ...]:
        """Service lines with the decisions of earlier payers."""
        pairs = zip(self._lines, self._decisions, strict=True)
        return tuple(line.model_copy(update={"adjudications": tuple(made)}) for line, made in pairs)

    def _clm(self, segment: Segment) -> None:
        self.fields.text(segment, 1)
        if self.frequency not in FREQUENCIES:
            self.fields.note("VALUE_BAD" if self.frequency else "VALUE_MISSING", segment, 5)

    def _sbr(self, segment: Segment) -> None:
        if self._lines:
            self._foreign(segment)
            return
        self._enter("other", "2320")
        self.others.append(OtherCoverage(coverage=coverage(segment, self.fields)))

    def _lx(self, segment: Segment) -> None:
        self._enter("line", "2400")
        self._lines.append(BilledLine(number=self.fields.number(segment, 1), charge_cents=0))
        self._decisions.append([])

    def _sv(self, segment: Segment) -> None:
        """Reads SV1 or SV2, whose elements differ by one."""
        fields, shift = self.fields, int(segment.id == "SV2")
        if self._scope != "line" or self._lines[-1].unit or self.form == ("837P" if shift else "837I"):
            self._foreign(segment)
            return
        code = segment[1 + shift]
        update = {
            "procedure": procedure(code, segment.delimiters.component) if code else None,
            "revenue_code": fields.text(segment, 1) if shift else "",
            "charge_cents": fields.cents(segment, 2 + shift),
            "unit": fields.text(segment, 3 + shift),
            "units": fields.quantity(segment, 4 + shift),
            "place_of_service": "" if shift else segment[5],
            "pointers": () if shift else tuple(filter(None, segment.components(7))),
        }
        self.form = "837I" if shift else "837P"
        self._lines[-1] = self._lines[-1].model_copy(update=update)

    def _svd(self, segment: Segment) -> None:
        if not self._lines:
            self._foreign(segment)
            return
        fields = self.fields
        self._enter("decision", "2430")
        self._decisions[-1].append(
            LineAdjudication(
                payer_id=fields.text(segment, 1),
                paid_cents=fields.cents(segment, 2),
                procedure=procedure(segment[3], segment.delimiters.component) if segment[3] else None,
                revenue_code=segment[4],
                units=fields.quantity(segment, 5),
            )
        )

    def _cas(self, segment: Segment) -> None:
        trios = self.fields.adjustments(segment)
        if self._scope == "other":
            _grow(self.others, "adjustments", trios)
        elif self._scope == "decision":
            _grow(self._decisions[-1], "adjustments", trios)
        else:
            self._foreign(segment)

    def _amt(self, segment: Segment) -> None:
        found = (self.fields.amount(segment),)
        if self._scope == "other":
            _grow(self.others, "amounts", found)
        elif self._scope == "decision":
            _grow(self._decisions[-1], "amounts", found)
        elif self._scope == "claim":
            self.amounts.extend(found)

    def _oi(self, segment: Segment) -> None:
        self._set_other(segment, assignment=segment[3], release=segment[6])

    def _mia(self, segment: Segment) -> None:
        self._set_other(segment, inpatient=tuple(segment.elements[1:]))

    def _moa(self, segment: Segment) -> None:
        self._set_other(segment, outpatient=tuple(segment.elements[1:]))

    def _nm1(self, segment: Segment) -> None:
        role = segment[1]
        if role in (_ABOVE_CLAIM if self.others and not self._lines else _NOT_IN_CLAIM):
            self._foreign(segment)
        elif self._lines:
            self._scope = "line party"
        elif self.others:
            self._scope = "other party"
            self._name_other(segment, role)
        else:
            self._scope = "provider"
            self.providers.append(self.fields.party(segment))

    def _name_other(self, segment: Segment, role: str) -> None:
        """Keeps the member (2330A) or the payer (2330B) of the latest other policy."""
        name = {"IL": "insured", "PR": "payer"}.get(role)
        if name is None:
            return
        if getattr(self.others[-1], name) is not None:
            self.fields.note("SEGMENT_REPEATED", segment, 1)
        self.others[-1] = self.others[-1].model_copy(update={name: self.fields.party(segment)})

    def _ref(self, segment: Segment) -> None:
        found = referred(segment)
        self.fields.text(segment, 1)
        if self._scope == "claim":
            self.references.append(found)
        elif self._scope == "other party":
            _grow(self.others, "references", (found,))
        elif self._scope == "line":
            _grow(self._lines, "references", (found,))
            if found.qualifier == "6R":
                self._lines[-1] = self._lines[-1].model_copy(update={"control_number": found.value})

    def _dtp(self, segment: Segment) -> None:
        period = self.fields.period(segment)
        if period is None:
            return
        if self._scope == "line":
            _grow(self._lines, "dates", (period,))
            if period.qualifier == "472":
                self._lines[-1] = self._lines[-1].model_copy(update={"service": period})
        elif self._scope == "decision":
            self._decisions[-1][-1] = self._decisions[-1][-1].model_copy(update={"adjudicated": period.start})
        elif self.others and not self._lines:
            self.others[-1] = self.others[-1].model_copy(update={"adjudicated": period.start})
        elif not self._lines:
            self.dates.append(period)

    def _hi(self, segment: Segment) -> None:
        for at in range(1, len(segment.elements)):
            qualifier, code, *_ = [*segment.components(at), ""]
            if qualifier and not code:
                self._foreign(segment)
            elif qualifier:
                self.diagnoses.append(Diagnosis(qualifier=qualifier, code=code))

    def _enter(self, scope: Scope, loop: str) -> None:
        self._scope = scope
        self.fields.loop = loop

    def _set_other(self, segment: Segment, **update: object) -> None:
        if self._scope == "other":
            self.others[-1] = self.others[-1].model_copy(update=update)
        else:
            self._foreign(segment)

    def _foreign(self, segment: Segment) -> None:
        """Notes a segment that cannot stand here: the claim may have run together with what follows it."""
        self.fields.note("SEGMENT_MISPLACED", segment)
        self.fields.foreign = True

    def _check(self) -> None:
        """The lines must add up to the claim; decisions of other payers should (field notes 1.11)."""
        fields, lines = self.fields, self.lines
        fields.loop = "2300"
        if not lines or any(not line.unit for line in lines):
            fields.note("LINES_MISSING", self.first)
        elif sum(line.charge_cents for line in lines) != self.charge:
            fields.note("LINES_SUM", self.first, 2)
        elif not _lines_balance(lines) or not all(_balances(other, lines, self.charge) for other in self.others):
            fields.note("COB_BALANCE", self.first)
        if self.frequency in _REPLACES and not reference(tuple(self.references), "F8"):
            fields.note("F8_MISSING", self.first, 5)


def _grow(parts: list[_Part], name: str, more: tuple[object, ...]) -> None:
    """Adds to a tuple of the latest part."""
    parts[-1] = parts[-1].model_copy(update={name: getattr(parts[-1], name) + more})


def _lines_balance(lines: tuple[BilledLine, ...]) -> bool:
    """Tells whether each decision accounts for the whole charge of its line."""
    return all(
        made.paid_cents + sum(item.cents for item in made.adjustments) == line.charge_cents
        for line in lines
        for made in line.adjudications
    )


def _balances(other: OtherCoverage, lines: tuple[BilledLine, ...], charge: int) -> bool:
    """Tells whether AMT*D is what the lines were paid, or the charge, less the adjustments of the claim."""
    if other.paid_cents is None:
        return True
    payer_id = other.payer.identifier if other.payer else ""
    paid = [made.paid_cents for line in lines for made in line.adjudications if made.payer_id == payer_id]
    return (sum(paid) if paid else charge) - sum(item.cents for item in other.adjustments) == other.paid_cents


_READERS: dict[str, Callable[[BillReading, Segment], None]] = {
    "CLM": BillReading._clm,
    "SBR": BillReading._sbr,
    "LX": BillReading._lx,
    "SV1": BillReading._sv,
    "SV2": BillReading._sv,
    "SVD": BillReading._svd,
    "CAS": BillReading._cas,
    "AMT": BillReading._amt,
    "OI": BillReading._oi,
    "MIA": BillReading._mia,
    "MOA": BillReading._moa,
    "NM1": BillReading._nm1,
    "REF": BillReading._ref,
    "DTP": BillReading._dtp,
    "HI": BillReading._hi,
}
