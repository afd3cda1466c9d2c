"""Stories: case notes as a billing manager writes them, read into what was heard, and what must be so, and when.

A story begins with a heading, then come dated notes. `#` begins a remark; the first remark is the title.

    # The crossover was announced and never arrived
    claim: $1,000.00, services 20 Feb 2026
    primary: Medicare, medicare
    secondary: Aetna, commercial
    state: NY

    12 Mar  Medicare pays $480.00, patient share $320.00, forwards (19, MA18)
            => holder Aetna, by 2 Apr
    day 21  => asks status

A date without a year is the next such date; `day N` counts from the first dated line. A line without a date is of the
same day. Lines with `=>` state what must be so when their day is over, or just before the next note of that day.
The phrases stand in `story_phrases`, the statements in `story_musts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from journey.case import Opening
from journey.claim import Claim, Coverage
from journey.facts import Fact
from journey.stories.musts import check_of
from journey.stories.notes import Arrangement, LedgerShows, Note, Scene
from journey.stories.phrases import hear
from journey.stories.view import Check
from journey.stories.words import UnclearError
from journey.words import Moment, PayerClass

CASE_ID = "story"
FIRST_NOTE = time(8)
"""Notes of a day come before the desks open and clocks ring, half an hour apart."""
_APART = timedelta(minutes=30)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rf"(\d{{1,2}}) ({'|'.join(_MONTHS)})(?: (\d{{4}}))?(?= |,|;|$)")
_DAY = re.compile(r"day (\d{1,4})(?= |$)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?= |$)")
_CLAIM = re.compile(r"\$([\d,]+\.\d\d), services? ([^,]+?)(?: to ([^,]+?))?(?:, billed ([^,]+))?")
_KEYS = ("claim", "primary", "secondary", "tertiary", "state", "line of business")


class StoryError(ValueError):
    """A story that cannot be read; `problems` names every line that is unclear, each with its way out."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Takes the problems, in the order of the lines."""
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Step:
    """One note of a story: when it comes to us, and what it brings; nothing, if it only lets time pass."""

    line: int
    at: Moment
    text: str
    brings: Fact | LedgerShows | Arrangement | None = None


@dataclass(frozen=True, slots=True)
class Must:
    """One `=>` line: what must be so on a day."""

    line: int
    day: date
    text: str
    check: Check


@dataclass(frozen=True, slots=True)
class Story:
    """Case notes, read: the claim as it was opened, and its steps in order."""

    title: str
    opening: Opening
    steps: tuple[Step | Must, ...]
    time_zone: str


def parse_story(text: str, time_zone: str = "America/New_York") -> Story:
    """Reads a story; its dates are dates of `time_zone`, where the provider works.

    Raises:
        StoryError: some lines are unclear; all of them are named.
    """
    return _Reader(time_zone).read(text)


