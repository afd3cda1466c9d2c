"""Clocks: derived from marks and the plan. What started one, what stops it, what moved it, which alarms have rung."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from journey.case import Case, Clock
from journey.evidence.kept import LADDER_PREFIX as LADDER_PREFIX
from journey.evidence.marks import Mark
from journey.evidence.reading import Made, Reading
from journey.facts import ClockRanOut
from journey.plans.plan import ClockRow, PlanInForce, Span
from journey.response import orders
from journey.words import Cents, Level, Party
from journey.workdays import Workdays, plan_workdays

FILING_CLOCK = "TF"

RANKS: dict[Mark, int] = {
    mark: rank
    for rank, mark in enumerate(
        (
            Mark.OPENED,
            Mark.PRIMARY_ADJUDICATED,
            Mark.UNPROMISED,
            Mark.PROMISED,
            Mark.DECLINED,
            Mark.SUBMITTED,
            Mark.SYNTAX_ACCEPTED,
            Mark.CLEARINGHOUSE_ACCEPTED,
            Mark.RECEIVED,
            Mark.ACCEPTED,
            Mark.DENIED,
            Mark.DECIDED,
            Mark.MONEY_ARRIVED,
            Mark.POSTED,
            Mark.RECONCILED,
        )
    )
}
"""Marks in the order in which one attempt reaches them: a later one stops the clock of an earlier, however dated."""

OUTSIDE_ATTEMPTS = frozenset(
    {
        Mark.OPENED,
        Mark.PRIMARY_ADJUDICATED,
        Mark.UNPROMISED,
        Mark.DECLINED,
        Mark.ORDER_QUESTIONED,
        Mark.COB_UPDATED,
        Mark.COB_VERIFIED,
        Mark.BOTH_SECOND,
        Mark.COB_AGREED,
        Mark.PRIMARY_REVERSED,
        Mark.PRIMARY_CORRECTED,
        Mark.COVERAGE_ENDED,
        Mark.HELD_BACK,
        Mark.HOLD_WANTED,
        Mark.HOLD_VERIFIED,
        Mark.RECONCILED,
        Mark.RESOLVED,
        Mark.PROGRESS,
    }
)
"""Marks whose clocks run on when a new attempt begins; all others belong to the attempt they were made in."""

_STILL_OWED = frozenset({Mark.MONEY_DUE, Mark.MONEY_ARRIVED})
"""The secondary's money is watched on while the third payer has the claim."""


@dataclass(frozen=True, slots=True)
class Silence:
    """One alarm that rang."""

    clock: str
    level: Level
    due: datetime
    fact_id: str


def silences(case: Case) -> list[Silence]:
    """Every alarm of this case that has rung and is still remembered."""
    return [
        Silence(each.clock, each.level, each.due, each.fact_id)
        for each in case.evidence
        if isinstance(each, ClockRanOut)
    ]


def running(case: Case, reading: Reading, plan: PlanInForce, limit: date | None) -> tuple[Clock, ...]:
    """The clocks of the plan that run for this case, in the plan's order."""
    calendar = plan_workdays(plan)
    rung = silences(case)
    clocks = (_clock(case, reading, plan, calendar, row, limit, rung) for row in plan.clocks)
    return tuple(clock for clock in clocks if clock)


def _clock(
    case: Case,
    reading: Reading,
    plan: PlanInForce,
    calendar: Workdays,
    row: ClockRow,
    limit: date | None,
    rung: list[Silence],
) -> Clock | None:
    start = _start(reading, row)
    if start is None:
        return None
    at = _Dates(calendar, f"{case.case_id}/{row.name}", plan)
    hard, moved = _moved(at, at.after(start, row.hard_for(reading.books.at_risk)), _movers(reading, row, start))
    hard, cut = _cut(at, hard, start, limit if row.capped else None)
    soft = _snoozed(at, _reminder(at, row, reading.books.at_risk, start, rung), reading, start)
    if soft and hard and soft >= hard:
        soft = None
    return Clock.model_construct(
        name=row.name,
        started_by=start.fact_id,
        started_at=start.at,
        soft=soft,
        hard=hard,
        moved_by=moved,
        cut_by=cut,
        fired=_fired(rung, row.name, soft, hard),
    )


@dataclass(frozen=True, slots=True)
class _Dates:
    """Dates of one clock: spans and days turned into its own moments."""

    calendar: Workdays
    spread: str
    plan: PlanInForce

    def after(self, start: Made, span: Span | None) -> datetime | None:
        return self.calendar.add(start.at, span, spread=self.spread) if span else None

    def on(self, day: date) -> datetime:
        return self.calendar.at(day, spread=self.spread)


def _start(reading: Reading, row: ClockRow) -> Made | None:
    """The oldest start that nothing has stopped: hearing the same thing again never winds a clock up anew (I5)."""
    starts = [each for mark in row.starts for each in reading.made.get(mark, ()) if _counts(reading, each)]
    if not starts:
        return None
    stops = [each for mark in row.stops for each in reading.made.get(mark, ())]
    running = [each for each in starts if not any(_stops(stop, each) for stop in stops)]
    return min(running, key=_oldest, default=None)


def _counts(reading: Reading, start: Made) -> bool:
    if start.mark in OUTSIDE_ATTEMPTS or start.attempt == reading.attempt:
        return True
    return start.mark in _STILL_OWED and reading.payer is Party.TERTIARY and start.attempt == reading.still_owed


