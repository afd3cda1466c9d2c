"""The guide's own check as the last gate: what it refuses, how it says so, that it is quick and tells nothing."""

from __future__ import annotations

import logging
import random
import string
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from edi import claim_writer, guide_gate
from edi.guide_gate import gate
from tests.edi.made_claims import Made, order

PROFESSIONAL = claim_writer.write(order(Made()))
INSTITUTIONAL = claim_writer.write(order(Made(form="837I")))
SECRET = "ZZSECRETZZ"


def broken(text: str, old: str, new: str) -> str:
    """The file with one piece of text replaced."""
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("text", [PROFESSIONAL, INSTITUTIONAL])
def test_a_sound_claim_passes(text: str) -> None:
    """Both forms pass, as often as they are looked at: a cached map keeps no count of the file before."""
    assert [gate(text) for _ in range(3)] == [(), (), ()]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("OI***Y***Y~", "", "2320 OI"),
        ("DTP*472*D8*20260210~", "", "2400 DTP"),
        ("*D8*20260210~", "*D8*20260231~", "DTP03"),
        ("HL*2*1*22*0~", "HL*2*9*22*0~", "SEG"),
        ("~SE*", "~SE*1", "ST"),
        ("IEA*1*000000017", "IEA*1*000000018", "ISA"),
        ("NM1*PR*2*PAYER 1*****PI*", "NM1*PR*2*PAYER 1*****QQ*", "NM108"),
        ("MOA***MA01~", "ZZZ*1~", "ZZZ"),
    ],
)
def test_what_the_guide_forbids_is_refused_by_place(old: str, new: str, field: str) -> None:
    """A refusal names the segment's number and the field, and says what to do."""
    found = gate(broken(PROFESSIONAL, old, new))
    assert found
    assert any(field in each.field for each in found)
    assert all(each.place.startswith("segment ") and each.fix for each in found)


def test_no_value_is_told(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """The library quotes what it reads, in messages and in a logger of its own; none of that gets out (I11)."""
    caplog.set_level(logging.DEBUG)
    text = PROFESSIONAL.replace("D8*20260210", f"D8*{SECRET}").replace("MEM002", SECRET * 20)
    told = " ".join(each.sentence for each in gate(text))
    assert told
    out = capfd.readouterr()
    assert SECRET not in told + out.out + out.err + caplog.text
    assert [each for each in caplog.records if each.name.startswith("pyx12")] == []


def test_remark_codes_newer_than_the_maps_pass() -> None:
    """MOA repeats the earlier payer's remarks; a code that the library does not know yet is no fault of ours."""
    assert gate(broken(PROFESSIONAL, "MOA***MA01", "MOA***N783")) == ()


def test_the_map_of_a_guide_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a map takes twenty times as long as a claim: it is done once for each guide."""
    read: list[str] = []
    load = guide_gate.map_if.load_map_file

    def counted(name: str, *rest: Any) -> Any:
        read.append(name)
        return load(name, *rest)

    guide_gate._map.cache_clear()
    monkeypatch.setattr(guide_gate.map_if, "load_map_file", counted)
    for text in (PROFESSIONAL, INSTITUTIONAL, PROFESSIONAL, INSTITUTIONAL):
        gate(text)
    assert len(read) == len(set(read)) == 3


def test_many_threads_get_the_same_answers() -> None:
    """Workers check claims in threads; a good one passes and a bad one is refused whatever runs beside it."""
    bad = broken(PROFESSIONAL, "OI***Y***Y~", "")
    texts = [PROFESSIONAL, bad, INSTITUTIONAL] * 8
    alone = [gate(each) for each in texts[:3]]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(gate, texts)) == alone * 8


def test_what_is_no_claim_is_refused_and_not_raised() -> None:
    """The library raises many things on what it cannot read; here that is a refusal like any other."""
    rng = random.Random(7)
    for text in ("", "ISA", "Dear Sir", PROFESSIONAL[:110], PROFESSIONAL.replace("005010X222A1", "005010X999")):
        assert gate(text)
    for _ in range(40):
        letters = list(PROFESSIONAL)
        for _ in range(4):
            letters[rng.randrange(len(letters))] = rng.choice(string.printable)
        gate("".join(letters))
