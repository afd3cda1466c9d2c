from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from casebook.opening import Casebook
from casebook.record import Turn, record_many
from casebook.rows import BEFORE_ALL
from casebook.worklist import (
    Age,
    Grouping,
    Place,
    View,
    Wanted,
    groups,
    next_after,
    next_place,
    owners,
    page,
    payers,
    place_of,
    recovered,
    rows,
    rows_of,
    total,
    view_counts,
)
from journey.case import BreakPoint, Case, Clock, Escalation, Hold, HoldState, Money
from journey.facts import ContactLogged, LedgerRead, RemitAdjudicated, Said
from journey.words import BreakState, EscalationKind, Grade, Hop, Mode, Party, Resolution, Rung, Switch


def write(book: Casebook, *cases: Case) -> None:
    """Write the cases down."""
    with book.writing() as tx:
        record_many(tx, [Turn(each, "") for each in cases])


def ids(book: Casebook, wanted: Wanted) -> list[str]:
    """The cases of a list."""
    with book.reading() as tx:
        return [each.case_id for each in page(tx, wanted).rows]


def due(noon: datetime, days: float) -> dict[str, Any]:
    """The fields of a case of which nothing but one clock sets the date."""
    clock = Clock(name="T5", started_by="opening", started_at=noon, hard=noon + timedelta(days=days))
    return {"clocks": (clock,), "holder": None}


def said(noon: datetime, days_ago: float) -> ContactLogged:
    """A contact of some days ago."""
    at = noon - timedelta(days=days_ago)
    return ContactLogged(
        fact_id=f"said-{days_ago}", happened_at=at, learnt_at=at, sender=Party.SECONDARY, says=Said.NO_RECORD
    )


def broken(noon: datetime, state: BreakState, mode: Mode = Mode.DUAL_BLAME) -> tuple[BreakPoint, ...]:
    """One break point."""
    return (BreakPoint(mode=mode, state=state, rule="rule", found_at=noon),)


def test_what_cannot_wait_comes_first(book: Casebook, a_case: Callable[..., Case], noon: datetime) -> None:
    """The list is in the order of the latest safe date; an unseen hold and a case without clock come before all."""
    unseen = Hold(state=HoldState.REQUESTED, wanted=tuple(Switch))
    write(
        book,
        a_case("later", **due(noon, 9)),
        a_case("sooner", **due(noon, 2)),
        a_case("unseen", hold=unseen, **due(noon, 5)),
        a_case("unwatched", due=None, holder=None),
    )
    wanted = Wanted(practice="lakeside", now=noon)
    assert ids(book, wanted) == ["unseen", "unwatched", "sooner", "later"]
    with book.reading() as tx:
        first = page(tx, wanted).rows[0]
        assert (first.safe_by, first.must_by) == (BEFORE_ALL, noon + timedelta(days=5))


def one_for_each_view(a_case: Callable[..., Case], noon: datetime) -> list[Case]:
    """Cases of which each belongs to one view, by its name."""
    usual: dict[str, Any] = {"owner": "lee", "attention": (), "break_points": (), "evidence": (said(noon, 1),)}
    climbed = Escalation(
        escalation_id="e",
        kind=EscalationKind.RESUBMISSION,
        cause="T5",
        reason="",
        raised_at=noon - timedelta(days=9),
        rung=Rung.LEAD,
        rung_since=noon - timedelta(days=2),
    )
    review = Clock(name="T15", started_by="x", started_at=noon, soft=noon + timedelta(days=6))

    def one(name: str, days: float = 5, **fields: Any) -> Case:
        made: Case = a_case(name, **{**usual, **due(noon, days), **fields})
        return made

    return [
        one("mine", owner="maria"),
        one("nobodys", owner=""),
        one("late", -1),
        one("climbed", escalations=(climbed,)),
        one("silent", evidence=(said(noon, 8),)),
        one("unseen", hold=Hold(state=HoldState.REQUESTED, wanted=tuple(Switch))),
        one("review", clocks=(review, *due(noon, 5)["clocks"])),
        one("contradicted", break_points=broken(noon, BreakState.CONTRADICTED)),
        one("unposted", break_points=broken(noon, BreakState.CONFIRMED, Mode.NOT_POSTED)),
        one("odd", attention=("an unread message",)),
        one("limit", hop=Hop.RECEIVED, filing_limit=date(2026, 4, 2)),
        one("in-time", hop=Hop.ADJUDICATED, filing_limit=date(2026, 4, 2)),
        one("resolved", resolution=Resolution.PAID_IN_FULL, resolved_at=noon, evidence=(said(noon, 8),)),
        one("closed", resolution=Resolution.PAID_IN_FULL, resolved_at=noon - timedelta(days=9), closed_at=noon),
    ]


