from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select

from casebook.desk_tables import SEARCH_KEYS
from casebook.opening import Casebook
from casebook.record import record
from casebook.search import search, terms
from journey.case import Case


def write(book: Casebook, *cases: Case) -> None:
    """Write the cases down."""
    with book.writing() as tx:
        for each in cases:
            record(tx, each, "")


@pytest.mark.parametrize(
    "text",
    [
        "CLMQZ77431", "clmqz77431", "W209377715", "W209-377-715", "W209 377 715", "1eg4te5mk73", "Quillfeather",
        "QUILLFEATHER", "Zebadiah Quillfeather", "Quillfeather, Zebadiah", "quillfeather,zebadiah", "  Zebadiah ",
        "Quíllfeather", "case-abcdef234567", "abcdef2",
    ],
)  # fmt: skip
def test_a_case_is_found_by_what_people_have_at_hand(book: Casebook, a_case: Callable[..., Case], text: str) -> None:
    """Number, member id of any policy, name in any order, id or its beginning; case, accents, punctuation aside."""
    write(book, a_case("case-abcdef234567"))
    with book.reading() as tx:
        assert search(tx, "lakeside", text) == ("case-abcdef234567",)
        assert search(tx, "hilltop", text) == ()


@pytest.mark.parametrize("text", ["", " ", "Quill", "Zebadiah Smith", "77431", "%", "case-", "z"])
def test_parts_and_others_find_nothing(book: Casebook, a_case: Callable[..., Case], text: str) -> None:
    """Whole words only, and all of them must fit: nothing is found by guessing."""
    write(book, a_case("case-abcdef234567"))
    with book.reading() as tx:
        assert search(tx, "lakeside", text) == ()


def test_the_index_follows_the_claim_and_is_written_once(
    book: Casebook, a_case: Callable[..., Case], noon: datetime
) -> None:
    """A turn that changes no identifier writes no key; one that does forgets the old ones."""
    case = a_case("case-abcdef234567")
    write(book, case)
    with book.reading() as tx:
        before = tx.connection.execute(select(func.count()).select_from(SEARCH_KEYS)).scalar_one()
    renamed = case.claim.model_copy(update={"claim_number": "NEW-1"})
    write(book, case.model_copy(update={"revision": 2, "as_of": noon}))
    write(book, case.model_copy(update={"revision": 3, "claim": renamed}))
    with book.reading() as tx:
        # The number, and its two parts.
        assert tx.connection.execute(select(func.count()).select_from(SEARCH_KEYS)).scalar_one() == before + 1
        assert search(tx, "lakeside", "new1") == search(tx, "lakeside", "NEW-1") == ("case-abcdef234567",)
        assert search(tx, "lakeside", "CLMQZ77431") == ()


def test_double_names_are_found_whole_and_by_part(book: Casebook, a_case: Callable[..., Case]) -> None:
    """People write hyphens and apostrophes or leave them out."""
    case = a_case("case-abcdef234567")
    claim = case.claim.model_copy(update={"patient_last_name": "O'Brien-Münch", "patient_first_name": "Søren José"})
    write(book, case.model_copy(update={"claim": claim}))
    with book.reading() as tx:
        for text in ("O'Brien-Münch", "obrienmunch", "brien", "Munch", "Jose Munch"):
            assert search(tx, "lakeside", text) == ("case-abcdef234567",), text


def test_more_than_the_limit_is_told(book: Casebook, a_case: Callable[..., Case]) -> None:
    """One more than asked for says that there are more; those that are open come first."""
    write(book, *(a_case(f"case-{n}", closed_at=a_case().opened_at if n == 0 else None) for n in range(4)))
    with book.reading() as tx:
        assert len(search(tx, "lakeside", "Quillfeather", 2)) == 3
        assert search(tx, "lakeside", "Quillfeather")[-1] == "case-0"


def test_words_are_compared_without_what_differs_in_writing() -> None:
    """The same word, however it is written."""
    assert terms("  Émile,O'NEIL;  x ") == ("emile", "oneil")
