"""The table that a run prints: each figure beside its target, and whether it is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        figure: what was measured.
        value: in words, with its unit.
        target: in words; empty where none is set.
        met: None where nothing can be said.
    """

    figure: str
    value: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Met, not met, or nothing."""
        return {True: "met", False: "NOT MET", None: ""}[self.met]


def printed(rows: Sequence[Row]) -> str:
    """The rows as lines of text in columns."""
    cells = [
        ("figure", "measured", "target", ""),
        *((each.figure, each.value, each.target, each.verdict) for each in rows),
    ]
    widths = [max(map(len, column)) for column in zip_longest(*cells, fillvalue="")]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths[:3]), *lines[1:]])
