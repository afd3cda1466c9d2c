"""Invented people and companies: patients, practice, payers, policies, and the claims they give rise to."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from journey.words import Cents, Frozen, PayerClass


class Address(Frozen):
    """A postal address that exists nowhere."""

    street: str
    city: str
    state: str
    postal_code: str


class Person(Frozen):
    """A synthetic patient or insured."""

    last_name: str
    first_name: str
    birth: date
    gender: str
    address: Address


class Payer(Frozen):
    """A synthetic insurer."""

    payer_id: str
    name: str
    payer_class: PayerClass
    filing_indicator: str
    """SBR09."""
    tin: str


class Policy(Frozen):
    """One person's coverage with one payer, with the member id as the provider has it on file."""

    payer: Payer
    member_id: str
    group_number: str = ""
    holder: Person
    relationship: str = "18"
    """The patient's to the holder: 18 self, 01 spouse, 19 child."""


class Practice(Frozen):
    """The provider that bills."""

    name: str
    npi: str
    tin: str
    taxonomy: str
    address: Address
    phone: str
    doctor: Person
    """The attending physician of institutional claims."""


class Line(Frozen):
    """One service line; cents."""

    number: int
    procedure: str
    charge: Cents
    units: int
    service_date: date
    revenue_code: str = ""
    """Institutional lines only."""

    @property
    def control_number(self) -> str:
        """REF*6R: the provider's number of the line."""
        return f"L{self.number}"


class Bill(Frozen):
    """A claim as the provider bills it first; with one policy there is nothing to coordinate."""

    claim_number: str
    form: str
    """837P or 837I."""
    facility: str
    """Place of service, or the first two digits of the bill type."""
    patient: Person
    practice: Practice
    primary: Policy
    secondary: Policy | None
    tertiary: Policy | None = None
    lines: tuple[Line, ...]
    diagnoses: tuple[str, ...]

    @property
    def charge(self) -> Cents:
        """CLM02: the sum of the lines."""
        return sum(line.charge for line in self.lines)

    @property
    def service_from(self) -> date:
        """First day of service."""
        return min(line.service_date for line in self.lines)

    @property
    def service_to(self) -> date:
        """Last day of service."""
        return max(line.service_date for line in self.lines)

    @property
    def other(self) -> Policy:
        """The secondary policy; only for claims that have one."""
        assert self.secondary is not None
        return self.secondary

    @property
    def policies(self) -> tuple[Policy, ...]:
        """All policies in the order of billing."""
        return tuple(each for each in (self.primary, self.secondary, self.tertiary) if each is not None)


MEDICARE = (
    Payer(
        payer_id="71001",
        name="Meridel Medicare East",
        payer_class=PayerClass.MEDICARE,
        filing_indicator="MB",
        tin="990100101",
    ),
    Payer(
        payer_id="71002",
        name="Tallis Medicare West",
        payer_class=PayerClass.MEDICARE,
        filing_indicator="MB",
        tin="990100102",
    ),
)
COMMERCIAL = (
    Payer(
        payer_id="72011",
        name="Larkfield Mutual",
        payer_class=PayerClass.COMMERCIAL,
        filing_indicator="CI",
        tin="990200111",
    ),
    Payer(
        payer_id="72012",
        name="Orrinvale Health",
        payer_class=PayerClass.COMMERCIAL,
        filing_indicator="CI",
        tin="990200112",
    ),
    Payer(
        payer_id="72013",
        name="Blue Heron of Vesper",
        payer_class=PayerClass.BLUES,
        filing_indicator="BL",
        tin="990200113",
    ),
)
SUPPLEMENTS = (
    Payer(
        payer_id="73021",
        name="Quillon Supplement",
        payer_class=PayerClass.MEDIGAP,
        filing_indicator="CI",
        tin="990300121",
    ),
    Payer(
        payer_id="73022", name="Sedgemere Life", payer_class=PayerClass.MEDIGAP, filing_indicator="CI", tin="990300122"
    ),
)
MEDICAID = (
    Payer(
        payer_id="74031",
        name="Vesper Medical Aid",
        payer_class=PayerClass.MEDICAID,
        filing_indicator="MC",
        tin="990400131",
    ),
)
MILITARY = (
    Payer(
        payer_id="75041",
        name="Halvard Service Plan",
        payer_class=PayerClass.TRICARE,
        filing_indicator="CH",
        tin="990500141",
    ),
)
SECONDARIES = COMMERCIAL + SUPPLEMENTS + MEDICAID + MILITARY
PAYERS = MEDICARE + SECONDARIES

