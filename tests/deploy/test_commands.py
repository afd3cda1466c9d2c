"""Every command that deploy/ calls exists in the command line, with its options."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"


def commands() -> list[tuple[str, ...]]:
    """What is called: by the image's health check and default, the compose services, the unit and the README."""
    container = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    called = [json.loads(found)[1:] for found in re.findall(r'CMD (\["baton".*\])', container)]
    called += [json.loads(found) for found in re.findall(r"^CMD (\[.*\])", container, re.MULTILINE)]
    called += [json.loads(found) for found in re.findall(r"image: baton:.*?command: (\[.*?\])", compose, re.DOTALL)]
    for file in ("baton-worker.service", "README.md"):
        text = (DEPLOY / file).read_text(encoding="utf-8")
        called += [
            found.split() for found in re.findall(r"bin/baton (.+)|`baton ([^`]+)`", text) for found in found if found
        ]
    return sorted({tuple(words) for words in called})


@cache
def described(*path: str) -> str:
    """What the command line tells about one command."""
    baton = Path(sys.executable).with_name("baton")
    result = subprocess.run([baton, *path, "--help"], capture_output=True, text=True)
    assert result.returncode == 0, f"baton {' '.join(path)} is not a command: {result.stderr}"
    return result.stdout


def test_commands_are_found_at_all() -> None:
    """The tests below have something to test: a check, a registration, a migration, a key, and the worker itself."""
    assert {("worker",), ("worker", "--check"), ("worker", "--register"), ("casebook", "migrate")} <= set(commands())
    assert any(words[:2] == ("key", "new") for words in commands())


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_the_command_exists(words: tuple[str, ...]) -> None:
    """A renamed command or option cannot leave a deployment behind that fails at its first start."""
    path = [word for word in words if re.fullmatch(r"[a-z]+", word)]
    told = described(*path)
    assert all(option in told for option in words if option.startswith("--"))
