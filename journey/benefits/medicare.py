"""Medicare and the plans beside it: whose employment, how large an employer, since when (field notes 3.1 A2)."""

from __future__ import annotations

from dataclasses import dataclass

from journey.benefits.facts import PLAN, Known, Scene, is_aged, month_number
from journey.benefits.words import Asks, Opinion, Says, Use, missing, one_of, uses

COORDINATION_MONTHS = 30
"""Months for which a group plan comes before Medicare because of kidney failure."""

AGED_EMPLOYEES = 20
"""Employees from which a plan comes before Medicare for a person of 65 or older."""

DISABLED_EMPLOYEES = 100
"""Employees from which it does for a person under 65 with a disability."""


@dataclass(frozen=True, slots=True)
class _Test:
    """One condition of a rule: whether it holds, None where a fact is missing, and which fact that is."""

    holds: bool | None
    policy: Known
    field: str


def _beside(p: Known, q: Known) -> tuple[Known, Known] | None:
    """The plan and the Medicare of this pair; None unless it is such a pair."""
    found = one_of(p, q, "medicare")
    if found is None or not found[1].is_plan:
        return None
    return found[1], found[0]


def _all_hold(tests: tuple[_Test, ...], used: tuple[Use, ...]) -> bool | Asks:
    """False as soon as one condition fails, whatever the others are; else what is missing, else True."""
    if any(each.holds is False for each in tests):
        return False
    unknown = next((each for each in tests if each.holds is None), None)
    return missing(unknown.policy, unknown.field, *used) if unknown else True


def _facts(tests: tuple[_Test, ...]) -> tuple[Use, ...]:
    return tuple((each.policy.order, each.field) for each in tests if each.holds is not None)


def medigap_after(p: Known, q: Known, _: Scene) -> Opinion:
    """Medigap supplements Medicare: it comes after it, and is no group plan."""
    found = one_of(p, q, "medigap")
    if found is None or found[1].kind != "medicare":
        return None
    medigap, medicare = found
    return Says(medicare.order, (*uses(medigap, "source_of_cover"), *uses(medicare, "source_of_cover")))


def medigap_after_plans(p: Known, q: Known, _: Scene) -> Opinion:
    """A plan that stands beside Medicare comes before the policy that supplements Medicare alone."""
    found = one_of(p, q, "medigap")
    if found is None or not found[1].is_plan:
        return None
    medigap, plan = found
    return Says(plan.order, (*uses(medigap, "source_of_cover"), *uses(plan, "source_of_cover")))


def bought_privately(p: Known, q: Known, _: Scene) -> Opinion:
    """A policy that comes with no employment is no group plan: Medicare comes first."""
    pair = _beside(p, q)
    if pair is None or pair[0].kind != "individual":
        return None
    return Says(pair[1].order, uses(pair[0], "source_of_cover"))


# ---- kidney failure -------------------------------------------------------------------------------------------------


def already_first(p: Known, q: Known, scene: Scene) -> Opinion:
    """Medicare that came first already, by age or disability beside a retiree plan, stays first in kidney failure."""
    pair = _beside(p, q)
    if pair is None or not _in_coordination(pair[1], scene):
        return None
    plan, medicare = pair
    tests = (_entitled_before(medicare, scene), _retiree(plan))
    used = (*uses(medicare, "medicare_reason", "esrd_since"), *_facts(tests))
    held = _all_hold(tests, used)
    if isinstance(held, Asks):
        return held
    return Says(medicare.order, used) if held else None


def kidney_failure(p: Known, q: Known, scene: Scene) -> Opinion:
    """Any group plan comes first for 30 months, whatever its size or footing; then Medicare does."""
    pair = _beside(p, q)
    if pair is None:
        return None
    plan, medicare = pair
    if medicare.esrd_since is None:
        return missing(medicare, "esrd_since") if medicare.medicare_reason == "esrd" else None
    month = month_number(medicare.esrd_since, scene.day)
    used = (*uses(medicare, "esrd_since"), *uses(plan, "source_of_cover"))
    if month > COORDINATION_MONTHS:
        return Says(medicare.order, used)
    if month < 1:
        return None
    of_employment = plan.kind != PLAN or plan.holder_works is not None
    return Says(plan.order, used) if of_employment else missing(plan, "source_of_cover", *used)


