from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from casebook.errors import NoSuchRowError
from casebook.opening import Casebook, Transaction
from casebook.reading import (
    Filter,
    case_row,
    case_state,
    count_cases,
    history,
    list_cases,
    overview,
    still_open,
    verify_chain,
)
from casebook.record import Turn, record, record_many
from casebook.rows import ALTERED
from journey.case import Case, Escalation, Hold, Holder, HoldState, Money
from journey.words import EscalationKind, Hop, Mode, Party, Resolution, Rung, Switch

MakeCase = Callable[..., Case]


def write(book: Casebook, *cases: Case) -> None:
    """Write each case once."""
    with book.writing() as tx:
        record_many(tx, [Turn(each, f"sentence of {each.case_id}") for each in cases])


def ids(tx: Transaction, where: Filter) -> list[str]:
    """The cases that a filter lets through, in order."""
    return [each.case_id for each in list_cases(tx, where).rows]


def test_lists_show_what_is_due_first_and_what_has_no_clock_before_all(
    book: Casebook, a_case: MakeCase, noon: datetime
) -> None:
    """A case that cannot say by when is itself an alarm."""
    write(book, a_case("later", due=noon + timedelta(2)), a_case("sooner", due=noon), a_case("silent", due=None))
    with book.reading() as tx:
        assert ids(tx, Filter()) == ["silent", "sooner", "later"]


