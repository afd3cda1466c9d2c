"""271 (005010X279A1): what a payer says of a member's coverage, and of other payers that it knows of."""

from datetime import date
from typing import Literal

from edi.parts import Address, Party, Reference
from edi.where import Frozen, Where

AnswerLevel = Literal["source", "receiver", "subscriber", "dependent"]

ACTIVE = frozenset("12345")
"""EB01 of a coverage that stands (field notes 1.10)."""
INACTIVE = frozenset("678")
"""EB01 of a coverage that does not stand."""
OTHER_PAYER = "R"
"""EB01: another or additional payer may exist; its own coverage must not be told here."""
WHOLE_PLAN = "30"
"""EB03 of the plan as a whole; other service types speak of a part of it."""

PLACES = {"PRP": 1, "SEP": 2, "TTP": 3}
"""NM101 of a payer whose place in the order of benefits the answer states."""

_BEGINS = ("348", "346", "356", "539")
_ENDS = ("349", "347", "357", "540")
_SPANS = ("291", "307")
_COORDINATION = "290"
_VERIFIED = "636"


class AnswerDate(Frozen):
    """A date or span of days from DTP; `end` is None for a single day and for a span without end.

    Attributes:
        qualifier: DTP01: `290` coordination of benefits, `291` plan, `307` eligibility, `346`/`347` plan begin and end,
            `348`/`349` benefit begin and end, `356`/`357` eligibility begin and end, `636` last update...
        start: The day, or the first of the span.
        end: The last day of a span.
    """

    qualifier: str
    start: date
    end: date | None = None


class Refusal(Frozen):
    """One AAA: why the payer could not answer.

    Attributes:
        level: Where it stands; `benefit` inside an answer about one kind of benefit.
        valid: AAA01: False if the question itself was at fault.
        reason: AAA03: `71` birth date, `72` member id, `73` name, `75` not found, `42` cannot answer now...
        follow_up: AAA04: what to do, such as `C` correct and ask again.
    """

    level: AnswerLevel | Literal["benefit"]
    valid: bool
    reason: str
    follow_up: str = ""


class Benefit(Frozen):
    """One EB with what stands behind it.

    Attributes:
        information: EB01: `1` to `5` active, `6` to `8` inactive, `R` other payer...
        coverage_level: EB02.
        service_types: EB03.
        insurance_type: EB04.
        plan: EB05.
        cents: EB07.
        dates: DTP.
        references: REF.
        messages: MSG.
        refusals: AAA.
        parties: NM1 of loop 2120 (`PR`, `PRP`, `SEP`, `TTP` payers).
    """

    information: str
    coverage_level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    cents: int | None = None
    dates: tuple[AnswerDate, ...] = ()
    references: tuple[Reference, ...] = ()
    messages: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    parties: tuple[Party, ...] = ()

    @property
    def of_the_plan(self) -> bool:
        """True if it speaks of the plan as a whole."""
        return not self.service_types or WHOLE_PLAN in self.service_types


class OtherPayer(Frozen):
    """Another payer that the answer names, or says to exist without a name.

    Attributes:
        identifier: NM109.
        name: NM103.
        order: Its place in the order of benefits where the answer states it, 1 for the first.
        since: DTP*290, from when benefits are coordinated with it.
        until: End of that span.
    """

    identifier: str = ""
    name: str = ""
    order: int | None = None
    since: date | None = None
    until: date | None = None


class AnswerHeader(Frozen):
    """What all items of one 271 share.

    Attributes:
        source: NM1 of level 20: the payer.
        receiver: NM1 of level 21: the provider who asked.
        reference: BHT03, the reference of our question.
        created: BHT04.
        sender: GS02.
        version: GS08 or ST03.
        test: True if ISA15 marks a test file.
    """

    source: Party | None = None
    receiver: Party | None = None
    reference: str = ""
    created: date | None = None
    sender: str = ""
    version: str = ""
    test: bool = False


class Insured(Frozen):
    """A subscriber or dependent as the payer has it on file.

    Attributes:
        party: NM1; `identifier` is the member id.
        address: N3 and N4.
        birth: DMG02.
        gender: DMG03.
        relationship: INS02, `18` self.
        references: REF (`6P` group number...).
    """

    party: Party
    address: Address = Address()
    birth: date | None = None
    gender: str = ""
    relationship: str = ""
    references: tuple[Reference, ...] = ()


