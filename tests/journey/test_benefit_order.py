"""The order of benefits: each rule of field notes 3.1 at its boundaries, and what is asked when a fact is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from journey.benefits.order import Agreement, Ordering, compare, order_of_benefits
from journey.words import Party, PayerClass
from tests.benefits import (
    DAY,
    YOUNG,
    answered,
    billed,
    facts,
    medicaid,
    medicare,
    missing,
    ordered,
    payers,
    plan,
    policy,
    rules,
    told,
    working,
)

# ---- A1, A3, A4, A5: insurers of an injury, and programmes of last resort ------------------------------------------


@pytest.mark.parametrize("cover", ["workers_comp", "no_fault", "liability"])
def test_an_accident_insurer_comes_first_for_its_injury(cover: str) -> None:
    """A1: whoever covers the injury pays before Medicare, plans and Medicaid."""
    insurer = policy("Accident", cover, related_to_injury=True)
    assert payers(medicare(), insurer)[0] == "Accident"
    assert payers(working("Aetna"), insurer)[0] == "Accident"
    assert payers(medicaid(), insurer)[0] == "Accident"


def test_an_accident_insurer_is_out_for_other_services() -> None:
    """A1: it covers one injury only; for anything else it is not in the order, and that is said."""
    found = ordered(policy("Comp", "workers_comp", related_to_injury=False), medicare(), medicaid())
    assert isinstance(found, Ordering)
    assert found.payers == ("Medicare", "Medicaid")
    assert [(each.payer_name, each.why) for each in found.out] == [("Comp", "does not cover these services")]


def test_whether_the_injury_is_the_insurers_is_asked() -> None:
    """A1: nobody guesses whether services belong to an accident; its insurer is asked."""
    assert missing(policy("Comp", "workers_comp"), medicare()) == ("Comp", "related_to_injury", Party.PRIMARY)


@pytest.mark.parametrize(("indicator", "rule"), [("WC", 0), ("AM", 0), ("LM", 0), ("VA", 1)])
def test_the_filing_indicator_names_the_insurer(indicator: str, rule: int) -> None:
    """A1, A2: a claim that names workers' compensation and the like by its indicator needs nobody to tell it."""
    insurer = policy("Insurer", filing_indicator=indicator, related_to_injury=True)
    assert rules(medicare(), insurer) == [("accident insurer first", "black lung and VA first")[rule]]


@pytest.mark.parametrize("cover", ["black_lung", "veterans"])
def test_black_lung_and_va_come_before_medicare_for_what_is_theirs(cover: str) -> None:
    """A2: what they have taken on, Medicare does not pay first."""
    assert payers(medicare(), policy("Agency", cover, related_to_injury=True)) == ["Agency", "Medicare"]
    assert payers(policy("Agency", cover, related_to_injury=False), medicare()) == ["Medicare"]


def test_several_insurers_of_one_injury() -> None:
    """A1: workers' compensation, then no-fault, then liability; two of one kind share."""
    three = [policy(name, name, related_to_injury=True) for name in ("liability", "no_fault", "workers_comp")]
    assert payers(*three) == ["workers_comp", "no_fault", "liability"]
    same = [policy(name, "liability", related_to_injury=True) for name in ("One", "Two")]
    assert rules(*same) == ["equal shares"]
    assert missing(policy("A", "liability"), policy("B", "no_fault"))[1] == "related_to_injury"


LAST = ["Medigap", "TRICARE", "CHAMPVA", "Medicaid", "IHS"]


def test_programmes_come_last_in_their_order() -> None:
    """A3, A4, A5: Medigap, TRICARE, CHAMPVA, Medicaid and IHS come after Medicare, in this order, however billed."""
    named = [policy(each, each.casefold()) for each in LAST]
    assert payers(*reversed(named), medicare()) == ["Medicare", *LAST]


@pytest.mark.parametrize("programme", LAST)
@pytest.mark.parametrize("cover", ["group", "retiree", "cobra", "individual"])
def test_programmes_come_after_plans(programme: str, cover: str) -> None:
    """A2 to A5: no programme pays before a health plan, whatever the plan's footing."""
    assert payers(policy(programme, programme.casefold()), plan("Aetna", cover)) == ["Aetna", programme]


