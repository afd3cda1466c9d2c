"""The plan in force: the newest that the practice approved, else the operator's file, else the one that ships."""

from __future__ import annotations

from functools import lru_cache
from time import monotonic
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from casebook import plans
from casebook.opening import Casebook
from casebook.plans import PlanChange
from journey.plans.file import Plan, PlanError, parse_plan, standard_plan, standard_text
from worker.settings import Settings

LOOK_AGAIN: Final = 2.0
"""Wall seconds for which an answer stands before the casebook is asked again."""

log = structlog.get_logger("worker.plan")


def plan_of(settings: Settings) -> Plan:
    """The plan of these settings: the operator's file, or the standard one; what a practice goes by at first.

    Raises:
        OSError: the file cannot be read.
        PlanError: it is not a plan; says everything that is wrong.
    """
    return parsed(text_of(settings)) if settings.plan_file else standard_plan()


def text_of(settings: Settings) -> str:
    """The same plan as it is written; OSError when the file cannot be read."""
    return settings.plan_file.read_text(encoding="utf-8") if settings.plan_file else standard_text()


@lru_cache(maxsize=16)
def parsed(text: str) -> Plan:
    """A plan's text, read once; errors as for `parse_plan`."""
    return parse_plan(text)


def plan_in(change: PlanChange | None, settings: Settings) -> Plan:
    """The plan of a change that was approved; without one, or where this version cannot use it, that of the settings.

    A plan that an older Baton took can be refused by a newer one; work must go on under some plan, and be told so.
    """
    if change is not None:
        try:
            return parsed(change.text)
        except PlanError as error:
            log.error("plan.unusable", version=change.version, problems=len(error.problems))
    return plan_of(settings)


class PlanOfPractice:
    """What tells the plan of the practice, as it is now; an approved change counts within seconds, without a restart.

    While the casebook does not answer, the plan that was known last stands.
    """

    def __init__(self, casebook: Casebook, settings: Settings) -> None:
        """Take where approved plans lie, and what holds until there is one."""
        self._casebook = casebook
        self._settings = settings
        self._known: Plan | None = None
        self._plan_id: str | None = None
        self._asked_at = 0.0

    def __call__(self) -> Plan:
        """The plan in force now; SQLAlchemyError when the casebook never answered, others as for `plan_of`."""
        if self._known is None or monotonic() - self._asked_at > LOOK_AGAIN:
            self._known = self._look(self._known)
            self._asked_at = monotonic()
        return self._known

    def look_again(self) -> None:
        """Ask the casebook at the next call, since a plan has just been approved here."""
        self._asked_at = float("-inf")

    def _look(self, known: Plan | None) -> Plan:
        try:
            with self._casebook.reading() as tx:
                plan_id = plans.id_in_force(tx, self._settings.practice)
                if known is not None and plan_id == self._plan_id:
                    return known
                change = plans.in_force(tx, self._settings.practice)
        except SQLAlchemyError as error:
            if known is None:
                raise
            log.warning("plan.casebook_away", problem=type(error).__name__)
            return known
        self._plan_id = plan_id
        return plan_in(change, self._settings)
