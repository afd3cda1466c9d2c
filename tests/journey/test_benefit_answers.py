"""What the order of benefits says of a claim as billed, of a payer's record, and of Medicare's type code."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from journey.benefits.answers import agrees, insurance_type
from journey.benefits.order import Agreement, compare
from journey.facts import OtherPolicy
from journey.words import Party
from tests.benefits import (
    OLD,
    YOUNG,
    Policy,
    answered,
    billed,
    facts,
    medicaid,
    medicare,
    other,
    plan,
    policy,
    told,
    working,
)

# ---- as billed ------------------------------------------------------------------------------------------------------


def test_medicaid_billed_first_is_wrong() -> None:
    """V4 foreseen: the claim alone shows it; the sentence is one that a biller would say."""
    found = compare(billed(medicaid(), plan("Aetna")), [])
    assert (found.state, found.should, found.rule) == (Agreement.DIFFERENT, (2, 1), "3.1 A5")
    assert (
        found.says == "Medicaid was billed before Aetna, but Aetna comes first: Medicaid comes after every other payer"
    )
    assert found.facts == ("the claim",)


def test_a_working_persons_plan_billed_second_is_wrong() -> None:
    """V4 foreseen: it rests on the claim and on what was told, and names both."""
    pair = medicare(), working("Aetna", 50)
    found = compare(billed(*pair), facts(*pair))
    assert (found.state, found.should, found.rule) == (Agreement.DIFFERENT, (2, 1), "3.1 A2")
    assert set(found.facts) == {"told 2.0", "the claim"}


def test_the_right_order_and_equal_shares_are_the_same() -> None:
    """No break: billed in the order of the rules, or in either order where neither comes first."""
    right = plan("Aetna"), medicaid()
    assert compare(billed(*right), []).state is Agreement.SAME
    since = {"since": date(2020, 1, 1)}
    equal = working("One", **since), working("Two", **since)
    assert compare(billed(*equal), facts(*equal)).state is Agreement.SAME


def test_an_unknown_order_brings_its_question() -> None:
    """No break while a fact is missing: the question, and whom to ask."""
    found = compare(billed(medicare(), working("Aetna")), facts(medicare(), working("Aetna")))
    assert (found.state, found.ask) == (Agreement.UNDECIDED, Party.EMPLOYER)
    assert "How many employees" in found.question
    assert found.says == "it is not known whether Medicare or Aetna comes first"


def test_what_is_certain_is_said_though_something_else_is_unknown() -> None:
    """Medicaid billed before others is wrong, whichever of the others comes first."""
    found = compare(billed(plan("Aetna"), medicaid(), medicare()), [])
    assert (found.state, found.should) == (Agreement.DIFFERENT, ())
    assert found.says.startswith("Medicaid was billed before Medicare")


def test_a_first_policy_out_of_force_is_a_wrong_order() -> None:
    """Whoever was billed first did not insure the patient then; a second policy out of force is no wrong order."""
    ended = told(1, until=date(2025, 12, 31))
    found = compare(billed(plan("Aetna"), medicaid()), [ended])
    assert (found.state, found.should) == (Agreement.DIFFERENT, (2,))
    assert found.says == "Aetna was billed first, but it ended on 2025-12-31"
    second = told(2, until=date(2025, 12, 31))
    assert compare(billed(plan("Aetna"), medicaid()), [second]).state is Agreement.SAME


def test_services_across_a_change_of_the_order_ask_for_two_claims() -> None:
    """Per date of service: month 31 lies within the stay, so no single claim is right."""
    pair = plan("Aetna", "cobra"), medicare(medicare_reason="esrd", esrd_since=date(2024, 1, 1))
    stay = billed(*pair, born=YOUNG, day=date(2026, 6, 20), until=date(2026, 7, 2))
    found = compare(stay, facts(*pair))
    assert (found.state, found.ask) == (Agreement.UNDECIDED, Party.PROVIDER)
    assert "2026-07-02" in found.question
    within = billed(*pair, born=YOUNG, day=date(2026, 6, 20), until=date(2026, 6, 30))
    assert compare(within, facts(*pair)).state is Agreement.SAME


def test_the_newest_word_of_people_counts() -> None:
    """What somebody told later replaces what was told before, in whatever order the two arrive."""
    claim = billed(medicare(), working("Aetna"))
    said = [*facts(medicare(), working("Aetna", 50)), told(2, number=2, employees=5)]
    assert compare(claim, said).state is compare(claim, said[::-1]).state is Agreement.SAME


# ---- a payer's eligibility answer (271) -----------------------------------------------------------------------------


def shown(party: Party, *others: OtherPolicy, policies: tuple[Policy, ...] = (), **fields: Any) -> bool | None:
    """Whether a payer's answer agrees with the order in which these policies were billed."""
    named = policies or (plan("Aetna"), plan("Cigna"), medicaid())
    return agrees(billed(*named), answered(party, active=True, others=others, **fields))


def test_a_record_that_has_the_others_where_we_have_them_agrees() -> None:
    """PRP, SEP and TTP name places; each payer's record is held against ours."""
    assert shown(Party.SECONDARY, other("Aetna", 1)) is True
    assert shown(Party.SECONDARY, other("AETNA ", 1), other("Medicaid", 3)) is True
    assert shown(Party.PRIMARY, other("Cigna", 2)) is True
    assert shown(Party.TERTIARY, other("Aetna", 1), other("Cigna", 2)) is True
    assert shown(Party.SECONDARY, other("Any", 1, payer_id="PAetna")) is True


