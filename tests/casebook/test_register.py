from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from casebook.errors import NoSuchRowError, SealBrokenError
from casebook.opening import Casebook, Transaction
from casebook.register import (
    FactState,
    FileState,
    KeyKind,
    Shared,
    begin_file,
    cursor,
    deliver,
    fact_state,
    find_cases,
    finish_file,
    has_been_told,
    index_claim,
    intake_file,
    lock_key,
    note_interchange,
    park,
    parked_for,
    seen_fact,
    set_cursor,
)

KEY = (KeyKind.CLAIM_NUMBER, "CLMQZ77431")


def put_aside(tx: Transaction, fact_id: str, at: datetime, **more: Any) -> tuple[str, ...]:
    """Park a remittance for a claim that no case has."""
    usual: dict[str, Any] = {"kind": "835", "practice": "lakeside", "key": KEY, "body": b"{}", "reason": "no case"}
    return park(tx, fact_id, at=at, **{**usual, **more})


def test_a_file_is_new_then_being_read_then_finished(book: Casebook, noon: datetime) -> None:
    """The same bytes again change nothing; a file that was not finished is resumed (I8)."""
    with book.writing() as tx:
        first, second = (begin_file(tx, "d1", "lakeside", size=812, received_at=noon) for _ in range(2))
        assert (first, second) == (FileState.NEW, FileState.READING)
        finish_file(tx, "d1", finished_at=noon + timedelta(1), kinds=["835", "999"], counts={"opened": 3})
        assert begin_file(tx, "d1", "lakeside", size=812, received_at=noon + timedelta(2)) is FileState.FINISHED
        found = intake_file(tx, "d1")
    assert (found.received_at, found.size, found.kinds, found.counts) == (noon, 812, ("835", "999"), {"opened": 3})


def test_a_file_begun_by_two_at_once_is_new_to_one(book: Casebook, noon: datetime) -> None:
    """Two pickers of one folder: one reads, the other knows that it resumes."""

    def begin(_: int) -> FileState:
        with book.writing() as tx:
            return begin_file(tx, "d1", "lakeside", size=1, received_at=noon)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(begin, range(6))) == [FileState.NEW] + [FileState.READING] * 5


def test_an_unknown_file_is_refused(book: Casebook) -> None:
    """A digest that never arrived says so."""
    with book.reading() as tx, pytest.raises(NoSuchRowError, match="digest"):
        intake_file(tx, "d1")


def test_an_interchange_sent_again_in_another_file_is_noticed(book: Casebook, noon: datetime) -> None:
    """Same sender and control number, other bytes: the earlier file is named; another practice's is not."""
    with book.writing() as tx:
        for digest in ("d1", "d2"):
            begin_file(tx, digest, "lakeside", size=1, received_at=noon)
        assert note_interchange(tx, "d1", "lakeside", sender="60054   ", control="000000007") == ()
        assert note_interchange(tx, "d1", "lakeside", sender="60054", control="000000007") == ()
        assert note_interchange(tx, "d2", "lakeside", sender="60054", control="000000007") == ("d1",)
        assert note_interchange(tx, "d2", "hilltop", sender="60054", control="000000007") == ()


def test_cases_are_found_by_each_of_their_keys(book: Casebook) -> None:
    """A claim number may be used again: all its cases come back, those of other practices and kinds do not."""
    with book.writing() as tx:
        for case_id in ("case-2", "case-1", "case-1"):
            index_claim(tx, "lakeside", *KEY, case_id)
        assert find_cases(tx, "lakeside", *KEY) == ("case-1", "case-2")
        assert find_cases(tx, "hilltop", *KEY) == ()
        assert find_cases(tx, "lakeside", KeyKind.PAYER_CLAIM_NUMBER, KEY[1]) == ()


def test_a_parked_fact_waits_for_its_case(book: Casebook, noon: datetime) -> None:
    """A remittance that came before its claim is kept, found when the case opens, and delivered once."""
    with book.writing() as tx:
        assert put_aside(tx, "late", noon + timedelta(1), body=b"second") == ()
        assert put_aside(tx, "early", noon, body=b"first") == ()
    with book.writing() as tx:
        assert put_aside(tx, "early", noon + timedelta(9), body=b"again") == ()
        index_claim(tx, "lakeside", *KEY, "case-1")
        waiting = parked_for(tx, "lakeside", *KEY)
        assert [(each.fact_id, each.body) for each in waiting] == [("early", b"first"), ("late", b"second")]
        for each in waiting:
            deliver(tx, each.fact_id, kind=each.kind, practice=each.practice, case_id="case-1", at=noon)
        assert parked_for(tx, "lakeside", *KEY) == ()
        assert fact_state(tx, "early") is FactState.DELIVERED


def test_a_delivered_fact_is_never_parked_again(book: Casebook, noon: datetime) -> None:
    """An overlapping file that is read later does not bring a fact back."""
    with book.writing() as tx:
        assert not seen_fact(tx, "fact-1")
        deliver(tx, "fact-1", kind="835", practice="lakeside", case_id="case-1", at=noon)
        put_aside(tx, "fact-1", noon)
        assert seen_fact(tx, "fact-1")
        assert fact_state(tx, "fact-1") is FactState.DELIVERED
        assert parked_for(tx, "lakeside", *KEY) == ()


def test_nothing_of_a_delivered_fact_stays(book: Casebook, noon: datetime) -> None:
    """Once the case has the fact, the register keeps that it was seen and nothing else."""
    with book.writing() as tx:
        put_aside(tx, "fact-1", noon, body=b"Quillfeather")
        deliver(tx, "fact-1", kind="835", practice="lakeside", case_id="case-1", at=noon)
        left = tx.connection.execute(text("SELECT body, blind FROM intake_facts")).one()
    assert tuple(left) == (None, None)


