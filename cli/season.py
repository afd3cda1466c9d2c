"""A season of the demo on the screen: followed day by day, then scored against the truth."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.live import Live

from casebook.audit import audit
from cli.demo_pages import DEMO_PEOPLE, demo_pages
from cli.live import Progress, frame, report
from cli.stopping import told_to_stop
from sandbox.crew import Crew
from sandbox.live import CALM_DAY_SECONDS, CALM_FROM, START, STAY_CLAIMS, Trial, day_on, trial
from worker import logs

REFRESH = 1.0
"""Wall seconds between two looks."""

PRINTED_WIDTH = 130
"""Columns where the output is no screen."""


async def season(
    home: Path, workers: Crew, claims: int, seed: int, day_seconds: float | None, json: Path | None, *, stay: bool
) -> bool:
    """One season; the arguments are those of `baton demo`. True when every truth was found and no invariant broke."""
    logs.configure("ERROR")
    console = Console()
    if not console.is_terminal:
        console = Console(width=PRINTED_WIDTH)
    maps_seconds = await workers.loaded()
    day = round(day_seconds or day_on(maps_seconds), 2)
    console.print(f"[bold]Baton[/] · {claims} synthetic claims, seed {seed}, a working day in {day:g} s")
    async with (
        trial(home, claims, seed, day, workers, stay=stay) as going,
        demo_pages(going) as (address, password),
    ):
        console.print(f"pages: {address} · sign in as {', '.join(DEMO_PEOPLE.values())} · password {password}")
        await _watch(going, console)
        passed = await _scored(going, console, json)
        if stay:
            calm = START + timedelta(days=CALM_FROM)
            seconds = going.world.tempo.wall_wait(going.service.now(), calm).total_seconds()
            console.print(
                f"The pages stay at {address}; Ctrl-C ends them. {STAY_CLAIMS} more claims come in; "
                f"in {seconds:.0f} s, from {calm:%d %b} on, a day lasts {CALM_DAY_SECONDS:g} s, so that you "
                "can work on them."
            )
            await _stay(going, console)
    return passed


async def _stay(going: Trial, console: Console) -> None:
    """A second season to work in, until somebody says that it is enough.

    The sandbox's people may find that somebody at the pages was faster, and be refused: that ends nobody's look.
    """
    told, further = asyncio.create_task(told_to_stop()), asyncio.create_task(going.next_season().run())
    await asyncio.wait((told, further), return_when=asyncio.FIRST_COMPLETED)
    if further.done():
        if problem := further.exception():
            console.print(f"The trading partners stopped ({type(problem).__name__}); the pages stay.")
        await told
    further.cancel()
    await asyncio.gather(further, return_exceptions=True)


async def _scored(going: Trial, console: Console, json: Path | None) -> bool:
    """Truth beside what was found, printed and written; whether both agree and no invariant broke."""
    score = await asyncio.to_thread(going.score)
    now = going.service.now()
    violations = (await asyncio.to_thread(audit, going.service.casebook, now)).violations
    report(console, score, violations, going.settings.home, now)
    passed = score.passed and not violations
    if json is not None:
        outcome = {**score.model_dump(mode="json"), "violations": [each.model_dump(mode="json") for each in violations]}
        await asyncio.to_thread(_write, json, {**outcome, "passed": passed})
    return passed


async def _watch(going: Trial, console: Console) -> None:
    """Follow the season on the screen; where there is no screen, a line every few seconds."""
    running = asyncio.create_task(going.run())
    progress = Progress(going)
    with Live(console=console, refresh_per_second=4, transient=True) as live:
        while not running.done():
            look = await asyncio.to_thread(progress.look)
            if console.is_terminal:
                live.update(frame(look))
            elif look.is_news:
                console.print(look.line)
            await asyncio.wait([running], timeout=REFRESH)
    await running


def _write(path: Path, outcome: dict[str, object]) -> None:
    import json as format_json

    path.write_text(format_json.dumps(outcome, indent=1) + "\n", encoding="utf-8")
