"""Changing single values of a plan's text; comments and order stay, and only what was meant changes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from journey.plans.overrides import MATCHERS

Value = str | int | bool | list[Any] | None
"""What a value becomes; None takes it out."""


class EditError(Exception):
    """The text is written so that single values cannot be changed in it; the whole text can."""


@dataclass(frozen=True)
class Edit:
    """Some values of one table of a plan.

    Attributes:
        table: the table, such as `clocks.T1`; of an override the empty text.
        values: key and new value; keys of an override are dotted, such as `clocks.T1.hard`.
        matchers: for whom, when it is an override.
    """

    table: str
    values: Mapping[str, Value]
    matchers: Mapping[str, str] = field(default_factory=dict)


def edited(text: str, edits: list[Edit], version: str) -> str:
    """A plan's text under a new version with some values changed.

    Args:
        text: the plan in force; TOML.
        edits: what changes.
        version: the new version.

    Raises:
        EditError: the text is written in a manner that this does not know.
    """
    wanted = deepcopy(tomllib.loads(text))
    wanted["version"] = version
    lines = _set(text.splitlines(), 0, {"version": version})
    for edit in edits:
        lines = _edited(lines, wanted, edit)
    written = "\n".join(lines) + "\n"
    try:
        same = tomllib.loads(written) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise EditError("This value stands in the plan in a form that only the whole text can change.")
    return written


def _edited(lines: list[str], wanted: dict[str, Any], edit: Edit) -> list[str]:
    if not edit.matchers:
        _change(_table(wanted, edit.table), edit.values)
        return _set(lines, _heading(lines, f"[{edit.table}]", 0), edit.values)
    known = [_asks(each) for each in wanted.get("override", [])]
    if edit.matchers in known:
        place = known.index(dict(edit.matchers))
        _change(wanted["override"][place], edit.values)
        return _set(lines, _heading(lines, "[[override]]", place), edit.values)
    added: dict[str, Any] = dict(edit.matchers)
    _change(added, edit.values)
    wanted.setdefault("override", []).append(added)
    values = {**edit.matchers, **edit.values}.items()
    return [*lines, "", "[[override]]", *(_line(key, each) for key, each in values if each is not None)]


def _asks(override: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(override[key]) for key in MATCHERS if key in override}


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: Any = document
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise EditError(f"The plan has no {name}.")
    return found


def _change(table: dict[str, Any], values: Mapping[str, Value]) -> None:
    for dotted, value in values.items():
        *way, key = dotted.split(".")
        inner = table
        for part in way:
            inner = inner.setdefault(part, {})
        if value is None:
            inner.pop(key, None)
        else:
            inner[key] = value


def _heading(lines: list[str], heading: str, place: int) -> int:
    """The line after a heading, the `place`-th of its kind."""
    found = [number for number, line in enumerate(lines) if line.partition("#")[0].strip() == heading]
    if len(found) <= place:
        raise EditError("This value stands in the plan in a form that only the whole text can change.")
    return found[place] + 1


def _set(lines: list[str], begin: int, values: Mapping[str, Value]) -> list[str]:
    """The lines with values set in the table whose first line is `begin`."""
    end = next((number for number in range(begin, len(lines)) if lines[number].startswith("[")), len(lines))
    body = lines[begin:end]
    for key, value in values.items():
        body = list(_with(body, key, value))
    return [*lines[:begin], *body, *lines[end:]]


def _with(body: list[str], key: str, value: Value) -> Iterator[str]:
    there = re.compile(rf"\s*{re.escape(key)}\s*=")
    found = any(there.match(line) for line in body)
    last = max((number for number, line in enumerate(body) if line.strip() and not line.startswith("#")), default=-1)
    if last < 0 and not found and value is not None:
        yield _line(key, value)
    for number, line in enumerate(body):
        if not there.match(line):
            yield line
        elif value is not None:
            yield _line(key, value)
        if number == last and not found and value is not None:
            yield _line(key, value)


def _line(key: str, value: str | int | bool | list[Any]) -> str:
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
