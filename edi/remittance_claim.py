"""One claim of an 835 (loops 2100 and 2110) from its segments, with its balance checks.

A claim is gathered as plain values and turned into models in one validation, which is faster than part by part and
checks the same.
"""

from collections.abc import Callable

from edi.assembly import Loop
from edi.fields import Fields, Record, procedure
from edi.remittance import FORWARDED, REVERSAL, RemittanceClaim, RemittanceHeader
from edi.segments import Segment
from edi.vocabulary import CLAIM_STATUSES, REMITTANCE_CLAIM, REMITTANCE_HEADER
from edi.where import Where

_NONE = [""] * 9
_MIA_REMARKS = (5, 20, 21, 22, 23)
_MOA_REMARKS = (3, 4, 5, 6, 7)
_ROLES = {
    "QC": "patient",
    "IL": "insured",
    "74": "corrected",
    "82": "rendering",
    "TT": "crossover_carrier",
    "PR": "priority_payer",
    "GB": "other_subscriber",
}
_CLAIM_DATES = {"232": "statement_from", "233": "statement_to", "036": "coverage_expired", "050": "received"}
_LINE_DATES = {"472": "service_from", "150": "service_from", "151": "service_to"}


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
        self._first = first = loop.segments[0]
        self.paid = fields.cents(first, 4)
        self.paid_unreadable = fields.unsafe
        self._lines: list[Record] = []
        self._services: list[Segment] = []
        self._claim = self._part = _part(fields.cents(first, 3), self.paid)
        for segment in loop.segments:
            if fields.belongs(segment, REMITTANCE_CLAIM, REMITTANCE_HEADER):
                _READERS[segment.id](self, segment)
        if loop.overflow:
            fields.note("LOOP_TOO_LONG", first)
        if not fields.unsafe:
            self._check()

    def claim(self, where: Where, digest: str, header: RemittanceHeader) -> RemittanceClaim:
        """Returns the claim; to be called only if `fields.unsafe` is false."""
        self._claim |= {"where": where, "digest": digest, "header": header, "lines": self._lines}
        return RemittanceClaim.model_validate(self._claim)

    def _clp(self, segment: Segment) -> None:
        _, number, status, _, _, _, filing, payer_number, facility, frequency, *_ = segment.elements + _NONE
        if not number or not status:
            self.fields.note("VALUE_MISSING", segment, 2 if number else 1)
        elif status not in CLAIM_STATUSES:
            self.fields.note("CLP02_UNKNOWN", segment, 2)
        self._claim |= {
            "number": number,
            "status": status,
            "patient_cents": self.fields.cents_if_sent(segment, 5),
            "filing_indicator": filing,
            "payer_claim_number": payer_number,
            "facility": facility,
            "frequency": frequency,
        }

    def _svc(self, segment: Segment) -> None:
        fields, component = self.fields, segment.delimiters.component
        fields.loop = "2110"
        _, code, _, _, revenue, _, submitted, *_ = segment.elements + _NONE
        if not code:
            fields.note("VALUE_MISSING", segment, 1)
        self._part = part = _part(fields.cents(segment, 2), fields.cents(segment, 3))
        self._lines.append(part)
        self._services.append(segment)
        part["procedure"] = procedure(code, component)
        part["submitted"] = procedure(submitted, component) if submitted else None
        part["revenue_code"] = revenue
        part["units_paid"] = fields.quantity(segment, 5)
        part["units_billed"] = fields.quantity(segment, 7)

    def _cas(self, segment: Segment) -> None:
        self._part["adjustments"] += self.fields.trios(segment)

    def _nm1(self, segment: Segment) -> None:
        role = _ROLES.get(segment[1])
        if self._lines:
            self._misplaced(segment)
        elif role is None:
            self.fields.note("ENTITY_UNKNOWN", segment, 1)
        elif role in self._claim:
            self.fields.note("SEGMENT_REPEATED", segment, 1)
        else:
            self._claim[role] = self.fields.named(segment)

    def _mia(self, segment: Segment) -> None:
        self._decision(segment, "inpatient", _MIA_REMARKS)

    def _moa(self, segment: Segment) -> None:
        self._decision(segment, "outpatient", _MOA_REMARKS)

    def _decision(self, segment: Segment, name: str, remarks: tuple[int, ...]) -> None:
        """Keeps MIA or MOA as sent, for the next payer's claim, and its remark codes."""
        if self._lines:
            self._misplaced(segment)
            return
        if name in self._claim:
            self.fields.note("SEGMENT_REPEATED", segment)
        self._claim[name] = segment.elements[1:]
        self._claim["remarks"] += [segment[at] for at in remarks if segment[at]]

    def _lq(self, segment: Segment) -> None:
        if not self._lines:
            self._misplaced(segment)
        elif segment[1] == "HE":
            self._part["remarks"].append(self.fields.text(segment, 2))

    def _dtm(self, segment: Segment) -> None:
        name = (_LINE_DATES if self._lines else _CLAIM_DATES).get(segment[1])
        if name is None:
            return
        if name in self._part:
            self.fields.note("SEGMENT_REPEATED", segment, 1)
        self._part[name] = day = self.fields.day(segment, 2)
        if segment[1] == "472":
            self._part["service_to"] = day

    def _ref(self, segment: Segment) -> None:
        _, qualifier, value, *_ = segment.elements + _NONE
        if not qualifier:
            self.fields.note("VALUE_MISSING", segment, 1)
        self._part["references"].append({"qualifier": qualifier, "value": value})
        if qualifier == "6R":
            self._part["control_number"] = value

    def _amt(self, segment: Segment) -> None:
        qualifier = self.fields.text(segment, 1)
        self._part["amounts"].append({"qualifier": qualifier, "cents": self.fields.cents(segment, 2)})

    def _qty(self, segment: Segment) -> None:
        self._part["quantities"].append(self.fields.quantities(segment))

    def _per(self, segment: Segment) -> None:
        if self._lines:
            self._misplaced(segment)

    def _misplaced(self, segment: Segment) -> None:
        self.fields.note("SEGMENT_MISPLACED", segment)

    def _check(self) -> None:
        """Charge, adjustments and payment must add up, for each line and for the claim (field notes 1.3)."""
        claim, first, note = self._claim, self._first, self.fields.note
        charge, adjusted, charged = claim["charge_cents"], _adjusted(claim), 0
        for line, service in zip(self._lines, self._services, strict=True):
            reduced = _adjusted(line)
            charged, adjusted = charged + line["charge_cents"], adjusted + reduced
            if line["charge_cents"] - reduced != line["paid_cents"]:
                note("LINE_BALANCE", service, 3)
        self.fields.loop = "2100"
        if charge - adjusted != self.paid:
            note("CLAIM_BALANCE", first, 4)
        if self._lines and charged != charge:
            note("LINES_CHARGE", first, 3)
        if charge > 0 if claim["status"] == REVERSAL else charge < 0:
            note("CLAIM_SIGN", first, 3)
        if claim["status"] in FORWARDED and "crossover_carrier" not in claim:
            note("CROSSOVER_CARRIER_MISSING", first, 2)


def _part(charge: int, paid: int) -> Record:
    """Begins a claim or a line."""
    return {
        "charge_cents": charge,
        "paid_cents": paid,
        "adjustments": [],
        "amounts": [],
        "quantities": [],
        "references": [],
        "remarks": [],
    }


def _adjusted(part: Record) -> int:
    return sum([trio["cents"] for trio in part["adjustments"]])


_READERS: dict[str, Callable[[ClaimReading, Segment], None]] = {
    "CLP": ClaimReading._clp,
    "SVC": ClaimReading._svc,
    "CAS": ClaimReading._cas,
    "NM1": ClaimReading._nm1,
    "MIA": ClaimReading._mia,
    "MOA": ClaimReading._moa,
    "LQ": ClaimReading._lq,
    "DTM": ClaimReading._dtm,
    "REF": ClaimReading._ref,
    "AMT": ClaimReading._amt,
    "QTY": ClaimReading._qty,
    "PER": ClaimReading._per,
}
