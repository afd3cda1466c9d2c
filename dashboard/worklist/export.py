"""The worklist for a spreadsheet: streamed page by page, no cell of it a formula."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from casebook import worklist
from casebook.rows import CaseRow
from casebook.worklist import Place, Wanted
from dashboard.premises import Premises
from dashboard.spreadsheet import line
from dashboard.worklist.rows import step_of
from journey.words import MODE_WORDS
from journey.writing import Calendar

NAME: Final = "worklist.csv"
CHUNK: Final = 500
TITLES: Final = (
    "case", "patient", "payer id", "payer", "act by", "hop", "marks", "break point", "state", "reason", "next step",
    "holder", "holder since", "last word", "last word on", "filing limit", "filing limit assumed", "hold",
    "vague answers", "owner", "primary decided", "at risk (dollars)", "resolution", "resolved", "closed",
)  # fmt: skip


def lines(at: Premises, wanted: Wanted) -> Iterator[str]:
    """The title line, then one line per case; each chunk is read on its own, so that nothing is held open."""
    calendar = at.calendar
    yield line(TITLES)
    after: Place | None = None
    while True:
        with at.book.reading() as tx:
            found = worklist.page(tx, wanted, after=after, limit=CHUNK)
        yield "".join(line(_cells(each, calendar)) for each in found.rows)
        after = found.next
        if after is None:
            return


def _cells(row: CaseRow, calendar: Calendar) -> tuple[str, ...]:
    def day(moment: datetime | date | None) -> str:
        local = calendar.date(moment) if isinstance(moment, datetime) else moment
        return local.isoformat() if local else ""

    return (
        row.case_id,
        row.patient,
        row.payer_id,
        row.payer_name,
        day(row.safe_by),
        str(row.hop or ""),
        row.marks.replace("-", "."),
        MODE_WORDS[row.break_mode] if row.break_mode else "",
        str(row.break_state or ""),
        row.break_reason,
        step_of(row),
        str(row.holder or ""),
        day(row.holder_since),
        row.last_word,
        day(row.silent_since) if row.last_word else "",
        day(row.filing_limit),
        "yes" if row.filing_assumed and row.filing_limit else "",
        row.hold_state.value,
        str(row.vague_answers),
        row.owner,
        day(row.owed_since),
        f"{row.at_risk // 100}.{row.at_risk % 100:02}",
        str(row.resolution or ""),
        day(row.resolved_at),
        day(row.closed_at),
    )
