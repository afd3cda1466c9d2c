"""999 and TA1: was the file understood? 277CA (005010X214): was each claim accepted for adjudication?"""

from datetime import date
from typing import Literal

from edi.parts import Amount, Party, Period, Procedure, Quantity, Reference, reference
from edi.where import Frozen, Where

SetStatus = Literal["A", "E", "R", "M", "W", "X"]
GroupStatus = Literal["A", "E", "P", "R", "M", "W", "X"]
InterchangeStatus = Literal["A", "E", "R"]
Level = Literal["receiver", "provider", "claim"]


class AcknowledgementHeader(Frozen):
    """Who acknowledges what: the acknowledging party's GS02, ours in GS03, and the group named by AK1.

    Attributes:
        sender: GS02 of the acknowledgement.
        receiver: GS03 of the acknowledgement.
        functional_id: AK101, `HC` for claims.
        acknowledged_group: AK102, the GS06 that we sent.
        acknowledged_version: AK103, the GS08 that we sent.
        version: GS08 or ST03 of the acknowledgement itself.
    """

    sender: str = ""
    receiver: str = ""
    functional_id: str = ""
    acknowledged_group: str = ""
    acknowledged_version: str = ""
    version: str = ""


class ElementError(Frozen):
    """One IK4 (AK4): element position, component (0 if none), data element number and error code; not its value."""

    position: int
    component: int = 0
    data_element: str = ""
    code: str


class SegmentError(Frozen):
    """One IK3 (AK3) with its IK4.

    Attributes:
        segment: Segment id in error.
        position: Number of the segment within the transaction set, from ST = 1.
        loop: Loop identifier.
        code: IK304.
        claim_number: Business unit named by CTX*CLM01, our claim number (PHI); empty if not given.
        elements: Element errors.
    """

    segment: str
    position: int
    loop: str = ""
    code: str = ""
    claim_number: str = ""
    elements: tuple[ElementError, ...] = ()


class SetAcknowledgement(Frozen):
    """AK2 to IK5: one transaction set that we sent was accepted, accepted with errors, or rejected.

    Attributes:
        where: Place in the file.
        digest: sha256 of the content without this file's control numbers.
        header: Who acknowledges which group.
        set_type: AK201, such as `837`.
        set_control: AK202, the ST02 that we sent.
        set_version: AK203.
        status: IK501: `A` accepted, `E` accepted with errors, `R` rejected, `M`, `W`, `X` rejected for security.
        reasons: IK502 to IK506.
        errors: What is wrong and where.
    """

    type: Literal["set_acknowledgement"] = "set_acknowledgement"
    where: Where
    digest: str
    header: AcknowledgementHeader
    set_type: str
    set_control: str
    set_version: str = ""
    status: SetStatus
    reasons: tuple[str, ...] = ()
    errors: tuple[SegmentError, ...] = ()

    @property
    def accepted(self) -> bool:
        """True if the set goes on to the next check."""
        return self.status in ("A", "E")


class GroupAcknowledgement(Frozen):
    """AK9: the outcome of one functional group.

    Attributes:
        where: Place in the file.
        digest: sha256 of the content without this file's control numbers.
        header: Who acknowledges which group.
        status: AK901: `A`, `E`, `P` partly accepted, `R`, `M`, `W`, `X`.
        included: AK902, sets announced in the group.
        received: AK903, sets received.
        accepted_sets: AK904, sets accepted.
        reasons: AK905 to AK909.
    """

    type: Literal["group_acknowledgement"] = "group_acknowledgement"
    where: Where
    digest: str
    header: AcknowledgementHeader
    status: GroupStatus
    included: int
    received: int
    accepted_sets: int
    reasons: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """True if every set of the group goes on."""
        return self.status in ("A", "E")


class InterchangeAcknowledgement(Frozen):
    """TA1: the envelope of an interchange that we sent was accepted (`A`), with errors (`E`) or rejected (`R`).

    Attributes:
        where: Place in the file.
        digest: sha256 of the content without this file's control numbers.
        sender: ISA06 of the acknowledgement.
        receiver: ISA08 of the acknowledgement.
        acknowledged_interchange: TA101, the ISA13 that we sent.
        acknowledged_date: TA102.
        status: TA104.
        reason: TA105, `000` for no error.
    """

    type: Literal["interchange_acknowledgement"] = "interchange_acknowledgement"
    where: Where
    digest: str
    sender: str = ""
    receiver: str = ""
    acknowledged_interchange: str
    acknowledged_date: date | None = None
    status: InterchangeStatus
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """True if the interchange goes on to the next check."""
        return self.status in ("A", "E")


