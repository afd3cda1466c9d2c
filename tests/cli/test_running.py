"""The command against a running Baton: files in, the case looked at, people speaking to it, everything checked."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.office import eventually
from worker.engine import find_engine


@pytest.fixture(scope="module")
def taken(home: Path, files: tuple[Path, Path], command: Any) -> Any:
    """What `intake` answered for the claim and the primary's remittance."""
    return command("intake", *files, "--home", home, "--json", cwd=home.parent)


@pytest.fixture
async def case_id(taken: Any, home: Path, baton: Any) -> str:
    """The one case that there is, once it has asked for its hold: this office has no ledger, and the case says so."""

    def asking_for_a_person() -> Any:
        return baton("case", "list", "--home", home, "--attention", "--json").json["cases"]

    [row] = await eventually(asking_for_a_person, "the case asks for a person")
    return str(row["case_id"])


@pytest.fixture
def copy(taken: Any, home: Path, tmp_path: Path) -> Path:
    """A home with the same keys and a copy of the casebook, in which no engine runs."""
    other = tmp_path / "copy"
    other.mkdir()
    shutil.copy(home / "keys.toml", other)
    with (
        closing(sqlite3.connect(home / "casebook.sqlite")) as book,
        closing(sqlite3.connect(other / "casebook.sqlite")) as twin,
    ):
        book.backup(twin)
    return other


def change(copy: Path, *statements: str) -> None:
    """Change a copied casebook behind Baton's back."""
    with closing(sqlite3.connect(copy / "casebook.sqlite")) as book, book:
        for each in statements:
            book.execute(each)


