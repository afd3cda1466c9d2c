"""Every fault of an outbound claim is refused before it leaves: by our own rules, or by the guide's check."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edi import claim_writer, cob_rules, guide_gate
from edi.billed_loops import element
from tests.edi.made_claims import Decision, Made, Told, claims, order, plain_decision

Change = Callable[[list[str]], None]

GOOD = claim_writer.write(order(Made()))
WHOLE = claim_writer.write(order(Made(decisions=(plain_decision((18_500, 6_400), by_line=False),))))


def mutated(text: str, change: Change, *, recount: bool = True) -> str:
    """A file with its segments changed in place; the count of the trailer follows, so that only the fault is wrong."""
    segments = [each for each in text.split("~") if each]
    change(segments)
    if recount:
        start = next(n for n, each in enumerate(segments) if each.startswith("ST*"))
        end = next(n for n, each in enumerate(segments) if each.startswith("SE*"))
        segments[end] = f"SE*{end - start + 1}*0017"
    return "".join(f"{each}~" for each in segments)


def find(segments: list[str], beginning: str, nth: int = 0) -> int:
    """The place of the nth segment that begins so."""
    return [n for n, each in enumerate(segments) if each.startswith(beginning)][nth]


def drop(beginning: str, nth: int = 0) -> Change:
    """Leave a segment out."""
    return lambda segments: segments.pop(find(segments, beginning, nth)) and None


def cut(beginning: str, nth: int, count: int) -> Change:
    """Leave a segment out, and those behind it."""

    def change(segments: list[str]) -> None:
        at = find(segments, beginning, nth)
        del segments[at : at + count]

    return change


def put(beginning: str, position: int, value: str, nth: int = 0) -> Change:
    """Set one element."""

    def change(segments: list[str]) -> None:
        at = find(segments, beginning, nth)
        elements = segments[at].split("*")
        elements += [""] * (position + 1 - len(elements))
        elements[position] = value
        segments[at] = "*".join(elements)

    return change


def turn(beginning: str, old: str, new: str, nth: int = 0) -> Change:
    """Replace text in one segment."""

    def change(segments: list[str]) -> None:
        at = find(segments, beginning, nth)
        assert old in segments[at]
        segments[at] = segments[at].replace(old, new)

    return change


def after(beginning: str, new: str, nth: int = 0) -> Change:
    """Add a segment behind another."""
    return lambda segments: segments.insert(find(segments, beginning, nth) + 1, new)


def move(first: str, last: str, behind: str) -> Change:
    """Move the segments from one to another behind a third."""

    def change(segments: list[str]) -> None:
        start, end = find(segments, first), find(segments, last)
        moved = segments[start : end + 1]
        del segments[start : end + 1]
        at = find(segments, behind)
        segments[at + 1 : at + 1] = moved

    return change


OTHER = "SBR*P*"
INSURED, PAYER = "NM1*IL*1*QUILLFEATHER*ADA****MI*MEM001", "NM1*PR*2*PAYER 1"

FAULTS: dict[str, Change] = {
    "no 2330B": drop(PAYER),
    "no 2330A": drop(INSURED),
    "no OI": drop("OI*"),
    "no SBR in 2320": drop(OTHER),
    "2320 after 2400": move(OTHER, "REF*F8", "AMT*EAF"),
    "2330B before 2330A": move(PAYER, PAYER, "OI*"),
    "no DTP*573": drop("DTP*573"),
    "unknown adjustment group": put("CAS*", 1, "XX"),
    "wrong HL parent": put("HL*2", 2, "7"),
    "impossible date": put("DTP*472", 3, "20260231"),
    "wrong segment count": put("SE*", 1, "99"),
    "wrong kind of payer id": put(PAYER, 8, "QQ"),
    "IEA02 of another interchange": put("IEA*", 2, "000000099"),
    "charge is not the sum of the lines": put("CLM*", 2, "250"),
    "adjustment of zero": after("CAS*PR", "CAS*OA*23*0"),
    "no AMT*D": drop("AMT*D"),
    "line decided by an unknown payer": put("SVD*", 1, "99999"),
    "line out of balance": put("CAS*CO", 3, "36"),
    "AMT*D is not the sum of the lines": put("AMT*D", 2, "120"),
    "two first payers": put("SBR*S", 1, "P"),
    "no relationship of the other policy": put(OTHER, 2, ""),
    "unknown reason code": put("CAS*CO", 2, "9999"),
    "wrong check digit of an NPI": put("NM1*85", 9, "1234567890"),
    "diagnosis with a dot": turn("HI*", "J020", "J02.0"),
    "pointer at no diagnosis": turn("SV1*", "*1:2", "*1:7"),
    "replacement without the payer's number": turn("CLM*", "11:B:1", "11:B:7"),
    "no such state": turn("N4*", "*OH*", "*ZZ*"),
    "short ZIP of the billing provider": turn("N4*", "455011234", "45501"),
    "small letters": turn("NM1*85", "EXAMPLE CLINIC", "Example Clinic"),
}
"""The faults that were injected into validators (x12 measurements, section 4)."""


def refused(text: str) -> tuple[Any, ...]:
    """What the rules say, or the guide's check where they let the claim pass."""
    return cob_rules.check(text) or guide_gate.gate(text)


