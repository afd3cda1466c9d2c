"""What is asked for when a claim goes to the next payer, and what keeps it from going."""

from typing import Literal

from pydantic import AwareDatetime

from edi.envelope_out import Controls
from edi.trading_partner import TRIAL, TradingPartner
from edi.where import Frozen
from journey.claim import Claim, Coverage
from journey.facts import RemitAdjudicated
from journey.words import PayerClass

LETTERS = "PSTABCDEFGH"
"""SBR01 by the place in the billing order: the first is `P`, the fourth `A`."""

INSURANCE_TYPES = {
    "12": "working aged",
    "13": "end-stage renal disease",
    "14": "no-fault",
    "15": "workers' compensation",
    "16": "public health service or other federal agency",
    "41": "black lung",
    "42": "veterans' affairs",
    "43": "disabled under 65",
    "47": "liability",
}
"""Why Medicare does not come first (SBR05, field notes 1.11); on institutional claims they are value codes."""


class Problem(Frozen):
    """One reason why a claim cannot go out: names the place and the fix, never a value, so it may be logged.

    Attributes:
        place: Loop, with payer or line where there are several, such as `2400 line 2`.
        field: Element or name of the field, such as `SBR05`.
        fault: What is wrong.
        fix: What to do about it.
    """

    place: str
    field: str
    fault: str
    fix: str

    @property
    def sentence(self) -> str:
        """The problem in one line for people."""
        return f"{self.place} {self.field}: {self.fault}. {self.fix}"


class RefusedError(Exception):
    """A claim that cannot go out as asked for.

    Attributes:
        problems: Everything that keeps it back.
    """

    def __init__(self, *problems: Problem) -> None:
        """Joins the problems into one message without any value."""
        self.problems = problems
        super().__init__("; ".join(each.sentence for each in problems))


class Attachment(Frozen):
    """PWK: a document that goes beside the claim.

    Attributes:
        control: PWK06, our number of the document, which the payer finds on it.
        report: PWK01, `EB` the earlier payer's explanation of benefits, `OZ` other support...
        transmission: PWK02, `FX` by fax, `BM` by mail, `EL` electronically.
    """

    control: str
    report: str = "EB"
    transmission: str = "FX"


class ClaimOrder(Frozen):
    """One claim to one payer after the first.

    Attributes:
        claim: The claim as billed, with every correction made; `claim.segments` hold the details that are carried over.
        remits: The standing decisions of every payer before the destination; several of one that split the claim.
        destination: Place of the payer in the billing order: 2 secondary, 3 tertiary.
        frequency: CLM05-3: 1 first, 7 replacement, 8 void (field notes 1.8: rejected goes again as 1, denied as 7).
        original_payer_claim_number: REF*F8, the destination's own number of the claim that is replaced or voided.
        submission_id: REF*D9 and BHT03; at most 20 characters, of which a 277CA returns as many.
        insurance_type: Why Medicare is not first (`INSURANCE_TYPES`); the claim as billed may say so too.
        attachment: A document that goes beside the claim.
        patient_gender: DMG03, where the claim as billed has it wrong.
        provider_postal_code: N403 of the billing provider, likewise.
        controls: Numbers of the file.
        partner: Both ends of the way.
        written_at: When, where the office works: its date and time stand in the file.
    """

    claim: Claim
    remits: tuple[RemitAdjudicated, ...]
    destination: Literal[2, 3] = 2
    frequency: Literal["1", "7", "8"] = "1"
    original_payer_claim_number: str = ""
    submission_id: str
    insurance_type: str = ""
    attachment: Attachment | None = None
    patient_gender: str = ""
    provider_postal_code: str = ""
    controls: Controls = Controls(interchange=1, group=1, transaction=1)
    partner: TradingPartner = TRIAL
    written_at: AwareDatetime

    @property
    def institutional(self) -> bool:
        """True for an 837I."""
        return self.claim.form == "837I"

    @property
    def policy(self) -> Coverage | None:
        """The policy that is billed; None if the claim names none at that place."""
        return self.claim.coverage(self.destination)

    @property
    def others(self) -> tuple[Coverage, ...]:
        """The other policies in billing order."""
        return tuple(each for each in self.claim.coverages if each.order != self.destination)

    @property
    def earlier(self) -> tuple[Coverage, ...]:
        """The policies that come before the destination and must have decided."""
        return tuple(each for each in self.others if each.order < self.destination)


def medicare(policy: Coverage) -> bool:
    """True for Medicare itself (SBR09 `MA` Part A, `MB` Part B), not for a Medicare Advantage plan."""
    return policy.payer_class is PayerClass.MEDICARE or policy.filing_indicator in ("MA", "MB")


def attachment_of(text: str) -> Attachment | None:
    """Returns the document that a text names: its control number, or `report:transmission:number`; None if empty."""
    report, first_mark, rest = text.partition(":")
    transmission, second_mark, control = rest.partition(":")
    if first_mark and second_mark:
        return Attachment(report=report, transmission=transmission, control=control)
    return Attachment(control=text) if text else None
