"""Properties of the order of benefits, on drawn sets of policies and facts."""

from __future__ import annotations

from datetime import date
from itertools import combinations, permutations
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from journey.benefits.facts import PLANS, Known, known_policies
from journey.benefits.order import Agreement, Ordering, Undecided, compare, order_of_benefits
from journey.benefits.questions import question
from journey.claim import Claim
from journey.facts import Fact, PolicyTold
from journey.words import PayerClass
from tests.benefits import TOLD, Policy, answered, billed, facts, medicare, plan, policy, told, working

QUIETLY = settings(max_examples=60, deadline=None)
THOROUGHLY = settings(max_examples=150, deadline=None)

COVERS = get_args(get_args(get_type_hints(PolicyTold)["source_of_cover"])[0])
DATES = st.sampled_from([date(2023, 8, 31), date(2023, 9, 1), date(2024, 2, 29), date(2026, 2, 20), date(2026, 3, 1)])
ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "source_of_cover": st.sampled_from(COVERS),
    "holder_relation": st.sampled_from(["self", "spouse", "parent", "other"]),
    "holder_works": st.booleans(),
    "employees": st.sampled_from([0, 19, 20, 99, 100, 5000]),
    "medicare_reason": st.sampled_from(["age", "disability", "esrd"]),
    "esrd_since": DATES,
    "since": DATES,
    "has_cob_clause": st.booleans(),
    "holder_birthday": st.sampled_from(["01-01", "02-29", "03-01", "12-31"]),
    "custody": st.sampled_from(["custodial", "custodial_spouse", "non_custodial", "non_custodial_spouse", "joint"]),
    "decree_names_holder": st.booleans(),
    "parents_together": st.booleans(),
    "related_to_injury": st.booleans(),
}
"""What may be told of a policy, and what a question may be answered with."""

CLASSES = [PayerClass.UNKNOWN, PayerClass.COMMERCIAL, PayerClass.MEDICAID, PayerClass.TRICARE, PayerClass.MEDIGAP]
BIRTHS = st.sampled_from([None, date(1950, 1, 1), date(1961, 2, 20), date(1961, 3, 1), date(1990, 1, 1)])


@st.composite
def policies(draw: st.DrawFn, size: int = 4) -> list[Policy]:
    """Two to four policies, each with some facts told; Medicare at most once."""
    drawn = []
    for name in "ABCD"[: draw(st.integers(2, size))]:
        names = draw(st.sets(st.sampled_from([each for each in ANSWERS if each != "source_of_cover"])))
        fields = {each: draw(ANSWERS[each]) for each in sorted(names)}
        cover = draw(st.sampled_from(["", "", *(each for each in COVERS if each != "medicare")]))
        kind = draw(st.sampled_from(CLASSES))
        relation = draw(st.sampled_from(["18", "01", "19", "21", ""]))
        drawn.append(policy(name, cover, payer_class=kind, relationship=relation, **fields))
    if draw(st.booleans()):
        reason = draw(st.sampled_from([{}, {"medicare_reason": "disability"}, {"medicare_reason": "esrd"}]))
        drawn[0] = medicare(**reason, **({"esrd_since": draw(DATES)} if draw(st.booleans()) else {}))
    return drawn


def known(claim: Claim, said: list[Fact], order: int) -> Known:
    """What is known of one policy."""
    return next(each for each in known_policies(claim.coverages, said) if each.order == order)


@QUIETLY
@given(policies(), BIRTHS, st.randoms())
def test_neither_the_order_of_facts_nor_that_of_policies_matters(drawn: list[Policy], born: Any, rng: Any) -> None:
    """The same policies and facts give the same order of payers, whatever comes first; equals stay equals."""
    found = order_of_benefits(billed(*drawn, born=born), facts(*drawn))
    said = facts(*drawn)
    rng.shuffle(said)
    assert order_of_benefits(billed(*drawn, born=born), said) == found
    turned = list(drawn)
    rng.shuffle(turned)
    again = order_of_benefits(billed(*turned, born=born), facts(*turned))
    assert isinstance(again, Ordering) is isinstance(found, Ordering)
    if isinstance(found, Ordering) and isinstance(again, Ordering):
        assert sorted(again.payers) == sorted(found.payers)
        assert _groups(found) == _groups(again)


