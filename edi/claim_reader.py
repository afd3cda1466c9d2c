"""837P and 837I segments to claims with the parties that stand above them."""

from typing import Literal, cast

from edi.assembly import Assembler, Context, Loop, canonical
from edi.bill_context import BillingLevel, PatientLevel, SubscriberLevel
from edi.claim import BilledClaim, ClaimHeader
from edi.claim_loop import BillReading
from edi.fields import Fields
from edi.hierarchy import Hierarchy
from edi.parts import reference
from edi.segments import Segment
from edi.vocabulary import BILL_BILLING, BILL_CLAIM, BILL_HEADER, BILL_PATIENT, BILL_SUBSCRIBER

_PARENTS = {"20": "", "22": "20", "23": "22"}
_SIZES = {"20": BILL_BILLING, "22": BILL_SUBSCRIBER, "23": BILL_PATIENT, "": BILL_HEADER}


class BillAssembler(Assembler):
    """Reads one 837."""

    def __init__(self, context: Context) -> None:
        """Starts before BHT."""
        super().__init__(context)
        self.transaction_set = "837I" if "X223" in context.version else "837P"
        self._form = self.transaction_set if "X223" in context.version or "X222" in context.version else ""
        self._header = ClaimHeader(sender=context.sender, version=context.version, test=context.test)
        self._hierarchy = Hierarchy(_PARENTS)
        self._levels: dict[str, list[Segment]] = {}
        self._billing: BillingLevel | None = None
        self._subscriber: SubscriberLevel | None = None
        self._patient: PatientLevel | None = None
        self._loop: Loop | None = None

    def take(self, segment: Segment) -> None:
        """Begins a level at HL and a claim at CLM; everything else adds to what is open."""
        name = segment.id
        if name == "HL":
            self._finish()
            self._enter(segment)
        elif name == "CLM":
            self._finish()
            self._loop = Loop(segment)
        elif self._loop is not None:
            self._loop.add(segment)
        elif name in _SIZES.get(self._hierarchy.level, {}):
            self._head(segment)
        else:
            self._loop = Loop(segment)

    def close(self) -> None:
        """Ends the last claim."""
        self._finish()

    def identity(self) -> str:
        """Submitter and receiver."""
        return "*".join(
            item.identifier or item.name for item in (self._header.submitter, self._header.receiver) if item
        )

    def _enter(self, segment: Segment) -> None:
        fields = self.alone(segment, BILL_BILLING, "2000")
        self._hierarchy.enter(segment, fields)
        self.out.extend(fields.findings)
        above = self._hierarchy.above
        self._levels = {level: kept for level, kept in self._levels.items() if level in above}
        self._levels[self._hierarchy.level] = [segment]
        self._billing = self._billing if "20" in above else None
        self._subscriber = self._subscriber if "22" in above else None
        self._patient = None

    def _head(self, segment: Segment) -> None:
        """Keeps a segment of a level, or reads one of the header."""
        level = self._hierarchy.level
        fields = self.alone(segment, _SIZES[level], "2000" if level else "Header")
        if fields.foreign:
            self._hierarchy.doubt(fields.findings)
        elif level:
            self._levels[level].append(segment)
        else:
            self._read_header(segment, fields)
            self.out.extend(fields.findings)

    def _read_header(self, segment: Segment, fields: Fields) -> None:
        update: dict[str, object] = {}
        if segment.id == "BHT":
            update = {"reference": segment[3], "created": fields.day(segment, 4)}
        elif segment.id == "NM1" and segment[1] in ("40", "41"):
            update = {"submitter" if segment[1] == "41" else "receiver": fields.party(segment)}
        self._header = self._header.model_copy(update=update)

    def _finish(self) -> None:
        """Ends the open claim, if any."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        if loop.segments[0].id != "CLM":
            self._stray(loop)
            return
        context = self._read_levels()
        reading = BillReading(loop, self._form)
        if reading.fields.foreign:
            self._hierarchy.doubt(reading.fields.findings)
        trusted = not (reading.fields.unsafe or self._hierarchy.doubts or context.unsafe)
        claim = self._claim(loop, reading) if trusted else None
        if claim is None:
            doubts = [*self._hierarchy.doubts, *context.findings]
            reasons = doubts + [item for item in reading.fields.findings if item not in doubts]
            self.set_aside(loop, reasons, number=loop.segments[0][1])
        else:
            self.out.extend([*context.findings, *reading.fields.findings, claim])

    def _stray(self, loop: Loop) -> None:
        """Sets aside segments that follow no CLM; what comes after them on this level cannot be trusted."""
        fields = Fields("2000")
        for segment in loop.segments:
            fields.belongs(segment, _SIZES.get(self._hierarchy.level, {}), BILL_CLAIM)
        fields.note("LOOP_ORPHAN", loop.segments[0])
        self._hierarchy.doubt(fields.findings)
        self.set_aside(loop, fields.findings, kind="loop")

    def _read_levels(self) -> Fields:
        """Reads the levels above the claim, each once; returns what keeps the claim from being read."""
        levels = self._levels
        if self._billing is None and "20" in levels:
            self._billing = BillingLevel(levels["20"])
        if self._subscriber is None and "22" in levels:
            self._subscriber = SubscriberLevel(levels["22"])
        if self._patient is None and "23" in levels:
            self._patient = PatientLevel(levels["23"])
        found = Fields("2000")
        for level in (self._billing, self._subscriber, self._patient):
            if level is not None:
                found.findings.extend(level.fields.findings)
                found.unsafe = found.unsafe or level.fields.unsafe
        return found

    def _claim(self, loop: Loop, reading: BillReading) -> BilledClaim | None:
        """Returns the claim, or None if a party it needs is missing above it."""
        billing, subscriber, patient, first = self._billing, self._subscriber, self._patient, reading.first
        nameless = patient is not None and patient.patient is None
        if nameless or not billing or not billing.provider or not subscriber or not subscriber.payer:
            reading.fields.note("CONTEXT_MISSING", first)
            return None
        if not subscriber.coverage or not subscriber.subscriber:
            reading.fields.note("CONTEXT_MISSING", first)
            return None
        references = tuple(reading.references)
        above = [segment for level in self._levels.values() for segment in level]
        content = [segment for segment in above if segment.id != "HL"] + loop.segments
        return BilledClaim(
            where=self.place(first),
            digest=self.digest(content),
            header=self._header,
            form=cast(Literal["837P", "837I"], reading.form),
            billing=billing.provider,
            coverage=subscriber.coverage,
            subscriber=subscriber.subscriber,
            payer=subscriber.payer,
            payer_references=subscriber.payer_references,
            patient=patient.patient if patient else None,
            patient_relationship=patient.relationship if patient else subscriber.coverage.relationship,
            number=first[1],
            charge_cents=reading.charge,
            facility=reading.facility,
            frequency=reading.frequency,
            original_payer_claim_number=reference(references, "F8"),
            references=references,
            dates=tuple(reading.dates),
            diagnoses=tuple(reading.diagnoses),
            providers=tuple(reading.providers),
            amounts=tuple(reading.amounts),
            other_coverages=tuple(reading.others),
            lines=reading.lines,
            segments=tuple(canonical(segment) for segment in loop.segments),
            context_segments=tuple(canonical(segment) for segment in above),
        )
