"""A workflow that stays within what is passed through, for the tests of the sandbox."""

from datetime import date, datetime

from pydantic import BaseModel
from temporalio import workflow

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
