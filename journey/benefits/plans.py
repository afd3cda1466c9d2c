"""The order among health plans by their own text, as the model regulation has it (field notes 3.1 B)."""

from __future__ import annotations

from journey.benefits.facts import PLAN, Known, Scene
from journey.benefits.words import Asks, Opinion, Says, missing, uses

_CUSTODY = ("custodial", "custodial_spouse", "non_custodial", "non_custodial_spouse")
"""Whose plan comes first without a decree, the first one first."""


def no_clause(p: Known, q: Known, _: Scene) -> Opinion:
    """A plan without a COB clause comes first; a plan of which nobody said so has one."""
    without = [each.has_cob_clause is False for each in (p, q)]
    if without[0] is without[1]:
        return None
    first = p if without[0] else q
    return Says(first.order, uses(first, "has_cob_clause"))


def own_plan(p: Known, q: Known, _: Scene) -> Opinion:
    """The plan whose holder is the patient comes before the one that covers the patient through somebody else."""
    for each in (p, q):
        if each.is_dependent is None:
            return missing(each, "holder_relation")
    if p.is_dependent is q.is_dependent:
        return None
    first, then = (q, p) if p.is_dependent else (p, q)
    return Says(first.order, (*uses(first, "holder_relation"), *uses(then, "holder_relation")))


# ---- plans through somebody else ------------------------------------------------------------------------------------


def parent_and_spouse(p: Known, q: Known, scene: Scene) -> Opinion:
    """Covered through a parent and through a spouse: all of these plans go by the longer coverage."""
    relations = _relations(p, q, scene)
    if relations is None or isinstance(relations, Asks):
        return relations
    if not {"parent", "spouse"} <= relations or not {p.relation, q.relation} <= {"parent", "spouse"}:
        return None
    return longer(p, q, scene)


def _relations(p: Known, q: Known, scene: Scene) -> set[str] | Asks | None:
    """Through whom plans cover the patient; None unless both of these do."""
    if not (p.is_dependent and q.is_dependent):
        return None
    through = [each for each in scene.policies if each.is_plan and each.is_dependent]
    for each in (p, q, *through):
        if not each.relation:
            return missing(each, "holder_relation")
    return {each.relation for each in through}


def decree(p: Known, q: Known, _: Scene) -> Opinion:
    """Parents apart: the plan of the parent whom a court made responsible for health care."""
    if not _of_parents(p, q) or _together(p, q):
        return None
    named = [each for each in (p, q) if each.decree_names_holder]
    if len(named) == 1:
        return Says(named[0].order, uses(named[0], "decree_names_holder"))
    if named or _joint(p, q):
        return None
    return _asks_of_parents(p, q)


def _asks_of_parents(p: Known, q: Known) -> Asks | None:
    """What must be known of parents before the decree can be said to decide nothing."""
    if p.parents_together is None and q.parents_together is None and not _told_apart(p, q):
        return missing(p, "parents_together")
    for each in (p, q):
        if each.decree_names_holder is None:
            return missing(each, "decree_names_holder")
    return None


def joint(p: Known, q: Known, scene: Scene) -> Opinion:
    """Parents apart with joint custody, or both responsible: the birthday rule."""
    if not _of_parents(p, q) or _together(p, q):
        return None
    both = p.decree_names_holder and q.decree_names_holder
    return birthday(p, q, scene) if both or _joint(p, q) else None


def together(p: Known, q: Known, scene: Scene) -> Opinion:
    """Parents together: the plan of the parent whose birthday falls earlier in the year."""
    return birthday(p, q, scene) if _of_parents(p, q) and _together(p, q) else None


def custody(p: Known, q: Known, _: Scene) -> Opinion:
    """Parents apart, no decree: custodial parent, custodial's spouse, the other parent, that parent's spouse."""
    if not _of_parents(p, q) or _together(p, q) or (p.decree_names_holder and q.decree_names_holder):
        return None
    for each in (p, q):
        if not each.custody:
            return missing(each, "custody")
    if _joint(p, q) or p.custody == q.custody:
        return None
    first, then = sorted((p, q), key=lambda each: _CUSTODY.index(each.custody))
    return Says(first.order, (*uses(first, "custody"), *uses(then, "custody")))


def birthday(p: Known, q: Known, scene: Scene) -> Opinion:
    """The earlier month and day comes first, whatever the year; on the same day, the plan in force longer."""
    for each in (p, q):
        if not each.holder_birthday:
            return missing(each, "holder_birthday")
    if p.holder_birthday == q.holder_birthday:
        return longer(p, q, scene)
    first, then = sorted((p, q), key=lambda each: each.holder_birthday)
    return Says(first.order, (*uses(first, "holder_birthday"), *uses(then, "holder_birthday")))


def _of_parents(p: Known, q: Known) -> bool:
    return all(each.is_dependent and (each.relation == "parent" or each.custody) for each in (p, q))


def _together(p: Known, q: Known) -> bool:
    return bool(p.parents_together or q.parents_together)


def _joint(p: Known, q: Known) -> bool:
    return "joint" in (p.custody, q.custody)


def _told_apart(p: Known, q: Known) -> bool:
    return bool(p.custody or q.custody) or p.decree_names_holder is not None or q.decree_names_holder is not None


# ---- plans alike ----------------------------------------------------------------------------------------------------


def active_first(p: Known, q: Known, _: Scene) -> Opinion:
    """The plan of a present employment comes before that of a laid-off or retired person."""
    if any(each.kind in ("individual", "cobra") for each in (p, q)):
        return None
    for each in (p, q):
        if each.kind == PLAN:
            return missing(each, "source_of_cover")
        if each.kind == "group" and each.holder_works is None:
            return missing(each, "holder_works")
    works = [each.kind == "group" and each.holder_works is True for each in (p, q)]
    if works[0] is works[1]:
        return None
    first = p if works[0] else q
    return Says(first.order, (*_footing(p), *_footing(q)))


def _footing(policy: Known) -> tuple[tuple[int, str], ...]:
    fields = ("source_of_cover", "holder_works") if policy.kind == "group" else ("source_of_cover",)
    return uses(policy, *fields)


def cobra_last(p: Known, q: Known, _: Scene) -> Opinion:
    """Any other plan comes before COBRA or a state's continuation of cover."""
    for each in (p, q):
        if each.kind == PLAN:
            return missing(each, "source_of_cover")
    continued = [each.kind == "cobra" for each in (p, q)]
    if continued[0] is continued[1]:
        return None
    first, cobra = (q, p) if continued[0] else (p, q)
    return Says(first.order, (*uses(first, "source_of_cover"), *uses(cobra, "source_of_cover")))


def longer(p: Known, q: Known, _: Scene) -> Opinion:
    """The plan that has covered the person longer comes first."""
    for each in (p, q):
        if each.since is None:
            return missing(each, "since")
    assert p.since is not None
    assert q.since is not None
    if p.since == q.since:
        return None
    first, then = (p, q) if p.since < q.since else (q, p)
    return Says(first.order, (*uses(first, "since"), *uses(then, "since")))
