from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casebook.disclosures import disclosures, note_disclosure
from casebook.errors import SealBrokenError
from casebook.opening import Casebook

DIGEST = "5f" * 32


def note(book: Casebook, at: datetime, **fields: Any) -> None:
    """Note one packet."""
    usual: dict[str, Any] = {"case_id": "case-1", "at": at, "made_by": "dana", "reader": "full", "digest": DIGEST}
    with book.writing() as tx:
        note_disclosure(tx, **(usual | fields))


def test_the_packets_of_a_case_are_listed(book: Casebook, noon: datetime) -> None:
    """Who, when, for whom and which packet, oldest first, of this case alone."""
    note(book, noon + timedelta(hours=1), reader="payer secondary", made_by="robin")
    note(book, noon)
    note(book, noon, case_id="case-2")
    with book.reading() as tx:
        found = disclosures(tx, "case-1")
    assert [(each.made_by, each.reader, each.at) for each in found] == [
        ("dana", "full", noon),
        ("robin", "payer secondary", noon + timedelta(hours=1)),
    ]
    assert {each.digest for each in found} == {DIGEST}


def test_the_same_packet_may_be_made_twice(book: Casebook, noon: datetime) -> None:
    """Each making counts, also of the same packet at the same moment."""
    note(book, noon)
    note(book, noon)
    with book.reading() as tx:
        assert len(disclosures(tx, "case-1")) == 2


@pytest.mark.parametrize("statement", ["UPDATE disclosures SET made_by = 'lee'", "DELETE FROM disclosures"])
def test_disclosures_are_append_only(book: Casebook, noon: datetime, statement: str) -> None:
    """The database itself refuses to change or delete what was given to whom."""
    note(book, noon)
    with pytest.raises(DBAPIError, match="append-only"), book.engine.begin() as connection:
        connection.execute(text(statement))


def test_disclosures_cannot_be_emptied_or_replaced(book: Casebook, noon: datetime) -> None:
    """Neither TRUNCATE nor INSERT OR REPLACE goes round the triggers."""
    note(book, noon)
    sqlite = book.engine.dialect.name == "sqlite"
    way_round = "INSERT OR REPLACE INTO disclosures SELECT * FROM disclosures" if sqlite else "TRUNCATE disclosures"
    with pytest.raises(DBAPIError, match="append-only"), book.engine.begin() as connection:
        connection.execute(text(way_round))


def test_a_digest_is_sealed_to_its_row(book: Casebook, noon: datetime) -> None:
    """A digest of few unknown words could be guessed, so it is sealed; moved to another row, it no longer opens."""
    note(book, noon)
    note(book, noon + timedelta(hours=1), digest="00" * 32)
    on_sqlite = book.engine.dialect.name == "sqlite"
    trigger = "disclosures_no_update" if on_sqlite else "disclosures_append_only ON disclosures"
    with book.engine.begin() as connection:
        kept = connection.execute(text("SELECT digest FROM disclosures")).scalars().all()
        assert not any(DIGEST.encode() in bytes(each) for each in kept)
        connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text("UPDATE disclosures SET digest = (SELECT min(digest) FROM disclosures)"))
    with book.reading() as tx, pytest.raises(SealBrokenError):
        disclosures(tx, "case-1")
