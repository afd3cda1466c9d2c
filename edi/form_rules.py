"""Our own rules for numbers, codes and characters of a claim that leaves, which validators let pass."""

import re
from collections.abc import Iterator

from edi.claim_order import Problem
from edi.outbound_claim import OutboundClaim, Segment

_POSTAL = """
AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK
OR PA RI SC SD TN TX UT VA VT WA WI WV WY AS FM GU MH MP PR PW VI AA AE AP
"""
STATES = frozenset(_POSTAL.split())
"""N402 within the United States: states, territories, military post."""

_CODED_WITHOUT_DOT = frozenset({"ABK", "ABF", "ABJ", "ABN", "APR", "BK", "BF", "BJ", "BN", "PR", "BBR", "BBQ"})
"""HI qualifiers of diagnoses and procedures."""
_POINTED_AT = frozenset({"ABK", "ABF", "BK", "BF"})
_NUMBERS = {
    "CLM": (1,),
    "REF": (2,),
    "NM1": (9,),
    "PWK": (6,),
    "SBR": (3,),
    "SVD": (1,),
    "PER": (4, 6, 8),
    "BHT": (3,),
    "ISA": (6, 8),
    "GS": (2, 3),
}
"""Elements with numbers that others gave and expect back as they are; every other is sent in capitals."""
_PRINTABLE = re.compile(r"[\x20-\x7e]*")


def _provider_numbers(outbound: OutboundClaim) -> Iterator[Problem]:
    """An NPI has ten digits, of which the last is the check digit (Luhn over 80840 and the number)."""
    for segment in outbound.of("NM1"):
        if segment[8] == "XX" and not _is_npi(segment[9]):
            fault = "the provider number's check digit is wrong"
            yield Problem(place=segment.loop, field="NM109", fault=fault, fix="Correct the NPI")


def _is_npi(number: str) -> bool:
    if len(number) != 10 or not number.isdecimal() or not number.isascii():
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed("80840" + number)))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def _diagnoses(outbound: OutboundClaim) -> Iterator[Problem]:
    """Codes are sent without their dot; a professional line points at diagnoses that the claim has."""
    claim = outbound.claim
    if any("." in each.code for each in claim.diagnoses if each.qualifier in _CODED_WITHOUT_DOT):
        yield Problem(place="2300", field="HI", fault="a diagnosis code has a dot", fix="Send it without the dot")
    numbers = {str(at) for at in range(1, 1 + sum(each.qualifier in _POINTED_AT for each in claim.diagnoses))}
    for at, line in enumerate(claim.lines, 1):
        if claim.form == "837P" and (not line.pointers or not set(line.pointers) <= numbers):
            fault = "the line points at no diagnosis of the claim"
            yield Problem(place=f"2400 line {at}", field="SV107", fault=fault, fix="Correct the pointers or diagnoses")


def _addresses(outbound: OutboundClaim) -> Iterator[Problem]:
    """States exist; the billing provider's postal code has nine digits."""
    for segment in outbound.of("N4"):
        if segment[4] in ("", "US") and segment[2] not in STATES:
            yield Problem(place=segment.loop, field="N402", fault="there is no such state", fix="Correct the address")
        if segment.loop == "2010AA" and segment[4] in ("", "US") and not re.fullmatch(r"\d{9}", segment[3], re.ASCII):
            fault = "the billing provider's postal code needs all nine digits"
            yield Problem(place="2010AA", field="N403", fault=fault, fix="Give the ZIP+4 (provider_postal_code)")


def _identifiers(outbound: OutboundClaim) -> Iterator[Problem]:
    """Member and payer ids are there and hold nothing but letters, digits and the marks that ids are written with."""
    for segment in outbound.of("NM1"):
        number = segment[9]
        if segment[1] in ("IL", "PR", "85") and not number:
            yield Problem(place=segment.loop, field="NM109", fault="the id is missing", fix="Correct the claim data")
        if number and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ./_-]*", number):
            fault = "the id holds a character that ids do not have"
            yield Problem(place=segment.loop, field="NM109", fault=fault, fix="Correct the id")


def _characters(outbound: OutboundClaim) -> Iterator[Problem]:
    """Plain printable ASCII, in capitals but for numbers that others gave."""
    for segment in outbound.segments:
        numbers = _NUMBERS.get(segment.id, ())
        for at, value in enumerate(segment.elements):
            if not _PRINTABLE.fullmatch(value):
                fault = "it holds a character that cannot be sent"
                yield _character(segment, at, fault)
            elif at not in numbers and value != value.upper():
                yield _character(segment, at, "it must be in capitals")


def _character(segment: Segment, at: int, fault: str) -> Problem:
    return Problem(place=segment.loop, field=f"{segment.id}{at:02}", fault=fault, fix="Correct the claim data")


def _days(outbound: OutboundClaim) -> Iterator[Problem]:
    """Nobody was born, treated or decided on after the claim was written, nor decided on before being treated."""
    claim = outbound.claim
    written, served = claim.header.created, claim.service_from
    people = [claim.subscriber, *((claim.patient,) if claim.patient else ())]
    births = [each.birth for each in people if each.birth]
    decisions = [each.adjudicated for each in claim.other_coverages]
    decisions += [made.adjudicated for line in claim.lines for made in line.adjudications]
    for place, field, days in (
        ("2010BA", "DMG02", births),
        ("2400", "DTP*472", [day for day in (served, claim.service_to) if day]),
        ("2320", "DTP*573", [day for day in decisions if day]),
    ):
        if written and any(day > written for day in days):
            yield _day(place, field, "the day lies after the claim was written")
    if served and any(day < served for day in decisions if day):
        yield _day("2320", "DTP*573", "the decision is older than the service")
    if claim.service_to and any(day > claim.service_to for day in births):
        yield _day("2010BA", "DMG02", "the patient was born after the service")


def _day(place: str, field: str, fault: str) -> Problem:
    return Problem(place=place, field=field, fault=fault, fix="Correct the date")


def _submission(outbound: OutboundClaim) -> Iterator[Problem]:
    """REF*D9 carries our submission id, by which a 277CA is matched back."""
    if not any(each.qualifier == "D9" and each.value for each in outbound.claim.references):
        fault = "our submission id is missing"
        yield Problem(place="2300", field="REF*D9", fault=fault, fix="Build the claim again")


FORM_RULES = (_provider_numbers, _diagnoses, _addresses, _identifiers, _characters, _days, _submission)
"""Every rule about numbers, codes and characters."""
