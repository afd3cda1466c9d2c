"""835 (005010X221A1): what a payer says it did with each claim, and how that adds up to the money."""

from datetime import date
from decimal import Decimal
from typing import Literal

from edi.parts import Adjustment, Amount, Party, Procedure, Quantity, Reference, reference
from edi.where import Frozen, Where

FORWARDED = frozenset({"19", "20", "21", "23"})
REVERSAL = "22"


class PayerIdentity(Frozen):
    """The payer of a remittance under all the names it gives itself.

    Attributes:
        name: N1*PR N102.
        qualifier: N103, usually `XV` (CMS plan id) when sent at all.
        identifier: N104.
        payer_number: REF*2U, the payer's id in its trading partners' tables.
        originator: BPR10, originating company id (`1` + TIN by convention).
        trace_originator: TRN03, the same as BPR10 in most files.
        trace_division: TRN04, the part of the company, such as one plan of many.
        references: All REF of the payer loop.
    """

    name: str = ""
    qualifier: str = ""
    identifier: str = ""
    payer_number: str = ""
    originator: str = ""
    trace_originator: str = ""
    trace_division: str = ""
    references: tuple[Reference, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every identifier once, the most specific first."""
        known = (self.payer_number, self.identifier, self.trace_division, self.originator, self.trace_originator)
        return tuple(dict.fromkeys(value for value in known if value))


class PayeeIdentity(Frozen):
    """The provider that is paid: name, NPI (N103 `XX`) and tax id (N103 `FI` or REF*TJ), as far as they are sent."""

    name: str = ""
    npi: str = ""
    tin: str = ""
    references: tuple[Reference, ...] = ()


class RemittanceHeader(Frozen):
    """What all claims of one 835 transaction share.

    Attributes:
        payer: Who pays.
        payee: Who is paid.
        paid_cents: BPR02, the payment in integer cents; None if unreadable.
        handling: BPR01, `I` remittance with payment, `H` notification only...
        method: BPR04, `ACH`, `CHK`, `NON` (no payment)...
        trace: TRN02, check or EFT trace number.
        payment_date: BPR16.
        produced: DTM*405.
        sender: GS02.
        receiver: GS03.
        version: GS08 or ST03, such as `005010X221A1`.
        test: True if ISA15 marks a test file.
    """

    payer: PayerIdentity
    payee: PayeeIdentity
    paid_cents: int | None = None
    handling: str = ""
    method: str = ""
    trace: str = ""
    payment_date: date | None = None
    produced: date | None = None
    sender: str = ""
    receiver: str = ""
    version: str = ""
    test: bool = False


class RemittanceLine(Frozen):
    """One service line (loop 2110); amounts in integer cents, SVC02 − ΣCAS = SVC03.

    Attributes:
        procedure: SVC01 as adjudicated.
        submitted: SVC06, what was billed if it was changed.
        charge_cents: SVC02.
        paid_cents: SVC03.
        revenue_code: SVC04.
        units_paid: SVC05.
        units_billed: SVC07.
        service_from: DTM*472 or DTM*150.
        service_to: DTM*472 or DTM*151.
        control_number: REF*6R, our own number of the line.
        adjustments: All CAS of the line.
        remarks: RARCs of LQ*HE.
        amounts: AMT (`B6` allowed...).
        quantities: QTY.
        references: REF.
    """

    procedure: Procedure
    submitted: Procedure | None = None
    charge_cents: int
    paid_cents: int
    revenue_code: str = ""
    units_paid: Decimal | None = None
    units_billed: Decimal | None = None
    service_from: date | None = None
    service_to: date | None = None
    control_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    references: tuple[Reference, ...] = ()


class RemittanceClaim(Frozen):
    """One claim of an 835 (loop 2100), balanced: CLP03 − ΣCAS(claim and lines) = CLP04.

    Attributes:
        where: Place in the file.
        digest: sha256 of the content; equal for the same claim in a re-sent or overlapping file.
        header: Payer, payee and payment.
        number: CLP01, our CLM01 returned.
        status: CLP02; `22` reversal, `19`, `20`, `21`, `23` forwarded.
        charge_cents: CLP03.
        paid_cents: CLP04.
        patient_cents: CLP05, patient responsibility; not part of the balance.
        filing_indicator: CLP06, `MB`, `MC`, `CI`...
        payer_claim_number: CLP07.
        facility: CLP08.
        frequency: CLP09.
        adjustments: CAS at claim level.
        lines: Service lines.
        patient: NM1*QC.
        insured: NM1*IL.
        corrected: NM1*74, name or member id as the payer has them.
        rendering: NM1*82.
        crossover_carrier: NM1*TT.
        priority_payer: NM1*PR, the payer that should have come first.
        other_subscriber: NM1*GB.
        references: REF of the claim (`F8`, `6P`, `1L`, `1W`, `1K`...).
        statement_from: DTM*232.
        statement_to: DTM*233.
        coverage_expired: DTM*036.
        received: DTM*050, the day the payer says it received the claim.
        remarks: RARCs of MIA and MOA.
        inpatient: MIA01... as sent, for the next payer's claim; empty if none.
        outpatient: MOA01... as sent.
        amounts: AMT of the claim.
        quantities: QTY of the claim.
    """

    type: Literal["remittance_claim"] = "remittance_claim"
    where: Where
    digest: str
    header: RemittanceHeader
    number: str
    status: str
    charge_cents: int
    paid_cents: int
    patient_cents: int | None = None
    filing_indicator: str = ""
    payer_claim_number: str = ""
    facility: str = ""
    frequency: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[RemittanceLine, ...] = ()
    patient: Party | None = None
    insured: Party | None = None
    corrected: Party | None = None
    rendering: Party | None = None
    crossover_carrier: Party | None = None
    priority_payer: Party | None = None
    other_subscriber: Party | None = None
    references: tuple[Reference, ...] = ()
    statement_from: date | None = None
    statement_to: date | None = None
    coverage_expired: date | None = None
    received: date | None = None
    remarks: tuple[str, ...] = ()
    inpatient: tuple[str, ...] = ()
    outpatient: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Quantity, ...] = ()

    @property
    def reversal(self) -> bool:
        """True if this takes an earlier payment back (CLP02 = 22)."""
        return self.status == REVERSAL

    @property
    def forwarded(self) -> bool:
        """True if the payer says it forwarded the claim; NM1*TT alone does not say so (field notes 1.1)."""
        return self.status in FORWARDED

    @property
    def original_payer_claim_number(self) -> str:
        """REF*F8: the number this claim had before the correction."""
        return reference(self.references, "F8")

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        """CAS of the claim, then of its lines."""
        return self.adjustments + tuple(item for line in self.lines for item in line.adjustments)

    @property
    def all_remarks(self) -> tuple[str, ...]:
        """RARCs of the claim, then of its lines, each once."""
        return tuple(dict.fromkeys(self.remarks + tuple(code for line in self.lines for code in line.remarks)))

    def adjusted_cents(self, group: str, reason: str | None = None) -> int:
        """Returns the sum of all adjustments of a group (`PR`, `CO`, `OA`, `PI`), of one reason if given."""
        wanted = (item for item in self.all_adjustments if item.group == group)
        return sum(item.cents for item in wanted if reason in (None, item.reason))


class ProviderAdjustment(Frozen):
    """One reason of a PLB: money moved at provider level; a positive amount lowers the payment.

    Attributes:
        provider: PLB01.
        fiscal_year_end: PLB02.
        reason: PLB03-1, such as `WO` or `FB`.
        reference: PLB03-2, often a claim number.
        cents: Integer cents.
    """

    provider: str
    fiscal_year_end: date | None = None
    reason: str
    reference: str = ""
    cents: int


class RemittanceTotals(Frozen):
    """The end of one 835 transaction: does BPR02 = ΣCLP04 − ΣPLB hold?

    Attributes:
        where: Place of the transaction's first segment.
        digest: sha256 of payment and provider adjustments without control numbers.
        header: Payer, payee and payment.
        paid_cents: BPR02; None if unreadable.
        claims_cents: ΣCLP04 over all claims whose CLP04 could be read, also those set aside.
        provider_adjustments: All PLB.
        claims: Number of CLP loops met.
        quarantined: Of these, the number set aside.
        balanced: True if the equation holds and every amount could be read.
    """

    type: Literal["remittance_totals"] = "remittance_totals"
    where: Where
    digest: str
    header: RemittanceHeader
    paid_cents: int | None
    claims_cents: int
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    claims: int
    quarantined: int = 0
    balanced: bool
