"""The order among health plans by their own text (field notes 3.1 B), and the table of all rules."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from journey.benefits.order import Ordering
from journey.benefits.rules import OF_THE_WHOLE, RULES
from journey.benefits.words import Rule
from journey.words import Party
from tests.benefits import YOUNG, Policy, missing, ordered, payers, plan, rules, working


def through(name: str, relationship: str = "19", **fields: Any) -> Policy:
    """A plan that covers the patient through somebody else: a parent, unless said otherwise."""
    return plan(name, relationship=relationship, **fields)


APART = {"parents_together": False, "decree_names_holder": False}

# ---- B1, B2 ---------------------------------------------------------------------------------------------------------


def test_a_plan_without_a_cob_clause_comes_first() -> None:
    """B1: before the patient's own plan even; a plan of which nobody says so has a clause."""
    assert payers(plan("Own"), through("Old", has_cob_clause=False)) == ["Old", "Own"]
    assert rules(plan("Own", has_cob_clause=True), through("Other")) == ["own plan first"]
    both = plan("Own", has_cob_clause=False), through("Other", has_cob_clause=False)
    assert payers(*both) == ["Own", "Other"]


@pytest.mark.parametrize("relationship", ["01", "19", "53", "G8"])
def test_the_patients_own_plan_comes_first(relationship: str) -> None:
    """B2: before any plan through somebody else, retired or not; what the claim says of the holder is enough."""
    assert payers(through("Other", relationship), plan("Own", "retiree")) == ["Own", "Other"]


def test_who_holds_a_policy_is_asked() -> None:
    """B2: a claim that leaves the relationship open, or says unknown, leaves the order open; people can tell it."""
    assert missing(plan("Own"), through("Other", "21")) == ("Other", "holder_relation", Party.PATIENT)
    assert missing(plan("Own"), through("Other", "")) == ("Other", "holder_relation", Party.PATIENT)
    assert payers(through("Other", "", holder_is_patient=False), plan("Own")) == ["Own", "Other"]
    assert payers(through("Other", "18", holder_relation="spouse"), plan("Own")) == ["Own", "Other"]
    assert payers(through("Mine", "01", holder_is_patient=True), through("Other")) == ["Mine", "Other"]


# ---- B3, B4, B5: through parents and spouses ------------------------------------------------------------------------


def test_the_birthday_rule_asks_for_month_and_day_only() -> None:
    """B3: the earlier birthday in the year comes first; an older parent does not."""
    late = through("Late", parents_together=True, member_birth_date=date(1960, 11, 2))
    early = through("Early", member_birth_date=date(1975, 3, 9))
    assert payers(late, early, born=YOUNG) == ["Early", "Late"]
    assert rules(late, early, born=YOUNG) == ["birthday"]


@pytest.mark.parametrize(
    ("one", "two", "first"),
    [
        ("02-28", "02-29", "One"),
        ("02-29", "03-01", "One"),
        ("01-31", "02-01", "One"),
        ("12-31", "01-01", "Two"),
        ("10-02", "09-30", "Two"),
    ],
)
def test_birthdays_at_the_turn_of_months(one: str, two: str, first: str) -> None:
    """B3: month before day; a leap day lies between 28 February and 1 March."""
    pair = through("One", parents_together=True, holder_birthday=one), through("Two", holder_birthday=two)
    assert payers(*pair, born=YOUNG)[0] == first


def test_the_same_birthday_goes_by_the_longer_coverage() -> None:
    """B3: on the same day, the plan in force longer; when both began on one day, the later rules."""
    same = {"parents_together": True, "holder_birthday": "05-05"}
    newer, older = through("New", since=date(2024, 1, 1), **same), through("Old", since=date(2010, 1, 1), **same)
    assert payers(newer, older, born=YOUNG) == ["Old", "New"]
    assert missing(through("New", **same), older, born=YOUNG) == ("New", "since", Party.PRIMARY)
    alike = {"since": date(2020, 1, 1), **same, "source_of_cover": "group"}
    retired, active = through("A", holder_works=False, **alike), through("B", holder_works=True, **alike)
    assert payers(retired, active, born=YOUNG) == ["B", "A"]
    assert rules(active, {**active, "name": "C"}, born=YOUNG) == ["equal shares"]


def test_a_court_decree_decides_for_parents_apart() -> None:
    """B4: the plan of the parent made responsible comes first, whoever has custody and whatever the birthdays."""
    mother = through("Mother", custody="custodial", decree_names_holder=False, holder_birthday="01-01")
    father = through("Father", custody="non_custodial", decree_names_holder=True, holder_birthday="12-31")
    assert payers(mother, father, born=YOUNG) == ["Father", "Mother"]
    assert rules(mother, father, born=YOUNG) == ["court decree"]
    unsaid = {name: value for name, value in mother.items() if name != "decree_names_holder"}
    assert payers(unsaid, father, born=YOUNG) == ["Father", "Mother"]


@pytest.mark.parametrize("how", [{"custody": "joint"}, {"decree_names_holder": True}])
def test_parents_apart_who_are_both_responsible_go_by_the_birthday(how: dict[str, Any]) -> None:
    """B4: joint custody, or a decree that names both, leads to the birthday rule."""
    late = through("Late", holder_birthday="12-01", parents_together=False, **how)
    early = through("Early", holder_birthday="02-01", **how)
    assert payers(late, early, born=YOUNG) == ["Early", "Late"]
    assert rules(late, early, born=YOUNG) == ["joint custody"]


