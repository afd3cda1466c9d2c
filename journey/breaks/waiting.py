"""Break points whose next step is somebody else's: while they wait, their clocks watch, and no desk of ours works."""

from __future__ import annotations

from collections.abc import Callable

from journey.evidence.marks import Mark
from journey.evidence.reading import Reading
from journey.words import Mode


def waits(mode: Mode, reading: Reading) -> bool:
    """True while a break point asks nothing of our desks: its own clock escalates when the wait is over."""
    rule = _WAITS.get(mode)
    return rule is not None and rule(reading)


def _document_on_its_way(reading: Reading) -> bool:
    """What the payer asked for was sent: it is the payer's move (T8S)."""
    wanted, sent = reading.current(Mark.PENDED_PROVIDER), reading.newest(Mark.DOCUMENT_SENT)
    return wanted is not None and sent is not None and sent.at >= wanted.at


def _primary_undecided(reading: Reading) -> bool:
    """Nothing can go out before the primary decides again (T13P)."""
    return reading.primary_open


def _money_not_posted(reading: Reading) -> bool:
    """The third payer's turn comes when the secondary's money is posted (T10, T11)."""
    return reading.current(Mark.TERTIARY_DUE) is None


def _both_records_agree(reading: Reading) -> bool:
    """Both payers agree now, and the primary decides again (TP)."""
    return reading.newest(Mark.COB_AGREED) is not None and reading.newest(Mark.PRIMARY_CORRECTED) is None


def _nothing_to_find(reading: Reading) -> bool:
    """Both sides agree that there was no cover; the ledger has to show it (T11)."""
    return reading.coverage_invalid


_WAITS: dict[Mode, Callable[[Reading], bool]] = {
    Mode.DOCUMENT_WANTED: _document_on_its_way,
    Mode.PRIMARY_NOT_FINAL: _primary_undecided,
    Mode.TERTIARY_DUE: _money_not_posted,
    Mode.BOTH_SECOND: _both_records_agree,
    Mode.COVERAGE_ENDED: _nothing_to_find,
}
"""For each such break point, what makes it wait."""
