"""Charts: what a bar, a stack, a curve and a trend are, with their places in per cent; `charts.html` draws them.

Text stands in HTML, not in the drawing, so that it keeps its size on a phone. Colour says nothing that words do not say
as well, and every bar is a link to its cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from journey.words import Frozen

HUES: Final = 6
"""How many colours the stylesheet has for series (`hue1`, `hue2`, …)."""

REST: Final = "rest"
"""The colour of what a chart does not tell apart."""


class Segment(Frozen):
    """One part of a bar: what it is, in words, and where it leads."""

    says: str
    """All that the part shows, for whoever does not see it: 'V1b, 31-60 days: $12.00. Show the cases'."""
    hue: str
    at: float
    """Where it begins, in per cent of the longest bar."""
    width: float
    href: str = ""


class Bar(Frozen):
    """A bar of one or more parts."""

    label: str
    value: str
    """What stands behind it."""
    segments: tuple[Segment, ...]
    href: str = ""
    """Where the label leads."""


class Part(Frozen):
    """One part of a bar before it has a place."""

    says: str
    hue: str
    amount: int
    href: str = ""


class Line(Frozen):
    """One line of a curve; its points are 'x,y' in per cent, y downwards, as SVG wants them."""

    label: str
    hue: str
    points: str


class Curve(Frozen):
    """Lines over days, with marked days and shares."""

    lines: tuple[Line, ...]
    days: tuple[tuple[int, float], ...]
    """Days that are marked, and their place in per cent."""
    says: str


class Spark(Frozen):
    """A trend as narrow bars: 'x, height' of each in per cent."""

    columns: tuple[tuple[float, float], ...]
    width: float
    says: str


@dataclass(frozen=True)
class Row:
    """A bar before it has a length."""

    label: str
    value: str
    parts: tuple[Part, ...]
    href: str = ""


def bars(rows: Sequence[Row], longest: int | None = None) -> tuple[Bar, ...]:
    """Bars to one scale; parts without an amount are not drawn.

    Args:
        rows: what to draw, from top to bottom.
        longest: what a whole bar stands for; the longest row when absent.
    """
    full = longest or max((sum(part.amount for part in each.parts) for each in rows), default=0)
    return tuple(
        Bar(label=each.label, value=each.value, href=each.href, segments=tuple(_placed(each.parts, full)))
        for each in rows
    )


def _placed(parts: Sequence[Part], full: int) -> Iterable[Segment]:
    before = (0, *accumulate(each.amount for each in parts))
    for part, start in zip(parts, before, strict=False):
        if part.amount > 0 and full > 0:
            yield Segment(
                says=part.says,
                hue=part.hue,
                at=_percent(start, full),
                width=_percent(part.amount, full),
                href=part.href,
            )


def curve(lines: Sequence[tuple[str, Sequence[float]]], marked: Sequence[int], says: str) -> Curve:
    """Lines of shares (0 to 1) over days, one value a day from day 0.

    Args:
        lines: a name and its shares; all of one length. The first has the first colour, and so on.
        marked: days that get a line of their own.
        says: what the picture shows, in words.
    """
    last = max((len(shares) for _, shares in lines), default=1) - 1
    drawn = tuple(
        Line(label=label, hue=hue_of(n), points=" ".join(f"{x},{y}" for x, y in _steps(shares, last)))
        for n, (label, shares) in enumerate(lines)
    )
    return Curve(lines=drawn, days=tuple((day, _percent(day, last)) for day in marked), says=says)


def _steps(shares: Sequence[float], last: int) -> Iterable[tuple[float, float]]:
    """A share holds until the next day: the line goes across, then up."""
    for day, share in enumerate(shares):
        if day:
            yield _percent(day, last), round(100 * (1 - shares[day - 1]), 2)
        yield _percent(day, last), round(100 * (1 - share), 2)


def spark(amounts: Sequence[int], says: str) -> Spark:
    """A trend of amounts, the oldest first."""
    highest, width = max((*amounts, 1)), 100 / max(1, len(amounts))
    columns = tuple((round(n * width, 2), max(2.0, _percent(each, highest))) for n, each in enumerate(amounts))
    return Spark(columns=columns, width=round(width * 0.7, 2), says=says)


def hue_of(place: int) -> str:
    """The colour of a series by its place; what comes after the last colour is the rest."""
    return f"hue{place + 1}" if place < HUES else REST


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
