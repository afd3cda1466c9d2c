"""One claim of an 835 (loops 2100 and 2110) from its segments, with its balance checks."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from edi.assembly import Loop
from edi.fields import Fields, procedure, referred
from edi.parts import Adjustment, Amount, Party, Quantity, Reference, reference
from edi.remittance import FORWARDED, REVERSAL, RemittanceClaim, RemittanceHeader, RemittanceLine
from edi.segments import Segment
from edi.vocabulary import CLAIM_STATUSES, REMITTANCE_CLAIM, REMITTANCE_HEADER
from edi.where import Where

_MIA_REMARKS = (5, 20, 21, 22, 23)
_MOA_REMARKS = (3, 4, 5, 6, 7)
_ROLES = frozenset({"QC", "IL", "74", "82", "TT", "PR", "GB"})
_CLAIM_DATES = frozenset({"232", "233", "036", "050"})
_LINE_DATES = frozenset({"472", "150", "151"})


class _Part:
    """What a claim and a service line have in common while they are read."""

    __slots__ = (
        "adjusted",
        "adjustments",
        "amounts",
        "charge",
        "dates",
        "first",
        "paid",
        "quantities",
        "references",
        "remarks",
        "units",
    )

    def __init__(self, first: Segment, charge: int, paid: int) -> None:
        self.first = first
        self.charge = charge
        self.paid = paid
        self.adjusted = 0
        self.adjustments: list[Adjustment] = []
        self.amounts: list[Amount] = []
        self.quantities: list[Quantity] = []
        self.references: list[Reference] = []
        self.remarks: list[str] = []
        self.dates: dict[str, date | None] = {}
        self.units: tuple[Decimal | None, Decimal | None] = (None, None)


class ClaimReading:
    """The reading of one CLP loop.

    Attributes:
        fields: Findings about it.
        paid: CLP04 in cents, 0 if unreadable.
        paid_unreadable: True if CLP04 is not an amount.
    """

    def __init__(self, loop: Loop) -> None:
        """Reads all segments of the loop and checks the balance."""
        self.fields = fields = Fields("2100")
        first = loop.segments[0]
        self.paid = fields.cents(first, 4)
        self.paid_unreadable = fields.unsafe
        self._claim = self._part = _Part(first, fields.cents(first, 3), self.paid)
        self._patient_cents = fields.cents_if_sent(first, 5)
        self._lines: list[_Part] = []
        self._parties: dict[str, Party] = {}
        self._decisions: dict[str, tuple[str, ...]] = {}
        belongs, readers = fields.belongs, _READERS
        for segment in loop.segments:
            if belongs(segment, REMITTANCE_CLAIM, REMITTANCE_HEADER):
                readers[segment.id](self, segment)
        if loop.overflow:
            fields.note("LOOP_TOO_LONG", first)
        if not fields.unsafe:
            self._check()

    def claim(self, where: Where, digest: str, header: RemittanceHeader) -> RemittanceClaim:
        """Returns the claim; to be called only if `fields.unsafe` is false."""
        part, first, parties = self._claim, self._claim.first, self._parties
        return RemittanceClaim(
            where=where,
            digest=digest,
            header=header,
            number=first[1],
            status=first[2],
            charge_cents=part.charge,
            paid_cents=part.paid,
            patient_cents=self._patient_cents,
            filing_indicator=first[6],
            payer_claim_number=first[7],
            facility=first[8],
            frequency=first[9],
            adjustments=tuple(part.adjustments),
            lines=tuple([self._line(line) for line in self._lines]),
            patient=parties.get("QC"),
            insured=parties.get("IL"),
            corrected=parties.get("74"),
            rendering=parties.get("82"),
            crossover_carrier=parties.get("TT"),
            priority_payer=parties.get("PR"),
            other_subscriber=parties.get("GB"),
            references=tuple(part.references),
            statement_from=part.dates.get("232"),
            statement_to=part.dates.get("233"),
            coverage_expired=part.dates.get("036"),
            received=part.dates.get("050"),
            remarks=tuple(part.remarks),
            inpatient=self._decisions.get("MIA", ()),
            outpatient=self._decisions.get("MOA", ()),
            amounts=tuple(part.amounts),
            quantities=tuple(part.quantities),
        )

    def _line(self, part: _Part) -> RemittanceLine:
        first = part.first
        references = tuple(part.references)
        return RemittanceLine(
            procedure=procedure(first[1], first.delimiters.component),
            submitted=procedure(first[6], first.delimiters.component) if first[6] else None,
            charge_cents=part.charge,
            paid_cents=part.paid,
            revenue_code=first[4],
            units_paid=part.units[0],
            units_billed=part.units[1],
            service_from=part.dates.get("472") or part.dates.get("150"),
            service_to=part.dates.get("472") or part.dates.get("151"),
            control_number=reference(references, "6R"),
            adjustments=tuple(part.adjustments),
            remarks=tuple(part.remarks),
            amounts=tuple(part.amounts),
            quantities=tuple(part.quantities),
            references=references,
        )

    def _clp(self, segment: Segment) -> None:
        self.fields.text(segment, 1)
        if self.fields.text(segment, 2) not in CLAIM_STATUSES:
            self.fields.note("CLP02_UNKNOWN", segment, 2)

    def _svc(self, segment: Segment) -> None:
        fields = self.fields
        fields.loop = "2110"
        self._part = _Part(segment, fields.cents(segment, 2), fields.cents(segment, 3))
        self._part.units = (fields.quantity(segment, 5), fields.quantity(segment, 7))
        fields.text(segment, 1)
        self._lines.append(self._part)

    def _cas(self, segment: Segment) -> None:
        trios = self.fields.adjustments(segment)
        self._part.adjustments.extend(trios)
        self._part.adjusted += sum([trio.cents for trio in trios])

    def _nm1(self, segment: Segment) -> None:
        role = segment[1]
        if self._lines:
            self._misplaced(segment)
        elif role in self._parties:
            self.fields.note("SEGMENT_REPEATED", segment, 1)
        elif role in _ROLES:
            self._parties[role] = self.fields.party(segment)
        else:
            self.fields.note("ENTITY_UNKNOWN", segment, 1)

    def _decision(self, segment: Segment) -> None:
        """Keeps MIA or MOA as sent, for the next payer's claim, and its remark codes."""
        if self._lines:
            self._misplaced(segment)
            return
        if segment.id in self._decisions:
            self.fields.note("SEGMENT_REPEATED", segment)
        self._decisions[segment.id] = tuple(segment.elements[1:])
        positions = _MIA_REMARKS if segment.id == "MIA" else _MOA_REMARKS
        self._part.remarks.extend(segment[at] for at in positions if segment[at])

    def _lq(self, segment: Segment) -> None:
        if not self._lines:
            self._misplaced(segment)
        elif segment[1] == "HE":
            self._part.remarks.append(self.fields.text(segment, 2))

    def _dtm(self, segment: Segment) -> None:
        qualifier = segment[1]
        known = _LINE_DATES if self._lines else _CLAIM_DATES
        if qualifier in known:
            if qualifier in self._part.dates:
                self.fields.note("SEGMENT_REPEATED", segment, 1)
            self._part.dates[qualifier] = self.fields.day(segment, 2)

    def _ref(self, segment: Segment) -> None:
        self.fields.text(segment, 1)
        self._part.references.append(referred(segment))

    def _amt(self, segment: Segment) -> None:
        self._part.amounts.append(self.fields.amount(segment))

    def _qty(self, segment: Segment) -> None:
        self._part.quantities.append(self.fields.quantities(segment))

    def _per(self, segment: Segment) -> None:
        if self._lines:
            self._misplaced(segment)

    def _misplaced(self, segment: Segment) -> None:
        self.fields.note("SEGMENT_MISPLACED", segment)

    def _check(self) -> None:
        """Charge, adjustments and payment must add up, for each line and for the claim (field notes 1.3)."""
        claim, fields = self._claim, self.fields
        charged, adjusted = 0, claim.adjusted
        for line in self._lines:
            charged, adjusted = charged + line.charge, adjusted + line.adjusted
            if line.charge - line.adjusted != line.paid:
                fields.note("LINE_BALANCE", line.first, 3)
        fields.loop = "2100"
        if claim.charge - adjusted != claim.paid:
            fields.note("CLAIM_BALANCE", claim.first, 4)
        if self._lines and charged != claim.charge:
            fields.note("LINES_CHARGE", claim.first, 3)
        if claim.charge > 0 if claim.first[2] == REVERSAL else claim.charge < 0:
            fields.note("CLAIM_SIGN", claim.first, 3)
        if claim.first[2] in FORWARDED and "TT" not in self._parties:
            fields.note("CROSSOVER_CARRIER_MISSING", claim.first, 2)


_READERS: dict[str, Callable[[ClaimReading, Segment], None]] = {
    "CLP": ClaimReading._clp,
    "SVC": ClaimReading._svc,
    "CAS": ClaimReading._cas,
    "NM1": ClaimReading._nm1,
    "MIA": ClaimReading._decision,
    "MOA": ClaimReading._decision,
    "LQ": ClaimReading._lq,
    "DTM": ClaimReading._dtm,
    "REF": ClaimReading._ref,
    "AMT": ClaimReading._amt,
    "QTY": ClaimReading._qty,
    "PER": ClaimReading._per,
}
