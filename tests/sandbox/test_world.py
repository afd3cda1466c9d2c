"""The world as a whole: along the wall clock, through a real folder, to its end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from journey.tempo import Tempo
from sandbox.casting import population
from sandbox.ledger import Ledger
from sandbox.post_office import Controls
from sandbox.world import World, into_folder

START = datetime(2026, 3, 2, 5, tzinfo=UTC)


async def test_files_appear_whole(tmp_path: Path) -> None:
    """A delivery shows under its name only when it is complete."""
    into_folder(tmp_path)("a.edi", b"ISA")
    assert [each.name for each in tmp_path.iterdir()] == ["a.edi"]
    assert (tmp_path / "a.edi").read_bytes() == b"ISA"


async def test_a_world_follows_the_tempo(tmp_path: Path, make_stage: Any) -> None:
    """On the wall clock the same files leave as by stepping, at the pace that was asked for."""
    scripts = population(16, 1, START)
    pickup = tmp_path / "pickup"
    drop = tmp_path / "drop"
    pickup.mkdir()
    drop.mkdir()
    begun = datetime.now(UTC)
    tempo = Tempo(wall_origin=begun, case_origin=START, rate=86400 * 40)
    stage = make_stage(claims=16, seed=1)
    world = World(scripts, tempo, drop, pickup, Ledger(), stage.knowing, 1, quiet=True)
    async with asyncio.timeout(60):
        await world.run(START + timedelta(days=12))
    assert world.clock.now == START + timedelta(days=12)
    assert datetime.now(UTC) >= tempo.wall_time(world.clock.now)
    await stage.world.clock.run_until(world.clock.now)
    billed = {name for name in stage.files if "billing" in name}
    assert billed
    assert {each.name for each in pickup.iterdir()} >= {min(billed)}


async def test_a_world_after_another_repeats_no_number(tmp_path: Path, make_stage: Any) -> None:
    """A second season with the same partners has its own claims, and every sender's control numbers go on."""
    later = START + timedelta(days=112)
    tempo = Tempo(wall_origin=START, case_origin=START)
    sent: list[bytes] = []
    door, drop = make_stage(claims=16, seed=1).knowing, tmp_path / "drop"
    drop.mkdir()

    def world(seed: int, begins: datetime, controls: Controls | None = None) -> World:
        return World(
            population(16, seed, begins), tempo, drop, tmp_path, Ledger(), door, seed,
            begins=begins, controls=controls, deliver=lambda _, data: sent.append(data), quiet=True,
        )  # fmt: skip

    first = world(1, START)
    await first.clock.run_until(later - timedelta(days=30))
    of_first = len(sent)
    second = world(2, later, first.controls)
    await second.clock.run_until(later + timedelta(days=40))
    numbers = [(data[35:50], data[90:99]) for data in sent]
    assert 0 < of_first < len(sent)
    assert len(set(numbers)) == len(numbers)
    assert not set(first.scripts) & set(second.scripts)


async def test_a_finished_world_stops_by_itself(make_stage: Any) -> None:
    """Once every journey is over and Baton had its days of grace, nothing more is waited for."""
    stage = await make_stage(claims=16).play()
    world = stage.world
    assert world.finished
    async with asyncio.timeout(5):
        await world.run()
    assert world.clock.now - max(world.tally.complete_at.values()) < timedelta(days=6)


async def test_a_copy_may_come_after_the_remittance(make_stage: Any, items: Any) -> None:
    """Out of order: for some claims Baton reads the primary's decision before it reads the claim."""
    stage = await make_stage(claims=60, only=None).play(days=50)
    late = [each for each in stage.world.scripts.values() if each.copy_late]
    assert late
    order = list(stage.files)
    for script in late:
        number = script.claim_number.encode()
        mentions = [name for name in order if number in stage.files[name]]
        assert "-835-" in mentions[0]
        assert "-837" in mentions[1]