def share(tx: Transaction, fact_id: str, case_id: str, at: datetime, body: bytes = b"Quillfeather") -> None:
    """Deliver a fact that cases which open later may share."""
    shared = Shared(blind=lock_key(tx, "lakeside", *KEY), body=body)
    deliver(tx, fact_id, kind="271", practice="lakeside", case_id=case_id, at=at, shared=shared)


def test_a_fact_may_concern_several_cases(book: Casebook, noon: datetime) -> None:
    """Each case that has it is noted, once; delivered to one it still counts as delivered."""
    with book.writing() as tx:
        for case_id in ("case-1", "case-2", "case-1"):
            deliver(tx, "fact-1", kind="999", practice="lakeside", case_id=case_id, at=noon)
        told = [has_been_told(tx, "fact-1", each) for each in ("case-1", "case-2", "case-3")]
        assert told == [True, True, False]
        assert fact_state(tx, "fact-1") is FactState.DELIVERED
        assert tx.connection.execute(text("SELECT count(*) FROM intake_deliveries")).scalar() == 2


def test_a_shared_fact_is_there_for_a_case_that_opens_later(book: Casebook, noon: datetime) -> None:
    """An eligibility answer reaches the member's next case too, and a case that has it does not get it again."""
    with book.writing() as tx:
        share(tx, "fact-1", "case-1", noon)
        assert fact_state(tx, "fact-1") is FactState.SHARED
        assert parked_for(tx, "lakeside", *KEY) == parked_for(tx, "lakeside", *KEY, case_id="case-1") == ()
        (waiting,) = parked_for(tx, "lakeside", *KEY, case_id="case-2")
        assert (waiting.fact_id, waiting.body, waiting.blind) == (
            "fact-1",
            b"Quillfeather",
            lock_key(tx, "lakeside", *KEY),
        )
        share(tx, "fact-1", "case-2", noon)
        assert parked_for(tx, "lakeside", *KEY, case_id="case-2") == ()
        assert [each.fact_id for each in parked_for(tx, "lakeside", *KEY, case_id="case-3")] == ["fact-1"]


def test_a_parked_fact_may_become_shared(book: Casebook, noon: datetime) -> None:
    """The first case that opens ends its parking and leaves it for the next; delivering it plainly later keeps that."""
    with book.writing() as tx:
        put_aside(tx, "fact-1", noon, body=b"Quillfeather")
        share(tx, "fact-1", "case-1", noon)
        deliver(tx, "fact-1", kind="271", practice="lakeside", case_id="case-2", at=noon)
        assert fact_state(tx, "fact-1") is FactState.SHARED
        (waiting,) = parked_for(tx, "lakeside", *KEY, case_id="case-3")
        assert waiting.body == b"Quillfeather"
        put_aside(tx, "fact-1", noon, body=b"other")
        assert parked_for(tx, "lakeside", *KEY, case_id="case-3") == (waiting,)


def test_a_case_that_opens_while_a_fact_is_parked_is_not_missed(book: Casebook, noon: datetime) -> None:
    """Whoever comes second sees the other: a fact is never parked beside a case that waits for it."""
    for n in range(20):
        both = Barrier(2)
        key = (KeyKind.CLAIM_NUMBER, f"claim-{n}")

        def put(n: int = n, both: Barrier = both, key: tuple[KeyKind, str] = key) -> bool:
            both.wait()
            with book.writing() as tx:
                return bool(put_aside(tx, f"fact-{n}", noon, key=key))

        def start(n: int = n, both: Barrier = both, key: tuple[KeyKind, str] = key) -> bool:
            both.wait()
            with book.writing() as tx:
                index_claim(tx, "lakeside", *key, f"case-{n}")
                return bool(parked_for(tx, "lakeside", *key))

        with ThreadPoolExecutor(2) as pool:
            told, found = pool.submit(put), pool.submit(start)
            assert told.result() != found.result()


def test_a_fact_that_fits_no_case_of_its_number_is_parked_all_the_same(book: Casebook, noon: datetime) -> None:
    """The caller says which cases it has looked at; only others stop the parking."""
    with book.writing() as tx:
        for case_id in ("case-1", "case-2"):
            index_claim(tx, "lakeside", *KEY, case_id)
        assert put_aside(tx, "fact-1", noon, unfit=["case-1"]) == ("case-2",)
        assert not seen_fact(tx, "fact-1")
        assert put_aside(tx, "fact-1", noon, unfit=["case-1", "case-2"]) == ()
        assert seen_fact(tx, "fact-1")


def test_parked_bytes_moved_to_another_fact_do_not_open(book: Casebook, noon: datetime) -> None:
    """A body is bound to its fact: nobody can hand one patient's remittance to another's case."""
    with book.writing() as tx:
        put_aside(tx, "one", noon)
        put_aside(tx, "two", noon)
        tx.connection.execute(
            text("UPDATE intake_facts SET body = (SELECT body FROM intake_facts WHERE fact_id = 'one')")
        )
        with pytest.raises(SealBrokenError):
            parked_for(tx, "lakeside", *KEY)


def test_a_cursor_remembers_how_far_a_reader_came(book: Casebook) -> None:
    """A feed goes on where it stopped."""
    with book.writing() as tx:
        assert cursor(tx, "ledger") is None
        for value in ("41", "42"):
            set_cursor(tx, "ledger", value)
        assert cursor(tx, "ledger") == "42"
