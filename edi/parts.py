"""The small parts that all transaction sets are made of: parties, references, amounts, dates, procedures."""

from datetime import date
from decimal import Decimal

from edi.where import Frozen


class Party(Frozen):
    """A person or organisation, from NM1 or N1.

    Attributes:
        entity: Role, NM101: `PR` payer, `IL` insured, `QC` patient, `85` billing provider, `TT` crossover carrier...
        kind: NM102: `1` person, `2` organisation; empty from N1.
        name: Last name or organisation name.
        first: First name.
        middle: Middle name or initial.
        suffix: Name suffix.
        qualifier: What the identifier is, NM108: `XX` NPI, `PI` payer id, `MI` member id, `C` changed member id...
        identifier: NM109.
    """

    entity: str
    kind: str = ""
    name: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    qualifier: str = ""
    identifier: str = ""

    @property
    def full_name(self) -> str:
        """First to last name in reading order."""
        return " ".join(part for part in (self.first, self.middle, self.name, self.suffix) if part)


class Address(Frozen):
    """A postal address from N3 and N4."""

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


class Reference(Frozen):
    """A reference number from REF: qualifier (`F8`, `1K`, `6R`, `EA`...) and value."""

    qualifier: str
    value: str


class Amount(Frozen):
    """A monetary amount from AMT in integer cents."""

    qualifier: str
    cents: int


class Quantity(Frozen):
    """A quantity from QTY."""

    qualifier: str
    value: Decimal


class Period(Frozen):
    """A date or a span of days from DTP or DTM; `end` equals `start` for a single day."""

    qualifier: str
    start: date
    end: date


class Procedure(Frozen):
    """A procedure: qualifier (`HC` HCPCS/CPT, `NU` revenue code, `AD` dental...), code and up to four modifiers."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...] = ()


class Adjustment(Frozen):
    """One group, reason, amount and quantity of a CAS.

    Attributes:
        group: `PR` patient, `CO` contract, `PI` payer initiated, `OA` other; `CR` in version 4010 only.
        reason: Claim adjustment reason code (CARC).
        cents: Integer cents; positive lowers the payment, negative raises it.
        quantity: Units adjusted, if said.
    """

    group: str
    reason: str
    cents: int
    quantity: Decimal | None = None


def reference(references: tuple[Reference, ...], qualifier: str) -> str:
    """Returns the first reference number with this qualifier, or an empty string."""
    return next((item.value for item in references if item.qualifier == qualifier), "")


def amount(amounts: tuple[Amount, ...], qualifier: str) -> int | None:
    """Returns the first amount with this qualifier in cents, or None."""
    return next((item.cents for item in amounts if item.qualifier == qualifier), None)
