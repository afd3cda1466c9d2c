"""A row of the worklist in words: what is due, where it stopped, the next step as a verb, who said what last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from casebook.listed import Mark
from casebook.rows import CaseRow
from casebook.safe_date import Why
from casebook.worklist import FILING_WITHIN, NOT_FILED, SILENT_AFTER
from journey.case import HoldState
from journey.evidence.kept import LADDER_PREFIX
from journey.plans.file import Plan
from journey.sentence import RESOLVED
from journey.words import MODE_WORDS, Hop, Mode, Party, Resolution
from journey.writing import Calendar, plainly

SOON: Final = 3
"""Days before its date from which a case is shown as due soon."""

LAST_DAYS: Final = timedelta(days=14)
"""Before a filing limit: below it the countdown is red."""

OUR_DESKS: Final[Mapping[Party, str]] = {
    Party.PROVIDER: "Our billing desk",
    Party.POSTING: "Our posting desk",
    Party.EDI: "Our EDI desk",
    Party.REGISTRATION: "Our registration desk",
    Party.SUPERVISOR: "The supervisor",
}
OTHERS: Final[Mapping[Party, str]] = {
    Party.PRIMARY: "the primary payer",
    Party.SECONDARY: "the secondary payer",
    Party.TERTIARY: "the third payer",
    Party.CLEARINGHOUSE: "the clearinghouse",
    Party.CROSSOVER_CARRIER: "the crossover carrier",
    Party.PATIENT: "the patient",
    Party.BATON: "Baton",
    Party.UNKNOWN: "somebody unknown",
}
MARK_WORDS: Final[Mapping[Mark, str]] = {
    Mark.PROVEN: "proven",
    Mark.STATED: "only stated",
    Mark.ASSUMED: "only assumed",
    Mark.REFUTED: "refuted",
    Mark.NOTHING: "nothing heard",
}
BREAK_NAMES: Final[Mapping[Mode, str]] = {
    Mode.CROSSOVER_DECLINED: "Not forwarded",
    Mode.CROSSOVER_LOST: "Crossover lost",
    Mode.CROSSOVER_ASSUMED: "Crossover assumed",
    Mode.REJECTED_FOR_MISMATCH: "Refused for a mismatch",
    Mode.WRONG_ORDER: "Wrong order of insurers",
    Mode.NOT_POSTED: "Decided, not posted",
    Mode.POSTED_IN_PART: "Posted in part",
    Mode.OFFSET: "Kept as an offset",
    Mode.DUAL_BLAME: "Accepted, now no record",
    Mode.LOST_IN_TRANSIT: "Lost in transit",
    Mode.TAKEBACK: "Payment taken back",
    Mode.FILING_LIMIT: "Filing limit",
    Mode.DUPLICATE: "Duplicate",
    Mode.DOCUMENT_WANTED: "Document wanted",
    Mode.PATIENT_SILENT: "Patient has not answered",
    Mode.COVERAGE_ENDED: "Cover had ended",
    Mode.TERTIARY_DUE: "Third payer not billed",
    Mode.REPORTED_TWICE: "Reductions reported twice",
    Mode.PATIENT_PAID: "Paid to the patient",
    Mode.PRIMARY_NOT_FINAL: "Primary not final",
    Mode.BOTH_SECOND: "Both say second",
    Mode.PATIENT_OVERPAID: "Patient overpaid",
    Mode.ACCIDENT_SUSPECTED: "Accident suspected",
    Mode.PATIENT_PROTECTED: "Patient may not be billed",
    Mode.UNRECOGNISED: "Unknown answer",
}
"""Break points as short names for lists and charts."""


class Pill(NamedTuple):
    """A few words with a colour that repeats what they say: red, amber, green, violet or none."""

    colour: str
    words: str


class Dot(NamedTuple):
    """One of the six marks: its letter, where it stands in the drawing, whether the journey stopped there."""

    mark: Mark
    x: int
    stopped: bool


@dataclass(frozen=True)
class Line:
    """One row, ready to be written."""

    row: CaseRow
    due: Pill
    due_day: str
    wait: str
    """The share of the wait that is over, and what moves its end."""
    dots: tuple[Dot, ...]
    marks: str
    """The six marks in words."""
    stopped: str
    """Short name of the break point, or the hop that is open."""
    state: str
    why: str
    """The break point's reason in one line."""
    step: str
    who: str
    """Who has the file, since when."""
    hold: Pill | None
    flags: tuple[Pill, ...]
    last_word: str
    last_word_by: str
    filing: Pill | None
    owner: str
    age: str


