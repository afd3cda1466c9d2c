"""Overrides: values of a plan replaced for one payer, class of payer, state or line of business."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from journey.words import PayerClass

Document = Mapping[str, Any]
"""A plan file as read from TOML."""

MATCHERS = ("payer", "payer_class", "state", "line_of_business")
"""What an override may ask of a case."""

SINGLE = ("calendar", "hold", "benefit")
"""Sections that are one table; the others hold a table per name."""

SECTIONS = (*SINGLE, "hops", "clocks", "filing", "ladders", "settings")
"""Sections that a plan has and an override may change."""

OPTIONAL = frozenset({"benefit"})
"""Sections that a plan may leave out: their defaults say that nobody knows."""


@dataclass(frozen=True, eq=False)
class Override:
    """One [[override]]: the cases it is for, and the values it sets."""

    number: int
    """Its place in the file, from 1."""
    asks: Mapping[str, str]
    """Matcher and wanted value, plainly written."""
    values: Mapping[str, Any]
    assumed: bool = True

    @classmethod
    def read(cls, number: int, table: Mapping[str, Any]) -> Override:
        """Takes an override as it stands in the file; values of unknown sections are left out."""
        asks = {key: _plainly(table[key]) for key in MATCHERS if key in table}
        values = {key: table[key] for key in SECTIONS if key in table}
        return cls(number, asks, values, table.get("assumed") is not False)

    @property
    def specificity(self) -> tuple[bool, bool, int]:
        """Higher is more specific: a named payer, then a class of payer, then the number of matchers."""
        return "payer" in self.asks, "payer_class" in self.asks, len(self.asks)

    @property
    def sets(self) -> frozenset[str]:
        """The places of the values that it sets; a filing limit is one value."""
        return frozenset(_places(self.values))

    def matches(self, payer_id: str, payer_class: PayerClass, state: str, line_of_business: str) -> bool:
        """True when this override is for such a case."""
        case = dict(zip(MATCHERS, map(_plainly, (payer_id, payer_class, state, line_of_business)), strict=True))
        return self.asks.items() <= case.items()

    def meets(self, other: Override) -> bool:
        """True when one case can match both."""
        return all(other.asks.get(key, value) == value for key, value in self.asks.items())

    def __str__(self) -> str:
        """How messages name it: 'override 2 (payer_class medicaid, state ne)'."""
        return f"override {self.number} ({', '.join(f'{key} {value}' for key, value in self.asks.items())})"


def merged(document: Document, overrides: Iterable[Override], payer_class: PayerClass) -> Document:
    """The plan file with the overrides' values in place, later ones over earlier ones."""
    result: dict[str, Any] = dict(document)
    for override in overrides:
        for section, values in override.values.items():
            if section == "filing":
                changed: Document = {payer_class.value: {**values, "assumed": override.assumed}}
            else:
                changed = _changed(section, result.get(section, {}), values)
            result[section] = {**result.get(section, {}), **changed}
    return result


def _changed(section: str, base: Document, values: Document) -> Document:
    if section in SINGLE:
        return values
    if section == "settings":
        return {name: {"value": value} for name, value in values.items()}
    return {name: {**base.get(name, {}), **table} for name, table in values.items()}


def _places(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping) and key != "filing":
            yield from _places(value, f"{before}{key}.")
        else:
            yield before + key


def _plainly(value: object) -> str:
    return str(value).strip().casefold()
