from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

from casebook.opening import Casebook, Transaction
from casebook.register import KeyKind, begin_file, park, waiting_under
from casebook.sent_claims import SentClaim, note, place, sent_under

SET = (KeyKind.SET, "17/1")


def left(
    tx: Transaction, submission_id: str, at: datetime, *, digest: str = "d1", key: tuple[KeyKind, str] = SET
) -> None:
    """Note a claim of a file that left at a moment."""
    begin_file(tx, digest, "lakeside", size=1, received_at=at)
    note(tx, "lakeside", [key], submission_id=submission_id, digest=digest, sender="CLINIC", written_at=at)


def found(claims: tuple[SentClaim, ...]) -> list[tuple[str, str | None]]:
    """Submissions and their cases."""
    return [(each.submission_id, each.case_id) for each in claims]


def test_every_claim_of_a_set_is_found_by_its_numbers(book: Casebook, noon: datetime) -> None:
    """A batch holds many claims; those without a case yet are there too, and other practices' are not."""
    with book.writing() as tx:
        for name in ("sub-2", "sub-1", "sub-1", ""):
            left(tx, name, noon)
        assert [each.blind for each in place(tx, "sub-2", "case-2")] == [sent_under(tx, "lakeside", SET)[0].blind]
        assert found(sent_under(tx, "lakeside", SET)) == [("", None), ("sub-1", None), ("sub-2", "case-2")]
        assert sent_under(tx, "hilltop", SET) == sent_under(tx, "lakeside", (KeyKind.SET, "17/2")) == ()
        assert sent_under(tx, "lakeside", (KeyKind.GROUP, "17/1")) == ()


def test_the_newest_file_of_a_number_comes_first(book: Casebook, noon: datetime) -> None:
    """Billing systems use control numbers again; each file keeps its own row."""
    with book.writing() as tx:
        left(tx, "sub-1", noon, digest="d1")
        left(tx, "sub-2", noon + timedelta(days=1), digest="d2")
        assert [(each.submission_id, each.digest, each.sender) for each in sent_under(tx, "lakeside", SET)] == [
            ("sub-2", "d2", "CLINIC"),
            ("sub-1", "d1", "CLINIC"),
        ]


def test_a_claim_is_placed_under_all_its_numbers_at_once(book: Casebook, noon: datetime) -> None:
    """Its case may open long after the file: it is then found by interchange, group, set and batch alike."""
    keys = [(kind, "17") for kind in (KeyKind.SET, KeyKind.BATCH, KeyKind.GROUP, KeyKind.INTERCHANGE)]
    with book.writing() as tx:
        for key in keys:
            left(tx, "sub-1", noon, key=key)
        assert len(place(tx, "sub-1", "case-1")) == len(keys)
        assert [found(sent_under(tx, "lakeside", key)) for key in keys] == [[("sub-1", "case-1")]] * len(keys)
        assert place(tx, "sub-unknown", "case-1") == ()


def test_an_acknowledgement_and_its_claim_never_miss_each_other(book: Casebook, noon: datetime) -> None:
    """Whoever comes second sees the other: an answer that finds no claim is parked before the claim can be placed."""
    for n in range(15):
        both, key = Barrier(2), (KeyKind.SET, f"{n}/1")

        def answer(n: int = n, both: Barrier = both, key: tuple[KeyKind, str] = key) -> bool:
            both.wait()
            with book.writing() as tx:
                claims = sent_under(tx, "lakeside", key)
                if not any(each.case_id for each in claims):
                    park(tx, f"ack-{n}", kind="999", practice="lakeside", key=key, body=b"{}", reason="none", at=noon)
                return bool(claims)

        def send(n: int = n, both: Barrier = both, key: tuple[KeyKind, str] = key) -> bool:
            both.wait()
            with book.writing() as tx:
                left(tx, f"sub-{n}", noon, key=key)
                placed = place(tx, f"sub-{n}", "case-1")
                return any(waiting_under(tx, [each.blind], "case-1") for each in placed)

        with ThreadPoolExecutor(2) as pool:
            told, waited = pool.submit(answer), pool.submit(send)
            assert told.result() != waited.result()
