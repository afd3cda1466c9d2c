from __future__ import annotations

from datetime import datetime

import pytest

from casebook import quarantine
from casebook.errors import NoSuchRowError
from casebook.opening import Casebook
from casebook.register import begin_file


def test_quarantine_keeps_the_bytes_until_a_person_has_seen_them(book: Casebook, noon: datetime) -> None:
    """What cannot be read is listed with place and reason, once, and never thrown away."""
    with book.writing() as tx:
        begin_file(tx, "d1", "lakeside", size=1, received_at=noon)
        item, again = (
            quarantine.set_aside(
                tx, digest="d1", practice="lakeside", place="byte 812", reasons=["clp04.not_a_number"], raw=raw, at=noon
            )
            for raw in (b"CLP*1*\xff", b"other")
        )
        listed = quarantine.waiting(tx, "lakeside")
        assert [(each.item_id, each.place, each.reasons) for each in listed] == [
            (item, "byte 812", ("clp04.not_a_number",))
        ]
        assert (again, quarantine.waiting(tx, "hilltop")) == (item, ())
        quarantine.release(tx, item)
        assert quarantine.waiting(tx) == ()
        assert quarantine.content(tx, item) == b"CLP*1*\xff"


def test_an_unknown_quarantined_item_is_refused(book: Casebook) -> None:
    """A wrong id says so."""
    with book.reading() as tx, pytest.raises(NoSuchRowError, match="no such item"):
        quarantine.content(tx, "none")
