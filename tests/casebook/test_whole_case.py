from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from casebook.chain import EvidenceEntry
from casebook.opening import Casebook
from casebook.reading import entry_hash, history
from casebook.record import record
from casebook.register import begin_file, deliver, files_of, finish_file
from casebook.submissions import register_submission, submissions_of
from journey.case import Case


def test_a_history_may_end_before_a_place(
    book: Casebook, a_case: Callable[..., Case], an_entry: Callable[..., EvidenceEntry]
) -> None:
    """Where a chain is broken, what stands before that place can still be told."""
    for revision in (1, 2, 3):
        with book.writing() as tx:
            record(tx, a_case(revision=revision), "", [an_entry(f"fact-{revision}")])
    with book.reading() as tx:
        whole = history(tx, "case-1")
        assert [each.seq for each in whole] == [1, 2, 3]
        assert history(tx, "case-1", before=3) == whole[:2]
        assert history(tx, "case-1", before=1) == ()
        assert [entry_hash(tx, "case-1", each.seq) for each in whole] == [each.hash for each in whole]
        assert entry_hash(tx, "case-1", 4) is None


def test_the_claims_written_for_a_case(book: Casebook, noon: datetime) -> None:
    """Those of this case alone, newest first."""
    with book.writing() as tx:
        for number, case_id in enumerate(("case-1", "case-2", "case-1")):
            register_submission(
                tx,
                submission_id=f"S{number}",
                case_id=case_id,
                action_key=f"key-{number}",
                frequency="1",
                written_at=noon + timedelta(hours=number),
            )
    with book.reading() as tx:
        assert [each.submission_id for each in submissions_of(tx, "case-1")] == ["S2", "S0"]
        assert submissions_of(tx, "case-9") == ()


def test_the_files_that_a_case_heard_from(
    book: Casebook, noon: datetime, a_case: Callable[..., Case], an_entry: Callable[..., EvidenceEntry]
) -> None:
    """Oldest first, with the facts that this case heard from each; facts of other cases in them do not count."""
    with book.writing() as tx:
        record(tx, a_case(), "", [an_entry("fact-1"), an_entry("fact-2")])
        for digest, hours in (("late", 2), ("early", 1)):
            begin_file(tx, digest, "lakeside", size=1, received_at=noon + timedelta(hours=hours))
            finish_file(tx, digest, finished_at=noon + timedelta(hours=3), kinds=("835",), counts={})
        for fact, case_id, digest in (
            ("fact-1", "case-1", "late"),
            ("fact-2", "case-1", "early"),
            ("o", "other", "late"),
        ):
            deliver(tx, fact, kind="835", practice="lakeside", case_id=case_id, at=noon, digest=digest)
    with book.reading() as tx:
        found = files_of(tx, "case-1")
        assert [(file.digest, set(facts)) for file, facts in found] == [("early", {"fact-2"}), ("late", {"fact-1"})]
        assert found[0][0].kinds == ("835",)
        assert files_of(tx, "case-9") == ()
