"""What a proposed plan changes, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from journey.plans.overrides import MATCHERS, Document
from journey.writing import plainly

NOTHING = "–"
_PROVENANCE = ("source", "assumed")


@dataclass(frozen=True)
class Difference:
    """One value that changes.

    Attributes:
        place: where it stands, for people: `clocks T1 hard`, `override for payer class medicaid: clocks T1 hard`.
        before: the present value; a dash for none.
        after: the proposed one.
        source: where the proposed one comes from.
        assumed: whether somebody had to assume it; None where the value is taken out.
    """

    place: str
    before: str
    after: str
    source: str
    assumed: bool | None


def differences(before: Document, after: Document) -> tuple[Difference, ...]:
    """Every value that differs, in the order of the proposed plan; a source only where no value beside it does."""
    old, new = dict(_values(before)), dict(_values(after))
    changed = [place for place in dict.fromkeys((*new, *old)) if old.get(place) != new.get(place)]
    told = {table for table, key in changed if key not in _PROVENANCE}
    changed = [(table, key) for table, key in changed if key not in _PROVENANCE or table not in told]
    return tuple(_difference(place, old, new) for place in changed)


Place = tuple[str, str]
"""Table and key."""


def _difference(place: Place, old: dict[Place, Any], new: dict[Place, Any]) -> Difference:
    table, key = place
    return Difference(
        place=plainly(f"{table} {key}".strip()).replace(".", " "),
        before=_said(old.get(place)),
        after=_said(new.get(place)),
        source=str(new.get((table, "source"), "")),
        assumed=new.get((table, "assumed")) if place in new else None,
    )


def _values(document: Document) -> Iterator[tuple[Place, Any]]:
    for section, content in document.items():
        if not isinstance(content, Mapping | list):
            yield (section, ""), content
        elif isinstance(content, list):
            for number, row in enumerate(content, start=1):
                yield from _leaves(_named(section, number, row), row)
        elif all(isinstance(each, Mapping) for each in content.values()):
            for name, table in content.items():
                yield from _leaves(f"{section}.{name}", table)
        else:
            yield from _leaves(section, content)


def _named(section: str, number: int, row: Mapping[str, Any]) -> str:
    """A row of a list by what it is for, so that one put before it changes nothing."""
    if section == "override":
        return f"override for {', '.join(f'{key} {row[key]}' for key in MATCHERS if key in row)}:"
    return f"{section} {row.get('name', number)}:"


def _leaves(table: str, content: Mapping[str, Any], before: str = "") -> Iterator[tuple[Place, Any]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(table, value, f"{before}{key}.")
        elif not (table.startswith("override") and key in MATCHERS):
            yield (table, before + key), value


def _said(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    return str(value)