def test_pages_join_without_gap_or_overlap(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """Every case is on exactly one page, also where many are due at one moment or have no clock."""
    dues = [None, None, None, noon, noon, noon, noon + timedelta(1)]
    write(book, *(a_case(f"case-{n}", due=due) for n, due in enumerate(dues)))
    seen: list[str] = []
    with book.reading() as tx:
        page = list_cases(tx, limit=2)
        while page.next:
            seen += [each.case_id for each in page.rows]
            page = list_cases(tx, after=page.next, limit=2)
    assert seen + [each.case_id for each in page.rows] == [f"case-{n}" for n in range(7)]


def raised(kind: EscalationKind, rung: Rung, noon: datetime) -> Escalation:
    """An open escalation."""
    return Escalation(
        escalation_id=kind.value, kind=kind, cause="V3", reason="", raised_at=noon, rung=rung, rung_since=noon
    )


def test_each_filter_lets_through_what_it_names(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """One odd case and one plain one: every filter tells them apart."""
    odd = a_case(
        "odd",
        due=noon - timedelta(days=1),
        owner="dana",
        hop=Hop.POSTED,
        holder=Holder(party=Party.POSTING, pending_action="post it", since=noon, by=noon),
        hold=Hold(state=HoldState.VERIFIED, wanted=(Switch.STATEMENTS,)),
        escalations=(raised(EscalationKind.POSTING_REVIEW, Rung.LEAD, noon),),
    )
    write(book, odd, a_case("plain", break_points=(), attention=()))
    filters: list[dict[str, Any]] = [
        {"owner": "dana"},
        {"hop": Hop.POSTED},
        {"holder": Party.POSTING},
        {"hold_state": HoldState.VERIFIED},
        {"escalation": EscalationKind.POSTING_REVIEW},
        {"break_mode": Mode.REJECTED_FOR_MISMATCH},
        {"needs_attention": True},
        {"due_before": noon},
    ]
    with book.reading() as tx:
        assert [ids(tx, Filter(**each)) for each in filters] == [["odd"]] * len(filters)
        assert [count_cases(tx, Filter(**each)) for each in filters] == [1] * len(filters)
        assert ids(tx, Filter(practice="lakeside", payer_id="60054")) == ["odd", "plain"]
        assert ids(tx, Filter(practice="elsewhere")) == ids(tx, Filter(payer_id="other")) == []


def test_closed_cases_are_listed_only_when_asked_for(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """The worklist is what is open; the rest stays findable."""
    write(book, a_case("open"), a_case("shut", closed_at=noon))
    with book.reading() as tx:
        assert ids(tx, Filter()) == ["open"]
        assert ids(tx, Filter(is_open=False)) == ["shut"]
        assert sorted(ids(tx, Filter(is_open=None))) == ["open", "shut"]


def test_a_case_that_was_never_written_down_is_open(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """A case has just begun, and its first page is not written yet: news for open cases reaches it."""
    write(book, a_case("open"), a_case("shut", closed_at=noon))
    with book.reading() as tx:
        assert still_open(tx, ("shut", "begun", "open")) == ("begun", "open")
        assert still_open(tx, ()) == ()


def test_a_row_shows_the_most_urgent_escalation_and_the_highest_rung(
    book: Casebook, a_case: MakeCase, noon: datetime
) -> None:
    """An unverified hold goes before everything else (I3)."""
    kinds = [(EscalationKind.RESUBMISSION, Rung.SUPERVISOR), (EscalationKind.COLLECTIONS_HOLD, Rung.CASE_MANAGER)]
    write(book, a_case(escalations=tuple(raised(kind, rung, noon) for kind, rung in kinds)))
    with book.reading() as tx:
        row = case_row(tx, "case-1")
    assert (row.escalation, row.rung) == (EscalationKind.COLLECTIONS_HOLD, Rung.SUPERVISOR)


def test_the_overview_counts_and_sums_open_cases(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """Who holds how many files, what is at risk, what a verified hold protects; closed cases only as resolutions."""
    held = Hold(state=HoldState.VERIFIED, wanted=(Switch.STATEMENTS,))
    owed = Money(charge=100_000, at_risk=7_000, ledger_patient_balance=1_500)
    write(
        book,
        a_case("one"),
        a_case("two", hold=held, money=owed, due=noon - timedelta(1)),
        a_case("three", due=None, break_points=()),
        a_case("four", closed_at=noon, resolution=Resolution.PAID_IN_FULL),
    )
    with book.reading() as tx:
        found = overview(tx, noon)
        assert overview(tx, noon, practice="elsewhere").cases == 0
    assert (found.cases, found.open, found.without_clock, found.overdue, found.needing_attention) == (4, 3, 1, 1, 3)
    assert (found.by_holder, found.by_break) == ({"secondary": 3}, {"V3": 2})
    assert (found.by_hop, found.by_escalation, found.resolutions) == ({"received": 3}, {}, {"R1": 1})
    assert found.by_hold == {"none": 2, "verified": 1}
    assert (found.at_risk, found.on_hold, found.patient_balance) == (47_000, 7_000, 1_500)


def test_every_break_point_ever_found_stays_on_the_row(book: Casebook, a_case: MakeCase) -> None:
    """What was found and then mended still counts when found is compared with true."""
    found = a_case().found[0]
    again = found.model_copy(update={"mode": Mode.NOT_POSTED})
    write(book, a_case(found=(found, again), break_points=()))
    with book.reading() as tx:
        row = case_row(tx, "case-1")
    assert (row.found, row.break_mode) == ((Mode.REJECTED_FOR_MISMATCH, Mode.NOT_POSTED), None)


@pytest.mark.parametrize("ask", [case_row, case_state, verify_chain])
def test_an_unknown_case_is_refused(book: Casebook, ask: Callable[..., Any]) -> None:
    """A wrong id says so; it never looks like an empty case."""
    with book.reading() as tx:
        with pytest.raises(NoSuchRowError, match="no such case"):
            ask(tx, "nobody")
        assert history(tx, "nobody") == ()


def test_a_row_copied_to_another_case_does_not_open(book: Casebook, a_case: MakeCase) -> None:
    """A sealed sentence is bound to its case."""
    write(book, a_case("one"), a_case("two"))
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET sentence = (SELECT sentence FROM cases WHERE case_id = 'one')"))
    with book.reading() as tx:
        assert case_row(tx, "one").sentence == "sentence of one"
        assert case_row(tx, "two").sentence == ALTERED


def test_lists_by_due_time_read_an_index(book: Casebook, a_case: MakeCase, noon: datetime) -> None:
    """A worklist of a hundred thousand cases is not sorted for each look at it."""
    write(book, *(a_case(f"case-{n}", due=noon + timedelta(hours=n)) for n in range(30)))
    on_postgresql = book.engine.dialect.name == "postgresql"
    ask = "SELECT * FROM cases WHERE closed_at IS NULL {} ORDER BY listed_due, case_id LIMIT 5"
    with book.reading() as tx:
        if on_postgresql:
            tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN " if on_postgresql else "EXPLAIN QUERY PLAN "
        for condition in ("", "AND practice = 'lakeside'", "AND owner = 'dana'"):
            plan = " ".join(str(each) for each in tx.connection.execute(text(explain + ask.format(condition))))
            assert "_due" in plan
            assert "Sort" not in plan
            assert "TEMP B-TREE" not in plan


def test_the_same_history_is_read_while_it_grows(book: Casebook, a_case: MakeCase, an_entry: Any) -> None:
    """A page that is being read does not change under the reader."""
    with book.writing() as tx:
        record(tx, a_case(), "", [an_entry("fact-1")])
    with book.reading() as tx:
        before = history(tx, "case-1")
        with book.writing() as other:
            record(other, a_case(revision=2), "", [an_entry("fact-2")])
        assert history(tx, "case-1") == before
        assert verify_chain(tx, "case-1") is None
