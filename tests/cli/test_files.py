"""Commands that read files and need no engine: x12, plan, rehearse, key, casebook."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from casebook.opening import open_casebook
from worker.keys import KeyRing
from worker.seal import CasebookSeal

SAMPLES = sorted((Path(__file__).resolve().parents[3] / "shared" / "x12").glob("*"))
STORIES = Path(__file__).parents[1] / "stories"
STANDARD = Path(__file__).parents[2] / "journey" / "plans" / "standard_plan.toml"


# ---- x12 ------------------------------------------------------------------------------------------------------------


def test_a_file_is_told_line_by_line(baton: Any, files: tuple[Path, Path]) -> None:
    """A remittance shows its claims with labels for codes, and its balance."""
    told = baton("x12", "show", files[1])
    assert told.code == 0
    assert "processed as primary and forwarded" in told.out
    assert "balanced" in told.out


def test_a_file_is_told_to_machines(baton: Any, files: tuple[Path, Path]) -> None:
    """With --json the output is one array of typed items."""
    told = baton("x12", "show", files[1], "--json").json
    assert [each["type"] for each in told] == ["remittance_claim", "remittance_totals"]
    assert told[0]["paid_cents"] == 48000


def test_what_is_no_x12_is_a_finding(baton: Any, tmp_path: Path) -> None:
    """A file that is something else is set aside with a reason, not an error."""
    other = tmp_path / "notes.txt"
    other.write_text("Dear Sir or Madam", encoding="utf-8")
    told = baton("x12", "show", other, "--json")
    assert told.code == 0
    assert [each["type"] for each in told.json] == ["quarantined"]
    assert "Madam" not in told.out


def test_a_file_that_is_not_there(baton: Any) -> None:
    """A missing file is named with the reason."""
    told = baton("x12", "show", "nowhere.835")
    assert told.code == 2
    assert "nowhere.835 cannot be read: No such file" in told.err


@pytest.mark.skipif(not SAMPLES, reason="the public samples are not beside the repository")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_public_samples_are_shown(baton: Any, sample: Path) -> None:
    """Each public sample is shown to people and to machines."""
    assert baton("x12", "show", sample).code == 0
    assert baton("x12", "show", sample, "--json").json


# ---- plan -----------------------------------------------------------------------------------------------------------


def test_a_bad_plan_lists_everything(baton: Any, tmp_path: Path) -> None:
    """All mistakes of a plan file are told at once, and the check ends with 1."""
    bad = tmp_path / "plan.toml"
    text = STANDARD.read_text(encoding="utf-8")
    text = text.replace('hard = "45d"', 'hard = "45 days"', 1).replace(
        'time_zone = "America/New_York"', 'time_zone = "?"'
    )
    bad.write_text(text, encoding="utf-8")
    told = baton("plan", "check", bad)
    assert told.code == 1
    assert "clocks.T0" in told.out
    assert "time_zone" in told.out
    problems = baton("plan", "check", bad, "--json").json["problems"]
    assert len(problems) >= 2


def test_a_good_plan_says_so(baton: Any) -> None:
    """The plan that ships with Baton passes its own check."""
    told = baton("plan", "check", STANDARD)
    assert told.code == 0
    assert "can be used: version" in told.out


def test_the_plan_shows_every_value_with_its_source(baton: Any) -> None:
    """Each row has what it says, where it comes from, and whether it is assumed."""
    told = baton("plan", "show", "--json").json
    assert {"hops", "clocks", "filing", "ladders", "settings"} <= {each["section"] for each in told["rows"]}
    assert all(each["source"] for each in told["rows"])
    assert any(each["assumed"] for each in told["rows"])
    shown = baton("plan", "show", "--section", "clocks")
    assert "crossover arrival" in shown.out
    assert "hops" not in shown.out.split()


def test_the_plan_shows_what_overrides_make_of_it(baton: Any, tmp_path: Path) -> None:
    """For a named class of payer and state the overridden value stands in its place."""
    own = tmp_path / "plan.toml"
    override = (
        '\n[[override]]\npayer_class = "medicaid"\nstate = "NE"\nsource = "a manual"\nassumed = false\n'
        "settings.embargo_days = 7\n"
    )
    own.write_text(STANDARD.read_text(encoding="utf-8") + override, encoding="utf-8")
    words = ("plan", "show", "--file", own, "--section", "settings", "--json")
    plain = baton(*words).json
    special = baton(*words, "--payer-class", "medicaid", "--state", "NE").json
    value = {
        name: {each["name"]: each["says"] for each in told["rows"]}
        for name, told in (("plain", plain), ("special", special))
    }
    assert value["special"]["embargo_days"] == "7"
    assert value["plain"]["embargo_days"] != "7"
    assert any("state ne" in each for each in special["overrides"])


def test_an_unknown_section_names_those_there_are(baton: Any) -> None:
    """A misspelt section is refused with the choices."""
    told = baton("plan", "show", "--section", "clock")
    assert told.code == 2
    assert "clocks" in told.err


def test_a_plan_of_the_settings_is_shown(baton: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`plan show` is about the plan that cases would get: BATON_PLAN counts, and a missing file is named."""
    monkeypatch.setenv("BATON_PLAN", str(tmp_path / "plan.toml"))
    told = baton("plan", "show")
    assert told.code == 2
    assert "plan.toml cannot be read" in told.err


