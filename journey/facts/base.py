"""What every fact carries."""

from __future__ import annotations

from journey.words import Frozen, Grade, Moment, Party


class FactBase(Frozen):
    """What every fact carries: a stable id, when it happened, when we learnt it, who said it and how good it is."""

    fact_id: str
    happened_at: Moment
    learnt_at: Moment
    source: str = ""
    """Where it stands: an opaque document reference and place, or a call reference."""
    sender: Party = Party.UNKNOWN
    grade: Grade = Grade.ASSUMED