def test_the_claim_that_faults_are_put_into_is_clean() -> None:
    """The faults below are the only thing wrong with the files that they are put into."""
    assert refused(GOOD) == refused(WHOLE) == ()
    assert len(FAULTS) == 29


@pytest.mark.parametrize("fault", FAULTS)
def test_every_measured_fault_is_refused(fault: str) -> None:
    """None of the 29 faults that validators were tried with can leave, and each refusal names field and fix."""
    text = mutated(GOOD, FAULTS[fault], recount=fault != "wrong segment count")
    found = refused(text)
    assert found
    assert all(each.field and each.fault and each.fix for each in found)
    assert not {"QUILLFEATHER", "MEM001", "MEM002"} & set(re.split(r"\W+", " ".join(each.sentence for each in found)))


OURS: dict[str, tuple[str, Change]] = {
    "SBR01 a payer is missing before the destination": ("SBR01", put("SBR*S", 1, "T")),
    "SBR01 the destination is the first": ("SBR01", turn("SBR*S*18", "S*18", "P*18")),
    "SBR02 self, and a loop for the patient": ("SBR02", put("SBR*S", 2, "")),
    "EAF at the claim and at lines": ("AMT*EAF", after("AMT*D", "AMT*EAF*74.7")),
    "EAF is not what is left": ("AMT*EAF", put("AMT*EAF", 2, "1")),
    "date at the claim and at lines": ("DTP*573", after(PAYER, "DTP*573*D8*20260301")),
    "bundled into a line that is not there": ("SVD06", put("SVD*", 6, "9")),
    "bundled into itself": ("SVD06", put("SVD*", 6, "1")),
    "first claim with the payer's number": ("REF*F8", after("REF*D9", "REF*F8*SEC9")),
    "no submission id": ("REF*D9", drop("REF*D9")),
    "frequency that does not exist": ("CLM05-3", turn("CLM*", "11:B:1", "11:B:5")),
    "member id with a strange character": ("NM109", put("NM1*IL", 9, "MEM'002")),
    "decision after the claim": ("DTP*573", put("DTP*573", 3, "20270101")),
    "decision before the service": ("DTP*573", put("DTP*573", 3, "20260101")),
    "birth after the service": ("DMG02", put("DMG*", 2, "20260301")),
    "a line that the payer did not decide": ("SVD", cut("SVD*", 1, 5)),
    "no payer id of the other policy": ("NM109", put(PAYER, 9, "")),
    "Medicare without a reason": ("SBR05", put("SBR*S", 9, "MB")),
    "character beyond the plain ones": ("NM103", turn("NM1*85", "CLINIC", "CLÍNIC")),
}


@pytest.mark.parametrize("fault", OURS)
def test_our_own_rules_name_the_field(fault: str) -> None:
    """What no validator knows is refused by our rules, by the name of the field that people must correct."""
    field, change = OURS[fault]
    assert field in {each.field for each in cob_rules.check(mutated(GOOD, change))}


