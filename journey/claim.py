"""The claim as it was billed: coverages in order, service lines, money. A snapshot, taken once per case."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from journey.words import Cents, Frozen, Party, PayerClass


class Coverage(Frozen):
    """One policy as the claim named it, in billing order (837 loops 2000B and 2320)."""

    order: int = Field(ge=1)
    """1 primary, 2 secondary, 3 tertiary."""
    payer_id: str
    payer_name: str
    payer_class: PayerClass = PayerClass.UNKNOWN
    filing_indicator: str = ""
    """SBR09."""
    member_id: str = ""
    group_number: str = ""
    relationship: str = ""
    """SBR02 / PAT01: 18 is self."""
    member_last_name: str = ""
    member_first_name: str = ""
    member_birth_date: date | None = None

    @property
    def party(self) -> Party:
        """The role that this policy's payer plays in the case."""
        return {1: Party.PRIMARY, 2: Party.SECONDARY}.get(self.order, Party.TERTIARY)


class ServiceLine(Frozen):
    """One billed line (837 loop 2400)."""

    number: int
    procedure: str
    charge: Cents
    units: str = "1"
    service_date: date | None = None
    control_number: str = ""
    """REF*6R."""
    modifiers: tuple[str, ...] = ()


class Claim(Frozen):
    """One claim as billed to the primary; money in cents, dates of service inclusive."""

    claim_number: str
    """CLM01, the provider's own number; returned as CLP01."""
    practice: str
    form: str = "837P"
    charge: Cents
    service_from: date
    service_to: date
    coverages: tuple[Coverage, ...]
    lines: tuple[ServiceLine, ...] = ()
    provider_npi: str = ""
    provider_tin: str = ""
    provider_state: str = ""
    line_of_business: str = ""
    facility_code: str = ""
    patient_last_name: str = ""
    patient_first_name: str = ""
    patient_birth_date: date | None = None
    diagnoses: tuple[str, ...] = ()
    billed_on: date | None = None
    segments: tuple[str, ...] = ()
    """The claim loop as received, kept for building the secondary claim."""

    def coverage(self, order: int) -> Coverage | None:
        """The policy at a place in the billing order, None if the claim named none."""
        return next((each for each in self.coverages if each.order == order), None)

    @property
    def primary(self) -> Coverage:
        """The policy billed first."""
        return self.coverages[0]

    @property
    def secondary(self) -> Coverage:
        """The policy that this case is about; every case has one."""
        return self.coverages[1]

    def party_of(self, payer_ids: tuple[str, ...], payer_name: str = "") -> Party:
        """The role of a payer known by any of its ids, else by its name; UNKNOWN when no policy fits."""
        for coverage in self.coverages:
            if coverage.payer_id and coverage.payer_id in payer_ids:
                return coverage.party
        wanted = _plain(payer_name)
        named = [each.party for each in self.coverages if wanted and _plain(each.payer_name) == wanted]
        return named[0] if len(named) == 1 else Party.UNKNOWN


def _plain(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isalnum())
