"""What people may tell of policies: refusals, files of policies, and the words of stories."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, get_args, get_type_hints

import pytest

from journey.benefits.checks import refusal_of, says_something
from journey.benefits.file import FIELDS, Cover, Custody, Holder, PolicyFileError, Reason, read_policies
from journey.benefits.order import Agreement, Ordering, Undecided, compare, order_of_benefits
from journey.checks import refusal
from journey.facts import CoverageChecked, FactBase, PolicyTold
from journey.stories.benefits import COVERS, CUSTODY, HOLDERS, OF_ANSWER, OF_POLICY, REASONS
from journey.stories.phrases import CLAUSES
from journey.stories.story import StoryError, parse_story
from journey.words import Party
from tests.benefits import OLD, billed, medicare, plan, told, working

# ---- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "fields", "words"),
    [
        (3, {"employees": 5}, "no policy 3; it names 1, 2"),
        (1, {}, "at least one thing"),
        (1, {"holder_birthday": ""}, "at least one thing"),
        (2, {"since": date(2026, 2, 2), "until": date(2026, 2, 1)}, "end before it begins"),
        (1, {"esrd_since": date(1955, 6, 14)}, "before the patient was born"),
        (2, {"until": date(1950, 1, 1)}, "before the patient was born"),
        (2, {"holder_birthday": "02-30"}, "MM-DD"),
        (2, {"holder_birthday": "2-3"}, "MM-DD"),
        (2, {"holder_birthday": "13-01"}, "MM-DD"),
        (2, {"holder_is_patient": True, "holder_relation": "spouse"}, "not both"),
        (2, {"holder_is_patient": False, "holder_relation": "self"}, "not both"),
        (2, {"holder_works": True, "source_of_cover": "retiree"}, "former employment"),
        (2, {"medicare_reason": "age", "source_of_cover": "group"}, "only Medicare"),
        (2, {"holder_birthday": "02-29"}, ""),
        (2, {"holder_works": False}, ""),
        (2, {"employees": 0}, ""),
        (2, {"since": date(2026, 2, 2), "until": date(2026, 2, 2)}, ""),
        (2, {"holder_is_patient": True, "holder_relation": "self"}, ""),
    ],
)
def test_what_cannot_be_is_refused(order: int, fields: dict[str, Any], words: str) -> None:
    """A refusal names what is wrong; whatever is possible is taken."""
    said = refusal_of(told(order, **fields), billed(medicare(), plan("Aetna"), born=OLD))
    assert (words in said) if words else said == ""


def test_a_case_refuses_with_the_same_words(promised: Any) -> None:
    """The refusals of policies are those of the case."""
    nothing = PolicyTold(fact_id="p", happened_at=promised.now, learnt_at=promised.now, order=2)
    assert refusal(promised.case, nothing, promised.plan, promised.now).startswith("say at least one thing")
    small = nothing.model_copy(update={"employees": 12})
    assert refusal(promised.case, small, promised.plan, promised.now) == ""


@pytest.mark.parametrize("field", sorted(PolicyTold.model_fields.keys() - FactBase.model_fields.keys()))
def test_every_fact_of_a_policy_is_something(field: str) -> None:
    """Only which policy it is, and who says so, is not yet a fact about it."""
    values = {"bool": False, "int": 0, "date": date(2026, 1, 1)}
    kind = next((name for name in values if name in str(PolicyTold.model_fields[field].annotation)), "")
    value = values.get(kind, "x")
    fact = told(1).model_copy(update={field: value})
    assert says_something(fact) is (field not in ("kind", "order", "told_by"))


# ---- files ----------------------------------------------------------------------------------------------------------

FILE = """
day = 2026-02-20
patient_born = 1959-05-05

[[policy]]
payer = "Medicare"
cover = "medicare"

[[policy]]
payer = "Example Health"
cover = "group"
holder = "self"
works = true
employees = 50
"""


def test_a_file_of_policies_is_answered_as_a_claim_is() -> None:
    """The same rules, the same facts, in TOML and in JSON."""
    claim, said = read_policies(FILE)
    found = order_of_benefits(claim, said)
    assert isinstance(found, Ordering)
    assert found.payers == ("Example Health", "Medicare")
    assert compare(claim, said).state is Agreement.DIFFERENT
    rows = [{"payer": "Medicare", "cover": "medicare"}, {"payer": "Comp", "cover": "workers-comp", "injury": True}]
    claim, said = read_policies(json.dumps({"day": "2026-02-20", "policy": rows}), is_json=True)
    found = order_of_benefits(claim, said)
    assert isinstance(found, Ordering)
    assert found.payers == ("Comp", "Medicare")


def test_what_is_left_out_of_a_file_is_asked() -> None:
    """A file need not say everything: the answer is the next question."""
    claim, said = read_policies(FILE.replace("employees = 50", ""))
    found = order_of_benefits(claim, said)
    assert isinstance(found, Undecided)
    assert found.missing == "employees"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("employees = 50", "employees = -3", "policy 2, employees: "),
        ("employees = 50", "employes = 50", "policy 2, employes: "),
        ('"group"', '"gruop"', "policy 2, cover: "),
        ('payer = "Medicare"', "", "policy 1, payer: "),
        ("day = 2026-02-20", "", "day: "),
        ("2026-02-20", "2026-02-30", "this is not TOML"),
        (FILE, "", "day: "),
    ],
)
def test_a_file_that_cannot_be_read_names_the_place(before: str, after: str, problem: str) -> None:
    """Each problem names policy and field, and repeats no value."""
    with pytest.raises(PolicyFileError) as error:
        read_policies(FILE.replace(before, after))
    assert any(each.startswith(problem) for each in error.value.problems), error.value.problems
    assert "gruop" not in str(error.value)


def test_all_problems_of_a_file_are_told_at_once() -> None:
    """Whoever writes a file need not try again for each mistake."""
    with pytest.raises(PolicyFileError) as error:
        read_policies(FILE.replace("works = true", 'works = "often"').replace('"self"', '"me"'))
    assert len(error.value.problems) == 2


def test_the_words_of_files_are_those_of_the_facts() -> None:
    """Nothing can be told to a case that a file cannot say, and every choice is there."""
    hints = get_type_hints(PolicyTold)
    not_told = {"kind", "order", "told_by", "holder_is_patient"}
    assert PolicyTold.model_fields.keys() - FactBase.model_fields.keys() - not_told == set(FIELDS.values())
    for words, field in ((Cover, "source_of_cover"), (Holder, "holder_relation"), (Reason, "medicare_reason")):
        assert [each.replace("-", "_") for each in get_args(words)] == list(get_args(get_args(hints[field])[0]))
    assert [each.replace("-", "_") for each in get_args(Custody)] == list(get_args(get_args(hints["custody"])[0]))


# ---- stories --------------------------------------------------------------------------------------------------------

HEADING = """
claim: $1,000.00, services 20 Feb 2026
primary: Medicare, medicare
secondary: Aetna, commercial

