"""Clocks of a case, and what happens if nothing comes: the pure core, run forward on the case as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dashboard.case.file import CaseFile, Cited
from journey.case import Action, ActionKind, Case, Clock, Decision
from journey.clocks import FILING_CLOCK, LADDER_PREFIX
from journey.decide import decide
from journey.plans.plan import PlanInForce
from journey.silence import silence
from journey.words import MODE_WORDS, EscalationKind, Frozen, Level, Moment, Party, Rung
from journey.writing import plainly

STEPS: Final = 24
"""How many silences are run forward at the most; a case asks for a supervisor long before. Each costs one decision."""

REPEATS: Final = 4
"""After so many silences in a row that only tell the supervisor again, nothing new is to be expected soon."""

RUNG_WORDS: Final = {
    Rung.CASE_MANAGER: "the case manager",
    Rung.LEAD: "the lead",
    Rung.SUPERVISOR: "the supervisor",
}
KIND_WORDS: Final = {
    EscalationKind.RESUBMISSION: "resubmission",
    EscalationKind.COB_CORRECTION: "COB correction",
    EscalationKind.POSTING_REVIEW: "posting review",
    EscalationKind.COLLECTIONS_HOLD: "collections hold",
}
_ASKS: Final = {
    ActionKind.SUBMIT_SECONDARY: "Baton sends the claim again",
    ActionKind.ASK_STATUS: "Baton asks the payer for the claim's status",
    ActionKind.READ_LEDGER: "Baton reads the ledger once more",
    ActionKind.REQUEST_HOLD: "Baton asks for the billing hold",
    ActionKind.RELEASE_HOLD: "Baton releases the billing hold",
    ActionKind.RECALL_ACCOUNT: "Baton has the account recalled from the agency",
}


class Foreseen(Frozen):
    """One silence to come, and what the case will do then if nothing else is heard before."""

    at: Moment
    clock: str
    level: Level
    does: tuple[str, ...]
    """In words; never empty."""
    escalates_to: str = ""
    """Which way out it leads to, such as `resubmission`."""
    tells: tuple[str, ...] = ()
    """Who is told."""


class ClockShown(Frozen):
    """One running clock."""

    name: str
    title: str
    soft: Moment | None
    hard: Moment | None
    fired: tuple[Level, ...]
    started_at: Moment
    started_by: tuple[Cited, ...]
    moved_by: tuple[Cited, ...]
    cut: bool
    """Cut short by the filing limit (I7)."""
    stops: tuple[str, ...]
    """What would stop it, in words."""
    means: str
    """What silence means here, by the plan."""
    foreseen: tuple[Foreseen, ...]


def foresee(file: CaseFile) -> tuple[Foreseen, ...]:
    """What the case will do at each silence to come, the next one first, if nothing else is ever heard.

    This is no forecast: it is what `decide` answers on this very case. Answers to what it asks for on the way would
    change it, as any news does.
    """
    manager = RUNG_WORDS[Rung.CASE_MANAGER]
    named = file.person(file.case.owner) or manager
    return tuple(
        each.model_copy(update={"tells": tuple(named if who == manager else who for who in each.tells)})
        for each in _run_on(file.case, file.rules)
    )


def _run_on(case: Case, rules: PlanInForce) -> Iterator[Foreseen]:
    known: set[tuple[str, Level, tuple[str, ...]]] = set()
    repeated = 0
    for _ in range(STEPS):
        clock = case.next_clock
        due = clock.next_due if clock else None
        rang = silence(case, max(due, case.as_of)) if due else None
        if due is None or rang is None or repeated == REPEATS:
            return
        decision = decide(case, rang, rules)
        # A clock that only begins to count now may be overdue already: it rings at once.
        shown = _foreseen(case, decision, max(due, case.as_of), rang.clock, rang.level)
        what = (shown.clock, shown.level, shown.tells)
        repeated = repeated + 1 if what in known else 0
        if not repeated:
            yield shown
        known.add(what)
        case = decision.case


def _foreseen(before: Case, decision: Decision, at: Moment, clock: str, level: Level) -> Foreseen:
    raised = _raised(before, decision.case)
    does = (*_breaks(before, decision.case), *(words for words, _ in raised), *_asks(decision.actions))
    tells = (*(told_to for _, told_to in raised), *_tasks(decision.actions))
    if decision.case.closed_at:
        does = (*does, "the case is closed")
    return Foreseen(
        at=at,
        clock=clock,
        level=level,
        does=tuple(dict.fromkeys(does)) or (_nothing_else(tells),),
        escalates_to=next((words for words, _ in raised), ""),
        tells=tuple(dict.fromkeys(tells)),
    )


def _nothing_else(tells: tuple[str, ...]) -> str:
    return "a task is made" if tells else "it is noted; the other clocks run on"


def _raised(before: Case, after: Case) -> list[tuple[str, str]]:
    """Escalations that are new, or a rung higher, and who hears of them."""
    known = {each.escalation_id: each for each in before.escalations}
    found = []
    for each in after.open_escalations:
        old = known.get(each.escalation_id)
        if old is None:
            found.append((f"the case goes to {KIND_WORDS[each.kind]}", RUNG_WORDS[each.rung]))
        elif old.rung_since != each.rung_since:
            again = "stays with" if old.rung is each.rung else "goes up to"
            found.append((f"the {KIND_WORDS[each.kind]} {again} {RUNG_WORDS[each.rung]}", RUNG_WORDS[each.rung]))
    return found


def _breaks(before: Case, after: Case) -> Iterator[str]:
    old, new = before.break_point, after.break_point
    if new and (old is None or (old.mode, old.state) != (new.mode, new.state)):
        yield f"{new.mode.value} is {new.state.value}: {MODE_WORDS[new.mode]}"


def _asks(actions: tuple[Action, ...]) -> Iterator[str]:
    yield from (_ASKS[each.kind] for each in actions if each.kind in _ASKS)


def _tasks(actions: tuple[Action, ...]) -> Iterator[str]:
    for each in actions:
        if each.kind is ActionKind.NOTIFY and each.detail.get("kind") == "task":
            yield "the supervisor" if each.to is Party.SUPERVISOR else "the case manager"


def clocks(file: CaseFile, ahead: tuple[Foreseen, ...]) -> tuple[ClockShown, ...]:
    """The clocks that run, soonest alarm first."""
    shown = [_clock(file, each, ahead) for each in file.case.clocks]
    return tuple(sorted(shown, key=lambda each: min(each.soft or each.started_at, each.hard or each.started_at)))


def _clock(file: CaseFile, clock: Clock, ahead: tuple[Foreseen, ...]) -> ClockShown:
    row = file.rules.clocks_by_name.get(clock.name)
    return ClockShown(
        name=clock.name,
        title=title(file, clock.name),
        soft=clock.soft,
        hard=clock.hard,
        fired=clock.fired,
        started_at=clock.started_at,
        started_by=file.cited((clock.started_by,)),
        moved_by=file.cited(clock.moved_by),
        cut=bool(clock.cut_by),
        stops=tuple(plainly(each) for each in row.stops) if row else (),
        means=row.silence_means if row else "",
        foreseen=_of_clock(clock.name, ahead),
    )


def _of_clock(name: str, ahead: tuple[Foreseen, ...]) -> tuple[Foreseen, ...]:
    """The next soft and the next hard alarm of one clock."""
    first: dict[Level, Foreseen] = {}
    for each in ahead:
        if each.clock == name:
            first.setdefault(each.level, each)
    return tuple(first.values())


def title(file: CaseFile, name: str) -> str:
    """What a clock is called."""
    if name == FILING_CLOCK:
        return "filing limit"
    if name.startswith(LADDER_PREFIX):
        return f"{KIND_WORDS[EscalationKind(name.removeprefix(LADDER_PREFIX))]} not finished"
    return str(file.plan.document["clocks"].get(name, {}).get("title", "of another plan"))
