from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casebook.chain import EvidenceEntry
from casebook.opening import Casebook, open_casebook
from casebook.reading import case_row, case_state, history, verify_chain
from casebook.record import Turn, record, record_many
from journey.case import Case
from journey.words import Hop

MakeCase = Callable[..., Case]
MakeEntry = Callable[..., EvidenceEntry]


def heard(book: Casebook, case_id: str = "case-1") -> list[tuple[int, int, str, bool]]:
    """What the evidence of a case holds: seq, revision, fact, applied."""
    with book.reading() as tx:
        assert verify_chain(tx, case_id) is None
        return [(each.seq, each.revision, each.entry.fact.fact_id, each.entry.applied) for each in history(tx, case_id)]


def test_what_is_written_is_what_is_read(book: Casebook, a_case: MakeCase, an_entry: MakeEntry) -> None:
    """Case, sentence and reasons come back as they were given, moments in UTC."""
    case, entry = a_case(), an_entry()
    with book.writing() as tx:
        assert record(tx, case, "Aetna must confirm by 2 Apr.", [entry])
    with book.reading() as tx:
        row = case_row(tx, "case-1")
        assert case_state(tx, "case-1") == case
        assert [each.entry for each in history(tx, "case-1")] == [entry]
    assert (row.sentence, row.pending_action) == ("Aetna must confirm by 2 Apr.", "find Quillfeather")
    assert (row.next_clock, row.next_due, row.hop, row.entries) == ("T5", case.clocks[0].hard, Hop.RECEIVED, 1)


def test_writing_a_turn_twice_changes_nothing(book: Casebook, a_case: MakeCase, an_entry: MakeEntry) -> None:
    """A retried activity leaves one row, one entry, the same hash."""
    turn = (a_case(), "once", [an_entry()])
    with book.writing() as tx:
        record(tx, *turn)
    with book.reading() as tx:
        before = (case_row(tx, "case-1"), history(tx, "case-1"))
    with book.writing() as tx:
        assert not record(tx, *turn)
    with book.reading() as tx:
        assert (case_row(tx, "case-1"), history(tx, "case-1")) == before


def test_an_older_turn_adds_its_evidence_and_nothing_else(
    book: Casebook, a_case: MakeCase, an_entry: MakeEntry
) -> None:
    """A turn that was overtaken never overwrites the row, and its facts are not lost (I8)."""
    with book.writing() as tx:
        record(tx, a_case(revision=2), "newer", [an_entry("second")])
    with book.writing() as tx:
        assert record(tx, a_case(revision=1), "older", [an_entry("first")])
    with book.reading() as tx:
        assert case_row(tx, "case-1").sentence == "newer"
        assert case_state(tx, "case-1").revision == 2
    assert heard(book) == [(1, 2, "second", True), (2, 1, "first", True)]


def test_a_newer_turn_replaces_the_row_and_follows_the_chain(
    book: Casebook, a_case: MakeCase, an_entry: MakeEntry
) -> None:
    """The row is the newest revision; the evidence keeps all."""
    for revision in (1, 2, 3):
        with book.writing() as tx:
            record(tx, a_case(revision=revision), f"turn {revision}", [an_entry(f"fact-{revision}")])
    with book.reading() as tx:
        assert case_row(tx, "case-1").sentence == "turn 3"
    assert heard(book) == [(1, 1, "fact-1", True), (2, 2, "fact-2", True), (3, 3, "fact-3", True)]


def test_a_duplicate_stands_beside_its_original(book: Casebook, a_case: MakeCase, an_entry: MakeEntry) -> None:
    """A fact heard twice in one turn is recorded as applied and as a duplicate, each once."""
    entries = [an_entry("fact-1"), an_entry("fact-2"), an_entry("fact-1", applied=False), an_entry("fact-1")]
    with book.writing() as tx:
        record(tx, a_case(), "", entries)
    assert heard(book) == [(1, 1, "fact-1", True), (2, 1, "fact-2", True), (3, 1, "fact-1", False)]


