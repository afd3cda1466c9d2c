"""Writing: money, dates, words and ids as people read them; dates are the provider's, money is dollars."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def dollars(cents: int | None) -> str:
    """Money as people write it; a dash where nobody has said."""
    if cents is None:
        return "–"
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def plainly(word: str) -> str:
    """A word of the code as people write it."""
    return word.replace("_", " ")


def masked(identifier: str) -> str:
    """The end of an identifier, enough to compare and too little to look up."""
    kept = min(4, len(identifier) // 3)
    return f"…{identifier[-kept:]}" if kept else "…"


class Calendar:
    """Moments as days and times where the provider works."""

    def __init__(self, zone: ZoneInfo) -> None:
        """Take the provider's time zone."""
        self._zone = zone

    def day(self, moment: datetime | date | None) -> str:
        """'12 Mar 2026'; a dash for none."""
        if moment is None:
            return "–"
        local = moment.astimezone(self._zone) if isinstance(moment, datetime) else moment
        return f"{local.day} {local:%b %Y}"

    def minute(self, moment: datetime) -> str:
        """'12 Mar 2026 09:15'."""
        return f"{self.day(moment)} {moment.astimezone(self._zone):%H:%M}"

    def date(self, moment: datetime) -> date:
        """The provider's date at a moment."""
        return moment.astimezone(self._zone).date()

    def moment(self, given: datetime) -> datetime:
        """What a person wrote without a time zone is meant where the provider works."""
        return given if given.tzinfo else given.replace(tzinfo=self._zone)