@dataclass
class _Reader:
    time_zone: str
    title: str = ""
    heading: dict[str, tuple[int, str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    first: date | None = None
    day: date | None = None
    last: datetime | None = None
    scene: Scene | None = None

    def read(self, text: str) -> Story:
        notes: list[tuple[int, str]] = []
        for number, line in enumerate(map(str.strip, text.splitlines()), 1):
            if line and not self._is_remark(line) and (notes or not self._is_heading(number, line)):
                notes.append((number, line))
        claim, billed = self._claim()
        self.day = claim.service_to
        self.scene = Scene(claim, self._date)
        steps = tuple(step for number, line in notes for step in self._steps(number, line))
        if not notes:
            self.problems.append("the story has no dated line; write one like '12 Mar  silence'")
        if self.problems:
            raise StoryError(tuple(self.problems))
        assert self.first is not None
        opened = self._moment(min(billed or self.first, self.first), FIRST_NOTE) - _APART
        opening = Opening(case_id=CASE_ID, claim=claim, opened_at=opened)
        return Story(self.title or "untitled", opening, steps, self.time_zone)

    # ---- the heading ------------------------------------------------------------------------------------------------

    def _is_remark(self, line: str) -> bool:
        if line.startswith("#"):
            self.title = self.title or line.lstrip("# ")
        return line.startswith("#")

    def _is_heading(self, number: int, line: str) -> bool:
        key, colon, value = line.partition(":")
        if colon and key in _KEYS:
            self.heading[key] = number, value.strip()
        return bool(colon) and key in _KEYS

    def _claim(self) -> tuple[Claim, date | None]:
        charge, start, end, billed = self._billed()
        names = ("primary", "secondary", "tertiary")
        coverages = tuple(
            self._coverage(order, key) for order, key in enumerate(names, 1) if order < 3 or key in self.heading
        )
        claim = Claim(
            claim_number="STORY1",
            practice="STORY",
            charge=charge,
            service_from=start,
            service_to=end,
            coverages=coverages,
            provider_state=self.heading.get("state", (0, ""))[1],
            line_of_business=self.heading.get("line of business", (0, ""))[1],
            billed_on=billed,
        )
        return claim, billed

    def _billed(self) -> tuple[int, date, date, date | None]:
        """Charge in cents, first and last date of service, and when the primary was billed."""
        number, text = self.heading.get("claim", (1, ""))
        found = _CLAIM.fullmatch(text)
        try:
            if found is None:
                raise UnclearError("the heading needs 'claim: $1,000.00, services 20 Feb 2026'")
            start = self._written(found[2])
            end = self._written(found[3]) if found[3] else start
            billed = self._written(found[4]) if found[4] else None
            return int(found[1].replace(",", "").replace(".", "")), start, end, billed
        except UnclearError as problem:
            self.problems.append(f"line {number}: {problem}")
            return 0, date(2026, 1, 1), date(2026, 1, 1), None

    def _written(self, text: str) -> date:
        found = _DATE.fullmatch(text.strip())
        if found is None or not found[3]:
            raise UnclearError(f"'{text}' is not a date with its year; write one like '20 Feb 2026'")
        return _on(found, date(int(found[3]), 1, 1))

    def _coverage(self, order: int, key: str) -> Coverage:
        number, text = self.heading.get(key, (1, ""))
        name, *more = (part.strip() for part in text.split(","))
        classes = [each for each in more if not each.startswith("id ")]
        payer_id = next((each.removeprefix("id ") for each in more if each.startswith("id ")), f"P{order}")
        if not name or len(classes) != 1 or classes[0] not in tuple(PayerClass):
            self.problems.append(f"line {number}: write '{key}: Name, class' with a class of: {', '.join(PayerClass)}")
            return Coverage(order=order, payer_id=payer_id, payer_name=name or key)
        return Coverage(order=order, payer_id=payer_id, payer_name=name, payer_class=PayerClass(classes[0]))

    # ---- the notes --------------------------------------------------------------------------------------------------

    def _steps(self, number: int, line: str) -> Iterator[Step | Must]:
        try:
            at, text = self._when(line)
            if text.startswith("=>"):
                yield self._must(number, at, text.removeprefix("=>").strip())
            else:
                yield self._note(number, at, text)
        except UnclearError as problem:
            self.problems.append(f"line {number}: {problem}")

    def _note(self, number: int, at: time | None, text: str) -> Step:
        assert self.scene is not None
        moment = self._next(at)
        brings = hear(Note(f"line {number}", moment, text), self.scene)
        return Step(number, moment, text, brings)

    def _must(self, number: int, at: time | None, text: str) -> Must:
        if at is not None:
            raise UnclearError("a '=>' line is about a day; leave the time out")
        assert self.day is not None
        assert self.scene is not None
        return Must(number, self.day, text, check_of(text, self.scene))

    def _when(self, line: str) -> tuple[time | None, str]:
        """Takes the date and time from the front of a line, if it has them."""
        rest = line
        if (counted := _DAY.match(rest)) is not None:
            self._turn((self.first or self._today()) + timedelta(days=int(counted[1])))
            rest = rest[counted.end() :].strip()
        elif (written := _DATE.match(rest)) is not None:
            self._turn(_on(written, self._today()))
            rest = rest[written.end() :].strip()
        elif self.first is None:
            raise UnclearError("the first note needs a date, like '12 Mar'; headings are " + ", ".join(_KEYS))
        clock = _CLOCK.match(rest)
        at = time(int(clock[1]), int(clock[2])) if clock else None
        return at, (rest[clock.end() :].strip() if clock else rest) or "silence"

    def _turn(self, day: date) -> None:
        if self.first and day < self._today():
            raise UnclearError(f"{day} lies before the line above; notes stand in the order in which they reach us")
        self.day = day
        self.first = self.first or day

    def _next(self, at: time | None) -> datetime:
        """When this note comes: at its time, or half an hour after the last note of its day."""
        begin = self._moment(self._today(), at or FIRST_NOTE)
        if self.last and begin <= self.last:
            if at:
                raise UnclearError(f"{at:%H:%M} is not later than the note above")
            begin = self.last + _APART
        self.last = begin
        return begin

    def _moment(self, day: date, at: time) -> datetime:
        # Arithmetic on UTC: half an hour stays half an hour when the clocks change.
        return datetime.combine(day, at, ZoneInfo(self.time_zone)).astimezone(UTC)

    def _date(self, text: str, past: bool) -> date:
        """A date inside a note: with its year, or the nearest such date before or after the note."""
        found = _DATE.fullmatch(text)
        if found is None:
            raise UnclearError(f"'{text}' is not a date; write one like '2 Apr' or '2 Apr 2027'")
        return _on(found, self._today(), past)

    def _today(self) -> date:
        assert self.day is not None
        return self.day


def _on(found: re.Match[str], near: date, past: bool = False) -> date:
    """The written date; without a year, the nearest such date from `near` on, or up to `near` in the past."""
    day, month = int(found[1]), _MONTHS.index(found[2]) + 1
    step = -1 if past else 1
    years = [int(found[3])] if found[3] else range(near.year, near.year + 9 * step, step)
    for year in years:
        try:
            written = date(year, month, day)
        except ValueError:
            continue
        if found[3] or (written <= near if past else written >= near):
            return written
    raise UnclearError(f"there is no {found[0]}")