def test_a_duplicate_that_changed_nothing_is_still_recorded(
    book: Casebook, a_case: MakeCase, an_entry: MakeEntry
) -> None:
    """A turn that only heard a duplicate has the revision of the turn before, and is kept (I8)."""
    with book.writing() as tx:
        record(tx, a_case(), "", [an_entry()])
    with book.writing() as tx:
        assert record(tx, a_case(), "", [an_entry(applied=False)])
    assert heard(book) == [(1, 1, "fact-1", True), (2, 1, "fact-1", False)]


def test_many_turns_are_written_together_or_not_at_all(book: Casebook, a_case: MakeCase, an_entry: MakeEntry) -> None:
    """One broken turn in a batch leaves none of it."""
    turns = [Turn(a_case(f"case-{n}"), "", [an_entry()]) for n in range(3)]
    unsealable: Any = None

    def write_all() -> None:
        with book.writing() as tx:
            record_many(tx, [*turns, Turn(a_case("case-9"), unsealable)])

    with pytest.raises(AttributeError):
        write_all()
    with book.writing() as tx:
        assert record_many(tx, [*turns, *turns]) == 3


def test_turns_written_at_once_leave_one_chain(
    book: Casebook, url: str, seal: Any, a_case: MakeCase, an_entry: MakeEntry
) -> None:
    """Two workers on one case, one of them a ghost: no entry twice, no gap, no fork."""
    workers = (book, open_casebook(url, seal))

    def write(turn: tuple[Casebook, int]) -> None:
        worker, revision = turn
        with worker.writing() as tx:
            record(tx, a_case(revision=revision), f"turn {revision}", [an_entry(f"fact-{revision}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, [(worker, revision) for revision in range(1, 21) for worker in workers]))
    workers[1].close()
    assert sorted(revision for _, revision, _, _ in heard(book)) == list(range(1, 21))
    with book.reading() as tx:
        assert case_row(tx, "case-1").sentence == "turn 20"


CRASH = """
import os, runpy, signal, sys
from sqlalchemy import event
from casebook.opening import open_casebook
from casebook.record import Turn, record
from casebook.chain import EvidenceEntry
from journey.case import Case
conftest, url, key, statement, case, entry = sys.argv[1:]
book = open_casebook(url, runpy.run_path(conftest)["AesGcmSeal"](bytes.fromhex(key)))
def die(connection, cursor, sql, *rest):
    if sql.startswith(statement):
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(book.engine, "after_cursor_execute", die)
with book.writing() as tx:
    record(tx, Case.model_validate_json(case), "second", [EvidenceEntry.model_validate_json(entry)])
"""


@pytest.mark.parametrize("statement", ["UPDATE cases", "UPDATE case_states", "INSERT INTO evidence"])
def test_a_process_killed_between_two_writes_leaves_the_turn_before(
    book: Casebook, url: str, key: bytes, a_case: MakeCase, an_entry: MakeEntry, statement: str
) -> None:
    """Row, state and evidence always speak of the same turn; writing the lost one again succeeds."""
    with book.writing() as tx:
        record(tx, a_case(), "first", [an_entry()])
    second, entry = a_case(revision=2), an_entry("fact-2")
    conftest = Path(__file__).with_name("conftest.py")
    said = [str(conftest), url, key.hex(), statement, second.model_dump_json(), entry.model_dump_json()]
    assert subprocess.run([sys.executable, "-c", CRASH, *said], check=False).returncode == -9
    with book.reading() as tx:
        assert case_row(tx, "case-1").sentence == "first"
        assert case_state(tx, "case-1").revision == 1
    assert heard(book) == [(1, 1, "fact-1", True)]
    with book.writing() as tx:
        assert record(tx, second, "second", [entry])
    assert heard(book) == [(1, 1, "fact-1", True), (2, 2, "fact-2", True)]


def test_a_failing_write_tells_no_values(book: Casebook, a_case: MakeCase, an_entry: MakeEntry) -> None:
    """What the database complains of ends in logs: not even sealed values belong there (I11)."""
    with book.engine.begin() as connection:
        connection.execute(text("DROP TABLE evidence"))

    def write() -> None:
        with book.writing() as tx:
            record(tx, a_case(), "Aetna must confirm", [an_entry()])

    with pytest.raises(DBAPIError, match="evidence") as failure:
        write()
    assert not any(word in str(failure.value) for word in ("Quillfeather", "Ottoline", "lakeside", "fact-1"))