def test_without_a_decree_custody_decides() -> None:
    """B4: custodial parent, custodial's spouse, the other parent, that parent's spouse, however billed."""
    names = ("custodial", "custodial_spouse", "non_custodial", "non_custodial_spouse")
    four = [through(each, custody=each, **APART) for each in names]
    for billed in permutations(four):
        assert payers(*billed, born=YOUNG) == list(names)


def test_what_is_asked_of_parents() -> None:
    """B3, B4: together or apart, then a decree, then custody; together, only the birthdays."""
    one, two = through("One"), through("Two")
    assert missing(one, two, born=YOUNG) == ("One", "parents_together", Party.PATIENT)
    apart = through("One", parents_together=False)
    assert missing(apart, two, born=YOUNG) == ("One", "decree_names_holder", Party.PATIENT)
    assert missing(through("One", **APART), two, born=YOUNG)[:2] == ("Two", "decree_names_holder")
    none = through("Two", decree_names_holder=False)
    assert missing(through("One", **APART), none, born=YOUNG) == ("One", "custody", Party.PATIENT)
    married = through("One", parents_together=True, holder_birthday="01-01")
    assert missing(married, two, born=YOUNG) == ("Two", "holder_birthday", Party.PATIENT)


def test_a_young_adult_with_a_parents_and_a_spouses_plan_goes_by_the_longer_coverage() -> None:
    """B5: the longer coverage comes first among all of these plans, those of two parents included."""
    spouse = through("Spouse", "01", since=date(2022, 1, 1))
    mother = through("Mother", since=date(2024, 1, 1), holder_birthday="01-01", parents_together=True)
    father = through("Father", since=date(2010, 1, 1), holder_birthday="12-31")
    assert payers(spouse, mother, born=YOUNG) == ["Spouse", "Mother"]
    assert payers(mother, spouse, father, born=YOUNG) == ["Father", "Spouse", "Mother"]
    assert payers(mother, father, born=YOUNG) == ["Mother", "Father"]


# ---- B6 to B9 -------------------------------------------------------------------------------------------------------

LONG, SHORT = {"since": date(2001, 1, 1)}, {"since": date(2025, 1, 1)}


def test_active_before_retired_and_others_before_cobra() -> None:
    """B6, B7: present employment, then retirement, then COBRA; how long each has run plays no part."""
    three = plan("Cobra", "cobra", **LONG), plan("Retired", "retiree", **LONG), working("Works", **SHORT)
    for billed in permutations(three):
        assert payers(*billed) == ["Works", "Retired", "Cobra"]
    assert payers(plan("Cobra", "cobra"), plan("Bought", "individual")) == ["Bought", "Cobra"]
    assert rules(plan("Left", "group", holder_works=False), working("Works")) == ["active before retired"]


def test_what_is_asked_of_plans_alike() -> None:
    """B6, B7, B8: the footing of each plan, then since when it runs."""
    assert missing(plan("One"), working("Two")) == ("One", "source_of_cover", Party.PATIENT)
    assert missing(working("One"), plan("Two", "group")) == ("Two", "holder_works", Party.PATIENT)
    assert missing(working("One"), working("Two", **LONG)) == ("One", "since", Party.PRIMARY)
    assert missing(plan("One", "individual"), plan("Two"))[:2] == ("Two", "source_of_cover")


def test_longer_coverage_and_then_equal_shares() -> None:
    """B8, B9: the longer coverage comes first; nothing that decides is equal shares, said as such."""
    assert payers(working("New", **SHORT), working("Old", **LONG)) == ["Old", "New"]
    found = ordered(working("One", **LONG), working("Two", **LONG))
    assert isinstance(found, Ordering)
    step = found.steps[0]
    assert (step.equal, step.rule, step.would_flip) == (True, "equal shares", ())
    assert step.says.startswith("One and Two: no rule")


def test_rules_that_run_in_a_circle_end_in_equal_shares() -> None:
    """3.1: active before retired, retired longer than bought, bought longer than active: none comes first, and that
    is said; two of them alone are ordered."""
    active, retired = working("Active", since=date(2020, 1, 1)), plan("Retired", "retiree", since=date(2000, 1, 1))
    bought = plan("Bought", "individual", since=date(2010, 1, 1))
    found = ordered(active, retired, bought)
    assert isinstance(found, Ordering)
    assert [(each.equal, each.rule) for each in found.steps] == [(True, "rules in a circle")] * 2
    assert payers(retired, active) == ["Active", "Retired"]


# ---- the table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [*RULES, *OF_THE_WHOLE], ids=lambda rule: rule.name)
def test_every_rule_stands_in_the_documentation(rule: Rule) -> None:
    """Whoever is told a rule's name can look it up, with what it says and where it comes from."""
    page = (Path(__file__).parents[2] / "docs" / "order-of-benefits.md").read_text(encoding="utf-8")
    [row] = [line for line in page.splitlines() if line.startswith(f"| **{rule.name}** |")]
    assert [each for each in (rule.section, rule.says, rule.source) if each not in row] == []
    assert ("assumed: " in row) is rule.assumed


def test_every_rule_has_a_name_a_place_and_a_source() -> None:
    """Each row of the table can be cited: one name each, a section of the field notes, a source, a sentence."""
    rows = (*RULES, *OF_THE_WHOLE)
    assert len({each.name for each in rows}) == len(rows)
    assert [each.name for each in rows if not (each.section.startswith("3.1") and each.source and each.says)] == []