# ---- rehearse -------------------------------------------------------------------------------------------------------


def test_a_story_is_lived_through(baton: Any) -> None:
    """A story whose statements hold prints the journey and ends with 0."""
    told = baton("rehearse", STORIES / "v1b_crossover_lost.txt")
    assert told.code == 0
    assert "statements hold" in told.out
    assert json.loads(baton("rehearse", STORIES / "v1b_crossover_lost.txt", "--json").out)["days"]


def test_a_story_that_does_not_hold_ends_with_1(baton: Any, tmp_path: Path) -> None:
    """A statement that is not so is named with what was the case instead."""
    story = tmp_path / "story.txt"
    text = (STORIES / "v1b_crossover_lost.txt").read_text(encoding="utf-8")
    story.write_text(f"{text}\n        => closed\n", encoding="utf-8")
    told = baton("rehearse", story)
    assert told.code == 1
    assert "NOT SO" in told.out


def test_an_unclear_story_lists_its_lines(baton: Any, tmp_path: Path) -> None:
    """Every line that cannot be read is named, and nothing is rehearsed."""
    story = tmp_path / "story.txt"
    story.write_text("# nothing\nclaim: much\n\n12 Mar  the moon rises\n", encoding="utf-8")
    told = baton("rehearse", story)
    assert told.code == 2
    assert "the story cannot be read:" in told.err
    assert told.err.count("  - ") >= 2


def test_a_story_under_a_plan_that_is_none(baton: Any, tmp_path: Path) -> None:
    """The plan is checked before the story is lived."""
    plan = tmp_path / "plan.toml"
    plan.write_text("version = 1", encoding="utf-8")
    told = baton("rehearse", STORIES / "v1b_crossover_lost.txt", "--plan", plan)
    assert told.code == 2
    assert "the plan cannot be used:" in told.err


# ---- key and casebook -----------------------------------------------------------------------------------------------


def test_the_life_of_a_key_ring(baton: Any, tmp_path: Path) -> None:
    """A ring is made once, rotated without losing a key, and listed without showing one."""
    file = tmp_path / "keys.toml"
    assert baton("key", "new", file).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = KeyRing.from_toml(file.read_text(encoding="utf-8"))
    again = baton("key", "new", file)
    assert again.code == 2
    assert "baton key rotate" in again.err
    assert baton("key", "rotate", file).code == 0
    listed = baton("key", "list", file)
    now = KeyRing.from_toml(file.read_text(encoding="utf-8"))
    assert set(now.key_ids) > set(first.key_ids)
    assert all(each in listed.out for each in now.key_ids)
    secret = file.read_text(encoding="utf-8").split("[keys]")[1].split('"')[3]
    assert secret not in listed.out


def test_a_key_ring_that_is_none(baton: Any, tmp_path: Path) -> None:
    """A file that is no ring is refused without quoting it."""
    file = tmp_path / "keys.toml"
    file.write_text("identifiers = 'abc123'", encoding="utf-8")
    told = baton("key", "list", file)
    assert told.code == 2
    assert "abc123" not in told.err


def test_the_casebook_is_migrated_without_an_engine_or_keys(baton: Any, tmp_path: Path) -> None:
    """The preparation job of a deployment needs the database alone, and may run twice."""
    home = tmp_path / "home"
    for _ in range(2):
        assert baton("casebook", "migrate", "--home", home).code == 0
    open_casebook(f"sqlite:///{home}/casebook.sqlite", CasebookSeal(KeyRing.new())).close()
    assert [each.name for each in home.iterdir() if each.suffix == ".toml"] == []
    listed = baton("case", "list", "--home", home)
    assert listed.code == 0
    assert "0 of 0 shown" in listed.out