@pytest.mark.parametrize("unknown", [{}, {"payer_class": PayerClass.UNKNOWN}, {"payer_class": PayerClass.COMMERCIAL}])
def test_medicaid_is_last_behind_whatever_else_there_is(unknown: dict[str, Any]) -> None:
    """A5: the answer does not depend on what kind of cover the other policy is."""
    assert payers(medicaid(), policy("Other", **unknown)) == ["Other", "Medicaid"]


def test_an_unknown_kind_of_cover_is_asked() -> None:
    """3.1: a policy of which nothing is known is not taken for a plan."""
    assert missing(policy("Other"), medicare()) == ("Other", "source_of_cover", Party.PATIENT)
    assert missing(policy("Other"), policy("Army", payer_class=PayerClass.TRICARE))[1] == "source_of_cover"


# ---- A2: Medicare and group plans ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("employees", "first"), [(0, "Medicare"), (19, "Medicare"), (20, "Aetna"), (99, "Aetna")])
def test_65_or_older_the_employer_needs_20(employees: int, first: str) -> None:
    """A2: from 20 employees on, the plan of a present employment comes before Medicare."""
    assert payers(medicare(), working("Aetna", employees))[0] == first


@pytest.mark.parametrize(("employees", "first"), [(19, "Medicare"), (99, "Medicare"), (100, "Aetna"), (101, "Aetna")])
def test_under_65_with_a_disability_the_employer_needs_100(employees: int, first: str) -> None:
    """A2: from 100 employees on, the plan of a present employment comes before Medicare."""
    disabled = medicare(medicare_reason="disability")
    assert payers(disabled, working("Aetna", employees), born=YOUNG)[0] == first


@pytest.mark.parametrize(
    ("relation", "aged", "disabled"),
    [("self", "Aetna", "Aetna"), ("spouse", "Aetna", "Aetna"), ("parent", "Medicare", "Aetna")],
)
def test_whose_employment_counts(relation: str, aged: str, disabled: str) -> None:
    """A2: at 65 or older the patient's own and the spouse's; with a disability, anybody's in the family."""
    aetna = working("Aetna", 500, holder_relation=relation)
    assert payers(medicare(), aetna)[0] == aged
    assert payers(medicare(medicare_reason="disability"), aetna, born=YOUNG)[0] == disabled


@pytest.mark.parametrize(
    ("born", "day", "reached"),
    [
        (date(1961, 5, 15), date(2026, 4, 30), False),
        (date(1961, 5, 15), date(2026, 5, 1), True),
        (date(1961, 5, 15), date(2026, 5, 15), True),
        (date(1961, 5, 1), date(2026, 3, 31), False),
        (date(1961, 5, 1), date(2026, 4, 1), True),
        (date(1961, 5, 2), date(2026, 4, 30), False),
        (date(1961, 1, 1), date(2025, 12, 1), True),
        (date(1960, 2, 29), date(2025, 1, 31), False),
        (date(1960, 2, 29), date(2025, 2, 1), True),
        (date(1960, 3, 1), date(2025, 2, 28), True),
    ],
)
def test_the_65th_birthday_changes_the_rule(born: date, day: date, reached: bool) -> None:
    """A2: from the month in which 65 is reached, the day before the birthday, 20 employees are enough, not 100."""
    fifty = working("Aetna", 50), medicare(medicare_reason="disability")
    found = ordered(*fifty, born=born, day=day)
    assert isinstance(found, Ordering)
    assert found.payers[0] == ("Aetna" if reached else "Medicare")
    assert found.steps[0].rule == ("65 or older, 20 employees" if reached else "disability, 100 employees")


@pytest.mark.parametrize("cover", ["retiree", "cobra"])
@pytest.mark.parametrize("reason", ["age", "disability"])
def test_a_former_employment_comes_after_medicare(cover: str, reason: str) -> None:
    """A2: retiree plans and COBRA pay after Medicare, whatever the employer's size."""
    former = plan("Aetna", cover, employees=5000)
    assert payers(former, medicare(medicare_reason=reason), born=None) == ["Medicare", "Aetna"]
    left = plan("Aetna", "group", holder_works=False, employees=5000)
    assert payers(left, medicare(medicare_reason=reason), born=None) == ["Medicare", "Aetna"]


