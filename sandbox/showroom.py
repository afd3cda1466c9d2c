"""A filled casebook without an engine: a season on the pure core, written down turn by turn as a worker would."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from casebook.chain import EvidenceEntry
from casebook.opening import Casebook
from casebook.record import record
from journey.case import Decision
from journey.facts import Fact
from journey.plans.file import Plan
from journey.sentence import sentence
from sandbox.instant import Season


async def furnish(
    book: Casebook, plan: Plan, *, claims: int, seed: int, start: datetime, days: int, practice: str = "practice"
) -> datetime:
    """Fill an empty casebook with a season as it stands after some days.

    Args:
        book: an empty casebook, open.
        plan: the plan that its cases are under.
        claims: claims with two policies.
        seed: the same seed, the same cases (their ids are of a key ring of their own).
        start: the season's first case moment.
        days: how much of the season is over.
        practice: whose cases they are.

    Returns:
        The case moment at which the season was left.
    """
    with TemporaryDirectory() as folder:
        season = Season(claims, seed, start, plan, Path(folder), book, practice)

        def keep(decision: Decision, fact: Fact | None) -> None:
            case = decision.case
            with book.writing() as tx:
                record(tx, case, sentence(case, season.cases.plans[case.case_id]), _entries(decision, fact))

        season.cases.keep = keep
        await season.run(start + timedelta(days=days))
        return season.world.clock.now


def _entries(decision: Decision, fact: Fact | None) -> list[EvidenceEntry]:
    """What a turn adds to the evidence; the opening of a case adds nothing."""
    if fact is None:
        return []
    keys = tuple(each.key for each in decision.actions)
    return [EvidenceEntry(fact=fact, applied=decision.applied, reasons=decision.reasons, actions=keys)]
