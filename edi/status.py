"""277 (005010X212): a payer's answer to the question what became of a claim."""

from typing import Literal

from edi.acknowledgement import Level, Status, StatusCode, StatusHeader, StatusLine
from edi.parts import Party, Period, Reference, reference
from edi.where import Frozen, Where


class ClaimStatusAnswer(Frozen):
    """One answer of a 277; above claim level it says why the question itself failed.

    Attributes:
        where: Place in the file.
        digest: sha256 of the content without control numbers.
        header: Who speaks to whom.
        level: `claim`, or `receiver` / `provider` when the question was refused there.
        provider: NM1*1P.
        subscriber: NM1*IL.
        patient: NM1*QC; None if the patient is the subscriber.
        trace: TRN02, the reference of our question.
        statuses: All STC; at least one.
        references: REF (`1K` payer claim number, `BLT` bill type, `EJ` patient account number).
        service: DTP*472.
        lines: Service lines with their own status.
    """

    type: Literal["claim_status"] = "claim_status"
    where: Where
    digest: str
    header: StatusHeader
    level: Level
    provider: Party | None = None
    subscriber: Party | None = None
    patient: Party | None = None
    trace: str = ""
    statuses: tuple[Status, ...]
    references: tuple[Reference, ...] = ()
    service: Period | None = None
    lines: tuple[StatusLine, ...] = ()

    @property
    def payer_claim_number(self) -> str:
        """REF*1K."""
        return reference(self.references, "1K")

    @property
    def patient_account(self) -> str:
        """REF*EJ: our claim number returned, if the payer returns it."""
        return reference(self.references, "EJ")

    @property
    def codes(self) -> tuple[StatusCode, ...]:
        """All status composites of the claim in order; those of lines are on the lines."""
        return tuple(code for status in self.statuses for code in status.codes)
