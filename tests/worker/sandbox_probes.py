"""Workflows that the sandbox tests load: one that stays within what is passed through, and one that does not."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import holidays
from journey import tempo
from pydantic import BaseModel
from temporalio import workflow


class Ask(BaseModel):
    """A day, and a place whose time counts."""

    day: date
    zone: str


@workflow.defn
class Calendar:
    """Uses what a journey needs: models, the core, holidays and time zones, some of them loaded on first use."""

    @workflow.run
    async def run(self, ask: Ask) -> str:
        """The next working day, and the engine's clock in the asked zone."""
        days = holidays.country_holidays("US", years=ask.day.year)
        day = ask.day
        while day in days or day.weekday() > 4:
            day += timedelta(days=1)
        return f"{day} {workflow.now().astimezone(ZoneInfo(ask.zone)).tzname() is not None} {tempo.__name__}"
