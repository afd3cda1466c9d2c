"""How an errand ended, as the fact that its case gets back."""

from __future__ import annotations

from journey.facts import ActionEnded
from journey.words import Grade, Party
from workflows.ports import Errand


def done(errand: Errand, reference: str = "") -> ActionEnded:
    """The outcome of an errand that succeeded; `reference` is what the other side calls it."""
    return _ended(errand, succeeded=True, reference=reference)


def failed(errand: Errand, problem: str) -> ActionEnded:
    """The outcome of an errand that no retry can help; `problem` is one sentence for people, without PHI."""
    return _ended(errand, succeeded=False, problem=problem)


def _ended(errand: Errand, *, succeeded: bool, reference: str = "", problem: str = "") -> ActionEnded:
    return ActionEnded(
        fact_id=f"ended:{errand.action.key}",
        happened_at=errand.now,
        learnt_at=errand.now,
        sender=Party.BATON,
        grade=Grade.TRANSACTED,
        key=errand.action.key,
        succeeded=succeeded,
        reference=reference,
        problem=problem,
    )