def test_a_policy_bought_privately_comes_after_medicare() -> None:
    """A2: it comes with no employment, so not even kidney failure puts it first."""
    bought = plan("Aetna", "individual")
    assert payers(bought, medicare(medicare_reason="age")) == ["Medicare", "Aetna"]
    assert payers(bought, medicare(medicare_reason="esrd"), born=YOUNG) == ["Medicare", "Aetna"]


def test_medigap_always_follows_medicare() -> None:
    """A2: nothing more needs to be known."""
    medigap = policy("Supplement", payer_class=PayerClass.MEDIGAP)
    assert payers(medigap, medicare(), born=None) == ["Medicare", "Supplement"]


@pytest.mark.parametrize("small", [{"employees": 5}, {"holder_works": False}, {"holder_relation": "parent"}])
def test_one_condition_that_fails_is_enough(small: dict[str, Any]) -> None:
    """A2: where one fact rules the plan out, the others need not be known."""
    assert payers(plan("Aetna", **small), medicare())[0] == "Medicare"


def test_what_is_asked_before_medicare_and_a_plan_are_ordered() -> None:
    """A2: one question after another, each to whoever knows, and none that is answered already."""
    assert missing(medicare(), plan("Aetna")) == ("Aetna", "source_of_cover", Party.PATIENT)
    assert missing(medicare(), plan("Aetna", "group")) == ("Aetna", "holder_works", Party.PATIENT)
    assert missing(medicare(), working("Aetna")) == ("Aetna", "employees", Party.EMPLOYER)
    assert missing(medicare(), working("Aetna", 50, relationship="21")) == ("Aetna", "holder_relation", Party.PATIENT)
    assert missing(medicare(), working("Aetna", 50), born=YOUNG) == ("Medicare", "medicare_reason", Party.PATIENT)
    assert missing(medicare(), working("Aetna", 50), born=None) == ("Medicare", "medicare_reason", Party.PATIENT)


def test_a_medicare_advantage_plan_stands_where_medicare_stands() -> None:
    """A2: indicator 16 is Medicare, though deadlines take it for a commercial payer."""
    advantage = policy("Advantage", payer_class=PayerClass.COMMERCIAL, filing_indicator="16")
    assert payers(advantage, working("Aetna", 20)) == ["Aetna", "Advantage"]


# ---- A2: kidney failure ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "day", "first"),
    [
        (date(2024, 2, 1), date(2024, 2, 1), "Aetna"),  # month 1
        (date(2024, 2, 29), date(2026, 7, 31), "Aetna"),  # month 30, begun on a leap day
        (date(2024, 2, 29), date(2026, 8, 1), "Medicare"),  # month 31
        (date(2024, 1, 31), date(2026, 6, 30), "Aetna"),  # month 30, a shorter month than the first
        (date(2024, 1, 31), date(2026, 7, 1), "Medicare"),
        (date(2023, 9, 1), date(2026, 2, 28), "Aetna"),  # month 30 ends with February
        (date(2023, 9, 30), date(2026, 3, 1), "Medicare"),
        (date(2021, 8, 31), date(2024, 1, 31), "Aetna"),
        (date(2021, 8, 31), date(2024, 2, 29), "Medicare"),  # month 31 is a leap February
        (date(2024, 7, 15), date(2026, 12, 31), "Aetna"),  # across the year's end
        (date(2024, 7, 15), date(2027, 1, 1), "Medicare"),
    ],
)
def test_kidney_failure_counts_30_calendar_months(since: date, day: date, first: str) -> None:
    """A2: the plan comes first through the 30th calendar month, whatever the days; then Medicare does."""
    failing = medicare(medicare_reason="esrd", esrd_since=since)
    assert payers(failing, working("Aetna", 500), day=day, born=YOUNG)[0] == first