SHOWN = {
    View.MINE: {"mine"},
    View.UNASSIGNED: {"nobodys"},
    View.OVERDUE: {"late", "climbed"},
    View.SILENT: {"silent"},
    View.FILING: {"limit"},
    View.UNVERIFIED: {"unseen"},
    View.HOLDS: {"unseen", "review"},
    View.CONTRADICTED: {"contradicted"},
    View.MISMATCH: {"unposted"},
    View.ATTENTION: {"odd"},
    View.RESOLVED: {"resolved", "closed"},
}
"""Which of them each view shows."""


def test_every_view_shows_its_cases_and_counts_them(
    book: Casebook, a_case: Callable[..., Case], noon: datetime
) -> None:
    """A count on a tab is the length of the list behind it, and each view holds what its name says."""
    write(book, *one_for_each_view(a_case, noon))
    wanted = Wanted(practice="lakeside", now=noon, me="maria")
    for view, names in SHOWN.items():
        assert set(ids(book, wanted.model_copy(update={"view": view}))) == names, view
    assert ids(book, wanted.model_copy(update={"view": View.RESOLVED})) == ["resolved", "closed"]
    with book.reading() as tx:
        counted = view_counts(tx, wanted)
        assert counted == {**{view: len(names) for view, names in SHOWN.items()}, View.EVERYONE: 12}
        assert view_counts(tx, wanted.model_copy(update={"practice": "elsewhere"})) == dict.fromkeys(View, 0)


@pytest.mark.parametrize(
    ("narrower", "found"),
    [
        ({"hop": Hop.PAID}, {"one"}),
        ({"all_proven": True}, {"two"}),
        ({"break_mode": Mode.DUAL_BLAME}, {"one"}),
        ({"unbroken": True}, {"two"}),
        ({"break_state": BreakState.CONFIRMED}, {"one"}),
        ({"payer_id": "60054"}, {"one", "two"}),
        ({"payer_id": "other"}, set()),
        ({"holder": Party.SECONDARY}, {"one"}),
        ({"hold_state": HoldState.VERIFIED}, {"two"}),
        ({"owner": "lee"}, {"two"}),
        ({"owner": ""}, {"one"}),
        ({"age": Age.D60}, {"two"}),
        ({"age": Age.D30}, {"one"}),
    ],
)
def test_filters_narrow_a_view(
    book: Casebook, a_case: Callable[..., Case], noon: datetime, narrower: dict[str, Any], found: set[str]
) -> None:
    """Each filter lets through what it names and nothing else."""
    write(
        book,
        a_case("one", hop=Hop.PAID, break_points=broken(noon, BreakState.CONFIRMED)),
        a_case(
            "two",
            hop=None,
            break_points=(),
            owner="lee",
            hold=Hold(state=HoldState.VERIFIED),
            opened_at=noon - timedelta(days=40),
            **due(noon, 3),
        ),
    )
    wanted = Wanted(practice="lakeside", now=noon, **narrower)
    assert set(ids(book, wanted)) == found
    with book.reading() as tx:
        assert total(tx, wanted).cases == len(found)