class Words:
    """Writes rows for one page: one moment, one calendar, one plan."""

    def __init__(self, now: datetime, calendar: Calendar, plan: Plan, names: Mapping[str, str]) -> None:
        """Take what all rows have in common; `names` are the people's shown names by sign-in name."""
        self.now, self.calendar, self.names = now, calendar, names
        self.today = calendar.date(now)
        self.clocks: Mapping[str, Mapping[str, object]] = plan.document["clocks"]

    def line(self, row: CaseRow) -> Line:
        """One row."""
        return Line(
            row=row,
            due=self._due(row),
            due_day="" if row.must_why is Why.NO_CLOCK or row.resolution else self._day(row.must_by),
            wait="" if row.resolution else self._wait(row),
            dots=tuple(_dots(row)),
            marks=_in_words(row.marks),
            stopped=_stopped(row),
            state=str(row.break_state or ""),
            why=_why(row),
            step=step_of(row),
            who=self._who(row),
            hold=self._hold(row),
            flags=tuple(_flags(row)),
            last_word=row.last_word[:1].upper() + row.last_word[1:],
            last_word_by=self._said(row),
            filing=self._filing(row),
            owner=self.names.get(row.owner, row.owner),
            age=f"{max(0, (self.now - row.owed_since).days)} d",
        )

    def _days(self, day: date) -> int:
        return (day - self.today).days

    def _day(self, moment: datetime) -> str:
        """The year stands only where it is not the present one."""
        return self.calendar.day(moment).removesuffix(f" {self.today.year}")

    def _ago(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        days = -self._days(self.calendar.date(moment))
        return "today" if days <= 0 else f"{days} d ago"

    # ---- the date ---------------------------------------------------------------------------------------------------

    def _due(self, row: CaseRow) -> Pill:
        if row.closed_at:
            return Pill("", "closed")
        if row.resolution:
            return Pill("green", "resolved")
        if row.must_why is Why.NO_CLOCK:
            return Pill("red", "no clock")
        if row.late_at < self.now:
            days = (self.now - row.late_at).days
            return Pill("red", f"{days} d overdue" if days else "overdue since today")
        if row.safe_by < row.must_by:
            return Pill("red", "act now")
        days = self._days(self.calendar.date(row.must_by))
        words = "today" if days <= 0 else "tomorrow" if days == 1 else f"in {days} d"
        return Pill("amber" if days <= SOON else "green", words)

    def _wait(self, row: CaseRow) -> str:
        parts = [each for each in (self._share(row), self._moves(row)) if each]
        return "; ".join(parts)

    def _share(self, row: CaseRow) -> str:
        if row.must_since is None or row.must_by <= row.must_since:
            return ""
        share = (self.now - row.must_since) / (row.must_by - row.must_since)
        return f"{min(100, max(0, round(100 * share)))} % used"

    def _moves(self, row: CaseRow) -> str:
        """What can still move the date (field notes 2.3)."""
        if row.must_why is Why.NO_CLOCK:
            return "nothing watches this case"
        if row.must_why is Why.FILING:
            return "filing limit less 14 d, nothing moves it"
        if (row.must_clock or "").startswith(LADDER_PREFIX):
            return "ends when the work is done"
        if row.must_moved:
            return "moved once, now only a supervisor can"
        if self.clocks.get(row.must_clock or "", {}).get("moved_by"):
            return "a firm answer moves it once"
        return "no answer moves it"

    # ---- who --------------------------------------------------------------------------------------------------------

    def _who(self, row: CaseRow) -> str:
        if row.holder is None:
            return "" if row.closed_at else "Nobody has it: this is an alarm"
        since = f", since {self._day(row.holder_since)} ({self._ago(row.holder_since)})" if row.holder_since else ""
        return f"{party_words(row, row.holder)}{since}"

    def _said(self, row: CaseRow) -> str:
        if not row.last_word:
            return "Nobody has said anything yet"
        by = "" if row.last_word_by in (None, Party.UNKNOWN) else party_words(row, row.last_word_by)
        ago = self._ago(row.silent_since)
        return f"{by}, {ago}" if by else ago.capitalize()

    # ---- pills ------------------------------------------------------------------------------------------------------

    def _hold(self, row: CaseRow) -> Pill | None:
        if row.hold_state is HoldState.REQUESTED:
            return Pill("red", "Hold not verified")
        if row.hold_state is HoldState.VERIFIED:
            review = f", review {self._day(row.hold_review_by)}" if row.hold_review_by else ""
            return Pill("violet", f"On hold{review}")
        if row.hold_state is HoldState.RELEASE_REQUESTED:
            return Pill("violet", "Hold being released")
        if row.hold_state is HoldState.NONE and not row.resolution:
            return Pill("red", "No hold")
        return None

    def _filing(self, row: CaseRow) -> Pill | None:
        if row.filing_limit is None or row.hop not in NOT_FILED or row.resolution:
            return None
        days = self._days(row.filing_limit)
        assumed = " (assumed)" if row.filing_assumed else ""
        words = f"{days} d to the filing limit{assumed}" if days >= 0 else f"Filing limit passed {-days} d ago{assumed}"
        close = timedelta(days=days)
        colour = "red" if close < LAST_DAYS else "amber" if close < FILING_WITHIN else ""
        return Pill(colour, words)

    def is_silent(self, row: CaseRow) -> bool:
        """Whether nobody has said anything for a week."""
        return row.resolution is None and row.silent_since < self.now - SILENT_AFTER


def step_of(row: CaseRow) -> str:
    """What to do next, as a verb."""
    if row.resolution:
        return f"{row.resolution}: {RESOLVED[Resolution(row.resolution)]}".capitalize()
    if row.holder is None:
        return "Find out who has the file"
    action = row.pending_action or "say what happens next"
    if row.holder in OUR_DESKS or row.holder is Party.BATON:
        return action[:1].upper() + action[1:]
    return f"Get {party_words(row, row.holder)} to {action}"


def party_words(row: CaseRow, party: Party) -> str:
    """A party as a row names it: the secondary by its name."""
    if party is Party.SECONDARY and row.payer_name:
        return row.payer_name
    return OUR_DESKS.get(party) or OTHERS.get(party) or plainly(party)


def _stopped(row: CaseRow) -> str:
    if row.break_mode:
        return BREAK_NAMES[row.break_mode]
    if row.resolution:
        return "All done"
    return f"Not yet {row.hop}" if row.hop else "All six proven"


def _why(row: CaseRow) -> str:
    if not row.break_mode:
        return ""
    return row.break_reason or MODE_WORDS[row.break_mode]


def _dots(row: CaseRow) -> Iterator[Dot]:
    for number, (hop, letter) in enumerate(zip(Hop, row.marks, strict=True)):
        yield Dot(Mark(letter), 9 + 22 * number, hop is row.hop and row.break_mode is not None)


def _in_words(marks: str) -> str:
    """Such as 'Proven: transmitted, received. Nothing heard: accepted.'"""
    found: dict[Mark, list[str]] = {}
    for hop, letter in zip(Hop, marks, strict=True):
        found.setdefault(Mark(letter), []).append(hop.value)
    parts = (f"{MARK_WORDS[mark]}: {', '.join(hops)}".capitalize() for mark, hops in found.items())
    return ". ".join(parts)


def _flags(row: CaseRow) -> Iterator[Pill]:
    if row.placed:
        yield Pill("red" if row.placed_too_soon else "", "At a collections agency")
    if row.hold_breaches and not row.resolution:
        yield Pill("red", "Billed despite the hold")
    if row.posting_mismatch:
        yield Pill("amber", "Posting mismatch")
    if row.escalation and row.rung and not row.resolution:
        yield Pill("", f"{plainly(row.escalation).capitalize()}, {plainly(row.rung)}")
    if row.attention and not row.resolution:
        yield Pill("amber", "Needs attention")