def holder_of(reading: Reading, row: ClockRow, attempt: int) -> Party:
    """Whose move it is: where the plan says the secondary, the payer that the attempt is for."""
    return reading.payer_of(attempt) if row.holder is Party.SECONDARY else row.holder


def _stops(stop: Made, start: Made) -> bool:
    """A stop counts if it is newer, in a later attempt, or further along the same attempt."""
    if stop.attempt != start.attempt:
        return stop.attempt > start.attempt
    further = RANKS.get(stop.mark, -1) > RANKS.get(start.mark, len(RANKS))
    return further or stop.at >= start.at


def _movers(reading: Reading, row: ClockRow, start: Made) -> list[Made]:
    """What may move this clock, oldest first: answers of the holder, and a supervisor's word."""
    holder = holder_of(reading, row, start.attempt)
    answers = [each for mark in row.moved_by for each in reading.made.get(mark, ()) if each.by is holder]
    extended = orders.extensions(reading) if row.moved_by or row.capped else ()
    return sorted((each for each in (*answers, *extended) if each.at >= start.at and each.until), key=_oldest)


def _oldest(made: Made) -> tuple[datetime, str]:
    return made.at, made.fact_id


def _moved(at: _Dates, hard: datetime | None, movers: list[Made]) -> tuple[datetime | None, tuple[str, ...]]:
    """One answer moves, to the stated date, at the most `extension_days`; a supervisor to any date (2.3)."""
    moved: list[str] = []
    answered = False
    for each in movers:
        if hard is None or each.until is None:
            break
        ordered = each.mark is Mark.EXTENDED
        stated = at.on(each.until)
        if stated <= hard or (answered and not ordered):
            continue
        hard = stated if ordered else min(stated, hard + timedelta(days=at.plan.extension_days))
        answered = answered or not ordered
        moved.append(each.fact_id)
    return hard, tuple(moved)


def _cut(at: _Dates, hard: datetime | None, start: Made, limit: date | None) -> tuple[datetime | None, str]:
    """No wait may pass the filing limit less the reserve (I7)."""
    if limit is None or hard is None:
        return hard, ""
    latest = max(at.on(limit - timedelta(days=at.plan.filing_reserve_days)), start.at)
    return (latest, FILING_CLOCK) if latest < hard else (hard, "")


def _reminder(at: _Dates, row: ClockRow, at_risk: Cents, start: Made, rung: list[Silence]) -> datetime | None:
    """The next soft time: the plan's own, then each later outreach that has not rung."""
    spans = (row.soft_for(at_risk), *(after for _, after in row.outreach if after.count))
    times = sorted({due for span in spans if span and (due := at.after(start, span))})
    waiting = [due for due in times if not any(_rang(each, row.name, Level.SOFT, due) for each in rung)]
    return waiting[0] if waiting else (times[-1] if times else None)


def reached_by(case: Case, plan: PlanInForce, clock: Clock) -> list[str]:
    """The channels by which somebody is to be reached by now, on the word of this clock."""
    at = _Dates(plan_workdays(plan), f"{case.case_id}/{clock.name}", plan)
    rung = silences(case)
    due = (
        (channel, at.calendar.add(clock.started_at, after, spread=at.spread))
        for channel, after in plan.clock(clock.name).outreach
    )
    return [
        channel
        for channel, when in due
        if when <= clock.started_at or any(_rang(each, clock.name, Level.SOFT, when) for each in rung)
    ]


def _snoozed(at: _Dates, soft: datetime | None, reading: Reading, start: Made) -> datetime | None:
    """A snooze puts a reminder off, once, at the most `extension_days`; it never touches the hard time."""
    snoozes = [each for each in reading.made.get(Mark.SNOOZED, ()) if each.at >= start.at and each.until]
    if soft is None or not snoozes:
        return soft
    until = snoozes[0].until
    assert until is not None
    return max(soft, min(at.on(until), soft + timedelta(days=at.plan.extension_days)))


def _fired(rung: list[Silence], name: str, soft: datetime | None, hard: datetime | None) -> tuple[Level, ...]:
    """The alarms that rang for these due times; a clock that moved on rings again."""
    due = {Level.SOFT: soft, Level.HARD: hard}
    return tuple(level for level, at in due.items() if at and any(_rang(each, name, level, at) for each in rung))


def _rang(silence: Silence, name: str, level: Level, due: datetime) -> bool:
    return silence.clock == name and silence.level is level and silence.due >= due - _SAME_MOMENT


_SAME_MOMENT = timedelta(seconds=1)


def filing_clock(case: Case, plan: PlanInForce, limit: date, rung: list[Silence]) -> Clock:
    """The clock over all others: it rings on each alert day before the limit, and on the limit itself (2.2)."""
    calendar = plan_workdays(plan)
    spread = f"{case.case_id}/{FILING_CLOCK}"
    days = sorted({*plan.filing_alerts, 0}, reverse=True)
    alerts = [calendar.at(limit - timedelta(days=each), spread=spread) for each in days]
    waiting = [each for each in alerts if not any(_rang(one, FILING_CLOCK, Level.HARD, each) for one in rung)]
    hard = waiting[0] if waiting else alerts[-1]
    return Clock.model_construct(
        name=FILING_CLOCK,
        started_by="opening",
        started_at=case.opened_at,
        soft=None,
        hard=hard,
        moved_by=(),
        cut_by="",
        fired=() if waiting else (Level.HARD,),
    )