class CoverageAnswer(Frozen):
    """What one 271 says of one person; above person level, why the question itself failed.

    Attributes:
        where: Place in the file.
        digest: sha256 of the content without control numbers.
        header: Who speaks to whom.
        level: Who is spoken of.
        traces: TRN02 with the reference of our question (`2`) before other traces.
        subscriber: NM1*IL.
        dependent: NM1*03; None if the subscriber is the patient.
        dates: DTP of the person.
        benefits: EB in order.
        refusals: AAA of this level.
    """

    type: Literal["coverage_answer"] = "coverage_answer"
    where: Where
    digest: str
    header: AnswerHeader
    level: AnswerLevel
    traces: tuple[str, ...] = ()
    subscriber: Insured | None = None
    dependent: Insured | None = None
    dates: tuple[AnswerDate, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def active(self) -> bool | None:
        """Whether the coverage stands; None if the answer does not say.

        What is said of the plan as a whole decides before what is said of one kind of service, and an active coverage
        before one that ended: the payer may name both an old and a new one.
        """
        deciding = self._deciding
        return deciding[0].information in ACTIVE if deciding else None

    @property
    def since(self) -> date | None:
        """First day of the coverage, as far as it is said."""
        return self._bound(_BEGINS, start=True)

    @property
    def until(self) -> date | None:
        """Last day of the coverage; None while it has no end."""
        return self._bound(_ENDS, start=False)

    @property
    def others(self) -> tuple[OtherPayer, ...]:
        """Other payers, each once, in order."""
        return tuple(dict.fromkeys(other for benefit in self.benefits for other in _others(benefit)))

    @property
    def verified(self) -> date | None:
        """DTP*636: when the payer last updated or verified its record."""
        return max((each.start for each in self._dates if each.qualifier == _VERIFIED), default=None)

    @property
    def refused(self) -> tuple[str, ...]:
        """Reject reasons, if the question failed; a refusal about one benefit only if nothing else was answered."""
        inner = () if self.benefits and self.active is not None else tuple(self._inner_refusals)
        return tuple(dict.fromkeys(each.reason for each in (*self.refusals, *inner)))

    @property
    def _inner_refusals(self) -> tuple[Refusal, ...]:
        return tuple(each for benefit in self.benefits for each in benefit.refusals)

    @property
    def _deciding(self) -> tuple[Benefit, ...]:
        """The statements about coverage that decide whether it stands."""
        said = [each for each in self.benefits if each.information in ACTIVE | INACTIVE]
        said = [each for each in said if each.of_the_plan] or said
        return tuple([each for each in said if each.information in ACTIVE] or said)

    @property
    def _dates(self) -> tuple[AnswerDate, ...]:
        return (*(each for benefit in self.benefits for each in benefit.dates), *self.dates)

    def _bound(self, qualifiers: tuple[str, ...], *, start: bool) -> date | None:
        """A bound of the coverage from what decides about it, else from what is said of the person."""
        for dates in (tuple(each for benefit in self._deciding for each in benefit.dates), self.dates):
            told = {each.qualifier: each.start for each in reversed(dates) if each.qualifier in qualifiers}
            spans = [each for each in dates if each.qualifier in _SPANS]
            found = [told[each] for each in qualifiers if each in told]
            found += [bound for each in spans if (bound := each.start if start else each.end)]
            if found:
                return found[0]
        return None


def _others(benefit: Benefit) -> list[OtherPayer]:
    """The payers that one EB names; one that says only that there is another names none."""
    span = next((each for each in benefit.dates if each.qualifier == _COORDINATION), None)
    bounds = {"since": span.start, "until": span.end} if span else {}
    payers = [each for each in benefit.parties if each.entity in PLACES]
    if benefit.information == OTHER_PAYER:
        payers = [each for each in benefit.parties if each.entity == "PR" or each.entity in PLACES]
        if not payers:
            return [OtherPayer(**bounds)]
    return [
        OtherPayer(identifier=each.identifier, name=each.name, order=PLACES.get(each.entity), **bounds)
        for each in payers
    ]
