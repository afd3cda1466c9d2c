"""`baton demo`: a season of synthetic claims through the real thing, and the truth beside what was found."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from rich.console import Console
from rich.live import Live

from casebook.audit import audit
from cli.demo_pages import DEMO_PEOPLE, demo_pages
from cli.failures import CommandError
from cli.live import Progress, frame, report
from cli.stopping import told_to_stop
from sandbox.live import Trial, trial
from worker import logs

DEMO_HOME = Path("var/demo")
DAY_SECONDS = 3.6
"""Wall seconds of a working day in the busy weeks: a season of about 97 days in less than four minutes."""

REFRESH = 1.0
"""Wall seconds between two looks."""

PRINTED_WIDTH = 130
"""Columns where the output is no screen."""


def demo(
    *,
    claims: int = 200,
    seed: int = 1,
    json: Path | None = None,
    day_seconds: float = DAY_SECONDS,
    home: Path = DEMO_HOME,
    stay: bool = False,
) -> int:
    """Run a synthetic season through engine, worker, casebook and trading partners, and score it.

    Synthetic people only: never load real remittances here. Everything runs on this machine
    and is kept in the home folder, so that cases can be looked at afterwards. While it runs its
    pages can be opened; the address and a way to sign in are printed.

    Example: `baton demo --claims 40 --seed 7`

    Args:
        claims: claims with two policies; one in twelve more travels along with a single policy.
        seed: the same seed makes the same world.
        json: also write the outcome to this file, for machines.
        day_seconds: wall seconds of a working day in the busy weeks; a slow machine wants more.
        home: where engine, casebook and files of this run are kept; emptied first.
        stay: leave pages, engine and worker up when the season is over, until Ctrl-C.

    Returns:
        0 when every truth was found and no invariant broke, 1 otherwise.
    """
    logs.configure("ERROR")
    _empty(home)
    return asyncio.run(_demo(home.absolute(), claims, seed, day_seconds, json, stay))


def _empty(home: Path) -> None:
    """Forget an earlier demo; a folder that holds anything else is left alone."""
    if home.exists() and any(home.iterdir()) and not (home / "ledger.token").exists():
        raise CommandError(f"{home} is no home of a demo and is not empty: name another folder with --home")
    shutil.rmtree(home, ignore_errors=True)


async def _demo(home: Path, claims: int, seed: int, day_seconds: float, json: Path | None, stay: bool) -> int:
    console = Console()
    if not console.is_terminal:
        console = Console(width=PRINTED_WIDTH)
    console.print(f"[bold]Baton[/] · {claims} synthetic claims, seed {seed}, a working day in {day_seconds:g} s")
    async with trial(home, claims, seed, day_seconds) as going, demo_pages(going) as (address, password):
        console.print(f"pages: {address} · sign in as {', '.join(DEMO_PEOPLE.values())} · password {password}")
        await _watch(going, console)
        passed = await _scored(going, console, json)
        if stay:
            console.print(f"The pages stay at {address}; Ctrl-C ends them.")
            await told_to_stop()
    return 0 if passed else 1


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