def test_a_record_with_another_order_does_not_agree() -> None:
    """The other payer in another place, or somebody whom nobody billed before this one."""
    assert shown(Party.SECONDARY, other("Aetna", 2)) is False
    assert shown(Party.PRIMARY, other("Cigna", 1)) is False
    assert shown(Party.PRIMARY, other("Humana", 1)) is False
    assert shown(Party.SECONDARY, other("Aetna", 1), other("Humana", 2)) is False


def test_two_policies_with_one_payer_are_told_apart_where_they_can_be() -> None:
    """The other policy of the same payer is meant, unless there are two of them."""
    two, three = (plan("Aetna"), plan("Aetna")), (plan("Aetna"), plan("Cigna"), plan("Aetna"))
    assert shown(Party.SECONDARY, other("Aetna", 1), policies=two) is True
    assert shown(Party.PRIMARY, other("Aetna", 1), policies=two) is False
    assert shown(Party.SECONDARY, other("Aetna", 1), policies=three) is None


def test_a_record_that_says_no_order_is_silent() -> None:
    """No other payer, one without a place, one further back whom we do not know, no cover, or a failed search."""
    assert shown(Party.SECONDARY) is None
    assert shown(Party.SECONDARY, other("Aetna")) is None
    assert shown(Party.SECONDARY, other("Humana", 3)) is None
    assert shown(Party.SECONDARY, other("Aetna", 1), refusals=("72",)) is None
    assert shown(Party.UNKNOWN, other("Aetna", 1)) is None
    inactive = answered(Party.SECONDARY, active=False, others=(other("Aetna", 1),))
    assert agrees(billed(plan("Aetna"), plan("Cigna")), inactive) is None


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        ({"since": date(2026, 2, 20)}, True),
        ({"since": date(2026, 2, 21)}, None),
        ({"until": date(2026, 2, 20)}, True),
        ({"until": date(2026, 2, 19)}, None),
        ({"since": date(2020, 1, 1), "until": date(2030, 1, 1)}, True),
    ],
)
def test_a_record_counts_for_the_days_that_it_covers(dates: dict[str, date], says: bool | None) -> None:
    """A COB period beside the days of service says nothing of them."""
    assert shown(Party.SECONDARY, other("Aetna", 1, **dates)) is says


def test_where_the_order_billed_was_wrong_the_right_one_must_be_shown() -> None:
    """With the facts that prove another order, a record of the order billed does not agree."""
    pair = medicare(), working("Aetna", 50)
    claim, known = billed(*pair), facts(*pair)
    as_billed = answered(Party.SECONDARY, active=True, others=(other("Medicare", 1),))
    put_right = answered(Party.SECONDARY, active=True, others=(other("Medicare", 2),))
    assert [agrees(claim, each, known) for each in (as_billed, put_right)] == [False, True]
    assert [agrees(claim, each) for each in (as_billed, put_right)] == [True, False]


# ---- Medicare's insurance type (SBR05) ------------------------------------------------------------------------------

ESRD = {"medicare_reason": "esrd", "esrd_since": date(2025, 6, 1)}


@pytest.mark.parametrize(
    ("code", "first", "of_medicare", "born"),
    [
        ("12", working("Aetna", 20), {}, OLD),
        ("13", working("Aetna", 20), ESRD, YOUNG),
        ("13", plan("Aetna", "cobra"), ESRD, YOUNG),
        ("43", working("Aetna", 100), {"medicare_reason": "disability"}, YOUNG),
        ("15", policy("Insurer", "workers_comp", related_to_injury=True), {}, OLD),
        ("14", policy("Insurer", "no_fault", related_to_injury=True), {}, OLD),
        ("47", policy("Insurer", "liability", related_to_injury=True), {}, OLD),
        ("41", policy("Insurer", "black_lung", related_to_injury=True), {}, OLD),
        ("42", policy("Insurer", "veterans", related_to_injury=True), {}, OLD),
        ("16", policy("Agency", filing_indicator="OF"), {}, OLD),
        ("", working("Aetna", 19), {}, OLD),
        ("", plan("Aetna", "retiree"), {}, OLD),
        ("", working("Aetna"), {}, OLD),
        ("", plan("Aetna"), {}, OLD),
    ],
)
def test_the_type_code_says_why_medicare_is_not_first(
    code: str, first: Policy, of_medicare: dict[str, Any], born: date
) -> None:
    """1.11: derived from the facts that put the other policy first; never a default."""
    pair = first, medicare(**of_medicare)
    assert insurance_type(billed(*pair, born=born), facts(*pair)) == code


def test_there_is_no_type_code_without_medicare() -> None:
    """1.11: the code belongs to claims that go to Medicare after another payer."""
    pair = working("Aetna", 50), medicaid()
    assert insurance_type(billed(*pair), facts(*pair)) == ""


def test_of_several_policies_before_medicare_the_first_gives_the_code() -> None:
    """1.11: work injury, then a working person's plan, then Medicare: the injury is why Medicare is not first."""
    three = policy("Comp", "workers_comp", related_to_injury=True), working("Aetna", 50), medicare()
    assert insurance_type(billed(*three), facts(*three)) == "15"