def _in_coordination(medicare: Known, scene: Scene) -> bool:
    begun = medicare.esrd_since
    return begun is not None and 1 <= month_number(begun, scene.day) <= COORDINATION_MONTHS


def _entitled_before(medicare: Known, scene: Scene) -> _Test:
    """Whether age or disability gave the patient Medicare before kidney failure did."""
    begun, reason = medicare.esrd_since, reason_of(medicare, scene)
    assert begun is not None
    if reason == "esrd":
        return _Test(False, medicare, "medicare_reason")
    if medicare.since is not None:
        return _Test(month_number(medicare.since, begun) > 1, medicare, "since")
    if reason == "age" and scene.born is not None:
        return _Test(is_aged(scene.born, begun), medicare, "medicare_reason")
    return _Test(None, medicare, "since" if reason else "medicare_reason")


def _retiree(plan: Known) -> _Test:
    """Whether the plan comes with retirement."""
    if plan.kind == PLAN:
        return _Test(None, plan, "source_of_cover")
    if plan.kind == "group":
        former = None if plan.holder_works is None else not plan.holder_works
        return _Test(former, plan, "holder_works")
    return _Test(plan.kind == "retiree", plan, "source_of_cover")


# ---- age and disability ---------------------------------------------------------------------------------------------


def reason_of(medicare: Known, scene: Scene) -> str:
    """Why the patient has Medicare on the day: age, disability, esrd; '' when nobody has said and no age says it."""
    old = scene.born is not None and is_aged(scene.born, scene.day)
    told = medicare.medicare_reason
    if told in ("", "disability") and old:
        return "age"
    begun = medicare.esrd_since
    return told or ("esrd" if begun and month_number(begun, scene.day) >= 1 else "")


def reason_known(p: Known, q: Known, scene: Scene) -> Opinion:
    """Without the reason for Medicare nothing can be said of a plan beside it."""
    pair = _beside(p, q)
    if pair is None or reason_of(pair[1], scene):
        return None
    return missing(pair[1], "medicare_reason")


def former_employment(p: Known, q: Known, _: Scene) -> Opinion:
    """A retiree plan or COBRA comes after Medicare, kidney failure aside."""
    pair = _beside(p, q)
    if pair is None:
        return None
    plan, medicare = pair
    if plan.kind not in ("retiree", "cobra") and plan.holder_works is not False:
        return None
    field = "holder_works" if plan.holder_works is False else "source_of_cover"
    return Says(medicare.order, (*uses(plan, field), *_reason_used(medicare)))


def aged(p: Known, q: Known, scene: Scene) -> Opinion:
    """65 or older: the plan of a present employment, the patient's or the spouse's, from 20 employees on."""
    pair = _beside(p, q)
    if pair is None or reason_of(pair[1], scene) != "age":
        return None
    plan, medicare = pair
    return _by_employment(plan, medicare, (_works(plan), _large(plan, AGED_EMPLOYEES), _own_or_spouse(plan)))


def disabled(p: Known, q: Known, scene: Scene) -> Opinion:
    """Under 65 with a disability: the plan of a present employment in the family, from 100 employees on."""
    pair = _beside(p, q)
    if pair is None or reason_of(pair[1], scene) != "disability":
        return None
    plan, medicare = pair
    return _by_employment(plan, medicare, (_works(plan), _large(plan, DISABLED_EMPLOYEES)))


def _by_employment(plan: Known, medicare: Known, tests: tuple[_Test, ...]) -> Opinion:
    used = (*_facts(tests), *_reason_used(medicare))
    held = _all_hold(tests, used)
    if isinstance(held, Asks):
        return held
    return Says(plan.order if held else medicare.order, used)


def _reason_used(medicare: Known) -> tuple[Use, ...]:
    return uses(medicare, "medicare_reason")


def _works(plan: Known) -> _Test:
    """Whether the plan comes with present employment."""
    if plan.kind == PLAN:
        return _Test(None, plan, "source_of_cover")
    return _Test(plan.holder_works, plan, "holder_works")


def _large(plan: Known, employees: int) -> _Test:
    return _Test(None if plan.employees is None else plan.employees >= employees, plan, "employees")


def _own_or_spouse(plan: Known) -> _Test:
    return _Test(plan.relation in ("self", "spouse") if plan.relation else None, plan, "holder_relation")
