from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casebook.chain import EvidenceEntry
from casebook.opening import Casebook
from casebook.reading import verify_chain
from casebook.record import record
from journey.case import Case

REMOVE_TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER evidence_no_update",
        "DROP TRIGGER evidence_no_delete",
        "DROP TRIGGER evidence_no_replace",
    ),
    "postgresql": ("DROP TRIGGER evidence_append_only ON evidence",),
}


@pytest.fixture
def written(book: Casebook, a_case: Callable[..., Case], an_entry: Callable[..., EvidenceEntry]) -> Casebook:
    """Four turns of one case and one of another."""
    for revision in (1, 2, 3, 4):
        with book.writing() as tx:
            record(tx, a_case(revision=revision), "", [an_entry(f"fact-{revision}")])
    with book.writing() as tx:
        record(tx, a_case("case-2"), "", [an_entry("fact-1")])
    return book


def run(book: Casebook, *statements: str) -> None:
    """What someone with the database's password can do."""
    with book.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def tamper(book: Casebook, *statements: str) -> None:
    """The same, with the triggers out of the way."""
    run(book, *REMOVE_TRIGGERS[book.engine.dialect.name], *statements)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence SET applied = NOT applied",
        "UPDATE evidence SET body = body WHERE seq = 1",
        "DELETE FROM evidence",
        "DELETE FROM evidence WHERE case_id = 'case-1' AND seq = 4",
    ],
)
def test_evidence_is_append_only(written: Casebook, statement: str) -> None:
    """The database itself refuses to change or delete an entry, whoever asks."""
    with pytest.raises(DBAPIError, match="append-only"):
        run(written, statement)


COPY = "case_id, {}, revision, fact_id, kind, happened_at, learnt_at, sender, grade, applied, body, '', ''"
WAYS_AROUND = {
    "sqlite": [f"INSERT OR REPLACE INTO evidence SELECT {COPY.format(seq)} FROM evidence" for seq in ("seq", "seq+9")],
    "postgresql": ["TRUNCATE evidence", "TRUNCATE cases CASCADE"],
}


def test_evidence_cannot_be_emptied_or_replaced(written: Casebook) -> None:
    """Neither TRUNCATE nor INSERT OR REPLACE asks the triggers of UPDATE and DELETE; both are refused all the same."""
    for statement in WAYS_AROUND[written.engine.dialect.name]:
        with pytest.raises(DBAPIError, match="append-only"):
            run(written, statement)


def test_an_untouched_chain_is_whole(written: Casebook) -> None:
    """Without tampering nothing is reported."""
    with written.reading() as tx:
        assert verify_chain(tx, "case-1") is None
        assert verify_chain(tx, "case-2") is None


SECOND = "WHERE case_id = 'case-1' AND seq = 2"
OTHER_SENTENCE = "(SELECT sentence FROM cases WHERE case_id = 'case-2')"


@pytest.mark.parametrize(
    ("statements", "seq", "problem"),
    [
        ([f"UPDATE evidence SET applied = NOT applied {SECOND}"], 2, "columns were changed: applied"),
        ([f"UPDATE evidence SET grade = 4 {SECOND}"], 2, "columns were changed: grade"),
        ([f"UPDATE evidence SET fact_id = 'other' {SECOND}"], 2, "columns were changed: fact_id"),
        ([f"UPDATE evidence SET happened_at = learnt_at {SECOND}"], 2, "columns were changed: happened_at"),
        ([f"UPDATE evidence SET hash = previous_hash {SECOND}"], 2, "does not follow"),
        ([f"UPDATE evidence SET previous_hash = hash {SECOND}"], 2, "does not follow"),
        ([f"DELETE FROM evidence {SECOND}"], 2, "missing"),
        ([f"DELETE FROM evidence {SECOND}", "UPDATE evidence SET seq = seq - 1 WHERE seq > 2"], 2, "altered or moved"),
        ([f"UPDATE evidence SET body = (SELECT body FROM evidence {SECOND}) WHERE seq = 3"], 3, "altered or moved"),
        (["DELETE FROM evidence WHERE case_id = 'case-1' AND seq = 4"], 4, "does not end"),
        (["UPDATE cases SET revision = 3 WHERE case_id = 'case-1'"], 5, "state does not belong"),
        ([f"UPDATE cases SET sentence = {OTHER_SENTENCE} WHERE case_id = 'case-1'"], 5, "words of its row"),
    ],
)
def test_tampering_is_found_where_it_was_done(written: Casebook, statements: list[str], seq: int, problem: str) -> None:
    """Changed columns, removed, swapped and cut off entries: the first broken place is named."""
    tamper(written, *statements)
    with written.reading() as tx:
        broken = verify_chain(tx, "case-1")
        assert broken is not None
        assert (broken.seq, problem in broken.problem) == (seq, True), broken
        assert verify_chain(tx, "case-2") is None


def test_evidence_cut_off_together_with_the_counter_is_found(written: Casebook) -> None:
    """Someone who also corrects length and head still lacks a state that is sealed to them."""
    last = "(SELECT hash FROM evidence WHERE case_id = 'case-1' AND seq = 3)"
    cut = "DELETE FROM evidence WHERE case_id = 'case-1' AND seq = 4"
    tamper(written, cut, f"UPDATE cases SET entries = 3, head = {last} WHERE case_id = 'case-1'")
    with written.reading() as tx:
        broken = verify_chain(tx, "case-1")
    assert broken is not None
    assert "state does not belong" in broken.problem