def flat(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


# ---- files ----------------------------------------------------------------------------------------------------------


def test_every_claim_of_a_file_is_counted(taken: Any) -> None:
    """The 837 opens a case and the 835 informs it."""
    assert (taken.code, taken.err) == (0, "")
    claims, primary = taken.json
    assert (claims["opened"], claims["before"]) == (1, False)
    assert (primary["informed"], primary["parked"]) == (1, 0)


def test_the_same_file_twice_changes_nothing(case_id: str, home: Path, files: tuple[Path, Path], baton: Any) -> None:
    """A file that was taken in before says so, and the case has heard nothing more."""
    before = baton("case", "history", case_id, "--home", home, "--json").json["entries"]
    told = baton("intake", files[1].parent, "--home", home)
    assert told.code == 0
    assert flat(told.out).count("taken in before") == 2
    assert baton("case", "history", case_id, "--home", home, "--json").json["entries"] == before


def test_without_an_engine_one_is_started_for_as_long_as_it_takes(
    baton: Any, tmp_path: Path, files: tuple[Path, Path]
) -> None:
    """`intake` alone is enough: the case is in the casebook when it ends, and nothing runs on."""
    own = tmp_path / "own"
    told = baton("intake", *files, "--home", own)
    assert told.code == 0
    [row] = baton("case", "list", "--home", own, "--json").json["cases"]
    assert row["at_risk"] == 32000
    assert asyncio.run(find_engine(own)) is None


def test_a_folder_without_files_is_refused(baton: Any, tmp_path: Path) -> None:
    """Nothing to take in is an error that says which files count."""
    told = baton("intake", tmp_path)
    assert told.code == 2
    assert ".835" in told.err


# ---- looking --------------------------------------------------------------------------------------------------------


def test_the_list_is_filtered(case_id: str, home: Path, baton: Any) -> None:
    """Each filter lets through what it names and nothing else."""

    def found(*words: str) -> int:
        return int(baton("case", "list", "--home", home, "--json", *words).json["total"])

    assert found("--hop", "transmitted") == 1
    assert found("--hop", "posted") == 0
    assert found("--holder", "agency") == 0
    assert found("--break", "v1B") == 0
    assert found("--attention", "--hop", "transmitted") == 1
    assert found("--attention", "--hop", "posted") == 0
    assert found("--overdue") == 0
    assert baton("case", "list", "--home", home, "--break", "V9").code == 2


def test_lists_and_pages_fit_in_a_hundred_columns(case_id: str, home: Path, baton: Any) -> None:
    """What people read never runs out of the terminal."""
    for words in (("list",), ("show", case_id), ("explain", case_id), ("history", case_id)):
        told = baton("case", *words, "--home", home)
        assert told.code == 0
        assert max(map(len, told.out.splitlines())) <= 100


def test_a_case_is_shown_live_and_names_no_patient(
    case_id: str, home: Path, baton: Any, patient_words: tuple[str, ...]
) -> None:
    """The sentence comes first, then answers, proofs, clocks, hold and money; the claim's ids are masked."""
    beginning = case_id.removeprefix("case-")[:6]
    told = baton("case", "show", beginning, "--home", home)
    assert told.code == 0
    assert "live" in told.out.splitlines()[0]
    assert told.out.splitlines()[1].startswith("Primary paid")
    assert "crossover was announced, not confirmed" in flat(told.out)
    for part in ("who", "must", "by", "◐ transmitted", "○ received", "T1", "stopped by", "hold", "at risk $320.00"):
        assert part in flat(told.out)
    machine = baton("case", "show", beginning, "--home", home, "--json")
    assert machine.json["live"] is True
    assert machine.json["money"]["at_risk"] == 32000
    for word in patient_words:
        assert word not in told.out
        assert word not in machine.out


def test_without_an_engine_the_casebook_answers(case_id: str, copy: Path, baton: Any) -> None:
    """A case that cannot be asked is shown as last written, and the page says so."""
    told = baton("case", "show", case_id, "--home", copy)
    assert told.code == 0
    assert "from the casebook, as of" in told.out
    assert "crossover was announced" in flat(told.out)
    assert baton("case", "show", case_id, "--home", copy, "--json").json["live"] is False


def test_an_id_that_means_no_case(case_id: str, home: Path, baton: Any) -> None:
    """A beginning that fits no case, a whole id that fits none, and one that fits all are told apart from a find."""
    assert "no case begins so" in baton("case", "show", "1", "--home", home).err
    assert "`baton case list`" in baton("case", "show", "case-" + "a" * 26, "--home", home).err
    assert baton("case", "show", "case-", "--home", home).code == 0  # there is one case only


# ---- speaking -------------------------------------------------------------------------------------------------------


def test_a_vague_answer_is_told_why_it_does_not_count(case_id: str, home: Path, baton: Any) -> None:
    """'They look into it' moves no deadline (I5): the person hears at once what is missing, and explain remembers."""
    clocks = baton("case", "show", case_id, "--home", home, "--json").json["clocks"]
    told = baton("contact", "add", case_id, "--with", "example mutual", "--note", "looking", "--home", home)
    assert told.code == 0
    assert told.out.startswith("It does not count.")
    assert "which payer or desk holds the file" in flat(told.out)
    assert "a call reference or a document" in flat(told.out)
    why = baton("case", "explain", case_id, "--home", home)
    assert "phone with the secondary: nothing new" in flat(why.out)
    assert "run on as before" in flat(why.out)
    assert "looking" not in why.out
    ignored = baton("case", "explain", case_id, "--home", home, "--json").json["did_not_count"]
    assert ignored[0]["clocks"]
    after = baton("case", "show", case_id, "--home", home, "--json").json["clocks"]
    assert {each["name"]: each["hard"] for each in after} == {each["name"]: each["hard"] for each in clocks}


def test_a_firm_answer_counts(case_id: str, home: Path, baton: Any) -> None:
    """A named person with a document, who says that the claim was received, proves a hop."""
    told = baton(
        *("contact", "add", case_id, "--with", "secondary", "--says", "received", "--person", "Kim"),
        *("--reference", "4711", "--document", "letter-9", "--channel", "letter", "--home", home, "--json"),
    )
    assert told.json["counts"] is True
    assert any("received is proven" in each for each in told.json["says"])


def test_a_person_must_be_meant(case_id: str, home: Path, baton: Any) -> None:
    """A name that two payers share, or none has, is refused with the choices."""
    told = baton("contact", "add", case_id, "--with", "example", "--home", home)
    assert told.code == 2
    assert "crossover-carrier" in told.err


def test_what_a_case_cannot_take_is_refused_in_words(case_id: str, home: Path, baton: Any) -> None:
    """A refusal gives the reason and keeps nothing."""
    before = baton("case", "history", case_id, "--home", home, "--json").json["entries"]
    refused = {
        ("correct", case_id, "claim-data"): "name the claim field",
        ("override", case_id, "close", "--reason", "x"): "second person",
        ("act", case_id, "snooze", "--until", "2020-01-02"): "a date after today",
        ("act", case_id, "take"): "no escalation",
        ("act", case_id, "assign"): "say to whom",
    }
    for words, reason in refused.items():
        told = baton(*words, "--home", home)
        assert (told.code, reason in told.err) == (2, True), told
    assert baton("case", "history", case_id, "--home", home, "--json").json["entries"] == before


def test_a_hold_and_an_owner_are_noted(case_id: str, home: Path, baton: Any) -> None:
    """What people ask for is in the evidence, with the name of who asked."""
    assert baton("hold", case_id, "--reason", "the patient called", "--by", "dana", "--home", home).code == 0
    assert baton("act", case_id, "assign", "--to", "robin", "--home", home).code == 0
    told = flat(baton("case", "history", case_id, "--home", home).out)
    assert "hold asked for by dana" in told
    assert "assigned to robin" in told
    assert baton("case", "show", case_id, "--home", home, "--json").json["owner"] == "robin"


# ---- checking -------------------------------------------------------------------------------------------------------


def test_the_history_is_verified(case_id: str, home: Path, baton: Any, patient_words: tuple[str, ...]) -> None:
    """All that a case heard is listed in order, the chain holds, and no patient is named."""
    told = baton("case", "history", case_id, "--home", home)
    assert told.code == 0
    assert "entries, verified" in told.out
    assert "remittance of the primary: status 19" in flat(told.out)
    assert not [word for word in patient_words if word in told.out]


def test_a_changed_history_is_noticed(case_id: str, copy: Path, baton: Any) -> None:
    """Evidence that was changed behind Baton's back ends with 1, here and in the audit."""
    change(copy, "DROP TRIGGER evidence_no_update", "UPDATE evidence SET sender = 'secondary' WHERE seq = 1")
    told = baton("case", "history", case_id, "--home", copy)
    assert told.code == 1
    assert "BROKEN at entry 1" in told.out
    audited = baton("audit", "--casebook-only", "--home", copy, "--json")
    assert audited.code == 1
    assert [each["rule"] for each in audited.json["violations"]] == ["chain_broken"]
    assert baton("audit", "--casebook-only", "--no-chains", "--home", copy).code == 0


def test_the_audit_is_clean(case_id: str, home: Path, baton: Any) -> None:
    """Every invariant holds on what is written, and casebook and engine know the same cases."""
    told = baton("audit", "--home", home)
    assert told.code == 0, told.out
    assert "All invariants hold." in told.out


def test_the_audit_compares_casebook_and_engine(
    case_id: str, copy: Path, home: Path, baton: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that runs and is not open in the casebook, and one that is open and does not run, are both told."""
    change(copy, f"UPDATE cases SET case_id = 'case-{'a' * 26}', entries = 0")
    monkeypatch.setenv("BATON_CASEBOOK_URL", f"sqlite:///{copy}/casebook.sqlite")
    told = baton("audit", "--no-chains", "--home", home, "--json")
    assert told.code == 1
    assert {each["subject"] for each in told.json["engine"]} == {case_id, f"case-{'a' * 26}"}


def test_an_audit_that_cannot_ask_the_engine_says_so(copy: Path, baton: Any) -> None:
    """Half an audit is no audit: without an engine it is an error, unless the casebook alone was wanted."""
    assert baton("audit", "--home", copy).code == 2
    told = baton("audit", "--casebook-only", "--home", copy)
    assert told.code == 0
    assert "the engine was not asked" in told.out


def test_a_moment_may_be_named(copy: Path, baton: Any) -> None:
    """A year from now every clock should have rung: the audit of that moment says so."""
    told = baton("audit", "--casebook-only", "--at", "2099-01-01", "--home", copy, "--json")
    assert told.code == 1
    assert {each["rule"] for each in told.json["violations"]} == {"overdue"}


def test_the_worker_is_checked_and_the_labels_are_known(taken: Any, home: Path, baton: Any) -> None:
    """The health check finds the worker of this host; the labels are registered once and may be again."""
    assert baton("worker", "--check", "--home", home).code == 0
    assert "known already" in baton("worker", "--register", "--home", home).out
