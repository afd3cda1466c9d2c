"""What payers and the clearinghouse say: remittances, acknowledgements, status and eligibility answers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from journey.facts.base import FactBase
from journey.words import Cents, Frozen, Party


class Adjustment(Frozen):
    """One CAS trio: group PR, CO, PI or OA, reason code, cents (positive reduces the payment)."""

    group: str
    reason: str
    amount: Cents
    quantity: str = ""
    """Units that the adjustment took off, as sent."""


class RemitLine(Frozen):
    """One service line of a remittance (835 loop 2110)."""

    number: str = ""
    procedure: str = ""
    charge: Cents
    paid: Cents
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    qualifier: str = "HC"
    """SVC01-1: `HC` a HCPCS code, `NU` a revenue code."""
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    """SVC04, on institutional lines."""
    units: str = ""
    """SVC05, paid units, as sent."""
    billed_procedure: str = ""
    """SVC06: what was billed, where the payer decided on another procedure."""


class RemitAdjudicated(FactBase):
    """A payer decided, reversed or forwarded the claim (835 CLP; field notes 1.1 to 1.7)."""

    kind: Literal["remit_adjudicated"] = "remit_adjudicated"
    payer: Party = Party.UNKNOWN
    """UNKNOWN until the claim's policies have placed it (`journey.evidence.roles`)."""
    payer_ids: tuple[str, ...] = ()
    """Every id by which the payer names itself, the most specific first."""
    payer_name: str = ""
    claim_status: str
    """CLP02."""
    charge: Cents
    paid: Cents
    adjustments: tuple[Adjustment, ...] = ()
    """All CAS of the claim and of its lines."""
    claim_adjustments: tuple[Adjustment, ...] = ()
    """Those of them that stand at claim level."""
    outpatient: tuple[str, ...] = ()
    """MOA01... as sent; the next payer's claim repeats it (2320)."""
    inpatient: tuple[str, ...] = ()
    """MIA01... as sent, likewise."""
    filing_indicator: str = ""
    """CLP06."""
    remarks: tuple[str, ...] = ()
    """MIA, MOA and LQ remark codes."""
    payer_claim_number: str = ""
    original_claim_number: str = ""
    """REF*F8 on a correction."""
    crossover_carrier: str = ""
    corrected_payer: str = ""
    """NM1*PR in 2100: the payer that should have come first."""
    corrected_payer_id: str = ""
    other_subscriber: bool = False
    corrected_member_id: str = ""
    corrected_member_name: str = ""
    coverage_ended: date | None = None
    received_by_payer: date | None = None
    trace: str = ""
    """TRN02 of the payment."""
    payment_date: date | None = None
    lines: tuple[RemitLine, ...] = ()


class SyntaxAcknowledged(FactBase):
    """TA1 or 999: the file or transaction was read, or could not be."""

    kind: Literal["syntax_acknowledged"] = "syntax_acknowledged"
    layer: Literal["TA1", "999"]
    accepted: bool
    submission_id: str = ""
    errors: tuple[str, ...] = ()


class ClaimAcknowledged(FactBase):
    """277CA: a clearinghouse or payer took the claim or refused it before adjudication (field notes 1.8)."""

    kind: Literal["claim_acknowledged"] = "claim_acknowledged"
    payer_ids: tuple[str, ...] = ()
    payer_name: str = ""
    category: str
    status_code: str = ""
    entity: str = ""
    accepted: bool
    submission_id: str = ""
    payer_claim_number: str = ""
    statuses: tuple[str, ...] = ()
    """All STC composites as category:status:entity."""


class StatusAnswered(FactBase):
    """277: a payer's answer to a status question (field notes 1.9)."""

    kind: Literal["status_answered"] = "status_answered"
    payer_ids: tuple[str, ...] = ()
    payer_name: str = ""
    category: str
    status_code: str = ""
    entity: str = ""
    searched_by: str = ""
    """The search strategy of our question, empty when unknown; two different ones make 'no record'."""
    payer_claim_number: str = ""
    paid: Cents | None = None
    statuses: tuple[str, ...] = ()


class OtherPolicy(Frozen):
    """A further payer that an eligibility answer names (271 loop 2120; EB*R)."""

    payer_id: str = ""
    payer_name: str = ""
    order: int | None = None
    """1 primary, 2 secondary, 3 tertiary, where the answer says so (PRP, SEP, TTP)."""
    since: date | None = None
    until: date | None = None


class CoverageChecked(FactBase):
    """A payer's eligibility answer (271; field notes 1.10), or a person's reading of its portal."""

    kind: Literal["coverage_checked"] = "coverage_checked"
    payer: Party = Party.UNKNOWN
    """UNKNOWN until the claim's policies have placed it (`journey.evidence.roles`)."""
    payer_ids: tuple[str, ...] = ()
    payer_name: str = ""
    active: bool | None = None
    """None when the answer does not say."""
    since: date | None = None
    until: date | None = None
    others: tuple[OtherPolicy, ...] = ()
    member_id: str = ""
    """As the payer has it."""
    member_last_name: str = ""
    member_first_name: str = ""
    member_birth_date: date | None = None
    verified_on: date | None = None
    """DTP*636: when the payer last updated or verified its COB record."""
    refusals: tuple[str, ...] = ()
    """AAA reject reasons, when the search failed."""


class PaymentOffset(FactBase):
    """Money moved at provider level (835 PLB; field notes 1.6); positive lowers the payment."""

    kind: Literal["payment_offset"] = "payment_offset"
    reason: str
    """PLB03-1, such as WO or FB."""
    amount: Cents
    trace: str = ""
    names_claim: bool = True
    """True: it names this claim. False: it was taken from the payment that this claim's money came with."""
    settles: str = ""
    """PLB03-2: the claim or account that the money settled, as the payer names it."""