_STEMS = ("Bram", "Corv", "Dunn", "Fenn", "Hask", "Jorr", "Mell", "Pell", "Rusk", "Thorn", "Wess", "Yarr")
_ENDS = ("abell", "acott", "ander", "elow", "emont", "idge", "ingham", "iver", "olt", "owen", "urst", "wick")
_FIRST = ("Adalee", "Bennor", "Calla", "Dorin", "Elspa", "Farro", "Gilda", "Hester", "Imra", "Joss", "Kellan",
          "Lorna", "Merrit", "Nessa", "Orla", "Perrin", "Rowan", "Sable", "Tobin", "Wilda")  # fmt: skip
_TOWNS = (("Alderby", "VA"), ("Brackwater", "MD"), ("Copperfall", "PA"), ("Dunmarsh", "NC"), ("Eastholm", "VA"))
_STREETS = ("Cooper Lane", "Fallow Road", "Mill Race", "Old Orchard Way", "Saddler Street", "Weir Close")
_OFFICE = (("99203", 18500), ("99213", 14200), ("99214", 21000), ("93000", 6400), ("20610", 23800), ("36415", 1900),
           ("71046", 9800), ("80053", 5200))  # fmt: skip
_HOSPITAL = (("0450", "99284", 98000), ("0320", "73562", 31500), ("0300", "85025", 7200), ("0360", "29881", 412000),
             ("0730", "93005", 18900))  # fmt: skip
_DIAGNOSES = ("M1711", "I10", "E119", "J209", "M545", "R079", "K219", "N390")


def npi(rng: Random) -> str:
    """A ten-digit provider number whose check digit is right (Luhn over 80840 and nine digits)."""
    body = "1" + "".join(rng.choice("0123456789") for _ in range(8))
    return body + str(check_digit("80840" + body))


def check_digit(digits: str) -> int:
    """The Luhn digit that completes a number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def practice(rng: Random) -> Practice:
    """The provider of one world."""
    address = Address(street="12 Quarry Walk", city="Alderby", state="VA", postal_code="229019998")
    return Practice(
        name="Quarry Walk Health Group",
        npi=npi(rng),
        tin="990654321",
        taxonomy="207Q00000X",
        address=address,
        phone="5555550142",
        doctor=person(rng, 1955, 1985),
    )


def person(rng: Random, born_after: int = 1938, born_before: int = 1998) -> Person:
    """A synthetic adult, or a child with later years."""
    town, state = rng.choice(_TOWNS)
    number, zip_code = rng.randint(1, 980), 20000 + rng.randint(1, 9000)
    return Person(
        last_name=rng.choice(_STEMS) + rng.choice(_ENDS),
        first_name=rng.choice(_FIRST),
        birth=date(rng.randint(born_after, born_before), 1, 1) + timedelta(days=rng.randint(0, 364)),
        gender=rng.choice("FM"),
        address=Address(street=f"{number} {rng.choice(_STREETS)}", city=town, state=state, postal_code=f"{zip_code}"),
    )


def member_id(rng: Random) -> str:
    """A member id in a shape of our own: three letters and seven digits."""
    return "".join(rng.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(3)) + f"{rng.randint(0, 9_999_999):07d}"


def policy(rng: Random, payer: Payer, patient: Person, dependent: bool = False) -> Policy:
    """The patient's coverage with a payer, in some cases through a relative."""
    holder, relationship = patient, "18"
    if dependent:
        relative = person(rng)
        holder = relative.model_copy(update={"last_name": patient.last_name, "address": patient.address})
        relationship = rng.choice(("01", "19"))
    grouped = payer.payer_class in (PayerClass.COMMERCIAL, PayerClass.BLUES)
    group = f"G{rng.randint(10000, 99999)}" if grouped else ""
    return Policy(payer=payer, member_id=member_id(rng), group_number=group, holder=holder, relationship=relationship)


def lines(rng: Random, form: str, served: date, at_least: int = 1) -> tuple[Line, ...]:
    """One to four office lines, or one to three hospital lines, at a scattered price."""
    if form == "837I":
        picked = rng.sample(_HOSPITAL, rng.randint(at_least, 3))
        return tuple(
            _line(rng, at, code, price, served, revenue) for at, (revenue, code, price) in enumerate(picked, 1)
        )
    chosen = rng.sample(_OFFICE, rng.randint(at_least, 4))
    return tuple(_line(rng, at, code, price, served) for at, (code, price) in enumerate(chosen, 1))


def _line(rng: Random, number: int, code: str, price: Cents, served: date, revenue: str = "") -> Line:
    charge = price + rng.randint(0, price // 4)
    return Line(number=number, procedure=code, charge=charge, units=1, service_date=served, revenue_code=revenue)


def diagnoses(rng: Random) -> tuple[str, ...]:
    """One to three ICD-10 codes without the dot."""
    return tuple(rng.sample(_DIAGNOSES, rng.randint(1, 3)))
