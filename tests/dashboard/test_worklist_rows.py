from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casebook import people, sessions, worklist
from casebook.rows import BEFORE_ALL, CaseRow
from casebook.safe_date import Why
from casebook.worklist import Wanted
from dashboard.signing.visiting import Visitor
from dashboard.worklist.address import next_address
from dashboard.worklist.rows import Line, Words
from journey.case import HoldState
from journey.words import Hop, Mode, Party
from tests.dashboard.conftest import Desk

DAY = timedelta(days=1)


def a_row(desk: Desk, **changed: Any) -> CaseRow:
    """A row that nothing is wrong with, changed."""
    with desk.premises.book.reading() as tx:
        row = worklist.page(tx, Wanted(practice="practice", now=desk.premises.now())).rows[0]
    later = desk.premises.now() + 9 * DAY
    usual = {"safe_by": later, "must_by": later, "late_at": later, "must_since": later - 18 * DAY, "must_moved": False}
    return row.model_copy(update={**usual, "must_why": Why.HOLDER, "must_clock": "T7", **changed})


def line(desk: Desk, **changed: Any) -> Line:
    """The same, in words."""
    at = desk.premises
    return Words(at.now(), at.calendar, at.plan(), {"maria": "Maria Reyes"}).line(a_row(desk, **changed))


def test_the_date_is_told_in_words_and_in_a_colour(desk: Desk) -> None:
    """Late, today, soon, later, and the two that have no date: the words alone would do."""
    now = desk.premises.now()

    def due(**changed: Any) -> tuple[str, str]:
        return tuple(line(desk, **changed).due)

    assert due() == ("green", "in 9 d")
    assert due(must_by=now + 2 * DAY, safe_by=now + 2 * DAY, late_at=now + 2 * DAY) == ("amber", "in 2 d")
    assert due(late_at=now - 3 * DAY) == ("red", "3 d overdue")
    assert due(safe_by=BEFORE_ALL) == ("red", "act now")
    assert due(safe_by=BEFORE_ALL, must_by=BEFORE_ALL, late_at=BEFORE_ALL, must_why=Why.NO_CLOCK) == ("red", "no clock")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, "50 % used; a firm answer moves it once"),
        ({"must_moved": True}, "50 % used; moved once, now only a supervisor can"),
        ({"must_clock": "T1"}, "50 % used; no answer moves it"),
        ({"must_clock": "TE:resubmission"}, "50 % used; ends when the work is done"),
        ({"must_why": Why.FILING, "must_since": None}, "filing limit less 14 d, nothing moves it"),
    ],
)
def test_a_row_says_how_much_of_the_wait_is_over_and_what_moves_it(
    desk: Desk, changed: dict[str, Any], says: str
) -> None:
    """A vague answer moves nothing, a firm one moves a clock once, and only where the plan says so (2.3)."""
    assert line(desk, **changed).wait == says


def test_the_next_step_is_a_verb(desk: Desk) -> None:
    """Our own desks do it; with others, somebody has to get them to. Nobody is an alarm."""
    action = {"pending_action": "post the payer's decision"}
    assert line(desk, holder=Party.POSTING, **action).step == "Post the payer's decision"
    assert line(desk, holder=Party.SECONDARY, payer_name="Larkfield", **action).step.startswith("Get Larkfield to post")
    assert line(desk, holder=Party.PATIENT, **action).step.startswith("Get the patient to post")
    assert line(desk, holder=None).who == "Nobody has it: this is an alarm"


def test_a_hold_is_seen_and_none_is_red(desk: Desk) -> None:
    """A patient who is not protected stands out (I3)."""
    assert line(desk, hold_state=HoldState.NONE).hold == ("red", "No hold")
    assert line(desk, hold_state=HoldState.REQUESTED).hold == ("red", "Hold not verified")
    verified = line(desk, hold_state=HoldState.VERIFIED, hold_review_by=None).hold
    assert verified == ("violet", "On hold")
    assert line(desk, hold_state=HoldState.RELEASED).hold is None


def test_marks_and_break_point_are_told_in_words(desk: Desk) -> None:
    """Whoever does not see the drawing reads the same."""
    told = line(desk, marks="psax--", hop=Hop.RECEIVED, break_mode=Mode.DUAL_BLAME, break_reason="no record of it")
    assert told.marks == (
        "Proven: transmitted. Only stated: received. Only assumed: accepted. Refuted: adjudicated. "
        "Nothing heard: paid, posted"
    )
    assert (told.stopped, told.why) == ("Accepted, now no record", "no record of it")
    assert [each.stopped for each in told.dots] == [False, True, False, False, False, False]
    assert line(desk, hop=Hop.PAID, break_mode=None).stopped == "Not yet paid"


def test_a_filing_limit_counts_down_while_the_payer_lacks_the_claim(desk: Desk) -> None:
    """Amber within 30 days, red within 14; once the payer has the claim it says nothing (I7)."""
    today = desk.premises.calendar.date(desk.premises.now())

    def filing(days: int, hop: Hop = Hop.RECEIVED) -> Any:
        return line(desk, filing_limit=today + days * DAY, filing_assumed=False, hop=hop).filing

    assert filing(60) == ("", "60 d to the filing limit")
    assert filing(20) == ("amber", "20 d to the filing limit")
    assert filing(3) == ("red", "3 d to the filing limit")
    assert filing(-2) == ("red", "Filing limit passed 2 d ago")
    assert filing(3, Hop.PAID) is None


@pytest.fixture
def maria(desk: Desk) -> Visitor:
    """The case manager, as pages know her."""
    with desk.premises.book.writing() as tx:
        known = people.credentials(tx, "maria")
        assert known is not None
        begun = sessions.begin(tx, known.user, desk.premises.wall())
        session = sessions.find(tx, begun.secret, desk.premises.wall())
    assert session is not None
    return Visitor(known.user, session)


def test_a_case_page_knows_the_next_case_of_its_list(desk: Desk, maria: Visitor) -> None:
    """From the list somebody came from; without a list there is no next case."""
    at = desk.premises
    with at.book.reading() as tx:
        first, second = worklist.page(tx, Wanted(practice="practice", now=at.now())).rows[:2]
        found = next_address(at, tx, maria, {"view": "everyone"}, first.case_id)
        assert found is not None
        assert found.startswith(f"/cases/{second.case_id}?view=everyone&after=")
        assert next_address(at, tx, maria, {}, first.case_id) is None
