"""A rehearsal as people read it: day by day, what was heard, what silence meant, what followed, where it stands."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from datetime import date

from journey.case import Action, ActionKind
from journey.stories.rehearsal import Day, Rehearsal, Turn

WIDTH = 120
_RANG = re.compile(r" rang: \w+$")
"""Reasons that only repeat the line above them."""
_MARGIN = " " * 11
_HEARD = {"opened": "opened", "heard": "heard", "silence": "silence", "done": "done"}


def render(rehearsal: Rehearsal) -> str:
    """The journey day by day, in lines of at most 120 characters, and at its end what did not hold."""
    lines = [rehearsal.title, f"plan {rehearsal.plan_version}"]
    for day in rehearsal.days:
        lines += ["", _heading(day), *(line for turn in day.turns for line in _turn(turn)), *_standing(day)]
    return "\n".join([*lines, "", *_summary(rehearsal)]) + "\n"


def as_json(rehearsal: Rehearsal, indent: int | None = 1) -> str:
    """The rehearsal for machines: days with their turns, checks and sentences, and the case as it ends."""
    return rehearsal.model_dump_json(indent=indent)


def _heading(day: Day) -> str:
    counted = f", day {day.number}" if day.number >= 0 else ""
    return f"{_written(day.day)}{counted}"


def _written(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _turn(turn: Turn) -> Iterator[str]:
    if turn.kind == "done" and all(each.rule == "no change" for each in turn.reasons):
        return
    yield from _lines(_HEARD[turn.kind], turn.says)
    if turn.refused:
        yield from _lines("refused", turn.refused)
    elif not turn.applied:
        yield from _lines("", "heard before: nothing changes")
    for reason in turn.reasons:
        if reason.rule != "action" and not _RANG.search(reason.says):
            more = f" ({reason.would_change})" if reason.would_change else ""
            yield from _lines("", f"· {reason.says}{more}")
    for action in turn.actions:
        yield from _lines("", f"→ {_asked(action)}")


def _asked(action: Action) -> str:
    if action.kind is ActionKind.NOTIFY:
        return f"tell {_plainly(action.to)} ({_plainly(action.detail['rung'])}): {action.reason}"
    details = ", ".join(f"{_plainly(key)} {value}" for key, value in action.detail.items() if value and key in _SHOWN)
    return f"{_plainly(action.kind)}: {action.reason}{f' ({details})' if details else ''}"


_SHOWN = ("search", "frequency", "original_payer_claim_number", "protective")


def _plainly(word: str) -> str:
    return word.replace("_", " ")


def _standing(day: Day) -> Iterator[str]:
    for check in day.checks:
        yield from _lines("NOT SO" if check.instead else "so", f"{check.states}{_instead(check.instead)}")
    yield from _lines("stands", day.sentence)


def _instead(instead: str) -> str:
    return f"; instead: {instead}" if instead else ""


def _lines(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"  {label:<9}", subsequent_indent=f"{_MARGIN}  ")


def _summary(rehearsal: Rehearsal) -> Iterator[str]:
    checked = sum(len(day.checks) for day in rehearsal.days)
    failed = rehearsal.failures
    yield f"{checked - len(failed)} of {checked} statements hold."
    for each in failed:
        yield f"line {each.line}: '{each.states}' does not hold; instead: {each.instead}"
