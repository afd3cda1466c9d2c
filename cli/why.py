"""Why a case is where it is: the reasons of its decisions, what would change it, which answers did not count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType

from casebook.reading import HistoryEntry
from cli.output import aside, heading, indented, pairs
from journey.case import BreakPoint, Case, Reason
from journey.evidence.kept import LADDER_PREFIX
from journey.facts import ContactLogged
from journey.response import closing
from journey.telling import told
from journey.words import BreakState
from journey.writing import Calendar

DOES_NOT_COUNT = ("I5", "2.3")
"""How the rules begin by which an answer moves nothing: vague answers, and the extension rule."""


def why(case: Case, heard: Sequence[HistoryEntry], last: int, calendar: Calendar) -> Iterator[RenderableType]:
    """The explanation of one case, top to bottom."""
    yield heading(f"{case.case_id}, as of {calendar.minute(case.as_of)}")
    yield ""
    yield heading("What would change it")
    yield from (indented(each) for each in _changes(case))
    yield ""
    yield heading("What its end needs")
    yield from (indented(each) for each in _ending(case))
    yield ""
    yield heading("Answers that did not count")
    yield from (indented(each) for each in _ignored(case, heard, calendar))
    yield ""
    yield heading("Why, newest first")
    for each in _newest(heard, last):
        yield pairs(((f"  {calendar.minute(each.entry.fact.happened_at)}", told(each.entry.fact)),))
        yield from (indented(_reason(reason), 6) for reason in each.entry.reasons)
    if len(heard) > last:
        yield aside(f"{len(heard) - last} decisions before these: `--last`, or `baton case history`.")


def why_json(case: Case, heard: Sequence[HistoryEntry], last: int) -> dict[str, Any]:
    """The explanation for machines."""
    return {
        "case_id": case.case_id,
        "as_of": case.as_of.isoformat(),
        "would_change": list(_changes(case)),
        "closing": closing.proof(case).model_dump(mode="json"),
        "did_not_count": [
            {"fact_id": each.entry.fact.fact_id, "says": told(each.entry.fact), "clocks": clocks}
            for each, clocks in _unheeded(case, heard)
        ],
        "decisions": [
            {
                "fact_id": each.entry.fact.fact_id,
                "says": told(each.entry.fact),
                "at": each.entry.fact.happened_at.isoformat(),
                "reasons": [reason.model_dump(mode="json") for reason in each.entry.reasons],
            }
            for each in _newest(heard, last)
        ],
    }


def _newest(heard: Sequence[HistoryEntry], last: int) -> Sequence[HistoryEntry]:
    return heard[::-1][:last]


def _reason(reason: Reason) -> str:
    change = f" → to change it: {reason.would_change}" if reason.would_change else ""
    return f"· {reason.says} [{reason.rule}]{change}"


def _changes(case: Case) -> Iterator[str]:
    """What an open case waits for: the holder's action, and the questions of a break point that is not confirmed."""
    if case.closed_at:
        yield "only a takeback opens it again"
        return
    if case.holder:
        yield f"{case.holder.party} does what is pending: {case.holder.pending_action}"
    if case.break_point:
        yield from _questions(case.break_point)


def _ending(case: Case) -> Iterator[str]:
    """The closing proof, point by point; what has ended by order says so."""
    told = closing.proof(case)
    if told.by_supervisor:
        yield "closed by two persons, whatever is missing below"
    for each in told.points:
        says = closing.POINT_WORDS[each.point]
        yield f"({each.point}) {says}" if each.holds else f"({each.point}) not yet: {says}; {each.missing}"


def _questions(point: BreakPoint) -> Iterator[str]:
    if point.state is BreakState.CONFIRMED:
        return
    for side, question in (("our side", point.ask_provider), ("the payer", point.ask_payer)):
        if question:
            yield f"{point.mode} is {point.state}; ask {side}: {question}"


def _ignored(case: Case, heard: Sequence[HistoryEntry], calendar: Calendar) -> Iterator[str]:
    unheeded = _unheeded(case, heard)
    for each, clocks in unheeded:
        says = "; ".join(reason.says for reason in each.entry.reasons if reason.rule.startswith(DOES_NOT_COUNT))
        day = calendar.day(each.entry.fact.happened_at)
        yield f"{told(each.entry.fact)}, {day}: {says}; {', '.join(clocks)} run on as before"
    if not unheeded:
        yield "none since the running clocks started"


def _unheeded(case: Case, heard: Sequence[HistoryEntry]) -> list[tuple[HistoryEntry, list[str]]]:
    """The contacts that moved nothing, each with the clocks that it left alone, those of escalations aside."""
    found = []
    for each in heard:
        fact = each.entry.fact
        idle = any(reason.rule.startswith(DOES_NOT_COUNT) for reason in each.entry.reasons)
        if isinstance(fact, ContactLogged) and idle:
            clocks = [clock.name for clock in case.clocks if clock.started_at <= fact.happened_at]
            found.append((each, [name for name in clocks if not name.startswith(LADDER_PREFIX)]))
    return [(each, clocks) for each, clocks in found if clocks]
