from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from casebook.chain import BEGINNING, Content, EvidenceEntry, Link
from casebook.desk_tables import METADATA
from casebook.disclosures import note_disclosure
from casebook.opening import Casebook, open_casebook
from casebook.quarantine import set_aside
from casebook.record import record
from casebook.register import KeyKind, begin_file, index_claim, note_interchange, park
from casebook.submissions import register_question, register_submission
from journey.case import Case

NAMING = (b"Quillfeather", b"Zebadiah", b"Ottoline", b"W209377715", b"1EG4TE5MK73", b"CLMQZ77431", b"1941-07-23")


class NoSeal:
    """The control: a seal that hides nothing."""

    def seal(self, plain: bytes, associated: bytes) -> bytes:
        """As it is."""
        return plain

    def unseal(self, sealed: bytes, associated: bytes) -> bytes:
        """As it is."""
        return sealed

    def blind(self, kind: str, *parts: str) -> str:
        """As it is."""
        return "/".join((kind, *parts))


def fill(book: Casebook, case: Case, entry: EvidenceEntry, at: datetime) -> None:
    """A row in every table that has to do with a person."""
    whole = case.model_dump_json().encode()
    key = (KeyKind.CLAIM_NUMBER, case.claim.claim_number)
    with book.writing() as tx:
        record(tx, case, "Quillfeather waits for Aetna", [entry])
        begin_file(tx, "d1", "lakeside", size=1, received_at=at)
        note_interchange(tx, "d1", "lakeside", sender="MEDB", control="1")
        park(tx, "fact-9", kind="835", practice="lakeside", key=key, body=whole, reason="no case", at=at)
        index_claim(tx, "lakeside", *key, "case-1")
        set_aside(tx, digest="d1", practice="lakeside", place="byte 1", reasons=["odd"], raw=whole, at=at)
        register_submission(tx, submission_id="s", case_id="c", action_key="k", frequency="1", written_at=at)
        note_disclosure(tx, case_id="case-1", at=at, made_by="dana", reader="full", digest=case.claim.claim_number)
        register_question(tx, question_id="q", case_id="c", action_key="k", searched_by="member", asked_at=at)


def readable(book: Casebook, url: str) -> bytes:
    """Everything that someone with the file, or with the database's password, can read."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    dump = bytearray()
    with book.reading() as tx:
        for table in METADATA.sorted_tables:
            for row in tx.connection.execute(text(f"SELECT * FROM {table.name}")):
                dump += b"\n".join(each if isinstance(each, bytes) else str(each).encode() for each in row)
    return bytes(dump)


@pytest.mark.parametrize("sealed", [True, False])
def test_nothing_in_the_database_names_a_person(
    url: str,
    seal: Any,
    a_case: Callable[..., Case],
    an_entry: Callable[..., EvidenceEntry],
    noon: datetime,
    sealed: bool,
) -> None:
    """Names, member ids, claim numbers and birth dates are sealed or blind; without a seal the search finds all."""
    book = open_casebook(url, seal if sealed else NoSeal())
    fill(book, a_case(), an_entry(), noon)
    seen = readable(book, url)
    book.close()
    assert b"lakeside" in seen
    assert [word for word in NAMING if word in seen] == ([] if sealed else list(NAMING))


def test_a_blind_key_says_nothing_to_who_lacks_the_key(seal: Any) -> None:
    """The same number gives another digest under another key, kind or practice."""
    other = type(seal)(bytes(32))
    ways = {
        seal.blind("claim_number", "lakeside", "7"),
        seal.blind("claim_number", "hilltop", "7"),
        seal.blind("trace", "lakeside", "7"),
        other.blind("claim_number", "lakeside", "7"),
    }
    assert len(ways) == 4


def test_the_same_content_twice_has_different_hashes(an_entry: Callable[..., EvidenceEntry]) -> None:
    """A hash of few possible contents could be guessed: each entry is salted."""
    links = [
        Link.forged(Content(case_id="case-1", seq=1, revision=1, entry=an_entry()), BEGINNING).hash for _ in range(2)
    ]
    assert links[0] != links[1]
