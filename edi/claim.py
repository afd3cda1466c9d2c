"""837P (005010X222A1/A2) and 837I (005010X223A2/A3): a claim as it was billed, with every coverage it names."""

from datetime import date
from decimal import Decimal
from typing import Literal

from edi.parts import Address, Adjustment, Amount, Party, Period, Procedure, Reference, amount, reference
from edi.where import Frozen, Where


class ClaimHeader(Frozen):
    """What all claims of one 837 share.

    Attributes:
        submitter: NM1*41.
        receiver: NM1*40.
        reference: BHT03.
        created: BHT04.
        sender: GS02.
        version: GS08 or ST03.
        test: True if ISA15 marks a test file.
    """

    submitter: Party | None = None
    receiver: Party | None = None
    reference: str = ""
    created: date | None = None
    sender: str = ""
    version: str = ""
    test: bool = False


class BillingProvider(Frozen):
    """Loop 2010AA: name, NPI, tax id (REF*EI, or REF*SY for a social security number), address and taxonomy."""

    party: Party
    npi: str = ""
    tin: str = ""
    taxonomy: str = ""
    address: Address = Address()
    references: tuple[Reference, ...] = ()


class Person(Frozen):
    """A subscriber or patient with address, date of birth and gender (`M`, `F`, `U`)."""

    party: Party
    address: Address = Address()
    birth: date | None = None
    gender: str = ""
    references: tuple[Reference, ...] = ()


class Coverage(Frozen):
    """SBR: one policy's place and kind.

    Attributes:
        sequence: SBR01: `P` primary, `S` secondary, `T` tertiary, `A` to `H` fourth and later, `U` unknown.
        relationship: SBR02: the patient's to the insured, `18` self; empty in 2000B if the patient has a loop 2000C.
        group_number: SBR03.
        group_name: SBR04.
        insurance_type: SBR05, the reason why Medicare comes second (`12` working aged...).
        filing_indicator: SBR09: `MB` Medicare B, `MC` Medicaid, `CI` commercial, `16` Medicare Advantage...
    """

    sequence: str
    relationship: str = ""
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    filing_indicator: str = ""


class OtherCoverage(Frozen):
    """Loop 2320 with 2330A and 2330B: another policy and, if it has decided, its decision at claim level.

    Attributes:
        coverage: SBR.
        insured: NM1*IL of 2330A.
        payer: NM1*PR of 2330B.
        adjustments: CAS.
        amounts: AMT (`D` paid, `EAF` remaining patient liability, `A8` non-covered).
        assignment: OI03, benefits assigned (`Y`, `N`, `W`).
        release: OI06, release of information (`Y`, `I`).
        adjudicated: DTP*573 of 2330B.
        references: REF of 2330A and 2330B (`F8` the other payer's claim number).
        inpatient: MIA01... as sent.
        outpatient: MOA01... as sent.
    """

    coverage: Coverage
    insured: Party | None = None
    payer: Party | None = None
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    assignment: str = ""
    release: str = ""
    adjudicated: date | None = None
    references: tuple[Reference, ...] = ()
    inpatient: tuple[str, ...] = ()
    outpatient: tuple[str, ...] = ()

    @property
    def paid_cents(self) -> int | None:
        """AMT*D: what this payer paid; None if it has not been billed or has not decided."""
        return amount(self.amounts, "D")


class LineAdjudication(Frozen):
    """Loop 2430: one payer's decision on a line; SV charge = paid + ΣCAS.

    Attributes:
        payer_id: SVD01, the identifier of the payer in 2330B.
        paid_cents: SVD02.
        procedure: SVD03.
        revenue_code: SVD04.
        units: SVD05.
        adjustments: CAS.
        adjudicated: DTP*573.
        amounts: AMT (`EAF`).
    """

    payer_id: str
    paid_cents: int
    procedure: Procedure | None = None
    revenue_code: str = ""
    units: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    adjudicated: date | None = None
    amounts: tuple[Amount, ...] = ()


