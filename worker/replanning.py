"""Re-planning: every open case goes by the plan that its practice approved, told by an explicit fact.

Which cases are still under another plan stands in the casebook, so that a process that starts anew goes on where the
last one ended; a case that is told twice hears it once.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from casebook import plans, reading
from casebook.opening import Casebook
from casebook.plans import PlanChange
from journey.case import Case
from journey.plans.file import PlanError
from worker.cases import Cases
from worker.plan_in_force import parsed
from workflows.messages import Replan

AT_ONCE: Final = 50
"""Cases that are told between two looks at the casebook."""

TOLD_FOR: Final = 60.0
"""Wall seconds in which a case that was told is left to hear and write it down."""

REST: Final = 30.0
"""Wall seconds between looks for cases under another plan once all are re-planned: one may be opened again."""

AWAY: Final = "The engine does not answer. The open cases that are left are told when it is back."

UNUSABLE: Final = "This version of Baton cannot use the plan: propose one that it can."

log = structlog.get_logger("worker.replanning")


class Replanner:
    """Tells the open cases of one practice which plan they are under now."""

    def __init__(self, casebook: Casebook, cases: Cases, practice: str) -> None:
        """Take what is written down, the way to the cases, and whose they are."""
        self._casebook = casebook
        self._cases = cases
        self._practice = practice
        self._told: dict[tuple[str, str], float] = {}
        self._all_under = ""
        self._rests_until = 0.0

    async def go_on(self) -> int:
        """Tell every open case that is under another plan than the approved one; returns how many were told.

        Raises:
            SQLAlchemyError: the casebook is away.
        """
        change = await asyncio.to_thread(self._approved)
        if change is None:
            return 0
        told, after = 0, ""
        while left := await asyncio.to_thread(self._left, change, after):
            try:
                done = await self._tell(change, left)
            except (RPCError, PlanError) as error:
                log.warning("replanning.waits", problem=type(error).__name__)
                await asyncio.to_thread(self._note, change, 0, UNUSABLE if isinstance(error, PlanError) else AWAY)
                return told
            told, after = told + done, left[-1].case_id
            await asyncio.to_thread(self._note, change, done, "")
        self._all_under, self._rests_until = change.plan_id, monotonic() + REST
        return told

    async def follow(self, every: float) -> None:
        """Go on for ever, looking every so many wall seconds; whatever is away is tried again."""
        while True:
            try:
                if told := await self.go_on():
                    log.info("replanning.told", cases=told)
            except SQLAlchemyError as error:
                log.warning("replanning.waits", problem=type(error).__name__)
            await asyncio.sleep(every)

    async def _tell(self, change: PlanChange, left: list[Case]) -> int:
        told = 0
        for case in left:
            key = case.case_id, case.plan_version
            if monotonic() - self._told.get(key, float("-inf")) < TOLD_FOR:
                continue
            if await self._cases.replan(case.case_id, order_for(change, case)):
                told += key not in self._told
                self._told[key] = monotonic()
        return told

    def _approved(self) -> PlanChange | None:
        """The plan that open cases should be under; None when there is none, or they all were a moment ago."""
        with self._casebook.reading() as tx:
            plan_id = plans.id_in_force(tx, self._practice)
            if plan_id is None or (plan_id == self._all_under and monotonic() < self._rests_until):
                return None
            return plans.in_force(tx, self._practice)

    def _left(self, change: PlanChange, after: str) -> list[Case]:
        with self._casebook.reading() as tx:
            left = plans.cases_under_others(tx, self._practice, change.version, after, AT_ONCE)
            return [reading.case_state(tx, each) for each in left]

    def _note(self, change: PlanChange, more: int, problem: str) -> None:
        with self._casebook.writing() as tx:
            plans.note_replanned(tx, change.plan_id, more, problem)


def order_for(change: PlanChange, case: Case) -> Replan:
    """The order that puts an approved plan in force for one case; the same for the same case under the same plan."""
    claim, secondary = case.claim, case.claim.secondary
    plan = parsed(change.text).in_force(
        secondary.payer_id, secondary.payer_class, claim.provider_state, claim.line_of_business
    )
    return Replan(plan=plan, approved_by=change.decided_by or "", order_id=f"{change.plan_id}:{case.plan_version}")
