"""`baton x12 secondary`: the claim to the next payer from two files, or the list of what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edi import cob_rules
from tests.edi.made_claims import NUMBER, Made, billed, plain_decision, remitted

TWO = (plain_decision((18_500, 6_400)),) * 2
THREE = Made(relations=("18", "18", "18"), filings=("CI", "CI", "MB"), decisions=TWO)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """The claim to the primary, and its 835."""
    return written(tmp_path, "billed.837", billed(Made())), written(tmp_path, "first.835", remitted(Made(), 0))


def written(folder: Path, name: str, text: str) -> Path:
    """A file of this text."""
    (folder / name).write_text(text, encoding="latin-1")
    return folder / name


def test_the_claim_is_printed(baton: Any, pair: tuple[Path, Path]) -> None:
    """Two files make a claim that passes every rule, one segment a line and none broken."""
    told = baton("x12", "secondary", "--claim", pair[0], "--remit", pair[1])
    assert told.code == 0
    assert cob_rules.check(told.out.replace("\n", "")) == ()
    assert "SVD*70001*92.5*HC:99213**1~" in told.out.splitlines()


def test_the_claim_is_written_to_a_file(baton: Any, pair: tuple[Path, Path], tmp_path: Path) -> None:
    """With --out nothing is printed; with --json the same text stands in one document."""
    out = tmp_path / "secondary.837"
    assert baton("x12", "secondary", "--claim", pair[0], "--remit", pair[1], "--out", out).out == ""
    assert cob_rules.check(out.read_text(encoding="ascii")) == ()
    told = baton("x12", "secondary", "--claim", pair[0], "--remit", pair[1], "--json").json
    assert (told["claim"].startswith("ISA*"), told["problems"]) == (True, [])
    nowhere = baton("x12", "secondary", "--claim", pair[0], "--remit", pair[1], "--out", tmp_path / "no" / "file")
    assert (nowhere.code, "cannot be written" in nowhere.err) == (2, True)


def test_what_is_missing_is_listed(baton: Any, pair: tuple[Path, Path]) -> None:
    """Each problem has a place, a field and a fix; the command ends with 1."""
    told = baton("x12", "secondary", "--claim", pair[0], "--remit", pair[1], "--frequency", "7")
    assert told.code == 1
    assert told.out.startswith("- 2300 REF*F8: ")
    told = baton("x12", "secondary", "--claim", pair[0], "--remit", pair[1], "--destination", "3", "--json")
    assert (told.code, told.json["claim"]) == (1, None)
    assert {each["field"] for each in told.json["problems"]} == {"SBR", "remittance"}


def test_both_decisions_and_the_reason_for_medicare(baton: Any, tmp_path: Path) -> None:
    """Medicare third is paper, whatever the two 835s say; Medicare second needs the reason why."""
    files = (
        written(tmp_path, "b.837", billed(THREE)),
        *(written(tmp_path, f"{at}.835", remitted(THREE, at)) for at in range(2)),
    )
    words = ("x12", "secondary", "--claim", files[0], "--remit", files[1], "--remit", files[2], "--destination", "3")
    assert "paper only" in baton(*words, "--insurance-type", "12").out
    second = Made(filings=("CI", "MB"))
    claim, remit = written(tmp_path, "m.837", billed(second)), written(tmp_path, "m.835", remitted(second, 0))
    assert baton("x12", "secondary", "--claim", claim, "--remit", remit).code == 1
    told = baton("x12", "secondary", "--claim", claim, "--remit", remit, "--insurance-type", "43")
    assert "SBR*S*18*GRP2**43****MB~" in told.out.splitlines()


def test_a_remittance_that_was_set_aside_says_why(baton: Any, pair: tuple[Path, Path], tmp_path: Path) -> None:
    """An 835 that does not add up gives no claim, and the list names the rule that it broke."""
    wrong = written(tmp_path, "wrong.835", remitted(Made(), 0).replace("CAS*CO*45*37~", "CAS*CO*45*36~"))
    told = baton("x12", "secondary", "--claim", pair[0], "--remit", wrong)
    assert told.code == 1
    assert "CLAIM_BALANCE" in told.out


def test_files_that_hold_no_such_claim_are_told(baton: Any, pair: tuple[Path, Path]) -> None:
    """A claim that is not there, or files in the wrong place, end with a sentence."""
    told = baton("x12", "secondary", "--claim", pair[0], "--remit", pair[1], "--number", "NONE")
    assert (told.code, "name one with --number" in told.err) == (2, True)
    told = baton("x12", "secondary", "--claim", pair[1], "--remit", pair[1])
    assert (told.code, "no claim to a first payer" in told.err) == (2, True)
    assert baton("x12", "secondary", "--claim", pair[0], "--remit", pair[1], "--number", NUMBER).code == 0