class BilledLine(Frozen):
    """Loop 2400.

    Attributes:
        number: LX01.
        procedure: SV101 or SV202; None on an institutional line with a revenue code only.
        revenue_code: SV201.
        charge_cents: SV102 or SV203.
        unit: SV103 or SV204: `UN` units, `MJ` minutes, `DA` days.
        units: SV104 or SV205.
        place_of_service: SV105, if it differs from the claim's.
        pointers: SV107, numbers of the diagnoses.
        service: DTP*472.
        dates: All DTP of the line.
        control_number: REF*6R, returned on the 835.
        references: REF.
        adjudications: What payers before this one decided.
    """

    number: int
    procedure: Procedure | None = None
    revenue_code: str = ""
    charge_cents: int
    unit: str = ""
    units: Decimal | None = None
    place_of_service: str = ""
    pointers: tuple[str, ...] = ()
    service: Period | None = None
    dates: tuple[Period, ...] = ()
    control_number: str = ""
    references: tuple[Reference, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()


class Diagnosis(Frozen):
    """One code of HI: qualifier (`ABK` principal ICD-10, `ABF` other, `BK`, `BF`, `BH` occurrence...) and value."""

    qualifier: str
    code: str


class BilledClaim(Frozen):
    """One claim of an 837 (loop 2300) with everything needed to open a case and to bill the next payer.

    Attributes:
        where: Place in the file.
        digest: sha256 of the content without control numbers.
        header: Submitter and receiver.
        form: `837P` professional or `837I` institutional.
        billing: Billing provider.
        coverage: SBR of the payer this claim is sent to.
        subscriber: Who holds that policy.
        payer: NM1*PR of 2010BB.
        payer_references: REF of 2010BB.
        patient: Loop 2000C; None if the subscriber is the patient.
        patient_relationship: PAT01, the patient's to the subscriber; SBR02 (`18`) if the subscriber is the patient.
        number: CLM01.
        charge_cents: CLM02, equal to the sum of the lines.
        facility: CLM05-1, place of service or first two digits of the bill type.
        frequency: CLM05-3: `1` original, `7` replacement, `8` void.
        original_payer_claim_number: REF*F8, required for 7 and 8.
        references: REF of the claim.
        dates: DTP of the claim.
        diagnoses: HI in order.
        providers: NM1 of 2310 in order.
        amounts: AMT of the claim (`F5` patient paid).
        other_coverages: Every loop 2320.
        lines: Service lines.
        segments: The claim loop from CLM on, one string a segment, with `*`, `:`, `^` and no terminator.
        context_segments: The loops above (2000A to 2010CA) in the same form.
    """

    type: Literal["billed_claim"] = "billed_claim"
    where: Where
    digest: str
    header: ClaimHeader
    form: Literal["837P", "837I"]
    billing: BillingProvider
    coverage: Coverage
    subscriber: Person
    payer: Party
    payer_references: tuple[Reference, ...] = ()
    patient: Person | None = None
    patient_relationship: str = ""
    number: str
    charge_cents: int
    facility: str = ""
    frequency: str = ""
    original_payer_claim_number: str = ""
    references: tuple[Reference, ...] = ()
    dates: tuple[Period, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    providers: tuple[Party, ...] = ()
    amounts: tuple[Amount, ...] = ()
    other_coverages: tuple[OtherCoverage, ...] = ()
    lines: tuple[BilledLine, ...] = ()
    segments: tuple[str, ...] = ()
    context_segments: tuple[str, ...] = ()

    @property
    def service_from(self) -> date | None:
        """The first day of service, from the lines or from DTP*434 or DTP*472 of the claim."""
        return min((period.start for period in self._service_periods()), default=None)

    @property
    def service_to(self) -> date | None:
        """The last day of service."""
        return max((period.end for period in self._service_periods()), default=None)

    @property
    def property_casualty_number(self) -> str:
        """REF*Y4, present when an accident or work injury insurer is billed."""
        return reference(self.references, "Y4")

    def _service_periods(self) -> tuple[Period, ...]:
        stated = tuple(period for period in self.dates if period.qualifier in ("434", "472"))
        return stated + tuple(line.service for line in self.lines if line.service)