WHOLE_FAULTS: dict[str, tuple[str, Change]] = {
    "AMT*D is not the charge less adjustments": ("AMT*D", put("AMT*D", 2, "100")),
    "no date": ("DTP*573", drop("DTP*573")),
    "EAF is not what is left": ("AMT*EAF", put("AMT*EAF", 2, "1")),
}


@pytest.mark.parametrize("fault", WHOLE_FAULTS)
def test_a_decision_on_the_whole_claim_adds_up_too(fault: str) -> None:
    """Where the earlier payer decided the claim as a whole, its account is checked against the charge."""
    field, change = WHOLE_FAULTS[fault]
    assert field in {each.field for each in cob_rules.check(mutated(WHOLE, change))}


def test_a_payer_after_the_destination_has_not_decided() -> None:
    """A third payer with a decision on a claim to the second is a wrong order of payers."""
    made = Made(relations=("18", "18", "18"), filings=("CI", "CI", "MC"))
    text = claim_writer.write(order(made))
    assert refused(text) == ()
    found = cob_rules.check(mutated(text, after("SBR*T", "AMT*D*10")))
    assert {(each.place, each.field) for each in found} == {("2320 payer 3", "AMT*D")}


def test_two_earlier_payers_of_one_id_are_refused() -> None:
    """SVD01 must say which payer decided."""
    decisions = (plain_decision((18_500, 6_400)),) * 2
    made = Made(relations=("18",) * 3, filings=("CI", "CI", "MC"), decisions=decisions)
    text = claim_writer.write(order(made))
    assert refused(text) == ()
    assert "NM109" in {each.field for each in cob_rules.check(text.replace("70002", "70001"))}


def test_what_cannot_be_read_is_refused_with_a_reason() -> None:
    """No file, half a file, two claims: the reader of inbound files must find exactly one."""
    for text in ("", "ISA*00", "Dear Sir", GOOD[: len(GOOD) // 2], GOOD + GOOD):
        assert cob_rules.check(text), text[:9]


MONEY = ("AMT*D", "AMT*EAF", "CAS*", "SVD*", "CLM*", "SV1*", "SV2*")


@settings(max_examples=80, deadline=None)
@given(claims(), st.sampled_from(MONEY), st.integers(0, 9), st.integers(1, 5_000))
def test_no_amount_of_any_claim_can_be_altered(made: Made, name: str, nth: int, cents: int) -> None:
    """Change any one amount of any claim that passes, by any sum: it passes no more."""
    text = claim_writer.write(order(made))
    places = [n for n, each in enumerate(text.split("~")) if each.startswith(name)]
    assume(places)

    def change(segments: list[str]) -> None:
        at = places[nth % len(places)]
        elements = segments[at].split("*")
        position = {"CAS": 3, "SV2": 3}.get(elements[0], 2)
        whole, _, part = element(tuple(elements), position).partition(".")
        total = int(whole) * 100 + int(part.ljust(2, "0") or 0) + cents
        elements[position] = f"{total / 100:.2f}"
        segments[at] = "*".join(elements)

    assert refused(mutated(text, change))


@settings(max_examples=60, deadline=None)
@given(claims(), st.data())
def test_no_segment_that_proves_the_decision_can_be_lost(made: Made, data: st.DataObject) -> None:
    """Leave out any one segment by which the next payer learns of an earlier decision: the claim does not leave."""
    text = claim_writer.write(order(made))
    wanted = ("SBR*", "CAS*", "AMT*D", "OI*", "NM1*IL", "NM1*PR", "DTP*573", "SVD*", "LX*", "REF*D9", "CLM*", "HL*")
    places = [n for n, each in enumerate(text.split("~")) if each.startswith(wanted)]
    at = data.draw(st.sampled_from(places))
    assert refused(mutated(text, lambda segments: segments.pop(at) and None))


def test_a_new_reason_of_zero_money_does_not_hide() -> None:
    """A negative adjustment is legitimate (field notes 1.3) and must balance like any other."""
    told = Told(20_000, (("CO", "45", -1_500),))
    text = claim_writer.write(order(Made(charges=(18_500,), decisions=(Decision((told,)),))))
    assert refused(text) == ()
    assert refused(mutated(text, put("CAS*", 3, "15")))
