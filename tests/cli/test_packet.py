"""Packets by command: made from a casebook alone, noted, private, and verified again."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from casebook.disclosures import disclosures
from casebook.opening import Casebook, migrate, open_casebook
from tests.packet.conftest import CASE, lived
from worker.keys import open_key_ring
from worker.seal import CasebookSeal
from worker.settings import Settings

PATIENT = ("Quillfeather", "Zebadiah", "W209377715", "1EG4TE5MK73", "CLMQZ77431", "1941-07-23")


@contextmanager
def casebook_of(home: Path) -> Iterator[Casebook]:
    """The casebook of a home, opened with its keys."""
    settings = Settings.load({}, home)
    book = open_casebook(settings.casebook_url, CasebookSeal(open_key_ring(settings)))
    yield book
    book.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with keys and one case, and no engine anywhere."""
    home = tmp_path_factory.mktemp("packets") / "home"
    home.mkdir()
    migrate(Settings.load({}, home).casebook_url)
    with casebook_of(home) as book:
        lived().written(book)
    return home


@pytest.fixture
def office(filled: Path, tmp_path: Path) -> Path:
    """A home of this test's own."""
    return Path(shutil.copytree(filled, tmp_path / "office"))


@pytest.fixture
def packet(office: Path, baton: Any) -> Any:
    """Makes a packet and returns what the command answered."""
    return lambda *words: baton("case", "packet", CASE, "--home", office, *words)


def noted(home: Path) -> list[tuple[str, str]]:
    """For whom packets were made, and by whom."""
    with casebook_of(home) as book, book.reading() as tx:
        return [(each.reader, each.made_by) for each in disclosures(tx, CASE)]


def change(home: Path, *statements: str) -> None:
    """Change the casebook behind Baton's back."""
    with closing(sqlite3.connect(home / "casebook.sqlite")) as book, book:
        for each in ("DROP TRIGGER evidence_no_update", *statements):
            book.execute(each)


def test_a_packet_needs_no_engine(packet: Any, office: Path, tmp_path: Path) -> None:
    """Page, PDF and JSON of one making are the same packet, and the making is noted once."""
    page, pdf = tmp_path / "proof.html", tmp_path / "proof.pdf"
    made = packet("--for", "payer", "--html", page, "--pdf", pdf, "--json", "--by", "dana")
    assert (made.code, made.err) == (0, "")
    assert made.json["asked"]["payer_name"] == "Aetna"
    assert made.json["digest"] in page.read_text(encoding="utf-8")
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert noted(office) == [("payer secondary", "dana")]


def test_files_are_private(packet: Any, tmp_path: Path) -> None:
    """A packet may name a patient: only its owner reads it, also where a file of that name stood before."""
    files = [tmp_path / "p.html", tmp_path / "p.pdf"]
    files[0].write_text("before", encoding="utf-8")
    files[0].chmod(0o644)
    told = packet("--for", "full", "--html", files[0], "--pdf", files[1])
    assert told.code == 0
    assert [stat.S_IMODE(each.stat().st_mode) for each in files] == [0o600, 0o600]
    assert not [word for word in PATIENT if word in told.out]
    assert "verified" in told.out
    assert sorted(each.name for each in tmp_path.iterdir()) == ["office", "p.html", "p.pdf"]


def test_who_is_not_named_sees_the_least(packet: Any, office: Path) -> None:
    """Without `--for` a packet is for operators: ids, hops and clocks."""
    made = packet("--json")
    assert made.json["asked"]["reader"] == "operator"
    assert made.json["claim"]["charge"] is None
    assert not [word for word in PATIENT if word in made.out]
    assert noted(office)[0][0] == "operator"


def test_what_cannot_be_made_is_refused(packet: Any, office: Path, tmp_path: Path) -> None:
    """Nothing asked for, a payer that is not there, a folder instead of a file: a way out, and nothing is noted."""
    refused = {
        (): "say what to make",
        ("--for", "payer", "--payer", "tertiary", "--json"): "no tertiary payer",
        ("--pdf", tmp_path): "name a file",
        ("--pdf", tmp_path / "nowhere" / "p.pdf"): "name a file",
    }
    for words, reason in refused.items():
        told = packet(*words)
        assert (told.code, reason in told.err) == (2, True), told
    assert noted(office) == []


def test_a_broken_chain_ends_with_one(packet: Any, office: Path, tmp_path: Path) -> None:
    """The packet is made and says so at its top; so does the command."""
    change(office, "UPDATE evidence SET grade = 4 WHERE seq = 3")
    page = tmp_path / "p.html"
    told = packet("--for", "full", "--html", page)
    assert told.code == 1
    assert "THE EVIDENCE CHAIN IS BROKEN at entry 3" in " ".join(told.out.split())
    assert "THE EVIDENCE CHAIN IS BROKEN at entry 3" in page.read_text(encoding="utf-8")


def test_a_case_that_cannot_be_opened_ends_with_one(packet: Any, office: Path) -> None:
    """Where even the state was altered, no packet is made, and that is said as loudly."""
    change(office, "UPDATE cases SET revision = revision - 1")
    told = packet("--for", "full", "--json")
    assert told.code == 1
    assert "THE EVIDENCE CHAIN IS BROKEN" in told.out
    assert "No packet can be made" in " ".join(told.out.split())
    assert noted(office) == []


# ---- verifying ------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(packet: Any, tmp_path: Path) -> Path:
    """A packet's file."""
    file = tmp_path / "packet.json"
    file.write_text(packet("--for", "payer", "--json").out, encoding="utf-8")
    return file


def test_a_packet_verifies_against_its_casebook(kept: Path, office: Path, baton: Any) -> None:
    """Digest, making, evidence and chain: all as they should be."""
    told = baton("case", "verify-packet", kept, "--home", office)
    assert told.code == 0, told
    assert "made for payer secondary" in told.out
    machine = baton("case", "verify-packet", kept, "--home", office, "--json").json
    assert [each["name"] for each in machine["checks"]] == ["digest", "made here", "evidence", "chain"]
    assert machine["casebook"] is True


def test_a_packet_verifies_without_a_casebook(kept: Path, baton: Any, tmp_path: Path) -> None:
    """Whoever was sent a packet can check its digest, and is told what that leaves open."""
    told = baton("case", "verify-packet", kept, "--home", tmp_path / "elsewhere")
    assert told.code == 0
    assert "No casebook is at hand" in told.out
    assert not (tmp_path / "elsewhere").exists()


def test_a_changed_packet_ends_with_one(kept: Path, office: Path, baton: Any) -> None:
    """An amount that was changed is found, with a casebook and without."""
    content = json.loads(kept.read_text(encoding="utf-8"))
    content["decisions"][-1]["paid"] = 1
    kept.write_text(json.dumps(content), encoding="utf-8")
    told = baton("case", "verify-packet", kept, "--home", office)
    assert told.code == 1
    assert "CHANGED" in told.out


def test_what_is_no_packet_is_refused(baton: Any, office: Path, tmp_path: Path) -> None:
    """A missing file, bytes, and JSON of another kind are errors with a way out, not failed checks."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "other").write_text("{}", encoding="utf-8")
    for name, reason in (("missing", "cannot be read"), ("bytes", "is not text"), ("other", "is not a packet")):
        told = baton("case", "verify-packet", tmp_path / name, "--home", office)
        assert (told.code, reason in told.err) == (2, True), told