"""


def brought(note: str) -> Any:
    """The fact that a note of 12 March brings."""
    return parse_story(f"{HEADING}12 Mar  {note}").steps[0].brings  # type: ignore[union-attr]


def test_a_story_tells_of_a_policy() -> None:
    """Each clause sets its field, and nothing else is set."""
    fact = brought(
        "Dana learns of Aetna: group plan, present employment, 50 employees, held by the spouse, since 1 Jan"
    )
    assert isinstance(fact, PolicyTold)
    assert (fact.order, fact.source_of_cover, fact.holder_works, fact.employees) == (2, "group", True, 50)
    assert (fact.holder_relation, fact.since, fact.told_by) == ("spouse", date(2026, 1, 1), "Dana")
    assert fact.model_dump(exclude_none=True).keys() == {
        *FactBase.model_fields, "kind", "order", "told_by", "source_of_cover", "holder_works", "employees",
        "holder_relation", "since", "holder_birthday",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "field", "value"),
    [
        *((words, "source_of_cover", cover) for words, cover in COVERS.items()),
        *((f"held by {words}", "holder_relation", value) for words, value in HOLDERS.items()),
        *((f"Medicare because of {words}", "medicare_reason", value) for words, value in REASONS.items()),
        *((f"child with {words}", "custody", value) for words, value in CUSTODY.items()),
        ("former employment", "holder_works", False),
        ("no employees", "employees", 0),
        ("kidney failure since 1 Feb 2024", "esrd_since", date(2024, 2, 1)),
        ("ended 31 Dec", "until", date(2025, 12, 31)),
        ("no COB clause", "has_cob_clause", False),
        ("birthday 29 Feb", "holder_birthday", "02-29"),
        ("named by a decree", "decree_names_holder", True),
        ("not named by a decree", "decree_names_holder", False),
        ("parents together", "parents_together", True),
        ("parents apart", "parents_together", False),
        ("covers this injury", "related_to_injury", True),
        ("does not cover this injury", "related_to_injury", False),
    ],
)
def test_each_clause_of_a_policy_sets_its_field(clause: str, field: str, value: Any) -> None:
    """What a story can say of a policy is what people can tell of one."""
    assert getattr(brought(f"Dana learns of Aetna: {clause}"), field) == value


def test_a_story_tells_of_an_eligibility_answer() -> None:
    """Whether the policy is in force, and whom the payer has on record, in which place and since when."""
    fact = brought("Aetna's 271: active since 1 Jan, names Medicare first, on record since 1 Feb")
    assert isinstance(fact, CoverageChecked)
    assert (fact.payer, fact.payer_name, fact.active, fact.since) == (Party.SECONDARY, "Aetna", True, date(2026, 1, 1))
    [medicare_] = fact.others
    assert (medicare_.payer_name, medicare_.order, medicare_.since) == ("Medicare", 1, date(2026, 2, 1))
    ended = brought("Aetna's 271: not active, ended 31 Jan")
    assert (ended.active, ended.until, ended.others) == (False, date(2026, 1, 31), ())
    places = [(each.payer_name, each.order) for each in brought("Medicare's 271: names Aetna second, names X").others]
    assert places == [("Aetna", 2), ("X", None)]
    assert brought("Aetna's 271: search failed").refusals == ("75",)


def test_a_policy_of_nobody_is_unclear() -> None:
    """A story that names somebody who is no payer of its claim cannot be read."""
    with pytest.raises(StoryError, match="has no policy here"):
        brought("Dana learns of the clearinghouse: group plan")


def test_every_clause_of_a_story_has_its_words() -> None:
    """No phrase allows a clause that nobody can write."""
    assert {*OF_POLICY, *OF_ANSWER} <= CLAUSES.keys()
    assert working("Aetna", 5)["employees"] == 5
