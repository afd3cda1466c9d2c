"""`baton demo`: a season of synthetic claims through the real thing, and the truth beside what was found."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from cli.failures import CommandError
from sandbox.crew import crew

DEMO_HOME = Path("var/demo")


def demo(
    *,
    claims: int = 200,
    seed: int = 1,
    json: Path | None = None,
    day_seconds: float | None = None,
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
        day_seconds: wall seconds of a working day in the busy weeks; when absent, what this machine can keep.
        home: where engine, casebook and files of this run are kept; emptied first.
        stay: leave pages, engine and worker up when the season is over, until Ctrl-C; more claims come in, and time
            slows down so that you can work on them.

    Returns:
        0 when every truth was found and no invariant broke, 1 otherwise.
    """
    _empty(home)
    return asyncio.run(_demo(home.absolute(), claims, seed, day_seconds, json, stay))


def _empty(home: Path) -> None:
    """Forget an earlier demo; a folder that holds anything else is left alone."""
    left = {each.name for each in home.iterdir()} if home.exists() else set()
    if not (left <= {"worker.log"} or "ledger.token" in left):
        raise CommandError(f"{home} is no home of a demo and is not empty: name another folder with --home")
    shutil.rmtree(home, ignore_errors=True)


async def _demo(home: Path, claims: int, seed: int, day_seconds: float | None, json: Path | None, stay: bool) -> int:
    async with crew(home) as workers:
        from cli.season import season  # loads for seconds, and the workers with it, beside each other

        return 0 if await season(home, workers, claims, seed, day_seconds, json, stay=stay) else 1
