"""835 segments to claims and totals."""

from edi.assembly import Assembler, Context, Loop
from edi.fields import Fields, referred
from edi.parts import reference
from edi.remittance import PayeeIdentity, PayerIdentity, ProviderAdjustment, RemittanceHeader, RemittanceTotals
from edi.remittance_claim import ClaimReading
from edi.segments import Segment
from edi.vocabulary import REMITTANCE_CLAIM, REMITTANCE_HEADER

_BETWEEN_CLAIMS = frozenset({"LX", "TS2", "TS3", "PLB"})
_ENDS_CLAIM = _BETWEEN_CLAIMS | {"CLP"}
_ENDS_STRAY = _ENDS_CLAIM | REMITTANCE_HEADER.keys()


class RemittanceAssembler(Assembler):
    """Reads one 835."""

    transaction_set = "835"

    def __init__(self, context: Context) -> None:
        """Starts before BPR."""
        super().__init__(context)
        self._first: Segment | None = None
        self._head: list[Segment] = []
        self._header: RemittanceHeader | None = None
        self._identity = ""
        self._loop: Loop | None = None
        self._adjustments: list[Segment] = []
        self._claims = self._quarantined = self._claims_cents = 0
        self._unsafe = False

    def take(self, segment: Segment) -> None:
        """Begins a claim at CLP, adds to it, or reads the transaction's own segments."""
        loop, name = self._loop, segment.id
        if loop is not None and name not in (_ENDS_CLAIM if self._header else _ENDS_STRAY):
            loop.add(segment)
            return
        self._first = self._first or segment
        self._finish()
        if name in REMITTANCE_HEADER:
            self._own(segment)
            return
        if name == "CLP":
            self._header = self._header or self._begin()
        self._loop = Loop(segment)

    def close(self) -> None:
        """Ends the last claim and says how the transaction adds up."""
        self._finish()
        self._total(self._header or self._begin())

    def identity(self) -> str:
        """Payer, payee, trace number and payment date."""
        return self._identity

    def _own(self, segment: Segment) -> None:
        """Keeps a segment of the transaction itself; the header ends with the first LX, TS2, TS3 or CLP."""
        fields = self.alone(segment, REMITTANCE_HEADER, "1000")
        if fields.foreign:
            return
        if segment.id == "PLB":
            self._adjustments.append(segment)
        elif segment.id in _BETWEEN_CLAIMS:
            self._header = self._header or self._begin()
        elif self._header is None:
            self._head.append(segment)
        else:
            fields.note("SEGMENT_MISPLACED", segment)
            self.set_aside(Loop(segment), fields.findings, kind="loop")

    def _begin(self) -> RemittanceHeader:
        """Reads what stands before the first claim."""
        fields = Fields("1000")
        self._header = header = read_header(self._head, self.context, fields)
        if self._first is not None:
            _check_header(self._head, header, self._first, fields)
        payer, payee = header.payer, header.payee
        parts = (
            *(payer.ids or (payer.name,)),
            payee.npi or payee.tin or payee.name,
            header.trace,
            str(header.payment_date),
        )
        self._identity = "*".join(parts)
        self.out.extend(fields.findings)
        return header

    def _finish(self) -> None:
        """Ends the open claim, if any."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        first, header = loop.segments[0], self._header
        if first.id != "CLP" or header is None:
            self.orphan(loop, REMITTANCE_CLAIM, "2000")
            return
        reading = ClaimReading(loop)
        self._claims += 1
        self._claims_cents += reading.paid
        self._unsafe = self._unsafe or reading.paid_unreadable
        if reading.fields.unsafe:
            self._quarantined += 1
            self.set_aside(loop, reading.fields.findings, number=first[1])
        else:
            self.out.extend(reading.fields.findings)
            self.out.append(reading.claim(self.place(first), self.digest(loop.segments), header))

    def _total(self, header: RemittanceHeader) -> None:
        """Adds the transaction up: BPR02 = ΣCLP04 − ΣPLB (field notes 1.3)."""
        fields = Fields("PLB")
        adjustments = [item for segment in self._adjustments for item in _provider_adjustments(segment, fields)]
        expected = self._claims_cents - sum(item.cents for item in adjustments)
        balanced = header.paid_cents == expected and not fields.unsafe and not self._unsafe
        payment = next((segment for segment in self._head if segment.id == "BPR"), None)
        if payment is not None and not balanced:
            fields.loop = "Header"
            fields.note("BPR02_BALANCE", payment, 2)
        self.out.extend(fields.findings)
        content = [segment for segment in self._head if segment.id in ("BPR", "TRN")] + self._adjustments
        if self._first is None:
            return
        self.out.append(
            RemittanceTotals(
                where=self.place(self._first),
                digest=self.digest(content, "totals"),
                header=header,
                paid_cents=header.paid_cents,
                claims_cents=self._claims_cents,
                provider_adjustments=tuple(adjustments),
                claims=self._claims,
                quarantined=self._quarantined,
                balanced=balanced,
            )
        )


def read_header(head: list[Segment], context: Context, fields: Fields) -> RemittanceHeader:
    """Returns what the claims of an 835 share, from the segments before its first claim."""
    payment = _first(head, "BPR")
    trace = _first(head, "TRN")
    produced = next((segment for segment in head if segment.id == "DTM" and segment[1] == "405"), None)
    return RemittanceHeader(
        payer=_payer(head, payment, trace),
        payee=_payee(_party_segments(head, "PE")),
        paid_cents=_paid(payment, fields),
        handling=payment[1] if payment else "",
        method=payment[4] if payment else "",
        trace=trace[2] if trace else "",
        payment_date=fields.day(payment, 16) if payment else None,
        produced=fields.day(produced, 2) if produced else None,
        sender=context.sender,
        receiver=context.receiver,
        version=context.version,
        test=context.test,
    )


def _check_header(head: list[Segment], header: RemittanceHeader, first: Segment, fields: Fields) -> None:
    """Notes what a remittance cannot do without."""
    names = {segment.id for segment in head}
    if "BPR" not in names:
        fields.note("BPR_MISSING", first)
    if not header.trace:
        fields.note("TRN_MISSING", first)
    if not header.payer.ids and not header.payer.name:
        fields.note("PAYER_MISSING", first)


def _paid(payment: Segment | None, fields: Fields) -> int | None:
    if payment is None:
        return None
    reading = Fields("Header")
    cents = reading.cents(payment, 2)
    fields.findings.extend(reading.findings)
    return None if reading.unsafe else cents


def _payer(head: list[Segment], payment: Segment | None, trace: Segment | None) -> PayerIdentity:
    segments = _party_segments(head, "PR")
    name = segments[0] if segments else None
    references = tuple(referred(segment) for segment in segments if segment.id == "REF")
    return PayerIdentity(
        name=name[2] if name else "",
        qualifier=name[3] if name else "",
        identifier=name[4] if name else "",
        payer_number=reference(references, "2U"),
        originator=payment[10] if payment else "",
        trace_originator=trace[3] if trace else "",
        trace_division=trace[4] if trace else "",
        references=references,
    )


def _payee(segments: list[Segment]) -> PayeeIdentity:
    if not segments:
        return PayeeIdentity()
    name = segments[0]
    references = tuple(referred(segment) for segment in segments if segment.id == "REF")
    tin = name[4] if name[3] == "FI" else reference(references, "TJ")
    return PayeeIdentity(name=name[2], npi=name[4] if name[3] == "XX" else "", tin=tin, references=references)


def _party_segments(head: list[Segment], role: str) -> list[Segment]:
    """Returns the N1 of a role with the segments behind it, up to the next N1."""
    found: list[Segment] = []
    for segment in head:
        if segment.id == "N1" and (found or segment[1] == role):
            if found:
                break
            found.append(segment)
        elif found:
            found.append(segment)
    return found


def _first(segments: list[Segment], name: str) -> Segment | None:
    return next((segment for segment in segments if segment.id == name), None)


def _provider_adjustments(segment: Segment, fields: Fields) -> list[ProviderAdjustment]:
    """Returns the up to six pairs of a PLB."""
    found = []
    for at in range(3, max(len(segment.elements), 4), 2):
        if at > 3 and not any(segment.elements[at : at + 2]):
            continue
        reason, _, number = segment[at].partition(segment.delimiters.component)
        if not reason.isalnum():
            fields.note("VALUE_BAD" if reason else "VALUE_MISSING", segment, at)
        found.append(
            ProviderAdjustment(
                provider=segment[1],
                fiscal_year_end=fields.day(segment, 2),
                reason=reason,
                reference=number,
                cents=fields.cents(segment, at + 1),
            )
        )
    return found