def _groups(found: Ordering) -> list[set[str]]:
    """The payers in their order, equals together."""
    groups = [{found.payers[0]}] if found.payers else []
    for step, payer in zip(found.steps, found.payers[1:], strict=True):
        if step.equal:
            groups[-1].add(payer)
        else:
            groups.append({payer})
    return groups


@QUIETLY
@given(policies(), BIRTHS)
def test_every_policy_in_force_stands_in_one_line(drawn: list[Policy], born: Any) -> None:
    """The order holds each policy once, and its steps follow each other; whatever is not in it is named."""
    found = order_of_benefits(billed(*drawn, born=born), facts(*drawn))
    assume(isinstance(found, Ordering))
    assert isinstance(found, Ordering)
    assert len(set(found.order)) == len(found.order) == len(drawn) - len(found.out)
    assert [(step.first, step.then) for step in found.steps] == list(zip(found.order, found.order[1:], strict=False))


@QUIETLY
@given(policies(3), BIRTHS)
def test_only_the_order_of_the_rules_compares_as_the_same(drawn: list[Policy], born: Any) -> None:
    """Antisymmetric and transitive: of all ways to bill, those that compare as the same differ by equals alone."""
    found = order_of_benefits(billed(*drawn, born=born), facts(*drawn))
    assume(isinstance(found, Ordering) and not found.out)
    assert isinstance(found, Ordering)
    groups = _groups(found)
    place = {payer: n for n, group in enumerate(groups) for payer in group}
    for way in permutations(drawn):
        right = all(place[a["name"]] <= place[b["name"]] for a, b in combinations(way, 2))
        state = compare(billed(*way, born=born), facts(*way)).state
        assert state is (Agreement.SAME if right else Agreement.DIFFERENT)


@THOROUGHLY
@given(policies(3), BIRTHS)
def test_what_would_flip_really_flips(drawn: list[Policy], born: Any) -> None:
    """Each change that is named turns its two policies round, or takes the first out, once it is told."""
    claim, said = billed(*drawn, born=born), facts(*drawn)
    found = order_of_benefits(claim, said)
    assume(isinstance(found, Ordering))
    assert isinstance(found, Ordering)
    for step in found.steps:
        for flip in step.would_flip:
            change = PolicyTold.model_validate(
                {"fact_id": "flip", "happened_at": TOLD.replace(year=2027), "learnt_at": TOLD, "order": flip.policy}
                | {flip.field: flip.value}
            )
            after = compare_places(claim, [*said, change])
            assert step.first not in after or after.get(step.then, 99) < after[step.first], flip


def compare_places(claim: Claim, said: list[Fact]) -> dict[int, int]:
    """The places of the policies whose order is known by now."""
    from journey.benefits.arrangement import arrange
    from journey.benefits.facts import scene_on

    arranged = arrange(scene_on(claim.coverages, claim.patient_birth_date, said, claim.service_from))
    return {place: sum(arranged.before(other, place) for other in arranged.order) for place in arranged.order}


@THOROUGHLY
@given(policies(), BIRTHS, st.data())
def test_every_question_is_answered_at_last(drawn: list[Policy], born: Any, data: st.DataObject) -> None:
    """An answer removes the indecision or leads to another question, never to the same one, and they end."""
    claim, said = billed(*drawn, born=born), facts(*drawn)
    asked: set[tuple[int, str]] = set()
    while isinstance(found := order_of_benefits(claim, said), Undecided):
        assert (found.policy, found.missing) not in asked
        asked.add((found.policy, found.missing))
        answer = data.draw(ANSWERS[found.missing])
        said.append(told(found.policy, number=len(asked), **{found.missing: answer}))
    assert len(asked) <= len(drawn) * len(ANSWERS)


