"""`baton cob`: the order of benefits of a case and of a small file, and what people tell of policies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

FILE = """
day = 2026-02-20
patient_born = 1959-05-05
[[policy]]
payer = "Medicare"
cover = "medicare"
[[policy]]
payer = "Example Health"
cover = "group"
holder = "self"
works = true
employees = 50
[[policy]]
payer = "Comp"
cover = "workers-comp"
injury = false
"""


def flat(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of three policies."""
    path = tmp_path / "policies.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_file_is_answered_with_rule_source_and_what_would_flip_it(baton: Any, file: Path) -> None:
    """Whoever learns the rules sees which one decided, where it stands, and which fact would turn it round."""
    told = baton("cob", "order", file)
    assert (told.code, told.err) == (0, "")
    page = flat(told.out)
    assert "1. Example Health" in page
    assert "Example Health before Medicare" in page
    assert "rule '65 or older, 20 employees', field notes 3.1 A2; POMS" in page
    assert "known from: policy 2 of the file" in page
    assert "if the employer behind Example Health had fewer than 20 employees" in page
    assert "Not in the order: Comp; it does not cover these services." in page
    assert all(len(line) <= 100 for line in told.out.splitlines())


def test_machines_read_the_same(baton: Any, file: Path) -> None:
    """With --json: the order, each step with its flips, and how it was billed."""
    told = baton("cob", "order", file, "--json").json
    assert told["decided"] is True
    assert told["ordering"]["order"] == [2, 1]
    [step] = told["ordering"]["steps"]
    assert step["section"] == "3.1 A2"
    assert {"policy": 2, "field": "employees", "value": "19"}.items() <= step["would_flip"][1].items()
    assert told["billed"]["state"] == "different"


def test_an_open_question_ends_with_one(baton: Any, file: Path) -> None:
    """What is missing is asked of whoever knows it; a script can tell by the exit code."""
    file.write_text(FILE.replace("employees = 50", ""), encoding="utf-8")
    told = baton("cob", "order", file)
    assert told.code == 1
    assert "Ask the employer: How many employees" in flat(told.out)
    question = baton("cob", "order", file, "--json").json["question"]
    assert (question["missing"], question["policy"], question["ask"]) == ("employees", 2, "employer")


def test_a_file_with_mistakes_names_each_place(baton: Any, file: Path) -> None:
    """Errors name policy and field, not what was written there, and end with 2."""
    file.write_text(FILE.replace('"group"', '"SAMPLETON"').replace("employees = 50", "size = 50"), encoding="utf-8")
    told = baton("cob", "order", file)
    assert told.code == 2
    assert "policy 2, cover" in told.err
    assert "policy 2, size" in told.err
    assert "SAMPLETON" not in told.err
    assert baton("cob", "order", "nowhere.toml").code == 2


# ---- a running case -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def case_id(home: Path, files: tuple[Path, Path], command: Any) -> str:
    """The case of the two synthetic files."""
    taken = command("intake", *files, "--home", home, "--json", cwd=home.parent)
    assert taken.code == 0, taken.err
    [row] = command("case", "list", "--home", home, "--json", cwd=home.parent).json["cases"]
    return str(row["case_id"])


def test_a_case_shows_its_order_or_its_question(
    case_id: str, home: Path, baton: Any, patient_words: tuple[str, ...]
) -> None:
    """Medicare and a plan of unknown footing: the question; told, the order; no page names the patient."""
    told = baton("cob", "show", case_id, "--home", home)
    assert told.code == 0
    assert "Ask the patient: Where does the EXAMPLE MUTUAL policy come from" in flat(told.out)
    assert "As billed: it is not known whether" in flat(told.out)
    told = baton("cob", "tell", case_id, "--policy", "2", "--cover", "retiree", "--by", "Dana", "--home", home)
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("Noted.")
    assert "EXAMPLE MEDICARE before EXAMPLE MUTUAL" in flat(told.out)
    shown = baton("cob", "show", case_id, "--home", home, "--json").json
    assert shown["billed"]["state"] == "same"
    assert shown["ordering"]["steps"][0]["rule"] == "retiree plan and COBRA"
    pages = told.out + baton("cob", "show", case_id, "--home", home).out
    assert [each for each in patient_words if each in pages] == []


def test_another_day_has_its_own_order(case_id: str, home: Path, baton: Any) -> None:
    """The order is that of a day of service; any other day can be asked for."""
    told = baton("cob", "tell", case_id, "--policy", "2", "--until", "2090-12-31", "--home", home, "--json")
    assert told.json["counts"] is True
    later = baton("cob", "show", case_id, "--day", "2091-01-01", "--home", home, "--json").json
    assert [each["why"] for each in later["ordering"]["out"]] == ["ended on 2090-12-31"]


def test_what_cannot_be_told_is_refused(case_id: str, home: Path, baton: Any) -> None:
    """A policy that there is not, nothing at all, and two things that exclude each other."""
    here = ("--home", home)
    assert "the claim has no policy 7" in baton("cob", "tell", case_id, "--policy", "7", "--works", *here).err
    nothing = baton("cob", "tell", case_id, "--policy", "2", *here)
    assert (nothing.code, "at least one thing" in nothing.err) == (2, True)
    both = baton("cob", "tell", case_id, "--policy", "2", "--cover", "cobra", "--works", *here)
    assert "former employment" in both.err
