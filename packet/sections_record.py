"""The sections about the record itself: entries, files, and whether they are as written."""

from __future__ import annotations

from typing import Final

from journey.writing import Calendar, plainly
from packet.contents import Entry, Packet
from packet.layout import Block, Notice, Text, Tone, grid, lines, pairs

SHORT: Final = 16
"""Digits of a hash that a print shows; the JSON has them all."""


def record(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each entry that the reader may see."""
    return grid(
        "Entries of the evidence, in the order heard",
        (("Entry", 6), ("Happened", 15), ("Learnt", 15), ("What", 46), ("Hash", 18)),
        (_entry(each, calendar) for each in packet.record),
    )


def _entry(each: Entry, calendar: Calendar) -> tuple[str, ...]:
    return (
        str(each.seq or ""),
        calendar.minute(each.happened_at) if each.happened_at else "",
        calendar.minute(each.learnt_at) if each.learnt_at else "",
        lines(
            each.says or plainly(each.kind),
            "" if each.applied else "heard before: nothing changed",
            *(f"· {reason}" for reason in each.reasons),
        ),
        each.hash[:SHORT],
    )


def files(packet: Packet, calendar: Calendar) -> tuple[Block, ...]:
    """One row for each file."""
    return grid(
        "Each file, by the digest of its bytes",
        (("Received", 15), ("Kinds", 13), ("Entries", 14), ("SHA-256", 58)),
        (
            (
                calendar.minute(each.received_at) if each.received_at else "",
                ", ".join(each.kinds),
                ", ".join(map(str, each.entries)),
                each.digest,
            )
            for each in packet.files
        ),
    )


def chain(packet: Packet, _: Calendar) -> tuple[Block, ...]:
    """The chain's verdict, its length and last hash, and how to check this packet."""
    found = packet.chain
    if found.verified:
        says = Notice(Tone.GOOD, f"The evidence chain is verified: {found.entries} entries are as they were written.")
    else:
        says = Notice(Tone.BAD, f"The evidence chain is BROKEN at entry {found.broken_at}: {found.problem}.")
    return (
        says,
        *pairs(("Whole entries", str(found.entries)), ("Hash of the last of them", found.head)),
        Text(
            "Each entry's hash covers its own content and the hash before it. `baton case verify-packet` checks the "
            "JSON form of this packet against its digest, the list of packets made, and the evidence."
        ),
    )