def test_pages_follow_on_each_other(book: Casebook, a_case: Callable[..., Case], noon: datetime) -> None:
    """Every case is on exactly one page, those with one date too, whether they wait or are resolved."""
    over = {"resolution": Resolution.PAID_IN_FULL, "resolved_at": noon}
    write(book, *(a_case(f"case-{n}", **due(noon, n // 2)) for n in range(7)))
    write(book, *(a_case(f"over-{n}", **over) for n in range(5)))
    for view, expected in ((View.EVERYONE, 7), (View.RESOLVED, 5)):
        wanted = Wanted(practice="lakeside", now=noon, view=view)
        with book.reading() as tx:
            assert len({each.case_id for each in rows(tx, wanted, chunk=2)}) == expected
            assert len(list(rows(tx, wanted, chunk=2))) == expected
            first = page(tx, wanted, limit=2)
            assert first.next == place_of(wanted, first.rows[1])


def test_the_next_case_of_a_list(book: Casebook, a_case: Callable[..., Case], noon: datetime) -> None:
    """After a case comes the one behind it, from where it stood; from the end the first; never another practice's."""
    write(book, *(a_case(name, **due(noon, days)) for name, days in (("a", 1), ("b", 2), ("c", 3))))
    wanted = Wanted(practice="lakeside", now=noon)
    with book.reading() as tx:
        assert [next_after(tx, wanted, each) for each in ("a", "b", "c")] == ["b", "c", "a"]
        stood = Place(at=noon, case_id="c")
        assert next_after(tx, wanted, "c", stood) == "a"
        assert next_place(tx, wanted, "a") == Place(at=noon + timedelta(days=2), case_id="b")
        assert next_after(tx, wanted.model_copy(update={"practice": "elsewhere"}), "a") is None
        assert rows_of(tx, "elsewhere", ["a"]) == ()


@pytest.mark.parametrize(
    ("by", "keys"),
    [(Grouping.PAYER, ["60054"]), (Grouping.HOP, ["paid", "none"]), (Grouping.BREAK, ["F8", "none"])],
)
def test_groups_sum_to_the_list(
    book: Casebook, a_case: Callable[..., Case], noon: datetime, by: Grouping, keys: list[str]
) -> None:
    """No case and no cent is lost or counted twice by grouping; the group with the most dollars leads."""
    more = Money(charge=100_000, at_risk=90_000)
    write(
        book,
        a_case("one", hop=Hop.PAID, break_points=broken(noon, BreakState.CONFIRMED), money=more),
        a_case("two", hop=None, break_points=()),
    )
    wanted = Wanted(practice="lakeside", now=noon)
    with book.reading() as tx:
        found, whole = groups(tx, wanted, by), total(tx, wanted)
        assert [each.key for each in found] == keys
        assert sum(each.cases for each in found) == whole.cases == 2
        assert sum(each.at_risk for each in found) == whole.at_risk == 110_000
        assert payers(tx, "lakeside") == {"60054": "Aetna"}


def test_each_age_group_leads_to_its_cases(book: Casebook, a_case: Callable[..., Case], noon: datetime) -> None:
    """Age counts from the primary's decision, never from the service; a group and its filter agree to the day."""
    paid = {"payer": Party.PRIMARY, "claim_status": "1", "charge": 1, "paid": 1, "grade": Grade.SETTLED}

    def decided(days: int) -> RemitAdjudicated:
        at = noon - timedelta(days=days)
        return RemitAdjudicated(fact_id=f"remit-{days}", happened_at=at, learnt_at=at, **paid)

    write(book, *(a_case(f"case-{days}", evidence=(decided(days),)) for days in (0, 30, 31, 90, 91, 120, 121)))
    wanted = Wanted(practice="lakeside", now=noon)
    with book.reading() as tx:
        found = groups(tx, wanted, Grouping.AGE)
        assert {each.key: each.cases for each in found} == {
            "0-30": 2,
            "31-60": 1,
            "61-90": 1,
            "91-120": 2,
            "over-120": 1,
        }
        for each in found:
            assert total(tx, wanted.model_copy(update={"age": Age(each.key)})).cases == each.cases


def test_what_somebody_recovered_counts_their_own_of_30_days(
    book: Casebook, a_case: Callable[..., Case], noon: datetime
) -> None:
    """The reward is what the secondary paid on one's own cases that were resolved lately."""
    paid = Money(charge=100_000, secondary_paid=12_345)

    def over(name: str, owner: str, days: int) -> Case:
        at = noon - timedelta(days=days)
        made: Case = a_case(name, owner=owner, money=paid, resolution=Resolution.PAID_IN_FULL, resolved_at=at)
        return made

    write(
        book, over("mine", "maria", 3), over("old", "maria", 31), over("other", "lee", 3), a_case("open", owner="maria")
    )
    with book.reading() as tx:
        found = recovered(tx, Wanted(practice="lakeside", now=noon, me="maria"))
        assert (found.cases, found.at_risk) == (1, 12_345)
        assert owners(tx, "lakeside") == ("maria",)


def test_a_row_tells_the_last_word_and_an_agency(book: Casebook, a_case: Callable[..., Case], noon: datetime) -> None:
    """Our own reading of the ledger is no word of anybody, and breaks no silence; it shows where the account lies."""
    read = LedgerRead(
        fact_id="ledger",
        happened_at=noon,
        learnt_at=noon,
        version=2,
        open_balance=1,
        patient_balance=1,
        placed_with_agency=True,
    )
    write(book, a_case("one", evidence=(said(noon, 8), read)))
    with book.reading() as tx:
        (row,) = page(tx, Wanted(practice="lakeside", now=noon)).rows
        assert (row.last_word, row.last_word_by) == ("phone with the secondary: no record", Party.SECONDARY)
        assert (row.silent_since, row.placed, row.patient) == (noon - timedelta(days=8), True, "Z. Quillfeather")
