"""What a claim to a later payer must tell: the decisions of those before it, as they stand."""

from __future__ import annotations

from collections.abc import Iterable

from journey.books.remits import decisions, standing_remits
from journey.facts import Fact, RemitAdjudicated
from journey.words import Party

_IN_ORDER = (Party.PRIMARY, Party.SECONDARY)


def earlier_decisions(evidence: Iterable[Fact], destination: int) -> tuple[RemitAdjudicated, ...]:
    """The standing decisions of every payer before a place in the billing order (2 secondary, 3 tertiary).

    A payer that only refused is told with its refusal: the next one must know what the charge met with.
    """
    heard = tuple(evidence)
    payers = _IN_ORDER[: destination - 1]
    return tuple(each for payer in payers for each in decisions(heard, payer) or standing_remits(heard, payer))
