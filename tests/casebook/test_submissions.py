from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from casebook.opening import Casebook, Transaction
from casebook.submissions import (
    Submission,
    allocate,
    question,
    question_in,
    register_question,
    register_submission,
    submission,
    submissions_for,
)


def send(tx: Transaction, name: str, at: datetime) -> Submission:
    """Register the claim of one action."""
    return register_submission(
        tx, submission_id=f"sub-{name}", case_id="case-1", action_key=f"submit/{name}", frequency="1", written_at=at
    )


def test_control_numbers_are_given_out_once(book: Casebook) -> None:
    """Many threads, single numbers and blocks: no number twice, none left out."""

    def take(count: int) -> list[int]:
        with book.writing() as tx:
            first = allocate(tx, "interchange", count)
        return list(range(first, first + count))

    with ThreadPoolExecutor(8) as pool:
        blocks = list(pool.map(take, [1, 3] * 20))
    assert sorted(number for block in blocks for number in block) == list(range(1, 81))


def test_each_series_counts_for_itself(book: Casebook) -> None:
    """Interchanges and groups have numbers of their own."""
    with book.writing() as tx:
        assert [allocate(tx, name) for name in ("a", "b", "a", "a")] == [1, 1, 2, 3]


def test_the_same_action_gets_the_same_numbers(book: Casebook, noon: datetime) -> None:
    """A retried submission is the same file, also when many try at once (I2)."""

    def attempt(_: int) -> Submission:
        with book.writing() as tx:
            return send(tx, "one", noon)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(attempt, range(12)))) == 1
    with book.writing() as tx:
        assert send(tx, "two", noon).interchange == 2


def test_an_acknowledgement_finds_its_claim_by_any_of_its_numbers(book: Casebook, noon: datetime) -> None:
    """TA1, 999 and 277CA return different numbers, and zeros in front come and go."""
    with book.writing() as tx:
        allocate(tx, "functional_group", 40)
        one, two = send(tx, "one", noon), send(tx, "two", noon)
    assert (two.interchange_control, two.group_control, two.transaction_control) == ("000000002", "42", "0002")
    with book.reading() as tx:
        assert submissions_for(tx, interchange="000000002") == (two,)
        assert submissions_for(tx, group="0041", transaction="1") == (one,)
        assert submissions_for(tx, group="41", transaction="2") == ()
        assert submission(tx, "sub-two") == two
        assert submission(tx, "sub-three") is None


@pytest.mark.parametrize("given", ["", "  ", "ABC", "4²", "-1"])
def test_a_number_that_is_not_ours_finds_nothing(book: Casebook, noon: datetime, given: str) -> None:
    """Nothing given, or what no series of ours can give, is no match; never all."""
    with book.writing() as tx:
        send(tx, "one", noon)
        assert submissions_for(tx, interchange=given) == ()


def test_numbers_begin_again_after_nine_digits(book: Casebook, noon: datetime) -> None:
    """ISA13 has nine digits; the newest claim with a number comes first."""
    with book.writing() as tx:
        first = send(tx, "one", noon)
        allocate(tx, "interchange", 999_999_997)
        last = send(tx, "two", noon)
        again = send(tx, "three", noon + timedelta(days=1))
        assert (first.interchange, last.interchange_control, again.interchange) == (1, "999999999", 1)
        assert submissions_for(tx, interchange="1") == (again, first)


def test_a_question_is_registered_once_and_found_by_its_trace(book: Casebook, noon: datetime) -> None:
    """An answer tells which search was tried: two different ones make 'no record'."""
    with book.writing() as tx:
        asked, again = (
            register_question(
                tx, question_id=name, case_id="case-1", action_key="ask/1", searched_by="member_and_date", asked_at=noon
            )
            for name in ("q-1", "q-2")
        )
        assert asked == again == question(tx, "q-1")
        assert question(tx, "q-2") is None


def test_a_question_has_numbers_that_no_claim_has(book: Casebook, noon: datetime) -> None:
    """What a TA1 or 999 says of a question is never taken for a claim."""
    with book.writing() as tx:
        claim = send(tx, "one", noon)
        asked = register_question(
            tx, question_id="q-1", case_id="case-1", action_key="ask/1", searched_by="member_and_date", asked_at=noon
        )
        assert (claim.interchange, asked.interchange, asked.transaction_control) == (1, 2, "0002")
        assert question_in(tx, "000000002") == asked
        assert question_in(tx, "1") is question_in(tx, "x") is None
        assert submissions_for(tx, interchange="2") == ()