class StatusCode(Frozen):
    """One composite of STC01, STC10 or STC11: category (`A7`), status code (`164`) and entity (`IL`)."""

    category: str
    code: str = ""
    entity: str = ""


class Status(Frozen):
    """One STC.

    Attributes:
        codes: STC01, STC10 and STC11, as far as they are sent; at least one.
        effective: STC02.
        action: STC03: `WQ` accept, `U` reject (277CA only).
        charge_cents: STC04.
        paid_cents: STC05.
        adjudicated: STC06, day of the decision.
        paid_on: STC08.
        payment_number: STC09, check or EFT number.
    """

    codes: tuple[StatusCode, ...]
    effective: date | None = None
    action: str = ""
    charge_cents: int | None = None
    paid_cents: int | None = None
    adjudicated: date | None = None
    paid_on: date | None = None
    payment_number: str = ""


class StatusHeader(Frozen):
    """What all items of one 277 or 277CA share.

    Attributes:
        source: NM1 of level 20: `PR` a payer speaks, `AY` a clearinghouse.
        receiver: NM1*41.
        reference: BHT03.
        created: BHT04.
        received: DTP*050 of the source, day the batch was received.
        processed: DTP*009 of the source.
        batch: TRN02 of the receiver level: in a 277CA the reference of our batch (BHT03).
        sender: GS02.
        version: GS08 or ST03.
        test: True if ISA15 marks a test file.
    """

    source: Party | None = None
    receiver: Party | None = None
    reference: str = ""
    created: date | None = None
    received: date | None = None
    processed: date | None = None
    batch: str = ""
    sender: str = ""
    version: str = ""
    test: bool = False

    @property
    def from_payer(self) -> bool:
        """True if a payer speaks, not a clearinghouse: only a payer can say that a claim is on file."""
        return self.source is not None and self.source.entity == "PR"


class StatusLine(Frozen):
    """The status of one service line (SVC with its STC)."""

    procedure: Procedure
    charge_cents: int | None = None
    paid_cents: int | None = None
    revenue_code: str = ""
    units: str = ""
    control_number: str = ""
    service: Period | None = None
    statuses: tuple[Status, ...] = ()
    references: tuple[Reference, ...] = ()


class ClaimAcknowledgement(Frozen):
    """One status of a 277CA; `level` says whether it speaks of one claim or of all claims below.

    Attributes:
        where: Place in the file.
        digest: sha256 of the content without control numbers.
        header: Who speaks to whom.
        level: `claim`, or `receiver` / `provider` when a whole batch is accepted or refused.
        provider: NM1*85.
        patient: NM1*QC.
        trace: TRN02: our claim number at claim level, our batch reference above it.
        statuses: All STC; at least one.
        references: REF (`1K` payer claim number, `D9` clearinghouse number, `BLT` bill type, `EJ`).
        service: DTP*472.
        lines: Rejected lines.
        quantities: QTY of batch levels (`90` accepted, `AA` rejected).
        amounts: AMT of batch levels (`YU` accepted, `YY` rejected).
    """

    type: Literal["claim_acknowledgement"] = "claim_acknowledgement"
    where: Where
    digest: str
    header: StatusHeader
    level: Level
    provider: Party | None = None
    patient: Party | None = None
    trace: str = ""
    statuses: tuple[Status, ...]
    references: tuple[Reference, ...] = ()
    service: Period | None = None
    lines: tuple[StatusLine, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    amounts: tuple[Amount, ...] = ()

    @property
    def rejected(self) -> bool:
        """True if any STC03 is `U` or, where STC03 is missing, any category is A3, A4, A6, A7 or A8."""
        return any(_refuses(status) for status in self.statuses)

    @property
    def payer_claim_number(self) -> str:
        """REF*1K."""
        return reference(self.references, "1K")

    @property
    def codes(self) -> tuple[StatusCode, ...]:
        """All status composites of the claim and its lines in order."""
        lines = tuple(status for line in self.lines for status in line.statuses)
        return tuple(code for status in self.statuses + lines for code in status.codes)


def _refuses(status: Status) -> bool:
    if status.action:
        return status.action == "U"
    return any(code.category in ("A3", "A4", "A6", "A7", "A8") for code in status.codes)
