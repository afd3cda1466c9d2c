"""What a rule of the order of benefits can answer: one of the two comes first, neither, or a fact is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from journey.benefits.facts import Known, Scene

Use = tuple[int, str]
"""A fact that a rule looked at: the policy's place as billed, and the field of what was told of it."""


@dataclass(frozen=True, slots=True)
class Says:
    """One policy comes first; None says that neither does."""

    first: int | None
    used: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Asks:
    """The rule cannot be applied before a fact is known."""

    order: int
    """The policy of which it must be known."""
    field: str
    used: tuple[Use, ...] = ()


Opinion = Says | Asks | None
"""None: the rule has nothing to say about these two."""

Look = Callable[[Known, Known, Scene], Opinion]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: its own short label, its place in the field notes, its legal source, and what it says in a sentence."""

    name: str
    section: str
    source: str
    says: str
    look: Look
    assumed: bool = False
    """True where the field notes believe it and have not seen the text."""


def uses(policy: Known, *fields: str) -> tuple[Use, ...]:
    """Facts of one policy that a rule looked at."""
    return tuple((policy.order, each) for each in fields)


def missing(policy: Known, field: str, *used: Use) -> Asks:
    """What must be known of a policy before the rule can say anything."""
    return Asks(policy.order, field, used)


def one_of(p: Known, q: Known, *kinds: str) -> tuple[Known, Known] | None:
    """The one policy of these kinds and the other one; None unless exactly one of them is."""
    of_kind = [each.kind in kinds for each in (p, q)]
    if of_kind[0] is of_kind[1]:
        return None
    return (p, q) if of_kind[0] else (q, p)
