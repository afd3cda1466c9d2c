"""What Baton asks of its trading partners, as they understand it: secondary claims and status questions."""

from __future__ import annotations

from datetime import date
from typing import Literal

from journey.words import Cents, Frozen, Moment
from sandbox.adjudication import Adjustment


class Human(Frozen):
    """A subscriber or patient as the request names them."""

    last_name: str = ""
    first_name: str = ""
    birth: date | None = None


class PriorLine(Frozen):
    """Loop 2430: what an earlier payer decided on a line."""

    payer_id: str
    """SVD01."""
    paid: Cents
    procedure: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    decided_on: date | None = None
    left: Cents | None = None
    """AMT*EAF."""


class RequestedLine(Frozen):
    """Loop 2400."""

    number: int
    procedure: str
    revenue_code: str = ""
    charge: Cents
    units: str = ""
    pointers: tuple[str, ...] = ()
    """SV107: numbers of diagnoses."""
    service_date: date | None = None
    control_number: str = ""
    """REF*6R."""
    priors: tuple[PriorLine, ...] = ()


class OtherPayer(Frozen):
    """Loop 2320 with 2330: another policy, and what its payer decided if it did."""

    sequence: str
    """SBR01."""
    payer_id: str = ""
    member_id: str = ""
    insurance_type: str = ""
    filing_indicator: str = ""
    paid: Cents | None = None
    """AMT*D."""
    left: Cents | None = None
    """AMT*EAF."""
    adjustments: tuple[Adjustment, ...] = ()
    """CAS at claim level."""
    decided_on: date | None = None
    """DTP*573 of 2330B."""
    claim_number: str = ""
    """REF*F8 of 2330B."""

    @property
    def decided(self) -> bool:
        """True once it says what this payer paid, be it nothing."""
        return self.paid is not None


class ClaimRequest(Frozen):
    """A claim that Baton sends to the payer after the primary."""

    kind: Literal["secondary_claim"] = "secondary_claim"
    form: str = "837P"
    """837P or 837I."""
    submission_id: str
    """REF*D9."""
    group_control: str = ""
    transaction_control: str = ""
    sent_at: Moment
    """GS04 and GS05, in case time."""
    sequence: str = "S"
    """SBR01."""
    insurance_type: str = ""
    """SBR05: why Medicare comes second."""
    filing_indicator: str = ""
    relationship: str = "18"
    """SBR02, or PAT01 of a dependent."""
    payer_id: str
    member_id: str = ""
    subscriber: Human = Human()
    patient: Human = Human()
    npis: tuple[str, ...] = ()
    """Of the billing provider first, then of everyone else that the claim names."""
    claim_number: str
    """CLM01."""
    charge: Cents
    facility: str = ""
    frequency: str = "1"
    original_payer_claim_number: str = ""
    """REF*F8."""
    attachments: tuple[str, ...] = ()
    """PWK06."""
    diagnoses: tuple[str, ...] = ()
    others: tuple[OtherPayer, ...] = ()
    """Every other policy, in order of appearance."""
    lines: tuple[RequestedLine, ...] = ()

    @property
    def prior_payers(self) -> tuple[OtherPayer, ...]:
        """The other payers that decided."""
        return tuple(each for each in self.others if each.decided)


class StatusRequest(Frozen):
    """A question about a claim."""

    kind: Literal["status_question"] = "status_question"
    question_id: str
    """TRN02."""
    sent_at: Moment
    payer_id: str
    claim_number: str = ""
    """REF*EJ; empty in a search without it."""
    payer_claim_number: str = ""
    """REF*1K."""
    member_id: str = ""
    charge: Cents | None = None
    """AMT*T3; None in a search over a range of days."""
    service_from: date | None = None
    service_to: date | None = None


Request = ClaimRequest | StatusRequest
"""Anything that Baton puts into the drop folder."""
