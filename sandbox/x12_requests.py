"""837 and 276 as a clearinghouse and a payer understand them: transaction sets to requests, loop by loop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from journey.words import Cents
from sandbox.adjudication import Adjustment
from sandbox.requests import ClaimRequest, Human, OtherPayer, PriorLine, Request, RequestedLine, StatusRequest
from sandbox.x12_reading import Complaint, MisreadError, ReadGroup, ReadSegment, ReadSet

FORMS = {"005010X222A1": "837P", "005010X223A2": "837I"}

Loop = Sequence[ReadSegment]


@dataclass(frozen=True)
class Level:
    """One HL with what stands below it, and the levels above it."""

    code: str
    """HL03: 20 the provider or payer, 22 a subscriber, 23 a dependent."""
    loop: Loop
    above: Level | None = None

    def up(self, code: str) -> Level:
        """This level or the nearest one above it of a kind, which must be there."""
        if self.code == code:
            return self
        if self.above is None:
            head = self.loop[0]
            raise MisreadError(head.complaint("3"))
        return self.above.up(code)


def requests_of(group: ReadGroup, read: ReadSet) -> tuple[Request, ...]:
    """What one sound transaction set asks.

    Raises:
        MisreadError: something is missing without which nobody knows what is asked.
    """
    levels = _levels(read)
    if read.identifier == "276":
        return tuple(_question(each, group.at) for each in levels if find(each.loop, "TRN"))
    claims = [_claim(each, loop, group, read) for each in levels for loop in _from(each.loop, "CLM", "2300")]
    if not claims:
        raise MisreadError(Complaint("CLM", len(read.segments), "2300", "3"))
    return tuple(claims)


# Loops


def find(loop: Loop, name: str, qualifier: str = "") -> ReadSegment | None:
    """The first segment of a kind, with a qualifier in its first element if one is given."""
    return next(every(loop, name, qualifier), None)


def every(loop: Loop, name: str, qualifier: str = "") -> Iterator[ReadSegment]:
    """All segments of a kind."""
    return (each for each in loop if each.id == name and (not qualifier or each.at(1) == qualifier))


def needed(loop: Loop, name: str, qualifier: str = "") -> ReadSegment:
    """A segment that must be there."""
    found = find(loop, name, qualifier)
    if found is None:
        last = loop[-1]
        raise MisreadError(Complaint(name, last.place, last.loop, "3"))
    return found


def value(loop: Loop, name: str, qualifier: str, element: int = 2) -> str:
    """One element of a segment, empty if there is none."""
    found = find(loop, name, qualifier)
    return found.at(element) if found else ""


def _cut(loop: Iterable[ReadSegment], name: str, called: str) -> list[list[ReadSegment]]:
    """A loop cut before every segment of a name; the first piece is what comes before all of them."""
    pieces: list[list[ReadSegment]] = [[]]
    for each in loop:
        if each.id == name:
            pieces.append([])
        pieces[-1].append(replace(each, loop=called) if len(pieces) > 1 else each)
    return pieces


def _from(loop: Iterable[ReadSegment], name: str, called: str) -> list[list[ReadSegment]]:
    """The pieces of a loop that begin with a segment of that name."""
    return _cut(loop, name, called)[1:]


def _levels(read: ReadSet) -> list[Level]:
    levels: dict[str, Level] = {}
    for loop in _from(read.segments[:-1], "HL", "2000"):
        head = loop[0]
        above = levels.get(head.at(2))
        if head.at(2) and above is None:
            head.wrong(2, "7")
        levels[head.needed(1)] = Level(head.needed(3), loop, above)
    return list(levels.values())


def _named(loop: Loop, entity: str) -> list[ReadSegment]:
    """NM1 of an entity with what belongs to it."""
    pieces = _from(loop, "NM1", "2010")
    return next((each for each in pieces if each[0].at(1) == entity), [])


# 837


def _claim(level: Level, loop: Loop, group: ReadGroup, read: ReadSet) -> ClaimRequest:
    subscriber = level.up("22")
    names = _cut(subscriber.loop, "CLM", "")[0]
    head, *lines = _cut(loop, "LX", "2400")
    claim, *others = _cut(head, "SBR", "2320")
    coverage, clm = needed(names, "SBR"), loop[0]
    insured, payer = needed(names, "NM1", "IL"), needed(names, "NM1", "PR")
    dependent = level.code == "23"
    return ClaimRequest(
        form=FORMS[read.version],
        submission_id=value(claim, "REF", "D9"),
        group_control=group.control,
        transaction_control=read.control,
        sent_at=group.at,
        sequence=coverage.needed(1),
        insurance_type=coverage.at(5),
        filing_indicator=coverage.at(9),
        relationship=needed(level.loop, "PAT").at(1) if dependent else coverage.at(2),
        payer_id=payer.needed(9),
        member_id=insured.at(9),
        subscriber=_human(names, "IL"),
        patient=_human(level.loop, "QC") if dependent else _human(names, "IL"),
        npis=tuple(_npis(level, loop)),
        claim_number=clm.needed(1),
        charge=clm.money(2),
        facility=clm.part(5, 1),
        frequency=clm.part(5, 3) or clm.wrong(5, "1"),
        original_payer_claim_number=value(claim, "REF", "F8"),
        attachments=tuple(each.at(6) for each in every(claim, "PWK") if each.at(6)),
        diagnoses=tuple(_diagnoses(claim)),
        others=tuple(map(_other, others)),
        lines=tuple(map(_line, lines)),
    )


def _human(loop: Loop, entity: str) -> Human:
    named = _named(loop, entity)
    if not named:
        return Human()
    born = find(named, "DMG")
    return Human(last_name=named[0].at(3), first_name=named[0].at(4), birth=born.day(2) if born else None)


def _npis(level: Level, claim: Loop) -> Iterator[str]:
    """Whatever is identified as an NPI, the billing provider first."""
    for loop in (level.up("20").loop, claim):
        yield from (each.at(9) for each in every(loop, "NM1") if each.at(8) == "XX")


def _diagnoses(claim: Loop) -> Iterator[str]:
    for each in every(claim, "HI"):
        coded = [each.parts(element) for element in range(1, len(each.elements) + 1)]
        yield from (parts[1] for parts in coded if len(parts) > 1 and parts[0] in ("ABK", "ABF"))


def _other(loop: Loop) -> OtherPayer:
    payer, decided = _named(loop, "PR"), find(loop, "DTP", "573")
    return OtherPayer(
        sequence=loop[0].needed(1),
        payer_id=payer[0].at(9) if payer else "",
        member_id=value(loop, "NM1", "IL", 9),
        insurance_type=loop[0].at(5),
        filing_indicator=loop[0].at(9),
        paid=_amount(loop, "D"),
        left=_amount(loop, "EAF"),
        adjustments=_adjustments(loop),
        decided_on=decided.day(3) if decided else None,
        claim_number=value(payer, "REF", "F8"),
    )


def _amount(loop: Loop, qualifier: str) -> Cents | None:
    found = find(loop, "AMT", qualifier)
    return found.money(2) if found else None


def _adjustments(loop: Loop) -> tuple[Adjustment, ...]:
    """CAS: a group, then up to six of reason, amount and quantity."""
    return tuple(
        Adjustment(group=each.needed(1), reason=each.needed(at), cents=each.money(at + 1))
        for each in every(loop, "CAS")
        for at in range(2, len(each.elements) + 1, 3)
    )


def _line(loop: Loop) -> RequestedLine:
    head, *priors = _cut(loop, "SVD", "2430")
    service = find(head, "SV2") or needed(head, "SV1")
    hospital = int(service.id == "SV2")
    served = find(head, "DTP", "472")
    number = head[0].needed(1)
    return RequestedLine(
        number=int(number) if number.isdigit() else head[0].wrong(1, "6"),
        procedure=service.part(1 + hospital, 2),
        revenue_code=service.at(1) if hospital else "",
        charge=service.money(2 + hospital),
        units=service.at(4 + hospital),
        pointers=() if hospital else service.parts(7),
        service_date=served.day(3) if served else None,
        control_number=value(head, "REF", "6R"),
        priors=tuple(map(_prior, priors)),
    )


def _prior(loop: Loop) -> PriorLine:
    head, decided = loop[0], find(loop, "DTP", "573")
    return PriorLine(
        payer_id=head.needed(1),
        paid=head.money(2),
        procedure=head.part(3, 2),
        adjustments=_adjustments(loop),
        decided_on=decided.day(3) if decided else None,
        left=_amount(loop, "EAF"),
    )


# 276


def _question(level: Level, at: datetime) -> StatusRequest:
    subscriber, payer = level.up("22"), level.up("20")
    loop = level.loop
    first, last = _days(find(loop, "DTP", "472"))
    return StatusRequest(
        question_id=needed(loop, "TRN", "1").needed(2),
        sent_at=at,
        payer_id=needed(payer.loop, "NM1", "PR").needed(9),
        claim_number=value(loop, "REF", "EJ"),
        payer_claim_number=value(loop, "REF", "1K"),
        member_id=needed(subscriber.loop, "NM1", "IL").at(9),
        charge=_amount(loop, "T3"),
        service_from=first,
        service_to=last,
    )


def _days(served: ReadSegment | None) -> tuple[date | None, date | None]:
    """The first and the last day of a day or of a span of days."""
    if served is None:
        return None, None
    if served.at(2) != "RD8":
        return served.day(3), served.day(3)
    first, _, last = served.needed(3).partition("-")
    return _day(served, first), _day(served, last)


def _day(served: ReadSegment, text: str) -> date:
    return replace(served, elements=(*served.elements[:2], text)).day(3)
