"""The relay: six hops with their proof, where the baton lies now, and the clock that watches who has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from dashboard.case.clocks import Foreseen
from dashboard.case.file import CaseFile, Cited
from dashboard.worklist.rows import BREAK_NAMES
from journey.case import Clock
from journey.clocks import LADDER_PREFIX
from journey.words import Frozen, Grade, Hop, Moment

HOP_WORDS: Final[Mapping[Hop, str]] = {
    Hop.TRANSMITTED: "Sent on",
    Hop.RECEIVED: "Received",
    Hop.ACCEPTED: "Accepted",
    Hop.ADJUDICATED: "Decided",
    Hop.PAID: "Paid",
    Hop.POSTED: "Posted",
}
GRADE_WORDS: Final[Mapping[Grade, str]] = {
    Grade.ASSUMED: "assumed",
    Grade.STATED: "stated",
    Grade.DOCUMENTED: "documented",
    Grade.TRANSACTED: "by a transaction",
    Grade.SETTLED: "settled",
}
PERCENT: Final = 100

State = Literal["proven", "partly", "broken", "refuted", "waiting", "open"]


class HopShown(Frozen):
    """One of the six hops."""

    hop: Hop
    words: str
    state: State
    sign: str
    """What stands in its dot; the state is said in words as well."""
    says: str
    at: Moment | None
    by: str
    grade: str
    needs: str
    """The lowest grade that proves it, in words; empty once it is proven."""
    supports: tuple[Cited, ...]
    against: tuple[Cited, ...]
    broken_after: bool
    """The line behind it is dashed: here the journey broke."""


class Waiting(Frozen):
    """Who has the file, and the clock that watches them."""

    who: str
    must: str
    since: Moment
    by: Moment | None
    share: int
    """How much of the window is used, in percent."""
    used_days: int
    window_days: int
    foreseen: Foreseen | None
    clock: str


def hops(file: CaseFile) -> tuple[HopShown, ...]:
    """The six hops, in order."""
    return tuple(_hop(file, each) for each in Hop)


def _hop(file: CaseFile, hop: Hop) -> HopShown:
    proof, point = file.case.proof(hop), file.case.break_point
    here = file.case.hop is hop
    state = _state(proven=proof.proven, here=here, broken=point is not None, partly=proof.grade is not None)
    if proof.against and not proof.proven and state not in ("broken", "waiting"):
        state = "refuted"
    needs = next((each.needs for each in file.rules.hops if each.hop is hop), None)
    return HopShown(
        hop=hop,
        words=HOP_WORDS[hop],
        state=state,
        sign={"proven": "✓", "broken": "!", "refuted": "✕"}.get(state, ""),
        says=_says(file, state),
        at=proof.at,
        by=file.name(proof.by) if proof.grade is not None else "",
        grade=GRADE_WORDS[proof.grade] if proof.grade is not None else "",
        needs=GRADE_WORDS[needs] if needs is not None and not proof.proven else "",
        supports=file.cited(proof.supports),
        against=file.cited(proof.against),
        broken_after=here and point is not None,
    )


def _state(*, proven: bool, here: bool, broken: bool, partly: bool) -> State:
    if here:
        return "broken" if broken else "waiting"
    return "proven" if proven else "partly" if partly else "open"


def _says(file: CaseFile, state: State) -> str:
    point = file.case.break_point
    if state == "broken" and point is not None:
        return f"Stopped: {BREAK_NAMES[point.mode]} ({point.mode.value}, {point.state.value})"
    return {
        "proven": "proven",
        "partly": "not proven well enough",
        "refuted": "refuted",
        "waiting": "waiting for this",
        "open": "not yet",
    }.get(state, "")


def waiting(file: CaseFile, ahead: tuple[Foreseen, ...]) -> Waiting | None:
    """Who has the file, since when, and what happens if nothing comes; None for a closed case."""
    holder, clock = file.case.holder, _watch(file)
    if holder is None:
        return None
    by = (clock.hard or clock.next_due) if clock else holder.by
    since = clock.started_at if clock else holder.since
    window = max((by - since).total_seconds(), 1.0) if by else 1.0
    used = (file.now - since).total_seconds()
    return Waiting(
        who=file.name(holder.party),
        must=holder.pending_action,
        since=since,
        by=by,
        share=max(0, min(PERCENT, round(used / window * PERCENT))),
        used_days=max(0, (file.now - since).days),
        window_days=max(1, (by - since).days) if by else 1,
        foreseen=_at_the_end(clock, ahead),
        clock=clock.name if clock else "",
    )


def _watch(file: CaseFile) -> Clock | None:
    """The clock whose awaited action is the holder's; else the one of its escalation, else the next."""
    holder = file.case.holder
    for clock in file.case.clocks:
        row = file.rules.clocks_by_name.get(clock.name)
        if row and holder and row.pending == holder.pending_action:
            return clock
    ladders = (each for each in file.case.clocks if each.name.startswith(LADDER_PREFIX))
    return next(ladders, file.case.next_clock)


def _at_the_end(clock: Clock | None, ahead: tuple[Foreseen, ...]) -> Foreseen | None:
    """What its hard alarm leads to, else its next one."""
    of_clock = [each for each in ahead if clock and each.clock == clock.name]
    return next((each for each in of_clock if clock and each.at == clock.hard), of_clock[0] if of_clock else None)
