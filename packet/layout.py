"""A packet as people read it, once for page and PDF: a title, notices, and sections of names, tables and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NONE: Final = "None on record."


class Tone(StrEnum):
    """How a notice is meant; its words say the same."""

    GOOD = "good"
    BAD = "bad"
    PLAIN = "plain"


@dataclass(frozen=True)
class Notice:
    """A sentence that must not be missed."""

    tone: Tone
    says: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    says: str


@dataclass(frozen=True)
class Pairs:
    """Names and what they stand for."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table with a heading; weights are the columns' shares of the width."""

    caption: str
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    weights: tuple[int, ...]
    right: frozenset[int] = frozenset()
    """Columns that hold amounts."""


Block = Notice | Text | Pairs | Grid


@dataclass(frozen=True)
class Section:
    """One part of the document."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """The whole packet, ready to be printed."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    case_id: str
    made_at: str
    """When it was made, in the provider's time zone."""
    digest: str
    notices: tuple[Notice, ...] = ()


def pairs(*rows: tuple[str, str]) -> tuple[Pairs, ...]:
    """Names and values, those without a value left out; nothing when none is left."""
    kept = tuple((name, value) for name, value in rows if value)
    return (Pairs(kept),) if kept else ()


def grid(
    caption: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()
) -> tuple[Grid | Text, ...]:
    """A table by title and weight of its columns, without those that are empty; a sentence when it has no rows."""
    written = tuple(tuple(row) for row in rows)
    kept = [place for place in range(len(columns)) if any(row[place] for row in written)]
    if not kept:
        return (Text(NONE),)
    titles = tuple(columns[place][0] for place in kept)
    return (
        Grid(
            caption=caption,
            titles=titles,
            rows=tuple(tuple(row[place] for place in kept) for row in written),
            weights=tuple(columns[place][1] for place in kept),
            right=frozenset(place for place, title in enumerate(titles) if title in right),
        ),
    )


def lines(*parts: str) -> str:
    """Several lines in one cell, empty ones left out."""
    return "\n".join(each for each in parts if each)


def named(name: str, value: str) -> str:
    """'name: value', or nothing without a value."""
    return f"{name}: {value}" if value else ""
