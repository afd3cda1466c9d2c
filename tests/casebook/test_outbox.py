"""The outbox on each database: nothing that was said is lost, told twice or readable."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from casebook import outbox
from casebook.desk_tables import OUTBOX
from casebook.errors import NoSuchRowError
from casebook.opening import Casebook
from casebook.outbox import KEPT_FOR, SayingState

CASE, MARIA = "case-one", "maria"


def put(book: Casebook, fact_id: str, at: datetime, case_id: str = CASE, body: str = "{}") -> None:
    """Keep a message of Maria's."""
    with book.writing() as tx:
        outbox.put(
            tx, fact_id=fact_id, case_id=case_id, practice="north", user_id=MARIA, message="contact", body=body, at=at
        )


def test_what_waits_is_told_in_the_order_in_which_it_was_said(book: Casebook, noon: datetime) -> None:
    """Oldest first; the same fact of one case lies here once, and another case may use the same id."""
    put(book, "b", noon)
    put(book, "a", noon + timedelta(minutes=1))
    put(book, "b", noon + timedelta(minutes=2), body='{"another": 1}')
    put(book, "b", noon + timedelta(minutes=3), case_id="case-two")
    with book.reading() as tx:
        assert [each.fact_id for each in outbox.of_case(tx, CASE)] == ["b", "a"]
        assert [(each.case_id, each.fact_id) for each in outbox.waiting(tx)] == [
            (CASE, "b"),
            (CASE, "a"),
            ("case-two", "b"),
        ]
        found = outbox.find(tx, CASE, "b")
        assert found
        assert (found.body, found.said_at) == ("{}", noon)


def test_nothing_said_is_readable(book: Casebook, noon: datetime) -> None:
    """What was said and what was answered lie sealed, each for its own row."""
    put(book, "a", noon, body='{"note": "Quillfeather"}')
    with book.writing() as tx:
        outbox.answered(tx, CASE, "a", SayingState.REFUSED, "Quillfeather is closed", noon)
    with book.reading() as tx:
        body, answer = tx.connection.execute(select(OUTBOX.c.body, OUTBOX.c.answer)).one()
    assert b"Quillfeather" not in body + answer


def test_the_first_answer_stands(book: Casebook, noon: datetime) -> None:
    """Several processes may tell the same message; the second answer changes nothing, nor does a late try."""
    put(book, "a", noon)
    with book.writing() as tx:
        outbox.note_try(tx, CASE, "a", noon)
        outbox.answered(tx, CASE, "a", SayingState.HEARD, "first", noon)
        outbox.answered(tx, CASE, "a", SayingState.REFUSED, "second", noon)
        outbox.note_try(tx, CASE, "a", noon)
        found = outbox.find(tx, CASE, "a")
    assert found
    assert (found.state, found.answer, found.tries) == (SayingState.HEARD, "first", 1)


def test_a_refusal_is_its_authors_to_put_away(book: Casebook, noon: datetime) -> None:
    """It stays until its author has read it, whatever its age, and is forgotten some days after."""
    put(book, "a", noon)
    with book.writing() as tx:
        outbox.answered(tx, CASE, "a", SayingState.REFUSED, "why", noon)
        for practice, user_id in (("south", MARIA), ("north", "sam")):
            with pytest.raises(NoSuchRowError):
                outbox.dismiss(tx, practice, user_id, CASE, "a")
        outbox.clear(tx, noon + 2 * KEPT_FOR)
        assert [each.state for each in outbox.of_user(tx, "north", MARIA)] == [SayingState.REFUSED]
        outbox.dismiss(tx, "north", MARIA, CASE, "a")
        assert outbox.of_user(tx, "north", MARIA) == ()
        outbox.clear(tx, noon + KEPT_FOR)
        assert outbox.find(tx, CASE, "a")
        outbox.clear(tx, noon + 2 * KEPT_FOR)
        assert outbox.find(tx, CASE, "a") is None
