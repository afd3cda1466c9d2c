"""The order that statute sets, before any plan's own text (field notes 3.1 A)."""

from __future__ import annotations

from journey.benefits.facts import ACCIDENT, SERVICE_BOUND, Known, Scene
from journey.benefits.words import Asks, Opinion, Says, missing, one_of, uses

_LAST = {"tricare": 1, "champva": 2, "medicaid": 3, "ihs": 4}
"""Programmes that come after all others, the last one last (3.1 A3 to A5)."""


# ---- insurers of an injury ------------------------------------------------------------------------------------------


def accident_first(p: Known, q: Known, _: Scene) -> Opinion:
    """Workers' compensation, no-fault and liability come before every health plan for their injury."""
    return _bound_first(p, q, ACCIDENT, SERVICE_BOUND)


def authorised_first(p: Known, q: Known, _: Scene) -> Opinion:
    """Black lung and the VA pay for what is theirs; Medicare does not pay then, or pays second."""
    return _bound_first(p, q, ("black_lung", "veterans"), SERVICE_BOUND)


def _bound_first(p: Known, q: Known, kinds: tuple[str, ...], peers: tuple[str, ...]) -> Opinion:
    found = one_of(p, q, *kinds)
    if found is None or found[1].kind in peers:
        return None
    bound, _ = found
    if bound.related_to_injury is None:
        return missing(bound, "related_to_injury", *uses(bound, "source_of_cover"))
    return Says(bound.order, uses(bound, "source_of_cover", "related_to_injury"))


def among_bound(p: Known, q: Known, _: Scene) -> Opinion:
    """Several insurers of the same injury: workers' compensation, no-fault, liability, black lung, VA."""
    places = [SERVICE_BOUND.index(each.kind) for each in (p, q) if each.kind in SERVICE_BOUND]
    if len(places) != 2:
        return None
    for each in (p, q):
        if each.related_to_injury is None:
            return missing(each, "related_to_injury")
    if places[0] == places[1]:
        return None
    first, then = (p, q) if places[0] < places[1] else (q, p)
    return Says(first.order, (*uses(first, "source_of_cover"), *uses(then, "source_of_cover")))


# ---- programmes of last resort --------------------------------------------------------------------------------------


def ihs_last(p: Known, q: Known, _: Scene) -> Opinion:
    """The Indian Health Service comes behind everybody, Medicaid included."""
    return _last(p, q, "ihs")


def medicaid_last(p: Known, q: Known, _: Scene) -> Opinion:
    """Medicaid comes after every other payer."""
    return _last(p, q, "medicaid")


def champva_last(p: Known, q: Known, _: Scene) -> Opinion:
    """CHAMPVA comes after everybody but Medicaid."""
    return _asks_kind(p, q) or _last(p, q, "champva")


def tricare_after(p: Known, q: Known, _: Scene) -> Opinion:
    """TRICARE comes after other insurance, also after Medicare and Medigap."""
    return _asks_kind(p, q) or _last(p, q, "tricare")


def _last(p: Known, q: Known, kind: str) -> Opinion:
    found = one_of(p, q, kind)
    if found is None or _LAST.get(found[1].kind, 0) > _LAST[kind]:
        return None
    last, other = found
    return Says(other.order, (*uses(last, "source_of_cover"), *uses(other, "source_of_cover")))


def _asks_kind(p: Known, q: Known) -> Asks | None:
    """Where nothing is known of one policy, and the other is not one that comes last or first in any case."""
    unknown = next((each for each in (p, q) if not each.kind), None)
    return missing(unknown, "source_of_cover") if unknown else None


def kind_known(p: Known, q: Known, _: Scene) -> Opinion:
    """Nothing can be said of a policy before it is known what it is."""
    return _asks_kind(p, q)