@pytest.mark.parametrize(
    "footing",
    [{"employees": 3, "holder_works": True}, {"source_of_cover": "retiree"}, {"source_of_cover": "cobra"}],
)
def test_kidney_failure_asks_neither_size_nor_footing(footing: dict[str, Any]) -> None:
    """A2: for 30 months any group plan comes first, retiree plans and COBRA included."""
    failing = medicare(medicare_reason="esrd", esrd_since=date(2025, 6, 1))
    assert payers(failing, plan("Aetna", **footing), born=YOUNG) == ["Aetna", "Medicare"]


def test_what_kidney_failure_needs_to_know() -> None:
    """A2: since when, and whether the plan comes with an employment at all; after month 30 only the former."""
    aetna = plan("Aetna")
    assert missing(medicare(medicare_reason="esrd"), aetna, born=YOUNG) == ("Medicare", "esrd_since", Party.PRIMARY)
    within = medicare(medicare_reason="esrd", esrd_since=date(2025, 6, 1))
    assert missing(within, aetna, born=YOUNG) == ("Aetna", "source_of_cover", Party.PATIENT)
    long_ago = medicare(medicare_reason="esrd", esrd_since=date(2020, 6, 1))
    assert payers(aetna, long_ago, born=YOUNG) == ["Medicare", "Aetna"]


def test_medicare_that_was_first_already_beside_a_retiree_plan_stays_first() -> None:
    """A2: age or disability came before the kidney failure, and the plan is a retiree plan: no 30 months."""
    failing = {"esrd_since": date(2025, 6, 1)}
    retiree = plan("Aetna", "retiree")
    assert rules(retiree, medicare(medicare_reason="age", **failing)) == ["Medicare first already"]
    before = {"medicare_reason": "disability", "since": date(2025, 5, 31)}
    assert payers(retiree, medicare(**before, **failing), born=YOUNG) == ["Medicare", "Aetna"]
    later = {"medicare_reason": "disability", "since": date(2025, 6, 1)}
    assert payers(retiree, medicare(**later, **failing), born=YOUNG) == ["Aetna", "Medicare"]
    assert missing(retiree, medicare(medicare_reason="disability", **failing), born=YOUNG) == (
        "Medicare", "since", Party.SECONDARY,
    )  # fmt: skip


def test_other_cover_beside_medicare_by_age_goes_through_the_30_months() -> None:
    """A2: a working person's plan and COBRA come first for 30 months, then Medicare, working or not."""
    for aetna in (working("Aetna", 500), working("Aetna", 5), plan("Aetna", "cobra")):
        within = medicare(medicare_reason="age", esrd_since=date(2025, 6, 1))
        assert payers(within, aetna) == ["Aetna", "Medicare"]
        over = medicare(medicare_reason="age", esrd_since=date(2020, 6, 1))
        assert payers(aetna, over) == ["Medicare", "Aetna"]


def test_kidney_failure_before_65_goes_on_after_it() -> None:
    """A2: who turns 65 within the 30 months began with kidney failure; the months run on, retiree plan or not."""
    failing = medicare(medicare_reason="age", esrd_since=date(2025, 6, 1))
    assert payers(failing, plan("Aetna", "retiree"), born=date(1960, 12, 15)) == ["Aetna", "Medicare"]


# ---- statute beats plan text ----------------------------------------------------------------------------------------


def test_medicare_between_an_own_retiree_plan_and_a_working_spouses_plan() -> None:
    """B2, the twist: the spouse's plan, Medicare, the patient's own; the plans' text alone says the reverse."""
    own, spouses = plan("Own", "retiree"), working("Spouse's", 50, relationship="01")
    assert payers(own, spouses) == ["Own", "Spouse's"]
    assert payers(own, medicare(), spouses) == ["Spouse's", "Medicare", "Own"]
    found = ordered(own, spouses, medicare())
    assert isinstance(found, Ordering)
    assert found.payers == ("Spouse's", "Medicare", "Own")


