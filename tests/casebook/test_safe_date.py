from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from casebook.listed import Mark, listed
from casebook.safe_date import BEFORE_ALL, Why, is_unverified, safe_date
from journey.case import Case, Clock, Hold, Holder, HoldState, Proof
from journey.words import Grade, Hop, Level, Party

DAY = timedelta(days=1)


def clock(noon: datetime, name: str, days: float, **fields: Any) -> Clock:
    """A clock with a hard time."""
    return Clock(name=name, started_by="x", started_at=noon, hard=noon + days * DAY, **fields)


def holder(by: datetime) -> Holder:
    """The secondary has the file until a moment."""
    return Holder(party=Party.SECONDARY, pending_action="decide", since=by - 30 * DAY, by=by)


def test_the_earliest_of_holder_clock_and_limit_counts(a_case: Callable[..., Case], noon: datetime) -> None:
    """Whichever comes first is the last moment at which nothing is lost yet."""
    by = {"holder": holder(noon + 9 * DAY)}
    only = a_case(clocks=(clock(noon, "T7", 9),), **by, hop=Hop.ADJUDICATED)
    assert (safe_date(only).by, safe_date(only).why, safe_date(only).clock) == (noon + 9 * DAY, Why.HOLDER, "T7")
    sooner = a_case(clocks=(clock(noon, "T7", 9), clock(noon, "T17", 4)), **by, hop=Hop.ADJUDICATED)
    assert (safe_date(sooner).by, safe_date(sooner).why) == (noon + 4 * DAY, Why.CLOCK)
    limit = a_case(clocks=(clock(noon, "T1", 9),), **by, hop=Hop.RECEIVED, filing_limit=date(2026, 3, 28))
    assert (safe_date(limit).by, safe_date(limit).why) == (datetime(2026, 3, 14, 14, tzinfo=UTC), Why.FILING)


@pytest.mark.parametrize("hop", [Hop.ADJUDICATED, Hop.PAID, Hop.POSTED, None])
def test_a_limit_is_kept_once_the_payer_has_the_claim(
    a_case: Callable[..., Case], noon: datetime, hop: Hop | None
) -> None:
    """From its acceptance on, the filing limit presses nobody."""
    accepted = a_case(hop=hop, holder=None, clocks=(clock(noon, "T7", 9),), filing_limit=date(2026, 3, 13))
    assert safe_date(accepted).by == noon + 9 * DAY


def test_reminders_alerts_and_alarms_that_rang_set_no_date(a_case: Callable[..., Case], noon: datetime) -> None:
    """A reminder loses nothing, a filing alert is no deadline, and what rang has become work with a date of its own."""
    clocks = (
        clock(noon, "T7", 9, soft=noon + DAY),
        clock(noon, "TF", 2),
        clock(noon, "T5", 1, fired=(Level.HARD,)),
    )
    assert safe_date(a_case(holder=None, hop=Hop.PAID, clocks=clocks)).by == noon + 9 * DAY


def test_no_clock_is_an_alarm_and_an_unseen_hold_cannot_wait(a_case: Callable[..., Case], noon: datetime) -> None:
    """I1 and I3: both stand before every date; a hold that the ledger shows does not."""
    assert safe_date(a_case(due=None)).by == BEFORE_ALL
    unseen = a_case(hold=Hold(state=HoldState.REQUESTED))
    assert is_unverified(unseen)
    assert listed(unseen)["safe_by"] == BEFORE_ALL
    assert not is_unverified(a_case(hold=Hold(state=HoldState.VERIFIED)))
    assert safe_date(unseen.model_copy(update={"closed_at": noon})).by == noon


def test_marks_tell_how_far_each_hop_is_proven(a_case: Callable[..., Case]) -> None:
    """One letter per hop, in order: an assumption never looks like a proof, and what was refuted is seen."""
    proofs = (
        Proof(hop=Hop.TRANSMITTED, grade=Grade.TRANSACTED, proven=True),
        Proof(hop=Hop.RECEIVED, grade=Grade.STATED),
        Proof(hop=Hop.ACCEPTED, grade=Grade.ASSUMED),
        Proof(hop=Hop.ADJUDICATED, against=("fact-1",)),
    )
    marks = listed(a_case(proofs=proofs))["marks"]
    assert [Mark(each) for each in marks] == [
        Mark.PROVEN, Mark.STATED, Mark.ASSUMED, Mark.REFUTED, Mark.NOTHING, Mark.NOTHING,
    ]  # fmt: skip
