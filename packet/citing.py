"""Citing facts: what something in the packet rests on, by entry, day and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.telling import told
from packet.journey_parts import Evidence
from packet.sources import Source


def cited(source: Source, ids: Iterable[str]) -> tuple[Evidence, ...]:
    """The facts with these ids, in the order given; those that stand behind a broken place are not told."""
    return tuple(_evidence(source, each) for each in dict.fromkeys(ids) if each in source.by_id)


def in_words(source: Source, ids: Iterable[str]) -> Iterator[str]:
    """The same facts in one line each."""
    for each in cited(source, ids):
        yield f"{each.says}, {source.calendar.day(each.happened_at)} (entry {each.entry})"


def _evidence(source: Source, fact_id: str) -> Evidence:
    found = source.by_id[fact_id]
    fact = found.entry.fact
    return Evidence(about=source.about(fact), entry=found.seq, happened_at=fact.happened_at, says=told(fact))
