"""What would turn two policies round: one fact changed at a time, and the rules applied again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from typing import Any

from journey.benefits.arrangement import arrange
from journey.benefits.facts import PLANS, Known, Scene, why_out
from journey.benefits.medicare import AGED_EMPLOYEES, COORDINATION_MONTHS, DISABLED_EMPLOYEES
from journey.benefits.words import Use
from journey.words import Frozen

_FOOTINGS = ("group", "retiree", "cobra", "individual")
_REASONS = ("age", "disability", "esrd")
_CUSTODIES = ("custodial", "non_custodial", "custodial_spouse", "non_custodial_spouse", "joint")
_SIZES = (AGED_EMPLOYEES - 1, AGED_EMPLOYEES, DISABLED_EMPLOYEES - 1, DISABLED_EMPLOYEES)
_RELATIONS = ("self", "spouse", "parent")
_EARLY, _LATE = "01-01", "12-31"


class Flip(Frozen):
    """One fact of one policy that would turn two policies round, if it were otherwise."""

    policy: int
    """The place as billed."""
    field: str
    """A field of `PolicyTold`."""
    value: str
    """What it would have to be."""
    says: str
    """The same in words, without a value of the claim."""


def flips(scene: Scene, first: int, then: int, used: tuple[Use, ...]) -> tuple[Flip, ...]:
    """The single changes that would keep one policy from coming before the other, one for each fact at most."""
    looked_at = dict.fromkeys(chain(used, _presumed(scene, first, then, used)))
    found = (_flip(scene, first, then, order, field) for order, field in looked_at)
    return tuple(each for each in found if each is not None)


def _presumed(scene: Scene, first: int, then: int, used: tuple[Use, ...]) -> Iterator[Use]:
    """What the rules took for granted: that a plan has a COB clause, and that no kidney failure is behind Medicare."""
    if scene.policy(first).is_plan and scene.policy(then).is_plan:
        yield then, "has_cob_clause"
    yield from ((order, "esrd_since") for order, field in used if field == "medicare_reason")


def _flip(scene: Scene, first: int, then: int, order: int, field: str) -> Flip | None:
    policy = scene.policy(order)
    other = scene.policy(first + then - order) if order in (first, then) else policy
    for value in _values(policy, other, field, scene.day):
        if value != getattr(policy, field) and _turned(_changed(scene, policy, field, value), first, then):
            return Flip(policy=order, field=field, value=_written(value), says=_words(policy, field, value))
    return None


def _turned(scene: Scene, first: int, then: int) -> bool:
    """True when the later policy comes first now, or the first one is not in the order any more."""
    there = {each.order for each in scene.policies}
    if first not in there:
        return True
    return then in there and arrange(scene).before(then, first)


def _changed(scene: Scene, policy: Known, field: str, value: Any) -> Scene:
    other = replace(policy, **{field: value})
    policies = [other if each is policy else each for each in scene.policies]
    return replace(scene, policies=tuple(each for each in policies if not why_out(each, scene.day, scene.born)))


# ---- what a fact could be instead -----------------------------------------------------------------------------------


def _values(policy: Known, other: Known, field: str, day: date) -> tuple[Any, ...]:
    value = getattr(policy, field)
    if isinstance(value, bool) or field in ("has_cob_clause", "holder_works"):
        return (not value if value is not None else False,)
    if field == "employees":
        return tuple(sorted(_SIZES, key=lambda size: abs(size - value)))
    if field == "esrd_since":
        return _months(day, COORDINATION_MONTHS), _months(day, COORDINATION_MONTHS - 1), day.replace(day=1)
    if field == "since":
        return _since(policy, other)
    return _WORDS_FOR.get(field, ()) if field != "source_of_cover" or policy.kind in PLANS else ()


_WORDS_FOR: dict[str, tuple[str, ...]] = {
    "source_of_cover": _FOOTINGS,
    "holder_relation": _RELATIONS,
    "medicare_reason": _REASONS,
    "custody": _CUSTODIES,
    "holder_birthday": (_EARLY, _LATE),
}


def _months(day: date, back: int) -> date:
    """The first day of the month that lies so many months before a day's."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def _since(policy: Known, other: Known) -> tuple[date, ...]:
    """The days round the beginning of the other policy, or of the kidney failure that Medicare came before or after."""
    near = [each for each in (other.since, policy.esrd_since) if each is not None and each != policy.since]
    return tuple(each + timedelta(days=by) for each in near for by in (-1, 1))


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


# ---- in words -------------------------------------------------------------------------------------------------------

_SAYS: dict[str, str] = {
    "source_of_cover": "if {policy} were cover of another kind: {value}",
    "holder_relation": "if the holder of {policy} were {value}",
    "holder_works:True": "if {policy} came with present employment",
    "holder_works:False": "if {policy} came with a former employment",
    "employees:19": f"if the employer behind {{policy}} had fewer than {AGED_EMPLOYEES} employees",
    "employees:20": f"if the employer behind {{policy}} had {AGED_EMPLOYEES} employees or more",
    "employees:99": f"if the employer behind {{policy}} had fewer than {DISABLED_EMPLOYEES} employees",
    "employees:100": f"if the employer behind {{policy}} had {DISABLED_EMPLOYEES} employees or more",
    "medicare_reason": "if the reason for Medicare were another one: {value}",
    "esrd_since": f"if the {COORDINATION_MONTHS} months of kidney failure had another end or beginning",
    "esrd_since:None": "if kidney failure were behind {policy} as well",
    "since": "if {policy} had begun on the other side of the date that decides",
    "has_cob_clause:True": "if {policy} had a COB clause",
    "has_cob_clause:False": "if {policy} had no COB clause",
    "holder_birthday": "if the birthday of the holder of {policy} fell {value} in the year",
    "custody": "if custody were otherwise: the holder of {policy} being {value}",
    "decree_names_holder:True": "if a court decree made the holder of {policy} responsible",
    "decree_names_holder:False": "if no court decree made the holder of {policy} responsible",
    "parents_together:True": "if the parents lived together",
    "parents_together:False": "if the parents lived apart",
    "related_to_injury:False": "if the services were not for the injury or condition that {policy} covers",
}
"""For each field, or each value of a field, the change in words."""

_VALUES: dict[str, str] = {
    "self": "the patient",
    "spouse": "the patient's spouse",
    "parent": "a parent of the patient",
    "group": "from an employment",
    "cobra": "COBRA",
    "individual": "bought privately",
    "esrd": "kidney failure",
    "custodial": "the custodial parent",
    "custodial_spouse": "the custodial parent's spouse",
    "non_custodial": "the other parent",
    "non_custodial_spouse": "the other parent's spouse",
    _EARLY: "earlier",
    _LATE: "later",
}


def _words(policy: Known, field: str, value: Any) -> str:
    known = getattr(policy, field) not in (None, "")
    text = _SAYS.get(f"{field}:{value if known else None}") or _SAYS.get(f"{field}:{value}") or _SAYS[field]
    return text.format(policy=policy.payer_name, value=_VALUES.get(str(value), str(value)))
