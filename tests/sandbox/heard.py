"""What a played world said: its answers about one claim, in order, and the scripts that are over."""

from __future__ import annotations

from typing import Any

from sandbox.truth import Script


def answers(stage: Any, items: Any, kind: str, number: str) -> list[Any]:
    """What the files of one kind say of one claim, in order of leaving."""
    found = []
    for name, data in sorted(stage.files.items()):
        if f"-{kind}-" in name:
            found += [each for each in items(data) if number in _numbers(each)]
    return found


def _numbers(item: Any) -> set[str]:
    return {getattr(item, name, "") for name in ("number", "trace", "patient_account")}


def codes(found: list[Any]) -> list[str]:
    """Category and status code of each answer."""
    return [f"{each.codes[0].category}:{each.codes[0].code}" for each in found]


def played(stage: Any) -> list[Script]:
    """The scripts of a stage, each of them over."""
    scripts = list(stage.world.scripts.values())
    assert scripts
    assert set(stage.world.tally.complete_at) == set(stage.world.scripts)
    return scripts


async def deaf(_: object) -> None:
    """People who read no notice."""
    return
