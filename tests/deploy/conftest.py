"""The files of deploy/, read strictly."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"

ENTRY = re.compile(r"(?P<key>[A-Za-z0-9_.-]+):(?: (?P<value>\S.*))?")
PLAIN = re.compile(r"[^\s\"'\[\]{}&*!|>%@`#,][^#]*")


class Block:
    """The part of YAML that compose.yaml keeps to: nested mappings, lists of scalars, and JSON scalars and lists.

    Anything else is refused, so that the file cannot mean more to a real YAML reader than it does here.
    """

    def __init__(self, text: str) -> None:
        """Take the lines that say something, with their depth."""
        lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        self.lines = [(len(line) - len(line.lstrip(" ")), line.strip()) for line in lines]

    def read(self, depth: int = 0) -> Any:
        """The mapping or list whose lines stand at this depth."""
        if not self.lines or self.lines[0][0] < depth:
            return None
        assert self.lines[0][0] == depth, f"unexpected depth: {self.lines[0][1]}"
        return self._list(depth) if self.lines[0][1].startswith("- ") else self._mapping(depth)

    def _list(self, depth: int) -> list[Any]:
        found = []
        while self.lines and self.lines[0][0] == depth:
            dash, _, value = self.lines.pop(0)[1].partition(" ")
            assert dash == "-", f"not an item: {dash}"
            found.append(self._scalar(value))
        return found

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.lines and self.lines[0][0] == depth:
            line = self.lines.pop(0)[1]
            entry = ENTRY.fullmatch(line)
            assert entry, f"not an entry: {line}"
            assert entry["key"] not in found, f"given twice: {line}"
            found[entry["key"]] = self._scalar(entry["value"]) if entry["value"] else self.read(depth + 2)
        return found

    @staticmethod
    def _scalar(text: str) -> Any:
        if text[0] in '["':
            return json.loads(text)
        assert PLAIN.fullmatch(text), f"not a plain scalar: {text}"
        assert ": " not in text, f"would be a mapping: {text}"
        return text


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """The compose file."""
    block = Block((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    content = block.read()
    assert not block.lines, f"not understood: {block.lines[0][1]}"
    assert isinstance(content, dict)
    return content


def variables(path: Path) -> dict[str, str]:
    """What an environment file sets."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture(scope="session")
def compose_env() -> dict[str, str]:
    """What the containers are told."""
    return variables(DEPLOY / "compose.env")


@pytest.fixture(scope="session")
def service_env() -> dict[str, str]:
    """What the service is told by its example file."""
    return variables(DEPLOY / "baton.env.example")
