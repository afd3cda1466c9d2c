"""The post may be late, double, overlapping, disordered or broken: never does it change what is true."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from sandbox.noise import damaged


def told(stage: Any, items: Any) -> set[str]:
    """Digests of everything that partners said, apart from control numbers; 999 quote those and are left out."""
    return {
        each.digest
        for name, data in stage.good
        if "-999-" not in name
        for each in items(data)
        if "totals" not in each.type
    }


async def test_noise_changes_no_truth(make_stage: Any, items: Any) -> None:
    """The same claims end on the same day with the same money, and the same things were said, quiet or not."""
    quiet = await make_stage(claims=60, seed=4).play()
    noisy = await make_stage(claims=60, seed=4, quiet=False).play()
    assert noisy.world.tally.complete_at == quiet.world.tally.complete_at
    assert noisy.world.tally.owed == quiet.world.tally.owed
    assert noisy.world.tally.broke_at == quiet.world.tally.broke_at
    for number in quiet.world.scripts:
        assert noisy.world.ledger.lines(number) == quiet.world.ledger.lines(number)
    assert told(noisy, items) == told(quiet, items)


async def test_all_kinds_of_noise_occur_and_every_file_arrives_whole(make_stage: Any) -> None:
    """A hundred claims bring copies, repeats, several sets in a file, and broken files with the good one after."""
    stage = await make_stage(claims=100, seed=4, quiet=False).play()
    names = " ".join(stage.files)
    assert all(mark in names for mark in ("-copy", "-again", "-broken"))
    assert any(data.count(b"ST*835*") > 1 for data in stage.files.values())
    assert list(stage.files) != sorted(stage.files)
    broken = [name for name in stage.files if name.endswith("-broken.edi")]
    assert all(name.replace("-broken", "") in stage.files for name in broken)


async def test_noise_is_reproducible(make_stage: Any) -> None:
    """One seed, one world: the same files with the same bytes in the same order."""
    first = await make_stage(claims=30, seed=9, quiet=False).play(days=50)
    second = await make_stage(claims=30, seed=9, quiet=False).play(days=50)
    assert list(first.files.items()) == list(second.files.items())


@pytest.mark.parametrize("seed", range(3))
async def test_damage_is_visible(make_stage: Any, problems: Any, seed: int) -> None:
    """Damage is of the kind that a careful reader notices; else it would be another message."""
    stage = await make_stage(claims=30, seed=seed).play(days=60)
    rng = Random(seed)
    for name, data in stage.files.items():
        assert problems(damaged(data, rng)), name


async def test_file_names_name_nobody(make_stage: Any) -> None:
    """I11: no claim number or member id in the name of a file."""
    stage = await make_stage(claims=30, quiet=False).play(days=60)
    for name in stage.files:
        assert not any(number in name for number in stage.world.scripts)