@QUIETLY
@given(policies(), BIRTHS)
def test_a_question_is_about_what_is_not_known(drawn: list[Policy], born: Any) -> None:
    """Nobody is asked what was told already; each question names its policy and somebody who can know."""
    claim, said = billed(*drawn, born=born), facts(*drawn)
    found = order_of_benefits(claim, said)
    assume(isinstance(found, Undecided))
    assert isinstance(found, Undecided)
    policy_ = known(claim, said, found.policy)
    assert question(policy_, found.missing) == (found.question, found.ask)
    values = getattr(policy_, found.missing)
    assert values in (None, "", "plan", "somebody")


@QUIETLY
@given(policies(), BIRTHS, st.sampled_from(["medicare", "medicaid"]), st.booleans())
def test_statute_beats_plan_text(drawn: list[Policy], born: Any, programme: str, clause: bool) -> None:
    """A COB clause, or none, never moves a policy past a programme whose place statute sets."""
    found = order_of_benefits(billed(*drawn, born=born), facts(*drawn))
    assume(isinstance(found, Ordering))
    assert isinstance(found, Ordering)
    said = [*facts(*drawn), *(told(n, number=5, has_cob_clause=clause) for n in range(1, len(drawn) + 1))]
    again = order_of_benefits(billed(*drawn, born=born), said)
    assert isinstance(again, Ordering | Undecided)
    if isinstance(again, Ordering):
        kinds = {each.order: each.kind for each in known_policies(billed(*drawn).coverages, said)}
        assert _past(found, kinds, programme) == _past(again, kinds, programme)


def _past(found: Ordering, kinds: dict[int, str], programme: str) -> set[tuple[int, int]]:
    """Which plans come before which policies of a programme."""
    places = {order: n for n, order in enumerate(found.order)}
    plans = [each for each in places if kinds[each] in PLANS]
    return {(a, b) for a in plans for b in places if kinds[b] == programme and places[a] < places[b]}


@QUIETLY
@given(st.integers(0, 200), st.integers(0, 200))
def test_a_larger_employer_never_puts_medicare_first(one: int, two: int) -> None:
    """The employer's size works one way: what a small one has first, a larger one keeps first."""
    small, large = sorted((one, two))
    first = [order_of_benefits(billed(*pair), facts(*pair)) for pair in (_beside(small), _beside(large))]
    assert all(isinstance(each, Ordering) for each in first)
    assert [each.payers[0] for each in first if isinstance(each, Ordering)] in (
        ["Medicare", "Medicare"], ["Medicare", "Aetna"], ["Aetna", "Aetna"],
    )  # fmt: skip


def _beside(employees: int) -> tuple[Policy, Policy]:
    return medicare(), working("Aetna", employees)


def test_every_field_that_decides_can_be_told_and_asked() -> None:
    """The fields of what is known are fields of what people tell, and each that may be missing has its question."""
    claim = billed(plan("Aetna"), plan("Cigna"))
    for name in ANSWERS:
        # A plan has a COB clause unless somebody says otherwise, so nobody is asked.
        assert name == "has_cob_clause" or question(known(claim, [], 1), name)[0].endswith("?")
        assert name in PolicyTold.model_fields
        assert hasattr(known(claim, [], 1), name)


@pytest.mark.parametrize("field", ["since", "until", "active"])
def test_a_payers_answer_reaches_its_own_policy_only(field: str) -> None:
    """An eligibility answer says something of the policy of the payer that gave it."""
    values: dict[str, Any] = {"since": date(2020, 1, 1), "until": date(2030, 1, 1), "active": True}
    claim = billed(plan("Aetna"), plan("Cigna"))
    said: list[Fact] = [answered(claim.secondary.party, **{field: values[field]})]
    assert getattr(known(claim, said, 2), field) == values[field]
    assert getattr(known(claim, said, 1), field) is None