def test_two_own_plans_with_medicare_between() -> None:
    """A2: a plan before Medicare comes before a plan after it, though the latter has covered the patient longer."""
    large = working("Large", 50, since=date(2024, 1, 1))
    small = working("Small", 5, since=date(2010, 1, 1))
    assert payers(large, small) == ["Small", "Large"]
    assert payers(small, medicare(), large) == ["Large", "Medicare", "Small"]


def test_an_unknown_that_medicare_makes_matter_is_asked() -> None:
    """A2: on which side of Medicare a plan stands can decide between two plans, so it is asked first."""
    own, spouses = plan("Own", "retiree"), working("Spouse's", relationship="01")
    assert missing(own, medicare(), spouses)[1] == "employees"


def test_an_unknown_that_does_not_matter_still_orders_the_others() -> None:
    """3.1: the own plan comes first on whichever side of Medicare the other one stands: billed second, it is wrong."""
    own, unknown = working("Own", 50), plan("Other", relationship="01")
    found = compare(billed(unknown, own, medicare()), facts(unknown, own, medicare()))
    assert (found.state, found.rule, found.should) == (Agreement.DIFFERENT, "3.1 B2", ())


# ---- per date of service --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "why"),
    [
        ({"since": date(2026, 2, 21)}, "begins on 2026-02-21"),
        ({"since": DAY}, ""),
        ({"until": DAY}, ""),
        ({"until": date(2026, 2, 19)}, "ended on 2026-02-19"),
    ],
)
def test_a_policy_counts_only_while_it_is_in_force(dates: dict[str, date], why: str) -> None:
    """3.1: effective dates filter the order; first and last day belong to it."""
    found = ordered(medicaid(), policy("Aetna", **dates))
    assert isinstance(found, Ordering)
    assert found.payers == (("Medicaid",) if why else ("Aetna", "Medicaid"))
    assert [each.why for each in found.out] == ([why] if why else [])


def test_a_payers_own_record_of_its_dates_outranks_what_people_say() -> None:
    """3.1: the payer knows since when its policy runs, whichever word came last."""
    ended = answered(Party.SECONDARY, active=False, until=date(2025, 12, 31))
    late = told(2, number=9, until=date(2030, 1, 1))
    found = ordered(medicaid(), policy("Aetna"), more=[late, ended])
    assert isinstance(found, Ordering)
    assert found.payers == ("Medicaid",)


def test_an_inactive_answer_without_dates_takes_the_policy_out() -> None:
    """3.1: the question was asked for the day of service; a search that failed says nothing."""
    inactive = answered(Party.SECONDARY, active=False)
    found = ordered(medicaid(), policy("Aetna"), more=[inactive])
    assert isinstance(found, Ordering)
    assert [each.why for each in found.out] == ["is not active by the payer's own answer"]
    failed = answered(Party.SECONDARY, active=False, refusals=("75",))
    assert isinstance(ordered(medicaid(), policy("Aetna"), more=[failed]), Ordering)
    assert payers(medicaid(), policy("Aetna"), more=[failed]) == ["Aetna", "Medicaid"]


def test_medicare_that_has_not_begun_is_out() -> None:
    """3.1: Medicare by age begins with the month of 65, by kidney failure with its first month."""
    aetna = plan("Aetna")
    assert payers(medicare(medicare_reason="age"), aetna, born=date(1961, 3, 15)) == ["Aetna"]
    failing = medicare(medicare_reason="esrd", esrd_since=date(2026, 3, 1))
    assert payers(failing, aetna, born=YOUNG) == ["Aetna"]
    assert payers(failing, plan("Aetna", "cobra"), born=YOUNG, day=date(2026, 3, 1)) == ["Aetna", "Medicare"]


def test_the_order_is_that_of_the_day() -> None:
    """3.1: the same facts give another order for another day of service: retirement, here by month 31."""
    pair = medicare(medicare_reason="esrd", esrd_since=date(2024, 1, 1)), plan("Aetna", "cobra")
    claim = billed(*pair, born=YOUNG)
    orders = [order_of_benefits(claim, facts(*pair), day) for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert [each.order for each in orders if isinstance(each, Ordering)] == [(2, 1), (1, 2)]
