"""What the demo shows while it runs, and the table at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.box import SIMPLE
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table

from casebook import reading
from casebook.audit import Violation
from casebook.reading import Overview
from journey.words import MODE_WORDS, Mode
from sandbox.live import START, Trial
from sandbox.score import NONE_FOUND, Score

LINE_EVERY_DAYS = 5
"""Without a screen, one line in so many case days."""


@dataclass(frozen=True)
class Look:
    """One look at the season."""

    now: datetime
    over: int
    claims: int
    overview: Overview
    requests: int
    questions: int
    is_news: bool

    @property
    def day(self) -> int:
        """The case day, from 0."""
        return max(0, (self.now - START).days)

    @property
    def line(self) -> str:
        """The look in one line."""
        view = self.overview
        return (
            f"day {self.day:3d} · {self.now:%d %b} · cases {view.cases} · journeys over {self.over}/{self.claims} · "
            f"at risk {dollars(view.at_risk)} · on hold {dollars(view.on_hold)} · "
            f"escalations {sum(view.by_escalation.values())} · claims sent {self.requests}"
        )


class Progress:
    """Looks at a running trial."""

    def __init__(self, going: Trial) -> None:
        """Take the trial."""
        self._going = going
        self._told = -LINE_EVERY_DAYS

    def look(self) -> Look:
        """Casebook and world as they stand."""
        going = self._going
        now = going.service.now()
        with going.service.casebook.reading() as tx:
            view = reading.overview(tx, now)
        day = (now - START).days
        news = day >= self._told + LINE_EVERY_DAYS
        if news:
            self._told = day
        tally, claims = going.world.tally, len(going.world.scripts)
        return Look(now, len(tally.complete_at), claims, view, tally.requests, tally.questions, news)


def frame(look: Look) -> RenderableType:
    """The screen while the season runs."""
    view = look.overview
    money = Table.grid(padding=(0, 2))
    money.add_row("waits for the secondary", dollars(view.at_risk))
    money.add_row("of it on a verified hold", dollars(view.on_hold))
    money.add_row("claims sent by Baton", str(look.requests))
    money.add_row("status questions asked", str(look.questions))
    panels = [
        Panel(_counts(view.by_holder), title="who has the file", width=34),
        Panel(_counts(view.by_break), title="break points now", width=34),
        Panel(_counts(view.by_escalation), title="escalations open", width=34),
        Panel(_counts(view.by_hold), title="billing holds", width=34),
        Panel(_counts(view.resolutions), title="resolved", width=34),
        Panel(money, title="dollars", width=44),
    ]
    bar = Table.grid(padding=(0, 1))
    bar.add_row(
        f"day {look.day:3d}  {look.now:%a %d %b %Y}",
        ProgressBar(total=look.claims, completed=look.over, width=40),
        f"{look.over}/{look.claims} journeys over, {view.cases} cases",
    )
    return Group(bar, Columns(panels))


def _counts(counts: dict[str, int]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for name, number in sorted(counts.items(), key=lambda each: -each[1]):
        table.add_row(name.replace("_", " "), str(number))
    return table


def report(console: Console, score: Score, violations: Sequence[Violation], home: Path, now: datetime) -> None:
    """The table at the end: truth against found, and the figures that must be zero."""
    console.print(_matrix(score))
    console.print(_zeros(score, violations))
    console.print(_figures(score))
    for name, numbers in (("missed", score.missed), ("wrongly resolved", score.wrong_resolutions)):
        if numbers:
            console.print(f"[red]{name}[/]: {', '.join(numbers)}")
    for alarm in score.false_alarms:
        console.print(f"[red]false alarm[/]: {alarm.claim_number} is {alarm.truth}, {alarm.found.value} was confirmed")
    for each in violations[:10]:
        console.print(f"[red]violation[/] {each.rule.value} {each.subject}: {each.says}")
    verdict = "[green]passed[/]" if score.passed and not violations else "[red]NOT passed[/]"
    console.print(verdict)
    console.print(f"look further: baton case list --home {home}, then case show ID and case explain ID")
    console.print(f"              baton audit --casebook-only --at {now:%Y-%m-%d} --home {home}")


def _matrix(score: Score) -> Table:
    """A row for each truth; a column for each mode would fit no screen, so what was found instead is told in words."""
    table = Table(title="true break point × found", title_justify="left", padding=(0, 1, 0, 0), box=SIMPLE)
    table.add_column("true")
    for name in ("claims", "found", "days"):
        table.add_column(name, justify="right")
    table.add_column("what it is", no_wrap=True)
    table.add_column("else")
    for truth, row in score.matrix.items():
        days = score.days_to_detection.get(truth)
        words = MODE_WORDS[Mode(truth)] if truth != NONE_FOUND else "nothing broke"
        instead = ", ".join(f"{number} {name}" for name, number in row.items() if name != truth)
        found = row.get(truth, 0)
        told = "" if days is None else f"{days:g}"
        table.add_row(truth, str(sum(row.values())), str(found), told, words, f"[red]{instead}[/]" if instead else "")
    return table


def _zeros(score: Score, violations: Sequence[Violation]) -> Table:
    table = Table(title="must be zero", title_justify="left", show_header=False, box=SIMPLE)
    figures = {
        "wrong statements that reached a patient": score.wrong_statements,
        "accounts placed with an agency while insurers were not done": score.wrong_placements,
        "duplicate secondary claims": score.duplicate_claims,
        "claims sent before the COB record was verified": score.before_cob_verified,
        "claims sent on numbers that the primary took back": score.on_old_numbers,
        "claims that a payer's own arithmetic refused": score.unclean_claims,
        "files that a partner could not read": score.unreadable_files,
        "open cases without a clock": score.open_without_clock,
        "break points missed": len(score.missed) + len(score.missing_cases),
        "false alarms": len(score.false_alarms),
        "patients who were not paid back what they paid too much": score.unreturned,
        "violations in the casebook": len(violations),
    }
    for name, number in figures.items():
        table.add_row(name, f"[{'red' if number else 'green'}]{number}[/]")
    return table


def _figures(score: Score) -> Table:
    table = Table(title="what it did", title_justify="left", show_header=False, box=SIMPLE)
    for kind, number in sorted(score.escalations.items()):
        table.add_row(f"escalated to {kind.replace('_', ' ')}", str(number))
    table.add_row("patient dollars protected", dollars(score.patient_dollars_protected))
    if score.unresolved or score.unfinished:
        table.add_row("journeys not over at the end", str(score.unresolved + score.unfinished))
    return table


def dollars(cents: int) -> str:
    """Cents as people read them."""
    return f"${cents / 100:,.2f}"
