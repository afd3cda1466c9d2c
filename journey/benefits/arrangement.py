"""Every two policies by the rules, and what follows for all of them together: an order, equals, or what is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from journey.benefits.facts import THE_CLAIM, Known, Scene
from journey.benefits.rules import CIRCLE, FOLLOWS, RULES, opinion
from journey.benefits.words import Asks, Rule, Says, Use


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What the rules say of every two policies in force, and what follows for all of them together."""

    scene: Scene
    said: dict[tuple[int, int], tuple[Rule, Says | Asks]]
    """For each two policies, the lower place as billed first."""
    reach: frozenset[tuple[int, int]]
    """(a, b): a comes before b, or with it, directly or by way of others."""

    def before(self, a: int, b: int) -> bool:
        """True if the policy billed in place a comes before that in place b."""
        return (a, b) in self.reach and (b, a) not in self.reach

    def is_open(self, a: int, b: int) -> bool:
        """True while nothing orders these two."""
        return (a, b) not in self.reach and (b, a) not in self.reach

    def between(self, a: int, b: int) -> tuple[Rule, Says | Asks]:
        """What the rules say of two policies taken alone."""
        return self.said[min(a, b), max(a, b)]

    @property
    def open_pairs(self) -> tuple[tuple[int, int], ...]:
        """The pairs of which a fact is missing that matters."""
        return tuple(pair for pair in self.said if self.is_open(*pair))

    @property
    def order(self) -> tuple[int, ...]:
        """The places as billed, in the order in which the policies pay; equals stand as billed."""
        places = [each.order for each in self.scene.policies]
        return tuple(sorted(places, key=lambda place: (sum(self.before(other, place) for other in places), place)))


def arrange(scene: Scene) -> Arrangement:
    """Apply the rules to every two policies of a scene."""
    said = {(p.order, q.order): _opinion(p, q, scene) for p, q in combinations(scene.policies, 2)}
    direct = {edge for pair, (_, verdict) in said.items() for edge in _edges(pair, verdict)}
    return Arrangement(scene, said, _closed(direct))


def _opinion(p: Known, q: Known, scene: Scene) -> tuple[Rule, Says | Asks]:
    found = opinion(RULES, p, q, scene)
    assert found is not None  # the last rule always says something
    return found


def _edges(pair: tuple[int, int], verdict: Says | Asks) -> Iterator[tuple[int, int]]:
    if isinstance(verdict, Asks):
        return
    if verdict.first != pair[1]:
        yield pair
    if verdict.first != pair[0]:
        yield pair[1], pair[0]


def _closed(edges: set[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """All that follows from some; policies whose rules run in a circle come out as equals."""
    places = {place for edge in edges for place in edge}
    closed = set(edges)
    for via in places:
        closed |= {(a, b) for a in places for b in places if a != b and (a, via) in closed and (via, b) in closed}
    return frozenset(closed)


def why(arranged: Arrangement, a: int, b: int) -> tuple[Rule, tuple[Use, ...]]:
    """The rule that puts a before b, or beside it, and the facts that it used."""
    rule, verdict = arranged.between(a, b)
    if isinstance(verdict, Asks):
        return FOLLOWS, ()
    if arranged.before(a, b) or verdict.first is None:
        return rule, verdict.used
    return CIRCLE, verdict.used


def sources(scene: Scene, used: tuple[Use, ...]) -> tuple[str, ...]:
    """The ids of the facts that a rule used; 'the claim' for what the claim itself states."""
    known = {each.order: each.learnt for each in scene.policies}
    found = (known[order].get(field, THE_CLAIM) for order, field in used)
    return tuple(dict.fromkeys(found))
