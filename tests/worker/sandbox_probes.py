"""Workflows that stay within what is passed through, for the tests that need the sandbox."""

from datetime import date, datetime, timedelta

from pydantic import BaseModel
from temporalio import workflow
from temporalio.exceptions import ActivityError

from journey.workdays import workdays


class Ask(BaseModel):
    """A moment, and a place whose working days count."""

    moment: datetime
    zone: str


@workflow.defn
class Calendar:
    """Uses what a journey needs: models, the core with its holidays, and time zones, loaded on first use."""

    @workflow.run
    async def run(self, ask: Ask) -> date:
        """The local date, or the first working day after it."""
        calendar = workdays(ask.zone)
        day = calendar.local_date(ask.moment)
        while not calendar.is_workday(day):
            day = date.fromordinal(day.toordinal() + 1)
        return day


@workflow.defn
class Careless:
    """Logs what it was given, and what failed."""

    @workflow.run
    async def run(self, name: str) -> None:
        """One line before and one after an activity that fails."""
        workflow.logger.info("case.opened", extra={"hop": "transmitted", "patient": name})
        try:
            await workflow.execute_activity("send_carelessly", name, start_to_close_timeout=timedelta(seconds=10))
        except ActivityError:
            workflow.logger.exception("case.lost")
